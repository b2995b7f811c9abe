//! What a release should be.

use std::sync::Arc;
use std::time::Duration;

use helm_kube::{Cluster, ObjectRef, Ownership, Readiness, Secrets};
use helm_release::{ChartRecord, Hook, Manifest};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;

use crate::{ApplyPolicy, Notices, Slot};

/// A rendered release: what is to be in the cluster, and what its record is to say.
#[derive(Clone, Debug)]
pub struct Desired {
    /// The digest of everything that it was rendered from.
    pub inputs: String,
    /// What the record keeps of the chart.
    pub chart: ChartRecord,
    /// The user's values.
    pub config: govalue::Value,
    /// The documents in Helm's order.
    pub manifests: Vec<Manifest>,
    /// The same as text.
    pub manifest: String,
    /// The hooks.
    pub hooks: Vec<Hook>,
    /// The definitions in `crds/`, brought out before anything else.
    pub definitions: Vec<Manifest>,
    /// The rendered NOTES.txt.
    pub notes: String,
    /// What happened, for the record; Helm's words if empty.
    pub description: String,
}

/// Where and on whose behalf an operation acts.
#[derive(Clone)]
pub struct Context {
    /// The cluster.
    pub cluster: Cluster,
    /// The records of the release's namespace.
    pub secrets: Secrets,
    /// The marks that the release's objects carry.
    pub ownership: Ownership,
    /// The owner of the records, where one is possible.
    pub record_owner: Option<OwnerReference>,
    /// How objects are applied.
    pub policy: Arc<ApplyPolicy>,
    /// What is to be told of the operation.
    pub notices: Notices,
    /// How many revisions are kept.
    pub max_history: usize,
    /// How long one hook may take.
    pub hook_timeout: Duration,
    /// Whether hooks are left out.
    pub disable_hooks: bool,
    /// The place among the operations that run at once; given back while a hook is waited for.
    pub slot: Slot,
}

/// An object of a release, as it was when it was last applied or checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracked {
    /// Which object.
    pub object: ObjectRef,
    /// Its UID.
    pub uid: String,
    /// Its resource version: later states of the object have higher ones.
    pub version: u64,
    /// The fingerprint of our fields in it.
    pub fingerprint: u64,
    /// How far it is from ready.
    pub readiness: Readiness,
}
