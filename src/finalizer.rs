//! The end of a custom resource: its release is uninstalled before it goes.

use std::time::Duration;

use helm_action::{Context as ReleaseContext, History, Remaining, Slot, observe, uninstall};
use k8s_openapi::jiff::Timestamp;
use kube::ResourceExt;
use kube::api::{DynamicObject, Patch, PatchParams};
use serde_json::json;

use crate::error::ReconcileError;
use crate::events::Happening;
use crate::reconcile::{Next, Resource, refuse_foreign, tell_revision};
use crate::request::{FINALIZER, LEGACY_FINALIZER, is_finalized};
use crate::status::{Facts, summarize};

/// Uninstalls the release of a custom resource that is being deleted, waits until its objects are gone, and lets the
/// resource go.
pub(crate) async fn finalize(resource: &Resource<'_>, slot: Slot) -> Result<Next, ReconcileError> {
    let Resource { cx, key, object, .. } = *resource;
    cx.dependents.forget(key);
    cx.memory.forget(key);
    if !is_finalized(object) {
        return Ok(Next::Event);
    }
    let mut release = resource.release_context("", slot)?;
    let history = observe(&release.secrets, &release.ownership.release, false)
        .await
        .map_err(ReconcileError::Uninstall)?;
    if let Some(last) = history.last() {
        tell_revision(last.release.version);
        // The record tells all that there is: a chart that can't be loaded any more holds nothing up.
        last.release.chart.name().clone_into(&mut release.ownership.chart);
    }
    let chart = cx.charts.current(&resource.watch.chart).ok();
    if let Err(foreign) = refuse_foreign(&release, &history, chart.as_deref(), resource.wishes.adopt) {
        tracing::warn!(release = %key, reason = %foreign, "left the release alone");
    } else if was_installed(object, &history) {
        warn_of_unreadable(resource, &history).await;
        if !is_uninstalled(resource, &release, &history).await? {
            return Ok(Next::After(patience(object)));
        }
    }
    tracing::info!(release = %key, "Removing finalizer");
    release_object(resource).await?;
    Ok(Next::Event)
}

/// Whether there may be anything of the release: its records may have been deleted by hand.
fn was_installed(object: &DynamicObject, history: &History) -> bool {
    let is_recorded = history.last().is_some() || !history.unreadable().is_empty();
    is_recorded || was_deployed(object)
}

/// Whether the status tells of a deployed release.
fn was_deployed(object: &DynamicObject) -> bool {
    object
        .data
        .pointer("/status/deployedRelease")
        .is_some_and(|release| !release.is_null())
}

async fn warn_of_unreadable(resource: &Resource<'_>, history: &History) {
    for unreadable in history.unreadable() {
        let note = format!(
            "Release record {} can't be read ({}): the objects of the release are found by their marks",
            unreadable.name, unreadable.reason
        );
        tracing::warn!(release = %resource.key, "{note}");
        resource.publish(Happening::RecordUnreadable, &note).await;
    }
}

/// Uninstalls the release; says whether it is gone, and tells what is waited for if not.
async fn is_uninstalled(
    resource: &Resource<'_>,
    release: &ReleaseContext,
    history: &History,
) -> Result<bool, ReconcileError> {
    let Resource { cx, key, object, .. } = *resource;
    tracing::info!(release = %key, "Uninstall wait");
    let left = uninstall(release, history, was_deployed(object)).await;
    resource.publish_notices(release).await;
    let left = left.map_err(ReconcileError::Uninstall)?;
    if let Some(first) = left.first() {
        tell_waiting(resource, waiting(left.len(), first)).await?;
        cx.dependents.await_end(key, left.iter().map(|left| &left.object)).await;
        return Ok(false);
    }
    tracing::info!(release = %key, "Uninstalled release");
    let note = match resource.wishes.uninstall_description.as_deref() {
        None | Some("") => "Uninstalled release".to_owned(),
        Some(description) => format!("Uninstalled release: {description}"),
    };
    resource.publish(Happening::Uninstalled, &note).await;
    Ok(true)
}

fn waiting(count: usize, first: &Remaining) -> String {
    let held = match first.finalizers.as_slice() {
        [] => String::new(),
        finalizers => format!(" held by finalizer {}", finalizers.join(", ")),
    };
    format!(
        "Waiting until all resources are deleted. {count} left, the first is {}{held}",
        first.object
    )
}

/// How soon to look again for objects whose end the watches do not tell: the longer it takes already, the later.
fn patience(object: &DynamicObject) -> Duration {
    let since = object
        .metadata
        .deletion_timestamp
        .as_ref()
        .map_or_else(Timestamp::now, |time| time.0);
    let waited = Duration::try_from(Timestamp::now().duration_since(since)).unwrap_or_default();
    (waited / 4).clamp(Duration::from_millis(500), Duration::from_secs(30))
}

async fn tell_waiting(resource: &Resource<'_>, what: String) -> Result<(), ReconcileError> {
    tracing::info!(release = %resource.key, "{what}");
    let status = summarize(&Facts {
        generation: resource.object.metadata.generation.unwrap_or_default(),
        deployed: None,
        objects: &[],
        failure: None,
        waiting: Some(what),
        mistakes: &[],
        is_secret: true,
        paused: None,
    });
    resource.write_status(status).await
}

/// Takes our finalizers off, and nobody else's.
async fn release_object(resource: &Resource<'_>) -> Result<(), ReconcileError> {
    let latest = resource.cx.primaries.get(resource.key);
    let object = latest.as_deref().unwrap_or(resource.object);
    let others: Vec<&String> = object
        .finalizers()
        .iter()
        .filter(|name| *name != FINALIZER && *name != LEGACY_FINALIZER)
        .collect();
    let patch = json!({"metadata": {"resourceVersion": object.resource_version(), "finalizers": others}});
    let result = resource
        .api()
        .await?
        .patch(&object.name_any(), &PatchParams::default(), &Patch::Merge(&patch))
        .await;
    match result {
        Ok(_) => Ok(()),
        Err(kube::Error::Api(answer)) if answer.code == 404 => Ok(()),
        Err(source) => Err(resource.update_error(source)),
    }
}
