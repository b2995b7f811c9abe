//! What Linux tells of this process.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use super::family::names;
use super::samples::Samples;

/// Linux counts processor time for programs in hundredths of a second, whatever it does itself.
const TICKS_PER_SECOND: f64 = 100.0;

/// This process.
pub(super) struct Process {
    started: f64,
}

impl Process {
    /// To be called when it starts.
    pub(super) fn start() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            started: now.as_secs_f64(),
        }
    }

    /// What can't be read is left out.
    pub(super) fn collect(&self, samples: &mut Samples) {
        samples.set(&names::PROCESS_START, &[], self.started);
        if let Some(seconds) = processor_seconds() {
            samples.set(&names::PROCESS_CPU, &[], seconds);
        }
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        for (family, key) in [
            (&names::PROCESS_RESIDENT, "VmRSS:"),
            (&names::PROCESS_VIRTUAL, "VmSize:"),
        ] {
            if let Some(kibibytes) = field(&status, key) {
                samples.set(family, &[], kibibytes * 1024.0);
            }
        }
        if let Ok(files) = fs::read_dir("/proc/self/fd") {
            #[expect(clippy::cast_precision_loss, reason = "there are not that many")]
            let count = files.count() as f64;
            samples.set(&names::PROCESS_OPEN_FILES, &[], count);
        }
        let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
        if let Some(limit) = field(&limits, "Max open files") {
            samples.set(&names::PROCESS_MAX_FILES, &[], limit);
        }
    }
}

/// The first number of the line that begins with `key`.
fn field(text: &str, key: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    line.split_whitespace().next()?.parse().ok()
}

/// User and system time; the name before them, in parentheses, may have blanks in it.
fn processor_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let ticks = fields.next()?.parse::<f64>().ok()? + fields.next()?.parse::<f64>().ok()?;
    Some(ticks / TICKS_PER_SECOND)
}
