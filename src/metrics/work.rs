//! Work that waits and work under way.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
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
    /// The controller of each watch, by its number.
    controllers: RwLock<HashMap<usize, Controller>>,
    stages: Mutex<HashMap<Key, (Stage, Instant)>>,
}

struct Controller {
    name: Arc<str>,
    places: usize,
    /// Whether its watch is in force; work that was begun before it was not is counted to its end.
    is_active: bool,
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
    /// No work yet, and no workers.
    pub fn new(metrics: Arc<Metrics>) -> Self {
        Self {
            metrics,
            controllers: RwLock::default(),
            stages: Mutex::default(),
        }
    }

    /// These are the watches, each with how many workers it has.
    pub fn employ(&self, watches: &[(usize, Arc<Watch>, usize)]) {
        let mut controllers = self.controllers.write().unwrap_or_else(PoisonError::into_inner);
        for controller in controllers.values_mut() {
            controller.is_active = false;
        }
        for (index, watch, places) in watches {
            let controller = Controller {
                name: controller_name(watch, watches).into(),
                places: *places,
                is_active: true,
            };
            controllers.insert(*index, controller);
        }
    }

    /// A release was taken from the queue and waits for a worker.
    pub fn take(&self, key: &Key) -> Running<'_> {
        self.lock().insert(key.clone(), (Stage::Waiting, Instant::now()));
        let name = &*self.controller(key);
        self.metrics.add(&names::QUEUE_ADDS, &[name, name], 1.0);
        Running {
            work: self,
            key: key.clone(),
            started: None,
        }
    }

    /// Whether a release waits for a worker or has one; `None` if neither.
    pub fn stage(&self, key: &Key) -> Option<&'static str> {
        self.lock().get(key).map(|(stage, _)| match stage {
            Stage::Waiting => "waiting",
            Stage::Running => "running",
        })
    }

    /// Reads off what waits and what is under way.
    pub fn collect(&self, samples: &mut Samples) {
        let controllers = self.controllers.read().unwrap_or_else(PoisonError::into_inner);
        for Controller { name, places, .. } in controllers.values().filter(|it| it.is_active) {
            #[expect(clippy::cast_precision_loss, reason = "there are not that many")]
            samples.add(&names::MAX_CONCURRENT, &[name], *places as f64);
            // A rate can only be had of what is there before it first happens.
            for family in [
                &names::ACTIVE_WORKERS,
                &names::RECONCILE_ERRORS,
                &names::TERMINAL_ERRORS,
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
        drop(controllers);
        let mut longest: HashMap<Arc<str>, f64> = HashMap::new();
        for (key, (stage, since)) in self.lock().iter() {
            let controller = self.controller(key);
            let name = &*controller;
            if *stage == Stage::Waiting {
                samples.add(&names::QUEUE_DEPTH, &[name, name], 1.0);
                continue;
            }
            let seconds = since.elapsed().as_secs_f64();
            samples.add(&names::ACTIVE_WORKERS, &[name], 1.0);
            samples.add(&names::UNFINISHED_WORK, &[name, name], seconds);
            let known = longest.entry(Arc::clone(&controller)).or_default();
            *known = known.max(seconds);
        }
        for (name, seconds) in longest {
            samples.set(&names::LONGEST_RUNNING, &[&name, &name], seconds);
        }
    }

    fn controller(&self, key: &Key) -> Arc<str> {
        let controllers = self.controllers.read().unwrap_or_else(PoisonError::into_inner);
        controllers
            .get(&key.watch)
            .map_or_else(Arc::default, |controller| Arc::clone(&controller.name))
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
        let name = &*self.work.controller(&self.key);
        if let Some((_, since)) = before {
            self.work
                .metrics
                .observe(&names::QUEUE_DURATION, &[name, name], now - since);
        }
    }

    /// The reconcile has come to an end; `None` if it broke off by a bug.
    pub fn end(self, next: Option<Next>) {
        let result = next.unwrap_or(Next::Backoff).result();
        let name = &*self.work.controller(&self.key);
        let metrics = &self.work.metrics;
        if next.is_none() {
            metrics.add(&names::RECONCILE_PANICS, &[name], 1.0);
        }
        metrics.add(&names::RECONCILE_TOTAL, &[name, result], 1.0);
        if result == "error" {
            metrics.add(&names::RECONCILE_ERRORS, &[name], 1.0);
        }
        match next {
            Some(Next::Stuck(_)) => metrics.add(&names::TERMINAL_ERRORS, &[name], 1.0),
            Some(Next::Backoff) | None => metrics.add(&names::QUEUE_RETRIES, &[name, name], 1.0),
            Some(Next::Event | Next::After(_)) => {}
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

/// The name of a controller as helm-operator makes it, `<kind>-controller`; with the group where two share a kind.
fn controller_name(watch: &Watch, watches: &[(usize, Arc<Watch>, usize)]) -> String {
    let kind = watch.gvk.kind.to_lowercase();
    let is_shared = watches
        .iter()
        .any(|(_, other, _)| other.gvk.kind == watch.gvk.kind && other.gvk.group() != watch.gvk.group());
    if is_shared {
        format!("{kind}.{}-controller", watch.gvk.group())
    } else {
        format!("{kind}-controller")
    }
}
