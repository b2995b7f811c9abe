//! Work that waits and work under way.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::Metrics;
use super::family::names;
use super::samples::Samples;
use crate::reconcile::Next;
use crate::request::Key;
use crate::watches::Watch;

/// The releases that wait for a worker or have one, and the names of the workers.
pub struct Work {
    metrics: Arc<Metrics>,
    /// The controller of each watch.
    controllers: Vec<String>,
    places: Vec<usize>,
    stages: Mutex<HashMap<Key, (Stage, Instant)>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Waiting,
    Running,
}

/// One release that is being looked at.
pub struct Running<'a> {
    work: &'a Work,
    key: Key,
    started: Option<Instant>,
}

impl Work {
    /// No work yet. `places` is how many workers each watch has.
    pub fn new(metrics: Arc<Metrics>, watches: &[Watch], places: Vec<usize>) -> Self {
        Self {
            metrics,
            controllers: controllers(watches),
            places,
            stages: Mutex::default(),
        }
    }

    /// A release was taken from the queue and waits for a worker.
    pub fn take(&self, key: &Key) -> Running<'_> {
        self.lock().insert(key.clone(), (Stage::Waiting, Instant::now()));
        let name = self.controller(key);
        self.metrics.add(&names::QUEUE_ADDS, &[name, name], 1.0);
        Running {
            work: self,
            key: key.clone(),
            started: None,
        }
    }

    /// Reads off what waits and what is under way.
    pub fn collect(&self, samples: &mut Samples) {
        for (name, places) in self.controllers.iter().zip(&self.places) {
            #[expect(clippy::cast_precision_loss, reason = "there are not that many")]
            samples.add(&names::MAX_CONCURRENT, &[name], *places as f64);
            // A rate can only be had of what is there before it first happens.
            for family in [
                &names::ACTIVE_WORKERS,
                &names::RECONCILE_ERRORS,
                &names::RECONCILE_PANICS,
            ] {
                samples.add(family, &[name], 0.0);
            }
            let of_queue = [
                &names::QUEUE_DEPTH,
                &names::UNFINISHED_WORK,
                &names::LONGEST_RUNNING,
                &names::QUEUE_RETRIES,
            ];
            for family in of_queue {
                samples.add(family, &[name, name], 0.0);
            }
        }
        let mut longest: HashMap<&str, f64> = HashMap::new();
        for (key, (stage, since)) in self.lock().iter() {
            let name = self.controller(key);
            if *stage == Stage::Waiting {
                samples.add(&names::QUEUE_DEPTH, &[name, name], 1.0);
                continue;
            }
            let seconds = since.elapsed().as_secs_f64();
            samples.add(&names::ACTIVE_WORKERS, &[name], 1.0);
            samples.add(&names::UNFINISHED_WORK, &[name, name], seconds);
            let known = longest.entry(name).or_default();
            *known = known.max(seconds);
        }
        for (name, seconds) in longest {
            samples.set(&names::LONGEST_RUNNING, &[name, name], seconds);
        }
    }

    fn controller(&self, key: &Key) -> &str {
        &self.controllers[key.watch]
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, (Stage, Instant)>> {
        self.stages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Running<'_> {
    /// A worker has taken the release up.
    pub fn start(&mut self) {
        let now = Instant::now();
        self.started = Some(now);
        let before = self.work.lock().insert(self.key.clone(), (Stage::Running, now));
        let name = self.work.controller(&self.key);
        if let Some((_, since)) = before {
            self.work
                .metrics
                .observe(&names::QUEUE_DURATION, &[name, name], now - since);
        }
    }

    /// The reconcile has come to an end; `None` if it broke off by a bug.
    pub fn end(self, next: Option<Next>) {
        let result = match next {
            Some(Next::Event) => "success",
            Some(Next::After(_)) => "requeue_after",
            Some(Next::Backoff) | None => "error",
        };
        let name = self.work.controller(&self.key);
        let metrics = &self.work.metrics;
        if next.is_none() {
            metrics.add(&names::RECONCILE_PANICS, &[name], 1.0);
        }
        metrics.add(&names::RECONCILE_TOTAL, &[name, result], 1.0);
        if result == "error" {
            metrics.add(&names::RECONCILE_ERRORS, &[name], 1.0);
            metrics.add(&names::QUEUE_RETRIES, &[name, name], 1.0);
        }
        if let Some(started) = self.started {
            metrics.observe(&names::RECONCILE_TIME, &[name], started.elapsed());
            metrics.observe(&names::WORK_DURATION, &[name, name], started.elapsed());
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.work.lock().remove(&self.key);
    }
}

/// The names of controllers as helm-operator makes them, `<kind>-controller`; with the group where two share a kind.
fn controllers(watches: &[Watch]) -> Vec<String> {
    let name = |watch: &Watch| {
        let kind = watch.gvk.kind.to_lowercase();
        let groups: HashSet<&str> = watches
            .iter()
            .filter(|other| other.gvk.kind == watch.gvk.kind)
            .map(|other| other.gvk.group())
            .collect();
        if groups.len() > 1 {
            format!("{kind}.{}-controller", watch.gvk.group())
        } else {
            format!("{kind}-controller")
        }
    };
    watches.iter().map(name).collect()
}
