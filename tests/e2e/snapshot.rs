//! What is in the cluster, without what the server or a controller makes of it.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use futures::future::join_all;
use kube::api::{Api, DeleteParams, DynamicObject, ListParams};
use kube::core::ApiResource;
use kube::discovery::{Discovery, verbs};
use kube::{Client, ResourceExt};
use serde_json::{Map, Value, json};

/// How long objects may take to come to rest; loaded machines are slow.
const PATIENCE: Duration = Duration::from_mins(2);

/// Kinds that controllers fill, or that tell of work.
const MADE_BY_CONTROLLERS: &[&str] = &[
    "ControllerRevision",
    "CSINode",
    "EndpointSlice",
    "Endpoints",
    "Event",
    "IPAddress",
    "Lease",
    "Node",
    "PersistentVolume",
    "Pod",
    "ReplicaSet",
];

/// Which object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Id {
    pub(crate) kind: String,
    pub(crate) group: String,
    pub(crate) namespace: String,
    pub(crate) name: String,
}

impl fmt::Display for Id {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}/{}", self.kind, self.namespace, self.name)
    }
}

struct Found {
    resource: ApiResource,
    object: Value,
}

/// All objects of the cluster, or some of them.
pub(crate) struct Snapshot(BTreeMap<Id, Found>);

impl Snapshot {
    /// All objects of the cluster but those that controllers make.
    pub(crate) async fn take(client: &Client) -> Self {
        let discovery = Discovery::new(client.clone()).run_aggregated().await.unwrap();
        let resources = discovery
            .groups()
            .flat_map(kube::discovery::ApiGroup::recommended_resources)
            .filter(|(resource, abilities)| {
                abilities.supports_operation(verbs::LIST) && !MADE_BY_CONTROLLERS.contains(&resource.kind.as_str())
            })
            .map(|(resource, _)| resource);
        let found = join_all(resources.map(|resource| list(client, resource))).await;
        Self(found.into_iter().flatten().collect())
    }

    /// The objects of one namespace, and those elsewhere that carry a release of it as their own.
    pub(crate) fn of_namespace(self, namespace: &str) -> Self {
        let is_its = |id: &Id, found: &Found| {
            let marked = &found.object["metadata"]["annotations"]["meta.helm.sh/release-namespace"];
            id.namespace == namespace || marked == namespace
        };
        Self(self.0.into_iter().filter(|(id, found)| is_its(id, found)).collect())
    }

    /// The objects that were not there `before`.
    pub(crate) fn since(mut self, before: &Self) -> Self {
        self.0.retain(|id, _| !before.0.contains_key(id));
        self
    }

    /// Whether there is nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The objects as they can be compared.
    pub(crate) fn comparable(&self) -> BTreeMap<Id, Value> {
        let each = self.0.iter();
        each.map(|(id, found)| (id.clone(), comparable(&found.object)))
            .collect()
    }

    /// Whether all workloads have all the replicas that they want.
    fn is_up(&self) -> bool {
        self.0.iter().all(|(id, found)| match id.kind.as_str() {
            "Deployment" | "StatefulSet" => {
                let object = &found.object;
                let count = |pointer: &str| object.pointer(pointer).and_then(Value::as_u64).unwrap_or_default();
                count("/status/observedGeneration") == count("/metadata/generation")
                    && count("/status/readyReplicas") == count("/spec/replicas")
            }
            _ => true,
        })
    }

    /// Deletes all of them, whatever holds them.
    pub(crate) async fn delete(&self, client: &Client) {
        for (id, found) in &self.0 {
            let api = api(client, &found.resource, &id.namespace);
            if found.object["metadata"]["finalizers"].is_array() && id.kind != "Namespace" {
                let patch = kube::api::Patch::Merge(json!({"metadata": {"finalizers": null}}));
                // It may be gone by now; then there is nothing to do.
                let _ = api.patch(&id.name, &kube::api::PatchParams::default(), &patch).await;
            }
            let _ = api.delete(&id.name, &DeleteParams::background()).await;
        }
    }
}

