//! Reads a pattern of Go's `regexp` (RE2's syntax) into the form that the regex engine compiles.
//!
//! The engine's own parser reads another dialect (Unicode `\d`, `&&` in classes, no `\Q`), and its errors have other
//! texts; so this one goes straight to its intermediate form.

use regex_syntax::hir::{Dot, Hir, Look};

use govalue::decode_rune;

use super::class::{self, Runes};
use super::error::{Code, SyntaxError};
use super::escape;
use super::node::{MAX_REPEAT, Node, Repeat};

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

/// A group whose end was not read yet.
#[derive(Default)]
struct Group {
    /// The flags outside.
    flags: u8,
    capture: Option<u32>,
    alternatives: Vec<Node>,
    items: Vec<Node>,
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

    fn open(&mut self) -> Result<(), SyntaxError> {
        if self.rest.starts_with(b"(?") {
            return self.open_perl();
        }
        self.advance(1);
        self.open_capture(None);
        Ok(())
    }

    fn open_capture(&mut self, name: Option<&[u8]>) {
        let index = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(name.map(Box::from));
        self.groups.push(Group {
            flags: self.flags,
            capture: Some(index),
            ..Group::default()
        });
    }

    fn close(&mut self) -> Result<(), SyntaxError> {
        if self.groups.len() < 2 {
            return Err(SyntaxError::new(Code::UnexpectedParen, self.whole));
        }
        self.advance(1);
        let group = self.groups.pop().unwrap_or_default();
        let (flags, capture) = (group.flags, group.capture);
        let node = self.joined(group)?;
        let node = match capture {
            Some(index) => self.limited(node.capture(index))?,
            None => node.group(),
        };
        self.flags = flags;
        self.push(node);
        Ok(())
    }

    /// `(?P<name>`, `(?<name>`, `(?flags)` or `(?flags:`.
    fn open_perl(&mut self) -> Result<(), SyntaxError> {
        let text = self.rest;
        let name_at = if text.len() > 4 && text.starts_with(b"(?P<") {
            Some(4)
        } else if text.len() > 3 && text.starts_with(b"(?<") {
            Some(3)
        } else {
            None
        };
        match name_at {
            Some(start) => self.open_named(text, start),
            None => self.set_flags(text),
        }
    }

    fn open_named(&mut self, text: &'p [u8], start: usize) -> Result<(), SyntaxError> {
        let Some(end) = text.iter().position(|&byte| byte == b'>') else {
            check_utf8(text)?;
            return Err(SyntaxError::new(Code::InvalidNamedCapture, text));
        };
        let name = &text[start.min(end)..end];
        check_utf8(name)?;
        if name.is_empty() || !name.iter().all(|&byte| byte == b'_' || byte.is_ascii_alphanumeric()) {
            return Err(SyntaxError::new(Code::InvalidNamedCapture, &text[..=end]));
        }
        self.rest = &text[end + 1..];
        self.open_capture(Some(name));
        Ok(())
    }

    fn set_flags(&mut self, text: &'p [u8]) -> Result<(), SyntaxError> {
        let mut rest = &text[2..];
        let (mut flags, mut clear, mut saw_flag) = (self.flags, false, false);
        while !rest.is_empty() {
            let (rune, after) = next_rune(rest)?;
            rest = after;
            let flag = match char::from_u32(rune) {
                Some('i') => FOLD,
                Some('m') => MULTI_LINE,
                Some('s') => DOT_NEWLINE,
                Some('U') => SWAP_GREED,
                Some('-') if !clear => {
                    clear = true;
                    saw_flag = false;
                    continue;
                }
                Some(end @ (':' | ')')) if !clear || saw_flag => {
                    if end == ':' {
                        self.groups.push(Group {
                            flags: self.flags,
                            ..Group::default()
                        });
                    }
                    self.flags = flags;
                    self.rest = rest;
                    return Ok(());
                }
                _ => break,
            };
            flags = if clear { flags & !flag } else { flags | flag };
            saw_flag = true;
        }
        Err(SyntaxError::new(Code::InvalidPerlOp, &text[..text.len() - rest.len()]))
    }

