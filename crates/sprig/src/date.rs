//! Dates, times and durations.

mod civil;
mod duration;
mod format;
mod layout;
mod object;
mod parse;
mod quote;
mod time;
mod zone;

use gotemplate::{Any, Args, Call, FuncError};
use govalue::{Str, number};

use self::duration::{MINUTE, SECOND};
use self::zone::Zone;

pub(crate) use self::duration::{Duration, HOUR};
pub(crate) use self::time::Time;

entries! { Dates;
    "now"() -> Named("time.Time") [CLOCK], now, "The current time.";
    "ago"(Any) -> String [CLOCK], ago, "How long ago a time, or a number of seconds since 1970, was.";
    "date"(String, Any) -> String [CLOCK], date, "A time after Go's layout, in the local zone. Anything that is no time is now.";
    "dateInZone"(String, Any, String) -> String [CLOCK], date_in_zone, "A time after Go's layout, in a zone such as `Europe/Paris`.";
    "date_in_zone"(String, Any, String) -> String [CLOCK], date_in_zone, "As `dateInZone`.";
    "htmlDate"(Any) -> String [CLOCK], html_date, "The day of a time, as `2006-01-02`.";
    "htmlDateInZone"(Any, String) -> String [CLOCK], html_date_in_zone, "The day of a time in a zone, as `2006-01-02`.";
    "dateModify"(String, Named("time.Time")) -> Named("time.Time"), raw date_modify, "A time so much later (or earlier, `-1h`); the same for a wrong duration.";
    "date_modify"(String, Named("time.Time")) -> Named("time.Time"), raw date_modify, "As `dateModify`.";
    "mustDateModify"(String, Named("time.Time")) -> Named("time.Time"), raw must_date_modify, "A time so much later.";
    "must_date_modify"(String, Named("time.Time")) -> Named("time.Time"), raw must_date_modify, "As `mustDateModify`.";
    "toDate"(String, String) -> Named("time.Time"), to_date, "The time that a text stands for, after Go's layout; the zero time for a wrong text.";
    "mustToDate"(String, String) -> Named("time.Time"), try must_to_date, "The time that a text stands for, after Go's layout.";
    "unixEpoch"(Named("time.Time")) -> String, raw unix_epoch, "A time as seconds since 1970.";
    "duration"(Any) -> String, duration, "A number of seconds as a duration, such as `1m35s`.";
    "durationRound"(Any) -> String [CLOCK], duration_round, "A duration, or the time since then, in its greatest unit, such as `2h` or `3mo`.";
}

const HTML: &str = "2006-01-02";

fn now() -> Any {
    Any::object(Time::now())
}

/// The time that a value stands for, if it does.
fn time_of(value: &Any) -> Option<Time> {
    match value {
        Any::Object(object) => object.as_any().downcast_ref().cloned(),
        Any::Int(seconds) | Any::Int64(seconds) => Some(Time::unix(*seconds, Zone::Local)),
        Any::Int32(seconds) => Some(Time::unix((*seconds).into(), Zone::Local)),
        _ => None,
    }
}

fn formatted(layout: &[u8], value: &Any, zone: Option<Zone>) -> Vec<u8> {
    let time = time_of(value).unwrap_or_else(Time::now);
    // Sprig takes UTC for zones that there are not.
    time.in_zone(zone.unwrap_or(Zone::Utc)).format(layout)
}

fn date(layout: &Str, value: &Any) -> Vec<u8> {
    formatted(layout.as_bytes(), value, Some(Zone::Local))
}

fn date_in_zone(layout: &Str, value: &Any, zone: &Str) -> Vec<u8> {
    formatted(layout.as_bytes(), value, Zone::find(zone.as_bytes()))
}

fn html_date(value: &Any) -> Vec<u8> {
    formatted(HTML.as_bytes(), value, Some(Zone::Local))
}

fn html_date_in_zone(value: &Any, zone: &Str) -> Vec<u8> {
    formatted(HTML.as_bytes(), value, Zone::find(zone.as_bytes()))
}

fn ago(value: &Any) -> String {
    let time = match value {
        // Sprig forgot this type here.
        Any::Int32(_) => None,
        other => time_of(other),
    };
    let duration = time.map_or(Duration(0), |time| Time::now().since(&time));
    duration.round(Duration(SECOND)).text()
}

fn date_modify(_: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    let time: &Time = args.object(1)?;
    let duration = Duration::parse(args.string(0)?.as_bytes());
    Ok(Any::object(
        duration.map_or_else(|_| time.clone(), |duration| time.add(duration)),
    ))
}

fn must_date_modify(_: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    let time: &Time = args.object(1)?;
    let duration = Duration::parse(args.string(0)?.as_bytes()).map_err(FuncError::new)?;
    Ok(Any::object(time.add(duration)))
}

fn to_date(layout: &Str, text: &Str) -> Any {
    must_to_date(layout, text).unwrap_or_else(|_| Any::object(Time::zero()))
}

fn must_to_date(layout: &Str, text: &Str) -> Result<Any, FuncError> {
    let time = Time::parse(layout.as_bytes(), text.as_bytes(), &Zone::Local);
    time.map(Any::object).map_err(FuncError::new)
}

fn unix_epoch(_: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    let time: &Time = args.object(0)?;
    Ok(Any::string(time.seconds.to_string()))
}

/// Only texts and `int64` count; Sprig takes anything else for zero, even an `int`.
fn duration(value: &Any) -> String {
    let seconds = match value {
        Any::String(text) => parsed(text),
        Any::Int64(seconds) => *seconds,
        _ => 0,
    };
    Duration(seconds.wrapping_mul(SECOND)).text()
}

/// The number of a text; Go gives the nearest one where it is too big, and Sprig drops the error.
fn parsed(text: &Str) -> i64 {
    match number::parse_int(text.as_bytes(), 10, 64) {
        Ok(number) => number,
        Err(error) => error.nearest(),
    }
}

fn duration_round(value: &Any) -> String {
    let duration = match value {
        Any::String(text) => Duration::parse(text.as_bytes()).unwrap_or(Duration(0)),
        Any::Int64(nanos) => Duration(*nanos),
        Any::Object(_) => time_of(value).map_or(Duration(0), |time| Time::now().since(&time)),
        _ => Duration(0),
    };
    let nanos = duration.0.unsigned_abs();
    let day = 24 * HOUR;
    let units = [
        (365 * day, "y"),
        (30 * day, "mo"),
        (day, "d"),
        (HOUR, "h"),
        (MINUTE, "m"),
        (SECOND, "s"),
    ];
    let unit = units.iter().find(|(unit, _)| nanos > unit.unsigned_abs());
    unit.map_or_else(
        || "0s".to_owned(),
        |(unit, name)| format!("{}{name}", nanos / unit.unsigned_abs()),
    )
}
