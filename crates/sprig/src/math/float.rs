//! Functions on binary floats.

use gotemplate::Any;

use crate::types::number::to_float;

pub(super) fn floor(number: &Any) -> f64 {
    to_float(number).floor()
}

pub(super) fn ceil(number: &Any) -> f64 {
    to_float(number).ceil()
}

pub(super) fn maxf(first: &Any, others: &[Any]) -> f64 {
    others.iter().map(to_float).fold(to_float(first), |left, right| {
        extreme(left, right, f64::INFINITY, f64::max)
    })
}

pub(super) fn minf(first: &Any, others: &[Any]) -> f64 {
    others.iter().map(to_float).fold(to_float(first), |left, right| {
        extreme(left, right, f64::NEG_INFINITY, f64::min)
    })
}

/// Go's `math.Max` and `math.Min`: an infinity that wins does so over NaN, which wins over numbers; zeros have signs.
fn extreme(left: f64, right: f64, winner: f64, choose: fn(f64, f64) -> f64) -> f64 {
    if [left, right].contains(&winner) {
        return winner;
    }
    if left.is_nan() || right.is_nan() {
        return f64::NAN;
    }
    if left == 0.0 && right == 0.0 {
        let negative = if winner > 0.0 {
            left.is_sign_negative() && right.is_sign_negative()
        } else {
            left.is_sign_negative() || right.is_sign_negative()
        };
        return if negative { -0.0 } else { 0.0 };
    }
    choose(left, right)
}

/// Rounds up if the fraction after the last place is at least `round_on`, which a negative number's never is.
pub(super) fn round(number: &Any, places: i64, round_on: &[Any]) -> f64 {
    let round_on = round_on.first().map_or(0.5, to_float);
    let power = power_of_ten(places);
    let scaled = power * to_float(number);
    let rounded = if scaled.fract() >= round_on {
        scaled.ceil()
    } else {
        scaled.floor()
    };
    rounded / power
}

/// Go's `math.Pow(10, exponent)`, whose last digits come from the order of its multiplications.
fn power_of_ten(exponent: i64) -> f64 {
    match exponent {
        0 => return 1.0,
        1 => return 10.0,
        _ => {}
    }
    // 10 is 0.625 * 2^4; mantissas and powers of two are multiplied apart.
    let (mut mantissa, mut binary_exponent) = (1.0_f64, 0_i64);
    let (mut factor, mut factor_exponent) = (0.625_f64, 4_i64);
    // As Go does, takes the distance from 0 of a float.
    #[expect(clippy::cast_precision_loss, reason = "Go's conversion loses it as well")]
    let distance = (exponent as f64).abs();
    if distance >= 9_223_372_036_854_775_808.0 {
        return if exponent > 0 { f64::INFINITY } else { 0.0 };
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked to fit")]
    let mut bits = distance as i64;
    while bits != 0 {
        if factor_exponent.abs() > 1 << 12 {
            binary_exponent += factor_exponent;
            break;
        }
        if bits & 1 == 1 {
            mantissa *= factor;
            binary_exponent += factor_exponent;
        }
        factor *= factor;
        factor_exponent <<= 1;
        if factor < 0.5 {
            factor += factor;
            factor_exponent -= 1;
        }
        bits >>= 1;
    }
    if exponent < 0 {
        return scale(1.0 / mantissa, -binary_exponent);
    }
    scale(mantissa, binary_exponent)
}

/// `number * 2^exponent` for numbers near 1, rounded once.
fn scale(number: f64, exponent: i64) -> f64 {
    let exponent = i32::try_from(exponent.clamp(-1200, 1200)).unwrap_or(0);
    let half = exponent / 2;
    number * 2.0_f64.powi(half) * 2.0_f64.powi(exponent - half)
}
