//! Numbers, dates and booleans.

use gotemplate::Any;
use govalue::number::{parse_float, parse_int};
use govalue::quote;

use super::scan::{Fault, Mark, Scanner, quoted};

/// A value that begins with a digit.
pub(super) fn number_or_date(scanner: &mut Scanner<'_>) -> Result<Any, Fault> {
    let start = scanner.mark();
    let is_zero = scanner.next()? == Some('0');
    if is_zero && let Some(base @ ('b' | 'o' | 'x')) = scanner.peek()? {
        return based(scanner, start, base);
    }
    scanner.skip(|character| character.is_ascii_digit())?;
    match scanner.peek()? {
        Some('-' | ':') => date(scanner, start),
        Some('_' | '.' | 'e' | 'E') => decimal(scanner, start),
        _ => integer(scanner, start),
    }
}

/// A value that begins with a sign, which was taken.
pub(super) fn signed(scanner: &mut Scanner<'_>, start: Mark) -> Result<Any, Fault> {
    let first = scanner.next()?;
    match first {
        Some('i' | 'n') => {
            let rest = if first == Some('i') { ['n', 'f'] } else { ['a', 'n'] };
            for wanted in rest {
                if !scanner.accept(wanted)? {
                    let found = String::from_utf8_lossy(scanner.since(start)).into_owned();
                    return Err(scanner.fault(format!("invalid float: '{found}'")));
                }
            }
            float(scanner, start)
        }
        Some('0') if matches!(scanner.peek()?, Some('b' | 'o' | 'x')) => {
            let found = String::from_utf8_lossy(scanner.since(start)).into_owned();
            let base = scanner.peek()?.unwrap_or_default();
            Err(scanner.fault(format!("cannot use sign with non-decimal numbers: '{found}{base}'")))
        }
        Some('.') => Err(scanner.fault("floats must start with a digit, not '.'")),
        Some('0'..='9') => decimal(scanner, start),
        other => Err(scanner.fault(format!("expected a digit but got {}", quoted(other)))),
    }
}

/// An integer after `0b`, `0o` or `0x`.
fn based(scanner: &mut Scanner<'_>, start: Mark, base: char) -> Result<Any, Fault> {
    scanner.next()?;
    let (radix, name) = match base {
        'b' => (2, "a binary"),
        'o' => (8, "an octal"),
        _ => (16, "a hexadecimal"),
    };
    let first = scanner.peek()?;
    if !first.is_some_and(|digit| digit.is_digit(radix)) {
        let first = first.unwrap_or('\0');
        return Err(scanner.fault(format!("not {name} number: '0{base}{first}'")));
    }
    scanner.skip(|character| character.is_digit(radix) || character == '_')?;
    integer(scanner, start)
}

/// What has digits and underscores, and what begins like that but is a float.
fn decimal(scanner: &mut Scanner<'_>, start: Mark) -> Result<Any, Fault> {
    scanner.skip(|character| character.is_ascii_digit() || character == '_')?;
    if !matches!(scanner.peek()?, Some('.' | 'e' | 'E')) {
        return integer(scanner, start);
    }
    scanner.skip(|character| character.is_ascii_digit() || "_.-+eE".contains(character))?;
    float(scanner, start)
}

fn integer(scanner: &Scanner<'_>, start: Mark) -> Result<Any, Fault> {
    let text = scanner.since(start);
    if !has_good_underscores(text) {
        let text = quote(text);
        return Err(scanner.fault(format!(
            "Invalid integer {text}: underscores must be surrounded by digits"
        )));
    }
    if has_leading_zero(text) {
        return Err(scanner.fault(format!("Invalid integer {}: cannot have leading zeroes", quote(text))));
    }
    let out_of_range = |_| {
        let text = String::from_utf8_lossy(text);
        scanner.fault(format!("{text} is out of range for int64"))
    };
    parse_int(text, 0, 64).map(Any::Int64).map_err(out_of_range)
}

pub(super) fn float(scanner: &Scanner<'_>, start: Mark) -> Result<Any, Fault> {
    let text = scanner.since(start);
    let shown = quote(text);
    let mut parts = text
        .split(|byte| matches!(byte, b'.' | b'e' | b'E'))
        .filter(|part| !part.is_empty());
    if !parts.clone().all(has_good_underscores) {
        return Err(scanner.fault(format!(
            "Invalid float {shown}: underscores must be surrounded by digits"
        )));
    }
    if parts.next().is_some_and(has_leading_zero) {
        return Err(scanner.fault(format!("Invalid float {shown}: cannot have leading zeroes")));
    }
    let mut points = text.iter().enumerate().filter(|(_, byte)| **byte == b'.');
    if !points.all(|(at, _)| text.get(at + 1).is_some_and(u8::is_ascii_digit)) {
        return Err(scanner.fault(format!(
            "Invalid float {shown}: '.' must be followed by one or more digits"
        )));
    }
    let plain: Vec<u8> = text.iter().copied().filter(|byte| *byte != b'_').collect();
    let number = match plain.as_slice() {
        b"+nan" | b"nan" => Ok(f64::NAN),
        b"-nan" => Ok(-f64::NAN),
        plain => parse_float(plain),
    };
    match number {
        Ok(number) => Ok(Any::Float64(number)),
        Err(error) if error.kind() == govalue::number::NumErrorKind::Range => {
            Err(scanner.fault(format!("{} is out of range for float64", String::from_utf8_lossy(text))))
        }
        Err(_) => Err(scanner.fault(format!("Invalid float value: {shown}"))),
    }
}

