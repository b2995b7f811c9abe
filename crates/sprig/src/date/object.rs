//! Times, durations, months, weekdays and locations as templates see them.

use std::any::Any as StdAny;

use gotemplate::{Any, Args, FuncError, Kind, Method, Object};
use govalue::{Str, Value};

use super::civil::weekday;
use super::duration::{Duration, HOUR, MINUTE, SECOND};
use super::format::{JSON, MONTHS, WEEKDAYS};
use super::time::Time;
use super::zone::Zone;
use crate::methods::methods;

/// Go's `time.Month`, from 1.
#[derive(Debug)]
struct Month(i64);

/// Go's `time.Weekday`, from 0 for Sunday.
#[derive(Debug)]
struct Weekday(i64);

/// Go's `*time.Location`.
#[derive(Debug)]
struct Location(Zone);

const TIME: &[Method] = methods! { receiver::<Time>;
    "Add"(Any) -> Named("time.Time"), |time, args| Any::object(time.add(duration(args)?));
    "AddDate"(Int, Int, Int) -> Named("time.Time"), |time, args| {
        Any::object(time.add_date(args.int(0)?, args.int(1)?, args.int(2)?))
    };
    "After"(Named("time.Time")) -> Bool, |time, args| Any::Bool(time.compare(args.object(0)?).is_gt());
    "Before"(Named("time.Time")) -> Bool, |time, args| Any::Bool(time.compare(args.object(0)?).is_lt());
    "Compare"(Named("time.Time")) -> Int, |time, args| Any::Int(time.compare(args.object(0)?) as i64);
    "Day"() -> Int, |time, _| Any::Int(time.face().date.day.into());
    "Equal"(Named("time.Time")) -> Bool, |time, args| Any::Bool(time.compare(args.object(0)?).is_eq());
    "Format"(String) -> String, |time, args| Any::string(time.format(args.string(0)?.as_bytes()));
    "Hour"() -> Int, |time, _| Any::Int(time.face().hour);
    "In"(Named("*time.Location")) -> Named("time.Time"), |time, args| {
        Any::object(time.in_zone(args.object::<Location>(0)?.0.clone()))
    };
    "IsDST"() -> Bool, |time, _| Any::Bool(time.face().span.is_dst);
    "IsZero"() -> Bool, |time, _| Any::Bool(time.is_zero());
    "Local"() -> Named("time.Time"), |time, _| Any::object(time.in_zone(Zone::Local));
    "Location"() -> Named("*time.Location"), |time, _| Any::object(Location(time.zone.clone()));
    "Minute"() -> Int, |time, _| Any::Int(time.face().minute);
    "Month"() -> Named("time.Month"), |time, _| Any::object(Month(time.face().date.month.into()));
    "Nanosecond"() -> Int, |time, _| Any::Int(time.nanos.into());
    "Round"(Any) -> Named("time.Time"), |time, args| Any::object(time.round(duration(args)?));
    "Second"() -> Int, |time, _| Any::Int(time.face().second);
    "String"() -> String, |time, _| Any::string(time.text());
    "Sub"(Named("time.Time")) -> Named("time.Duration"), |time, args| Any::object(time.since(args.object(0)?));
    "Truncate"(Any) -> Named("time.Time"), |time, args| Any::object(time.truncate(duration(args)?));
    "UTC"() -> Named("time.Time"), |time, _| Any::object(time.in_zone(Zone::Utc));
    "Unix"() -> Int64, |time, _| Any::Int64(time.seconds);
    "UnixMicro"() -> Int64, |time, _| Any::Int64(time.unix_in(1_000_000));
    "UnixMilli"() -> Int64, |time, _| Any::Int64(time.unix_in(1_000));
    "UnixNano"() -> Int64, |time, _| Any::Int64(time.unix_in(SECOND));
    "Weekday"() -> Named("time.Weekday"), |time, _| Any::object(Weekday(weekday(time.face().days)));
    "Year"() -> Int, |time, _| Any::Int(time.face().date.year);
    "YearDay"() -> Int, |time, _| Any::Int(time.face().date.day_of_year());
};

