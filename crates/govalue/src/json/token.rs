//! Literals of JSON text: strings, numbers and the three names, with Go's complaints.

use super::DecodeError;
use crate::number::parse_float;
use crate::{Str, Value, rune};

/// A place in JSON text.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// The next byte, `None` at the end; moves past it.
    pub(super) fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    /// The next byte that isn't white space, `None` at the end; moves past it.
    pub(super) fn next_token(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.at += 1;
        }
        self.next()
    }

    /// How many bytes have been passed.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Goes back to a [`Cursor::position`].
    pub(super) fn rewind(&mut self, position: usize) {
        self.at = position;
    }

    /// The complaint about the byte just passed.
    pub(super) fn unexpected(&self, found: u8, place: &'static str) -> DecodeError {
        DecodeError::Syntax {
            found,
            place,
            offset: self.at,
        }
    }

    /// The complaint about `found`, or about the end of the text. Go tries a space when the text ends inside a token.
    fn broken(&self, found: Option<u8>, place: &'static str) -> DecodeError {
        self.unexpected(found.unwrap_or(b' '), place)
    }

    /// Passes the rest of `true`, `false` or `null`; the letters and the places Go would complain at, in turn.
    pub(super) fn name(&mut self, rest: &[(u8, &'static str)]) -> Result<(), DecodeError> {
        for &(letter, place) in rest {
            match self.next() {
                Some(found) if found == letter => {}
                found => return Err(self.broken(found, place)),
            }
        }
        Ok(())
    }

    /// Passes the rest of a number that begins with `first`, and returns it; `Err(text)` inside if it fits no float64.
    pub(super) fn number(&mut self, first: u8) -> Result<Result<Value, String>, DecodeError> {
        let start = self.at - 1;
        let first = if first == b'-' {
            self.digit("in numeric literal")?
        } else {
            first
        };
        if first != b'0' {
            self.digits();
        }
        let mut integral = true;
        if self.peek() == Some(b'.') {
            integral = false;
            self.at += 1;
            self.digit("after decimal point in numeric literal")?;
            self.digits();
        }
        if let Some(b'e' | b'E') = self.peek() {
            integral = false;
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digit("in exponent of numeric literal")?;
            self.digits();
        }
        Ok(number(&self.text[start..self.at], integral))
    }

    fn digit(&mut self, place: &'static str) -> Result<u8, DecodeError> {
        match self.next() {
            Some(digit @ b'0'..=b'9') => Ok(digit),
            found => Err(self.broken(found, place)),
        }
    }

    fn digits(&mut self) {
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
    }

    /// Passes the rest of a string, and returns its contents.
    pub(super) fn string(&mut self) -> Result<Str, DecodeError> {
        let mut decoded = Vec::new();
        loop {
            let rest = &self.text[self.at..];
            let plain = rest
                .iter()
                .position(|byte| matches!(byte, b'"' | b'\\' | ..b' '))
                .unwrap_or(rest.len());
            let piece = &rest[..plain];
            self.at += plain;
            match self.next() {
                None => return Err(DecodeError::End),
                Some(b'"') if decoded.is_empty() && std::str::from_utf8(piece).is_ok() => return Ok(piece.into()),
                Some(b'"') => {
                    push_repaired(piece, &mut decoded);
                    return Ok(decoded.into());
                }
                Some(b'\\') => {
                    push_repaired(piece, &mut decoded);
                    self.escape(&mut decoded)?;
                }
                Some(control) => return Err(self.unexpected(control, "in string literal")),
            }
        }
    }

    fn escape(&mut self, decoded: &mut Vec<u8>) -> Result<(), DecodeError> {
        decoded.push(match self.next() {
            Some(byte @ (b'"' | b'\\' | b'/')) => byte,
            Some(b'b') => b'\x08',
            Some(b'f') => b'\x0c',
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => {
                let unit = self.code_unit()?;
                rune::push(self.character(unit), decoded);
                return Ok(());
            }
            found => return Err(self.broken(found, "in string escape code")),
        });
        Ok(())
    }

    /// The character of an escape; a high surrogate takes the escape after it along if that is a low one.
    fn character(&mut self, unit: u16) -> char {
        if let Some(character) = char::from_u32(unit.into()) {
            return character;
        }
        let after = self.at;
        if self.text[after..].starts_with(b"\\u") {
            self.at += 2;
            if let Ok(low) = self.code_unit()
                && let Some(Ok(character)) = char::decode_utf16([unit, low]).next()
            {
                return character;
            }
            self.at = after;
        }
        char::REPLACEMENT_CHARACTER
    }

    fn code_unit(&mut self) -> Result<u16, DecodeError> {
        let mut unit = 0;
        for _ in 0..4 {
            let byte = self.next();
            let digit = byte
                .and_then(|byte| char::from(byte).to_digit(16))
                .and_then(|digit| u16::try_from(digit).ok());
            unit = unit << 4 | digit.ok_or_else(|| self.broken(byte, "in \\u hexadecimal character escape"))?;
        }
        Ok(unit)
    }
}

/// What a number's text means: an integer where it is written as one and fits, else a float; its text if it fits neither.
fn number(text: &[u8], integral: bool) -> Result<Value, String> {
    let text = String::from_utf8_lossy(text);
    if integral
        && text != "-0"
        && let Ok(integer) = text.parse()
    {
        return Ok(Value::Int(integer));
    }
    parse_float(text.as_bytes())
        .map(Value::Float)
        .map_err(|_| text.into_owned())
}

/// Appends `piece`, each invalid byte replaced by U+FFFD.
fn push_repaired(piece: &[u8], decoded: &mut Vec<u8>) {
    for chunk in piece.utf8_chunks() {
        decoded.extend_from_slice(chunk.valid().as_bytes());
        for _ in chunk.invalid() {
            rune::push(char::REPLACEMENT_CHARACTER, decoded);
        }
    }
}