    fn repetition(&mut self, before: &'p [u8], last_repeat: Option<&'p [u8]>) -> Result<(), SyntaxError> {
        let (min, max, mut after) = match before[0] {
            b'*' => (0, None, &before[1..]),
            b'+' => (1, None, &before[1..]),
            b'?' => (0, Some(1), &before[1..]),
            _ => match counts(before) {
                // Braces that are no repetition stand for themselves.
                None => return self.literal(),
                Some((min, max, after)) => {
                    let fits = |count: u32| count <= MAX_REPEAT;
                    if !fits(min) || !max.is_none_or(fits) || max.is_some_and(|max| min > max) {
                        return Err(SyntaxError::new(
                            Code::InvalidRepeatSize,
                            &before[..before.len() - after.len()],
                        ));
                    }
                    (min, max, after)
                }
            },
        };
        let mut greedy = !self.has(SWAP_GREED);
        if after.first() == Some(&b'?') {
            after = &after[1..];
            greedy = !greedy;
        }
        if let Some(last) = last_repeat {
            return Err(SyntaxError::new(
                Code::InvalidRepeatOp,
                &last[..last.len() - after.len()],
            ));
        }
        let operator = &before[..before.len() - after.len()];
        let Some(item) = self.group().items.pop() else {
            return Err(SyntaxError::new(Code::MissingRepeatArgument, operator));
        };
        let repeat = Repeat {
            min,
            max,
            greedy,
            counted: before[0] == b'{',
        };
        let node = item.repeat(repeat).map_err(|code| {
            let part = if code == Code::InvalidRepeatSize {
                operator
            } else {
                self.whole
            };
            SyntaxError::new(code, part)
        })?;
        self.push(node);
        self.rest = after;
        self.last_repeat = Some(before);
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

    /// A class in brackets.
    fn class(&mut self) -> Result<(), SyntaxError> {
        let whole = self.rest;
        let fold = self.has(FOLD);
        let mut rest = &whole[1..];
        let negate = rest.first() == Some(&b'^');
        if negate {
            rest = &rest[1..];
        }
        let mut runes = Runes::default();
        let mut first = true;
        while first || rest.first() != Some(&b']') {
            first = false;
            rest = class_item(rest, whole, fold, &mut runes)?;
            if runes.len() > MAX_RANGES {
                return Err(SyntaxError::new(Code::TooLarge, self.whole));
            }
        }
        self.rest = &rest[1..];
        self.push_class(&if negate { runes.negated() } else { runes })
    }
}

/// Reads one element of a class in brackets and returns what is after it.
fn class_item<'p>(text: &'p [u8], whole: &[u8], fold: bool, runes: &mut Runes) -> Result<&'p [u8], SyntaxError> {
    let name_end = if text.len() > 2 && text.starts_with(b"[:") {
        text[2..].windows(2).position(|pair| pair == b":]")
    } else {
        None
    };
    if let Some(end) = name_end {
        let (name, rest) = text.split_at(end + 4);
        let known = class::posix(&name[2..end + 2], fold);
        runes.extend(&known.ok_or_else(|| SyntaxError::new(Code::InvalidCharRange, name))?);
        return Ok(rest);
    }
    if text.starts_with(br"\p") || text.starts_with(br"\P") {
        let (class, rest) = unicode_class(text, fold)?;
        runes.extend(&class);
        return Ok(rest);
    }
    if let Some(class) = text
        .strip_prefix(b"\\")
        .and_then(<[u8]>::first)
        .and_then(|&letter| class::perl(letter, fold))
    {
        runes.extend(&class);
        return Ok(&text[2..]);
    }
    let (low, mut rest) = class_rune(text, whole)?;
    let mut high = low;
    if rest.len() >= 2 && rest[0] == b'-' && rest[1] != b']' {
        (high, rest) = class_rune(&rest[1..], whole)?;
        if high < low {
            return Err(SyntaxError::new(
                Code::InvalidCharRange,
                &text[..text.len() - rest.len()],
            ));
        }
    }
    let mut range = Runes::default();
    range.add(low, high);
    runes.extend(&if fold { range.folded() } else { range });
    Ok(rest)
}

fn class_rune<'p>(text: &'p [u8], whole: &[u8]) -> Result<(u32, &'p [u8]), SyntaxError> {
    match text.first() {
        None => Err(SyntaxError::new(Code::MissingBracket, whole)),
        Some(b'\\') => escape::read(text),
        Some(_) => next_rune(text),
    }
}

/// `\pN`, `\p{Name}`, `\P...`, `\p{^Name}`.
fn unicode_class(text: &[u8], fold: bool) -> Result<(Runes, &[u8]), SyntaxError> {
    let mut negate = text[1] == b'P';
    let (letter, after) = if text.len() > 2 {
        next_rune(&text[2..])?
    } else {
        (0, &text[2..])
    };
    let (sequence, mut name, rest) = if letter == u32::from(b'{') {
        let Some(end) = text.iter().position(|&byte| byte == b'}') else {
            check_utf8(text)?;
            return Err(SyntaxError::new(Code::InvalidCharRange, text));
        };
        check_utf8(&text[3..end])?;
        (&text[..=end], &text[3..end], &text[end + 1..])
    } else {
        let sequence = &text[..text.len() - after.len()];
        (sequence, &sequence[2..], after)
    };
    if let Some(negated) = name.strip_prefix(b"^") {
        negate = !negate;
        name = negated;
    }
    let runes = class::unicode(name, negate, fold).ok_or_else(|| SyntaxError::new(Code::InvalidCharRange, sequence))?;
    Ok((runes, rest))
}

/// `{min}`, `{min,}` or `{min,max}` and what is after it; numbers too big are over the limit, whatever they are.
fn counts(text: &[u8]) -> Option<(u32, Option<u32>, &[u8])> {
    let (min, rest) = count(&text[1..])?;
    match rest.first()? {
        b'}' => Some((min, Some(min), &rest[1..])),
        b',' if rest.get(1) == Some(&b'}') => Some((min, None, &rest[2..])),
        b',' => {
            let (max, rest) = count(&rest[1..])?;
            (rest.first() == Some(&b'}')).then(|| (min, Some(max), &rest[1..]))
        }
        _ => None,
    }
}

/// A decimal number without leading zeros.
fn count(text: &[u8]) -> Option<(u32, &[u8])> {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(length);
    if digits.is_empty() || (digits.len() > 1 && digits[0] == b'0') {
        return None;
    }
    let value = digits.iter().fold(0u32, |value, digit| {
        value.saturating_mul(10).saturating_add(u32::from(digit - b'0'))
    });
    Some((value, rest))
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
