//! Go's standard base64, with the positions in its errors.

use govalue::Str;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The value of each byte in the alphabet, [`NONE`] for all others.
const VALUES: [u8; 256] = values();

const NONE: u8 = 0xff;

const fn values() -> [u8; 256] {
    let mut values = [NONE; 256];
    let mut value = 0_u8;
    while value < 64 {
        values[ALPHABET[value as usize] as usize] = value;
        value += 1;
    }
    values
}

pub(super) fn b64enc(text: &Str) -> Vec<u8> {
    encode(text)
}

/// The bytes in base64, with padding.
pub(crate) fn encode(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0_usize, |bits, index| {
            bits << 8 | usize::from(group.get(index).copied().unwrap_or(0))
        });
        for index in 0..4 {
            let sextet = bits >> (18 - 6 * index) & 63;
            out.push(if index <= group.len() { ALPHABET[sextet] } else { b'=' });
        }
    }
    out
}

pub(super) fn b64dec(text: &Str) -> Vec<u8> {
    decode(text).unwrap_or_else(|position| format!("illegal base64 data at input byte {position}").into_bytes())
}

/// The decoded bytes, or the position at which Go's decoder gives up. Line breaks may stand anywhere.
pub(crate) fn decode(text: &[u8]) -> Result<Vec<u8>, usize> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0_usize);
    for (position, byte) in text.iter().copied().enumerate() {
        let value = VALUES[usize::from(byte)];
        if value != NONE {
            bits = bits << 6 | u32::from(value);
            count += 1;
            if count == 4 {
                out.extend_from_slice(&bits.to_be_bytes()[1..]);
                (bits, count) = (0, 0);
            }
        } else if byte == b'=' {
            check_padding(text, position, count)?;
            let bytes = (bits << (6 * (4 - count))).to_be_bytes();
            out.extend_from_slice(&bytes[1..count]);
            return Ok(out);
        } else if !is_line_break(byte) {
            return Err(position);
        }
    }
    // Go counts back from the end by the digits of the last group, even when line breaks stand between them.
    if count == 0 { Ok(out) } else { Err(text.len() - count) }
}

/// Checks what stands at and after the first `=`, which follows `count` digits of a group.
fn check_padding(text: &[u8], position: usize, count: usize) -> Result<(), usize> {
    let skip = |from: usize| {
        (from..text.len())
            .find(|index| !is_line_break(text[*index]))
            .unwrap_or(text.len())
    };
    let mut next = position + 1;
    match count {
        0 | 1 => return Err(position),
        2 => {
            next = skip(next);
            match text.get(next) {
                None => return Err(text.len()),
                Some(b'=') => next += 1,
                Some(_) => return Err(next - 1),
            }
        }
        _ => {}
    }
    next = skip(next);
    if next < text.len() { Err(next) } else { Ok(()) }
}

fn is_line_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}
