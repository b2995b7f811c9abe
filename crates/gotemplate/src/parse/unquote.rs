//! Go's string and character literals.

use std::borrow::Cow;

/// What a literal in double quotes or back quotes stands for; `None` if it is malformed.
pub(super) fn unquote(literal: &[u8]) -> Option<Cow<'_, [u8]>> {
    let (quote, rest) = literal.split_first()?;
    let body = rest.strip_suffix(&[*quote])?;
    if *quote == b'`' {
        return Some(if body.contains(&b'\r') {
            body.iter().copied().filter(|byte| *byte != b'\r').collect()
        } else {
            body.into()
        });
    }
    if !body.contains(&b'\\') && !body.contains(quote) && std::str::from_utf8(body).is_ok() {
        return Some(body.into());
    }
    let mut text = Vec::with_capacity(body.len());
    let mut rest = body;
    while !rest.is_empty() {
        let (unit, tail) = unquote_char(rest, *quote)?;
        unit.append(&mut text);
        rest = tail;
    }
    Some(text.into())
}

/// What a character literal stands for, or Go's words for what is wrong with it.
pub(super) fn unquote_rune(literal: &[u8]) -> Result<u32, Vec<u8>> {
    let invalid = || b"invalid syntax".to_vec();
    let body = literal.get(1..).ok_or_else(invalid)?;
    let (unit, tail) = unquote_char(body, b'\'').ok_or_else(invalid)?;
    if tail != b"'" {
        return Err([b"malformed character constant: ", literal].concat());
    }
    Ok(match unit {
        Unit::Byte(byte) => u32::from(byte),
        Unit::Char(character) => u32::from(character),
    })
}

/// What one escape or character stands for.
#[derive(Clone, Copy)]
enum Unit {
    Byte(u8),
    Char(char),
}

impl Unit {
    fn append(self, text: &mut Vec<u8>) {
        match self {
            Self::Byte(byte) => text.push(byte),
            Self::Char(character) => text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

fn unquote_char(text: &[u8], quote: u8) -> Option<(Unit, &[u8])> {
    match text {
        [] | [b'\\'] => None,
        [byte, ..] if *byte == quote => None,
        [b'\\', escape, tail @ ..] => unquote_escape(*escape, tail, quote),
        [byte, tail @ ..] if byte.is_ascii() => Some((Unit::Byte(*byte), tail)),
        _ => match bstr::decode_utf8(text) {
            (Some(character), size) => Some((Unit::Char(character), &text[size..])),
            (None, _) => Some((Unit::Char(char::REPLACEMENT_CHARACTER), &text[1..])),
        },
    }
}

fn unquote_escape(escape: u8, tail: &[u8], quote: u8) -> Option<(Unit, &[u8])> {
    let byte = match escape {
        b'a' => 0x07,
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 0x0b,
        b'\\' => b'\\',
        b'\'' | b'"' if escape == quote => quote,
        b'x' => return hex(tail, 2).and_then(|(code, tail)| Some((Unit::Byte(u8::try_from(code).ok()?), tail))),
        b'u' => return hex(tail, 4).and_then(unit_of_code),
        b'U' => return hex(tail, 8).and_then(unit_of_code),
        b'0'..=b'7' => return octal(escape, tail),
        _ => return None,
    };
    Some((Unit::Byte(byte), tail))
}

fn unit_of_code((code, tail): (u32, &[u8])) -> Option<(Unit, &[u8])> {
    Some((Unit::Char(char::from_u32(code)?), tail))
}

fn hex(text: &[u8], digits: usize) -> Option<(u32, &[u8])> {
    let (number, tail) = text.split_at_checked(digits)?;
    let code = number
        .iter()
        .try_fold(0_u32, |code, digit| Some(code << 4 | char::from(*digit).to_digit(16)?))?;
    Some((code, tail))
}

fn octal(first: u8, text: &[u8]) -> Option<(Unit, &[u8])> {
    let (number, tail) = text.split_at_checked(2)?;
    let first = char::from(first).to_digit(8)?;
    let code = number
        .iter()
        .try_fold(first, |code, digit| Some(code << 3 | char::from(*digit).to_digit(8)?))?;
    Some((Unit::Byte(u8::try_from(code).ok()?), tail))
}
