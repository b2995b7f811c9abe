//! Objects of any kind: read, create, apply, delete.

use std::fmt::Debug;
use std::sync::Arc;

use kube::api::{Api, DeleteParams, DynamicObject, ListParams, Patch, PatchParams, PostParams, PropagationPolicy};
use kube::{Client, ResourceExt};
use serde::Serialize;
use serde_json::{Value, json};

use crate::impersonate::{self, Access};
use crate::left_alone::scale_entries;
use crate::{ApiKind, Error, Gvk, ObjectRef, SharedDiscovery, fingerprint};

/// The name under which our fields stand in `metadata.managedFields`.
pub const FIELD_MANAGER: &str = "chartwright";

/// Field managers that wrote releases before us; what they own of our fields becomes ours.
const FORMER_MANAGERS: &[&str] = &[
    "helm",
    "helm-operator",
    "helm-operator-plugins",
    "manager",
    "kubectl-client-side-apply",
    "before-first-apply",
];

/// What a request left behind.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The object as the server has it now.
    pub object: DynamicObject,
    /// The fingerprint of our fields in it.
    pub fingerprint: u64,
}

/// What happens to an object's own dependents when it is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Propagation {
    /// They follow it, later: Helm's default.
    Background,
    /// They go first.
    Foreground,
    /// They stay.
    Orphan,
}

/// What a delete request came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deletion {
    /// The object is not there any more.
    Gone,
    /// It is on its way out and goes when these finalizers, or its grace period, let it.
    Going {
        /// The finalizers that hold it.
        finalizers: Vec<String>,
    },
}

/// A connection to a cluster and what it serves. Clones share both.
#[derive(Clone)]
pub struct Cluster {
    client: Client,
    user: Option<Arc<str>>,
    discovery: SharedDiscovery,
}

impl Cluster {
    /// Connects and asks the server what it serves.
    pub async fn new(client: Client) -> Result<Self, Error> {
        let discovery = SharedDiscovery::new(client.clone()).await?;
        Ok(Self {
            client,
            user: None,
            discovery,
        })
    }

    /// The same cluster for requests in the name of `user`. What it serves is asked in our own.
    pub fn acting_as(&self, user: &str) -> Result<Self, Error> {
        Ok(Self {
            client: impersonate::acting_as(&self.client, user)?,
            user: Some(user.into()),
            discovery: self.discovery.clone(),
        })
    }

    /// Whether whoever this acts for may do something.
    pub async fn may(&self, access: &Access) -> Result<bool, Error> {
        impersonate::may(&self.client, access).await
    }

    /// In whose name requests are made; `None` if it is our own.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// The client.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// What the server serves.
    pub fn discovery(&self) -> &SharedDiscovery {
        &self.discovery
    }

    /// Whether objects of the kind live in namespaces.
    pub async fn is_namespaced(&self, gvk: &Gvk) -> Result<bool, Error> {
        Ok(self.discovery.find(gvk).await?.namespaced)
    }

    /// The API for objects of one kind, in `namespace` if the kind is namespaced.
    pub fn api(&self, kind: &ApiKind, namespace: Option<&str>) -> Api<DynamicObject> {
        match namespace.filter(|_| kind.namespaced) {
            Some(namespace) => Api::namespaced_with(self.client.clone(), namespace, &kind.resource),
            None => Api::all_with(self.client.clone(), &kind.resource),
        }
    }

