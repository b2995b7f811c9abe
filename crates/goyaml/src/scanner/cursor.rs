//! A position in the text, and the ways it moves.

use bstr::ByteSlice;

use super::{Mark, TokenKind};
use crate::error::Problem;

/// The position of the scanner. Beyond the end of the text it sees NUL bytes, which no text holds.
pub(super) struct Cursor<'a> {
    pub(super) text: &'a [u8],
    /// In bytes.
    pub(super) pos: usize,
    pub(super) mark: Mark,
    fault: Option<&'static str>,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a [u8], fault: Option<&'static str>) -> Self {
        Self {
            text,
            pos: 0,
            mark: Mark::default(),
            fault,
        }
    }

    /// Fails when the next `count` characters cannot be read; beyond the end of a good text there is no end of NULs.
    #[inline]
    pub(super) fn ensure(&self, count: usize) -> Result<(), Problem> {
        match self.fault {
            None => Ok(()),
            Some(problem) => self.ensure_before_fault(count, problem),
        }
    }

    #[cold]
    fn ensure_before_fault(&self, count: usize, problem: &str) -> Result<(), Problem> {
        let unread = self
            .rest()
            .iter()
            .filter(|byte| **byte & 0xc0 != 0x80)
            .take(count)
            .count();
        if unread < count {
            Err(Problem::yaml(None, problem))
        } else {
            Ok(())
        }
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        &self.text[self.pos..]
    }

    /// The current byte.
    #[inline]
    pub(super) fn byte(&self) -> u8 {
        self.at(0)
    }

    /// The byte `offset` bytes ahead.
    #[inline]
    pub(super) fn at(&self, offset: usize) -> u8 {
        self.text.get(self.pos + offset).copied().unwrap_or(0)
    }

    pub(super) fn column(&self) -> isize {
        isize::try_from(self.mark.column).unwrap_or(isize::MAX)
    }

    pub(super) fn is_end(&self) -> bool {
        self.pos >= self.text.len()
    }

    pub(super) fn is_at_start(&self) -> bool {
        self.pos == 0
    }

    pub(super) fn is_blank(&self, offset: usize) -> bool {
        matches!(self.at(offset), b' ' | b'\t')
    }

    /// Whether a line break begins `offset` bytes ahead.
    #[inline]
    pub(super) fn is_break(&self, offset: usize) -> bool {
        match self.at(offset) {
            b'\n' | b'\r' => true,
            0xc2 => self.at(offset + 1) == 0x85,
            0xe2 => self.at(offset + 1) == 0x80 && matches!(self.at(offset + 2), 0xa8 | 0xa9),
            _ => false,
        }
    }

    /// Whether a line break or the end is `offset` bytes ahead.
    pub(super) fn is_breakz(&self, offset: usize) -> bool {
        self.is_break(offset) || self.at(offset) == 0
    }

    /// Whether a blank, a line break or the end is `offset` bytes ahead.
    pub(super) fn is_blankz(&self, offset: usize) -> bool {
        self.is_blank(offset) || self.is_breakz(offset)
    }

    /// The `---` or `...` that stands alone at the start of a line.
    pub(super) fn document_indicator(&self) -> Option<TokenKind<'a>> {
        if self.mark.column != 0 || !self.is_blankz(3) {
            return None;
        }
        match self.rest().first_chunk()? {
            b"---" => Some(TokenKind::DocumentStart),
            b"..." => Some(TokenKind::DocumentEnd),
            _ => None,
        }
    }

    /// Whether only blanks precede byte `pos` in its line.
    pub(super) fn is_line_blank_before(&self, pos: usize) -> bool {
        let before = &self.text[..pos];
        let line = before.rfind_byteset(b"\r\n").map_or(before, |at| &before[at + 1..]);
        line.iter().all(|byte| matches!(byte, b' ' | b'\t'))
    }

    /// Skips `count` ASCII characters that are no line breaks.
    #[inline]
    pub(super) fn skip_ascii(&mut self, count: usize) {
        self.pos += count;
        self.mark.index += count;
        self.mark.column += count;
    }

    /// Skips `count` bytes of whole characters that are no line breaks.
    pub(super) fn skip_bytes(&mut self, count: usize) {
        let bytes = &self.text[self.pos..self.pos + count];
        let characters = if bytes.is_ascii() {
            count
        } else {
            bytes.iter().filter(|b| **b & 0xc0 != 0x80).count()
        };
        self.pos += count;
        self.mark.index += characters;
        self.mark.column += characters;
    }

    /// Skips one character that is no line break.
    pub(super) fn skip(&mut self) {
        let size = match self.byte() {
            0xf0.. => 4,
            0xe0.. => 3,
            0xc0.. => 2,
            _ => 1,
        };
        self.pos = self.text.len().min(self.pos + size);
        self.mark.index += 1;
        self.mark.column += 1;
    }

    pub(super) fn skip_byte_order_mark(&mut self) {
        if self.rest().starts_with("\u{feff}".as_bytes()) {
            self.skip();
        }
    }

    /// Skips spaces, and tabs too if `tabs`.
    pub(super) fn skip_blanks(&mut self, tabs: bool) -> Result<(), Problem> {
        let count = self
            .rest()
            .iter()
            .take_while(|byte| **byte == b' ' || (tabs && **byte == b'\t'))
            .count();
        self.skip_ascii(count);
        self.ensure(1)
    }

    /// Skips to the end of the line.
    pub(super) fn skip_to_break(&mut self) -> Result<(), Problem> {
        let count = self.line_length();
        self.skip_bytes(count);
        self.ensure(1)
    }

    /// The bytes before the next line break or the end.
    pub(super) fn line_length(&self) -> usize {
        let rest = self.rest();
        let end = rest.find_byteset(b"\r\n").unwrap_or(rest.len());
        if rest[..end].is_ascii() {
            return end;
        }
        (0..end).find(|offset| self.is_break(*offset)).unwrap_or(end)
    }

    /// Skips a line break, if there is one.
    pub(super) fn skip_line(&mut self) {
        let (bytes, characters) = self.break_size();
        self.pos += bytes;
        self.mark.index += characters;
        if bytes > 0 {
            self.mark.column = 0;
            self.mark.line += 1;
        }
    }

    /// Takes a line break, if there is one: what it stands for.
    pub(super) fn take_line(&mut self) -> &'a [u8] {
        let start = self.pos;
        self.skip_line();
        match &self.text[start..self.pos] {
            [] => b"",
            separator @ [0xe2, ..] => separator,
            _ => b"\n",
        }
    }

    fn break_size(&self) -> (usize, usize) {
        match self.rest() {
            [b'\r', b'\n', ..] => (2, 2),
            [b'\r' | b'\n', ..] => (1, 1),
            [0xc2, 0x85, ..] => (2, 1),
            [0xe2, 0x80, 0xa8 | 0xa9, ..] => (3, 1),
            _ => (0, 0),
        }
    }

    /// The end of the stream counts as the start of a line.
    pub(super) fn force_line(&mut self) {
        if self.mark.column != 0 {
            self.mark.column = 0;
            self.mark.line += 1;
        }
    }

    /// Takes letters, digits, `_` and `-`.
    pub(super) fn take_word(&mut self) -> Result<&'a [u8], Problem> {
        let rest = self.rest();
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let count = rest.iter().take_while(|byte| is_word(byte)).count();
        self.skip_ascii(count);
        self.ensure(1)?;
        Ok(&rest[..count])
    }
}
