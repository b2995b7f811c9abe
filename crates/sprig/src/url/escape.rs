//! Percent escapes.

use super::error::Reason;

/// A part of an address, which decides what may stand in it as it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Path,
    Host,
    /// The zone of an IPv6 address.
    Zone,
    User,
    Fragment,
}

const HEX: &[u8; 16] = b"0123456789ABCDEF";

impl Part {
    /// Whether a byte has to be escaped.
    pub(super) fn escapes(self, byte: u8) -> bool {
        match byte {
            b'a'..=b'z'
            | b'A'..=b'Z'
            | b'0'..=b'9'
            | b'-'
            | b'_'
            | b'.'
            | b'~'
            | b'$'
            | b'&'
            | b'+'
            | b','
            | b';'
            | b'=' => false,
            b'/' | b'@' => matches!(self, Self::User | Self::Host | Self::Zone),
            b':' => self == Self::User,
            b'?' => self != Self::Fragment,
            b'!' | b'(' | b')' | b'*' => matches!(self, Self::Path | Self::User),
            b'\'' | b'[' | b']' | b'<' | b'>' | b'"' => !matches!(self, Self::Host | Self::Zone),
            _ => true,
        }
    }
}

pub(super) fn escape(text: &[u8], part: Part) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text.iter().copied() {
        if part.escapes(byte) {
            out.extend_from_slice(&[b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        } else {
            out.push(byte);
        }
    }
    out
}

pub(super) fn unescape(text: &[u8], part: Part) -> Result<Vec<u8>, Reason> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        if *byte == b'%' {
            out.push(unescape_byte(rest, part)?);
            rest = &rest[3..];
            continue;
        }
        if matches!(part, Part::Host | Part::Zone) && byte.is_ascii() && part.escapes(*byte) {
            return Err(Reason::HostCharacter(*byte));
        }
        out.push(*byte);
        rest = after;
    }
    Ok(out)
}

/// The byte of the escape that `text` starts with.
fn unescape_byte(text: &[u8], part: Part) -> Result<u8, Reason> {
    let escape = &text[..text.len().min(3)];
    let refused = || Reason::Escape(escape.to_vec());
    let digit = |index: usize| escape.get(index).and_then(|digit| char::from(*digit).to_digit(16));
    let (Some(high), Some(low)) = (digit(1), digit(2)) else {
        return Err(refused());
    };
    let byte = u8::try_from(high * 16 + low).map_err(|_| refused())?;
    let allowed = match part {
        // Only what isn't ASCII, and the percent sign before a zone, may be escaped in a host name.
        Part::Host => !byte.is_ascii() || byte == b'%',
        Part::Zone => byte == b'%' || byte == b' ' || !Part::Host.escapes(byte),
        Part::Path | Part::User | Part::Fragment => true,
    };
    if allowed { Ok(byte) } else { Err(refused()) }
}
