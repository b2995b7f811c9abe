//! What is known of the objects of releases, and what follows from what happens to them. Nothing here does I/O.

use std::collections::{BTreeSet, HashMap, HashSet};

use helm_action::Tracked;
use helm_kube::{Gvk, ObjectRef, Pods, Readiness};

use super::{Causes, Sighting, Urgency};
use crate::request::Key;

/// What one watch sees: the objects of a kind, in one namespace or everywhere.
pub(super) type Scope = (Gvk, Option<String>);

/// What the watches have told, and what releases expect.
#[derive(Default)]
pub(super) struct Known {
    /// What is in the cluster, as far as the watches have seen it.
    seen: HashMap<ObjectRef, Seen>,
    /// How far each watch has come: the resource version of the last thing that it told of.
    progress: HashMap<Scope, u64>,
    /// The watches that have failed and told of nothing since: they may have missed something.
    broken: HashSet<Scope>,
    /// What releases have, and whose it is.
    owned: HashMap<ObjectRef, Owned>,
    causes: HashMap<Key, Causes>,
}

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
pub(super) struct Seen {
    pub(super) version: u64,
    pub(super) fingerprint: u64,
    pub(super) readiness: Readiness,
    pub(super) pods: Pods,
    pub(super) going: bool,
}

impl Known {
    /// Remembers how far a watch has come. What it lists comes in no order and so tells nothing.
    pub(super) fn advance(&mut self, scope: &Scope, version: u64) {
        self.goes_on(scope);
        self.progress.insert(scope.clone(), version);
    }

    /// An object is there, or has changed. The release that must be looked at, if any, and how soon; only then `sighting`
    /// is taken.
    pub(super) fn observe(
        &mut self,
        object: &ObjectRef,
        seen: &Seen,
        sighting: impl FnOnce() -> Sighting,
    ) -> Option<(Key, Urgency)> {
        let before = self.seen.insert(object.clone(), seen.clone());
        let Owned { key, expected } = self.owned.get(object)?;
        let expected = expected.as_ref().filter(|expected| seen.version >= expected.version)?;
        let drifted = expected.fingerprint != seen.fingerprint && !seen.going;
        let last = before.filter(|before| before.version >= expected.version);
        let (readiness, pods) = match last {
            Some(last) => (last.readiness, last.pods),
            None => (expected.readiness.clone(), expected.pods),
        };
        let readiness = seen.readiness != readiness || seen.pods != pods;
        if !drifted && !readiness {
            return None;
        }
        let causes = self.causes.entry(key.clone()).or_default();
        causes.readiness |= readiness;
        if drifted {
            causes.drifted.insert(object.clone(), sighting());
        }
        Some((key.clone(), if drifted { Urgency::Now } else { Urgency::Soon }))
    }

    /// An object is gone; `uid` tells an earlier one of the same name from the one that a release has. The release that
    /// must be looked at, if any.
    pub(super) fn gone(&mut self, object: &ObjectRef, uid: Option<&str>) -> Option<Key> {
        self.seen.remove(object);
        let Owned { key, expected } = self.owned.get(object)?;
        if let (Some(uid), Some(expected)) = (uid, expected)
            && *uid != expected.uid
        {
            return None;
        }
        let causes = self.causes.entry(key.clone()).or_default();
        causes.drifted.insert(object.clone(), Sighting::Gone);
        causes.readiness = true;
        Some(key.clone())
    }

    /// What a watch should see, and is not in its complete list.
    pub(super) fn missing(&self, (gvk, namespace): &Scope, listed: &HashSet<ObjectRef>) -> BTreeSet<ObjectRef> {
        let is_seen = |object: &&ObjectRef| {
            object.gvk == *gvk && namespace.as_ref().is_none_or(|_| object.namespace == *namespace)
        };
        let known = self.seen.keys().chain(self.owned.keys());
        let missing = known.filter(is_seen).filter(|object| !listed.contains(object));
        missing.cloned().collect()
    }

