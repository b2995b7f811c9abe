//! ASN.1's distinguished encoding: reading it.

use super::der::INTEGER;

/// Values one after another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'d>(&'d [u8]);

/// A value that was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'d> {
    pub(super) tag: u8,
    pub(super) content: &'d [u8],
    /// With tag and length.
    pub(super) whole: &'d [u8],
}

impl<'d> Reader<'d> {
    pub(super) fn new(bytes: &'d [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The next value, whatever it is; `None` at the end and for what is no such encoding.
    pub(super) fn any(&mut self) -> Option<Element<'d>> {
        let &[tag, first, ref rest @ ..] = self.0 else {
            return None;
        };
        // Tags of more than one byte appear in none of the structures read here.
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (length, rest) = if first < 0x80 {
            (usize::from(first), rest)
        } else {
            long_length(first, rest)?
        };
        let (content, after) = rest.split_at_checked(length)?;
        let whole = &self.0[..self.0.len() - after.len()];
        self.0 = after;
        Some(Element { tag, content, whole })
    }

    /// The next value, if it has the tag; otherwise nothing is read.
    pub(super) fn element(&mut self, tag: u8) -> Option<Element<'d>> {
        let mut ahead = *self;
        let element = ahead.any().filter(|element| element.tag == tag)?;
        *self = ahead;
        Some(element)
    }

    /// The content of the next value, if it has the tag.
    pub(super) fn content(&mut self, tag: u8) -> Option<&'d [u8]> {
        self.element(tag).map(|element| element.content)
    }

    /// The values inside the next one, if it has the tag.
    pub(super) fn inside(&mut self, tag: u8) -> Option<Self> {
        self.content(tag).map(Self)
    }

    /// A number's bytes, sign included, in the only valid encoding.
    pub(super) fn integer(&mut self) -> Option<&'d [u8]> {
        let content = self.content(INTEGER)?;
        match content {
            [] => None,
            [0, next, ..] if next & 0x80 == 0 => None,
            [0xff, next, ..] if next & 0x80 != 0 => None,
            _ => Some(content),
        }
    }
}

/// A length of more than seven bits, in the shortest form, which is the only one; and what is after it.
fn long_length(first: u8, rest: &[u8]) -> Option<(usize, &[u8])> {
    let count = usize::from(first & 0x7f);
    if !(1..=4).contains(&count) {
        return None;
    }
    let (bytes, rest) = rest.split_at_checked(count)?;
    let length = bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
    (bytes[0] != 0 && length >= 0x80).then_some((length, rest))
}
