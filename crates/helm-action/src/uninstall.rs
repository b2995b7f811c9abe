//! The end of a release.

use futures::future::try_join_all;
use helm_kube::{Claim, Deletion, ObjectRef, Propagation, Record, is_kept};
use helm_release::{Hook, HookEvent, Status};
use k8s_openapi::jiff::Timestamp;
use kube::ResourceExt;

use crate::objects::{earlier, manifests, removal_order, to_json};
use crate::{Context, Error, History, hooks, sweep};

/// An object of an uninstalled release that is still there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remaining {
    /// Which object.
    pub object: ObjectRef,
    /// The finalizers that hold it.
    pub finalizers: Vec<String>,
}

/// Deletes all objects of a release but those that the chart keeps, in Helm's order, with the delete hooks around, and
/// then its records.
///
/// Where a record can't be read, or `was_deployed` says that there was one and there is none, the objects are found by
/// their marks.
///
/// Returns the objects that are slow to go. While there are any, the records stay, marked `uninstalling`, and the hooks
/// for after the deletion wait: call it again.
pub async fn uninstall(cx: &Context, history: &History, was_deployed: bool) -> Result<Vec<Remaining>, Error> {
    let mut record = history.last().cloned();
    if let Some(record) = &mut record {
        prepare(cx, record).await?;
    }
    let mut remaining = Vec::new();
    let mut objects = objects(cx, history).await?;
    if !history.unreadable().is_empty() || (record.is_none() && was_deployed) {
        objects = sweep::marked(cx).await?;
    }
    for wave in objects.chunk_by(|a, b| removal_order(a, b).is_eq()) {
        let left = try_join_all(wave.iter().map(|object| remove(cx, object))).await?;
        remaining.extend(left.into_iter().flatten());
    }
    if remaining.is_empty() {
        if let Some(record) = &mut record {
            run_hooks(cx, record, HookEvent::PostDelete).await?;
        }
        forget(cx, history).await?;
    }
    Ok(remaining)
}

/// Marks the release as being uninstalled and runs the hooks for before, once.
async fn prepare(cx: &Context, record: &mut Record) -> Result<(), Error> {
    let info = &mut record.release.info;
    if info.status != Status::Uninstalling {
        info.status = Status::Uninstalling;
        info.deleted = Timestamp::now().to_string();
        info.description = "Deletion in progress (or silently failed)".into();
        record.marks.stage = None;
    }
    if record.marks.stage == Some(HookEvent::PostDelete) {
        return Ok(());
    }
    run_hooks(cx, record, HookEvent::PreDelete).await?;
    let order = Hook::order(record.release.hooks(), HookEvent::PostDelete);
    hooks::enter(record, HookEvent::PostDelete, &order);
    Ok(cx.secrets.update(record).await?)
}

/// Runs hooks. One that fails is noted as failed, so that it runs again at the next attempt.
async fn run_hooks(cx: &Context, record: &mut Record, event: HookEvent) -> Result<(), Error> {
    let outcome = hooks::run(cx, record, event).await;
    if outcome.as_ref().is_err_and(|error| !error.is_transient()) {
        cx.secrets.update(record).await?;
    }
    outcome
}

/// Deletes an object, if it is the release's: an install that failed because an object of that name belongs to somebody
/// else must not delete it afterwards.
async fn remove(cx: &Context, object: &ObjectRef) -> Result<Option<Remaining>, Error> {
    let Some(live) = cx.cluster.get(object).await? else {
        return Ok(None);
    };
    if cx.ownership.claim(&to_json(&live)) != Claim::Ours {
        return Ok(None);
    }
    let deletion = if live.metadata.deletion_timestamp.is_some() {
        Deletion::Going {
            finalizers: live.finalizers().to_vec(),
        }
    } else {
        cx.cluster
            .delete(object, live.metadata.uid.as_deref(), Propagation::Background)
            .await?
    };
    Ok(match deletion {
        Deletion::Gone => None,
        Deletion::Going { finalizers } => Some(Remaining {
            object: object.clone(),
            finalizers,
        }),
    })
}

/// Deletes all records of a release, the newest last: it alone tells that there is something left to do.
async fn forget(cx: &Context, history: &History) -> Result<(), Error> {
    for unreadable in history.unreadable() {
        cx.secrets.delete_unreadable(unreadable).await?;
    }
    for record in history.records() {
        cx.secrets.delete(record).await?;
    }
    Ok(())
}

/// The objects that the release may have in the cluster, in the order of their removal, without those that the latest
/// revision which names them keeps.
async fn objects(cx: &Context, history: &History) -> Result<Vec<ObjectRef>, Error> {
    let mut seen: Vec<ObjectRef> = Vec::new();
    let mut found: Vec<ObjectRef> = Vec::new();
    for record in history.present().iter().rev() {
        for manifest in &manifests(record)? {
            let Some(object) = earlier(cx, manifest).await? else {
                continue;
            };
            let reference = ObjectRef::of(&object);
            if seen.contains(&reference) {
                continue;
            }
            seen.push(reference.clone());
            if !is_kept(&object) {
                found.push(reference);
            }
        }
    }
    found.sort_by(removal_order);
    Ok(found)
}