const DURATION: &[Method] = methods! { receiver::<Duration>;
    "Abs"() -> Named("time.Duration"), |duration, _| Any::object(Duration(duration.0.saturating_abs()));
    "Hours"() -> Float64, |duration, _| Any::Float64(duration.in_units(HOUR));
    "Microseconds"() -> Int64, |duration, _| Any::Int64(duration.0 / 1_000);
    "Milliseconds"() -> Int64, |duration, _| Any::Int64(duration.0 / 1_000_000);
    "Minutes"() -> Float64, |duration, _| Any::Float64(duration.in_units(MINUTE));
    "Nanoseconds"() -> Int64, |duration, _| Any::Int64(duration.0);
    "Round"(Any) -> Named("time.Duration"), |this, args| Any::object(this.round(duration(args)?));
    "Seconds"() -> Float64, |duration, _| Any::Float64(duration.in_units(SECOND));
    "String"() -> String, |duration, _| Any::string(duration.text());
    "Truncate"(Any) -> Named("time.Duration"), |this, args| {
        Any::object(this.truncate(duration(args)?))
    };
};

const MONTH: &[Method] = methods! { receiver::<Month>;
    "String"() -> String, |month, _| Any::String(month.display());
};

const WEEKDAY: &[Method] = methods! { receiver::<Weekday>;
    "String"() -> String, |weekday, _| Any::String(weekday.display());
};

const LOCATION: &[Method] = methods! { receiver::<Location>;
    "String"() -> String, |location, _| Any::String(location.display());
};

fn receiver<T: 'static>(object: &dyn Object) -> Result<&T, FuncError> {
    object
        .as_any()
        .downcast_ref()
        .ok_or_else(|| FuncError::new("receiver is of another type"))
}

/// A duration. A number in a template is one, too: so the parameters' type is `Any`, where Go has `time.Duration`.
fn duration(args: Args<'_>) -> Result<Duration, FuncError> {
    match args.any(0) {
        Any::Object(_) => args.object(0).copied(),
        _ => args.int(0).map(Duration),
    }
}

fn find(methods: &'static [Method], name: &str) -> Option<&'static Method> {
    methods.iter().find(|method| method.name == name)
}

/// A name by its number, or Go's text for a number that has none.
fn named(names: &[&str], index: i64) -> Str {
    usize::try_from(index)
        .ok()
        .and_then(|index| names.get(index))
        .copied()
        .unwrap_or_default()
        .into()
}

impl Object for Time {
    fn type_name(&self) -> &'static str {
        "time.Time"
    }

    fn kind(&self) -> Kind {
        Kind::Struct
    }

    fn method(&self, name: &str) -> Option<&'static Method> {
        find(TIME, name)
    }

    fn display(&self) -> Str {
        self.text().into()
    }

    fn to_value(&self) -> Value {
        Value::String(self.format(JSON).into())
    }

    fn as_any(&self) -> &dyn StdAny {
        self
    }
}

impl Object for Duration {
    fn type_name(&self) -> &'static str {
        "time.Duration"
    }

    fn kind(&self) -> Kind {
        Kind::Int64
    }

    fn method(&self, name: &str) -> Option<&'static Method> {
        find(DURATION, name)
    }

    fn truth(&self) -> bool {
        self.0 != 0
    }

    fn display(&self) -> Str {
        self.text().into()
    }

    fn to_value(&self) -> Value {
        Value::Int(self.0)
    }

    fn as_any(&self) -> &dyn StdAny {
        self
    }
}

impl Object for Month {
    fn type_name(&self) -> &'static str {
        "time.Month"
    }

    fn kind(&self) -> Kind {
        Kind::Int
    }

    fn method(&self, name: &str) -> Option<&'static Method> {
        find(MONTH, name)
    }

    fn truth(&self) -> bool {
        self.0 != 0
    }

    fn display(&self) -> Str {
        named(&MONTHS, self.0 - 1)
    }

    fn to_value(&self) -> Value {
        Value::Int(self.0)
    }

    fn as_any(&self) -> &dyn StdAny {
        self
    }
}

impl Object for Weekday {
    fn type_name(&self) -> &'static str {
        "time.Weekday"
    }

    fn kind(&self) -> Kind {
        Kind::Int
    }

    fn method(&self, name: &str) -> Option<&'static Method> {
        find(WEEKDAY, name)
    }

    fn truth(&self) -> bool {
        self.0 != 0
    }

    fn display(&self) -> Str {
        named(&WEEKDAYS, self.0)
    }

    fn to_value(&self) -> Value {
        Value::Int(self.0)
    }

    fn as_any(&self) -> &dyn StdAny {
        self
    }
}

impl Object for Location {
    fn type_name(&self) -> &'static str {
        "*time.Location"
    }

    fn kind(&self) -> Kind {
        Kind::Ptr
    }

    fn method(&self, name: &str) -> Option<&'static Method> {
        find(LOCATION, name)
    }

    fn display(&self) -> Str {
        self.0.name().into()
    }

    fn to_value(&self) -> Value {
        Value::empty_map()
    }

    fn as_any(&self) -> &dyn StdAny {
        self
    }
}
