//! `/debug/state`: what the operator has in mind, for the one who wonders why something happens, or does not.
//!
//! Names, numbers and times only: no values, no manifests, no messages, so nothing of any Secret.

use std::sync::OnceLock;
use std::time::Duration;

use kube::api::DynamicObject;
use serde::Serialize;

use crate::backoff::Backoff;
use crate::dependents::WatchedKind;
use crate::metrics::{Work, releases};
use crate::queue::Queue;
use crate::reconcile::Context;
use crate::request::Key;
use crate::standing::revision;

/// The page; there is something to tell once an operator works.
#[derive(Default)]
pub struct StatePage(OnceLock<Box<dyn Fn() -> String + Send + Sync>>);

impl StatePage {
    /// The operator works, and tells this of itself.
    pub fn tell_with(&self, tell: impl Fn() -> State + Send + Sync + 'static) {
        let text = move || serde_json::to_string_pretty(&tell()).unwrap_or_default() + "\n";
        // There is one operator in a process.
        let _ = self.0.set(Box::new(text));
    }

    /// The page; `None` before the operator works.
    pub fn text(&self) -> Option<String> {
        self.0.get().map(|text| text())
    }
}

/// All that is told.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    /// How many releases wait for their turn now.
    queue_depth: usize,
    watches: Vec<WatchState>,
    /// The kinds that releases have objects of.
    dependents: Vec<WatchedKind>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct WatchState {
    /// The kind, and the selector if there is one.
    kind: String,
    chart: String,
    releases: Vec<ReleaseState>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ReleaseState {
    resource: String,
    /// `pending`, `deployed`, `failed` or `uninstalling`.
    phase: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<u64>,
    /// How many objects of it are known.
    objects: usize,
    /// `waiting` for a worker, or `running`.
    #[serde(skip_serializing_if = "Option::is_none")]
    work: Option<&'static str>,
    /// Failures in a row.
    failures: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_look: Option<NextLook>,
    /// How many looks were taken at it.
    looks: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_look: Option<LastLook>,
}

/// A look that will be taken though nothing happens.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct NextLook {
    in_seconds: f64,
    /// Whether it waits for the back-off of a failure.
    is_backoff: bool,
}

#[derive(Debug, Serialize)]
struct LastLook {
    /// When it began; RFC 3339.
    began: String,
    cause: String,
    /// How long it took; not there while it is under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<f64>,
    /// What comes next.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'static str>,
}

/// Where the state is read off.
pub(crate) struct Sources<'a> {
    pub(crate) cx: &'a Context,
    pub(crate) queue: &'a Queue<Key>,
    pub(crate) backoff: &'a Backoff,
    pub(crate) work: &'a Work,
}

impl Sources<'_> {
    pub(crate) fn state(&self) -> State {
        let watches = self.cx.watches.all().into_iter().map(|(index, watch)| WatchState {
            kind: watch.to_string(),
            chart: watch.chart.display().to_string(),
            releases: self.releases(index),
        });
        State {
            queue_depth: self.queue.depth(),
            watches: watches.collect(),
            dependents: self.cx.dependents.kinds(),
        }
    }

    fn releases(&self, watch: usize) -> Vec<ReleaseState> {
        let mut keys = self.cx.primaries.keys(Some(watch));
        keys.sort();
        let known = keys.iter().filter_map(|key| {
            let object = self.cx.primaries.get(key)?;
            Some(self.release(key, &object))
        });
        known.collect()
    }

    fn release(&self, key: &Key, object: &DynamicObject) -> ReleaseState {
        let next = self.queue.due(key).map(|(delay, is_backoff)| NextLook {
            in_seconds: seconds(delay),
            is_backoff,
        });
        let last = self.cx.looks.last(key);
        let looks = last.as_ref().map_or(0, |look| look.count);
        let last = last.map(|look| LastLook {
            began: look.began.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
            cause: look.cause,
            seconds: look.outcome.map(|(took, _)| seconds(took)),
            result: look.outcome.map(|(_, next)| next.result()),
        });
        ReleaseState {
            resource: key.to_string(),
            phase: releases::phase(object),
            revision: revision(object),
            objects: self.cx.memory.objects(key),
            work: self.work.stage(key),
            failures: self.backoff.failures(key),
            next_look: next,
            looks,
            last_look: last,
        }
    }
}

/// To the millisecond.
fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e3).round() / 1e3
}
