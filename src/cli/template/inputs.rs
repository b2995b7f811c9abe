//! The files that are read: the chart's place, and values.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use govalue::Map;
use helm_chart::Overrides;

use super::options::ValueSources;

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

/// The user's values, joined.
pub(super) fn values(sources: &ValueSources) -> anyhow::Result<Map> {
    let mut files = Vec::with_capacity(sources.files.len());
    for name in &sources.files {
        files.push((name.clone(), read(name).map_err(|text| anyhow!(text))?));
    }
    let overrides = Overrides {
        files,
        json: sources.json.clone(),
        set: sources.set.clone(),
        string: sources.string.clone(),
        file: sources.file.clone(),
        literal: sources.literal.clone(),
    };
    Ok(overrides.join(read)?)
}

/// The contents of a file, `-` being standard input; the error is Go's text.
fn read(name: &str) -> Result<Vec<u8>, String> {
    let mut contents = Vec::new();
    if name.trim() == "-" {
        io::stdin()
            .read_to_end(&mut contents)
            .map_err(|error| error.to_string())?;
        return Ok(contents);
    }
    if ["http://", "https://", "oci://"]
        .iter()
        .any(|scheme| name.starts_with(scheme))
    {
        return Err(format!("{name} is not supported: values are not downloaded"));
    }
    std::fs::read(name).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => format!("open {name}: no such file or directory"),
        io::ErrorKind::PermissionDenied => format!("open {name}: permission denied"),
        io::ErrorKind::IsADirectory => format!("read {name}: is a directory"),
        _ => format!("open {name}: {error}"),
    })
}
