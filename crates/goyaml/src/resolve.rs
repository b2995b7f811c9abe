//! What an unquoted scalar means: go-yaml v2's resolver for YAML 1.1.

mod timestamp;

use std::borrow::Cow;

pub(crate) use timestamp::is_timestamp;

/// The meaning of a plain scalar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Resolved {
    Null,
    Bool(bool),
    Int(i64),
    /// An integer above `i64::MAX`.
    Uint(u64),
    /// Possibly infinite or NaN.
    Float(f64),
    /// Looks like a date; still decoded as a string.
    Timestamp,
    String,
}

/// What the first byte of a scalar says about it.
#[derive(Clone, Copy, PartialEq)]
enum Hint {
    Nothing,
    Digit,
    Sign,
    Dot,
    Word,
}

const HINTS: [Hint; 256] = {
    let mut hints = [Hint::Nothing; 256];
    let mut digit = b'0';
    while digit <= b'9' {
        hints[digit as usize] = Hint::Digit;
        digit += 1;
    }
    hints[b'+' as usize] = Hint::Sign;
    hints[b'-' as usize] = Hint::Sign;
    hints[b'.' as usize] = Hint::Dot;
    let words = b"yYnNtTfFoO~";
    let mut at = 0;
    while at < words.len() {
        hints[words[at] as usize] = Hint::Word;
        at += 1;
    }
    hints
};

/// Resolves a plain scalar. `dates` says whether a timestamp is looked for: only where no other tag is asked for.
pub(crate) fn resolve(text: &[u8], dates: bool) -> Resolved {
    let Some(&first) = text.first() else {
        return Resolved::Null;
    };
    match HINTS[usize::from(first)] {
        Hint::Nothing => Resolved::String,
        Hint::Word => word(text),
        Hint::Dot => match special_float(text) {
            Some(number) => Resolved::Float(number),
            None => dotted_float(text),
        },
        Hint::Digit | Hint::Sign => match special_float(text) {
            Some(number) => Resolved::Float(number),
            None if dates && is_timestamp(text) => Resolved::Timestamp,
            None => number(text),
        },
    }
}

/// Whether `text`, written without quotes, is read as the string it is.
pub(crate) fn is_plain_string(text: &[u8]) -> bool {
    let Some(&first) = text.first() else {
        return false;
    };
    match HINTS[usize::from(first)] {
        Hint::Nothing => true,
        Hint::Word => word(text) == Resolved::String,
        _ => resolve(text, true) == Resolved::String && !is_sexagesimal(text),
    }
}

fn word(text: &[u8]) -> Resolved {
    // The longest word is `false`.
    if text.len() > 5 {
        return Resolved::String;
    }
    match text {
        b"y" | b"Y" | b"yes" | b"Yes" | b"YES" | b"true" | b"True" | b"TRUE" | b"on" | b"On" | b"ON" => {
            Resolved::Bool(true)
        }
        b"n" | b"N" | b"no" | b"No" | b"NO" | b"false" | b"False" | b"FALSE" | b"off" | b"Off" | b"OFF" => {
            Resolved::Bool(false)
        }
        b"~" | b"null" | b"Null" | b"NULL" => Resolved::Null,
        _ => Resolved::String,
    }
}

