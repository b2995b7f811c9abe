//! What the API server serves.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use kube::Client;
use kube::core::ApiResource;
use kube::core::discovery::v2::{APIGroupDiscoveryList, APIResourceDiscovery};

use crate::object::api_version;
use crate::{Error, Gvk};

/// A kind that the server serves.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiKind {
    /// Group, version, kind and plural.
    pub resource: ApiResource,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
    /// Whether its objects can be listed and deleted.
    pub kept: bool,
}

/// A snapshot of what the server serves.
#[derive(Clone, Debug, Default)]
pub struct Discovery {
    kinds: HashMap<Gvk, ApiKind>,
    /// The server's version, such as `v1.36.3`.
    pub kube_version: String,
    /// All `group/version`s and `group/version/Kind`s, as templates ask for them through `.Capabilities.APIVersions`.
    pub api_versions: Vec<String>,
}

impl Discovery {
    /// Asks the server: two requests for its APIs (aggregated discovery), one for its version.
    pub async fn fetch(client: &Client) -> Result<Self, Error> {
        let discover = |error: kube::Error| Error::Discover(error.into());
        let (core, groups, version) = futures::try_join!(
            client.list_core_api_versions_aggregated(),
            client.list_api_groups_aggregated(),
            client.apiserver_version(),
        )
        .map_err(discover)?;
        let mut discovery = Self {
            kube_version: version.git_version,
            ..Self::default()
        };
        discovery.add(core);
        discovery.add(groups);
        discovery.api_versions.sort();
        Ok(discovery)
    }

    /// The kind `gvk`, if the server serves it.
    pub fn find(&self, gvk: &Gvk) -> Option<&ApiKind> {
        self.kinds.get(gvk)
    }

    /// The kind under another version of its group, if the server serves one.
    pub fn other_version(&self, gvk: &Gvk) -> Option<&Gvk> {
        let mut others: Vec<&Gvk> = self
            .kinds
            .keys()
            .filter(|other| other.group() == gvk.group() && other.kind == gvk.kind)
            .collect();
        others.sort();
        others.into_iter().next()
    }

    /// The kinds whose objects can be listed and deleted, each in one of its versions.
    pub fn kinds(&self) -> Vec<&ApiKind> {
        let mut kinds: Vec<&ApiKind> = self.kinds.values().filter(|kind| kind.kept).collect();
        let name = |kind: &ApiKind| (kind.resource.group.clone(), kind.resource.kind.clone());
        kinds.sort_by_key(|kind| (name(kind), kind.resource.version.clone()));
        kinds.dedup_by_key(|kind| name(kind));
        kinds
    }

    fn add(&mut self, list: APIGroupDiscoveryList) {
        for item in list.items {
            let group = item.metadata.and_then(|metadata| metadata.name).unwrap_or_default();
            for served in item.versions {
                let version = served.version.unwrap_or_default();
                let api_version = api_version(&group, &version);
                for resource in served.resources {
                    self.add_resource(&group, &version, &api_version, resource);
                }
                self.api_versions.push(api_version);
            }
        }
    }

    fn add_resource(&mut self, group: &str, version: &str, api_version: &str, served: APIResourceDiscovery) {
        let Some(kind) = served.response_kind.and_then(|response| response.kind) else {
            return;
        };
        let resource = ApiResource {
            group: group.to_owned(),
            version: version.to_owned(),
            api_version: api_version.to_owned(),
            kind: kind.clone(),
            plural: served.resource.unwrap_or_default(),
        };
        let namespaced = served.scope.as_deref() == Some("Namespaced");
        let can = |verb: &str| served.verbs.iter().any(|known| known == verb);
        let kept = can("list") && can("delete");
        self.api_versions.push(format!("{api_version}/{kind}"));
        self.kinds.entry(Gvk::new(api_version, kind)).or_insert(ApiKind {
            resource,
            namespaced,
            kept,
        });
    }
}

/// The snapshot that all of a process shares; fetched again when a kind is asked for that it does not have.
#[derive(Clone)]
pub struct SharedDiscovery {
    client: Client,
    current: Arc<RwLock<Snapshot>>,
}

struct Snapshot {
    discovery: Arc<Discovery>,
    fetched: Instant,
}

/// How often a kind is asked for that is about to be served.
const POLL: Duration = Duration::from_millis(50);

/// A kind that is not there is asked for again at most this often.
const REFRESH_INTERVAL: Duration = Duration::from_millis(500);

impl SharedDiscovery {
    /// Fetches the first snapshot.
    pub async fn new(client: Client) -> Result<Self, Error> {
        let discovery = Arc::new(Discovery::fetch(&client).await?);
        let snapshot = Snapshot {
            discovery,
            fetched: Instant::now(),
        };
        Ok(Self {
            client,
            current: Arc::new(RwLock::new(snapshot)),
        })
    }

    /// The snapshot as it is.
    pub fn current(&self) -> Arc<Discovery> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner).discovery)
    }

    /// Fetches a new snapshot.
    pub async fn refresh(&self) -> Result<Arc<Discovery>, Error> {
        let discovery = Arc::new(Discovery::fetch(&self.client).await?);
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *current = Snapshot {
            discovery: Arc::clone(&discovery),
            fetched: Instant::now(),
        };
        Ok(discovery)
    }

    /// The kind `gvk`. A kind that the snapshot lacks is looked for in a new one, so that a definition applied a moment
    /// ago is found.
    pub async fn find(&self, gvk: &Gvk) -> Result<ApiKind, Error> {
        if let Some(kind) = self.current().find(gvk) {
            return Ok(kind.clone());
        }
        if self.age() >= REFRESH_INTERVAL
            && let Some(kind) = self.refresh().await?.find(gvk)
        {
            return Ok(kind.clone());
        }
        Err(Error::UnknownKind(gvk.clone()))
    }

    /// Waits until all of these kinds are served: a definition is established some time before.
    pub async fn await_served(&self, kinds: &[Gvk], patience: Duration) -> Result<(), Error> {
        let deadline = Instant::now() + patience;
        loop {
            let discovery = self.refresh().await?;
            let Some(missing) = kinds.iter().find(|gvk| discovery.find(gvk).is_none()) else {
                return Ok(());
            };
            if Instant::now() >= deadline {
                return Err(Error::UnknownKind(missing.clone()));
            }
            tokio::time::sleep(POLL).await;
        }
    }

    fn age(&self) -> Duration {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .fetched
            .elapsed()
    }
}
