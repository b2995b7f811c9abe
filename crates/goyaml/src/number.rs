//! Floats in the texts that YAML has for them.

use govalue::number::{FloatStyle, write_float, write_int};

/// Integers below this are exact in a float64, and few enough digits to be what Go's shortest text is.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// From this magnitude on JSON writes an exponent.
const EXPONENT_FROM: f64 = 1e21;

/// Writes `number` as Go's `strconv.FormatFloat(number, 'g', -1, 64)`, infinities and NaN as YAML spells them.
pub(crate) fn write_general(number: f64, out: &mut Vec<u8>) {
    match number {
        n if n.is_nan() => out.extend_from_slice(b".nan"),
        f64::INFINITY => out.extend_from_slice(b".inf"),
        f64::NEG_INFINITY => out.extend_from_slice(b"-.inf"),
        _ => write_float(out, number, FloatStyle::General, None),
    }
}

/// A float key's text: sigs.k8s.io/yaml formats it with the precision of a `float32`.
pub(crate) fn float_key(number: f64) -> Vec<u8> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "sigs.k8s.io/yaml formats keys as float32"
    )]
    let narrow = number as f32;
    // The digits that tell a float32 from all others are few enough to be those of the float64 they name.
    let widened = narrow.to_string().parse().unwrap_or(f64::from(narrow));
    let mut out = Vec::new();
    write_general(widened, &mut out);
    out
}

/// Writes a finite `number` as it looks after the trip of sigs.k8s.io/yaml's `Marshal`: written as JSON, read as YAML
/// (which makes an integer of what looks like one and fits 64 bits), and written again.
pub(crate) fn write_through_json(number: f64, out: &mut Vec<u8>) {
    #[expect(clippy::cast_possible_truncation, reason = "checked to be integral and small")]
    if number.fract() == 0.0 && number.abs() < EXACT {
        return write_int(out, number as i64);
    }
    let start = out.len();
    if write_integer_text(number, out).is_some_and(|text| text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok()) {
        return;
    }
    out.truncate(start);
    write_general(number, out);
}

/// The integer that the JSON text of `number` is, if it fits.
pub(crate) fn json_integer(number: f64) -> Option<i64> {
    write_integer_text(number, &mut Vec::new())?.parse().ok()
}

/// Writes the JSON text of `number`, which must be integral; returns what it wrote.
fn write_integer_text(number: f64, out: &mut Vec<u8>) -> Option<&str> {
    if number.fract() != 0.0 || number.abs() >= EXPONENT_FROM {
        return None;
    }
    let start = out.len();
    write_float(out, number, FloatStyle::Fixed, None);
    std::str::from_utf8(&out[start..]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marshalled_floats_become_integers_when_they_fit() {
        for (number, expected) in [
            (1e6, "1000000"),
            (-0.0, "0"),
            (9_223_372_036_854_775_808.0, "9223372036854776000"),
            (-9_223_372_036_854_775_808.0, "-9.223372036854776e+18"),
            (1.844_674_407_370_955_2e19, "1.8446744073709552e+19"),
            (1e-6, "1e-06"),
            (1e21, "1e+21"),
            (1_783_226_696_005_093.2, "1.7832266960050932e+15"),
        ] {
            let mut out = Vec::new();
            write_through_json(number, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }

    #[test]
    fn float_keys_have_the_precision_of_a_float32() {
        for (number, expected) in [
            (0.1, "0.1"),
            (1.5, "1.5"),
            (1e10, "1e+10"),
            (1e39, ".inf"),
            (16_777_217.0, "1.6777216e+07"),
        ] {
            assert_eq!(String::from_utf8(float_key(number)).unwrap(), expected);
        }
    }
}
