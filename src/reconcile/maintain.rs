//! A release whose spec has nothing new to say: what is deployed is kept as it is.

use helm_action::{Context as ReleaseContext, History, Repaired, Tracked, check};
use helm_kube::{ObjectRef, Record};
use helm_release::Status;
use kube::api::DynamicObject;

use super::Context;
use super::memory::{Memo, kept};
use super::resource::report;
use crate::dependents::Causes;
use crate::error::ReconcileError;
use crate::events::Happening;
use crate::request::{Key, Wishes};

/// The resource can't be made into a release: what is deployed is kept as it is, and remembered, so that the status goes
/// on telling of it.
pub(super) async fn keep(
    cx: &Context,
    key: &Key,
    object: &DynamicObject,
    release: &ReleaseContext,
    history: &History,
    causes: &Causes,
) -> Result<(), ReconcileError> {
    remember_deployed(cx, key, history);
    let Some(mut memo) = cx.memory.get(key) else {
        return Ok(());
    };
    // A revision with a later one half over it can't be told from drift.
    if history
        .last()
        .is_none_or(|last| last.release.info.status != Status::Deployed)
    {
        return Ok(());
    }
    let mut release = release.clone();
    memo.record
        .release
        .chart
        .name()
        .clone_into(&mut release.ownership.chart);
    if memo.objects.is_empty() {
        memo.objects = checked(cx, key, object, &release, &memo.record).await?;
    } else {
        let drifted = read(&release, causes).await;
        let drifted = drifted.map_err(|error| ReconcileError::Reconcile(error.into()))?;
        repair_drift(cx, key, object, &release, &mut memo, drifted).await?;
    }
    track(cx, key, &memo.objects).await;
    cx.memory.put(key, memo);
    Ok(())
}

/// Watches the objects of a release, unless its watch asks for a check at each period instead.
pub(super) async fn track(cx: &Context, key: &Key, objects: &[Tracked]) {
    if cx.watches.get(key.watch).watch_dependent_resources {
        cx.dependents.track(key, objects).await;
    } else {
        cx.dependents.forget(key);
    }
}

/// Remembers the deployed revision of a release that nothing is remembered of: the operator was started just now.
pub(super) fn remember_deployed(cx: &Context, key: &Key, history: &History) {
    if let (None, Some(deployed)) = (cx.memory.get(key), history.deployed()) {
        let record = kept(deployed.clone());
        cx.memory.put(
            key,
            Memo {
                made_from: None,
                watch: cx.watches.get(key.watch),
                chart: [0; 32],
                asked: None,
                is_paused: false,
                record,
                objects: Vec::new(),
            },
        );
    }
}

/// A release that is in sync: drift is repaired, and a change of readiness told. Without a cause, nothing is asked or
/// written at all. Says whether it was in sync: somebody else may have changed the release itself.
pub(super) async fn maintain(
    cx: &Context,
    key: &Key,
    object: &DynamicObject,
    wishes: &Wishes,
    mut memo: Memo,
    causes: &Causes,
    release: &ReleaseContext,
) -> Result<bool, ReconcileError> {
    let is_watched = cx.watches.get(key.watch).watch_dependent_resources;
    // The causes are taken: if this comes to nothing, the next look must be a complete one.
    cx.memory.put(
        key,
        Memo {
            made_from: None,
            ..memo.clone()
        },
    );
    let mut drifted = Vec::new();
    if !is_watched || !causes.drifted.is_empty() {
        let reads = futures::future::try_join(release.secrets.is_current(&memo.record), read(release, causes)).await;
        let (is_current, found) = reads.map_err(|error| ReconcileError::Reconcile(error.into()))?;
        if !is_current {
            tracing::info!(release = %key, "the release was changed by somebody else");
            return Ok(false);
        }
        drifted = found;
    }
    if !is_watched {
        memo.objects = checked(cx, key, object, release, &memo.record).await?;
    } else if !drifted.is_empty() {
        repair_drift(cx, key, object, release, &mut memo, drifted).await?;
        track(cx, key, &memo.objects).await;
    }
    report(cx, key, object, wishes, Some(&memo), None).await?;
    cx.memory.put(key, memo);
    Ok(true)
}

/// Checks all objects of a stored revision, brings back what is gone or differs, and tells of it.
pub(super) async fn checked(
    cx: &Context,
    key: &Key,
    object: &DynamicObject,
    release: &ReleaseContext,
    record: &Record,
) -> Result<Vec<Tracked>, ReconcileError> {
    let outcome = check(release, record).await;
    cx.events.publish_notices(object, &release.notices).await;
    let (objects, repaired) = outcome.map_err(ReconcileError::Reconcile)?;
    tell_repaired(cx, key, object, &repaired).await;
    Ok(objects)
}

/// An object that may have drifted, as it is now; `None` if it is gone.
type Drifted = (ObjectRef, Option<DynamicObject>);

/// Reads the objects that may have drifted.
async fn read(release: &ReleaseContext, causes: &Causes) -> Result<Vec<Drifted>, helm_kube::Error> {
    let read = causes.drifted.iter().map(async |reference| {
        let live = release.cluster.get(reference).await?;
        Ok((reference.clone(), live))
    });
    futures::future::try_join_all(read).await
}

/// Brings back the objects that may have drifted.
async fn repair_drift(
    cx: &Context,
    key: &Key,
    object: &DynamicObject,
    release: &ReleaseContext,
    memo: &mut Memo,
    drifted: Vec<Drifted>,
) -> Result<(), ReconcileError> {
    for (reference, live) in drifted {
        let outcome = helm_action::repair(release, &memo.record, &reference, live).await;
        cx.events.publish_notices(object, &release.notices).await;
        let outcome = outcome.map_err(ReconcileError::Reconcile)?;
        let Some((tracked, repaired)) = outcome else { continue };
        tell_repaired(cx, key, object, repaired.as_slice()).await;
        memo.objects.retain(|known| known.object != reference);
        memo.objects.push(tracked);
    }
    Ok(())
}

async fn tell_repaired(cx: &Context, key: &Key, object: &DynamicObject, repaired: &[Repaired]) {
    for repaired in repaired {
        let reference = &repaired.tracked.object;
        let what = match &repaired.difference {
            Some(difference) => format!(
                "{reference}: `{}` was changed and is as the chart says again",
                difference.pointer
            ),
            None => format!("{reference} was deleted and is back"),
        };
        tracing::info!(release = %key, object = %reference, "Reconciled release: {what}");
        cx.events
            .publish_about(object, Happening::DriftRepaired, &what, reference)
            .await;
    }
}