fn special_float(text: &[u8]) -> Option<f64> {
    match text {
        b".nan" | b".NaN" | b".NAN" => Some(f64::NAN),
        b".inf" | b".Inf" | b".INF" | b"+.inf" | b"+.Inf" | b"+.INF" => Some(f64::INFINITY),
        b"-.inf" | b"-.Inf" | b"-.INF" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

/// A number that begins with a dot; unlike the others it keeps to Go's rule that an underscore stands between digits.
fn dotted_float(text: &[u8]) -> Resolved {
    let misplaced = |at: usize| {
        let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
        !(at > 0 && is_digit(text.get(at - 1)) && is_digit(text.get(at + 1)))
    };
    // A run of underscores has one with a non-digit beside it.
    if text.iter().enumerate().any(|(at, byte)| *byte == b'_' && misplaced(at)) {
        return Resolved::String;
    }
    float(&without_underscores(text))
}

fn number(text: &[u8]) -> Resolved {
    let plain = without_underscores(text);
    match integer(&plain, 0) {
        Resolved::String => {}
        found => return found,
    }
    match float(&plain) {
        Resolved::String => {}
        found => return found,
    }
    // Go's parser has seen `0b` already; what is left is a sign after it.
    if let Some(digits) = plain.strip_prefix(b"0b") {
        return integer(digits, 2);
    }
    if let Some(digits) = plain.strip_prefix(b"-0b") {
        return integer(&[b"-", digits].concat(), 2);
    }
    Resolved::String
}

fn without_underscores(text: &[u8]) -> Cow<'_, [u8]> {
    if text.contains(&b'_') {
        Cow::Owned(text.iter().copied().filter(|byte| *byte != b'_').collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Go's `strconv.ParseInt`, then `ParseUint`; base 0 goes by the prefix. `String` when it is neither.
fn integer(text: &[u8], base: u32) -> Resolved {
    let (signed, negative, rest) = match text {
        [b'-', rest @ ..] => (true, true, rest),
        [b'+', rest @ ..] => (true, false, rest),
        rest => (false, false, rest),
    };
    if rest.is_empty() {
        return Resolved::String;
    }
    let (base, digits) = match rest {
        _ if base != 0 => (base, rest),
        [b'0', b'b' | b'B', digits @ ..] if !digits.is_empty() => (2, digits),
        [b'0', b'o' | b'O', digits @ ..] if !digits.is_empty() => (8, digits),
        [b'0', b'x' | b'X', digits @ ..] if !digits.is_empty() => (16, digits),
        [b'0', digits @ ..] => (8, digits),
        digits => (10, digits),
    };
    let magnitude = digits.iter().try_fold(0_u64, |sum, byte| {
        let digit = char::from(*byte).to_digit(base)?;
        sum.checked_mul(u64::from(base))?.checked_add(u64::from(digit))
    });
    match magnitude {
        None => Resolved::String,
        Some(magnitude) if negative => 0_i64
            .checked_sub_unsigned(magnitude)
            .map_or(Resolved::String, Resolved::Int),
        Some(magnitude) => match i64::try_from(magnitude) {
            Ok(number) => Resolved::Int(number),
            Err(_) if signed => Resolved::String,
            Err(_) => Resolved::Uint(magnitude),
        },
    }
}

/// A decimal float as YAML writes it; one that overflows stays a string.
fn float(text: &[u8]) -> Resolved {
    if !is_float(text) {
        return Resolved::String;
    }
    match std::str::from_utf8(text).ok().and_then(|text| text.parse::<f64>().ok()) {
        Some(number) if number.is_finite() => Resolved::Float(number),
        _ => Resolved::String,
    }
}

/// `[-+]? ( .digits | digits [ . [digits] ] ) [ (e|E) [-+]? digits ]`
fn is_float(text: &[u8]) -> bool {
    let text = text
        .strip_prefix(b"-")
        .or_else(|| text.strip_prefix(b"+"))
        .unwrap_or(text);
    let (whole, rest) = split_digits(text);
    let (fraction, rest) = match rest.strip_prefix(b".") {
        Some(rest) => split_digits(rest),
        None => (0, rest),
    };
    if whole == 0 && fraction == 0 {
        return false;
    }
    match rest {
        [] => true,
        [b'e' | b'E', exponent @ ..] => {
            let digits = exponent
                .strip_prefix(b"-")
                .or_else(|| exponent.strip_prefix(b"+"))
                .unwrap_or(exponent);
            matches!(split_digits(digits), (1.., []))
        }
        _ => false,
    }
}

/// The number of leading digits, and what follows them.
fn split_digits(text: &[u8]) -> (usize, &[u8]) {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (count, &text[count..])
}

/// YAML 1.1's base 60 numbers (`1:30`): strings to go-yaml, but quoted for other readers.
fn is_sexagesimal(text: &[u8]) -> bool {
    let text = text
        .strip_prefix(b"-")
        .or_else(|| text.strip_prefix(b"+"))
        .unwrap_or(text);
    let mut groups = text.split(|byte| *byte == b':');
    let first = groups.next().unwrap_or_default();
    if !first.first().is_some_and(u8::is_ascii_digit) || !first.iter().all(|byte| is_digit_or_underscore(*byte)) {
        return false;
    }
    let mut groups = groups.peekable();
    if groups.peek().is_none() {
        return false;
    }
    while let Some(group) = groups.next() {
        let last = groups.peek().is_none();
        let whole = match group.iter().position(|byte| *byte == b'.') {
            Some(dot) if last && group[dot + 1..].iter().all(|byte| is_digit_or_underscore(*byte)) => &group[..dot],
            Some(_) => return false,
            None => group,
        };
        if !matches!(whole, [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']) {
            return false;
        }
    }
    true
}

fn is_digit_or_underscore(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_1_1_scalars_resolve_as_in_go() {
        for (text, expected) in [
            ("", Resolved::Null),
            ("~", Resolved::Null),
            ("y", Resolved::Bool(true)),
            ("Off", Resolved::Bool(false)),
            ("yEs", Resolved::String),
            ("0755", Resolved::Int(493)),
            ("08", Resolved::Float(8.0)),
            ("0o10", Resolved::Int(8)),
            ("0x1F", Resolved::Int(31)),
            ("0b11", Resolved::Int(3)),
            ("0b-1", Resolved::Int(-1)),
            ("-0b11", Resolved::Int(-3)),
            ("1_000", Resolved::Int(1000)),
            ("1:30", Resolved::String),
            ("18446744073709551615", Resolved::Uint(u64::MAX)),
            ("18446744073709551616", Resolved::Float(18_446_744_073_709_551_616.0)),
            ("-9223372036854775808", Resolved::Int(i64::MIN)),
            ("1e400", Resolved::String),
            ("1e3", Resolved::Float(1000.0)),
            (".5", Resolved::Float(0.5)),
            (".5_0", Resolved::Float(0.5)),
            (".5_", Resolved::String),
            ("+.5", Resolved::Float(0.5)),
            ("-", Resolved::String),
            ("+", Resolved::String),
            (".", Resolved::String),
            ("0x", Resolved::String),
            ("2001-01-01", Resolved::Timestamp),
            ("2001-02-29", Resolved::String),
        ] {
            assert_eq!(resolve(text.as_bytes(), true), expected, "{text:?}");
        }
    }

    #[test]
    fn base_60_numbers_are_recognised_in_full_only() {
        for text in ["1:30", "+190:20:30.15", "1_0:59", "0:0"] {
            assert!(is_sexagesimal(text.as_bytes()), "{text:?}");
        }
        for text in ["1", "1:60", "1:3:", "a:1", "1:2.5:3", "1:123"] {
            assert!(!is_sexagesimal(text.as_bytes()), "{text:?}");
        }
    }
}
