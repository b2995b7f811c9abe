//! Splits a template's text into tokens, as Go's lexer does.

mod letter;
mod number;

use std::borrow::Cow;

use bstr::ByteSlice;

use crate::quote::char_name;
use crate::token::{Token, TokenKind};

/// The state of the lexer between two tokens.
pub(crate) struct Lexer<'s> {
    source: &'s [u8],
    /// Where the token under way starts.
    start: usize,
    /// The next byte to read.
    pos: usize,
    paren_depth: usize,
    inside_action: bool,
    breaks: LoopWords,
    error: Cow<'static, [u8]>,
}

/// Which of `break` and `continue` are keywords: those that no function is named after.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LoopWords {
    pub(crate) break_ok: bool,
    pub(crate) continue_ok: bool,
}

/// The ASCII characters of names.
const IS_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte as usize] = byte == b'_' || byte.is_ascii_alphanumeric();
        byte += 1;
    }
    table
};

impl<'s> Lexer<'s> {
    pub(crate) fn new(source: &'s [u8], breaks: LoopWords) -> Self {
        Self {
            source,
            start: 0,
            pos: 0,
            paren_depth: 0,
            inside_action: false,
            breaks,
            error: Cow::Borrowed(b""),
        }
    }

    /// Why the last token is [`TokenKind::Error`].
    pub(crate) fn error(&self) -> &[u8] {
        &self.error
    }

    /// The next token; after the last one, or after an error, [`TokenKind::Eof`] for ever.
    pub(crate) fn next_token(&mut self) -> Token {
        if self.inside_action {
            self.inside_action()
        } else {
            self.text()
        }
    }

    // Reading.

