//! Go's `time.Duration`: reading, printing, rounding.

use govalue::number::write_uint;

use super::quote::quote;

/// A span of time in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Duration(pub(crate) i64);

pub(crate) const SECOND: i64 = 1_000_000_000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;

/// One more than the greatest number of nanoseconds: the least one without its sign.
const LIMIT: u64 = 1 << 63;

impl Duration {
    /// Go's `time.ParseDuration`, with its error text.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, Vec<u8>> {
        let failed = |what: &[u8]| [b"time: ", what, b" ", &quote(text)].concat();
        let (negative, mut rest) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, text),
        };
        if rest == b"0" {
            return Ok(Self(0));
        }
        if rest.is_empty() {
            return Err(failed(b"invalid duration"));
        }
        let mut total: u64 = 0;
        while !rest.is_empty() {
            let (amount, after) = Amount::read(rest).ok_or_else(|| failed(b"invalid duration"))?;
            let length = after
                .iter()
                .take_while(|byte| **byte != b'.' && !byte.is_ascii_digit())
                .count();
            let (unit, after) = after.split_at(length);
            if unit.is_empty() {
                return Err(failed(b"missing unit in duration"));
            }
            let Some(nanos) = unit_of(unit) else {
                return Err(failed(
                    &[b"unknown unit ", quote(unit).as_slice(), b" in duration"].concat(),
                ));
            };
            let sum = amount
                .times(nanos)
                .and_then(|nanos| total.checked_add(nanos))
                .filter(|sum| *sum <= LIMIT);
            total = sum.ok_or_else(|| failed(b"invalid duration"))?;
            rest = after;
        }
        if negative {
            return Ok(Self(0i64.wrapping_sub_unsigned(total)));
        }
        i64::try_from(total).map(Self).map_err(|_| failed(b"invalid duration"))
    }

    /// Rounds to a multiple, halves away from zero.
    pub(crate) fn round(self, multiple: Self) -> Self {
        let (value, multiple) = (i128::from(self.0), i128::from(multiple.0));
        if multiple <= 0 {
            return self;
        }
        let rest = value % multiple;
        let rounded = if rest.abs() * 2 < multiple {
            value - rest
        } else {
            value - rest + rest.signum() * multiple
        };
        let bounded = rounded.clamp(i64::MIN.into(), i64::MAX.into());
        Self(i64::try_from(bounded).unwrap_or(self.0))
    }

    /// Rounds to a multiple, towards zero.
    pub(crate) fn truncate(self, multiple: Self) -> Self {
        if multiple.0 <= 0 {
            self
        } else {
            Self(self.0 - self.0 % multiple.0)
        }
    }

    /// So many of a unit, the fraction last, as Go adds them up.
    #[expect(clippy::cast_precision_loss, reason = "Go's conversion loses it as well")]
    pub(crate) fn in_units(self, unit: i64) -> f64 {
        (self.0 / unit) as f64 + (self.0 % unit) as f64 / unit as f64
    }

    /// Go's text, such as `1h0m2.5s`.
    pub(crate) fn text(self) -> String {
        let mut out = Vec::with_capacity(24);
        if self.0 < 0 {
            out.push(b'-');
        }
        let nanos = self.0.unsigned_abs();
        let second = SECOND.unsigned_abs();
        match nanos {
            0 => out.extend_from_slice(b"0s"),
            1..1_000 => write_decimal(&mut out, nanos, 1, "ns"),
            1_000..1_000_000 => write_decimal(&mut out, nanos, 1_000, "µs"),
            1_000_000..1_000_000_000 => write_decimal(&mut out, nanos, 1_000_000, "ms"),
            _ => {
                let minutes = nanos / (60 * second);
                if minutes >= 60 {
                    write_uint(&mut out, minutes / 60);
                    out.push(b'h');
                }
                if minutes > 0 {
                    write_uint(&mut out, minutes % 60);
                    out.push(b'm');
                }
                write_decimal(&mut out, nanos % (60 * second), second, "s");
            }
        }
        String::from_utf8(out).unwrap_or_default()
    }
}

/// Appends `value / unit` without trailing zeros, and the unit's name. The unit is a power of ten.
fn write_decimal(out: &mut Vec<u8>, value: u64, unit: u64, name: &str) {
    write_uint(out, value / unit);
    let mut fraction = value % unit;
    if fraction > 0 {
        out.push(b'.');
        let mut place = unit / 10;
        while fraction > 0 {
            out.push(b"0123456789"[usize::try_from(fraction / place).unwrap_or(0)]);
            fraction %= place;
            place /= 10;
        }
    }
    out.extend_from_slice(name.as_bytes());
}

fn unit_of(name: &[u8]) -> Option<u64> {
    // The second and third are the micro sign and the Greek letter.
    let nanos = match name {
        b"ns" => 1,
        b"us" | b"\xc2\xb5s" | b"\xce\xbcs" => 1_000,
        b"ms" => 1_000_000,
        b"s" => SECOND,
        b"m" => MINUTE,
        b"h" => HOUR,
        _ => return None,
    };
    Some(nanos.unsigned_abs())
}

/// A decimal number: its integer part, and a fraction as a numerator and a power of ten.
struct Amount {
    whole: u64,
    fraction: u64,
    scale: f64,
}

impl Amount {
    /// Reads a number at the start of a text; `None` if there is none or its integer part is too big.
    fn read(text: &[u8]) -> Option<(Self, &[u8])> {
        let (whole, mut rest) = leading_int(text)?;
        let mut digits = text.len() - rest.len();
        let (mut fraction, mut scale) = (0, 1.0);
        if let Some(after) = rest.strip_prefix(b".") {
            let length = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
            (fraction, scale) = leading_fraction(&after[..length]);
            digits += length;
            rest = &after[length..];
        }
        (digits > 0).then_some((Self { whole, fraction, scale }, rest))
    }

    /// So many units, in nanoseconds.
    fn times(&self, unit: u64) -> Option<u64> {
        if self.whole > LIMIT / unit {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "Go's arithmetic, whose result is wanted")]
        let fraction = self.fraction as f64 * (unit as f64 / self.scale);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "positive and less than a unit"
        )]
        let fraction = fraction as u64;
        (self.whole * unit)
            .checked_add(fraction)
            .filter(|nanos| *nanos <= LIMIT)
    }
}

/// Reads digits, maybe none; `None` beyond 2^63.
pub(super) fn leading_int(text: &[u8]) -> Option<(u64, &[u8])> {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let value = text[..length].iter().try_fold(0u64, |value, digit| {
        if value > LIMIT / 10 {
            return None;
        }
        Some(value * 10 + u64::from(digit - b'0')).filter(|value| *value <= LIMIT)
    });
    Some((value?, &text[length..]))
}

/// Digits after a point as a numerator and a power of ten; digits beyond its precision don't count.
fn leading_fraction(digits: &[u8]) -> (u64, f64) {
    let (mut value, mut scale) = (0u64, 1.0);
    for digit in digits {
        if value > (LIMIT - 1) / 10 {
            break;
        }
        let next = value * 10 + u64::from(digit - b'0');
        if next > LIMIT {
            break;
        }
        value = next;
        scale *= 10.0;
    }
    (value, scale)
}