    /// Reads an object; `None` if it, or its kind, is not there.
    pub async fn get(&self, object: &ObjectRef) -> Result<Option<DynamicObject>, Error> {
        match self.api_of(object).await {
            Ok(api) => api.get_opt(&object.name).await.map_err(|source| Error::Get {
                object: object.clone(),
                source: source.into(),
            }),
            Err(Error::UnknownKind(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Creates an object; it must not exist.
    pub async fn create(&self, desired: &Value) -> Result<Applied, Error> {
        let object = ObjectRef::of(desired);
        self.post(&object, desired.clone(), &post_params())
            .await
            .map(Applied::from)
    }

    /// Applies an object (server-side apply), taking every field that it sets. An object that is not there is made.
    pub async fn apply(&self, desired: &Value) -> Result<Applied, Error> {
        let params = PatchParams::apply(FIELD_MANAGER).force();
        self.patch(ObjectRef::of(desired), &params, &Patch::Apply(desired))
            .await
    }

    /// Asks what an apply would come to, without doing it.
    pub async fn try_apply(&self, desired: &Value) -> Result<Applied, Error> {
        let params = PatchParams::apply(FIELD_MANAGER).force().dry_run();
        self.patch(ObjectRef::of(desired), &params, &Patch::Apply(desired))
            .await
    }

    /// Asks what a new object would become, under a name that the server makes up: its own may be taken.
    pub async fn try_create(&self, desired: &Value) -> Result<DynamicObject, Error> {
        let object = ObjectRef::of(desired);
        let mut unnamed = desired.clone();
        if let Some(metadata) = unnamed.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.remove("name");
            metadata.insert("generateName".into(), json!(format!("{}-", object.name)));
        }
        let params = PostParams {
            dry_run: true,
            ..post_params()
        };
        let mut made = self.post(&object, unnamed, &params).await?;
        made.metadata.name = Some(object.name);
        made.metadata.generate_name = None;
        Ok(made)
    }

    async fn post(&self, object: &ObjectRef, body: Value, params: &PostParams) -> Result<DynamicObject, Error> {
        let api = self.api_of(object).await?;
        let fail = |source: kube::Error| Error::Create {
            object: object.clone(),
            source: source.into(),
        };
        let body = serde_json::from_value(body).map_err(|error| fail(kube::Error::SerdeError(error)))?;
        api.create(params, &body).await.map_err(fail)
    }

    /// Merges an object into what is there: lists become those that it has, without the items of others.
    pub async fn overwrite(&self, desired: &Value) -> Result<Applied, Error> {
        self.merge(&ObjectRef::of(desired), desired).await
    }

    /// Merges a patch into an object.
    pub async fn merge(&self, object: &ObjectRef, patch: &Value) -> Result<Applied, Error> {
        self.patch(object.clone(), &by_us(), &Patch::Merge(patch)).await
    }

    /// Asks what a merge would come to, without doing it.
    pub async fn try_merge(&self, object: &ObjectRef, patch: &Value) -> Result<Applied, Error> {
        self.patch(object.clone(), &by_us().dry_run(), &Patch::Merge(patch))
            .await
    }

    /// Puts an object in the place of the one that is there. A resource version in it must still be the current one.
    pub async fn replace(&self, desired: &Value) -> Result<Applied, Error> {
        self.put(desired, &post_params()).await
    }

    /// Asks what a replacement would come to, without doing it.
    pub async fn try_replace(&self, desired: &Value) -> Result<Applied, Error> {
        let params = PostParams {
            dry_run: true,
            ..post_params()
        };
        self.put(desired, &params).await
    }

    async fn put(&self, desired: &Value, params: &PostParams) -> Result<Applied, Error> {
        let object = ObjectRef::of(desired);
        let api = self.api_of(&object).await?;
        let fail = |source: kube::Error| Error::Apply {
            object: object.clone(),
            source: source.into(),
        };
        let body: DynamicObject =
            serde_json::from_value(desired.clone()).map_err(|error| fail(kube::Error::SerdeError(error)))?;
        api.replace(&object.name, params, &body)
            .await
            .map(Applied::from)
            .map_err(fail)
    }

    /// Lists the objects of a kind in a namespace that carry these labels.
    pub async fn list(&self, gvk: &Gvk, namespace: Option<&str>, labels: &str) -> Result<Vec<DynamicObject>, Error> {
        let kind = self.discovery.find(gvk).await?;
        let list = self
            .api(&kind, namespace)
            .list(&ListParams::default().labels(labels))
            .await;
        list.map(|list| list.items).map_err(|source| Error::List {
            what: format!("{} of {labels}", kind.resource.plural),
            source: source.into(),
        })
    }

    async fn patch<P: Serialize + Debug>(
        &self,
        object: ObjectRef,
        params: &PatchParams,
        patch: &Patch<P>,
    ) -> Result<Applied, Error> {
        let api = self.api_of(&object).await?;
        api.patch(&object.name, params, patch)
            .await
            .map(Applied::from)
            .map_err(|source| Error::Apply {
                object,
                source: source.into(),
            })
    }

    /// Makes what `live`'s former managers own, and what we own through our create request, ours in the way of
    /// server-side apply, so that a field which leaves the chart leaves the object. Sends nothing where there is
    /// nothing to take over. Returns the object as it is then.
    pub async fn take_over(&self, live: DynamicObject) -> Result<DynamicObject, Error> {
        let Some(patch) = migration(&live) else { return Ok(live) };
        let patch: json_patch::Patch = serde_json::from_value(patch).unwrap_or_default();
        let patch = Patch::<()>::Json(patch);
        let applied = self.patch(reference(&live), &PatchParams::default(), &patch).await?;
        Ok(applied.object)
    }

    /// Gives an object that was made in the place of `former` back to those who have scaled that one.
    pub async fn keep_scaled(&self, made: Applied, former: &Value) -> Result<Applied, Error> {
        let entries = scale_entries(former);
        if entries.is_empty() {
            return Ok(made);
        }
        let additions: Vec<Value> = entries
            .iter()
            .map(|entry| json!({"op": "add", "path": "/metadata/managedFields/-", "value": entry}))
            .collect();
        let patch: json_patch::Patch = serde_json::from_value(json!(additions)).unwrap_or_default();
        let patch = Patch::<()>::Json(patch);
        self.patch(reference(&made.object), &PatchParams::default(), &patch)
            .await
    }

    /// Deletes an object; one that is gone already counts as deleted. `uid` guards against deleting a later object of
    /// the same name, which is left alone.
    pub async fn delete(
        &self,
        object: &ObjectRef,
        uid: Option<&str>,
        propagation: Propagation,
    ) -> Result<Deletion, Error> {
        let api = match self.api_of(object).await {
            Ok(api) => api,
            Err(Error::UnknownKind(_)) => return Ok(Deletion::Gone),
            Err(error) => return Err(error),
        };
        let mut params = DeleteParams {
            propagation_policy: Some(propagation.into()),
            ..DeleteParams::default()
        };
        if let Some(uid) = uid {
            let preconditions = kube::api::Preconditions {
                uid: Some(uid.to_owned()),
                resource_version: None,
            };
            params = params.preconditions(preconditions);
        }
        match api.delete(&object.name, &params).await {
            // Some kinds answer with the object although it is gone; only one that is still there has the timestamp.
            Ok(answer) => Ok(
                match answer.left().filter(|live| live.metadata.deletion_timestamp.is_some()) {
                    Some(live) => Deletion::Going {
                        finalizers: live.finalizers().to_vec(),
                    },
                    None => Deletion::Gone,
                },
            ),
            Err(kube::Error::Api(status)) if status.code == 404 => Ok(Deletion::Gone),
            Err(kube::Error::Api(status)) if status.code == 409 && uid.is_some() => Ok(Deletion::Gone),
            Err(source) => Err(Error::Delete {
                object: object.clone(),
                source: source.into(),
            }),
        }
    }

    async fn api_of(&self, object: &ObjectRef) -> Result<Api<DynamicObject>, Error> {
        let kind = self.discovery.find(&object.gvk).await?;
        Ok(self.api(&kind, object.namespace.as_deref()))
    }
}

/// Whether [`Cluster::take_over`] would send anything for an object.
pub fn has_former_managers(live: &DynamicObject) -> bool {
    migration(live).is_some()
}

impl From<DynamicObject> for Applied {
    fn from(object: DynamicObject) -> Self {
        let fingerprint = fingerprint(object.managed_fields());
        Self { object, fingerprint }
    }
}

impl From<Propagation> for PropagationPolicy {
    fn from(propagation: Propagation) -> Self {
        match propagation {
            Propagation::Background => Self::Background,
            Propagation::Foreground => Self::Foreground,
            Propagation::Orphan => Self::Orphan,
        }
    }
}

/// A request in our name that makes or replaces something.
pub(crate) fn post_params() -> PostParams {
    PostParams {
        dry_run: false,
        field_manager: Some(FIELD_MANAGER.into()),
    }
}

/// A patch in our name.
fn by_us() -> PatchParams {
    PatchParams {
        field_manager: Some(FIELD_MANAGER.into()),
        ..PatchParams::default()
    }
}

/// The name of a live object.
fn reference(live: &DynamicObject) -> ObjectRef {
    let types = live.types.clone().unwrap_or_default();
    ObjectRef {
        gvk: Gvk::new(types.api_version, types.kind),
        namespace: live.metadata.namespace.clone(),
        name: live.name_any(),
    }
}

/// The JSON patch that turns the entries of former managers into ours; `None` if there are none.
///
/// The first such entry becomes our Apply entry (or is dropped where we have one); the fields of the others are left to
/// the apply that follows, which takes the ones that the chart sets, so they are dropped as well.
fn migration(live: &DynamicObject) -> Option<Value> {
    let entries = live.managed_fields();
    let is_former = |index: usize| {
        let entry = &entries[index];
        let manager = entry.manager.as_deref().unwrap_or_default();
        let by_us = manager == FIELD_MANAGER && entry.operation.as_deref() == Some("Update");
        entry.subresource.as_deref().unwrap_or_default().is_empty() && (by_us || FORMER_MANAGERS.contains(&manager))
    };
    let former: Vec<usize> = (0..entries.len()).filter(|index| is_former(*index)).collect();
    let heir = *former.first()?;
    let is_ours = |index: &usize| {
        entries[*index].manager.as_deref() == Some(FIELD_MANAGER)
            && entries[*index].operation.as_deref() == Some("Apply")
    };
    let have_ours = (0..entries.len()).any(|index| is_ours(&index));
    let mut managed: Vec<Value> = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        if !former.contains(&index) {
            managed.push(serde_json::to_value(entry).ok()?);
        } else if index == heir && !have_ours {
            let mut entry = serde_json::to_value(entry).ok()?;
            entry["manager"] = json!(FIELD_MANAGER);
            entry["operation"] = json!("Apply");
            managed.push(entry);
        }
    }
    Some(json!([
        // With another version than the current one, the server answers with a conflict.
        {"op": "replace", "path": "/metadata/resourceVersion", "value": live.metadata.resource_version},
        {"op": "replace", "path": "/metadata/managedFields", "value": managed},
    ]))
}