    /// Makes these the objects of a release; says whether something has happened to them since they were applied, when
    /// nobody expected them as they are now. What was seen of the apply itself is no cause for another look.
    pub(super) fn own(&mut self, key: &Key, objects: &[Tracked]) -> bool {
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
                causes.drifted.insert(tracked.object.clone(), Sighting::Unread);
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

    /// A watch has failed: until it tells of something, it is not known what it has missed.
    pub(super) fn broken(&mut self, scope: &Scope) {
        self.broken.insert(scope.clone());
    }

    /// A watch goes on.
    pub(super) fn goes_on(&mut self, scope: &Scope) {
        self.broken.remove(scope);
    }

    fn is_broken_at(&self, object: &ObjectRef) -> bool {
        let of = |namespace| self.broken.contains(&(object.gvk.clone(), namespace));
        !self.broken.is_empty() && (of(None) || of(object.namespace.clone()))
    }

    /// How far the watch has come that sees an object; 0 if it has told of nothing yet.
    fn progress_at(&self, object: &ObjectRef) -> u64 {
        let of = |namespace| self.progress.get(&(object.gvk.clone(), namespace)).copied();
        of(None).max(of(object.namespace.clone())).unwrap_or_default()
    }

    /// Waits for the end of an object of a release.
    pub(super) fn await_end(&mut self, key: &Key, object: ObjectRef) {
        let owned = Owned {
            key: key.clone(),
            expected: None,
        };
        self.owned.insert(object, owned);
    }

    /// Forgets a release.
    pub(super) fn forget(&mut self, key: &Key) {
        self.owned.retain(|_, owned| owned.key != *key);
        self.causes.remove(key);
    }

    /// Whether there is something to look at.
    pub(super) fn has_causes(&self, key: &Key) -> bool {
        self.causes.contains_key(key)
    }

    /// What was seen of readiness is told.
    pub(super) fn settle_readiness(&mut self, key: &Key) {
        let Some(causes) = self.causes.get_mut(key) else { return };
        causes.readiness = false;
        if causes.drifted.is_empty() {
            self.causes.remove(key);
        }
    }

    /// Takes what is to be looked at.
    pub(super) fn take_causes(&mut self, key: &Key) -> Causes {
        self.causes.remove(key).unwrap_or_default()
    }

    /// Gives objects the readiness that was seen last.
    pub(super) fn refresh(&self, objects: &mut [Tracked]) {
        for tracked in objects {
            if let Some(seen) = self.since(tracked) {
                tracked.readiness = seen.readiness.clone();
                tracked.pods = seen.pods;
            }
        }
    }

    /// Those of a release's objects that are as they were left, as far as the watches have told: only what is not the
    /// chart's has changed since.
    pub(super) fn untouched(&self, objects: &[Tracked]) -> Vec<Tracked> {
        let untouched = objects.iter().filter_map(|tracked| {
            let seen = self.since(tracked)?;
            let is_untouched =
                seen.fingerprint == tracked.fingerprint && !seen.going && !self.is_broken_at(&tracked.object);
            is_untouched.then(|| Tracked {
                version: seen.version,
                readiness: seen.readiness.clone(),
                pods: seen.pods,
                ..tracked.clone()
            })
        });
        untouched.collect()
    }

    /// What was seen last of an object, if it is not older than what a release knows.
    fn since(&self, tracked: &Tracked) -> Option<&Seen> {
        let seen = self.seen.get(&tracked.object)?;
        (seen.version >= tracked.version).then_some(seen)
    }

    /// How many objects of a kind are kept.
    pub(super) fn count(&self, gvk: &Gvk) -> usize {
        self.seen.keys().filter(|object| object.gvk == *gvk).count()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

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
            is_scaled: false,
            readiness: Readiness::Ready,
            pods: Pods::default(),
            selector: None,
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
                let mut known = Known::default();
                let scope = (tracked().object.gvk, namespace.clone());
                known.progress.extend(progress.map(|progress| (scope, progress)));
                known.seen.extend(seen.clone().map(|seen| (tracked().object, seen)));
                assert_eq!(known.has_changed(&tracked()), *changed, "{what}");
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
            let mut known = Known::default();
            known.seen.extend(seen.map(|seen| (tracked().object, seen)));
            let before = Causes {
                drifted: BTreeMap::from([(tracked().object, Sighting::Unread)]),
                readiness: false,
            };
            known.causes.insert(key.clone(), before);
            assert_eq!(known.own(&key, &[tracked()]), is_cause, "{what}");
            assert_eq!(known.causes.contains_key(&key), is_cause, "{what}");
        }
    }

    #[test]
    fn what_the_status_tells_is_no_cause_for_another_look() {
        let key = Key {
            watch: 0,
            namespace: Some("books".into()),
            name: "app".into(),
        };
        let unready = Seen {
            readiness: Readiness::InProgress("0/1".into()),
            ..seen(VERSION + 1, 1)
        };
        let drifted = seen(VERSION + 2, 2);
        let mut known = Known::default();
        known.own(&key, &[tracked()]);
        let object = tracked().object;
        assert_eq!(
            known.observe(&object, &unready, || Sighting::Unread),
            Some((key.clone(), Urgency::Soon))
        );
        let mut objects = [tracked()];
        known.refresh(&mut objects);
        assert_eq!(objects[0].readiness, unready.readiness);
        known.settle_readiness(&key);
        assert!(!known.has_causes(&key));
        assert_eq!(
            known.observe(&object, &drifted, || Sighting::Unread),
            Some((key.clone(), Urgency::Now))
        );
        known.settle_readiness(&key);
        assert!(known.has_causes(&key), "drift is not told, but repaired");
    }
}
