//! Integers: `%d %b %o %O %x %X %c %q %U`.

use govalue::{Charset, is_print, write_quoted_rune};

use crate::fmt::layout::{Flags, Spec};

/// An integer of any of Go's types.
#[derive(Clone, Copy, Debug)]
pub(in crate::fmt) struct Integer {
    /// Two's complement.
    bits: u64,
    signed: bool,
}

impl Integer {
    pub(in crate::fmt) fn signed(number: i64) -> Self {
        Self {
            bits: number.cast_unsigned(),
            signed: true,
        }
    }

    pub(in crate::fmt) fn unsigned(number: u64) -> Self {
        Self {
            bits: number,
            signed: false,
        }
    }

    fn is_negative(self) -> bool {
        self.signed && self.bits.cast_signed() < 0
    }

    fn magnitude(self) -> u64 {
        if self.is_negative() {
            self.bits.wrapping_neg()
        } else {
            self.bits
        }
    }

    /// The code point, if it is one; U+FFFD otherwise, as Go encodes any other.
    fn rune(self) -> char {
        u32::try_from(self.bits)
            .ok()
            .and_then(char::from_u32)
            .unwrap_or(char::REPLACEMENT_CHARACTER)
    }
}

/// Appends an integer.
pub(in crate::fmt) fn write_integer(number: Integer, verb: char, spec: &Spec, out: &mut Vec<u8>) -> bool {
    match verb {
        'v' if spec.has(Flags::GO_SYNTAX) && !number.signed => digits(number, 16, verb, &spec.with(Flags::SHARP), out),
        'v' | 'd' => digits(number, 10, verb, spec, out),
        'b' => digits(number, 2, verb, spec, out),
        'o' | 'O' => digits(number, 8, verb, spec, out),
        'x' | 'X' => digits(number, 16, verb, spec, out),
        'c' => spec.pad(number.rune().encode_utf8(&mut [0; 4]).as_bytes(), out),
        'q' => {
            let charset = if spec.has(Flags::PLUS) {
                Charset::Ascii
            } else {
                Charset::Printable
            };
            let mut quoted = Vec::with_capacity(12);
            write_quoted_rune(number.rune(), charset, &mut quoted);
            spec.pad(&quoted, out);
        }
        'U' => code_point(number, spec, out),
        _ => return false,
    }
    true
}

/// Appends the address behind a `%p`: in hexadecimal, with `0x` unless there is a `#`.
pub(in crate::fmt) fn write_address(address: u64, spec: &Spec, out: &mut Vec<u8>) {
    let sharp = spec.has(Flags::SHARP);
    let spec = if sharp {
        spec.without(Flags::SHARP)
    } else {
        spec.with(Flags::SHARP)
    };
    digits(Integer::unsigned(address), 16, 'v', &spec, out);
}

/// Appends sign, prefix, leading zeros and digits, padded with spaces.
fn digits(number: Integer, base: u64, verb: char, spec: &Spec, out: &mut Vec<u8>) {
    let blank = spec.without(Flags::ZERO);
    let magnitude = number.magnitude();
    let width = spec.width.unwrap_or(0);
    if spec.precision == Some(0) && magnitude == 0 {
        return blank.fill(width, out);
    }
    let sign: &[u8] = match () {
        () if number.is_negative() => b"-",
        () if spec.has(Flags::PLUS) => b"+",
        () if spec.has(Flags::SPACE) => b" ",
        () => b"",
    };
    let mut buffer = [0; 64];
    let digits = render(magnitude, base, verb == 'X', &mut buffer);
    let least = match spec.precision {
        Some(precision) => precision,
        None if spec.pads_with_zeros() => width.saturating_sub(sign.len()),
        None => 0,
    };
    let zeros = least.saturating_sub(digits.len());
    let octal_zero = if zeros > 0 || digits[0] == b'0' { "" } else { "0" };
    let prefix = match (base, spec.has(Flags::SHARP), verb) {
        (8, true, 'O') if octal_zero.is_empty() => "0o",
        (8, true, 'O') => "0o0",
        (8, false, 'O') => "0o",
        (8, true, _) => octal_zero,
        (2, true, _) => "0b",
        (16, true, 'X') => "0X",
        (16, true, _) => "0x",
        _ => "",
    };
    let padding = width.saturating_sub(sign.len() + prefix.len() + zeros + digits.len());
    if !spec.has(Flags::MINUS) {
        blank.fill(padding, out);
    }
    out.extend_from_slice(sign);
    out.extend_from_slice(prefix.as_bytes());
    out.resize(out.len() + zeros, b'0');
    out.extend_from_slice(digits);
    if spec.has(Flags::MINUS) {
        blank.fill(padding, out);
    }
}

/// Writes the digits to the end of `buffer`, and returns them.
fn render(mut magnitude: u64, base: u64, upper: bool, buffer: &mut [u8; 64]) -> &[u8] {
    let alphabet = if upper {
        b"0123456789ABCDEF"
    } else {
        b"0123456789abcdef"
    };
    let mut start = buffer.len();
    loop {
        start -= 1;
        #[expect(clippy::cast_possible_truncation, reason = "a digit is below the base")]
        let digit = (magnitude % base) as usize;
        buffer[start] = alphabet[digit];
        magnitude /= base;
        if magnitude == 0 {
            return &buffer[start..];
        }
    }
}

/// Appends `U+0078`, and with `#` the character itself behind it, if it can be printed.
fn code_point(number: Integer, spec: &Spec, out: &mut Vec<u8>) {
    let mut buffer = [0; 64];
    let digits = render(number.bits, 16, true, &mut buffer);
    let zeros = spec.precision.unwrap_or(0).max(4).saturating_sub(digits.len());
    let mut text = b"U+".to_vec();
    text.resize(text.len() + zeros, b'0');
    text.extend_from_slice(digits);
    let rune = u32::try_from(number.bits).ok().and_then(char::from_u32);
    if let Some(rune) = rune.filter(|rune| spec.has(Flags::SHARP) && is_print(*rune)) {
        text.extend_from_slice(b" '");
        text.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes());
        text.push(b'\'');
    }
    spec.without(Flags::ZERO).pad(&text, out);
}
