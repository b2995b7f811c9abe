//! The custom resources of all watches, watched.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::{StreamExt, TryStreamExt};
use helm_kube::{ApiKind, Cluster, Error};
use kube::ResourceExt;
use kube::api::DynamicObject;
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{self, Event, watcher};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::health::Health;
use crate::request::{Key, is_being_deleted, is_finalized};
use crate::watches::Watch;

/// How many objects are listed at a time: a whole list in memory would be a peak that many releases make high.
pub(crate) const LIST_PAGE: u32 = 100;

/// How often a kind that is not installed is looked for.
const DEFINITION_POLL: Duration = Duration::from_secs(2);

/// The custom resources as they were last seen.
#[derive(Clone)]
pub struct Primaries {
    cluster: Cluster,
    health: Arc<Health>,
    objects: Arc<Mutex<HashMap<Key, Arc<DynamicObject>>>>,
    /// Tells that some resource is on its way out.
    deletions: Arc<watch::Sender<()>>,
    wake: Arc<dyn Fn(&Key) + Send + Sync>,
}

impl Primaries {
    /// None yet. `health` is told what has been listed; `wake` is called with each resource that has changed in a way that
    /// matters to its release.
    pub fn new(cluster: Cluster, health: Arc<Health>, wake: Arc<dyn Fn(&Key) + Send + Sync>) -> Self {
        Self {
            cluster,
            health,
            objects: Arc::default(),
            deletions: Arc::default(),
            wake,
        }
    }

    /// The resource as it was last seen.
    pub fn get(&self, key: &Key) -> Option<Arc<DynamicObject>> {
        self.lock().get(key).cloned()
    }

    /// Puts in what a write of ours returned, so that the next reconcile does not work on an older state. What somebody
    /// else changed in the meantime is noticed here, not by the watch.
    pub fn put(&self, key: &Key, mut object: DynamicObject) {
        object.metadata.managed_fields = None;
        let known = self.lock().contains_key(key);
        if known {
            self.observe(key, object);
        }
    }

    /// Ends when the resource is on its way out, or gone.
    pub async fn deletion(&self, key: &Key) {
        let mut deletions = self.deletions.subscribe();
        while self.get(key).is_some_and(|object| !is_being_deleted(&object)) {
            if deletions.changed().await.is_err() {
                return;
            }
        }
    }

    /// All resources of one watch, or of all.
    pub fn keys(&self, watch: Option<usize>) -> Vec<Key> {
        self.lock()
            .keys()
            .filter(|key| watch.is_none_or(|watch| key.watch == watch))
            .cloned()
            .collect()
    }

    /// Lets go of the resources of a watch that is no more. They and their releases stay as they are.
    pub fn let_go(&self, watch: usize) {
        for key in self.keys(Some(watch)) {
            self.gone(&key);
        }
    }

    /// The plural, scope and version of a watch's kind, waiting for its definition if need be.
    pub async fn kind(&self, watch: &Watch) -> ApiKind {
        let mut said = false;
        loop {
            match self.cluster.discovery().find(&watch.gvk).await {
                Ok(kind) => return kind,
                Err(Error::UnknownKind(_)) if !said => {
                    tracing::warn!(
                        kind = %watch.gvk,
                        "the custom resource definition is not installed; waiting for it (apply it from config/crd)"
                    );
                    self.health
                        .explain(&watch.to_string(), "its definition is not installed");
                    said = true;
                }
                Err(Error::UnknownKind(_)) => {}
                Err(error) => tracing::warn!(error = %crate::error::chain(&error), "failed to look for the kind"),
            }
            sleep(DEFINITION_POLL).await;
        }
    }

    /// Follows the resources of one watch, in one namespace or in all, for ever.
    pub async fn follow(self, index: usize, watch: Arc<Watch>, kind: ApiKind, namespace: Option<String>) {
        let api = self.cluster.api(&kind, namespace.as_deref());
        let mut config = watcher::Config::default().page_size(LIST_PAGE);
        if !watch.selector.is_everything() {
            config = config.labels(&watch.selector.to_string());
        }
        let mut events = watcher(api, config).default_backoff().boxed();
        let mut listed = HashSet::new();
        let key = |object: &DynamicObject| Key {
            watch: index,
            namespace: object.namespace(),
            name: object.name_any(),
        };
        let place = place(&watch, namespace.as_deref());
        loop {
            match events.try_next().await {
                Ok(Some(Event::Init)) => listed.clear(),
                Ok(Some(Event::InitApply(object))) => {
                    listed.insert(key(&object));
                    self.observe(&key(&object), object);
                }
                Ok(Some(Event::Apply(object))) => self.observe(&key(&object), object),
                Ok(Some(Event::Delete(object))) => self.left(&key(&object), &watch, &kind),
                Ok(Some(Event::InitDone)) => {
                    tracing::info!(kind = %watch.gvk, namespace, resources = listed.len(), "watching custom resources");
                    let missing = |key: &&Key| {
                        key.watch == index
                            && namespace
                                .as_ref()
                                .is_none_or(|wanted| key.namespace.as_ref() == Some(wanted))
                            && !listed.contains(key)
                    };
                    let gone: Vec<Key> = self.lock().keys().filter(missing).cloned().collect();
                    for key in &gone {
                        self.left(key, &watch, &kind);
                    }
                    self.health.done(&place);
                }
                Ok(None) => return,
                Err(error) => {
                    let error = crate::error::chain(&error);
                    self.health.explain(&place, &error);
                    tracing::warn!(kind = %watch.gvk, error, "failed to watch custom resources; trying again");
                }
            }
        }
    }

