//! The objects of releases, watched: what drifts, and what becomes ready.
//!
//! One watch per kind sees only objects with our chart label, and keeps a few bytes of each. It is started when the first
//! release has an object of the kind, and shared by all releases.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::{StreamExt, TryStreamExt};
use helm_action::{Tracked, version};
use helm_kube::{ApiKind, Cluster, Gvk, ObjectRef, Pods, Readiness, fingerprint, labels, pods, readiness};
use kube::ResourceExt;
use kube::api::DynamicObject;
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{self, Event, watcher};
use serde::Serialize;
use tokio::task::JoinHandle;

use crate::primaries::LIST_PAGE;
use crate::request::Key;

/// Why a release is looked at: what its objects did since it was looked at last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Causes {
    /// Objects that may have drifted.
    pub drifted: BTreeSet<ObjectRef>,
    /// Whether an object's readiness or the number of its pods changed.
    pub readiness: bool,
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
    /// What is in the cluster, as far as the watches have seen it.
    seen: HashMap<ObjectRef, Seen>,
    /// How far each watch has come: the resource version of the last thing that it told of.
    progress: HashMap<Scope, u64>,
    /// What releases have, and whose it is.
    owned: HashMap<ObjectRef, Owned>,
    causes: HashMap<Key, Causes>,
}

/// What one watch sees: the objects of a kind, in one namespace or everywhere.
type Scope = (Gvk, Option<String>);

/// An object of a release.
#[derive(Clone)]
struct Owned {
    key: Key,
    /// What is expected of it; `None` where only its end is waited for.
    expected: Option<Expected>,
}

/// An object as it was when it was last applied or checked.
#[derive(Clone)]
struct Expected {
    uid: String,
    version: u64,
    fingerprint: u64,
    readiness: Readiness,
    pods: Pods,
}

