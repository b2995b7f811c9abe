//! Charts on disk, loaded once per content.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use helm_chart::{Chart, ChartDigest};

use crate::stamp::{Settling, stamp};

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

/// The charts of all watches, as they were when they last made sense.
#[derive(Default)]
pub struct Charts {
    loaded: Mutex<HashMap<PathBuf, Entry>>,
}

struct Entry {
    settling: Settling,
    chart: Arc<LoadedChart>,
}

impl Charts {
    /// The chart at `path` as it was read last; read now if it was not.
    pub fn current(&self, path: &Path) -> Result<Arc<LoadedChart>, Arc<ChartError>> {
        if let Some(entry) = self.lock().get(path) {
            return Ok(Arc::clone(&entry.chart));
        }
        let settling = Settling::new(stamp(path));
        let chart = Arc::new(load(path).map_err(Arc::new)?);
        let entry = Entry {
            settling,
            chart: Arc::clone(&chart),
        };
        self.lock().insert(path.to_owned(), entry);
        Ok(chart)
    }

    /// Reads those charts again whose files have changed since the last call but one and come to rest. Tells which have
    /// other contents, and which can't be used; these stay as they were.
    pub fn refresh(&self) -> Vec<(PathBuf, Result<(), String>)> {
        let mut paths: Vec<PathBuf> = self.lock().keys().cloned().collect();
        paths.sort();
        paths.into_iter().filter_map(|path| self.refresh_one(path)).collect()
    }

    /// Forgets all charts but these.
    pub fn retain(&self, wanted: &HashSet<&Path>) {
        self.lock().retain(|path, _| wanted.contains(path.as_path()));
    }

    fn refresh_one(&self, path: PathBuf) -> Option<(PathBuf, Result<(), String>)> {
        let stamp = stamp(&path);
        if !self.lock().get_mut(&path)?.settling.settled(stamp) {
            return None;
        }
        match load(&path) {
            Ok(chart) => {
                let mut loaded = self.lock();
                let entry = loaded.get_mut(&path)?;
                if entry.chart.digest == chart.digest {
                    return None;
                }
                entry.chart = Arc::new(chart);
                drop(loaded);
                Some((path, Ok(())))
            }
            Err(error) => Some((path, Err(crate::error::chain(&error)))),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PathBuf, Entry>> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
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
