//! Reading numbers: `ParseInt`, `ParseUint`, `Atoi`, `ParseFloat`, `ParseBool`.

use std::fmt;

use super::hexadecimal::compose;
use crate::{Str, quote};

/// Why a text is not a number: Go's `strconv.NumError`.
#[derive(Clone, Debug, PartialEq)]
pub struct NumError {
    function: &'static str,
    input: Str,
    kind: NumErrorKind,
    nearest: i64,
}

/// What is wrong with the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumErrorKind {
    /// It isn't written as a number.
    Syntax,
    /// Its value does not fit the type.
    Range,
    /// The caller asked for a base that does not exist.
    Base(u32),
}

impl NumError {
    /// What is wrong.
    pub fn kind(&self) -> NumErrorKind {
        self.kind
    }

    /// The integer that Go's `ParseInt` and `Atoi` return beside the error: the nearest one if the value is out of
    /// range, else 0.
    pub fn nearest(&self) -> i64 {
        self.nearest
    }

    fn new(function: &'static str, input: &[u8], kind: NumErrorKind) -> Self {
        Self {
            function,
            input: input.into(),
            kind,
            nearest: 0,
        }
    }

    fn near(mut self, nearest: i64) -> Self {
        self.nearest = nearest;
        self
    }
}

impl fmt::Display for NumError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "strconv.{}: parsing {}: ", self.function, quote(&self.input))?;
        match self.kind {
            NumErrorKind::Syntax => f.write_str("invalid syntax"),
            NumErrorKind::Range => f.write_str("value out of range"),
            NumErrorKind::Base(base) => write!(f, "invalid base {base}"),
        }
    }
}

impl std::error::Error for NumError {}

/// Go's `strconv.ParseInt`: base 0 reads Go's literals, such as `0x1f`, `0b1`, `017` and `1_000`.
///
/// `bits` is the size of the type that the number must fit, 0 for `int`.
pub fn parse_int(text: &[u8], base: u32, bits: u32) -> Result<i64, NumError> {
    signed("ParseInt", text, base, bits)
}

/// Go's `strconv.ParseUint`: as [`parse_int`], without a sign.
pub fn parse_uint(text: &[u8], base: u32, bits: u32) -> Result<u64, NumError> {
    unsigned(text, base, bits).map_err(|kind| NumError::new("ParseUint", text, kind))
}

/// Go's `strconv.Atoi`.
pub fn atoi(text: &[u8]) -> Result<i64, NumError> {
    signed("Atoi", text, 10, 64)
}

/// Go's `strconv.ParseBool`.
pub fn parse_bool(text: &[u8]) -> Result<bool, NumError> {
    match text {
        b"1" | b"t" | b"T" | b"true" | b"TRUE" | b"True" => Ok(true),
        b"0" | b"f" | b"F" | b"false" | b"FALSE" | b"False" => Ok(false),
        _ => Err(NumError::new("ParseBool", text, NumErrorKind::Syntax)),
    }
}

/// Go's `strconv.ParseFloat` for 64 bits: decimal and hexadecimal literals with underscores, `inf`, `infinity`, `nan`.
pub fn parse_float(text: &[u8]) -> Result<f64, NumError> {
    let error = |kind| NumError::new("ParseFloat", text, kind);
    if let Some(special) = special_float(text) {
        return Ok(special);
    }
    let (negative, rest) = split_sign(text);
    let hex = rest.len() > 2 && rest[..2].eq_ignore_ascii_case(b"0x");
    if !underscores_separate_digits(text) {
        return Err(error(NumErrorKind::Syntax));
    }
    let magnitude = if hex {
        hexadecimal_float(&rest[2..])
    } else {
        decimal_float(rest)
    };
    match magnitude {
        None => Err(error(NumErrorKind::Syntax)),
        Some(infinite) if infinite.is_infinite() => Err(error(NumErrorKind::Range)),
        Some(magnitude) => Ok(if negative { -magnitude } else { magnitude }),
    }
}

fn signed(function: &'static str, text: &[u8], base: u32, bits: u32) -> Result<i64, NumError> {
    let (negative, digits) = split_sign(text);
    let bits = if bits == 0 { 64 } else { bits.min(64) };
    let limit = 1_u64 << (bits - 1);
    let magnitude = match unsigned(digits, base, bits) {
        Ok(magnitude) => magnitude,
        Err(NumErrorKind::Range) => u64::MAX,
        Err(kind) => return Err(NumError::new(function, text, kind)),
    };
    let range = |nearest| NumError::new(function, text, NumErrorKind::Range).near(nearest);
    match negative {
        false if magnitude >= limit => Err(range((limit - 1).cast_signed())),
        true if magnitude > limit => Err(range(limit.wrapping_neg().cast_signed())),
        false => Ok(magnitude.cast_signed()),
        true => Ok(magnitude.wrapping_neg().cast_signed()),
    }
}

