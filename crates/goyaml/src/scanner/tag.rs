//! Tags: `!local`, `!!str`, `!handle!suffix`, `!<uri>`.

use super::{Mark, Scanner, Token, TokenKind};
use crate::error::Problem;

impl<'a> Scanner<'a> {
    pub(super) fn scan_tag(&mut self) -> Result<Token<'a>, Problem> {
        let start = self.cursor.mark;
        self.cursor.ensure(2)?;
        let kind = if self.cursor.at(1) == b'<' {
            self.scan_verbatim_tag(start)?
        } else {
            self.scan_short_tag(start)?
        };
        self.cursor.ensure(1)?;
        if !self.cursor.is_blankz(0) {
            return Err(self.problem(start, "did not find expected whitespace or line break"));
        }
        Ok(Token {
            kind,
            start,
            end: self.cursor.mark,
        })
    }

    fn scan_verbatim_tag(&mut self, start: Mark) -> Result<TokenKind<'a>, Problem> {
        self.cursor.skip_ascii(2);
        let suffix = self.scan_tag_uri(b"", start)?.into();
        if self.cursor.byte() != b'>' {
            return Err(self.problem(start, "did not find the expected '>'"));
        }
        self.cursor.skip_ascii(1);
        Ok(TokenKind::Tag { handle: b"", suffix })
    }

    fn scan_short_tag(&mut self, start: Mark) -> Result<TokenKind<'a>, Problem> {
        let handle = self.scan_tag_handle(false, start)?;
        if handle.len() > 1 && handle.ends_with(b"!") {
            let suffix = self.scan_tag_uri(b"", start)?.into();
            return Ok(TokenKind::Tag { handle, suffix });
        }
        // It was no handle but the beginning of the suffix.
        let suffix = self.scan_tag_uri(handle, start)?;
        if suffix.is_empty() {
            return Ok(TokenKind::Tag {
                handle: b"",
                suffix: b"!"[..].into(),
            });
        }
        Ok(TokenKind::Tag {
            handle: b"!",
            suffix: suffix.into(),
        })
    }

    /// Takes `!`, `!word!` or, outside of directives, `!word`.
    pub(super) fn scan_tag_handle(&mut self, directive: bool, start: Mark) -> Result<&'a [u8], Problem> {
        self.cursor.ensure(1)?;
        if self.cursor.byte() != b'!' {
            return Err(self.problem(start, "did not find expected '!'"));
        }
        let from = self.cursor.pos;
        self.cursor.skip_ascii(1);
        self.cursor.ensure(1)?;
        let word = self.cursor.take_word()?;
        if self.cursor.byte() == b'!' {
            self.cursor.skip_ascii(1);
        } else if directive && !word.is_empty() {
            return Err(self.problem(start, "did not find expected '!'"));
        }
        Ok(&self.cursor.text[from..self.cursor.pos])
    }

    /// Takes a URI; `head` is what was taken for a handle and begins it, its `!` left out.
    pub(super) fn scan_tag_uri(&mut self, head: &[u8], start: Mark) -> Result<Vec<u8>, Problem> {
        let mut uri = head.get(1..).unwrap_or_default().to_vec();
        let mut found = !head.is_empty();
        self.cursor.ensure(1)?;
        loop {
            match self.cursor.byte() {
                b'%' => self.scan_uri_escapes(&mut uri, start)?,
                byte if byte.is_ascii_alphanumeric() || b"_-;/?:@&=+$,.!~*'()[]".contains(&byte) => {
                    uri.push(byte);
                    self.cursor.skip_ascii(1);
                }
                _ => break,
            }
            found = true;
            self.cursor.ensure(1)?;
        }
        if !found {
            return Err(self.problem(start, "did not find expected tag URI"));
        }
        Ok(uri)
    }

    /// Takes the `%XX` of one character.
    fn scan_uri_escapes(&mut self, uri: &mut Vec<u8>, start: Mark) -> Result<(), Problem> {
        let mut left = None;
        while left != Some(0) {
            self.cursor.ensure(3)?;
            let digit = |offset| char::from(self.cursor.at(offset)).to_digit(16);
            let (b'%', Some(high), Some(low)) = (self.cursor.byte(), digit(1), digit(2)) else {
                return Err(self.problem(start, "did not find URI escaped octet"));
            };
            let octet = u8::try_from(high << 4 | low).expect("two hexadecimal digits fit a byte");
            left = Some(match (left, octet) {
                (None, 0..=0x7f) => 0,
                (None, 0xc0..=0xdf) => 1,
                (None, 0xe0..=0xef) => 2,
                (None, 0xf0..=0xf7) => 3,
                (None, _) => return Err(self.problem(start, "found an incorrect leading UTF-8 octet")),
                (Some(left), 0x80..=0xbf) => left - 1,
                (Some(_), _) => return Err(self.problem(start, "found an incorrect trailing UTF-8 octet")),
            });
            uri.push(octet);
            self.cursor.skip_ascii(3);
        }
        Ok(())
    }
}
