//! Reading single elements of a layout.

use super::Fields;
use crate::date::duration::leading_int;
use crate::date::format::{MONTHS, WEEKDAYS};
use crate::date::layout::{Element, Shape, next_chunk};

/// Why an element could not be read.
pub(super) enum Failure {
    /// The text is something else.
    Mismatch,
    /// The number is none for this element.
    Range(&'static str),
}

type Rest<'t> = Result<&'t [u8], Failure>;

impl Fields {
    pub(super) fn read_date<'t>(&mut self, element: Element, text: &'t [u8]) -> Rest<'t> {
        match element {
            Element::Year => {
                let (year, rest) = split(text, 2)?;
                let year = number(year).ok_or(Failure::Mismatch)?;
                self.year = year + if year >= 69 { 1900 } else { 2000 };
                Ok(rest)
            }
            Element::LongYear => {
                let (year, rest) = split(text, 4)?;
                if !year[0].is_ascii_digit() {
                    return Err(Failure::Mismatch);
                }
                self.year = number(year).ok_or(Failure::Mismatch)?;
                Ok(rest)
            }
            Element::LongMonth => self.read_month(text, usize::MAX),
            Element::Month => self.read_month(text, 3),
            Element::NumMonth | Element::ZeroMonth => {
                let (month, rest) = two_digits(text, element == Element::ZeroMonth)?;
                self.month = Some(month);
                if (1..=12).contains(&month) {
                    Ok(rest)
                } else {
                    Err(Failure::Range("month"))
                }
            }
            Element::LongWeekday => Ok(name(&WEEKDAYS, usize::MAX, text)?.1),
            Element::Weekday => Ok(name(&WEEKDAYS, 3, text)?.1),
            Element::UnderYearDay | Element::ZeroYearDay => {
                let padding = if element == Element::UnderYearDay { 2 } else { 0 };
                let spaces = text.iter().take(padding).take_while(|byte| **byte == b' ').count();
                let (day, rest) = three_digits(&text[spaces..], element == Element::ZeroYearDay)?;
                self.day_of_year = Some(day);
                Ok(rest)
            }
            _ => {
                let padded = element == Element::UnderDay;
                let text = text.strip_prefix(b" ").filter(|_| padded).unwrap_or(text);
                let (day, rest) = two_digits(text, element == Element::ZeroDay)?;
                self.day = Some(day);
                Ok(rest)
            }
        }
    }

    fn read_month<'t>(&mut self, text: &'t [u8], length: usize) -> Rest<'t> {
        let (index, rest) = name(&MONTHS, length, text)?;
        self.month = Some(index + 1);
        Ok(rest)
    }

    pub(super) fn read_clock<'t>(&mut self, element: Element, text: &'t [u8], layout: &[u8]) -> Rest<'t> {
        let (fixed, limit, what) = match element {
            Element::Hour => (false, 24, "hour"),
            Element::Hour12 => (false, 13, "hour"),
            Element::ZeroHour12 => (true, 13, "hour"),
            Element::Minute => (false, 60, "minute"),
            Element::ZeroMinute => (true, 60, "minute"),
            Element::Second => (false, 60, "second"),
            Element::ZeroSecond => (true, 60, "second"),
            _ => return self.read_other(element, text),
        };
        let (value, rest) = two_digits(text, fixed)?;
        if value >= limit {
            return Err(Failure::Range(what));
        }
        match what {
            "hour" => self.hour = value,
            "minute" => self.minute = value,
            _ => {
                self.second = value;
                return self.read_extra_fraction(rest, layout);
            }
        }
        Ok(rest)
    }

    /// A fraction after the seconds may be there even where the layout has none.
    fn read_extra_fraction<'t>(&mut self, text: &'t [u8], layout: &[u8]) -> Rest<'t> {
        let [b'.' | b',', b'0'..=b'9', ..] = text else {
            return Ok(text);
        };
        let next = next_chunk(layout).element.map(|(element, _)| element);
        if matches!(next, Some(Element::Fraction { .. } | Element::ShortFraction { .. })) {
            return Ok(text);
        }
        self.read_fraction(text)
    }

    /// A point or comma and all digits after it.
    fn read_fraction<'t>(&mut self, text: &'t [u8]) -> Rest<'t> {
        let digits = text[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (fraction, rest) = text.split_at(1 + digits);
        self.nanos = nanos(fraction)?;
        Ok(rest)
    }

    fn read_other<'t>(&mut self, element: Element, text: &'t [u8]) -> Rest<'t> {
        match element {
            Element::UpperPm | Element::LowerPm => {
                let (half, rest) = split(text, 2)?;
                let (am, pm) = if element == Element::UpperPm {
                    (b"AM", b"PM")
                } else {
                    (b"am", b"pm")
                };
                match half {
                    half if half == pm => self.is_pm = true,
                    half if half == am => self.is_am = true,
                    _ => return Err(Failure::Mismatch),
                }
                Ok(rest)
            }
            Element::Fraction { digits, .. } => {
                let (fraction, rest) = split(text, 1 + digits)?;
                self.nanos = nanos(fraction)?;
                Ok(rest)
            }
            // The fraction may be missing, or have more digits than the layout.
            _ => match text {
                [b'.' | b',', b'0'..=b'9', ..] => self.read_fraction(text),
                _ => Ok(text),
            },
        }
    }

    pub(super) fn read_offset<'t>(&mut self, z: bool, shape: Shape, text: &'t [u8]) -> Rest<'t> {
        if let Some(rest) = text.strip_prefix(b"Z").filter(|_| z) {
            self.is_utc = true;
            return Ok(rest);
        }
        let length = match shape {
            Shape::Hours => 3,
            Shape::Minutes => 5,
            Shape::ColonMinutes => 6,
            Shape::Seconds => 7,
            Shape::ColonSeconds => 9,
        };
        let (offset, rest) = split(text, length)?;
        let colons: &[usize] = match shape {
            Shape::ColonMinutes => &[3],
            Shape::ColonSeconds => &[3, 6],
            _ => &[],
        };
        if colons.iter().any(|&at| offset[at] != b':') {
            return Err(Failure::Mismatch);
        }
        let digits = offset.iter().enumerate().skip(1).filter(|(at, _)| !colons.contains(at));
        let digits: Vec<u8> = digits.map(|(_, digit)| *digit).collect();
        self.offset = Some(signed_offset(offset[0], &digits)?);
        Ok(rest)
    }

    pub(super) fn read_zone_name<'t>(&mut self, text: &'t [u8]) -> Rest<'t> {
        if let Some(rest) = text.strip_prefix(b"UTC") {
            self.is_utc = true;
            return Ok(rest);
        }
        let length = zone_name_length(text).ok_or(Failure::Mismatch)?;
        let (name, rest) = text.split_at(length);
        self.zone_name = Some(name.to_vec());
        Ok(rest)
    }
}