    /// A resource is no longer among those that are watched: it is gone, or has lost the label that selected it.
    fn left(&self, key: &Key, watch: &Watch, kind: &ApiKind) {
        let was_ours = |object: Arc<DynamicObject>| is_finalized(&object) && !is_being_deleted(&object);
        let may_linger = !watch.selector.is_everything() && self.get(key).is_some_and(was_ours);
        self.gone(key);
        if may_linger {
            tokio::spawn(self.clone().linger(key.clone(), kind.clone()));
        }
    }

    /// Follows a resource that has left the selector with our finalizer on it: nobody else would let it go when it is
    /// deleted. Ends when it is gone, or selected again.
    async fn linger(self, key: Key, kind: ApiKind) {
        let api = self.cluster.api(&kind, key.namespace.as_deref());
        let config = watcher::Config::default().fields(&format!("metadata.name={}", key.name));
        let mut events = watcher(api, config).default_backoff().boxed();
        let (mut told, mut is_there) = (false, false);
        loop {
            match events.next().await {
                Some(Ok(Event::Init)) => is_there = false,
                Some(Ok(Event::InitApply(object) | Event::Apply(object))) => {
                    is_there = true;
                    if is_being_deleted(&object) {
                        self.observe(&key, object);
                    } else if self.get(&key).is_some() || !is_finalized(&object) {
                        return;
                    } else if !told {
                        tracing::info!(release = %key, "no longer selected; its release stays until it is deleted");
                        told = true;
                    }
                }
                Some(Ok(Event::InitDone)) if is_there => {}
                Some(Ok(Event::InitDone | Event::Delete(_))) | None => return self.gone(&key),
                Some(Err(error)) => {
                    let error = crate::error::chain(&error);
                    tracing::warn!(release = %key, error, "failed to watch a resource; trying again");
                }
            }
        }
    }

    fn observe(&self, key: &Key, mut object: DynamicObject) {
        object.metadata.managed_fields = None;
        let object = Arc::new(object);
        let matters = {
            let mut objects = self.lock();
            let before = objects.get(key);
            if before.is_some_and(|before| is_outdated(&object, before)) {
                return;
            }
            let matters = before.is_none_or(|before| matters(before, &object));
            objects.insert(key.clone(), Arc::clone(&object));
            matters
        };
        if matters {
            if is_being_deleted(&object) {
                self.deletions.send_replace(());
            }
            (self.wake)(key);
        }
    }

    fn gone(&self, key: &Key) {
        if self.lock().remove(key).is_some() {
            self.deletions.send_replace(());
            (self.wake)(key);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Arc<DynamicObject>>> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is listed, for the one who asks what is missing.
pub fn place(watch: &Watch, namespace: Option<&str>) -> String {
    match namespace {
        Some(namespace) => format!("{watch} in {namespace}"),
        None => watch.to_string(),
    }
}

/// Whether a change of a custom resource concerns its release. A change of the status does not; most are our own.
fn matters(before: &DynamicObject, after: &DynamicObject) -> bool {
    before.metadata.generation != after.metadata.generation
        || before.annotations() != after.annotations()
        || before.uid() != after.uid()
        || is_being_deleted(before) != is_being_deleted(after)
        || (is_finalized(before) && !is_finalized(after))
}

/// Whether `object` is an older state than the one that is known: a watch is behind our own writes. Resource versions of
/// one object are numbers that grow.
fn is_outdated(object: &DynamicObject, known: &DynamicObject) -> bool {
    let version = |object: &DynamicObject| {
        object
            .resource_version()
            .and_then(|version| version.parse::<u64>().ok())
    };
    object.uid() == known.uid() && version(object) < version(known)
}
