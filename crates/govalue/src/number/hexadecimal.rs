//! Floats by their bits: Go's `%b` and `%x`, and hexadecimal literals.

use std::io::Write;

use super::decimal::write_exponent;

const MANTISSA_BITS: u32 = 52;
/// The power of two of the last bit of the smallest float64.
const LOWEST_EXPONENT: i32 = -1074;
/// The exponent of a float64 whose mantissa, read as an integer, is its value.
const HIGHEST_EXPONENT: i32 = 971;

/// A finite, non-negative float as mantissa times a power of two.
fn parts(magnitude: f64) -> (u64, i32) {
    let bits = magnitude.to_bits();
    let mantissa = bits & ((1 << MANTISSA_BITS) - 1);
    match i32::try_from(bits >> MANTISSA_BITS & 0x7ff).unwrap_or_default() {
        0 => (mantissa, LOWEST_EXPONENT),
        biased => (mantissa | 1 << MANTISSA_BITS, biased + LOWEST_EXPONENT - 1),
    }
}

/// Appends `ddddp±ddd`.
pub(super) fn write_binary(out: &mut Vec<u8>, magnitude: f64) {
    let (mantissa, exponent) = parts(magnitude);
    // Writing to a vector does not fail.
    let _ = write!(out, "{mantissa}p{exponent:+}");
}

/// Appends `0x1.ddddp±dd`, rounded half to even to `places` hexadecimal digits if they are given.
pub(super) fn write(out: &mut Vec<u8>, magnitude: f64, places: Option<usize>) {
    let (mut mantissa, mut exponent) = parts(magnitude);
    if mantissa == 0 {
        exponent = 0;
    } else {
        // The leading one goes to bit 60, which leaves the fraction fifteen digits.
        let shift = mantissa.leading_zeros() - 3;
        mantissa <<= shift;
        exponent += 60 - shift.cast_signed();
    }
    if let Some(places @ ..15) = places {
        mantissa = round(mantissa, 60 - 4 * u32::try_from(places).unwrap_or_default());
        if mantissa >> 61 != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let fraction = format!("{:015x}", mantissa & ((1 << 60) - 1));
    let shown = places.unwrap_or_else(|| fraction.trim_end_matches('0').len());
    let _ = write!(out, "0x{}", mantissa >> 60);
    if shown > 0 {
        out.push(b'.');
        out.extend_from_slice(&fraction.as_bytes()[..shown.min(fraction.len())]);
        out.resize(out.len() + shown.saturating_sub(fraction.len()), b'0');
    }
    write_exponent(out, 'p', exponent);
}

/// Clears the low `bits` bits, rounding half to even.
fn round(mantissa: u64, bits: u32) -> u64 {
    let (kept, dropped) = (mantissa >> bits, mantissa & ((1 << bits) - 1));
    let half = 1 << (bits - 1);
    let up = dropped > half || (dropped == half && kept & 1 == 1);
    (kept + u64::from(up)) << bits
}

/// The float64 nearest to `mantissa` times two to the power of `exponent`, ties to even; infinite beyond the range.
///
/// `inexact` says that the true mantissa is a little larger.
pub(super) fn compose(mut mantissa: u64, mut exponent: i32, inexact: bool) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    let shift = mantissa.leading_zeros();
    mantissa <<= shift;
    exponent = exponent.saturating_sub(shift.cast_signed());
    // Eleven bits more than a float64 holds, or as many as put the last kept bit at the lowest exponent.
    let excess = LOWEST_EXPONENT.saturating_sub(exponent).max(11).unsigned_abs();
    if excess > 64 {
        return 0.0;
    }
    let wide = u128::from(mantissa) << 1 | u128::from(inexact);
    let (kept, dropped) = (wide >> (excess + 1), wide & ((1 << (excess + 1)) - 1));
    let half = 1 << excess;
    let up = dropped > half || (dropped == half && kept & 1 == 1);
    let kept = u64::try_from(kept).unwrap_or_default() + u64::from(up);
    exponent = exponent.saturating_add(excess.cast_signed());
    if exponent > HIGHEST_EXPONENT {
        return f64::INFINITY;
    }
    // A mantissa without its leading bit is denormal; a carry out of the mantissa raises the exponent by itself.
    let biased = u64::from((exponent - LOWEST_EXPONENT).unsigned_abs());
    f64::from_bits((biased << MANTISSA_BITS) + kept)
}
