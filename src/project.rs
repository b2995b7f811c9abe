//! watches.yaml and the charts that it names, on disk: read at the start, and again when they change.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

use crate::charts::Charts;
use crate::stamp::{Settling, stamp};
use crate::watches::{Environment, Watch, Watches, WatchesError};

/// How often files are looked at; a change takes effect at the second look that finds it.
const LOOK: Duration = Duration::from_secs(1);

/// The files that an operator works from.
pub struct Project {
    path: PathBuf,
    environment: Environment,
    namespaces: Vec<String>,
    charts: Arc<Charts>,
    settling: Settling,
    /// Why the file as it is now is not in force.
    refusal: Option<String>,
}

/// What has changed on disk.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// watches.yaml was edited; these are its watches now.
    Watches(Vec<Watch>),
    /// A chart has other contents.
    Chart(PathBuf),
    /// A file can't be used; what was read before stays in force.
    Refused {
        /// The file, or the chart's folder.
        file: PathBuf,
        /// Why.
        error: String,
    },
}

impl Project {
    /// Reads watches.yaml at `path`, and its charts. Releases must stay in `namespaces`, unless there are none.
    pub fn load(
        path: &Path,
        environment: Environment,
        namespaces: &[String],
    ) -> Result<(Self, Vec<Watch>), WatchesError> {
        let project = Self {
            path: path.to_owned(),
            environment,
            namespaces: namespaces.to_vec(),
            charts: Arc::default(),
            settling: Settling::new(stamp(path)),
            refusal: None,
        };
        let watches = project.read()?;
        Ok((project, watches))
    }

    /// The charts as they were read last.
    pub fn charts(&self) -> Arc<Charts> {
        Arc::clone(&self.charts)
    }

    /// Looks at the files for ever, and tells what has changed.
    pub async fn follow(mut self, news: mpsc::Sender<News>) {
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let look = move || {
                let found = self.look();
                (self, found)
            };
            let Ok((project, found)) = tokio::task::spawn_blocking(look).await else {
                tracing::error!("watches.yaml and charts are not followed any more: reading them broke off");
                return;
            };
            self = project;
            for item in found {
                if news.send(item).await.is_err() {
                    return;
                }
            }
        }
    }

    /// What has changed since the last look, and come to rest.
    pub fn look(&mut self) -> Vec<News> {
        let mut news: Vec<News> = self.charts.refresh().into_iter().map(of_chart).collect();
        let stamp = stamp(&self.path);
        // A file that was refused may name a chart that is put right by now.
        let is_retried = self.refusal.is_some() && self.settling.is_resting(stamp);
        if !self.settling.settled(stamp) && !is_retried {
            return news;
        }
        match self.read() {
            Ok(watches) => {
                self.refusal = None;
                self.charts
                    .retain(&watches.iter().map(|watch| watch.chart.as_path()).collect());
                news.push(News::Watches(watches));
            }
            Err(error) => {
                let error = crate::error::chain(&error);
                if self.refusal.as_ref() != Some(&error) {
                    self.refusal = Some(error.clone());
                    let file = self.path.clone();
                    news.push(News::Refused { file, error });
                }
            }
        }
        news
    }

    fn read(&self) -> Result<Vec<Watch>, WatchesError> {
        let watches = Watches::load(&self.path, &self.environment, &self.charts)?.entries;
        self.keep_to_namespaces(&watches)?;
        Ok(watches)
    }

    /// Releases of cluster-scoped resources must not lead out of the namespaces that are watched.
    fn keep_to_namespaces(&self, watches: &[Watch]) -> Result<(), WatchesError> {
        let outside = |namespace: &String| !self.namespaces.is_empty() && !self.namespaces.contains(namespace);
        for watch in watches {
            if let Some(namespace) = watch.release_namespace.clone().filter(outside) {
                return Err(WatchesError::Namespace {
                    namespace,
                    kind: watch.gvk.to_string(),
                    known: self.namespaces.join(","),
                });
            }
        }
        Ok(())
    }
}

fn of_chart((path, result): (PathBuf, Result<(), String>)) -> News {
    match result {
        Ok(()) => News::Chart(path),
        Err(error) => News::Refused { file: path, error },
    }
}

/// The names of the charts of watches.
pub fn chart_names<'a>(charts: &Charts, watches: impl Iterator<Item = &'a Watch>) -> HashSet<String> {
    watches
        .filter_map(|watch| Some(charts.current(&watch.chart).ok()?.chart.name().to_owned()))
        .collect()
}

#[cfg(test)]
mod tests;
