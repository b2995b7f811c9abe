//! Logs.

use std::fmt;
use std::io::IsTerminal;

use clap::ValueEnum;
use k8s_openapi::jiff::Timestamp;
use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::util::SubscriberInitExt as _;

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
    subscriber(logging, std::io::stderr, std::io::stderr().is_terminal()).init();
}

/// What writes the lines of the log; each line of a reconcile has the reconcile's fields.
fn subscriber(
    logging: &Logging,
    writer: impl for<'w> MakeWriter<'w> + Send + Sync + 'static,
    is_terminal: bool,
) -> Box<dyn Subscriber + Send + Sync> {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(&logging.filter))
        .with_writer(writer)
        .with_ansi(is_terminal)
        .with_timer(logging.time);
    match logging.format {
        LogFormat::Json => Box::new(builder.json().flatten_event(true).with_span_list(false).finish()),
        LogFormat::Console => Box::new(builder.with_target(false).finish()),
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
    use std::io::{Seek as _, Write as _};

    use super::*;

    /// What is written of a warning in a reconcile where only warnings are.
    fn line(format: LogFormat) -> String {
        let file = tempfile::tempfile().unwrap();
        let writer = file.try_clone().unwrap();
        let logging = Logging {
            format,
            filter: "warn".into(),
            time: LogTime::Iso8601,
        };
        tracing::subscriber::with_default(subscriber(&logging, writer, false), || {
            let cause = tracing::field::Empty;
            let span = tracing::error_span!(
                "reconcile",
                object = "shop/demo",
                cause,
                revision = tracing::field::Empty
            );
            let _entered = span.enter();
            span.record("cause", "spec");
            span.record("revision", 2);
            tracing::warn!("it rains");
        });
        (&file).flush().unwrap();
        (&file).rewind().unwrap();
        std::io::read_to_string(&file).unwrap()
    }

    #[test]
    fn lines_of_a_reconcile_have_its_fields() {
        let json: serde_json::Value = serde_json::from_str(&line(LogFormat::Json)).unwrap();
        assert_eq!(json["message"], "it rains");
        assert_eq!(
            json["span"],
            serde_json::json!({"name": "reconcile", "object": "shop/demo", "cause": "spec", "revision": 2})
        );
        let text = line(LogFormat::Console);
        for part in ["reconcile{", "shop/demo", "cause=\"spec\"", "revision=2", "it rains"] {
            assert!(text.contains(part), "{text:?} lacks {part}");
        }
    }

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
