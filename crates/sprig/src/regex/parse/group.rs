//! Groups, named or not, and the flags that hold up to their ends.

use super::{Code, DOT_NEWLINE, FOLD, MULTI_LINE, Node, Parser, SWAP_GREED, SyntaxError, check_utf8, next_rune};

/// A group whose end was not read yet.
#[derive(Default)]
pub(super) struct Group {
    /// The flags outside.
    pub(super) flags: u8,
    pub(super) capture: Option<u32>,
    pub(super) alternatives: Vec<Node>,
    pub(super) items: Vec<Node>,
}

impl<'p> Parser<'p> {
    pub(super) fn open(&mut self) -> Result<(), SyntaxError> {
        if self.rest.starts_with(b"(?") {
            return self.open_perl();
        }
        self.advance(1);
        self.open_capture(None);
        Ok(())
    }

    fn open_capture(&mut self, name: Option<&[u8]>) {
        let index = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(name.map(Box::from));
        self.groups.push(Group {
            flags: self.flags,
            capture: Some(index),
            ..Group::default()
        });
    }

    pub(super) fn close(&mut self) -> Result<(), SyntaxError> {
        if self.groups.len() < 2 {
            return Err(SyntaxError::new(Code::UnexpectedParen, self.whole));
        }
        self.advance(1);
        let group = self.groups.pop().unwrap_or_default();
        let (flags, capture) = (group.flags, group.capture);
        let node = self.joined(group)?;
        let node = match capture {
            Some(index) => self.limited(node.capture(index))?,
            None => node.group(),
        };
        self.flags = flags;
        self.push(node);
        Ok(())
    }

    /// `(?P<name>`, `(?<name>`, `(?flags)` or `(?flags:`.
    fn open_perl(&mut self) -> Result<(), SyntaxError> {
        let text = self.rest;
        let name_at = if text.len() > 4 && text.starts_with(b"(?P<") {
            Some(4)
        } else if text.len() > 3 && text.starts_with(b"(?<") {
            Some(3)
        } else {
            None
        };
        match name_at {
            Some(start) => self.open_named(text, start),
            None => self.set_flags(text),
        }
    }

    fn open_named(&mut self, text: &'p [u8], start: usize) -> Result<(), SyntaxError> {
        let Some(end) = text.iter().position(|&byte| byte == b'>') else {
            check_utf8(text)?;
            return Err(SyntaxError::new(Code::InvalidNamedCapture, text));
        };
        let name = &text[start.min(end)..end];
        check_utf8(name)?;
        if name.is_empty() || !name.iter().all(|&byte| byte == b'_' || byte.is_ascii_alphanumeric()) {
            return Err(SyntaxError::new(Code::InvalidNamedCapture, &text[..=end]));
        }
        self.rest = &text[end + 1..];
        self.open_capture(Some(name));
        Ok(())
    }

    fn set_flags(&mut self, text: &'p [u8]) -> Result<(), SyntaxError> {
        let mut rest = &text[2..];
        let (mut flags, mut clear, mut saw_flag) = (self.flags, false, false);
        while !rest.is_empty() {
            let (rune, after) = next_rune(rest)?;
            rest = after;
            let flag = match char::from_u32(rune) {
                Some('i') => FOLD,
                Some('m') => MULTI_LINE,
                Some('s') => DOT_NEWLINE,
                Some('U') => SWAP_GREED,
                Some('-') if !clear => {
                    clear = true;
                    saw_flag = false;
                    continue;
                }
                Some(end @ (':' | ')')) if !clear || saw_flag => {
                    if end == ':' {
                        self.groups.push(Group {
                            flags: self.flags,
                            ..Group::default()
                        });
                    }
                    self.flags = flags;
                    self.rest = rest;
                    return Ok(());
                }
                _ => break,
            };
            flags = if clear { flags & !flag } else { flags | flag };
            saw_flag = true;
        }
        Err(SyntaxError::new(Code::InvalidPerlOp, &text[..text.len() - rest.len()]))
    }
}
