//! What is written to the custom resource itself: its finalizer and its status.

use k8s_openapi::jiff::Timestamp;
use kube::ResourceExt;
use kube::api::{Api, DynamicObject, Patch, PatchParams};
use serde_json::json;

use super::memory::Memo;
use super::{Context, Next, period};
use crate::error::{ReconcileError, Retry};
use crate::events::Happening;
use crate::request::{FINALIZER, Key, Wishes, is_finalized, owner};
use crate::status::{Facts, Failure, Paused, publish, says, summarize};

/// Puts the finalizer on, before anything else exists.
pub(super) async fn finalized(
    cx: &Context,
    key: &Key,
    object: &DynamicObject,
) -> Result<DynamicObject, ReconcileError> {
    if is_finalized(object) {
        return Ok(object.clone());
    }
    let mut finalizers = object.finalizers().to_vec();
    finalizers.push(FINALIZER.to_owned());
    let patch = json!({"metadata": {"resourceVersion": object.resource_version(), "finalizers": finalizers}});
    let updated = api(cx, object)
        .await?
        .patch(&object.name_any(), &PatchParams::default(), &Patch::Merge(&patch))
        .await;
    let updated = updated.map_err(|source| update_error(object, source))?;
    cx.primaries.put(key, updated.clone());
    Ok(updated)
}

/// The API of the custom resource's kind.
pub(crate) async fn api(cx: &Context, object: &DynamicObject) -> Result<Api<DynamicObject>, ReconcileError> {
    let owner = owner(object);
    let gvk = helm_kube::Gvk::new(owner.api_version, owner.kind);
    let kind = cx
        .cluster
        .discovery()
        .find(&gvk)
        .await
        .map_err(ReconcileError::Update)?;
    Ok(cx.cluster.api(&kind, object.namespace().as_deref()))
}

pub(crate) fn update_error(object: &DynamicObject, source: kube::Error) -> ReconcileError {
    let owner = owner(object);
    let object = helm_kube::ObjectRef {
        gvk: helm_kube::Gvk::new(owner.api_version, owner.kind),
        namespace: owner.namespace,
        name: owner.name,
    };
    ReconcileError::Update(helm_kube::Error::Apply {
        object,
        source: source.into(),
    })
}

/// What is told of a failure: all of it but what Secrets say.
fn told(cx: &Context, key: &Key, error: &ReconcileError) -> String {
    cx.sources.masked(key, error.chain())
}

/// Writes the status, if it changes.
pub(crate) async fn report(
    cx: &Context,
    key: &Key,
    object: &DynamicObject,
    wishes: &Wishes,
    memo: Option<&Memo>,
    failure: Option<(&ReconcileError, Option<String>)>,
) -> Result<(), ReconcileError> {
    let mut objects = memo.map(|memo| memo.objects.clone()).unwrap_or_default();
    cx.dependents.refresh(&mut objects);
    let (failure, waiting) = failure.map_or((None, None), |(error, waiting)| (Some(error), waiting));
    let status = summarize(&Facts {
        generation: object.metadata.generation.unwrap_or_default(),
        deployed: memo.map(|memo| &*memo.record),
        objects: &objects,
        failure: failure.map(|error| Failure::new(error, told(cx, key, error))),
        waiting,
        mistakes: &wishes.mistakes,
        is_secret: cx.watches.get(key.watch).reads_secrets(),
        paused: wishes.paused.then(Paused::default),
    });
    write_status(cx, key, object, status).await
}

pub(crate) async fn write_status(
    cx: &Context,
    key: &Key,
    object: &DynamicObject,
    status: serde_json::Value,
) -> Result<(), ReconcileError> {
    let current = cx.primaries.get(key);
    let seen = current.as_deref().unwrap_or(object);
    let Some(status) = publish(seen, status, &Timestamp::now().to_string()) else {
        return Ok(());
    };
    let patch = json!({ "status": status });
    let written = api(cx, object)
        .await?
        .patch_status(&object.name_any(), &PatchParams::default(), &Patch::Merge(&patch))
        .await;
    match written {
        Ok(updated) => {
            cx.primaries.put(key, updated);
            Ok(())
        }
        Err(kube::Error::Api(answer)) if answer.code == 404 => Ok(()),
        Err(source) => Err(update_error(object, source)),
    }
}

/// Tells of a failure and decides when to try again.
pub(super) async fn fail(
    cx: &Context,
    key: &Key,
    object: &DynamicObject,
    wishes: &Wishes,
    error: &ReconcileError,
) -> Next {
    let conflict = match error {
        ReconcileError::Install(error)
        | ReconcileError::Upgrade(error)
        | ReconcileError::Rollback(error)
        | ReconcileError::Reconcile(error) => error.is_conflict(),
        ReconcileError::Update(error) => error.is_conflict(),
        _ => false,
    };
    if conflict {
        tracing::debug!(release = %key, error = told(cx, key, error), "somebody else was faster; trying again");
        return Next::Backoff;
    }
    let text = told(cx, key, error);
    tracing::error!(release = %key, reason = ?error.reason(), error = text, "failed to reconcile");
    let latest = cx.primaries.get(key);
    let is_news = !says(latest.as_deref().unwrap_or(object), error.reason(), &text);
    let memo = cx.memory.get(key);
    if let Err(second) = report(cx, key, object, wishes, memo.as_ref(), Some((error, None))).await {
        tracing::warn!(release = %key, error = second.chain(), "failed to report a failure");
    }
    if is_news {
        cx.events
            .publish(object, Happening::Failed(error.reason()), &text)
            .await;
    }
    match error.retry() {
        Retry::Backoff => Next::Backoff,
        Retry::Never => period(cx, &cx.watches.get(key.watch), wishes),
    }
}
