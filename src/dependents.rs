//! The objects of releases, watched: what drifts, and what becomes ready.
//!
//! One watch per kind sees only objects with our chart label, and keeps a few bytes of each. It is started when the first
//! release has an object of the kind, and shared by all releases.

mod known;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::{StreamExt, TryStreamExt};
use helm_action::{Tracked, version};
use helm_kube::{ApiKind, Cluster, Gvk, ObjectRef, fingerprint, labels, pods, readiness};
use kube::ResourceExt;
use kube::api::{DynamicObject, TypeMeta};
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{self, Event, watcher};
use serde::Serialize;
use tokio::task::JoinHandle;

use self::known::{Known, Scope, Seen};
use crate::primaries::LIST_PAGE;
use crate::request::Key;

/// Why a release is looked at: what its objects did since it was looked at last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Causes {
    /// Objects that may have drifted.
    pub drifted: BTreeMap<ObjectRef, Sighting>,
    /// Whether an object's readiness or the number of its pods changed.
    pub readiness: bool,
}

/// How an object is that may have drifted.
#[derive(Clone, Debug, PartialEq)]
pub enum Sighting {
    /// As a watch told of it last, so that nobody has to read it.
    Seen(Box<DynamicObject>),
    /// Gone.
    Gone,
    /// It must be read.
    Unread,
}

/// The watches of all kinds that releases have objects of.
#[derive(Clone)]
pub struct Dependents {
    cluster: Cluster,
    namespaces: Arc<[String]>,
    state: Arc<Mutex<State>>,
    wake: Wake,
}

/// A kind that releases have objects of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WatchedKind {
    kind: String,
    /// How many watches see its objects: one, or one for each namespace.
    watches: usize,
    /// How many objects are kept, a few bytes each.
    objects: usize,
}

/// What is called with each release that has something to look at.
pub type Wake = Arc<dyn Fn(&Key, Urgency) + Send + Sync>;

/// How soon a release must be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// At once: an object may have drifted.
    Now,
    /// In a moment, together with what its other objects do until then: only readiness changed.
    Soon,
}

#[derive(Default)]
struct State {
    /// The charts whose objects are watched.
    charts: BTreeSet<String>,
    watches: HashMap<Gvk, Vec<JoinHandle<()>>>,
    known: Known,
}

impl Dependents {
    /// No watches yet. `namespaces` is where there will be some (nowhere else is asked; all if empty); `wake` is called
    /// with each release that has something to look at.
    pub fn new(cluster: Cluster, namespaces: Arc<[String]>, wake: Wake) -> Self {
        Self {
            cluster,
            namespaces,
            state: Arc::default(),
            wake,
        }
    }

    /// Watches the objects of these charts as well. What is watched already goes on being watched: releases keep the
    /// objects of a chart that has left watches.yaml, or has another name now, until they are upgraded.
    pub async fn watch_charts(&self, names: impl IntoIterator<Item = String>) {
        let kinds: Vec<Gvk> = {
            let mut state = self.lock();
            let before = state.charts.len();
            state.charts.extend(names);
            if state.charts.len() == before {
                return;
            }
            let watches = state.watches.drain();
            watches
                .map(|(gvk, tasks)| {
                    tasks.iter().for_each(JoinHandle::abort);
                    gvk
                })
                .collect()
        };
        for gvk in kinds {
            self.watch(&gvk).await;
        }
    }

    fn selector(&self) -> String {
        let names: Vec<String> = self.lock().charts.iter().cloned().collect();
        format!("{} in ({})", labels::CHART, names.join(","))
    }

    /// Remembers the objects of a release, in place of those it had, and watches their kinds.
    pub async fn track(&self, key: &Key, objects: &[Tracked]) {
        let kinds: HashSet<&Gvk> = objects.iter().map(|tracked| &tracked.object.gvk).collect();
        for gvk in kinds {
            self.watch(gvk).await;
        }
        let has_more = self.lock().known.own(key, objects);
        if has_more {
            (self.wake)(key, Urgency::Now);
        }
    }

    /// Waits for the end of objects of a release, in place of those it had: the release is woken when one is gone.
    pub async fn await_end(&self, key: &Key, objects: impl Iterator<Item = &ObjectRef>) {
        for object in objects {
            self.watch(&object.gvk).await;
            self.lock().known.await_end(key, object.clone());
        }
    }

    /// Forgets a release.
    pub fn forget(&self, key: &Key) {
        self.lock().known.forget(key);
    }

    /// Whether there is something to look at.
    pub fn has_causes(&self, key: &Key) -> bool {
        self.lock().known.has_causes(key)
    }

    /// Takes what is to be looked at.
    pub fn take_causes(&self, key: &Key) -> Causes {
        self.lock().known.take_causes(key)
    }

    /// The objects with the readiness that was seen last.
    pub fn refresh(&self, objects: &mut [Tracked]) {
        self.lock().known.refresh(objects);
    }