/// Hours, minutes and seconds, two digits each, the last ones maybe missing. A number too big is told before a digit
/// that is none.
fn signed_offset(sign: u8, digits: &[u8]) -> Result<i64, Failure> {
    let mut values = [0; 3];
    let mut valid = true;
    for (value, pair) in values.iter_mut().zip(digits.chunks(2)) {
        let Ok((number, _)) = two_digits(pair, true) else {
            valid = false;
            break;
        };
        *value = number;
    }
    let [hours, minutes, seconds] = values;
    if hours > 24 && !(minutes > 60 || seconds > 60) {
        return Err(Failure::Range("time zone offset hour"));
    }
    if seconds > 60 {
        return Err(Failure::Range("time zone offset second"));
    }
    if minutes > 60 {
        return Err(Failure::Range("time zone offset minute"));
    }
    let offset = (hours * 60 + minutes) * 60 + seconds;
    match sign {
        _ if !valid => Err(Failure::Mismatch),
        b'+' => Ok(offset),
        b'-' => Ok(-offset),
        _ => Err(Failure::Mismatch),
    }
}

/// How long the zone's abbreviation at the start of a text is, by what Go takes for one.
fn zone_name_length(text: &[u8]) -> Option<usize> {
    if text.len() < 3 {
        return None;
    }
    if text.starts_with(b"ChST") || text.starts_with(b"MeST") {
        return Some(4);
    }
    if let Some(after) = text.strip_prefix(b"GMT") {
        return Some(3 + signed_hours_length(after));
    }
    if matches!(text[0], b'+' | b'-') {
        return Some(signed_hours_length(text)).filter(|length| *length > 0);
    }
    let capitals = text.iter().take(6).take_while(|byte| byte.is_ascii_uppercase()).count();
    match capitals {
        3 => Some(3),
        4 if text[3] == b'T' || text.starts_with(b"WITA") => Some(4),
        5 if text[4] == b'T' => Some(5),
        _ => None,
    }
}

