//! Where a chart comes from.

mod helper;
mod http;
mod known;
mod login;
mod registry;
mod repository;
mod tls;

use std::fmt::Write as _;
use std::future::Future;
use std::path::Path;

use anyhow::{Context as _, bail};
use helm_chart::{Chart, LoadError};
use scaffold::{ChartFolder, Error, Folder};
use sha2::{Digest as _, Sha256};

use repository::Repository;
pub(super) use tls::TlsFiles;

/// The chart that a user names.
pub(super) fn find(
    folder: &Folder,
    chart: &str,
    repository: Option<&str>,
    version: Option<&str>,
    tls: &TlsFiles,
) -> anyhow::Result<ChartFolder> {
    let is_address = chart.starts_with("http://") || chart.starts_with("https://");
    let path = Path::new(chart);
    let is_here = repository.is_none() && path.exists();
    if version.is_some() && (is_here || is_address) {
        bail!("--helm-chart-version is for charts of repositories and registries; {chart} is one version already");
    }
    let fetched = match repository {
        Some(url) => wait_for(Repository::at(url, tls.clone()).fetch(chart, version))?,
        None if is_here => return local(folder, path),
        None if chart.starts_with("oci://") => wait_for(registry::fetch(chart, version, tls))?,
        None if is_address => wait_for(repository::fetch_archive(chart, tls))?,
        None => match known::find(chart, tls)? {
            Some((repository, name)) => wait_for(repository.fetch(name, version))?,
            None => bail!(
                "the chart {chart} is neither a folder nor an archive here; \
                 --helm-chart-repo names the repository that it is in"
            ),
        },
    };
    Ok(ChartFolder::new(fetched))
}

/// A chart on disk. A folder of the project stays where it is.
fn local(folder: &Folder, path: &Path) -> anyhow::Result<ChartFolder> {
    let chart = loaded(&path.display().to_string(), helm_chart::load(path))?;
    let root = folder
        .root()
        .canonicalize()
        .context("failed to find the project's folder")?;
    let place = path
        .canonicalize()
        .with_context(|| format!("failed to find {}", path.display()))?;
    match place.strip_prefix(&root) {
        Ok(inside) if place.is_dir() => {
            let inside = inside.to_string_lossy().replace('\\', "/");
            Ok(ChartFolder::in_place(chart, inside))
        }
        _ => Ok(ChartFolder::new(chart)),
    }
}

/// Waits for something that comes over the network.
fn wait_for<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.context("failed to start the client")?.block_on(work)
}

/// The chart in an archive that came from somewhere else.
fn unpack(origin: &str, archive: &[u8]) -> anyhow::Result<Chart> {
    loaded(origin, helm_chart::load_packed(archive))
}

fn loaded(chart: &str, loaded: Result<helm_chart::Loaded, LoadError>) -> anyhow::Result<Chart> {
    let loaded = loaded.map_err(|source| Error::Load {
        chart: chart.to_owned(),
        source,
    })?;
    Ok(loaded.chart)
}

/// Refuses what is not what it was said to be.
fn check_digest(origin: &str, data: &[u8], wanted: &str) -> anyhow::Result<()> {
    let mut found = String::with_capacity(64);
    for byte in Sha256::digest(data) {
        let _ = write!(found, "{byte:02x}");
    }
    if found != wanted.to_ascii_lowercase() {
        bail!("{origin}: what was fetched has the digest {found}, not {wanted}");
    }
    Ok(())
}
