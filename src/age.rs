//! Ages as kubectl tells them.

use k8s_openapi::jiff::Timestamp;

/// How long ago something was, as `5m` or `3d`; empty if it is not known.
pub(crate) fn age(since: Option<Timestamp>) -> String {
    since.map_or_else(String::new, |since| {
        text(Timestamp::now().as_second() - since.as_second())
    })
}

/// The same for a time as records and conditions write it.
pub(crate) fn age_of(time: &str) -> String {
    age(time.parse().ok())
}

/// The age of so many seconds.
pub(crate) fn text(seconds: i64) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    match seconds.max(0) {
        seconds if seconds < 2 * MINUTE => format!("{seconds}s"),
        seconds if seconds < 2 * HOUR => format!("{}m", seconds / MINUTE),
        seconds if seconds < 2 * DAY => format!("{}h", seconds / HOUR),
        seconds => format!("{}d", seconds / DAY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_have_the_unit_that_fits() {
        let cases = [
            (-5, "0s"),
            (119, "119s"),
            (120, "2m"),
            (7199, "119m"),
            (7200, "2h"),
            (172_800, "2d"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(text(seconds), expected);
        }
        assert_eq!(age_of("yesterday"), "");
    }
}
