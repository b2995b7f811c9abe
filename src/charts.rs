//! Charts on disk, loaded once per content.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use helm_chart::{Chart, ChartDigest};

/// A chart that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ChartError {
    /// It can't be read.
    #[error(transparent)]
    Load(#[from] helm_chart::LoadError),
    /// It is a library, or lacks dependencies.
    #[error(transparent)]
    Installable(#[from] helm_chart::InstallableError),
}

/// A chart and the digest of its content.
#[derive(Clone, Debug)]
pub struct LoadedChart {
    /// The chart as loaded.
    pub chart: Chart,
    /// The digest of all its files.
    pub digest: ChartDigest,
}

/// The charts of all watches. A chart is read again when a file of it is newer, larger or smaller, or when there are
/// other files; as long as its content is the same, it stays the chart that it was.
#[derive(Default)]
pub struct Charts {
    loaded: Mutex<HashMap<PathBuf, Entry>>,
}

struct Entry {
    stamp: u64,
    chart: Result<Arc<LoadedChart>, Arc<ChartError>>,
}

impl Charts {
    /// The chart at `path` as it is now.
    pub fn current(&self, path: &Path) -> Result<Arc<LoadedChart>, Arc<ChartError>> {
        let stamp = stamp(path);
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = loaded.get(path)
            && entry.stamp == stamp
        {
            return entry.chart.clone();
        }
        let mut chart = load(path).map(Arc::new).map_err(Arc::new);
        if let (Some(Entry { chart: Ok(old), .. }), Ok(new)) = (loaded.get(path), &chart)
            && old.digest == new.digest
        {
            chart = Ok(Arc::clone(old));
        }
        loaded.insert(
            path.to_owned(),
            Entry {
                stamp,
                chart: chart.clone(),
            },
        );
        chart
    }
}

fn load(path: &Path) -> Result<LoadedChart, ChartError> {
    let chart = helm_chart::load(path)?.chart;
    chart.ensure_application()?;
    chart.ensure_dependencies()?;
    Ok(LoadedChart {
        digest: ChartDigest::of(&chart),
        chart,
    })
}

/// A number that changes when a file below `path` does: a hash of names, sizes and times of change.
fn stamp(path: &Path) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    let mut open = vec![path.to_owned()];
    while let Some(next) = open.pop() {
        let Ok(metadata) = std::fs::metadata(&next) else {
            continue;
        };
        next.hash(&mut hasher);
        if metadata.is_dir() {
            let mut entries: Vec<PathBuf> = std::fs::read_dir(&next)
                .into_iter()
                .flatten()
                .flatten()
                .map(|entry| entry.path())
                .collect();
            entries.sort();
            open.extend(entries);
        } else {
            metadata.len().hash(&mut hasher);
            metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH).hash(&mut hasher);
        }
    }
    hasher.finish()
}
