//! Conversion to numbers by the rules of the Go library cast: whatever isn't a number is 0.

use gotemplate::{Any, Object};
use govalue::number::{parse_float, parse_int};

/// An `int` or `int64`; strings are read as Go's literals, after zeros behind a point were cut off.
pub(crate) fn to_int(value: &Any) -> i64 {
    match value {
        Any::Int(number) | Any::Int64(number) => *number,
        Any::Int32(number) => i64::from(*number),
        Any::Uint8(number) => i64::from(*number),
        Any::Uint64(number) => number.cast_signed(),
        Any::Float64(number) => float_to_int(*number),
        Any::String(text) => parse_int(without_zero_decimals(text), 0, 0).unwrap_or(0),
        Any::Bool(flag) => i64::from(*flag),
        Any::Object(object) => calendar_number(object.as_ref()),
        Any::Invalid | Any::Nil | Any::Bytes(_) | Any::List(_) | Any::Map(_) => 0,
    }
}

/// A `float64`.
pub(crate) fn to_float(value: &Any) -> f64 {
    match value {
        Any::Float64(number) => *number,
        Any::String(text) => parse_float(text).unwrap_or(0.0),
        #[expect(clippy::cast_precision_loss, reason = "Go's conversion loses it as well")]
        Any::Uint64(number) => *number as f64,
        #[expect(clippy::cast_precision_loss, reason = "Go's conversion loses it as well")]
        other => to_int(other) as f64,
    }
}

/// Go's conversion on amd64: toward zero, and the least integer for whatever does not fit.
pub(crate) fn float_to_int(number: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "truncation is what the conversion is for"
    )]
    if (-LIMIT..LIMIT).contains(&number) {
        number as i64
    } else {
        i64::MIN
    }
}

/// The text up to a point that only zeros follow; `1.` keeps its point.
fn without_zero_decimals(text: &[u8]) -> &[u8] {
    let digits = text.iter().rposition(|byte| *byte != b'0');
    match digits {
        Some(point) if text[point] == b'.' && point + 1 < text.len() => &text[..point],
        _ => text,
    }
}

/// Months and days of the week are the only named types that cast knows.
fn calendar_number(object: &dyn Object) -> i64 {
    if matches!(object.type_name(), "time.Month" | "time.Weekday") {
        return object.to_value().as_int().unwrap_or(0);
    }
    0
}
