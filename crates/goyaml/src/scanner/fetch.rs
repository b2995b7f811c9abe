//! What each kind of token does to the scanner's memory of keys and indentation.

use super::keys::SimpleKey;
use super::{MAX_LEVELS, Scanner, Token, TokenKind};
use crate::error::Problem;

impl<'a> Scanner<'a> {
    pub(super) fn fetch_stream_end(&mut self) -> Result<(), Problem> {
        self.cursor.force_line();
        self.unroll_indent(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        self.push(TokenKind::StreamEnd, self.cursor.mark);
        Ok(())
    }

    pub(super) fn fetch_directive(&mut self) -> Result<(), Problem> {
        self.unroll_indent(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        let token = self.scan_directive()?;
        self.tokens.push_back(token);
        Ok(())
    }

    pub(super) fn fetch_document_indicator(&mut self, kind: TokenKind<'a>) -> Result<(), Problem> {
        self.unroll_indent(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.cursor.mark;
        self.cursor.skip_ascii(3);
        self.push(kind, start);
        Ok(())
    }

    /// Takes a one-byte indicator.
    fn push_indicator(&mut self, kind: TokenKind<'a>) {
        let start = self.cursor.mark;
        self.cursor.skip_ascii(1);
        self.push(kind, start);
    }

    pub(super) fn fetch_flow_start(&mut self, kind: TokenKind<'a>) -> Result<(), Problem> {
        self.save_simple_key()?;
        self.keys.push(SimpleKey {
            token: self.next_number(),
            mark: self.cursor.mark,
            ..SimpleKey::default()
        });
        self.flow_level += 1;
        if self.flow_level > MAX_LEVELS {
            return Err(self.problem(self.cursor.mark, &format!("exceeded max depth of {MAX_LEVELS}")));
        }
        self.simple_key_allowed = true;
        self.push_indicator(kind);
        Ok(())
    }

    pub(super) fn fetch_flow_end(&mut self, kind: TokenKind<'a>) -> Result<(), Problem> {
        self.remove_simple_key()?;
        if self.flow_level > 0 {
            self.flow_level -= 1;
            self.keys.pop();
        }
        self.simple_key_allowed = false;
        self.push_indicator(kind);
        Ok(())
    }

    pub(super) fn fetch_flow_entry(&mut self) -> Result<(), Problem> {
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.push_indicator(TokenKind::FlowEntry);
        Ok(())
    }

    pub(super) fn fetch_block_entry(&mut self) -> Result<(), Problem> {
        self.open_block(
            TokenKind::BlockSequenceStart,
            "block sequence entries are not allowed in this context",
        )?;
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.push_indicator(TokenKind::BlockEntry);
        Ok(())
    }

    pub(super) fn fetch_key(&mut self) -> Result<(), Problem> {
        self.open_block(
            TokenKind::BlockMappingStart,
            "mapping keys are not allowed in this context",
        )?;
        self.remove_simple_key()?;
        self.simple_key_allowed = self.flow_level == 0;
        self.push_indicator(TokenKind::Key);
        Ok(())
    }

    /// Opens a block collection at an indicator, outside of flow collections.
    fn open_block(&mut self, kind: TokenKind<'a>, refusal: &str) -> Result<(), Problem> {
        if self.flow_level > 0 {
            return Ok(());
        }
        if !self.simple_key_allowed {
            return Err(self.problem(self.cursor.mark, refusal));
        }
        self.roll_indent(self.cursor.column(), None, kind, self.cursor.mark)
    }

    pub(super) fn fetch_value(&mut self) -> Result<(), Problem> {
        let level = self.keys.top();
        if self.check_simple_key(level)? {
            let key = self.keys.last();
            self.insert(
                Some(key.token),
                Token {
                    kind: TokenKind::Key,
                    start: key.mark,
                    end: key.mark,
                },
            );
            let column = isize::try_from(key.mark.column).unwrap_or(isize::MAX);
            self.roll_indent(column, Some(key.token), TokenKind::BlockMappingStart, key.mark)?;
            self.keys.forget_last();
            self.simple_key_allowed = false;
        } else {
            self.open_block(
                TokenKind::BlockMappingStart,
                "mapping values are not allowed in this context",
            )?;
            self.simple_key_allowed = self.flow_level == 0;
        }
        self.push_indicator(TokenKind::Value);
        Ok(())
    }

    pub(super) fn fetch_anchor(&mut self, alias: bool) -> Result<(), Problem> {
        self.fetch_scanned(|scanner| scanner.scan_anchor(alias))
    }

    /// Takes a token that may begin a simple key.
    pub(super) fn fetch_scanned(
        &mut self,
        scan: impl FnOnce(&mut Self) -> Result<Token<'a>, Problem>,
    ) -> Result<(), Problem> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let token = scan(self)?;
        self.tokens.push_back(token);
        Ok(())
    }

    pub(super) fn fetch_block_scalar(&mut self, literal: bool) -> Result<(), Problem> {
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        let token = self.scan_block_scalar(literal)?;
        self.tokens.push_back(token);
        Ok(())
    }
}
