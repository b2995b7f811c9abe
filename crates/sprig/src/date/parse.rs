//! Times from text, after Go's layouts, with Go's errors.

mod field;

use super::civil::{Date, days_in, is_leap};
use super::layout::{Element, next_chunk};
use super::quote::quote;
use super::time::Time;
use super::zone::Zone;

use self::field::Failure;

/// What was read of a time so far.
#[derive(Debug, Default)]
struct Fields {
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanos: u32,
    is_pm: bool,
    is_am: bool,
    is_utc: bool,
    offset: Option<i64>,
    zone_name: Option<Vec<u8>>,
}

impl Time {
    /// Go's `time.ParseInLocation`: the time a text stands for, in a zone unless the text names another; or the error.
    pub(crate) fn parse(layout: &[u8], text: &[u8], zone: &Zone) -> Result<Self, Vec<u8>> {
        let mut fields = Fields::default();
        let (mut layout_rest, mut rest) = (layout, text);
        loop {
            let chunk = next_chunk(layout_rest);
            rest = skip(rest, chunk.prefix).map_err(|at| mismatch(layout, text, chunk.prefix, at))?;
            let Some((element, spelling)) = chunk.element else {
                break;
            };
            layout_rest = chunk.suffix;
            rest = fields
                .read(element, rest, layout_rest)
                .map_err(|failure| match failure {
                    Failure::Mismatch => mismatch(layout, text, spelling, rest),
                    Failure::Range(what) => out_of_range(text, what),
                })?;
        }
        if !rest.is_empty() {
            return Err([
                b"parsing time ",
                quote(text).as_slice(),
                b": extra text: ",
                &quote(rest),
            ]
            .concat());
        }
        fields
            .finish(zone)
            .map_err(|problem| [b"parsing time ", quote(text).as_slice(), b": ", problem].concat())
    }
}

fn mismatch(layout: &[u8], text: &[u8], element: &[u8], at: &[u8]) -> Vec<u8> {
    [
        b"parsing time ",
        quote(text).as_slice(),
        b" as ",
        &quote(layout),
        b": cannot parse ",
        &quote(at),
        b" as ",
        &quote(element),
    ]
    .concat()
}

fn out_of_range(text: &[u8], what: &str) -> Vec<u8> {
    [
        b"parsing time ",
        quote(text).as_slice(),
        b": ",
        what.as_bytes(),
        b" out of range",
    ]
    .concat()
}

/// Takes a layout's literal text off a text: spaces match any number of them. Fails with the place.
fn skip<'t>(mut text: &'t [u8], mut literal: &[u8]) -> Result<&'t [u8], &'t [u8]> {
    while let Some(&byte) = literal.first() {
        if byte == b' ' {
            if text.first().is_some_and(|&byte| byte != b' ') {
                return Err(text);
            }
            literal = after_spaces(literal);
            text = after_spaces(text);
        } else if text.first() == Some(&byte) {
            literal = &literal[1..];
            text = &text[1..];
        } else {
            return Err(text);
        }
    }
    Ok(text)
}

fn after_spaces(text: &[u8]) -> &[u8] {
    let spaces = text.iter().take_while(|byte| **byte == b' ').count();
    &text[spaces..]
}

impl Fields {
    /// Puts the parts together; the error is what follows the quoted text.
    fn finish(mut self, zone: &Zone) -> Result<Time, &'static [u8]> {
        if self.is_pm && self.hour < 12 {
            self.hour += 12;
        } else if self.is_am && self.hour == 12 {
            self.hour = 0;
        }
        if let Some(day_of_year) = self.day_of_year {
            self.set_day_of_year(day_of_year)?;
        }
        let (month, day) = (self.month.unwrap_or(1), self.day.unwrap_or(1));
        if day < 1 || day > days_in(self.year, month) {
            return Err(b"day out of range");
        }
        let parts = [self.year, month, day, self.hour, self.minute, self.second];
        if self.is_utc {
            return Ok(Time::date(parts, self.nanos, Zone::Utc));
        }
        let utc = Time::date(parts, self.nanos, Zone::Utc);
        if let Some(offset) = self.offset {
            return Ok(with_offset(
                &utc,
                offset,
                self.zone_name.as_deref().unwrap_or_default(),
                zone,
            ));
        }
        match self.zone_name {
            Some(name) => Ok(with_name(&utc, &name, zone)),
            None => Ok(Time::date(parts, self.nanos, zone.clone())),
        }
    }

    /// Month and day from the day of the year, or the same as those that were read.
    fn set_day_of_year(&mut self, day_of_year: i64) -> Result<(), &'static [u8]> {
        let days = 365 + i64::from(is_leap(self.year));
        if day_of_year < 1 || day_of_year > days {
            return Err(b"day-of-year out of range");
        }
        let date = Date::from_days(Date::days_to_month(self.year, 1) + day_of_year - 1);
        if self.month.is_some_and(|month| month != i64::from(date.month)) {
            return Err(b"day-of-year does not match month");
        }
        if self.day.is_some_and(|day| day != i64::from(date.day)) {
            return Err(b"day-of-year does not match day");
        }
        (self.month, self.day) = (Some(date.month.into()), Some(date.day.into()));
        Ok(())
    }

    /// Reads an element and returns what is after it. `layout` is what follows in the layout.
    fn read<'t>(&mut self, element: Element, text: &'t [u8], layout: &[u8]) -> Result<&'t [u8], Failure> {
        match element {
            Element::Year
            | Element::LongYear
            | Element::LongMonth
            | Element::Month
            | Element::NumMonth
            | Element::ZeroMonth
            | Element::LongWeekday
            | Element::Weekday
            | Element::Day
            | Element::UnderDay
            | Element::ZeroDay
            | Element::UnderYearDay
            | Element::ZeroYearDay => self.read_date(element, text),
            Element::ZoneName => self.read_zone_name(text),
            Element::Offset { z, shape } => self.read_offset(z, shape, text),
            _ => self.read_clock(element, text, layout),
        }
    }
}

/// A time whose offset was read: in the given zone if that is its offset then, else in one made up.
fn with_offset(utc: &Time, offset: i64, name: &[u8], zone: &Zone) -> Time {
    let seconds = utc.seconds.wrapping_sub(offset);
    let span = zone.at(seconds);
    let fits = span.offset == offset && (name.is_empty() || span.name == name);
    let zone = if fits { zone.clone() } else { Zone::fixed(name, offset) };
    Time {
        seconds,
        zone,
        ..utc.clone()
    }
}

/// A time whose zone's abbreviation was read: an abbreviation that the given zone does not know has no offset, but for
/// those like `GMT+3`; and even that is only for show.
fn with_name(utc: &Time, name: &[u8], zone: &Zone) -> Time {
    if let Some(offset) = zone.offset_of(name, utc.seconds) {
        return Time {
            seconds: utc.seconds.wrapping_sub(offset),
            zone: zone.clone(),
            ..utc.clone()
        };
    }
    let hours = name.strip_prefix(b"GMT").and_then(field::number).unwrap_or(0);
    Time {
        zone: Zone::fixed(name, hours.wrapping_mul(3600)),
        ..utc.clone()
    }
}
