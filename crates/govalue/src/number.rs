//! Numbers as Go's `strconv` writes and reads them.

mod decimal;
mod hexadecimal;
mod parse;

pub use parse::{NumError, NumErrorKind, atoi, parse_bool, parse_float, parse_int, parse_uint};

use decimal::Decimal;

/// How a float is written: the format letters of Go's `strconv.FormatFloat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloatStyle {
    /// `'e'`: `-d.dddde±dd`; the precision counts digits after the point.
    Exponent,
    /// `'f'`: `-ddd.dddd`; the precision counts digits after the point.
    Fixed,
    /// `'g'`: `'e'` for small and large exponents, `'f'` otherwise; the precision counts significant digits.
    General,
    /// `'b'`: `-ddddp±ddd`, mantissa and power of two; the precision is ignored.
    Binary,
    /// `'x'`: `-0xd.ddddp±dd`; the precision counts hexadecimal digits after the point.
    Hexadecimal,
}

/// Appends a float in Go's text; without a precision, with as many digits as tell it from every other float64.
///
/// NaN and infinities are `NaN`, `+Inf` and `-Inf`, as in Go.
pub fn write_float(out: &mut Vec<u8>, number: f64, style: FloatStyle, precision: Option<usize>) {
    if !number.is_finite() {
        let name = if number.is_nan() {
            "NaN"
        } else if number > 0.0 {
            "+Inf"
        } else {
            "-Inf"
        };
        out.extend_from_slice(name.as_bytes());
        return;
    }
    if number.is_sign_negative() {
        out.push(b'-');
    }
    let magnitude = number.abs();
    match (style, precision) {
        (FloatStyle::Binary, _) => hexadecimal::write_binary(out, magnitude),
        (FloatStyle::Hexadecimal, _) => hexadecimal::write(out, magnitude, precision),
        (FloatStyle::Fixed, Some(places)) => decimal::write_fixed(out, magnitude, places),
        (FloatStyle::Fixed, None) => Decimal::shortest(magnitude).write_plain(out),
        (FloatStyle::Exponent, None) => {
            let decimal = Decimal::shortest(magnitude);
            decimal.write_exponent(out, decimal.len().saturating_sub(1));
        }
        (FloatStyle::Exponent, Some(places)) => Decimal::rounded(magnitude, places + 1).write_exponent(out, places),
        (FloatStyle::General, None) => write_shortest_general(out, magnitude),
        (FloatStyle::General, Some(digits)) => {
            let digits = digits.max(1);
            write_general(out, &Decimal::rounded(magnitude, digits), digits);
        }
    }
}

/// A float in Go's text: `strconv.FormatFloat(number, style, precision, 64)`.
///
/// ```
/// use govalue::number::{FloatStyle, format_float};
/// assert_eq!(format_float(1_000_000.0, FloatStyle::General, None), "1e+06");
/// assert_eq!(format_float(2.5, FloatStyle::Fixed, Some(0)), "2");
/// ```
pub fn format_float(number: f64, style: FloatStyle, precision: Option<usize>) -> String {
    let mut out = Vec::with_capacity(24);
    write_float(&mut out, number, style, precision);
    // All of it is ASCII.
    String::from_utf8(out).unwrap_or_default()
}

/// Appends an integer in base 10.
pub fn write_int(out: &mut Vec<u8>, number: i64) {
    if number < 0 {
        out.push(b'-');
    }
    write_uint(out, number.unsigned_abs());
}

/// Appends an unsigned integer in base 10.
pub fn write_uint(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[start..]);
}

/// The integer a magnitude is, if it is one below `limit` (at most 2^53, so that the conversion is exact).
pub(crate) fn small_integer(magnitude: f64, limit: f64) -> Option<u64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be in range and positive"
    )]
    (magnitude < limit && magnitude.fract() == 0.0).then_some(magnitude as u64)
}

/// `%g` without a precision: the exponent form for numbers of more than six digits before the point.
fn write_shortest_general(out: &mut Vec<u8>, magnitude: f64) {
    // Most numbers of charts are ports and replica counts.
    if let Some(integer) = small_integer(magnitude, 1e6) {
        return write_uint(out, integer);
    }
    let decimal = Decimal::shortest(magnitude);
    if (-3..=6).contains(&decimal.point()) {
        decimal.write_plain(out);
    } else {
        decimal.write_exponent(out, decimal.len() - 1);
    }
}

/// `%g` with a precision of `digits` significant digits, which `decimal` has been rounded to.
fn write_general(out: &mut Vec<u8>, decimal: &Decimal, digits: usize) {
    let limit = i32::try_from(digits).unwrap_or(i32::MAX);
    if decimal.is_zero() || (-3..=limit).contains(&decimal.point()) {
        decimal.write_plain(out);
    } else {
        decimal.write_exponent(out, decimal.len() - 1);
    }
}
