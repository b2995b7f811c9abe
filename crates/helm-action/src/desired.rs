//! What a release should be.

use std::sync::Arc;
use std::time::Duration;

use helm_kube::{Cluster, ObjectRef, Ownership, Pods, Readiness, Record, Secrets};
use helm_release::{ChartRecord, Hook, Manifest};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;

use crate::objects::manifests;
use crate::{ApplyPolicy, Error, Notices, Slot};

/// A rendered release: what is to be in the cluster, and what its record is to say.
#[derive(Clone, Debug, Default)]
pub struct Desired {
    /// The digest of everything that it was rendered from; empty for what another tool rendered.
    pub inputs: String,
    /// The digests of the single inputs, as [`helm_kube::Marks::sources`] keeps them.
    pub sources: Option<String>,
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
    /// Why the revision is made, for the record; see [`crate::cause`].
    pub cause: String,
    /// What the record is to say instead of what happened and why, if not empty.
    pub description: String,
}

impl Desired {
    /// What a record has: its revision once more.
    pub fn of(record: &Record) -> Result<Self, Error> {
        let release = &record.release;
        Ok(Self {
            inputs: record.inputs.clone().unwrap_or_default(),
            sources: record.marks.sources.clone(),
            chart: release.chart.clone(),
            config: release.config.clone(),
            manifests: manifests(record)?,
            manifest: release.manifest.clone(),
            hooks: release.hooks().to_vec(),
            definitions: Vec::new(),
            notes: release.info.notes.clone(),
            cause: String::new(),
            description: String::new(),
        })
    }

    /// The content of an earlier attempt at the same inputs in place of what was rendered now: random parts stay as they
    /// were sent.
    pub(crate) fn as_attempted(&self, attempt: &Record) -> Result<Self, Error> {
        Ok(Self {
            definitions: self.definitions.clone(),
            cause: self.cause.clone(),
            description: self.description.clone(),
            ..Self::of(attempt)?
        })
    }
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
    /// Whether objects are put in place of those that are there, whatever others added, as `helm --force` does.
    pub force: bool,
    /// The inputs whose failure is the reason for the operation, when it is a rollback.
    pub refused: Option<String>,
    /// Objects of the deployed revision that are known to be as it left them, but for what controllers do: nobody has to
    /// read them. None, if that is not known of any.
    pub untouched: Vec<Tracked>,
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
    /// Its resource version, as it was seen last: later states of the object have higher ones.
    pub version: u64,
    /// The fingerprint of our fields in it.
    pub fingerprint: u64,
    /// Whether somebody has scaled it, so that a field of the chart may be his.
    pub is_scaled: bool,
    /// How far it is from ready.
    pub readiness: Readiness,
    /// Its pods, if it is a workload.
    pub pods: Pods,
    /// What selects them, if it is a workload that can be scaled.
    pub selector: Option<Box<str>>,
}