/// What is kept of an object.
#[derive(Clone)]
struct Seen {
    version: u64,
    fingerprint: u64,
    readiness: Readiness,
    pods: Pods,
    going: bool,
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
        let has_more = self.lock().own(key, objects);
        if has_more {
            (self.wake)(key, Urgency::Now);
        }
    }

    /// Waits for the end of objects of a release, in place of those it had: the release is woken when one is gone.
    pub async fn await_end(&self, key: &Key, objects: impl Iterator<Item = &ObjectRef>) {
        for object in objects {
            self.watch(&object.gvk).await;
            let owned = Owned {
                key: key.clone(),
                expected: None,
            };
            self.lock().owned.insert(object.clone(), owned);
        }
    }

    /// Forgets a release.
    pub fn forget(&self, key: &Key) {
        let mut state = self.lock();
        state.owned.retain(|_, owned| owned.key != *key);
        state.causes.remove(key);
    }

    /// Takes what is to be looked at.
    pub fn take_causes(&self, key: &Key) -> Causes {
        self.lock().causes.remove(key).unwrap_or_default()
    }

    /// The objects with the readiness that was seen last.
    pub fn refresh(&self, objects: &mut [Tracked]) {
        let state = self.lock();
        for tracked in objects {
            if let Some(seen) = state.seen.get(&tracked.object)
                && seen.version >= tracked.version
            {
                tracked.readiness = seen.readiness.clone();
                tracked.pods = seen.pods;
            }
        }
    }

    /// The kinds that are watched.
    pub fn kinds(&self) -> Vec<WatchedKind> {
        let state = self.lock();
        let mut kinds: BTreeMap<&Gvk, WatchedKind> = BTreeMap::new();
        for (gvk, tasks) in &state.watches {
            let kind = WatchedKind {
                kind: gvk.to_string(),
                watches: tasks.len(),
                objects: 0,
            };
            kinds.insert(gvk, kind);
        }
        for object in state.seen.keys() {
            if let Some(kind) = kinds.get_mut(&object.gvk) {
                kind.objects += 1;
            }
        }
        kinds.into_values().collect()
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
                    listed.insert(reference.clone());
                    self.observe(reference, &object);
                }
                Ok(Some(Event::InitDone)) => self.sweep(gvk, scope.1.as_deref(), &listed),
                // The watch is said to have come so far after an object is seen, and before it is gone: see `has_changed`.
                Ok(Some(Event::Apply(object))) => {
                    self.observe(reference(gvk, &object), &object);
                    self.advance(&scope, &object);
                }
                Ok(Some(Event::Delete(object))) => {
                    self.advance(&scope, &object);
                    self.gone(&reference(gvk, &object), object.metadata.uid.as_deref());
                }
                Ok(None) => return,
                Err(error) => {
                    tracing::warn!(%gvk, error = %crate::error::chain(&error), "failed to watch objects of releases; trying again");
                }
            }
        }
    }

    /// Remembers how far a watch has come. What it lists comes in no order and so tells nothing.
    fn advance(&self, scope: &Scope, object: &DynamicObject) {
        self.lock().progress.insert(scope.clone(), version(object));
    }

    fn observe(&self, reference: ObjectRef, object: &DynamicObject) {
        let json = serde_json::to_value(object).unwrap_or_default();
        let seen = Seen {
            version: version(object),
            fingerprint: fingerprint(object.managed_fields()),
            readiness: readiness(&reference.gvk, &json),
            pods: pods(&reference.gvk, &json),
            going: object.metadata.deletion_timestamp.is_some(),
        };
        let mut state = self.lock();
        let owned = state.owned.get(&reference).cloned();
        let before = state.seen.insert(reference.clone(), seen.clone());
        let Some(Owned {
            key,
            expected: Some(expected),
        }) = owned
        else {
            return;
        };
        if seen.version < expected.version {
            return;
        }
        let drifted = expected.fingerprint != seen.fingerprint && !seen.going;
        let last = before.filter(|before| before.version >= expected.version);
        let (readiness, pods) = last.map_or((expected.readiness, expected.pods), |last| (last.readiness, last.pods));
        let readiness = seen.readiness != readiness || seen.pods != pods;
        if drifted || readiness {
            let causes = state.causes.entry(key.clone()).or_default();
            causes.readiness |= readiness;
            if drifted {
                causes.drifted.insert(reference);
            }
            drop(state);
            (self.wake)(&key, if drifted { Urgency::Now } else { Urgency::Soon });
        }
    }

    /// An object is gone; `uid` tells an earlier one of the same name from the one that the release has.
    fn gone(&self, reference: &ObjectRef, uid: Option<&str>) {
        let mut state = self.lock();
        state.seen.remove(reference);
        let Some(Owned { key, expected }) = state.owned.get(reference).cloned() else {
            return;
        };
        if let (Some(uid), Some(expected)) = (uid, &expected)
            && *uid != expected.uid
        {
            return;
        }
        let causes = state.causes.entry(key.clone()).or_default();
        causes.drifted.insert(reference.clone());
        causes.readiness = true;
        drop(state);
        (self.wake)(&key, Urgency::Now);
    }

    /// After a complete list: what was seen before and is not in it is gone.
    fn sweep(&self, gvk: &Gvk, namespace: Option<&str>, listed: &HashSet<ObjectRef>) {
        let of_this_watch = |reference: &&ObjectRef| {
            reference.gvk == *gvk && namespace.is_none_or(|namespace| reference.namespace.as_deref() == Some(namespace))
        };
        let missing: Vec<ObjectRef> = {
            let state = self.lock();
            let known = state.seen.keys().chain(state.owned.keys());
            known
                .filter(of_this_watch)
                .filter(|reference| !listed.contains(reference))
                .cloned()
                .collect()
        };
        for reference in missing {
            self.gone(&reference, None);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Makes these the objects of a release; says whether something has happened to them since they were applied, when
    /// nobody expected them as they are now. What was seen of the apply itself is no cause for another look.
    fn own(&mut self, key: &Key, objects: &[Tracked]) -> bool {
        self.owned.retain(|_, owned| owned.key != *key);
        let mut causes = self.causes.remove(key).unwrap_or_default();
        for tracked in objects {
            let expected = Expected {
                uid: tracked.uid.clone(),
                version: tracked.version,
                fingerprint: tracked.fingerprint,
                readiness: tracked.readiness.clone(),
                pods: tracked.pods,
            };
            let owned = Owned {
                key: key.clone(),
                expected: Some(expected),
            };
            self.owned.insert(tracked.object.clone(), owned);
            if self.has_changed(tracked) {
                causes.drifted.insert(tracked.object.clone());
            } else if self.seen.contains_key(&tracked.object) {
                causes.drifted.remove(&tracked.object);
            }
        }
        let has_more = !causes.drifted.is_empty();
        if causes != Causes::default() {
            self.causes.insert(key.clone(), causes);
        }
        has_more
    }

    /// Whether something happened to an object between its apply and now, when nobody owned it yet.
    fn has_changed(&self, tracked: &Tracked) -> bool {
        match self.seen.get(&tracked.object) {
            Some(seen) => !seen.going && seen.version > tracked.version && seen.fingerprint != tracked.fingerprint,
            // A watch that has come further must have told of it, and then of its end.
            None => self.progress_at(&tracked.object) >= tracked.version,
        }
    }

    /// How far the watch has come that sees an object; 0 if it has told of nothing yet.
    fn progress_at(&self, object: &ObjectRef) -> u64 {
        let of = |namespace| self.progress.get(&(object.gvk.clone(), namespace)).copied();
        of(None).max(of(object.namespace.clone())).unwrap_or_default()
    }
}

fn reference(gvk: &Gvk, object: &DynamicObject) -> ObjectRef {
    ObjectRef {
        gvk: gvk.clone(),
        namespace: object.namespace(),
        name: object.name_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSION: u64 = 10;

    fn tracked() -> Tracked {
        Tracked {
            object: ObjectRef {
                gvk: Gvk::new("v1", "Service"),
                namespace: Some("books".into()),
                name: "app".into(),
            },
            uid: "one".into(),
            version: VERSION,
            fingerprint: 1,
            readiness: Readiness::Ready,
            pods: Pods::default(),
        }
    }

    fn seen(version: u64, fingerprint: u64) -> Seen {
        Seen {
            version,
            fingerprint,
            readiness: Readiness::Ready,
            pods: Pods::default(),
            going: false,
        }
    }

    #[test]
    fn what_happens_between_the_apply_and_the_tracking_is_not_lost() {
        let cases = [
            ("nothing was told of yet", None, None, false),
            ("the watch has not come to the apply", None, Some(VERSION - 1), false),
            ("it was made and is gone again", None, Some(VERSION + 1), true),
            ("it is as it was applied", Some(seen(VERSION, 1)), Some(VERSION), false),
            (
                "its status has changed",
                Some(seen(VERSION + 1, 1)),
                Some(VERSION + 1),
                false,
            ),
            (
                "its fields have changed",
                Some(seen(VERSION + 1, 2)),
                Some(VERSION + 1),
                true,
            ),
            (
                "what was seen is older than the apply",
                Some(seen(VERSION - 1, 2)),
                Some(VERSION),
                false,
            ),
        ];
        for namespace in [None, Some("books".to_owned())] {
            for (what, seen, progress, changed) in &cases {
                let mut state = State::default();
                let scope = (tracked().object.gvk, namespace.clone());
                state.progress.extend(progress.map(|progress| (scope, progress)));
                state.seen.extend(seen.clone().map(|seen| (tracked().object, seen)));
                assert_eq!(state.has_changed(&tracked()), *changed, "{what}");
            }
        }
    }

    #[test]
    fn what_is_seen_of_an_apply_is_no_cause_for_another_look() {
        let key = Key {
            watch: 0,
            namespace: Some("books".into()),
            name: "app".into(),
        };
        let cases = [
            ("the apply", Some(seen(VERSION, 1)), false),
            (
                "one of several requests of the apply",
                Some(seen(VERSION - 1, 2)),
                false,
            ),
            ("a change after the apply", Some(seen(VERSION + 1, 2)), true),
            ("its end", None, true),
        ];
        for (what, seen, is_cause) in cases {
            let mut state = State::default();
            state.seen.extend(seen.map(|seen| (tracked().object, seen)));
            let before = Causes {
                drifted: BTreeSet::from([tracked().object]),
                readiness: false,
            };
            state.causes.insert(key.clone(), before);
            assert_eq!(state.own(&key, &[tracked()]), is_cause, "{what}");
            assert_eq!(state.causes.contains_key(&key), is_cause, "{what}");
        }
    }
}
