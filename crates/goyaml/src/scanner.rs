//! From characters to tokens, as libyaml's scanner finds them.

mod block;
mod cursor;
mod directive;
mod fetch;
mod keys;
mod plain;
mod quoted;
mod tag;
mod text;

use std::borrow::Cow;
use std::collections::VecDeque;

use crate::error::Problem;
use crate::source::Source;
use cursor::Cursor;
use keys::{SimpleKey, SimpleKeys};

/// A position: all parts count characters from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) index: usize,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TokenKind<'a> {
    StreamStart,
    StreamEnd,
    VersionDirective { major: u8, minor: u8 },
    TagDirective { handle: &'a [u8], prefix: Cow<'a, [u8]> },
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(&'a [u8]),
    Anchor(&'a [u8]),
    Tag { handle: &'a [u8], suffix: Cow<'a, [u8]> },
    Scalar { value: Cow<'a, [u8]>, plain: bool },
}

/// A token and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Token<'a> {
    pub(crate) kind: TokenKind<'a>,
    pub(crate) start: Mark,
    pub(crate) end: Mark,
}

/// A comment: its text without the `#`, and where the `#` is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Comment<'a> {
    pub(crate) text: &'a [u8],
    pub(crate) mark: Mark,
    /// Whether nothing but blanks stands before it in its line.
    pub(crate) alone: bool,
}

/// The deepest flow nesting, and the deepest block nesting.
const MAX_LEVELS: usize = 10_000;

