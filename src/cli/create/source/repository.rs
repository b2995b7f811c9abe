//! A chart of a chart repository: its index, and the archive that the index names.

use anyhow::{Context as _, bail};
use gosemver::{Constraints, Version};
use govalue::Value;
use helm_chart::Chart;

use super::http::{Http, join, origin};
use super::login::Login;
use super::tls::TlsFiles;
use super::{check_digest, unpack};

/// A chart repository.
pub(super) struct Repository {
    /// Its address.
    pub(super) url: String,
    /// With what it lets us in.
    pub(super) login: Option<Login>,
    /// Whether the login is also for archives that are elsewhere.
    pub(super) passes_login_on: bool,
    /// The certificates of connections.
    pub(super) tls: TlsFiles,
}

impl Repository {
    /// One that lets everybody in.
    pub(super) fn at(url: &str, tls: TlsFiles) -> Self {
        Self {
            url: url.to_owned(),
            login: None,
            passes_login_on: false,
            tls,
        }
    }

    /// The chart of a name: the newest version that meets the constraint.
    pub(super) async fn fetch(&self, name: &str, constraint: Option<&str>) -> anyhow::Result<Chart> {
        let http = Http::new(&self.tls)?;
        let url = &self.url;
        let index_url = format!("{}/index.yaml", url.trim_end_matches('/'));
        let index = http
            .get(&index_url, self.login.as_ref())
            .await
            .context("failed to read the index of the chart repository")?;
        let index = goyaml::from_str(&index).with_context(|| format!("failed to read {index_url}"))?;
        let entry = self.entry(&index, name, constraint)?;
        let first = entry.get("urls").and_then(Value::as_list).and_then(<[Value]>::first);
        let Some(reference) = first.and_then(Value::as_str) else {
            bail!("the chart repository {url} says nowhere where {name} is");
        };
        let address = join(&index_url, reference);
        let is_here = self.passes_login_on || origin(&address) == origin(&index_url);
        let archive = http.get(&address, self.login.as_ref().filter(|_| is_here)).await?;
        let digest = text(entry, "digest");
        if !digest.is_empty() {
            check_digest(&address, &archive, digest.trim_start_matches("sha256:"))?;
        }
        unpack(&address, &archive)
    }

    /// What the index says of the newest version that meets the constraint.
    fn entry<'a>(&self, index: &'a Value, name: &str, constraint: Option<&str>) -> anyhow::Result<&'a Value> {
        let url = &self.url;
        let entries = index
            .get("entries")
            .and_then(|entries| entries.get(name))
            .and_then(Value::as_list);
        let Some(entries) = entries else {
            bail!("the chart repository {url} has no chart {name}");
        };
        let versions: Vec<String> = entries.iter().map(|entry| text(entry, "version")).collect();
        let version = newest(&versions, constraint)
            .with_context(|| format!("the chart repository {url} has no version of {name} like that"))?;
        let found = entries.iter().find(|entry| text(entry, "version") == version);
        found.with_context(|| format!("the chart repository {url} has no chart {name} {version}"))
    }
}

fn text(entry: &Value, key: &str) -> String {
    entry.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The archive at an address.
pub(super) async fn fetch_archive(url: &str, tls: &TlsFiles) -> anyhow::Result<Chart> {
    let archive = Http::new(tls)?.get(url, None).await?;
    unpack(url, &archive)
}

/// The newest of the versions that meets a constraint. Without one, or with an empty one, stages before a release count
/// only where there is nothing else, as for Helm.
pub(super) fn newest(versions: &[String], constraint: Option<&str>) -> anyhow::Result<String> {
    let read = versions
        .iter()
        .filter_map(|text| Some((Version::parse(text).ok()?, text)));
    let mut read: Vec<_> = read.collect();
    read.sort_by(|(a, _), (b, _)| a.compare(b));
    let constraint = constraint.filter(|text| !text.is_empty());
    if let Some(exact) = constraint.filter(|text| versions.iter().any(|version| version == text)) {
        return Ok(exact.to_owned());
    }
    let text = constraint.unwrap_or("*");
    let wanted = Constraints::parse(text).with_context(|| format!("{text} is no constraint on versions"))?;
    let fits = read.iter().rev().find(|(version, _)| wanted.check(version));
    match fits.or(read.last().filter(|_| constraint.is_none())) {
        Some((_, text)) => Ok((*text).clone()),
        None => bail!("none of {} versions meets {text}", versions.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_that_fits_is_taken() {
        let versions = ["1.2.0", "1.10.0", "2.0.0-rc.1", "1.9.9"].map(str::to_owned);
        for (constraint, wanted) in [
            (None, Some("1.10.0")),
            (Some("~1.9"), Some("1.9.9")),
            (Some("2.0.0-rc.1"), Some("2.0.0-rc.1")),
            (Some(">=3"), None),
            (Some("what"), None),
        ] {
            assert_eq!(newest(&versions, constraint).ok().as_deref(), wanted, "{constraint:?}");
        }
        assert_eq!(newest(&["0.1.0-a".to_owned()], None).unwrap(), "0.1.0-a");
    }
}
