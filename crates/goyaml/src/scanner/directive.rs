//! `%YAML` and `%TAG`.

use super::{Mark, Scanner, Token, TokenKind};
use crate::error::Problem;

/// The most digits of a version number.
const MAX_DIGITS: usize = 2;

impl<'a> Scanner<'a> {
    pub(super) fn scan_directive(&mut self) -> Result<Token<'a>, Problem> {
        let start = self.cursor.mark;
        self.cursor.skip_ascii(1);
        let name = self.cursor.take_word()?;
        if name.is_empty() {
            return Err(self.problem(start, "could not find expected directive name"));
        }
        if !self.cursor.is_blankz(0) {
            return Err(self.problem(start, "found unexpected non-alphabetical character"));
        }
        let kind = match name {
            b"YAML" => self.scan_version(start)?,
            b"TAG" => self.scan_tag_directive(start)?,
            _ => return Err(self.problem(start, "found unknown directive name")),
        };
        let end = self.cursor.mark;
        self.finish_directive(start)?;
        Ok(Token { kind, start, end })
    }

    fn scan_version(&mut self, start: Mark) -> Result<TokenKind<'a>, Problem> {
        self.cursor.skip_blanks(true)?;
        let major = self.scan_version_number(start)?;
        if self.cursor.byte() != b'.' {
            return Err(self.problem(start, "did not find expected digit or '.' character"));
        }
        self.cursor.skip_ascii(1);
        let minor = self.scan_version_number(start)?;
        Ok(TokenKind::VersionDirective { major, minor })
    }

    fn scan_version_number(&mut self, start: Mark) -> Result<u8, Problem> {
        self.cursor.ensure(1)?;
        let mut number = 0;
        let mut digits = 0;
        while self.cursor.byte().is_ascii_digit() {
            digits += 1;
            if digits > MAX_DIGITS {
                return Err(self.problem(start, "found extremely long version number"));
            }
            number = number * 10 + (self.cursor.byte() - b'0');
            self.cursor.skip_ascii(1);
            self.cursor.ensure(1)?;
        }
        if digits == 0 {
            return Err(self.problem(start, "did not find expected version number"));
        }
        Ok(number)
    }

    fn scan_tag_directive(&mut self, start: Mark) -> Result<TokenKind<'a>, Problem> {
        self.cursor.skip_blanks(true)?;
        let handle = self.scan_tag_handle(true, start)?;
        self.cursor.ensure(1)?;
        if !self.cursor.is_blank(0) {
            return Err(self.problem(start, "did not find expected whitespace"));
        }
        self.cursor.skip_blanks(true)?;
        let prefix = self.scan_tag_uri(b"", start)?.into();
        self.cursor.ensure(1)?;
        if !self.cursor.is_blankz(0) {
            return Err(self.problem(start, "did not find expected whitespace or line break"));
        }
        Ok(TokenKind::TagDirective { handle, prefix })
    }

    /// Takes the rest of the line.
    fn finish_directive(&mut self, start: Mark) -> Result<(), Problem> {
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
        Ok(())
    }
}
