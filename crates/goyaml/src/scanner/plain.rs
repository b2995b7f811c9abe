//! Plain scalars: no quotes, perhaps many lines.

use super::text::{Breaks, Text};
use super::{Scanner, Token, TokenKind};
use crate::error::Problem;

/// The bytes at which a word may end, depending on what is around it.
const MAY_END: [bool; 256] = {
    let bytes = b" \t\n\r:,?[]{}\xc2\xe2";
    let mut table = [false; 256];
    let mut at = 0;
    while at < bytes.len() {
        table[bytes[at] as usize] = true;
        at += 1;
    }
    table
};

impl<'a> Scanner<'a> {
    pub(super) fn scan_plain_scalar(&mut self) -> Result<Token<'a>, Problem> {
        let indent = self.indent + 1;
        let start = self.cursor.mark;
        let mut end = start;
        let mut text = Text::new(self.cursor.text, self.cursor.pos);
        let mut breaks = Breaks::default();
        // Where the blanks before the current word begin, and whether there is a line break among them.
        let mut blanks = self.cursor.pos;
        let mut new_line = false;
        loop {
            self.cursor.ensure(4)?;
            if self.cursor.document_indicator().is_some() || self.cursor.byte() == b'#' {
                break;
            }
            let length = self.plain_word_length();
            if length > 0 {
                if new_line {
                    breaks.fold_into(&mut text);
                    new_line = false;
                } else {
                    text.extend(blanks, self.cursor.pos);
                }
                text.extend(self.cursor.pos, self.cursor.pos + length);
                self.cursor.skip_bytes(length);
                end = self.cursor.mark;
                self.cursor.ensure(2)?;
            }
            if !(self.cursor.is_blank(0) || self.cursor.is_break(0)) {
                break;
            }
            blanks = self.cursor.pos;
            self.skip_plain_blanks(&mut breaks, &mut new_line, indent)?;
            if self.flow_level == 0 && self.cursor.column() < indent {
                break;
            }
        }
        if new_line {
            self.simple_key_allowed = true;
        }
        let kind = TokenKind::Scalar {
            value: text.into_value(),
            plain: true,
        };
        Ok(Token { kind, start, end })
    }

    /// The bytes up to the next blank, line break or indicator.
    fn plain_word_length(&self) -> usize {
        let rest = self.cursor.rest();
        let in_flow = self.flow_level > 0;
        let ends = |offset: usize, byte: u8| match byte {
            b' ' | b'\t' | b'\n' | b'\r' => true,
            b':' => self.cursor.is_blankz(offset + 1),
            b',' | b'?' | b'[' | b']' | b'{' | b'}' => in_flow,
            0xc2 | 0xe2 => self.cursor.is_break(offset),
            _ => false,
        };
        let mut from = 0;
        while let Some(found) = rest[from..].iter().position(|byte| MAY_END[usize::from(*byte)]) {
            let offset = from + found;
            if ends(offset, rest[offset]) {
                return offset;
            }
            from = offset + 1;
        }
        rest.len()
    }

    fn skip_plain_blanks(
        &mut self,
        breaks: &mut Breaks<'a>,
        new_line: &mut bool,
        indent: isize,
    ) -> Result<(), Problem> {
        let start = self.cursor.mark;
        loop {
            if self.cursor.is_blank(0) {
                if *new_line && self.cursor.column() < indent && self.cursor.byte() == b'\t' {
                    return Err(self.problem(start, "found a tab character that violates indentation"));
                }
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
