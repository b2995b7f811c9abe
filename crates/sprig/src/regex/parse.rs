//! Reads a pattern of Go's `regexp` (RE2's syntax) into the form that the regex engine compiles.
//!
//! The engine's own parser reads another dialect (Unicode `\d`, `&&` in classes, no `\Q`), and its errors have other
//! texts; so this one goes straight to its intermediate form.

use regex_syntax::hir::{Dot, Hir, Look};

use govalue::decode_rune;

use self::bracket::unicode_class;
use self::group::Group;
use super::class::{self, Runes};
use super::error::{Code, SyntaxError};
use super::escape;
use super::node::Node;

mod bracket;
mod group;
mod repetition;

/// A pattern that was read.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) hir: Hir,
    /// The groups' names, the whole match first.
    pub(crate) names: Vec<Option<Box<[u8]>>>,
}

/// How many ranges all classes of a pattern may have together, to bound what a pattern costs: each `\pL` has about 600.
const MAX_RANGES: usize = 1 << 19;

/// `(?i)`: letters match in either case.
const FOLD: u8 = 1;
/// `(?m)`: `^` and `$` match at lines.
const MULTI_LINE: u8 = 2;
/// `(?s)`: a dot matches newlines.
const DOT_NEWLINE: u8 = 4;
/// `(?U)`: `*` is lazy, `*?` greedy.
const SWAP_GREED: u8 = 8;

/// Reads a whole pattern.
pub(crate) fn parse(pattern: &[u8]) -> Result<Parsed, SyntaxError> {
    let mut parser = Parser {
        whole: pattern,
        rest: pattern,
        flags: 0,
        groups: vec![Group::default()],
        names: vec![None],
        ranges: 0,
        last_repeat: None,
    };
    while !parser.rest.is_empty() {
        parser.step()?;
    }
    parser.finish()
}

struct Parser<'p> {
    whole: &'p [u8],
    rest: &'p [u8],
    flags: u8,
    /// The groups that are open, the whole pattern first.
    groups: Vec<Group>,
    names: Vec<Option<Box<[u8]>>>,
    ranges: usize,
    /// The text from the repetition operator that was read just before.
    last_repeat: Option<&'p [u8]>,
}