    fn rest(&self) -> &'s [u8] {
        self.source.get(self.pos..).unwrap_or_default()
    }

    fn starts_with(&self, skip: usize, text: &[u8]) -> bool {
        self.rest().get(skip..).is_some_and(|rest| rest.starts_with(text))
    }

    /// The next character and its length in bytes; U+FFFD for what is no UTF-8.
    fn decode(&self) -> Option<(char, usize)> {
        match self.rest() {
            [] => None,
            [byte, ..] if byte.is_ascii() => Some((char::from(*byte), 1)),
            rest => {
                let (character, size) = bstr::decode_utf8(rest);
                Some((character.unwrap_or(char::REPLACEMENT_CHARACTER), size))
            }
        }
    }

    fn peek(&self) -> Option<char> {
        self.decode().map(|(character, _)| character)
    }

    fn bump(&mut self) -> Option<char> {
        let (character, size) = self.decode()?;
        self.pos += size;
        Some(character)
    }

    fn accept(&mut self, valid: &[u8]) -> bool {
        let found = self.rest().first().is_some_and(|byte| valid.contains(byte));
        self.pos += usize::from(found);
        found
    }

    fn accept_run(&mut self, valid: &[u8]) {
        while self.accept(valid) {}
    }

    fn skip_spaces(&mut self) {
        self.pos += self.rest().iter().take_while(|byte| is_space(**byte)).count();
    }

    // Giving.

    fn emit(&mut self, kind: TokenKind) -> Token {
        let token = Token {
            kind,
            start: offset(self.start),
            end: offset(self.pos),
        };
        self.start = self.pos;
        token
    }

    fn fail(&mut self, message: impl Into<Cow<'static, [u8]>>) -> Token {
        let token = Token {
            kind: TokenKind::Error,
            start: offset(self.start),
            end: offset(self.start),
        };
        self.error = message.into();
        self.source = &[];
        (self.start, self.pos, self.inside_action) = (0, 0, false);
        token
    }

    // Text, comments and delimiters.

    fn text(&mut self) -> Token {
        loop {
            let Some(length) = find_left_delim(self.rest()) else {
                self.pos = self.source.len();
                return self.emit(if self.pos > self.start {
                    TokenKind::Text
                } else {
                    TokenKind::Eof
                });
            };
            let delim = self.pos + length;
            self.pos = delim;
            if has_left_trim_marker(&self.rest()[2..]) {
                let text = &self.source[self.start..delim];
                let end = text.iter().rposition(|byte| !is_space(*byte));
                self.pos = self.start + end.map_or(0, |last| last + 1);
            }
            let token = self.emit(TokenKind::Text);
            (self.start, self.pos) = (delim, delim);
            if token.end > token.start {
                return token;
            }
            if let Some(token) = self.left_delim_or_comment() {
                return token;
            }
        }
    }

    /// The delimiter; or, after a comment, nothing.
    fn left_delim_or_comment(&mut self) -> Option<Token> {
        self.pos += 2;
        let after_marker = if has_left_trim_marker(self.rest()) { 2 } else { 0 };
        if self.starts_with(after_marker, b"/*") {
            self.pos += after_marker;
            self.start = self.pos;
            return self.comment();
        }
        let token = self.emit(TokenKind::LeftDelim);
        self.inside_action = true;
        self.paren_depth = 0;
        self.pos += after_marker;
        self.start = self.pos;
        Some(token)
    }

    /// Skips a comment; gives a token only if it is malformed.
    fn comment(&mut self) -> Option<Token> {
        let Some(length) = self.rest().get(2..).and_then(|rest| rest.find("*/")) else {
            return Some(self.fail(b"unclosed comment".as_slice()));
        };
        self.pos += 2 + length + 2;
        let Some(trim) = self.at_right_delim() else {
            return Some(self.fail(b"comment ends before closing delimiter".as_slice()));
        };
        self.pos += if trim { 4 } else { 2 };
        if trim {
            self.skip_spaces();
        }
        self.start = self.pos;
        None
    }

    /// Whether the lexer is at a right delimiter, and if so, whether with a trim marker.
    fn at_right_delim(&self) -> Option<bool> {
        if has_right_trim_marker(self.rest()) && self.starts_with(2, b"}}") {
            return Some(true);
        }
        self.starts_with(0, b"}}").then_some(false)
    }

    fn right_delim(&mut self) -> Token {
        let trim = self.at_right_delim() == Some(true);
        if trim {
            self.pos += 2;
            self.start = self.pos;
        }
        self.pos += 2;
        let token = self.emit(TokenKind::RightDelim);
        if trim {
            self.skip_spaces();
            self.start = self.pos;
        }
        self.inside_action = false;
        token
    }

    // Inside of actions.

    fn inside_action(&mut self) -> Token {
        if self.at_right_delim().is_some() {
            if self.paren_depth == 0 {
                return self.right_delim();
            }
            return self.fail(b"unclosed left paren".as_slice());
        }
        let Some(character) = self.bump() else {
            return self.fail(b"unclosed action".as_slice());
        };
        match character {
            ' ' | '\t' | '\r' | '\n' => self.space(),
            '=' => self.emit(TokenKind::Assign),
            ':' if self.bump() == Some('=') => self.emit(TokenKind::Declare),
            ':' => self.fail(b"expected :=".as_slice()),
            '|' => self.emit(TokenKind::Pipe),
            '"' => self.quoted(b'"', TokenKind::String, "unterminated quoted string"),
            '\'' => self.quoted(b'\'', TokenKind::CharConstant, "unterminated character constant"),
            '`' => self.raw_quoted(),
            '$' => self.field_or_variable(TokenKind::Variable, TokenKind::Variable),
            '.' if self.rest().first().is_some_and(|byte| !byte.is_ascii_digit()) => {
                self.field_or_variable(TokenKind::Field, TokenKind::Dot)
            }
            '.' | '+' | '-' | '0'..='9' => self.number(),
            '(' => {
                self.paren_depth += 1;
                self.emit(TokenKind::LeftParen)
            }
            ')' => match self.paren_depth.checked_sub(1) {
                Some(depth) => {
                    self.paren_depth = depth;
                    self.emit(TokenKind::RightParen)
                }
                None => self.fail(b"unexpected right paren".as_slice()),
            },
            _ if is_alphanumeric(character) => self.identifier(),
            '!'..='~' => self.emit(TokenKind::Char),
            _ => self.fail(format!("unrecognized character in action: {}", char_name(character)).into_bytes()),
        }
    }

    /// The first space is read. The last one may belong to a trim marker.
    fn space(&mut self) -> Token {
        self.skip_spaces();
        self.pos -= 1;
        if self.at_right_delim() == Some(true) {
            if self.pos == self.start {
                return self.right_delim();
            }
        } else {
            self.pos += 1;
        }
        self.emit(TokenKind::Space)
    }

    fn identifier(&mut self) -> Token {
        if let Some(token) = self.rest_of_word() {
            return token;
        }
        let word = &self.source[self.start..self.pos];
        let kind = match TokenKind::keyword(word) {
            Some(TokenKind::Break) if !self.breaks.break_ok => TokenKind::Identifier,
            Some(TokenKind::Continue) if !self.breaks.continue_ok => TokenKind::Identifier,
            Some(keyword) => keyword,
            None if word == b"true" || word == b"false" => TokenKind::Bool,
            None => TokenKind::Identifier,
        };
        self.emit(kind)
    }

    /// The dot or the dollar is read; nothing may follow it.
    fn field_or_variable(&mut self, kind: TokenKind, alone: TokenKind) -> Token {
        if self.at_terminator() {
            return self.emit(alone);
        }
        match self.rest_of_word() {
            Some(error) => error,
            None => self.emit(kind),
        }
    }

    /// Reads letters and digits up to a character that may follow a word; gives a token if another one follows.
    fn rest_of_word(&mut self) -> Option<Token> {
        loop {
            let ascii = self.rest().iter().take_while(|byte| IS_WORD[usize::from(**byte)]);
            self.pos += ascii.count();
            match self.decode() {
                Some((character, size)) if !character.is_ascii() && is_alphanumeric(character) => self.pos += size,
                _ => break,
            }
        }
        if self.at_terminator() {
            return None;
        }
        let character = self.peek().unwrap_or(char::REPLACEMENT_CHARACTER);
        Some(self.fail(format!("bad character {}", char_name(character)).into_bytes()))
    }

    fn at_terminator(&self) -> bool {
        match self.rest().first() {
            None | Some(b' ' | b'\t' | b'\r' | b'\n' | b'.' | b',' | b'|' | b':' | b')' | b'(') => true,
            Some(_) => self.starts_with(0, b"}}"),
        }
    }

    /// The opening quote is read. What is between the quotes is the parser's business.
    fn quoted(&mut self, quote: u8, kind: TokenKind, unterminated: &'static str) -> Token {
        loop {
            match self.rest().first() {
                None | Some(b'\n') => return self.fail(unterminated.as_bytes()),
                Some(b'\\') => {
                    self.pos += 1;
                    if matches!(self.rest().first(), None | Some(b'\n')) {
                        return self.fail(unterminated.as_bytes());
                    }
                    self.pos += 1;
                }
                Some(byte) => {
                    self.pos += 1;
                    if *byte == quote {
                        return self.emit(kind);
                    }
                }
            }
        }
    }

    fn raw_quoted(&mut self) -> Token {
        match self.rest().find_byte(b'`') {
            Some(length) => {
                self.pos += length + 1;
                self.emit(TokenKind::RawString)
            }
            None => self.fail(b"unterminated raw quoted string".as_slice()),
        }
    }
}

fn find_left_delim(text: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let brace = from + text.get(from..)?.find_byte(b'{')?;
        if text.get(brace + 1) == Some(&b'{') {
            return Some(brace);
        }
        from = brace + 1;
    }
}

fn offset(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn is_alphanumeric(character: char) -> bool {
    character == '_'
        || character.is_ascii_alphanumeric()
        || (!character.is_ascii() && letter::is_letter_or_digit(character))
}

fn has_left_trim_marker(text: &[u8]) -> bool {
    matches!(text, [b'-', b' ' | b'\t' | b'\r' | b'\n', ..])
}

fn has_right_trim_marker(text: &[u8]) -> bool {
    matches!(text, [b' ' | b'\t' | b'\r' | b'\n', b'-', ..])
}
