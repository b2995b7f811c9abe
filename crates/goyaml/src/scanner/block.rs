//! Block scalars: `|` and `>`.

use super::{Mark, Scanner, Token, TokenKind};
use crate::error::Problem;

/// What becomes of the line breaks at the end.
#[derive(Clone, Copy, PartialEq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

/// What stands after the `|` or `>`.
struct Header {
    chomping: Chomping,
    /// The indentation asked for, relative to the parent's; 0 when it is to be found out.
    increment: isize,
}

/// A block scalar under way.
struct Block {
    start: Mark,
    end: Mark,
    /// 0 until it is found out.
    indent: isize,
    /// The breaks of empty lines not yet part of the value.
    breaks: Vec<u8>,
}

impl<'a> Scanner<'a> {
    pub(super) fn scan_block_scalar(&mut self, literal: bool) -> Result<Token<'a>, Problem> {
        let start = self.cursor.mark;
        let header = self.scan_block_header(start)?;
        let indent = if header.increment > 0 {
            self.indent.max(0) + header.increment
        } else {
            0
        };
        let mut block = Block {
            start,
            end: self.cursor.mark,
            indent,
            breaks: Vec::new(),
        };
        self.scan_block_breaks(&mut block)?;
        self.cursor.ensure(1)?;
        let mut value = Vec::new();
        let mut leading_break: &[u8] = b"";
        let mut after_blank = false;
        while self.cursor.column() == block.indent && !self.cursor.is_end() {
            let blank = self.cursor.is_blank(0);
            if !literal && !after_blank && !blank && leading_break == b"\n" {
                if block.breaks.is_empty() {
                    value.push(b' ');
                }
            } else {
                value.extend_from_slice(leading_break);
            }
            value.append(&mut block.breaks);
            after_blank = blank;
            let line = self.cursor.pos;
            self.cursor.skip_to_break()?;
            value.extend_from_slice(&self.cursor.text[line..self.cursor.pos]);
            self.cursor.ensure(2)?;
            leading_break = self.cursor.take_line();
            self.scan_block_breaks(&mut block)?;
        }
        if header.chomping != Chomping::Strip {
            value.extend_from_slice(leading_break);
        }
        if header.chomping == Chomping::Keep {
            value.append(&mut block.breaks);
        }
        let kind = TokenKind::Scalar {
            value: value.into(),
            plain: false,
        };
        Ok(Token {
            kind,
            start,
            end: block.end,
        })
    }

    /// Takes the line of the indicator.
    fn scan_block_header(&mut self, start: Mark) -> Result<Header, Problem> {
        self.cursor.skip_ascii(1);
        self.cursor.ensure(1)?;
        let mut header = Header {
            chomping: Chomping::Clip,
            increment: 0,
        };
        if self.scan_chomping(&mut header) {
            self.cursor.ensure(1)?;
            self.scan_increment(&mut header, start)?;
        } else if self.scan_increment(&mut header, start)? {
            self.cursor.ensure(1)?;
            self.scan_chomping(&mut header);
        }
        self.cursor.ensure(1)?;
        self.cursor.skip_blanks(true)?;
        if self.cursor.byte() == b'#' {
            self.skip_comment()?;
        }
        if !self.cursor.is_breakz(0) {
            return Err(self.problem(start, "did not find expected comment or line break"));
        }
        self.cursor.ensure(if self.cursor.is_break(0) { 2 } else { 0 })?;
        self.cursor.skip_line();
        Ok(header)
    }

    fn scan_chomping(&mut self, header: &mut Header) -> bool {
        header.chomping = match self.cursor.byte() {
            b'+' => Chomping::Keep,
            b'-' => Chomping::Strip,
            _ => return false,
        };
        self.cursor.skip_ascii(1);
        true
    }

    fn scan_increment(&mut self, header: &mut Header, start: Mark) -> Result<bool, Problem> {
        let byte = self.cursor.byte();
        if !byte.is_ascii_digit() {
            return Ok(false);
        }
        if byte == b'0' {
            return Err(self.problem(start, "found an indentation indicator equal to 0"));
        }
        header.increment = isize::from(i16::from(byte - b'0'));
        self.cursor.skip_ascii(1);
        Ok(true)
    }

    /// Skips indentation and empty lines; finds out the indentation if it is not known.
    fn scan_block_breaks(&mut self, block: &mut Block) -> Result<(), Problem> {
        block.end = self.cursor.mark;
        let mut widest = 0;
        loop {
            self.cursor.ensure(1)?;
            while (block.indent == 0 || self.cursor.column() < block.indent) && self.cursor.byte() == b' ' {
                self.cursor.skip_ascii(1);
                self.cursor.ensure(1)?;
            }
            widest = widest.max(self.cursor.column());
            if (block.indent == 0 || self.cursor.column() < block.indent) && self.cursor.byte() == b'\t' {
                let text = "found a tab character where an indentation space is expected";
                return Err(self.problem(block.start, text));
            }
            if !self.cursor.is_break(0) {
                break;
            }
            self.cursor.ensure(2)?;
            let line = self.cursor.take_line();
            block.breaks.extend_from_slice(line);
            block.end = self.cursor.mark;
        }
        if block.indent == 0 {
            block.indent = widest.max(self.indent + 1).max(1);
        }
        Ok(())
    }
}
