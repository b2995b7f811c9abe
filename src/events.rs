//! Events on custom resources: what happened to their releases.

mod recorder;

use std::sync::Arc;

use helm_kube::ObjectRef;
use k8s_openapi::api::core::v1::ObjectReference;
use kube::Client;
use kube::api::{DynamicObject, ObjectMeta};

use self::recorder::{Recorder, Told};
use crate::metrics::{Metrics, names};
use crate::request::Key;

/// Publishes events. An event that can't be published is logged and forgotten: it must never hold up a release.
#[derive(Clone)]
pub struct Events {
    recorder: Arc<Recorder>,
    metrics: Arc<Metrics>,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// A first revision was deployed.
    Installed,
    /// A later revision was deployed.
    Upgraded,
    /// A release that another tool made was taken over as it is.
    Adopted,
    /// An earlier revision was brought out again.
    RolledBack,
    /// All tests that were asked for passed.
    TestsPassed,
    /// A test that was asked for failed.
    TestsFailed,
    /// A revision's record is too large for one Secret.
    RecordSplit,
    /// A revision's record can't be read.
    RecordUnreadable,
    /// The release is gone.
    Uninstalled,
    /// An object was brought back.
    DriftRepaired,
    /// An operation went on, but a user should know of something: in one word, and whether it is amiss.
    Noticed(&'static str, bool),
    /// A reconcile failed.
    Failed(crate::status::Reason),
    /// A value of the watch was put over the resource's.
    OverrideValuesInUse,
}

impl Happening {
    fn reason(self) -> String {
        match self {
            Self::Noticed(reason, _) => reason.into(),
            Self::Failed(reason) => format!("{reason:?}"),
            happening => format!("{happening:?}"),
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Installed
            | Self::Upgraded
            | Self::Adopted
            | Self::RolledBack
            | Self::TestsPassed
            | Self::Uninstalled
            | Self::DriftRepaired
            | Self::Noticed(_, false) => "Normal",
            Self::Failed(_)
            | Self::TestsFailed
            | Self::RecordSplit
            | Self::RecordUnreadable
            | Self::OverrideValuesInUse
            | Self::Noticed(_, true) => "Warning",
        }
    }
}

/// The most bytes of a note that the API takes.
const MAX_NOTE: usize = 1024;

impl Events {
    /// Publishes through `client` in the operator's name.
    pub fn new(client: Client, metrics: Arc<Metrics>) -> Self {
        Self {
            recorder: Arc::new(Recorder::new(client)),
            metrics,
        }
    }

    /// Publishes what a user should know of the operations on the release of `object`, and counts the hooks that ran.
    pub async fn publish_notices(&self, object: &DynamicObject, notices: &helm_action::Notices) {
        for hook in notices.take_hooks() {
            let result = if hook.has_succeeded { "success" } else { "failure" };
            let labels = [hook.event.name(), result];
            self.metrics.observe(&names::HOOK_TIME, &labels, hook.took);
        }
        for notice in notices.take() {
            let happening = Happening::Noticed(notice.reason(), notice.is_warning());
            self.publish_related(object, happening, &notice.to_string(), notice.object())
                .await;
        }
    }

    /// Publishes what happened to one object of the release of `object`, or to its record.
    pub async fn publish_about(&self, object: &DynamicObject, happening: Happening, note: &str, related: &ObjectRef) {
        self.publish_related(object, happening, note, Some(related)).await;
    }

    /// Forgets what was counted of a release that is gone.
    pub fn forget(&self, kind: &str, key: &Key) {
        let namespace = key.namespace.as_deref().unwrap_or_default();
        self.metrics
            .forget(&names::DRIFT_REPAIRED, &[kind, &key.name, namespace]);
    }

    /// Publishes what happened to the release of `object`.
    pub async fn publish(&self, object: &DynamicObject, happening: Happening, note: &str) {
        self.publish_related(object, happening, note, None).await;
    }

    async fn publish_related(
        &self,
        object: &DynamicObject,
        happening: Happening,
        note: &str,
        related: Option<&ObjectRef>,
    ) {
        let types = object.types.clone().unwrap_or_default();
        let ObjectMeta {
            name, namespace, uid, ..
        } = object.metadata.clone();
        if happening == Happening::DriftRepaired {
            let (name, namespace) = (name.as_deref(), namespace.as_deref());
            let labels = [&types.kind, name.unwrap_or_default(), namespace.unwrap_or_default()];
            self.metrics.add(&names::DRIFT_REPAIRED, &labels, 1.0);
        }
        let reference = ObjectReference {
            api_version: Some(types.api_version),
            kind: Some(types.kind),
            name,
            namespace,
            uid,
            ..Default::default()
        };
        let told = Told {
            regarding: reference,
            related: related.map(reference_to),
            kind: happening.kind(),
            reason: happening.reason(),
            note: truncate(note).to_owned(),
        };
        if let Err(error) = self.recorder.publish(told).await {
            tracing::debug!(error = %crate::error::chain(&error), "failed to publish an event");
        }
    }
}

fn reference_to(object: &ObjectRef) -> ObjectReference {
    ObjectReference {
        api_version: Some(object.gvk.api_version.clone()),
        kind: Some(object.gvk.kind.clone()),
        name: Some(object.name.clone()),
        namespace: object.namespace.clone(),
        ..ObjectReference::default()
    }
}

fn truncate(note: &str) -> &str {
    let mut end = note.len().min(MAX_NOTE);
    while !note.is_char_boundary(end) {
        end -= 1;
    }
    &note[..end]
}
