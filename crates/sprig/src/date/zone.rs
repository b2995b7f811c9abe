//! Time zones: Go's `time.Location`.

use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A location: what offset and which abbreviation are in use at an instant.
#[derive(Clone, Debug)]
pub(crate) enum Zone {
    /// `time.UTC`
    Utc,
    /// `time.Local`: what `TZ` or the system says.
    Local,
    /// A zone of the time zone database.
    Named(TimeZone),
    /// A zone made up for an offset that was read.
    Fixed(Arc<Fixed>),
}

/// An offset that never changes.
#[derive(Debug)]
pub(crate) struct Fixed {
    pub(crate) name: Vec<u8>,
    /// Seconds east of UTC.
    pub(crate) offset: i64,
}

/// What is in use in a zone at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// The abbreviation, such as `CET`.
    pub(crate) name: Vec<u8>,
    /// Seconds east of UTC.
    pub(crate) offset: i64,
    pub(crate) is_dst: bool,
}

/// The local zone and its name; without a zone it is UTC.
struct Local {
    name: String,
    zone: Option<TimeZone>,
}

static LOCAL: LazyLock<Local> = LazyLock::new(|| {
    let value = std::env::var_os("TZ");
    Local::new(value.as_deref().map(std::ffi::OsStr::to_string_lossy).as_deref())
});

/// The most changes of a zone's offset that are looked through for an abbreviation.
const MAX_TRANSITIONS: usize = 1000;

impl Local {
    /// Go's rules for the value of `TZ`: without one the system's zone; a path or a name in it; UTC for anything else.
    fn new(value: Option<&str>) -> Self {
        let value = value.map(|value| value.strip_prefix(':').unwrap_or(value));
        let (name, zone) = match value {
            None => ("Local", TimeZone::try_system().ok()),
            Some("" | "UTC") => ("UTC", None),
            Some(path) if path.starts_with('/') => {
                let zone = std::fs::read(path)
                    .ok()
                    .and_then(|data| TimeZone::tzif(path, &data).ok());
                (if path == "/etc/localtime" { "Local" } else { path }, zone)
            }
            Some(name) => ("Local", load(name)),
        };
        Self {
            name: if zone.is_some() { name } else { "UTC" }.to_owned(),
            zone,
        }
    }
}

/// A zone of the database by its exact name: Go looks for a file, so that case counts.
fn load(name: &str) -> Option<TimeZone> {
    let zone = TimeZone::get(name).ok()?;
    (zone.iana_name() == Some(name) && name != "Etc/Unknown").then_some(zone)
}

impl Zone {
    /// Go's `time.LoadLocation`.
    pub(crate) fn find(name: &[u8]) -> Option<Self> {
        match name {
            b"" | b"UTC" => Some(Self::Utc),
            b"Local" => Some(Self::Local),
            _ => load(std::str::from_utf8(name).ok()?).map(Self::Named),
        }
    }

    /// An offset without a name, or with one that was read.
    pub(crate) fn fixed(name: &[u8], offset: i64) -> Self {
        Self::Fixed(Arc::new(Fixed {
            name: name.to_vec(),
            offset,
        }))
    }

    /// Its name, as `Location.String` gives it.
    pub(crate) fn name(&self) -> Vec<u8> {
        match self {
            Self::Utc => b"UTC".to_vec(),
            Self::Local => LOCAL.name.clone().into_bytes(),
            Self::Named(zone) => zone.iana_name().unwrap_or_default().as_bytes().to_vec(),
            Self::Fixed(fixed) => fixed.name.clone(),
        }
    }

    /// What is in use so many seconds after 1970.
    pub(crate) fn at(&self, seconds: i64) -> Span {
        let zone = match self {
            Self::Fixed(fixed) => {
                return Span {
                    name: fixed.name.clone(),
                    offset: fixed.offset,
                    is_dst: false,
                };
            }
            Self::Utc => None,
            Self::Local => LOCAL.zone.as_ref(),
            Self::Named(zone) => Some(zone),
        };
        zone.map_or_else(
            || Span {
                name: b"UTC".to_vec(),
                offset: 0,
                is_dst: false,
            },
            |zone| span(zone, seconds),
        )
    }

    /// The offset that an abbreviation stands for: the one in use under that name, or any the zone ever had.
    pub(crate) fn offset_of(&self, name: &[u8], seconds: i64) -> Option<i64> {
        let spans = self.spans();
        let named = || spans.iter().filter(|span| span.name == name);
        let in_use = named().find(|span| self.at(seconds.wrapping_sub(span.offset)).name == name);
        match in_use {
            Some(span) => Some(self.at(seconds.wrapping_sub(span.offset)).offset),
            None => named().next().map(|span| span.offset),
        }
    }

    /// All that the zone ever used.
    fn spans(&self) -> Vec<Span> {
        let zone = match self {
            Self::Local => LOCAL.zone.as_ref(),
            Self::Named(zone) => Some(zone),
            Self::Utc | Self::Fixed(_) => None,
        };
        let mut spans = vec![self.at(i64::MIN)];
        let changes = zone
            .into_iter()
            .flat_map(|zone| zone.following(Timestamp::MIN).take(MAX_TRANSITIONS));
        for change in changes {
            let span = self.at(change.timestamp().as_second());
            if !spans.contains(&span) {
                spans.push(span);
            }
        }
        spans
    }
}

/// Seconds in 400 years, after which the calendar, weekdays included, repeats itself.
const CYCLE: i64 = 146_097 * 86_400;

/// What a zone of the database uses. Beyond the years that the database is defined for, its rules go on.
fn span(zone: &TimeZone, seconds: i64) -> Span {
    let (first, last) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    let cycles = if seconds > last {
        (seconds - 1 - last) / CYCLE + 1
    } else {
        0
    };
    let seconds = (seconds - cycles * CYCLE).max(first);
    let info = zone.to_offset_info(Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH));
    Span {
        name: info.abbreviation().as_bytes().to_vec(),
        offset: info.offset().seconds().into(),
        is_dst: info.dst().is_dst(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_local_zone_is_what_the_environment_says() {
        let name = |value| {
            Local::new(Some(value))
                .zone
                .and_then(|zone| zone.iana_name().map(str::to_owned))
        };
        assert_eq!(name("Europe/Paris").as_deref(), Some("Europe/Paris"));
        assert_eq!(name(":Asia/Tokyo").as_deref(), Some("Asia/Tokyo"));
        for utc in [
            "",
            "UTC",
            "europe/paris",
            "Nowhere/Land",
            "/no/such/file",
            "EST5EDT,M3.2.0,M11.1.0",
        ] {
            assert_eq!(name(utc), None, "{utc}");
            assert_eq!(Local::new(Some(utc)).name, "UTC");
        }
        assert_eq!(Local::new(Some("Europe/Paris")).name, "Local");
    }

    #[test]
    fn rules_go_on_beyond_the_years_of_the_database() {
        let zone = Zone::find(b"America/New_York").unwrap();
        // A day in April of the year 12000, and one in the winter before.
        assert_eq!(zone.at(316_526_000_000).name, b"EDT");
        assert_eq!(zone.at(316_516_000_000).name, b"EST");
        assert_eq!(zone.at(i64::MIN).name, b"LMT");
    }
}
