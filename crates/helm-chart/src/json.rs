//! Values as `serde_json` has them, for the schema validator.

use govalue::{Map, Value};

/// The same entries.
pub(crate) fn object(map: &Map) -> serde_json::Value {
    map.iter()
        .map(|(key, value)| (key.to_lossy().into_owned(), to_json(value)))
        .collect()
}

/// The same value; a number that JSON cannot express becomes null.
pub(crate) fn to_json(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(flag) => (*flag).into(),
        Value::Int(number) => (*number).into(),
        Value::Float(number) => float(*number),
        Value::String(text) => text.to_lossy().into(),
        Value::List(items) => items.iter().map(to_json).collect(),
        Value::Map(map) => object(map),
    }
}

/// A number, as an integer where it is one, which is how Go prints a float64 without a fraction.
fn float(number: f64) -> serde_json::Value {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked to be integral and exactly representable"
    )]
    if number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 {
        return (number as i64).into();
    }
    serde_json::Number::from_f64(number).map_or(serde_json::Value::Null, serde_json::Value::Number)
}
