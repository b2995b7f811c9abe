//! Flags, width and precision of a verb, and how they lay text out.

use govalue::{rune_count, take_runes};

/// What stands between `%` and the verb.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spec {
    pub(super) flags: Flags,
    /// In runes.
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
}

/// The flags of a verb.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flags(u8);

impl Flags {
    /// `-`: pad on the right.
    pub(super) const MINUS: Self = Self(1);
    /// `+`: always a sign; ASCII only for `%q`.
    pub(super) const PLUS: Self = Self(2);
    /// `#`: the alternate form.
    pub(super) const SHARP: Self = Self(4);
    /// A space where a sign could be, or between bytes in hexadecimal.
    pub(super) const SPACE: Self = Self(8);
    /// `0`: pad with zeros on the left.
    pub(super) const ZERO: Self = Self(16);
    /// `%#v`: the value in Go's syntax.
    pub(super) const GO_SYNTAX: Self = Self(32);

    pub(super) fn has(self, flag: Self) -> bool {
        self.0 & flag.0 != 0
    }

    pub(super) fn set(&mut self, flag: Self) {
        self.0 |= flag.0;
    }

    pub(super) fn clear(&mut self, flag: Self) {
        self.0 &= !flag.0;
    }
}

impl Spec {
    pub(super) fn has(&self, flag: Flags) -> bool {
        self.flags.has(flag)
    }

    /// The same without `flag`.
    pub(super) fn without(mut self, flag: Flags) -> Self {
        self.flags.clear(flag);
        self
    }

    /// The same with `flag`.
    pub(super) fn with(mut self, flag: Flags) -> Self {
        self.flags.set(flag);
        self
    }

    /// Whether there is neither flag, width nor precision.
    pub(super) fn is_plain(&self) -> bool {
        self.flags.0 == 0 && self.width.is_none() && self.precision.is_none()
    }

    /// Whether a number is filled up to the width with zeros.
    pub(super) fn pads_with_zeros(&self) -> bool {
        self.has(Flags::ZERO) && !self.has(Flags::MINUS)
    }

    /// Turns `#` and `+` into their meanings for `%v`.
    pub(super) fn for_value(&mut self) {
        if self.has(Flags::SHARP) {
            self.flags.set(Flags::GO_SYNTAX);
        }
        self.flags.clear(Flags::SHARP);
        self.flags.clear(Flags::PLUS);
    }

    /// The first `precision` runes.
    pub(super) fn truncate<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        match self.precision {
            Some(runes) if runes < text.len() => take_runes(text, runes),
            _ => text,
        }
    }

    /// Appends `text`, padded to the width.
    pub(super) fn pad(&self, text: &[u8], out: &mut Vec<u8>) {
        let Some(width) = self.width else {
            return out.extend_from_slice(text);
        };
        let missing = width.saturating_sub(rune_count(text));
        if self.has(Flags::MINUS) {
            out.extend_from_slice(text);
            self.fill(missing, out);
        } else {
            self.fill(missing, out);
            out.extend_from_slice(text);
        }
    }

    /// Appends `count` bytes of padding.
    pub(super) fn fill(&self, count: usize, out: &mut Vec<u8>) {
        out.resize(out.len() + count, if self.pads_with_zeros() { b'0' } else { b' ' });
    }
}
