//! Times as text, after Go's layouts.

use super::civil::weekday;
use super::layout::{Element, Shape, next_chunk};
use super::time::{Face, Time};

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// The layout of Go's `Time.String`.
const STRING: &[u8] = b"2006-01-02 15:04:05.999999999 -0700 MST";

/// The layout of times in JSON.
pub(super) const JSON: &[u8] = b"2006-01-02T15:04:05.999999999Z07:00";

impl Time {
    /// The time as the layout says.
    pub(crate) fn format(&self, layout: &[u8]) -> Vec<u8> {
        let face = self.face();
        let mut out = Vec::with_capacity(layout.len() + 10);
        let mut rest = layout;
        loop {
            let chunk = next_chunk(rest);
            out.extend_from_slice(chunk.prefix);
            let Some((element, _)) = chunk.element else { return out };
            face.write(&mut out, element, self.nanos);
            rest = chunk.suffix;
        }
    }

    /// Go's `Time.String`, with the monotonic reading where there is one.
    pub(crate) fn text(&self) -> Vec<u8> {
        let mut out = self.format(STRING);
        if let Some(reading) = self.monotonic {
            let sign = if reading < 0 { '-' } else { '+' };
            let nanos = reading.unsigned_abs();
            out.extend_from_slice(
                format!(" m={sign}{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000).as_bytes(),
            );
        }
        out
    }
}

/// A name by its number, from 0.
fn name(names: &'static [&'static str], index: i64) -> &'static str {
    usize::try_from(index)
        .ok()
        .and_then(|index| names.get(index))
        .copied()
        .unwrap_or_default()
}

impl Face {
    fn write(&self, out: &mut Vec<u8>, element: Element, nanos: u32) {
        let date = self.date;
        let (month, day) = (i64::from(date.month), i64::from(date.day));
        // Noon and midnight are twelve.
        let hour12 = (self.hour + 11) % 12 + 1;
        match element {
            Element::LongMonth => out.extend_from_slice(name(&MONTHS, month - 1).as_bytes()),
            Element::Month => out.extend_from_slice(&name(&MONTHS, month - 1).as_bytes()[..3]),
            Element::NumMonth => write_padded(out, month, 0),
            Element::ZeroMonth => write_padded(out, month, 2),
            Element::LongWeekday => out.extend_from_slice(name(&WEEKDAYS, weekday(self.days)).as_bytes()),
            Element::Weekday => out.extend_from_slice(&name(&WEEKDAYS, weekday(self.days)).as_bytes()[..3]),
            Element::Day => write_padded(out, day, 0),
            Element::UnderDay => out.extend_from_slice(format!("{day:2}").as_bytes()),
            Element::ZeroDay => write_padded(out, day, 2),
            Element::UnderYearDay => out.extend_from_slice(format!("{:3}", date.day_of_year()).as_bytes()),
            Element::ZeroYearDay => write_padded(out, date.day_of_year(), 3),
            Element::Hour => write_padded(out, self.hour, 2),
            Element::Hour12 => write_padded(out, hour12, 0),
            Element::ZeroHour12 => write_padded(out, hour12, 2),
            Element::Minute => write_padded(out, self.minute, 0),
            Element::ZeroMinute => write_padded(out, self.minute, 2),
            Element::Second => write_padded(out, self.second, 0),
            Element::ZeroSecond => write_padded(out, self.second, 2),
            Element::LongYear => write_padded(out, date.year, 4),
            Element::Year => write_padded(out, (date.year % 100).abs(), 2),
            Element::UpperPm => out.extend_from_slice(if self.hour >= 12 { b"PM" } else { b"AM" }),
            Element::LowerPm => out.extend_from_slice(if self.hour >= 12 { b"pm" } else { b"am" }),
            Element::ZoneName => self.write_zone(out),
            Element::Offset { z, shape } => write_offset(out, self.span.offset, z, shape),
            Element::Fraction { digits, separator } => write_fraction(out, nanos, digits, separator),
            Element::ShortFraction { digits, separator } => {
                if digits > 0 && nanos > 0 {
                    let start = out.len();
                    write_fraction(out, nanos, digits, separator);
                    while out.len() > start + 1 && out.last() == Some(&b'0') {
                        out.pop();
                    }
                    if out.len() == start + 1 {
                        out.pop();
                    }
                }
            }
        }
    }

    /// The abbreviation; an offset that has none is written as a number.
    fn write_zone(&self, out: &mut Vec<u8>) {
        if self.span.name.is_empty() {
            write_offset(out, self.span.offset, false, Shape::Minutes);
        } else {
            out.extend_from_slice(&self.span.name);
        }
    }
}

/// A number with zeros up to a width, the sign not counted.
fn write_padded(out: &mut Vec<u8>, number: i64, width: usize) {
    let sign = if number < 0 { "-" } else { "" };
    out.extend_from_slice(format!("{sign}{:0width$}", number.unsigned_abs()).as_bytes());
}

fn write_fraction(out: &mut Vec<u8>, nanos: u32, digits: usize, separator: u8) {
    out.push(separator);
    let all = format!("{nanos:09}");
    out.extend_from_slice(&all.as_bytes()[..digits.min(9)]);
}

fn write_offset(out: &mut Vec<u8>, offset: i64, z: bool, shape: Shape) {
    if z && offset == 0 {
        out.push(b'Z');
        return;
    }
    // The sign is that of the minutes: an offset of some negative seconds has a plus.
    let minutes = offset / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    let seconds = if minutes < 0 { -offset } else { offset } % 60;
    let (hours, minutes) = ((minutes / 60).abs(), (minutes % 60).abs());
    let text = match shape {
        Shape::Hours => format!("{sign}{hours:02}"),
        Shape::Minutes => format!("{sign}{hours:02}{minutes:02}"),
        Shape::ColonMinutes => format!("{sign}{hours:02}:{minutes:02}"),
        Shape::Seconds => format!("{sign}{hours:02}{minutes:02}{}", padded_seconds(seconds)),
        Shape::ColonSeconds => format!("{sign}{hours:02}:{minutes:02}:{}", padded_seconds(seconds)),
    };
    out.extend_from_slice(text.as_bytes());
}

/// Two digits, after the sign.
fn padded_seconds(seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    format!("{sign}{:02}", seconds.abs())
}
