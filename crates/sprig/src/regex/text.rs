//! The text a pattern is matched against, as runes: Go takes each invalid byte for one U+FFFD.

use std::borrow::Cow;

/// A text as the engine sees it: always UTF-8, with the way back to the original's offsets.
pub(crate) struct Text<'t> {
    original: &'t [u8],
    runes: Cow<'t, [u8]>,
    /// For each offset in `runes`, the one in `original`; empty when they are the same.
    offsets: Vec<usize>,
}

impl<'t> Text<'t> {
    pub(crate) fn new(original: &'t [u8]) -> Self {
        if std::str::from_utf8(original).is_ok() {
            return Self {
                original,
                runes: Cow::Borrowed(original),
                offsets: Vec::new(),
            };
        }
        let (mut runes, mut offsets) = (Vec::new(), Vec::new());
        for chunk in original.utf8_chunks() {
            let start = offsets.last().map_or(0, |last| last + 1);
            runes.extend_from_slice(chunk.valid().as_bytes());
            offsets.extend(start..start + chunk.valid().len());
            let start = start + chunk.valid().len();
            for index in 0..chunk.invalid().len() {
                runes.extend_from_slice("\u{fffd}".as_bytes());
                offsets.extend([start + index; 3]);
            }
        }
        offsets.push(original.len());
        Self {
            original,
            runes: Cow::Owned(runes),
            offsets,
        }
    }

    /// What the engine searches.
    pub(crate) fn runes(&self) -> &[u8] {
        &self.runes
    }

    /// The original bytes between two of the engine's offsets.
    pub(crate) fn slice(&self, start: usize, end: usize) -> &'t [u8] {
        self.original.get(self.at(start)..self.at(end)).unwrap_or_default()
    }

    /// The length in bytes of the rune at an offset; zero at the end.
    pub(crate) fn width(&self, offset: usize) -> usize {
        match self.runes.get(offset) {
            None => 0,
            Some(0..0x80) => 1,
            Some(0x80..0xe0) => 2,
            Some(0xe0..0xf0) => 3,
            Some(_) => 4,
        }
    }

    fn at(&self, offset: usize) -> usize {
        if self.offsets.is_empty() {
            offset
        } else {
            self.offsets.get(offset).copied().unwrap_or(self.original.len())
        }
    }
}
