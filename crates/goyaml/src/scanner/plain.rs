//! Plain scalars: no quotes, perhaps many lines.

use super::text::{Breaks, Text};
use super::{Scanner, Token, TokenKind};
use crate::error::Problem;

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
        rest.iter()
            .enumerate()
            .find(|(offset, byte)| ends(*offset, **byte))
            .map_or(rest.len(), |(offset, _)| offset)
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
