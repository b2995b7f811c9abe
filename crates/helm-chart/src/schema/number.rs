//! Numbers: exact ones for arithmetic, and as the Go validator prints them.

use govalue::number::{FloatStyle, format_float};

/// A magnitude as `mantissa` times ten to the power of `exponent`: the shortest decimal that is the float.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    mantissa: u64,
    exponent: i32,
}

impl Decimal {
    /// The decimal of a finite float, without its sign.
    pub(super) fn new(number: f64) -> Option<Self> {
        let text = format!("{:e}", number.abs());
        let (digits, exponent) = text.split_once('e')?;
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let mantissa = format!("{whole}{fraction}").parse().ok()?;
        let exponent = exponent.parse::<i32>().ok()? - i32::try_from(fraction.len()).ok()?;
        Some(Self { mantissa, exponent })
    }

    /// Whether this is a multiple of `mantissa` divided by ten to the power of `digits`.
    pub(super) fn is_multiple_of(self, mantissa: u64, digits: i32) -> bool {
        let shift = self.exponent + digits;
        let divisor = u128::from(mantissa);
        let mut rest = u128::from(self.mantissa);
        if shift >= 0 {
            for _ in 0..shift {
                rest = rest * 10 % divisor;
            }
            return rest % divisor == 0;
        }
        for _ in shift..0 {
            if rest % 10 != 0 {
                return false;
            }
            rest /= 10;
        }
        rest % divisor == 0
    }
}

/// A float as the validator prints it for English readers: digits grouped by commas, `1.5×10⁰⁷` when large or small.
pub(super) fn localized(number: f64) -> String {
    // There is no negative zero in the rational numbers that Go computes with.
    let text = format_float(number + 0.0, FloatStyle::General, None);
    let Some((mantissa, exponent)) = text.split_once('e') else {
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let point = if fraction.is_empty() { "" } else { "." };
        return format!("{}{point}{fraction}", grouped(whole));
    };
    let superscripts = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raised = exponent.chars().filter_map(|c| match c {
        '-' => Some('⁻'),
        digit => digit
            .to_digit(10)
            .and_then(|digit| superscripts.get(digit as usize).copied()),
    });
    format!("{mantissa}×10{}", raised.collect::<String>())
}

/// A count as the validator prints it for English readers.
pub(super) fn count(number: usize) -> String {
    grouped(&number.to_string())
}

/// Digits, with a sign or not, in groups of three.
fn grouped(digits: &str) -> String {
    let (sign, digits) = digits.split_at(usize::from(digits.starts_with('-')));
    let mut text = sign.to_owned();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_printed_as_the_go_validator_prints_them() {
        let cases = [
            (0.1, "0.1"),
            (-1234.5, "-1,234.5"),
            (999_999.0, "999,999"),
            (1e6, "1×10⁰⁶"),
            (1_234_567.123_456_7, "1.2345671234567×10⁰⁶"),
            (1e-5, "1×10⁻⁰⁵"),
            (-1e300, "-1×10³⁰⁰"),
            (-0.0, "0"),
            (0.000_123, "0.000123"),
        ];
        for (number, expected) in cases {
            assert_eq!(localized(number), expected);
        }
    }

    #[test]
    fn multiples_are_decimal() {
        let is_multiple = |number: f64| Decimal::new(number).unwrap().is_multiple_of(1, 1);
        assert!([0.3, 0.7, 1.1, 1e22, 0.0, -2.3].into_iter().all(is_multiple));
        assert!(![0.35, 0.01, 1e-7].into_iter().any(is_multiple));
    }
}
