//! A custom resource as one look finds it, and what is written to it: its finalizer, its status, its events.

use std::sync::Arc;
use std::time::Duration;

use helm_action::Context as ReleaseContext;
use helm_kube::{Gvk, ObjectRef};
use k8s_openapi::jiff::Timestamp;
use kube::ResourceExt;
use kube::api::{Api, DynamicObject, Patch, PatchParams};
use serde_json::json;

use super::memory::Memo;
use super::{Context, Next};
use crate::error::{ReconcileError, Retry};
use crate::events::Happening;
use crate::request::{FINALIZER, Key, Wishes, is_finalized, owner};
use crate::status::{Facts, Failure, Paused, publish, says, summarize};
use crate::watches::Watch;

/// A custom resource as one look at it finds it.
#[derive(Clone, Copy)]
pub(crate) struct Resource<'a> {
    pub(crate) cx: &'a Context,
    pub(crate) key: &'a Key,
    pub(crate) watch: &'a Arc<Watch>,
    pub(crate) object: &'a DynamicObject,
    pub(crate) wishes: &'a Wishes,
}

impl Resource<'_> {
    /// Puts the finalizer on, before anything else exists.
    pub(super) async fn finalized(&self) -> Result<DynamicObject, ReconcileError> {
        let object = self.object;
        if is_finalized(object) {
            return Ok(object.clone());
        }
        let mut finalizers = object.finalizers().to_vec();
        finalizers.push(FINALIZER.to_owned());
        let patch = json!({"metadata": {"resourceVersion": object.resource_version(), "finalizers": finalizers}});
        let updated = self
            .api()
            .await?
            .patch(&object.name_any(), &PatchParams::default(), &Patch::Merge(&patch))
            .await;
        let updated = updated.map_err(|source| self.update_error(source))?;
        self.cx.primaries.put(self.key, updated.clone());
        Ok(updated)
    }

    /// The API of the custom resource's kind.
    pub(crate) async fn api(&self) -> Result<Api<DynamicObject>, ReconcileError> {
        let discovery = self.cx.cluster.discovery();
        let kind = discovery.find(&self.reference().gvk).await;
        let kind = kind.map_err(ReconcileError::Update)?;
        Ok(self.cx.cluster.api(&kind, self.object.namespace().as_deref()))
    }

    pub(crate) fn update_error(&self, source: kube::Error) -> ReconcileError {
        ReconcileError::Update(helm_kube::Error::Apply {
            object: self.reference(),
            source: source.into(),
        })
    }

    fn reference(&self) -> ObjectRef {
        let owner = owner(self.object);
        ObjectRef {
            gvk: Gvk::new(owner.api_version, owner.kind),
            namespace: owner.namespace,
            name: owner.name,
        }
    }

    /// When to look again at a release that is as it should be.
    pub(super) fn period(&self) -> Next {
        self.wait().map_or(Next::Event, Next::After)
    }

    fn wait(&self) -> Option<Duration> {
        let asked = self.wishes.reconcile_period.or(self.watch.reconcile_period);
        Some(asked.unwrap_or(self.cx.settings.reconcile_period)).filter(|period| !period.is_zero())
    }

    /// A text without what the Secrets say that its values come from.
    pub(super) fn masked(&self, text: String) -> String {
        self.cx.sources.masked(self.key, text)
    }

    /// Keeps in mind for the next look how the release is.
    pub(super) fn remember(&self, memo: Memo) {
        self.cx.memory.put(self.key, memo);
    }

    /// Publishes what happened to the release.
    pub(crate) async fn publish(&self, happening: Happening, note: &str) {
        self.cx.events.publish(self.object, happening, note).await;
    }

    /// Publishes what happened to one object of the release, or to its record.
    pub(super) async fn publish_about(&self, happening: Happening, note: &str, related: &ObjectRef) {
        let events = &self.cx.events;
        events.publish_about(self.object, happening, note, related).await;
    }

    /// Publishes what a user should know of an operation.
    pub(crate) async fn publish_notices(&self, release: &ReleaseContext) {
        self.cx.events.publish_notices(self.object, &release.notices).await;
    }

    /// Writes the status, if it changes.
    pub(super) async fn report(
        &self,
        memo: Option<&Memo>,
        failure: Option<&ReconcileError>,
    ) -> Result<(), ReconcileError> {
        let mut objects = memo.map(|memo| memo.objects.clone()).unwrap_or_default();
        self.cx.dependents.tell(self.key, &mut objects);
        let status = summarize(&Facts {
            generation: self.object.metadata.generation.unwrap_or_default(),
            deployed: memo.map(|memo| &*memo.record),
            objects: &objects,
            failure: failure.map(|error| Failure::new(error, self.masked(error.chain()))),
            waiting: None,
            mistakes: &self.wishes.mistakes,
            is_secret: self.watch.reads_secrets(),
            paused: self.wishes.paused.then(Paused::default),
        });
        self.write_status(status).await
    }

    pub(crate) async fn write_status(&self, status: serde_json::Value) -> Result<(), ReconcileError> {
        let current = self.cx.primaries.get(self.key);
        let seen = current.as_deref().unwrap_or(self.object);
        let Some(status) = publish(seen, status, &Timestamp::now().to_string()) else {
            return Ok(());
        };
        let patch = json!({ "status": status });
        let written = self
            .api()
            .await?
            .patch_status(&self.object.name_any(), &PatchParams::default(), &Patch::Merge(&patch))
            .await;
        match written {
            Ok(updated) => {
                self.cx.primaries.put(self.key, updated);
                Ok(())
            }
            Err(kube::Error::Api(answer)) if answer.code == 404 => Ok(()),
            Err(source) => Err(self.update_error(source)),
        }
    }

    /// Tells of a failure and decides when to try again.
    pub(super) async fn fail(&self, error: &ReconcileError) -> Next {
        let key = self.key;
        let text = self.masked(error.chain());
        if error.is_conflict() {
            tracing::debug!(release = %key, error = text, "somebody else was faster; trying again");
            return Next::Backoff;
        }
        tracing::error!(release = %key, reason = ?error.reason(), error = text, "failed to reconcile");
        let latest = self.cx.primaries.get(key);
        let is_news = !says(latest.as_deref().unwrap_or(self.object), error.reason(), &text);
        let memo = self.cx.memory.get(key);
        if let Err(second) = self.report(memo.as_ref(), Some(error)).await {
            tracing::warn!(release = %key, error = second.chain(), "failed to report a failure");
        }
        if is_news {
            self.publish(Happening::Failed(error.reason()), &text).await;
        }
        match error.retry() {
            Retry::Backoff => Next::Backoff,
            Retry::Never => Next::Stuck(self.wait()),
        }
    }
}