fn unsigned(text: &[u8], base: u32, bits: u32) -> Result<u64, NumErrorKind> {
    if text.is_empty() {
        return Err(NumErrorKind::Syntax);
    }
    let literal = base == 0;
    let (base, digits) = match base {
        0 => literal_base(text),
        2..=36 => (base, text),
        _ => return Err(NumErrorKind::Base(base)),
    };
    let highest = if bits == 0 || bits >= 64 {
        u64::MAX
    } else {
        (1 << bits) - 1
    };
    let mut number: u64 = 0;
    for &byte in digits {
        if byte == b'_' && literal {
            continue;
        }
        let digit = char::from(byte).to_digit(base).ok_or(NumErrorKind::Syntax)?;
        number = number
            .checked_mul(base.into())
            .and_then(|number| number.checked_add(digit.into()))
            .filter(|number| *number <= highest)
            .ok_or(NumErrorKind::Range)?;
    }
    if literal && !underscores_separate_digits(text) {
        return Err(NumErrorKind::Syntax);
    }
    Ok(number)
}

/// The base that a literal's prefix names, and its digits.
fn literal_base(text: &[u8]) -> (u32, &[u8]) {
    match text {
        [b'0', b'b' | b'B', digits @ ..] if !digits.is_empty() => (2, digits),
        [b'0', b'o' | b'O', digits @ ..] if !digits.is_empty() => (8, digits),
        [b'0', b'x' | b'X', digits @ ..] if !digits.is_empty() => (16, digits),
        [b'0', digits @ ..] => (8, digits),
        _ => (10, text),
    }
}

fn split_sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    }
}

/// Whether each underscore has a digit (or the base's prefix) before it and a digit after it.
fn underscores_separate_digits(text: &[u8]) -> bool {
    if !text.contains(&b'_') {
        return true;
    }
    let digits = split_sign(text).1;
    let prefixed = digits.len() >= 2 && digits[0] == b'0' && b"bBoOxX".contains(&digits[1]);
    let is_digit = |byte: u8| {
        byte.is_ascii_digit() || (prefixed && digits[1].eq_ignore_ascii_case(&b'x') && byte.is_ascii_hexdigit())
    };
    digits
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'_')
        .all(|(at, _)| {
            let after_prefix = prefixed && at == 2;
            let before = at > 0 && (after_prefix || is_digit(digits[at - 1]));
            before && digits.get(at + 1).is_some_and(|next| is_digit(*next))
        })
}

fn special_float(text: &[u8]) -> Option<f64> {
    let (negative, name) = split_sign(text);
    if name.eq_ignore_ascii_case(b"inf") || name.eq_ignore_ascii_case(b"infinity") {
        return Some(if negative { f64::NEG_INFINITY } else { f64::INFINITY });
    }
    text.eq_ignore_ascii_case(b"nan").then_some(f64::NAN)
}

/// A decimal literal without its sign; `None` if it isn't one.
fn decimal_float(text: &[u8]) -> Option<f64> {
    let digits: Vec<u8> = text.iter().copied().filter(|byte| *byte != b'_').collect();
    let text = std::str::from_utf8(&digits).ok()?;
    // Rust reads the same grammar, but also a second sign and names, which Go's does not have here.
    text.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        .then(|| text.parse().ok())?
}

/// A hexadecimal literal after its `0x`; `None` if it isn't one.
fn hexadecimal_float(text: &[u8]) -> Option<f64> {
    let marker = text.iter().position(|byte| byte.eq_ignore_ascii_case(&b'p'))?;
    let (mantissa, exponent) = (&text[..marker], binary_exponent(&text[marker + 1..])?);
    let (mut value, mut shift, mut inexact) = (0_u64, 0_i32, false);
    let (mut point_seen, mut digit_seen) = (false, false);
    for &byte in mantissa {
        match char::from(byte).to_digit(16) {
            Some(digit) => {
                digit_seen = true;
                if value >> 60 == 0 {
                    value = value << 4 | u64::from(digit);
                    shift -= if point_seen { 4 } else { 0 };
                } else {
                    inexact |= digit != 0;
                    shift += if point_seen { 0 } else { 4 };
                }
            }
            None if byte == b'_' => {}
            None if byte == b'.' && !point_seen => point_seen = true,
            None => return None,
        }
    }
    digit_seen.then(|| compose(value, exponent.saturating_add(shift), inexact))
}

/// The digits after `p`, with their sign; cut off far beyond any float's range.
fn binary_exponent(text: &[u8]) -> Option<i32> {
    let (negative, digits) = split_sign(text);
    if !digits.first()?.is_ascii_digit() {
        return None;
    }
    let mut exponent = 0_i32;
    for &byte in digits {
        match byte {
            b'0'..=b'9' if exponent < 10_000 => exponent = exponent * 10 + i32::from(byte - b'0'),
            b'_' | b'0'..=b'9' => {}
            _ => return None,
        }
    }
    Some(if negative { -exponent } else { exponent })
}
