//! Secrets and `ConfigMap`s that values come from: read when they are needed, watched for when they change.
//!
//! Each is watched by its name alone, and only its metadata: no Secret is listed with others, and none is kept. A source
//! is shared by all releases of its namespace, and watched as long as one of them uses it.

mod error;

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::StreamExt as _;
use govalue::Map;
use helm_kube::{Gvk, ObjectRef};
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::api::{Api, PartialObjectMeta};
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{self, Event, watcher};
use kube::{Client, ResourceExt};
use tokio::task::AbortHandle;

pub use self::error::SourceError;

use crate::mask::Mask;
use crate::request::Key;
use crate::values;
use crate::watches::{SourceKind, ValuesFrom, Watch};

/// Names a source.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Source {
    /// What it is.
    pub kind: SourceKind,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", self.kind.name(), self.namespace, self.name)
    }
}

/// What an entry of `valuesFrom` was found to say.
pub struct Found<'a> {
    /// The entry.
    pub entry: &'a ValuesFrom,
    /// The object.
    pub source: Source,
    /// The text of the entry's key; `None` if it is missing and may be.
    pub text: Option<String>,
}

/// The sources of all releases.
#[derive(Clone)]
pub struct Sources {
    client: Client,
    state: Arc<Mutex<State>>,
    wake: Arc<dyn Fn(&Key) + Send + Sync>,
}

#[derive(Default)]
struct State {
    followed: HashMap<Source, Followed>,
    releases: HashMap<Key, Used>,
}

/// What a release uses.
#[derive(Default)]
struct Used {
    sources: BTreeSet<Source>,
    mask: Arc<Mask>,
}

/// A version of a source: its resource version, 0 if it is not there.
type Version = u64;

struct Followed {
    watch: AbortHandle,
    /// What the watch has seen last; `None` before its first list.
    seen: Option<Version>,
    /// The version that each release was made with; `None` while it is being read.
    users: HashMap<Key, Option<Version>>,
}

impl Drop for Followed {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

impl Sources {
    /// None yet. `wake` is called with each release whose sources are others than those that it was made with.
    pub fn new(client: Client, wake: Arc<dyn Fn(&Key) + Send + Sync>) -> Self {
        Self {
            client,
            state: Arc::default(),
            wake,
        }
    }

    /// The values that a release gets from its watch's sources in `namespace`. From now on they are watched for it.
    pub async fn read(&self, key: &Key, watch: &Watch, namespace: &str) -> Result<Map, SourceError> {
        let source = |entry: &ValuesFrom| Source {
            kind: entry.kind,
            namespace: namespace.to_owned(),
            name: entry.name.clone(),
        };
        let sources: BTreeSet<Source> = watch.values_from.iter().map(source).collect();
        self.follow(key, sources.clone());
        let mut contents = HashMap::new();
        for source in sources {
            let content = self.get(&source).await.map_err(SourceError::Read)?;
            self.used(key, &source, content.as_ref().map_or(0, |content| content.version));
            contents.insert(source, content);
        }
        let mut found = Vec::with_capacity(watch.values_from.len());
        for entry in &watch.values_from {
            let source = source(entry);
            let text = text(entry, &source, contents.get(&source).and_then(Option::as_ref))?;
            found.push(Found { entry, source, text });
        }
        if let Some(used) = self.lock().releases.get_mut(key) {
            used.mask = Arc::new(mask(&found));
        }
        values::join(&found)
    }

    /// Whether a release was made with its sources as they are now.
    pub fn is_current(&self, key: &Key) -> bool {
        let state = self.lock();
        let Some(used) = state.releases.get(key) else {
            return true;
        };
        let followed = used.sources.iter().filter_map(|source| state.followed.get(source));
        followed
            .map(|followed| (followed.seen, followed.users.get(key).copied().flatten()))
            .all(|(seen, used)| used.is_some_and(|used| !is_news(seen, used)))
    }

    /// A text about a release, without what its Secrets say.
    pub fn masked(&self, key: &Key, text: String) -> String {
        let mask = self.lock().releases.get(key).map(|used| Arc::clone(&used.mask));
        match mask {
            Some(mask) => mask.apply(text),
            None => text,
        }
    }

    /// Forgets a release.
    pub fn forget(&self, key: &Key) {
        self.follow(key, BTreeSet::new());
    }

    /// Watches these for a release, and no others.
    fn follow(&self, key: &Key, sources: BTreeSet<Source>) {
        let mut state = self.lock();
        let before = state.releases.remove(key).unwrap_or_default();
        for source in before.sources.difference(&sources) {
            if let Some(followed) = state.followed.get_mut(source) {
                followed.users.remove(key);
                if followed.users.is_empty() {
                    state.followed.remove(source);
                }
            }
        }
        for source in &sources {
            let followed = state.followed.entry(source.clone()).or_insert_with(|| Followed {
                watch: tokio::spawn(self.clone().watch(source.clone())).abort_handle(),
                seen: None,
                users: HashMap::new(),
            });
            followed.users.insert(key.clone(), None);
        }
        if !sources.is_empty() {
            let mask = before.mask;
            state.releases.insert(key.clone(), Used { sources, mask });
        }
    }

    /// Notes which version of a source a release is made with.
    fn used(&self, key: &Key, source: &Source, version: Version) {
        let missed = {
            let mut state = self.lock();
            let Some(followed) = state.followed.get_mut(source) else {
                return;
            };
            followed.users.insert(key.clone(), Some(version));
            is_news(followed.seen, version)
        };
        if missed {
            (self.wake)(key);
        }
    }

