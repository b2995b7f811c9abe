//! Numbers: whatever may be one, with a sign, a base, a point, an exponent, an `i`.

use super::{Lexer, is_alphanumeric};
use crate::quote::quote;
use crate::token::{Token, TokenKind};

impl Lexer<'_> {
    /// Its first character is known to be there.
    pub(super) fn number(&mut self) -> Token {
        self.pos = self.start;
        if !self.scan_number() {
            return self.bad_number();
        }
        if !matches!(self.rest().first(), Some(b'+' | b'-')) {
            return self.emit(TokenKind::Number);
        }
        if self.scan_number() && self.source.get(self.pos - 1) == Some(&b'i') {
            return self.emit(TokenKind::Complex);
        }
        self.bad_number()
    }

    fn bad_number(&mut self) -> Token {
        let mut message = b"bad number syntax: ".to_vec();
        message.extend_from_slice(&quote(&self.source[self.start..self.pos]));
        self.fail(message)
    }

    /// Reads what may be a number; whether it is one, the parser finds out.
    fn scan_number(&mut self) -> bool {
        self.accept(b"+-");
        let mut digits = b"0123456789_".as_slice();
        if self.accept(b"0") {
            if self.accept(b"xX") {
                digits = b"0123456789abcdefABCDEF_";
            } else if self.accept(b"oO") {
                digits = b"01234567_";
            } else if self.accept(b"bB") {
                digits = b"01_";
            }
        }
        self.accept_run(digits);
        if self.accept(b".") {
            self.accept_run(digits);
        }
        let exponent: &[u8] = match digits.len() {
            11 => b"eE",
            23 => b"pP",
            _ => b"",
        };
        if self.accept(exponent) {
            self.accept(b"+-");
            self.accept_run(b"0123456789_");
        }
        self.accept(b"i");
        if self.peek().is_some_and(is_alphanumeric) {
            self.bump();
            return false;
        }
        true
    }
}