fn has_good_underscores(text: &[u8]) -> bool {
    if matches!(text, b"nan" | b"+nan" | b"-nan" | b"inf" | b"+inf" | b"-inf") {
        return true;
    }
    let mut accept = false;
    for byte in text {
        if *byte == b'_' && !accept {
            return false;
        }
        accept = byte.is_ascii_hexdigit();
    }
    accept
}

fn has_leading_zero(text: &[u8]) -> bool {
    match text {
        [b'0', b'b' | b'o' | b'x', ..] => false,
        [b'0', _, ..] | [b'-' | b'+', b'0', _, ..] => true,
        _ => false,
    }
}

/// A date, a time or both; `start` is before its first digit.
fn date(scanner: &mut Scanner<'_>, start: Mark) -> Result<Any, Fault> {
    scanner.skip(|character| character.is_ascii_digit() || "-:Tt .Zz+".contains(character))?;
    let text = scanner.since(start).trim_ascii();
    let text: Vec<u8> = text
        .iter()
        .map(|byte| if *byte == b' ' { b'T' } else { byte.to_ascii_uppercase() })
        .collect();
    let text = String::from_utf8_lossy(&text).into_owned();
    match rfc3339(&text) {
        Some(date) => Ok(Any::string(date)),
        None => Err(scanner.fault(format!("invalid datetime: {}", quote(text.as_bytes())))),
    }
}

/// The text that Go's `encoding/json` makes of the time; what has no zone is in UTC, what has no date in the year 0.
fn rfc3339(text: &str) -> Option<String> {
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (Some(date), Some(time)),
        None if text.contains(':') => (None, Some(text)),
        None => (Some(text), None),
    };
    let date = match date {
        Some(date) => checked_date(date)?,
        None => "0000-01-01",
    };
    let (clock, zone) = match time {
        Some(time) => split_zone(time, text.contains('T'))?,
        None => ("00:00:00", "Z"),
    };
    Some(format!("{date}T{}{zone}", checked_clock(clock)?))
}

fn checked_date(date: &str) -> Option<&str> {
    let numbers = fixed(date, "dddd-dd-dd")?;
    let (year, month, day) = (numbers[0], numbers[1], numbers[2]);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    (1..=days).contains(&day).then_some(date)
}

/// Hours, minutes, seconds if there are any, and a fraction without zeros at its end.
fn checked_clock(clock: &str) -> Option<String> {
    let (whole, fraction) = clock
        .split_once('.')
        .map_or((clock, None), |(whole, rest)| (whole, Some(rest)));
    let numbers = fixed(whole, "dd:dd:dd").or_else(|| fixed(whole, "dd:dd").filter(|_| fraction.is_none()))?;
    if numbers[0] > 23 || numbers[1..].iter().any(|number| *number > 59) {
        return None;
    }
    let mut out = whole.to_owned();
    if numbers.len() == 2 {
        out.push_str(":00");
    }
    if let Some(fraction) = fraction {
        let digits = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
        let fraction = fraction.get(..9).unwrap_or(fraction).trim_end_matches('0');
        if !digits {
            return None;
        }
        if !fraction.is_empty() {
            out.push('.');
            out.push_str(fraction);
        }
    }
    Some(out)
}

fn split_zone(time: &str, has_date: bool) -> Option<(&str, &str)> {
    let Some(at) = time.find(['Z', '+', '-']) else {
        return Some((time, "Z"));
    };
    let (clock, zone) = time.split_at(at);
    if !has_date {
        return None;
    }
    if zone == "Z" {
        return Some((clock, zone));
    }
    let numbers = fixed(&zone[1..], "dd:dd")?;
    let is_utc = numbers.iter().all(|number| *number == 0);
    (numbers[0] <= 24 && numbers[1] <= 60).then_some((clock, if is_utc { "Z" } else { zone }))
}

/// The numbers in a text of the given shape, where `d` is a digit.
fn fixed(text: &str, shape: &str) -> Option<Vec<u32>> {
    let fits = |(byte, wanted): (u8, u8)| {
        if wanted == b'd' {
            byte.is_ascii_digit()
        } else {
            byte == wanted
        }
    };
    if text.len() != shape.len() || !text.bytes().zip(shape.bytes()).all(fits) {
        return None;
    }
    text.split(['-', ':']).map(|number| number.parse().ok()).collect()
}