/// The scanner: a cursor, and what libyaml remembers between tokens.
pub(crate) struct Scanner<'a> {
    cursor: Cursor<'a>,
    tokens: VecDeque<Token<'a>>,
    /// The number of tokens taken from the queue.
    taken: usize,
    /// How many tokens nothing can come before any more: those taken, and perhaps the first in the queue.
    certain: usize,
    started: bool,
    flow_level: usize,
    /// The column of the current block collection; -1 outside any.
    indent: isize,
    indents: Vec<isize>,
    keys: SimpleKeys,
    simple_key_allowed: bool,
    comments: Vec<Comment<'a>>,
    keeps_comments: bool,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(source: &'a Source<'_>, keeps_comments: bool) -> Self {
        Self {
            cursor: Cursor::new(&source.text, source.fault),
            tokens: VecDeque::new(),
            taken: 0,
            certain: 0,
            started: false,
            flow_level: 0,
            indent: -1,
            indents: Vec::new(),
            keys: SimpleKeys::default(),
            simple_key_allowed: true,
            comments: Vec::new(),
            keeps_comments,
        }
    }

    /// The comments met so far.
    pub(crate) fn into_comments(self) -> Vec<Comment<'a>> {
        self.comments
    }

    /// The next token, left in the queue.
    pub(crate) fn peek(&mut self) -> Result<&Token<'a>, Problem> {
        self.fill_queue()?;
        self.tokens
            .front()
            .ok_or_else(|| Problem::yaml(None, "unknown problem parsing YAML content"))
    }

    /// Takes the next token.
    pub(crate) fn take(&mut self) -> Result<Token<'a>, Problem> {
        self.fill_queue()?;
        self.taken += 1;
        self.tokens
            .pop_front()
            .ok_or_else(|| Problem::yaml(None, "unknown problem parsing YAML content"))
    }

    /// Scans until the first token is certain: not one that may turn out to be a key.
    #[inline]
    fn fill_queue(&mut self) -> Result<(), Problem> {
        if self.certain <= self.taken {
            self.scan_first()?;
            self.certain = self.taken + 1;
        }
        Ok(())
    }

    fn scan_first(&mut self) -> Result<(), Problem> {
        loop {
            if !self.tokens.is_empty() {
                let Some(level) = self.keys.level_of(self.taken) else {
                    return Ok(());
                };
                if !self.check_simple_key(level)? {
                    return Ok(());
                }
            }
            self.fetch_next_token()?;
        }
    }

    fn fetch_next_token(&mut self) -> Result<(), Problem> {
        self.cursor.ensure(1)?;
        if !self.started {
            self.started = true;
            self.keys.push(SimpleKey::default());
            self.push(TokenKind::StreamStart, self.cursor.mark);
            return Ok(());
        }
        self.skip_to_next_token()?;
        self.unroll_indent(self.cursor.column());
        self.cursor.ensure(4)?;
        let first = self.cursor.byte();
        let blank_follows = self.cursor.is_blankz(1);
        if self.cursor.is_end() {
            return self.fetch_stream_end();
        }
        if self.cursor.mark.column == 0 {
            if first == b'%' {
                return self.fetch_directive();
            }
            if let Some(kind) = self.cursor.document_indicator() {
                return self.fetch_document_indicator(kind);
            }
        }
        let in_flow = self.flow_level > 0;
        match first {
            b'[' => self.fetch_flow_start(TokenKind::FlowSequenceStart),
            b'{' => self.fetch_flow_start(TokenKind::FlowMappingStart),
            b']' => self.fetch_flow_end(TokenKind::FlowSequenceEnd),
            b'}' => self.fetch_flow_end(TokenKind::FlowMappingEnd),
            b',' => self.fetch_flow_entry(),
            b'-' if blank_follows => self.fetch_block_entry(),
            b'?' if in_flow || blank_follows => self.fetch_key(),
            b':' if in_flow || blank_follows => self.fetch_value(),
            b'*' | b'&' => self.fetch_anchor(first == b'*'),
            b'!' => self.fetch_scanned(Self::scan_tag),
            b'|' | b'>' if !in_flow => self.fetch_block_scalar(first == b'|'),
            b'\'' | b'"' => self.fetch_scanned(|scanner| scanner.scan_quoted_scalar(first == b'\'')),
            b'#' | b'|' | b'>' | b'%' | b'@' | b'`' | b' ' | b'\t' => self.refuse_token(),
            _ => self.fetch_scanned(Self::scan_plain_scalar),
        }
    }

    fn refuse_token(&self) -> Result<(), Problem> {
        Err(self.problem(self.cursor.mark, "found character that cannot start any token"))
    }

    /// A scanner's problem at the current position, in a construct that began at `context`.
    fn problem(&self, context: Mark, text: &str) -> Problem {
        let line = match (self.cursor.mark.line, context.line) {
            (0, 0) => None,
            (0, line) => Some(line),
            (line, _) => Some(line + 1),
        };
        Problem::yaml(line, text)
    }

    fn push(&mut self, kind: TokenKind<'a>, start: Mark) {
        self.tokens.push_back(Token {
            kind,
            start,
            end: self.cursor.mark,
        });
    }

    /// The number the next token will have.
    fn next_number(&self) -> usize {
        self.taken + self.tokens.len()
    }

    /// Skips blanks, comments and line breaks.
    fn skip_to_next_token(&mut self) -> Result<(), Problem> {
        loop {
            self.cursor.ensure(1)?;
            if self.cursor.is_at_start() {
                self.cursor.skip_byte_order_mark();
            }
            // A tab may not indent a block.
            let tabs = self.flow_level > 0 || !self.simple_key_allowed;
            self.cursor.skip_blanks(tabs)?;
            if self.cursor.byte() == b'#' {
                self.skip_comment()?;
            }
            if !self.cursor.is_break(0) {
                return Ok(());
            }
            self.cursor.ensure(2)?;
            self.cursor.skip_line();
            if self.flow_level == 0 {
                self.simple_key_allowed = true;
            }
        }
    }

    fn skip_comment(&mut self) -> Result<(), Problem> {
        let mark = self.cursor.mark;
        let start = self.cursor.pos;
        self.cursor.skip_to_break()?;
        if self.keeps_comments {
            let alone = self.cursor.is_line_blank_before(start);
            let text = &self.cursor.text[start + 1..self.cursor.pos];
            self.comments.push(Comment { text, mark, alone });
        }
        Ok(())
    }

    /// Opens a block collection when `column` is beyond the current one; its token goes before token `number`.
    fn roll_indent(
        &mut self,
        column: isize,
        number: Option<usize>,
        kind: TokenKind<'a>,
        mark: Mark,
    ) -> Result<(), Problem> {
        if self.flow_level > 0 || self.indent >= column {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column;
        if self.indents.len() > MAX_LEVELS {
            let context = self.keys.last().mark;
            return Err(self.problem(context, &format!("exceeded max depth of {MAX_LEVELS}")));
        }
        self.insert(
            number,
            Token {
                kind,
                start: mark,
                end: mark,
            },
        );
        Ok(())
    }

    /// Puts a token before token `number`; at the end when there is none or it has been taken.
    fn insert(&mut self, number: Option<usize>, token: Token<'a>) {
        match number.and_then(|number| number.checked_sub(self.taken)) {
            Some(at) if at <= self.tokens.len() => self.tokens.insert(at, token),
            _ => self.tokens.push_back(token),
        }
    }

    /// Closes the block collections that are indented more than `column`.
    fn unroll_indent(&mut self, column: isize) {
        if self.flow_level > 0 {
            return;
        }
        while self.indent > column {
            self.push(TokenKind::BlockEnd, self.cursor.mark);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    fn scan_anchor(&mut self, alias: bool) -> Result<Token<'a>, Problem> {
        let start = self.cursor.mark;
        self.cursor.skip_ascii(1);
        let name = self.cursor.take_word()?;
        let ends = matches!(
            self.cursor.byte(),
            b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`'
        );
        if name.is_empty() || !(ends || self.cursor.is_blankz(0)) {
            return Err(self.problem(start, "did not find expected alphabetic or numeric character"));
        }
        let kind = if alias {
            TokenKind::Alias(name)
        } else {
            TokenKind::Anchor(name)
        };
        Ok(Token {
            kind,
            start,
            end: self.cursor.mark,
        })
    }
}