/// The length of a sign and a number of hours up to 23; zero for anything else.
fn signed_hours_length(text: &[u8]) -> usize {
    let [b'+' | b'-', digits @ ..] = text else { return 0 };
    match leading_int(digits) {
        Some((hours, rest)) if hours <= 23 && rest.len() < digits.len() => text.len() - rest.len(),
        _ => 0,
    }
}

fn split(text: &[u8], at: usize) -> Result<(&[u8], &[u8]), Failure> {
    text.split_at_checked(at).ok_or(Failure::Mismatch)
}

/// A decimal number with an optional sign, and nothing else.
pub(super) fn number(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        _ => (false, text),
    };
    let (value, rest) = leading_int(digits)?;
    let value = 0i64.wrapping_add_unsigned(value);
    rest.is_empty()
        .then_some(if negative { value.wrapping_neg() } else { value })
}

/// One or two digits; two, if `fixed`.
fn two_digits(text: &[u8], fixed: bool) -> Result<(i64, &[u8]), Failure> {
    let length = text.iter().take(2).take_while(|byte| byte.is_ascii_digit()).count();
    if length == 0 || fixed && length < 2 {
        return Err(Failure::Mismatch);
    }
    Ok((decimal(&text[..length]), &text[length..]))
}

/// One to three digits; three, if `fixed`.
fn three_digits(text: &[u8], fixed: bool) -> Result<(i64, &[u8]), Failure> {
    let length = text.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
    if length == 0 || fixed && length < 3 {
        return Err(Failure::Mismatch);
    }
    Ok((decimal(&text[..length]), &text[length..]))
}

fn decimal(digits: &[u8]) -> i64 {
    digits
        .iter()
        .fold(0, |value, digit| value * 10 + i64::from(digit - b'0'))
}

/// The index of the name at the start of a text, in any case; `length` cuts the names off.
fn name<'t>(names: &[&str], length: usize, text: &'t [u8]) -> Result<(i64, &'t [u8]), Failure> {
    for (index, name) in (0..).zip(names) {
        let name = &name.as_bytes()[..length.min(name.len())];
        let parts = text.split_at_checked(name.len());
        if let Some((_, rest)) = parts.filter(|(start, _)| start.eq_ignore_ascii_case(name)) {
            return Ok((index, rest));
        }
    }
    Err(Failure::Mismatch)
}

/// Nanoseconds of a point or comma and digits; digits beyond the ninth don't count.
fn nanos(fraction: &[u8]) -> Result<u32, Failure> {
    let [b'.' | b',', digits @ ..] = fraction else {
        return Err(Failure::Mismatch);
    };
    let digits = &digits[..digits.len().min(9)];
    let value = number(digits).ok_or(Failure::Mismatch)?;
    let scale = 10i64.pow(9 - u32::try_from(digits.len()).unwrap_or(9));
    u32::try_from(value * scale).map_err(|_| Failure::Range("fractional second"))
}