    /// Those of a release's objects that are as they were left, but for what controllers do.
    pub fn untouched(&self, objects: &[Tracked]) -> Vec<Tracked> {
        self.lock().known.untouched(objects)
    }

    /// As [`Dependents::refresh`], for a status that tells of them: what was seen up to now is no cause for another look.
    pub fn tell(&self, key: &Key, objects: &mut [Tracked]) {
        let mut state = self.lock();
        state.known.refresh(objects);
        state.known.settle_readiness(key);
    }

    /// The kinds that are watched.
    pub fn kinds(&self) -> Vec<WatchedKind> {
        let state = self.lock();
        let kind = |(gvk, tasks): (&Gvk, &Vec<JoinHandle<()>>)| WatchedKind {
            kind: gvk.to_string(),
            watches: tasks.len(),
            objects: state.known.count(gvk),
        };
        let mut kinds: Vec<WatchedKind> = state.watches.iter().map(kind).collect();
        kinds.sort_by(|a, b| a.kind.cmp(&b.kind));
        kinds
    }

    async fn watch(&self, gvk: &Gvk) {
        if self.lock().watches.contains_key(gvk) {
            return;
        }
        let Ok(kind) = self.cluster.discovery().find(gvk).await else {
            return;
        };
        let scopes: Vec<Option<String>> = if kind.namespaced && !self.namespaces.is_empty() {
            self.namespaces.iter().cloned().map(Some).collect()
        } else {
            vec![None]
        };
        let mut state = self.lock();
        if !state.watches.contains_key(gvk) {
            let tasks = scopes
                .into_iter()
                .map(|namespace| tokio::spawn(self.clone().follow(gvk.clone(), kind.clone(), namespace)))
                .collect();
            state.watches.insert(gvk.clone(), tasks);
        }
    }

    /// Follows the objects of one kind for ever.
    async fn follow(self, gvk: Gvk, kind: ApiKind, namespace: Option<String>) {
        let api = self.cluster.api(&kind, namespace.as_deref());
        let config = watcher::Config::default().labels(&self.selector()).page_size(LIST_PAGE);
        let mut events = watcher(api, config).default_backoff().boxed();
        let mut listed: HashSet<ObjectRef> = HashSet::new();
        let scope: Scope = (gvk, namespace);
        let gvk = &scope.0;
        loop {
            match events.try_next().await {
                Ok(Some(Event::Init)) => listed.clear(),
                Ok(Some(Event::InitApply(object))) => {
                    let reference = reference(gvk, &object);
                    self.observe(&reference, &object);
                    listed.insert(reference);
                }
                Ok(Some(Event::InitDone)) => {
                    self.sweep(&scope, &listed);
                    self.lock().known.goes_on(&scope);
                }
                // The watch is said to have come so far after an object is seen, and before it is gone: see `has_changed`.
                Ok(Some(Event::Apply(object))) => {
                    self.observe(&reference(gvk, &object), &object);
                    self.lock().known.advance(&scope, version(&object));
                }
                Ok(Some(Event::Delete(object))) => {
                    self.lock().known.advance(&scope, version(&object));
                    self.gone(&reference(gvk, &object), object.metadata.uid.as_deref());
                }
                Ok(None) => return,
                Err(error) => {
                    self.lock().known.broken(&scope);
                    tracing::warn!(%gvk, error = %crate::error::chain(&error), "failed to watch objects of releases; trying again");
                }
            }
        }
    }

    fn observe(&self, reference: &ObjectRef, object: &DynamicObject) {
        let json = serde_json::to_value(object).unwrap_or_default();
        let seen = Seen {
            version: version(object),
            fingerprint: fingerprint(object.managed_fields()),
            readiness: readiness(&reference.gvk, &json),
            pods: pods(&reference.gvk, &json),
            going: object.metadata.deletion_timestamp.is_some(),
        };
        let sighting = || {
            // A list says once what kind its items are.
            let types = TypeMeta {
                api_version: reference.gvk.api_version.clone(),
                kind: reference.gvk.kind.clone(),
            };
            Sighting::Seen(Box::new(DynamicObject {
                types: Some(types),
                ..object.clone()
            }))
        };
        let woken = self.lock().known.observe(reference, &seen, sighting);
        if let Some((key, urgency)) = woken {
            (self.wake)(&key, urgency);
        }
    }

    fn gone(&self, reference: &ObjectRef, uid: Option<&str>) {
        let woken = self.lock().known.gone(reference, uid);
        if let Some(key) = woken {
            (self.wake)(&key, Urgency::Now);
        }
    }

    /// After a complete list: what was seen before and is not in it is gone.
    fn sweep(&self, scope: &Scope, listed: &HashSet<ObjectRef>) {
        let missing = self.lock().known.missing(scope, listed);
        for reference in missing {
            self.gone(&reference, None);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn reference(gvk: &Gvk, object: &DynamicObject) -> ObjectRef {
    ObjectRef {
        gvk: gvk.clone(),
        namespace: object.namespace(),
        name: object.name_any(),
    }
}
