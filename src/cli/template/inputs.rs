//! The chart's place.

use std::path::{Path, PathBuf};

use anyhow::bail;

/// Where the chart is.
pub(super) fn locate(chart: &str) -> anyhow::Result<PathBuf> {
    let chart = chart.trim();
    let path = Path::new(chart);
    if path.exists() {
        return Ok(std::path::absolute(path)?);
    }
    if path.is_absolute() || chart.starts_with('.') {
        bail!("path {} not found", govalue::quote(chart.as_bytes()));
    }
    bail!(
        "chart {} not found: it must be a folder or an archive, charts are not downloaded",
        govalue::quote(chart.as_bytes())
    )
}
