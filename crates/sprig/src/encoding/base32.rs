//! Go's standard base32, with the positions in its errors.

use govalue::Str;

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

pub(super) fn b32enc(text: &Str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len().div_ceil(5) * 8);
    for group in text.chunks(5) {
        let bits = (0..5).fold(0_u64, |bits, index| {
            bits << 8 | u64::from(group.get(index).copied().unwrap_or(0))
        });
        let digits = (group.len() * 8).div_ceil(5);
        for index in 0..8 {
            let digit = bits >> (35 - 5 * index) & 31;
            out.push(if index < digits {
                ALPHABET[usize::try_from(digit).unwrap_or(0)]
            } else {
                b'='
            });
        }
    }
    out
}

pub(super) fn b32dec(text: &Str) -> Vec<u8> {
    let text: Vec<u8> = text
        .iter()
        .copied()
        .filter(|byte| !matches!(byte, b'\n' | b'\r'))
        .collect();
    decode(&text).unwrap_or_else(|position| format!("illegal base32 data at input byte {position}").into_bytes())
}

/// The decoded bytes, or the position at which Go's decoder gives up.
fn decode(text: &[u8]) -> Result<Vec<u8>, usize> {
    let mut out = Vec::with_capacity(text.len() / 8 * 5);
    let (mut bits, mut count) = (0_u64, 0_usize);
    for (position, byte) in text.iter().copied().enumerate() {
        let after = position + 1;
        if byte == b'=' && count >= 2 && text.len() - after < 8 {
            check_padding(text, after, count)?;
            push_group(&mut out, bits, count);
            return Ok(out);
        }
        let value = ALPHABET.iter().position(|digit| *digit == byte).ok_or(position)?;
        bits = bits << 5 | value as u64;
        count += 1;
        if count == 8 {
            push_group(&mut out, bits, count);
            (bits, count) = (0, 0);
        }
    }
    if count == 0 { Ok(out) } else { Err(text.len() - count) }
}

/// Checks what follows the first `=`, which stands before `after` and follows `count` digits of a group.
fn check_padding(text: &[u8], after: usize, count: usize) -> Result<(), usize> {
    let rest = &text[after..];
    if rest.len() + count < 7 {
        return Err(text.len());
    }
    let padding = &rest[..rest.len().min(7 - count)];
    if let Some(wrong) = padding.iter().position(|byte| *byte != b'=') {
        return Err(after + wrong - 1);
    }
    if matches!(count, 3 | 6) { Err(after - 1) } else { Ok(()) }
}

/// Writes the whole bytes of a group of `count` digits.
fn push_group(out: &mut Vec<u8>, bits: u64, count: usize) {
    let bytes = (bits << (5 * (8 - count))).to_be_bytes();
    out.extend_from_slice(&bytes[3..3 + count * 5 / 8]);
}