impl<'p> Parser<'p> {
    /// Reads one element.
    fn step(&mut self) -> Result<(), SyntaxError> {
        let before = self.rest;
        let last_repeat = self.last_repeat.take();
        match before[0] {
            b'(' => self.open()?,
            b')' => self.close()?,
            b'|' => {
                self.advance(1);
                let items = std::mem::take(&mut self.group().items);
                let alternative = self.limited(Node::concat(items))?;
                self.group().alternatives.push(alternative);
            }
            b'^' => self.look(
                1,
                if self.has(MULTI_LINE) {
                    Look::StartLF
                } else {
                    Look::Start
                },
            ),
            b'$' => self.look(1, if self.has(MULTI_LINE) { Look::EndLF } else { Look::End }),
            b'.' => {
                self.advance(1);
                let dot = if self.has(DOT_NEWLINE) {
                    Dot::AnyChar
                } else {
                    Dot::AnyCharExceptLF
                };
                self.push(Node::leaf(Hir::dot(dot)));
            }
            b'[' => self.class()?,
            b'*' | b'+' | b'?' | b'{' => self.repetition(before, last_repeat)?,
            b'\\' => self.escape()?,
            _ => self.literal()?,
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Parsed, SyntaxError> {
        let group = self.groups.pop().unwrap_or_default();
        if !self.groups.is_empty() {
            return Err(SyntaxError::new(Code::MissingParen, self.whole));
        }
        let node = self.joined(group)?;
        Ok(Parsed {
            hir: node.hir,
            names: self.names,
        })
    }

    fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    fn advance(&mut self, bytes: usize) {
        self.rest = &self.rest[bytes..];
    }

    fn group(&mut self) -> &mut Group {
        if self.groups.is_empty() {
            self.groups.push(Group::default());
        }
        let last = self.groups.len() - 1;
        &mut self.groups[last]
    }

    fn push(&mut self, node: Node) {
        self.group().items.push(node);
    }

    fn look(&mut self, length: usize, look: Look) {
        self.advance(length);
        self.push(Node::leaf(Hir::look(look)));
    }

    fn push_class(&mut self, runes: &Runes) -> Result<(), SyntaxError> {
        self.ranges += runes.len();
        if self.ranges > MAX_RANGES {
            return Err(SyntaxError::new(Code::TooLarge, self.whole));
        }
        self.push(Node::leaf(runes.to_hir()));
        Ok(())
    }

    /// Names the whole pattern in the error of a limit.
    fn limited(&self, node: Result<Node, Code>) -> Result<Node, SyntaxError> {
        node.map_err(|code| SyntaxError::new(code, self.whole))
    }

    /// What a group holds.
    fn joined(&self, mut group: Group) -> Result<Node, SyntaxError> {
        let last = self.limited(Node::concat(group.items))?;
        group.alternatives.push(last);
        self.limited(Node::alternate(group.alternatives))
    }

    fn literal(&mut self) -> Result<(), SyntaxError> {
        let (rune, rest) = next_rune(self.rest)?;
        self.rest = rest;
        self.push(Node::literal(rune, self.has(FOLD)));
        Ok(())
    }

    fn escape(&mut self) -> Result<(), SyntaxError> {
        let text = self.rest;
        let fold = self.has(FOLD);
        match text.get(1) {
            Some(b'A') => self.look(2, Look::Start),
            Some(b'z') => self.look(2, Look::End),
            Some(b'b') => self.look(2, Look::WordAscii),
            Some(b'B') => self.look(2, Look::WordAsciiNegate),
            // Any byte: known to Go, but not supported.
            Some(b'C') => return Err(SyntaxError::new(Code::InvalidEscape, &text[..2])),
            Some(b'Q') => return self.quoted(&text[2..]),
            Some(b'p' | b'P') => {
                let (runes, rest) = unicode_class(text, fold)?;
                self.rest = rest;
                self.push_class(&runes)?;
            }
            Some(letter) => {
                if let Some(runes) = class::perl(*letter, fold) {
                    self.advance(2);
                    return self.push_class(&runes);
                }
                let (rune, rest) = escape::read(text)?;
                self.rest = rest;
                self.push(Node::literal(rune, fold));
            }
            None => return Err(SyntaxError::new(Code::TrailingBackslash, b"")),
        }
        Ok(())
    }

    /// Runes between `\Q` and `\E`, or up to the end.
    fn quoted(&mut self, text: &'p [u8]) -> Result<(), SyntaxError> {
        let end = text.windows(2).position(|pair| pair == br"\E");
        let (mut literal, rest) = end.map_or((text, &text[text.len()..]), |end| (&text[..end], &text[end + 2..]));
        while !literal.is_empty() {
            let (rune, after) = next_rune(literal)?;
            self.push(Node::literal(rune, self.has(FOLD)));
            literal = after;
        }
        self.rest = rest;
        Ok(())
    }
}

/// The first rune of a text that is not empty.
pub(crate) fn next_rune(text: &[u8]) -> Result<(u32, &[u8]), SyntaxError> {
    match decode_rune(text) {
        (Some(rune), size) => Ok((rune.into(), &text[size..])),
        (None, _) => Err(SyntaxError::new(Code::InvalidUtf8, text)),
    }
}

fn check_utf8(text: &[u8]) -> Result<(), SyntaxError> {
    match std::str::from_utf8(text) {
        Ok(_) => Ok(()),
        Err(error) => Err(SyntaxError::new(Code::InvalidUtf8, &text[error.valid_up_to()..])),
    }
}
