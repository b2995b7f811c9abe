//! Edits of watches.yaml and of charts take effect while the operator runs.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use tokio::task::{AbortHandle, JoinSet};

use super::Operator;
use crate::metrics::names;
use crate::primaries::place;
use crate::project::{News, chart_names};
use crate::watches::Watch;

/// The tasks that follow the resources of each watch.
#[derive(Default)]
pub(super) struct Watchers {
    tasks: JoinSet<()>,
    by_watch: HashMap<usize, AbortHandle>,
}

impl Watchers {
    /// Follows the resources of a watch.
    pub(super) fn start(&mut self, operator: &Arc<Operator>, index: usize, watch: Arc<Watch>) {
        let task = self.tasks.spawn(Arc::clone(operator).watch(index, watch));
        self.by_watch.insert(index, task);
    }

    fn stop(&mut self, index: usize) {
        if let Some(task) = self.by_watch.remove(&index) {
            task.abort();
        }
    }
}

impl Operator {
    /// Puts in force what has changed on disk.
    pub(super) async fn take(self: &Arc<Self>, news: News, watchers: &mut Watchers) {
        let (file, result) = match &news {
            News::Watches(_) => ("watches.yaml".to_owned(), "success"),
            News::Chart(path) => (path.display().to_string(), "success"),
            News::Refused { file, .. } => (file.display().to_string(), "failure"),
        };
        self.metrics.add(&names::RELOADS, &[&file, result], 1.0);
        match news {
            News::Watches(watches) => self.take_watches(watches, watchers).await,
            News::Chart(path) => self.take_chart(&path).await,
            News::Refused { file, error } => {
                tracing::error!(file = %file.display(), error, "an edit can't be used; what was read before stays in force");
            }
        }
    }

    async fn take_chart(&self, path: &Path) {
        tracing::info!(chart = %path.display(), "the chart has changed");
        self.watch_charts().await;
        for (index, watch) in self.cx.watches.all() {
            if watch.chart == path {
                self.look_at_all(index);
            }
        }
    }

    async fn take_watches(self: &Arc<Self>, watches: Vec<Watch>, watchers: &mut Watchers) {
        let changes = self.cx.watches.replace(watches);
        tracing::info!(
            added = changes.added.len(),
            changed = changes.changed.len(),
            removed = changes.removed.len(),
            "watches.yaml has changed"
        );
        self.employ();
        self.watch_charts().await;
        for index in changes.removed {
            watchers.stop(index);
            let watch = self.cx.watches.get(index);
            self.health.done(&watch.to_string());
            for namespace in &self.options.namespaces {
                self.health.done(&place(&watch, Some(namespace)));
            }
            self.cx.primaries.let_go(index);
            tracing::info!(kind = %watch.gvk, "no longer watched; its releases stay as they are");
        }
        for index in changes.added {
            let watch = self.cx.watches.get(index);
            self.health.expect(std::iter::once(watch.to_string()));
            watchers.start(self, index, watch);
        }
        for index in changes.changed {
            self.look_at_all(index);
        }
    }

    /// Has the objects of all charts watched.
    pub(super) async fn watch_charts(&self) {
        let watches = self.cx.watches.all();
        let names = chart_names(&self.cx.charts, watches.iter().map(|(_, watch)| &**watch));
        self.cx.dependents.watch_charts(names).await;
    }

    fn look_at_all(&self, index: usize) {
        for key in self.cx.primaries.keys(Some(index)) {
            self.backoff.reset(&key);
            self.queue.add(&key);
        }
    }
}
