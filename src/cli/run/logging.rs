//! The flags of logging: ours, and helm-operator's `--zap-*` that stand for them.

use clap::Args;
use tracing_subscriber::EnvFilter;

use super::flag;
use crate::telemetry::{LogFormat, LogTime, Logging};

/// What is logged, and how.
#[derive(Args, Debug)]
pub(super) struct LogArgs {
    /// How log lines look [default: json].
    #[arg(long, value_enum)]
    log_format: Option<LogFormat>,
    /// The least severe log lines that are written: error, warn, info, debug or trace, or a filter by module
    /// [default: info].
    #[arg(long, value_parser = filter)]
    log_level: Option<String>,
    /// As --log-format=console --log-level=debug, where these are not given.
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true",
          value_parser = flag, action = clap::ArgAction::Set)]
    zap_devel: bool,
    /// As --log-format.
    #[arg(long, value_enum, ignore_case = true)]
    zap_encoder: Option<LogFormat>,
    /// As --log-level: debug, info, warn, error, panic, or a number, the higher the more is written.
    #[arg(long, value_parser = zap_level)]
    zap_log_level: Option<String>,
    /// Checked only: log lines tell the chain of causes and never have a stack trace.
    #[arg(long, value_parser = ["info", "error", "panic"], ignore_case = true)]
    zap_stacktrace_level: Option<String>,
    /// How log lines tell the time [default: iso8601].
    #[arg(long, value_enum, ignore_case = true)]
    zap_time_encoding: Option<LogTime>,
}

impl LogArgs {
    pub(super) fn logging(&self) -> Logging {
        let (format, level) = if self.zap_devel {
            (LogFormat::Console, "debug")
        } else {
            (LogFormat::Json, "info")
        };
        let level = self
            .log_level
            .as_deref()
            .or(self.zap_log_level.as_deref())
            .unwrap_or(level);
        Logging {
            format: self.log_format.or(self.zap_encoder).unwrap_or(format),
            filter: level.to_owned(),
            time: self.zap_time_encoding.unwrap_or_default(),
        }
    }
}

fn filter(text: &str) -> Result<String, String> {
    EnvFilter::try_new(text)
        .map(|_| text.to_owned())
        .map_err(|error| error.to_string())
}

/// zap counts verbosity upwards from 1, its debug level.
fn zap_level(text: &str) -> Result<String, String> {
    let level = match text.to_ascii_lowercase().as_str() {
        level @ ("debug" | "info" | "warn" | "error") => level.to_owned(),
        "panic" | "dpanic" | "fatal" => "error".to_owned(),
        number => match number.parse::<u8>() {
            Ok(1) => "debug".to_owned(),
            Ok(2..) => "trace".to_owned(),
            _ => return Err("must be debug, info, warn, error, panic or a number above 0".to_owned()),
        },
    };
    Ok(level)
}
