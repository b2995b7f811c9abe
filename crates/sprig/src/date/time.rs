//! Go's `time.Time`: an instant, the zone it is shown in, and maybe a reading of the monotonic clock.

use std::cmp::Ordering;
use std::sync::LazyLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use super::civil::Date;
use super::duration::{Duration, SECOND};
use super::zone::{Span, Zone};

/// An instant and the zone it is shown in.
#[derive(Clone, Debug)]
pub(crate) struct Time {
    /// Seconds since 1970 UTC.
    pub(crate) seconds: i64,
    pub(crate) nanos: u32,
    /// Nanoseconds since the process began; times that carry it are compared and subtracted by it.
    pub(crate) monotonic: Option<i64>,
    pub(crate) zone: Zone,
}

/// The clock face of an instant in its zone.
pub(crate) struct Face {
    /// Days since 1970.
    pub(crate) days: i64,
    pub(crate) date: Date,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
    pub(crate) span: Span,
}

/// Year, month, day, hour, minute, second; any numbers will do.
pub(crate) type Parts = [i64; 6];

/// Seconds from the year 1 to 1970.
const ZERO: i64 = -62_135_596_800;
const DAY: i64 = 86_400;

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Time {
    /// The current time, in the local zone, with a monotonic reading.
    pub(crate) fn now() -> Self {
        // As in Go, the first reading is not zero.
        let monotonic = i64::try_from(START.elapsed().as_nanos())
            .unwrap_or(i64::MAX)
            .saturating_add(1);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        Self {
            seconds,
            nanos: now.subsec_nanos(),
            monotonic: Some(monotonic),
            zone: Zone::Local,
        }
    }

    /// The current time, in UTC.
    pub(crate) fn now_utc() -> Self {
        Self::now().in_zone(Zone::Utc)
    }

    /// The zero time: the first of January of the year 1, UTC.
    pub(crate) fn zero() -> Self {
        Self::unix(ZERO, Zone::Utc)
    }

    /// So many seconds after 1970.
    pub(crate) fn unix(seconds: i64, zone: Zone) -> Self {
        Self {
            seconds,
            nanos: 0,
            monotonic: None,
            zone,
        }
    }

    /// Go's `time.Date`: what a clock in the zone shows; numbers beyond their range carry over.
    pub(crate) fn date(parts: Parts, nanos: u32, zone: Zone) -> Self {
        let [year, month, day, hour, minute, second] = parts;
        let days = Date::days_to_month(year, month).wrapping_add(day.wrapping_sub(1));
        let hours = days.wrapping_mul(24).wrapping_add(hour);
        let seconds = hours
            .wrapping_mul(60)
            .wrapping_add(minute)
            .wrapping_mul(60)
            .wrapping_add(second);
        // The offset depends on the instant that is looked for: guess, then look again.
        let guess = seconds.wrapping_sub(zone.at(seconds).offset);
        let seconds = seconds.wrapping_sub(zone.at(guess).offset);
        Self {
            seconds,
            nanos,
            monotonic: None,
            zone,
        }
    }

    /// The same instant in another zone.
    pub(crate) fn in_zone(&self, zone: Zone) -> Self {
        Self {
            monotonic: None,
            zone,
            ..*self
        }
    }

    /// What a clock in the zone shows.
    pub(crate) fn face(&self) -> Face {
        let span = self.zone.at(self.seconds);
        let local = self.seconds.wrapping_add(span.offset);
        let (days, second) = (local.div_euclid(DAY), local.rem_euclid(DAY));
        Face {
            days,
            date: Date::from_days(days),
            hour: second / 3600,
            minute: second / 60 % 60,
            second: second % 60,
            span,
        }
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.seconds == ZERO && self.nanos == 0
    }

    pub(crate) fn add(&self, duration: Duration) -> Self {
        let nanos = i64::from(self.nanos) + duration.0 % SECOND;
        let seconds = self
            .seconds
            .wrapping_add(duration.0 / SECOND)
            .wrapping_add(nanos.div_euclid(SECOND));
        Self {
            seconds,
            nanos: u32::try_from(nanos.rem_euclid(SECOND)).unwrap_or(0),
            monotonic: self.monotonic.and_then(|reading| reading.checked_add(duration.0)),
            zone: self.zone.clone(),
        }
    }

    /// The same clock face so many years, months and days later.
    pub(crate) fn add_date(&self, years: i64, months: i64, days: i64) -> Self {
        let Face {
            date,
            hour,
            minute,
            second,
            ..
        } = self.face();
        let year = date.year.wrapping_add(years);
        let month = i64::from(date.month).wrapping_add(months);
        let day = i64::from(date.day).wrapping_add(days);
        Self::date([year, month, day, hour, minute, second], self.nanos, self.zone.clone())
    }

    /// How much later this is; as much as a duration can hold, if it is more.
    pub(crate) fn since(&self, earlier: &Self) -> Duration {
        let nanos = match (self.monotonic, earlier.monotonic) {
            (Some(later), Some(earlier)) => i128::from(later) - i128::from(earlier),
            _ => self.nanos_since_epoch() - earlier.nanos_since_epoch(),
        };
        let bounded = nanos.clamp(i64::MIN.into(), i64::MAX.into());
        Duration(i64::try_from(bounded).unwrap_or(0))
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        match (self.monotonic, other.monotonic) {
            (Some(left), Some(right)) => left.cmp(&right),
            _ => (self.seconds, self.nanos).cmp(&(other.seconds, other.nanos)),
        }
    }

    /// Rounds down to a multiple of a duration since the zero time.
    pub(crate) fn truncate(&self, multiple: Duration) -> Self {
        let stripped = self.in_zone(self.zone.clone());
        if multiple.0 <= 0 {
            stripped
        } else {
            stripped.add(Duration(-stripped.beyond(multiple)))
        }
    }

    /// Rounds to a multiple of a duration since the zero time, halves up.
    pub(crate) fn round(&self, multiple: Duration) -> Self {
        let stripped = self.in_zone(self.zone.clone());
        if multiple.0 <= 0 {
            return stripped;
        }
        let beyond = stripped.beyond(multiple);
        let is_less_than_half = i128::from(beyond) * 2 < i128::from(multiple.0);
        stripped.add(Duration(if is_less_than_half {
            -beyond
        } else {
            multiple.0 - beyond
        }))
    }

    /// How far this is beyond a multiple of a duration since the zero time.
    fn beyond(&self, multiple: Duration) -> i64 {
        let nanos = self.nanos_since_epoch() - i128::from(ZERO) * i128::from(SECOND);
        i64::try_from(nanos.rem_euclid(multiple.0.into())).unwrap_or(0)
    }

    fn nanos_since_epoch(&self) -> i128 {
        i128::from(self.seconds) * i128::from(SECOND) + i128::from(self.nanos)
    }

    /// The Unix time in a unit of so many per second; it wraps around where Go's does.
    pub(crate) fn unix_in(&self, per_second: i64) -> i64 {
        let fraction = i64::from(self.nanos) / (SECOND / per_second);
        self.seconds.wrapping_mul(per_second).wrapping_add(fraction)
    }
}
