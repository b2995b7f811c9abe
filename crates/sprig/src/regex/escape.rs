//! Escapes that stand for one rune.

use super::error::{Code, SyntaxError};
use super::parse::next_rune;

/// The greatest rune.
const MAX_RUNE: u32 = 0x10_ffff;

/// Reads the escape at the start of `text`, which begins with a backslash, and returns the rune and what is after it.
pub(crate) fn read(text: &[u8]) -> Result<(u32, &[u8]), SyntaxError> {
    let Some(after) = text.get(1..).filter(|after| !after.is_empty()) else {
        return Err(SyntaxError::new(Code::TrailingBackslash, b""));
    };
    let (rune, rest) = next_rune(after)?;
    let invalid = |rest: &[u8]| Err(SyntaxError::new(Code::InvalidEscape, &text[..text.len() - rest.len()]));
    let control = match u8::try_from(rune) {
        Ok(b'0') => return Ok(octal(0, rest)),
        // A single digit would be a reference to a group, which this syntax lacks.
        Ok(digit @ b'1'..=b'7') if matches!(rest.first(), Some(b'0'..=b'7')) => {
            return Ok(octal(u32::from(digit - b'0'), rest));
        }
        Ok(b'x') => {
            let (rune, rest) = hexadecimal(rest)?;
            return rune.map_or_else(|| invalid(rest), |rune| Ok((rune, rest)));
        }
        Ok(b'a') => 0x07,
        Ok(b'f') => 0x0c,
        Ok(b'n') => 0x0a,
        Ok(b'r') => 0x0d,
        Ok(b't') => 0x09,
        Ok(b'v') => 0x0b,
        Ok(byte) if byte.is_ascii() && !byte.is_ascii_alphanumeric() => rune,
        _ => return invalid(rest),
    };
    Ok((control, rest))
}

/// Up to two further octal digits.
fn octal(first: u32, rest: &[u8]) -> (u32, &[u8]) {
    let length = rest
        .iter()
        .take(2)
        .take_while(|byte| (b'0'..=b'7').contains(byte))
        .count();
    let (digits, rest) = rest.split_at(length);
    (
        digits
            .iter()
            .fold(first, |value, digit| value * 8 + u32::from(digit - b'0')),
        rest,
    )
}

/// What follows `\x`: two digits, or any number in braces. Without a value, what is after the offending rune.
fn hexadecimal(text: &[u8]) -> Result<(Option<u32>, &[u8]), SyntaxError> {
    if text.is_empty() {
        return Ok((None, text));
    }
    let (first, rest) = next_rune(text)?;
    if first == u32::from(b'{') {
        return braced(rest);
    }
    if rest.is_empty() {
        return Ok((None, rest));
    }
    let (second, rest) = next_rune(rest)?;
    Ok((digit(first).zip(digit(second)).map(|(high, low)| high * 16 + low), rest))
}

fn braced(mut rest: &[u8]) -> Result<(Option<u32>, &[u8]), SyntaxError> {
    let (mut value, mut digits) = (0, 0);
    while !rest.is_empty() {
        let (rune, after) = next_rune(rest)?;
        rest = after;
        if rune == u32::from(b'}') {
            return Ok(((digits > 0).then_some(value), rest));
        }
        let Some(digit) = digit(rune) else { break };
        value = value * 16 + digit;
        if value > MAX_RUNE {
            break;
        }
        digits += 1;
    }
    Ok((None, rest))
}

fn digit(rune: u32) -> Option<u32> {
    char::from_u32(rune)?.to_digit(16)
}
