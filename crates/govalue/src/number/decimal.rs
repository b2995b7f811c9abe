//! Decimal digits of a float, and the layouts `%e`, `%f` and `%g` share.

use std::io::Write;

/// No float64 has more decimal digits than this, before or after the point; the rest of a longer precision is zeros.
const MOST_DIGITS: usize = 1100;

/// Two decimals of fewer digits are never equally close to a float64 and both read back as it.
const LEAST_TIED_DIGITS: usize = 15;

/// The digits of a finite, non-negative float: `0.DDDD` times ten to the power of `point`, without trailing zeros.
#[derive(Debug)]
pub(super) struct Decimal {
    digits: Vec<u8>,
    point: i32,
}

impl Decimal {
    /// As few digits as tell the number from every other float64, the closest such ones.
    pub(super) fn shortest(magnitude: f64) -> Self {
        let shortest = Self::from_scientific(&format!("{magnitude:e}"));
        if shortest.len() < LEAST_TIED_DIGITS {
            return shortest;
        }
        // The number may lie in the middle between two such decimals. Rust takes the upper one, Go the even one.
        let places = shortest.len() - 1;
        let even = format!("{magnitude:.places$e}");
        if even.parse() == Ok(magnitude) {
            Self::from_scientific(&even)
        } else {
            shortest
        }
    }

    /// `count` digits, the exact value rounded half to even.
    pub(super) fn rounded(magnitude: f64, count: usize) -> Self {
        let places = count.saturating_sub(1).min(MOST_DIGITS);
        Self::from_scientific(&format!("{magnitude:.places$e}"))
    }

    /// Takes `d.ddde-5` apart.
    fn from_scientific(text: &str) -> Self {
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let mut digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        let point = if digits.is_empty() {
            0
        } else {
            exponent.parse::<i32>().map_or(0, |exponent| exponent + 1)
        };
        Self { digits, point }
    }

    /// How many digits there are; none for zero.
    pub(super) fn len(&self) -> usize {
        self.digits.len()
    }

    pub(super) fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// Where the decimal point is, in digits from the first.
    pub(super) fn point(&self) -> i32 {
        self.point
    }

    /// Appends `d.ddde±dd` with `places` digits after the point.
    pub(super) fn write_exponent(&self, out: &mut Vec<u8>, places: usize) {
        out.push(self.digits.first().copied().unwrap_or(b'0'));
        if places > 0 {
            out.push(b'.');
            let fraction = self.digits.get(1..).unwrap_or_default();
            let fraction = &fraction[..fraction.len().min(places)];
            out.extend_from_slice(fraction);
            out.resize(out.len() + places - fraction.len(), b'0');
        }
        write_exponent(out, 'e', if self.is_zero() { 0 } else { self.point - 1 });
    }

    /// Appends `ddd.ddd` with all digits and none more.
    pub(super) fn write_plain(&self, out: &mut Vec<u8>) {
        let Ok(whole) = usize::try_from(self.point) else {
            out.extend_from_slice(b"0.");
            out.resize(out.len() + self.point.unsigned_abs() as usize, b'0');
            out.extend_from_slice(&self.digits);
            return;
        };
        let (integer, fraction) = self.digits.split_at(whole.min(self.len()));
        out.extend_from_slice(if whole == 0 { b"0" } else { integer });
        out.resize(out.len() + whole - integer.len(), b'0');
        if !fraction.is_empty() {
            out.push(b'.');
            out.extend_from_slice(fraction);
        }
    }
}

/// Appends `%.<places>f` of a finite, non-negative float.
pub(super) fn write_fixed(out: &mut Vec<u8>, magnitude: f64, places: usize) {
    let exact = places.min(MOST_DIGITS);
    // Writing to a vector does not fail.
    let _ = write!(out, "{magnitude:.exact$}");
    out.resize(out.len() + places - exact, b'0');
}

/// Appends `marker`, a sign and at least two digits.
pub(super) fn write_exponent(out: &mut Vec<u8>, marker: char, exponent: i32) {
    let sign = if exponent < 0 { '-' } else { '+' };
    // Writing to a vector does not fail.
    let _ = write!(out, "{marker}{sign}{:02}", exponent.unsigned_abs());
}
