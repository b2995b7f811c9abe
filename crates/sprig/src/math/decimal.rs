//! Float arithmetic by decimal digits, exact but for divisions: what Sprig does with the Go library decimal.

mod digits;

use gotemplate::{Any, FuncError};
use govalue::number::{FloatStyle, format_float};

use crate::types::number::to_float;
use digits::Digits;

/// Decimal places of a quotient.
const PLACES: i64 = 16;

/// `±digits * 10^exponent`.
#[derive(Clone, Debug)]
struct Decimal {
    negative: bool,
    digits: Digits,
    exponent: i64,
}

type Operation = fn(Decimal, Decimal) -> Result<Decimal, FuncError>;

pub(super) fn add1f(number: &Any) -> Result<f64, FuncError> {
    fold(to_float(number), &[Any::Int(1)], |left, right| Ok(left.add(right)))
}

pub(super) fn addf(numbers: &[Any]) -> Result<f64, FuncError> {
    fold(0.0, numbers, |left, right| Ok(left.add(right)))
}

pub(super) fn subf(first: &Any, others: &[Any]) -> Result<f64, FuncError> {
    fold(to_float(first), others, |left, right| Ok(left.add(right.negated())))
}

pub(super) fn mulf(first: &Any, others: &[Any]) -> Result<f64, FuncError> {
    fold(to_float(first), others, |left, right| Ok(left.multiply(&right)))
}

pub(super) fn divf(first: &Any, others: &[Any]) -> Result<f64, FuncError> {
    fold(to_float(first), others, |left, right| left.divide(&right))
}

fn fold(first: f64, others: &[Any], operation: Operation) -> Result<f64, FuncError> {
    let mut result = Decimal::new(first)?;
    for other in others {
        result = operation(result, Decimal::new(to_float(other))?)?;
    }
    Ok(result.to_float())
}

impl Decimal {
    /// The shortest decimal number that stands for this float.
    fn new(number: f64) -> Result<Self, FuncError> {
        if !number.is_finite() {
            let name = format_float(number, FloatStyle::General, None);
            return Err(FuncError::new(format!("Cannot create a Decimal from {name}")));
        }
        if number == 0.0 {
            return Ok(Self {
                negative: false,
                digits: Digits::default(),
                exponent: 0,
            });
        }
        let text = format!("{:e}", number.abs());
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let places = i64::try_from(fraction.len()).unwrap_or(0);
        Ok(Self {
            negative: number < 0.0,
            digits: Digits::parse(whole.bytes().chain(fraction.bytes())),
            exponent: exponent.parse().unwrap_or(0) - places,
        })
    }

    /// The nearest float.
    fn to_float(&self) -> f64 {
        let magnitude = format!("{}e{}", self.digits, self.exponent).parse().unwrap_or(0.0);
        if self.negative && !self.digits.is_zero() {
            -magnitude
        } else {
            magnitude
        }
    }

    fn negated(mut self) -> Self {
        self.negative = !self.negative;
        self
    }

    fn add(mut self, mut other: Self) -> Self {
        let exponent = self.exponent.min(other.exponent);
        self.digits.shift(zeros(self.exponent - exponent));
        other.digits.shift(zeros(other.exponent - exponent));
        let (negative, digits) = if self.negative == other.negative {
            (self.negative, self.digits.plus(&other.digits))
        } else if self.digits >= other.digits {
            (self.negative, self.digits.minus(&other.digits))
        } else {
            (other.negative, other.digits.minus(&self.digits))
        };
        Self {
            negative,
            digits,
            exponent,
        }
    }

    fn multiply(&self, other: &Self) -> Self {
        Self {
            negative: self.negative != other.negative,
            digits: self.digits.times(&other.digits),
            exponent: self.exponent + other.exponent,
        }
    }

    /// The quotient to [`PLACES`] places, halves away from zero.
    fn divide(&self, other: &Self) -> Result<Self, FuncError> {
        if other.digits.is_zero() {
            return Err(FuncError::new("decimal division by 0"));
        }
        let (mut dividend, mut divisor) = (self.digits.clone(), other.digits.clone());
        let shift = self.exponent - other.exponent + PLACES;
        dividend.shift(zeros(shift));
        divisor.shift(zeros(-shift));
        let (mut quotient, remainder) = dividend.divided_by(&divisor);
        if remainder.plus(&remainder) >= divisor {
            quotient = quotient.plus(&Digits::parse(*b"1"));
        }
        Ok(Self {
            negative: self.negative != other.negative,
            digits: quotient,
            exponent: -PLACES,
        })
    }
}

fn zeros(shift: i64) -> usize {
    usize::try_from(shift).unwrap_or(0)
}
