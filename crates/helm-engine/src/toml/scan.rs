//! Characters, lines and errors.

use std::fmt;

use govalue::{Str, quote, write_quoted_rune};

/// Why a text is not TOML, in the library's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReadError {
    line: usize,
    last_key: Str,
    message: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "toml: line {}", self.line)?;
        if !self.last_key.is_empty() {
            write!(f, " (last key {})", quote(self.last_key.as_bytes()))?;
        }
        write!(f, ": {}", self.message)
    }
}

/// A fault before the key it is under is known.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) line: usize,
    pub(super) message: String,
}

impl Fault {
    /// The error that names the key read last.
    pub(super) fn under(self, last_key: Str) -> ReadError {
        ReadError {
            line: self.line,
            last_key,
            message: self.message,
        }
    }
}

/// A text and a place in it.
pub(super) struct Scanner<'t> {
    text: &'t [u8],
    pos: usize,
    pub(super) line: usize,
    at_end: bool,
}

/// A place to come back to.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    pos: usize,
    line: usize,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t [u8]) -> Self {
        Self {
            text,
            pos: 0,
            line: 1,
            at_end: false,
        }
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            pos: self.pos,
            line: self.line,
        }
    }

    pub(super) fn rewind(&mut self, mark: Mark) {
        (self.pos, self.line, self.at_end) = (mark.pos, mark.line, false);
    }

    /// What was read since `mark`.
    pub(super) fn since(&self, mark: Mark) -> &'t [u8] {
        &self.text[mark.pos..self.pos]
    }

    /// Takes the next character; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<char>, Fault> {
        let rest = &self.text[self.pos..];
        let Some(first) = rest.first().copied() else {
            self.at_end = true;
            return Ok(None);
        };
        self.line += usize::from(first == b'\n');
        let (character, size) = govalue::decode_rune(rest);
        let Some(character) = character else {
            return Err(self.fault(format!("invalid UTF-8 byte: 0x{first:02x}")));
        };
        let lone_return = first == b'\r' && rest.get(1) != Some(&b'\n');
        if lone_return || (character.is_ascii_control() && !matches!(first, b'\t' | b'\r' | b'\n')) {
            return Err(self.fault(format!("TOML files cannot contain control characters: '0x{first:02x}'")));
        }
        self.pos += size;
        Ok(Some(character))
    }

    /// The next character, which stays.
    pub(super) fn peek(&mut self) -> Result<Option<char>, Fault> {
        let mark = self.mark();
        let next = self.next()?;
        self.rewind(mark);
        Ok(next)
    }

    /// Takes the next character if it is `wanted`.
    pub(super) fn accept(&mut self, wanted: char) -> Result<bool, Fault> {
        let mark = self.mark();
        let found = self.next()? == Some(wanted);
        if !found {
            self.rewind(mark);
        }
        Ok(found)
    }

    /// Takes what `is_wanted` says.
    pub(super) fn skip(&mut self, is_wanted: impl Fn(char) -> bool) -> Result<(), Fault> {
        loop {
            let mark = self.mark();
            if !self.next()?.is_some_and(&is_wanted) {
                self.rewind(mark);
                return Ok(());
            }
        }
    }

    /// Takes spaces and tabs.
    pub(super) fn skip_blanks(&mut self) -> Result<(), Fault> {
        self.skip(|character| matches!(character, ' ' | '\t'))
    }

    /// Takes a comment up to the end of its line.
    pub(super) fn skip_comment(&mut self) -> Result<(), Fault> {
        self.skip(|character| !is_newline(character))
    }

    /// A fault here, behind the character that is to blame.
    pub(super) fn fault(&self, message: impl Into<String>) -> Fault {
        // At the end, a newline before it would make the line one too high.
        let back = usize::from(self.at_end && self.text[..self.pos].ends_with(b"\n"));
        Fault {
            line: self.line - back,
            message: message.into(),
        }
    }

    /// A fault in the line before: the newline that is to blame was taken already.
    pub(super) fn fault_before(&self, message: impl Into<String>) -> Fault {
        Fault {
            line: self.line.saturating_sub(1),
            message: message.into(),
        }
    }
}

pub(super) fn is_newline(character: char) -> bool {
    matches!(character, '\n' | '\r')
}

/// A character as Go's `%q` has it; the end is a zero.
pub(super) fn quoted(character: Option<char>) -> String {
    let mut out = Vec::new();
    write_quoted_rune(character.unwrap_or('\0'), govalue::Charset::Printable, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}
