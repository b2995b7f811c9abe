//! `multipleOf` in decimal.
//!
//! Go divides as a person would: 0.3 is a multiple of 0.1. In binary it is not. The validator has no keywords of our own
//! but formats of our own, which are plain functions, so there is one for each divisor that schemas use.

use std::error::Error;

use boon::Format;
use serde_json::Value;

use super::number::Decimal;

/// What the names of these formats begin with.
const PREFIX: &str = "multipleOf:";

/// A format for each divisor.
macro_rules! formats {
    ($(($mantissa:literal, $digits:literal, $name:literal)),* $(,)?) => {
        [$(Format { name: concat!("multipleOf:", $name), func: check::<$mantissa, $digits> }),*]
    };
}

/// The formats: those of 1, 2, 5 and 25 over powers of ten.
pub(super) const FORMATS: [Format; 22] = formats![
    (1, 1, "0.1"),
    (2, 1, "0.2"),
    (5, 1, "0.5"),
    (25, 1, "2.5"),
    (15, 1, "1.5"),
    (1, 2, "0.01"),
    (2, 2, "0.02"),
    (5, 2, "0.05"),
    (25, 2, "0.25"),
    (125, 2, "1.25"),
    (1, 3, "0.001"),
    (2, 3, "0.002"),
    (5, 3, "0.005"),
    (25, 3, "0.025"),
    (125, 3, "0.125"),
    (1, 4, "0.0001"),
    (5, 4, "0.0005"),
    (25, 4, "0.0025"),
    (1, 5, "0.00001"),
    (1, 6, "0.000001"),
    (1, 8, "0.00000001"),
    (1, 9, "0.000000001"),
];

/// The name of the format that stands for a divisor.
pub(super) fn format_name(divisor: f64) -> Option<&'static str> {
    let names = FORMATS.iter().map(|format| format.name);
    names.into_iter().find(|name| divisor_of(name) == Some(divisor))
}

/// The divisor that a format stands for, if it is one of these.
pub(super) fn divisor_of(format: &str) -> Option<f64> {
    format.strip_prefix(PREFIX)?.parse().ok()
}

/// Fails for a number that is no multiple of `MANTISSA` divided by ten to the power of `DIGITS`.
fn check<const MANTISSA: u64, const DIGITS: i32>(value: &Value) -> Result<(), Box<dyn Error>> {
    let Some(number) = value.as_f64().and_then(Decimal::new) else {
        return Ok(());
    };
    if number.is_multiple_of(MANTISSA, DIGITS) {
        Ok(())
    } else {
        Err("no multiple".into())
    }
}
