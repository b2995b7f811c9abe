//! The value of a scalar while it is scanned.

use std::borrow::Cow;

/// A value that stays a slice of the source as long as it is one, and becomes a copy when it no longer is.
pub(super) struct Text<'a> {
    source: &'a [u8],
    start: usize,
    end: usize,
    copy: Option<Vec<u8>>,
}

impl<'a> Text<'a> {
    /// The empty text; `at` is where the first piece is expected.
    pub(super) fn new(source: &'a [u8], at: usize) -> Self {
        Self {
            source,
            start: at,
            end: at,
            copy: None,
        }
    }

    /// Appends a piece of the source.
    pub(super) fn extend(&mut self, from: usize, to: usize) {
        match &mut self.copy {
            None if from == self.end => self.end = to,
            None if self.start == self.end => (self.start, self.end) = (from, to),
            _ => {
                let piece = &self.source[from..to];
                self.push(piece);
            }
        }
    }

    /// Appends what does not stand in the source.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let slice = &self.source[self.start..self.end];
        self.copy.get_or_insert_with(|| slice.to_vec()).extend_from_slice(bytes);
    }

    pub(super) fn into_value(self) -> Cow<'a, [u8]> {
        match self.copy {
            Some(copy) => Cow::Owned(copy),
            None => Cow::Borrowed(&self.source[self.start..self.end]),
        }
    }
}

/// The line breaks between two lines of a scalar that are folded into one.
#[derive(Default)]
pub(super) struct Breaks<'a> {
    /// The first break: a newline is folded, a line or paragraph separator is kept.
    pub(super) leading: &'a [u8],
    /// What the breaks of the empty lines after it stand for.
    pub(super) trailing: Vec<u8>,
}

impl<'a> Breaks<'a> {
    /// Takes one more break: the first of a new line, or that of an empty line after it.
    pub(super) fn take(&mut self, line: &'a [u8], new_line: &mut bool) {
        if *new_line {
            self.trailing.extend_from_slice(line);
        } else {
            self.leading = line;
            *new_line = true;
        }
    }

    /// Writes the folded breaks and forgets them.
    pub(super) fn fold_into(&mut self, text: &mut Text<'_>) {
        if self.leading != b"\n" {
            text.push(self.leading);
            text.push(&self.trailing);
        } else if self.trailing.is_empty() {
            text.push(b" ");
        } else {
            text.push(&self.trailing);
        }
        self.leading = b"";
        self.trailing.clear();
    }
}