    /// Notes what a watch has seen of a source.
    fn saw(&self, source: &Source, version: Version) {
        let woken: Vec<Key> = {
            let mut state = self.lock();
            let Some(followed) = state.followed.get_mut(source) else {
                return;
            };
            followed.seen = Some(version);
            let users = followed.users.iter();
            users
                .filter(|(_, used)| used.is_some_and(|used| is_news(Some(version), used)))
                .map(|(key, _)| key.clone())
                .collect()
        };
        for key in woken {
            tracing::info!(release = %key, %source, "a source of values has changed");
            (self.wake)(&key);
        }
    }

    async fn watch(self, source: Source) {
        match source.kind {
            SourceKind::Secret => {
                let api: Api<PartialObjectMeta<Secret>> = Api::namespaced(self.client.clone(), &source.namespace);
                self.watch_named(api, source).await;
            }
            SourceKind::ConfigMap => {
                let api: Api<PartialObjectMeta<ConfigMap>> = Api::namespaced(self.client.clone(), &source.namespace);
                self.watch_named(api, source).await;
            }
        }
    }

    async fn watch_named<K>(&self, api: Api<PartialObjectMeta<K>>, source: Source)
    where
        K: kube::Resource + Clone + serde::de::DeserializeOwned + fmt::Debug + Send + 'static,
    {
        let version = |object: &PartialObjectMeta<K>| object.resource_version().and_then(|it| it.parse().ok());
        let config = watcher::Config::default().fields(&format!("metadata.name={}", source.name));
        let mut events = watcher(api, config).default_backoff().boxed();
        let mut listed = 0;
        while let Some(event) = events.next().await {
            match event {
                Ok(Event::Init) => listed = 0,
                Ok(Event::InitApply(object)) => listed = version(&object).unwrap_or_default(),
                Ok(Event::InitDone) => self.saw(&source, listed),
                Ok(Event::Apply(object)) => self.saw(&source, version(&object).unwrap_or_default()),
                Ok(Event::Delete(_)) => self.saw(&source, 0),
                Err(error) => {
                    let error = crate::error::chain(&error);
                    tracing::warn!(%source, error, "failed to watch a source of values; trying again");
                }
            }
        }
    }

    async fn get(&self, source: &Source) -> Result<Option<Content>, helm_kube::Error> {
        let (client, namespace) = (self.client.clone(), &source.namespace);
        let found = match source.kind {
            SourceKind::Secret => Api::<Secret>::namespaced(client, namespace)
                .get_opt(&source.name)
                .await
                .map(|found| found.map(Content::from)),
            SourceKind::ConfigMap => Api::<ConfigMap>::namespaced(client, namespace)
                .get_opt(&source.name)
                .await
                .map(|found| found.map(Content::from)),
        };
        found.map_err(|error| helm_kube::Error::Get {
            object: ObjectRef {
                gvk: Gvk::new("v1", source.kind.name()),
                namespace: Some(source.namespace.clone()),
                name: source.name.clone(),
            },
            source: error.into(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a watch has seen another version than the one that a release was made with. A watch may be behind what was
/// read, but not before its first list.
fn is_news(seen: Option<Version>, used: Version) -> bool {
    seen.is_some_and(|seen| seen > used || (seen == 0 && used != 0))
}

/// A source as it was read.
struct Content {
    version: Version,
    data: HashMap<String, Vec<u8>>,
}

impl From<Secret> for Content {
    fn from(secret: Secret) -> Self {
        let data = secret.data.unwrap_or_default().into_iter();
        Self {
            version: secret
                .metadata
                .resource_version
                .and_then(|it| it.parse().ok())
                .unwrap_or(1),
            data: data.map(|(key, value)| (key, value.0)).collect(),
        }
    }
}

impl From<ConfigMap> for Content {
    fn from(map: ConfigMap) -> Self {
        let texts = map.data.unwrap_or_default().into_iter();
        let bytes = map.binary_data.unwrap_or_default().into_iter();
        let texts = texts.map(|(key, text)| (key, text.into_bytes()));
        Self {
            version: map
                .metadata
                .resource_version
                .and_then(|it| it.parse().ok())
                .unwrap_or(1),
            data: texts.chain(bytes.map(|(key, value)| (key, value.0))).collect(),
        }
    }
}

fn text(entry: &ValuesFrom, source: &Source, content: Option<&Content>) -> Result<Option<String>, SourceError> {
    let Some(content) = content else {
        return if entry.optional {
            Ok(None)
        } else {
            Err(SourceError::Missing(source.clone()))
        };
    };
    let (source_ref, key) = (source.clone(), entry.key.clone());
    match content.data.get(&entry.key) {
        Some(bytes) => String::from_utf8(bytes.clone())
            .map(Some)
            .map_err(|_| SourceError::NotText { source_ref, key }),
        None if entry.optional => Ok(None),
        None => Err(SourceError::MissingKey { source_ref, key }),
    }
}

/// What must not be told of what was found.
fn mask(found: &[Found<'_>]) -> Mask {
    let mut mask = Mask::default();
    for Found { entry, text, .. } in found {
        let Some(text) = text.as_ref().filter(|_| entry.kind == SourceKind::Secret) else {
            continue;
        };
        match goyaml::map_from_str(text) {
            Ok(values) if entry.target_path.is_none() => mask.add_values(&values),
            _ => mask.add(text),
        }
    }
    mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watch_brings_news_only_when_it_is_ahead() {
        for (seen, used, expected) in [
            (None, 0, false),
            (None, 7, false),
            (Some(7), 7, false),
            (Some(6), 7, false),
            (Some(8), 7, true),
            (Some(7), 0, true),
            (Some(0), 0, false),
            (Some(0), 7, true),
        ] {
            assert_eq!(is_news(seen, used), expected, "{seen:?} {used}");
        }
    }
}