/// Takes snapshots until two that follow each other agree, and every workload is up.
pub(crate) async fn at_rest(take: impl AsyncFn() -> Snapshot) -> Snapshot {
    let start = Instant::now();
    let mut last = take().await;
    loop {
        tokio::time::sleep(Duration::from_millis(400)).await;
        let next = take().await;
        let same = next.comparable() == last.comparable();
        if same && (next.is_up() || start.elapsed() > PATIENCE / 4) {
            return next;
        }
        assert!(start.elapsed() < PATIENCE, "the cluster does not come to rest");
        last = next;
    }
}

async fn list(client: &Client, resource: ApiResource) -> Vec<(Id, Found)> {
    let api: Api<DynamicObject> = Api::all_with(client.clone(), &resource);
    // A kind may go while it is asked for.
    let Ok(list) = api.list(&ListParams::default()).await else {
        return Vec::new();
    };
    let items = list
        .items
        .into_iter()
        .filter(|object| !is_left_out(&resource.kind, object));
    items
        .map(|object| {
            let id = Id {
                kind: resource.kind.clone(),
                group: resource.group.clone(),
                namespace: object.namespace().unwrap_or_default(),
                name: object.name_any(),
            };
            let resource = resource.clone();
            let object = serde_json::to_value(object).unwrap();
            (id, Found { resource, object })
        })
        .collect()
}

/// What others make in every namespace or for every object, and release records.
fn is_left_out(kind: &str, object: &DynamicObject) -> bool {
    let name = object.name_any();
    let is_controlled = |owner: &k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference| {
        owner.controller == Some(true) && owner.api_version != "e2e.example.com/v1"
    };
    let is_everywhere = match kind {
        "ConfigMap" => name == "kube-root-ca.crt",
        "ServiceAccount" => name == "default",
        "Secret" => object.data["type"] == "helm.sh/release.v1",
        "APIService" => object
            .labels()
            .contains_key("kube-aggregator.kubernetes.io/automanaged"),
        kind => kind == "Demo",
    };
    is_everywhere || object.owner_references().iter().any(is_controlled)
}

fn api(client: &Client, resource: &ApiResource, namespace: &str) -> Api<DynamicObject> {
    if namespace.is_empty() {
        Api::all_with(client.clone(), resource)
    } else {
        Api::namespaced_with(client.clone(), namespace, resource)
    }
}

/// Labels and annotations that tell whose an object is, or that controllers write.
const MARKS: &[&str] = &[
    "helm.sdk.operatorframework.io/chart",
    "operator-sdk/primary-resource",
    "operator-sdk/primary-resource-type",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-name",
    "job-name",
    "controller-uid",
    "pv.kubernetes.io/bind-completed",
    "pv.kubernetes.io/bound-by-controller",
    "volume.beta.kubernetes.io/storage-provisioner",
    "volume.kubernetes.io/storage-provisioner",
    "volume.kubernetes.io/selected-node",
    "kubernetes.io/service-account.uid",
];

/// Fields that the server or a controller fills with what differs from one object to the next.
const ASSIGNED: &[&str] = &[
    "clusterIP",
    "clusterIPs",
    "healthCheckNodePort",
    "nodePort",
    "volumeName",
    "caBundle",
];

/// The object without what differs each time that it is made, and without the marks of who made it.
fn comparable(object: &Value) -> Value {
    let mut object = object.clone();
    let Some(map) = object.as_object_mut() else {
        return object;
    };
    map.remove("status");
    if map.get("type").and_then(Value::as_str) == Some("kubernetes.io/service-account-token") {
        map.remove("data");
    }
    if let Some(metadata) = map.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.retain(|key, _| {
            !matches!(
                key.as_str(),
                "uid" | "resourceVersion" | "creationTimestamp" | "managedFields" | "ownerReferences"
            )
        });
    }
    strip(&mut object);
    object
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(map) => strip_map(map),
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

fn strip_map(map: &mut Map<String, Value>) {
    map.retain(|key, value| {
        let is_mark = MARKS.contains(&key.as_str()) || key.starts_with("chartwright.dev/");
        let is_assigned = ASSIGNED.contains(&key.as_str()) && *value != "None";
        !is_mark && !is_assigned
    });
    map.values_mut().for_each(strip);
}
