//! Logs.

use std::fmt;
use std::io::IsTerminal;

use clap::ValueEnum;
use k8s_openapi::jiff::Timestamp;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Console,
}

/// How log lines tell the time, always in UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogTime {
    /// Seconds since 1970, with a fraction.
    Epoch,
    /// Milliseconds since 1970, with a fraction.
    Millis,
    /// Nanoseconds since 1970.
    Nano,
    /// `2026-01-31T12:00:00.000Z`.
    #[default]
    Iso8601,
    /// `2026-01-31T12:00:00Z`.
    Rfc3339,
    /// `2026-01-31T12:00:00.000000001Z`.
    #[value(name = "rfc3339nano")]
    Rfc3339Nano,
}

/// What is logged, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logging {
    /// How lines look.
    pub format: LogFormat,
    /// A level, or a filter such as `info,kube=debug`.
    pub filter: String,
    /// How lines tell the time.
    pub time: LogTime,
}

/// Starts logging to standard error.
pub fn init(logging: &Logging) {
    let filter = EnvFilter::new(&logging.filter);
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_timer(logging.time);
    match logging.format {
        LogFormat::Json => subscriber.json().flatten_event(true).init(),
        LogFormat::Console => subscriber.with_target(false).init(),
    }
}

impl LogTime {
    fn text(self, now: Timestamp) -> String {
        #[expect(clippy::cast_precision_loss, reason = "zap writes a float as well")]
        let nanoseconds = now.as_nanosecond() as f64;
        match self {
            Self::Epoch => (nanoseconds / 1e9).to_string(),
            Self::Millis => (nanoseconds / 1e6).to_string(),
            Self::Nano => now.as_nanosecond().to_string(),
            Self::Iso8601 => now.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
            Self::Rfc3339 => now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            Self::Rfc3339Nano => now.to_string(),
        }
    }
}

impl FormatTime for LogTime {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        writer.write_str(&self.text(Timestamp::now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_zap_writes_them() {
        let now = Timestamp::new(1_785_000_000, 120_000_000).unwrap();
        let cases = [
            (LogTime::Epoch, "1785000000.12"),
            (LogTime::Millis, "1785000000120"),
            (LogTime::Nano, "1785000000120000000"),
            (LogTime::Iso8601, "2026-07-25T17:20:00.120Z"),
            (LogTime::Rfc3339, "2026-07-25T17:20:00Z"),
            (LogTime::Rfc3339Nano, "2026-07-25T17:20:00.12Z"),
        ];
        for (time, text) in cases {
            assert_eq!(time.text(now), text, "{time:?}");
        }
    }
}
