//! Standard output.

use std::io::{self, Write};

use anyhow::Context as _;

/// Writes to standard output. A reader who has seen enough is no failure.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error).context("failed to write the output"),
        _ => Ok(()),
    }
}
