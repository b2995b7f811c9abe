//! Quoted scalars, and the escapes of the double-quoted ones.

use super::text::{Breaks, Text};
use super::{Mark, Scanner, Token, TokenKind};
use crate::error::Problem;

impl<'a> Scanner<'a> {
    pub(super) fn scan_quoted_scalar(&mut self, single: bool) -> Result<Token<'a>, Problem> {
        let start = self.cursor.mark;
        self.cursor.skip_ascii(1);
        let quote = if single { b'\'' } else { b'"' };
        let mut text = Text::new(self.cursor.text, self.cursor.pos);
        let mut breaks = Breaks::default();
        loop {
            self.cursor.ensure(4)?;
            if self.cursor.document_indicator().is_some() {
                return Err(self.problem(start, "found unexpected document indicator"));
            }
            if self.cursor.is_end() {
                return Err(self.problem(start, "found unexpected end of stream"));
            }
            let mut new_line = self.scan_quoted_word(single, start, &mut text)?;
            self.cursor.ensure(1)?;
            if self.cursor.byte() == quote {
                break;
            }
            let blanks = self.cursor.pos;
            self.skip_quoted_blanks(&mut breaks, &mut new_line)?;
            if new_line {
                breaks.fold_into(&mut text);
            } else {
                text.extend(blanks, self.cursor.pos);
            }
        }
        self.cursor.skip_ascii(1);
        let kind = TokenKind::Scalar {
            value: text.into_value(),
            plain: false,
        };
        Ok(Token {
            kind,
            start,
            end: self.cursor.mark,
        })
    }

    /// Takes what stands before the next blank, line break or closing quote; returns whether it ended in an escaped
    /// line break.
    fn scan_quoted_word(&mut self, single: bool, start: Mark, text: &mut Text<'a>) -> Result<bool, Problem> {
        loop {
            let length = self.quoted_run_length(single);
            if length > 0 {
                text.extend(self.cursor.pos, self.cursor.pos + length);
                self.cursor.skip_bytes(length);
                self.cursor.ensure(2)?;
            }
            match self.cursor.byte() {
                b'\'' if single && self.cursor.at(1) == b'\'' => {
                    text.push(b"'");
                    self.cursor.skip_ascii(2);
                }
                b'\\' if !single && self.cursor.is_break(1) => {
                    self.cursor.ensure(3)?;
                    self.cursor.skip_ascii(1);
                    self.cursor.skip_line();
                    return Ok(true);
                }
                b'\\' if !single => self.scan_escape(start, text)?,
                _ => return Ok(false),
            }
            self.cursor.ensure(2)?;
        }
    }

    /// The bytes that stand for themselves from here on.
    fn quoted_run_length(&self, single: bool) -> usize {
        let rest = self.cursor.rest();
        let ends = |offset: usize, byte: u8| match byte {
            b' ' | b'\t' | b'\n' | b'\r' => true,
            b'\'' => single,
            b'"' | b'\\' => !single,
            0xc2 | 0xe2 => self.cursor.is_break(offset),
            _ => false,
        };
        rest.iter()
            .enumerate()
            .find(|(offset, byte)| ends(*offset, **byte))
            .map_or(rest.len(), |(offset, _)| offset)
    }

    fn scan_escape(&mut self, start: Mark, text: &mut Text<'a>) -> Result<(), Problem> {
        let value: &[u8] = match self.cursor.at(1) {
            b'0' => b"\0",
            b'a' => b"\x07",
            b'b' => b"\x08",
            b't' | b'\t' => b"\t",
            b'n' => b"\n",
            b'v' => b"\x0b",
            b'f' => b"\x0c",
            b'r' => b"\r",
            b'e' => b"\x1b",
            b' ' => b" ",
            b'"' => b"\"",
            b'\'' => b"'",
            b'\\' => b"\\",
            b'N' => "\u{85}".as_bytes(),
            b'_' => "\u{a0}".as_bytes(),
            b'L' => "\u{2028}".as_bytes(),
            b'P' => "\u{2029}".as_bytes(),
            b'x' => return self.scan_code(2, start, text),
            b'u' => return self.scan_code(4, start, text),
            b'U' => return self.scan_code(8, start, text),
            _ => return Err(self.problem(start, "found unknown escape character")),
        };
        text.push(value);
        self.cursor.skip_ascii(2);
        Ok(())
    }

    /// Takes `\x`, `\u` or `\U` and its hexadecimal digits.
    fn scan_code(&mut self, digits: usize, start: Mark, text: &mut Text<'a>) -> Result<(), Problem> {
        self.cursor.skip_ascii(2);
        self.cursor.ensure(digits)?;
        let mut code = 0_u32;
        for offset in 0..digits {
            let Some(digit) = char::from(self.cursor.at(offset)).to_digit(16) else {
                return Err(self.problem(start, "did not find expected hexdecimal number"));
            };
            code = code << 4 | digit;
        }
        let Some(character) = char::from_u32(code) else {
            return Err(self.problem(start, "found invalid Unicode character escape code"));
        };
        text.push(character.encode_utf8(&mut [0; 4]).as_bytes());
        self.cursor.skip_ascii(digits);
        Ok(())
    }

    fn skip_quoted_blanks(&mut self, breaks: &mut Breaks<'a>, new_line: &mut bool) -> Result<(), Problem> {
        loop {
            if self.cursor.is_blank(0) {
                self.cursor.skip_ascii(1);
            } else if self.cursor.is_break(0) {
                self.cursor.ensure(2)?;
                breaks.take(self.cursor.take_line(), new_line);
            } else {
                return Ok(());
            }
            self.cursor.ensure(1)?;
        }
    }
}
