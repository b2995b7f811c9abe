//! Brings a release to what it should be: a first install, an upgrade, or either of them once more.

use std::collections::BTreeMap;

use futures::future::try_join_all;
use helm_kube::{Claim, Marks, ObjectRef, Propagation, Readiness, Record, drop_duplicates, is_kept, readiness};
use helm_release::{Hook, HookExecution, Info, Manifest, Release, Status, install_rank};
use k8s_openapi::jiff::Timestamp;
use kube::api::DynamicObject;
use serde_json::Value;

use crate::definitions::{await_served, define, is_unserved};
use crate::error::chain;
use crate::notice::Notice;
use crate::objects::{self, earlier, manifests, object_of, put, removal_order, stamp, to_json, track};
use crate::{Context, Desired, Error, History, Operation, Tracked, hooks, send};

/// A revision that was brought out.
#[derive(Clone, Debug)]
pub struct Deployed {
    /// Its record.
    pub record: Record,
    /// Its objects.
    pub objects: Vec<Tracked>,
}

/// Makes `revision` of the release out of `desired`.
///
/// The record is written before anything else and says `deployed` after everything else. When a step fails it says
/// `failed` and why; the revision that was deployed before keeps its record, and its objects that the new one does not
/// name are left alone. After a failure that says nothing about the release, such as an API server that does not answer,
/// the record stays as it is: the next attempt goes on where this one ended.
pub async fn deploy(
    cx: &Context,
    history: &History,
    desired: &Desired,
    revision: u32,
    operation: Operation,
) -> Result<Deployed, Error> {
    let attempt = same_attempt(history, desired, revision, operation);
    let recorded = attempt.map(|attempt| desired.as_attempted(attempt)).transpose()?;
    let desired = recorded.as_ref().unwrap_or(desired);
    let mut record = match attempt.filter(|attempt| attempt.release.info.status == operation.pending()) {
        // It was cut off: its hooks go on where they ended.
        Some(attempt) => attempt.clone(),
        None => begin(cx, history, desired, revision, operation).await?,
    };
    match bring_out(cx, history, desired, &mut record, operation).await {
        Ok(objects) => {
            supersede(cx, history, revision).await?;
            let words = match desired.description.as_str() {
                "" => operation.done(&desired.cause),
                words => words.to_owned(),
            };
            finish(cx, &mut record, Status::Deployed, words).await?;
            prune(cx, history, revision).await?;
            Ok(Deployed { record, objects })
        }
        Err(error) if error.is_transient() => Err(error),
        Err(error) => {
            let words = operation.failed(&record.release.name, &chain(&error));
            // The record only reports; the error that is returned is the one that matters.
            if let Err(second) = finish(cx, &mut record, Status::Failed, words).await {
                tracing::warn!(
                    release = record.release.name,
                    error = chain(&second),
                    "failed to record a failure"
                );
            }
            Err(error)
        }
    }
}

/// The record of an earlier attempt at the same, if `revision` is one.
fn same_attempt<'a>(
    history: &'a History,
    desired: &Desired,
    revision: u32,
    operation: Operation,
) -> Option<&'a Record> {
    let attempt = history.find(revision)?;
    let status = attempt.release.info.status;
    let is_same = attempt.inputs.as_deref().unwrap_or_default() == desired.inputs
        && attempt.marks.rollback_to == operation.rollback_to()
        && (status == Status::Failed || status == operation.pending());
    is_same.then_some(attempt)
}

/// Writes the record of a new attempt.
async fn begin(
    cx: &Context,
    history: &History,
    desired: &Desired,
    revision: u32,
    operation: Operation,
) -> Result<Record, Error> {
    let mut record = pending(cx, history, desired, revision, operation);
    if let Some(earlier) = history.find(revision) {
        clear_attempt(cx, history, desired, revision).await?;
        record.parts.clone_from(&earlier.parts);
        record.version.clone_from(&earlier.version);
        cx.secrets.update(&mut record).await?;
    } else {
        make_room(cx, history, desired).await?;
        cx.secrets.create(&mut record).await?;
    }
    Ok(record)
}

/// Deletes the oldest attempts since the deployed revision, so that failures do not fill the history either.
async fn make_room(cx: &Context, history: &History, desired: &Desired) -> Result<(), Error> {
    let deployed = history.deployed().map(|record| record.release.version);
    let is_attempt = |record: &&Record| deployed.is_some_and(|deployed| record.release.version > deployed);
    let surplus = surplus(history.records().len(), cx.max_history);
    for attempt in history.records().iter().filter(is_attempt).take(surplus) {
        clear_attempt(cx, history, desired, attempt.release.version).await?;
        cx.secrets.delete(attempt).await?;
    }
    Ok(())
}

fn pending(cx: &Context, history: &History, desired: &Desired, revision: u32, operation: Operation) -> Record {
    let now = Timestamp::now().to_string();
    let release = Release {
        name: cx.ownership.release.clone(),
        namespace: cx.ownership.namespace.clone(),
        version: revision,
        info: Info {
            first_deployed: history.first_deployed().unwrap_or(&now).to_owned(),
            last_deployed: now,
            status: operation.pending(),
            description: operation.begun().into(),
            notes: desired.notes.clone(),
            ..Info::default()
        },
        chart: desired.chart.clone(),
        config: desired.config.clone(),
        manifest: desired.manifest.clone(),
        hooks: Some(never_run(&desired.hooks)),
        ..Release::default()
    };
    Record {
        release,
        inputs: Some(desired.inputs.clone()).filter(|inputs| !inputs.is_empty()),
        marks: Marks {
            sources: desired.sources.clone(),
            stage: None,
            rollback_to: operation.rollback_to(),
            refused: cx.refused.clone(),
            tests: history.last().and_then(|last| last.marks.tests.clone()),
        },
        owner: cx.record_owner.clone(),
        ..Record::default()
    }
}

fn never_run(hooks: &[Hook]) -> Vec<Hook> {
    let never = |hook: &Hook| Hook {
        last_run: HookExecution::default(),
        ..hook.clone()
    };
    hooks.iter().map(never).collect()
}

/// Before the record of an attempt that failed is written over: deletes its objects that the new attempt has not. Nothing
/// would tell of them afterwards.
async fn clear_attempt(cx: &Context, history: &History, desired: &Desired, revision: u32) -> Result<(), Error> {
    let is_attempt =
        |record: &&Record| record.release.version == revision && record.release.manifest != desired.manifest;
    let Some(attempt) = history.present().iter().find(is_attempt) else {
        return Ok(());
    };
    let mut previous = previous_objects(cx, std::slice::from_ref(attempt)).await?;
    // What the deployed revision has as well is dealt with when the new one is out.
    for object in previous_objects(cx, history.deployed().map_or(&[], std::slice::from_ref))
        .await?
        .keys()
    {
        previous.remove(object);
    }
    let mut wanted = Vec::with_capacity(desired.manifests.len());
    for manifest in &desired.manifests {
        wanted.extend(objects::reference(cx, manifest).await?);
    }
    remove_orphans(cx, &previous, &wanted).await
}

async fn finish(cx: &Context, record: &mut Record, status: Status, words: String) -> Result<(), Error> {
    record.release.info.status = status;
    record.release.info.description = words;
    record.marks.stage = None;
    Ok(cx.secrets.update(record).await?)
}

/// Everything between the record's `pending` and its `deployed`.
async fn bring_out(
    cx: &Context,
    history: &History,
    desired: &Desired,
    record: &mut Record,
    operation: Operation,
) -> Result<Vec<Tracked>, Error> {
    let (before, after) = operation.hooks();
    Box::pin(define(cx, &desired.definitions)).await?;
    hooks::run(cx, record, before).await?;
    let previous = previous_objects(cx, history.present()).await?;
    let objects = send(cx, &desired.manifests, &previous).await?;
    let references: Vec<ObjectRef> = objects.iter().map(|tracked| tracked.object.clone()).collect();
    remove_orphans(cx, &previous, &references).await?;
    hooks::run(cx, record, after).await?;
    Ok(objects)
}

/// Objects of earlier revisions, each as those that name it have it, in their order: an attempt that was cut off may or
/// may not have sent its own.
pub(crate) type Previous = BTreeMap<ObjectRef, Vec<Value>>;

/// The objects of these revisions.
pub(crate) async fn previous_objects(cx: &Context, records: &[Record]) -> Result<Previous, Error> {
    let mut previous = Previous::new();
    for record in records {
        for manifest in &manifests(record)? {
            if let Some(object) = earlier(cx, manifest).await? {
                previous.entry(ObjectRef::of(&object)).or_default().push(object);
            }
        }
    }
    Ok(previous)
}

/// Sends all objects: kind by kind in Helm's order, all of one kind at once.
async fn send(cx: &Context, manifests: &[Manifest], previous: &Previous) -> Result<Vec<Tracked>, Error> {
    let mut tracked = Vec::with_capacity(manifests.len());
    for wave in manifests.chunk_by(|a, b| install_rank(&a.head.kind) == install_rank(&b.head.kind)) {
        let sent = try_join_all(wave.iter().map(|manifest| send_one(cx, manifest, previous))).await?;
        tracked.extend(sent.into_iter().flatten());
        let definitions = wave
            .iter()
            .filter(|manifest| manifest.head.kind == "CustomResourceDefinition");
        for definition in definitions {
            await_served(cx, object_of(definition)?.as_slice()).await?;
        }
    }
    Ok(tracked)
}

async fn send_one(cx: &Context, manifest: &Manifest, previous: &Previous) -> Result<Option<Tracked>, Error> {
    let Some(mut object) = object_of(manifest)? else {
        return Ok(None);
    };
    let duplicates = drop_duplicates(&mut object);
    match stamp(&cx.cluster, &cx.ownership, &mut object).await {
        // A hook may have defined the kind a moment ago.
        Err(error) if is_unserved(&error) => {
            cx.cluster.discovery().refresh().await?;
            stamp(&cx.cluster, &cx.ownership, &mut object).await?;
        }
        outcome => outcome?,
    }
    let reference = ObjectRef::of(&object);
    for duplicate in duplicates {
        let object = reference.clone();
        cx.notices
            .add(&cx.ownership.release, Notice::Duplicate { object, duplicate });
    }
    let before = previous.get(&reference).map_or(&[][..], Vec::as_slice);
    if let Some(tracked) = send::bring_untouched(cx, &object, before).await? {
        return Ok(Some(tracked));
    }
    let applied = if cx.force && !before.is_empty() {
        put(cx, &object, before).await?
    } else {
        send::bring(cx, &object, before).await?.applied()
    };
    if reference.gvk.kind == "CustomResourceDefinition" && !is_ready(&reference, &applied.object) {
        hooks::await_ready(cx, &reference, "install").await?;
    }
    Ok(Some(track(&object, &applied)))
}

fn is_ready(reference: &ObjectRef, live: &DynamicObject) -> bool {
    readiness(&reference.gvk, &to_json(live)) == Readiness::Ready
}

/// Deletes what earlier revisions had and this one has not, but for objects that the chart keeps or that are somebody
/// else's by now.
async fn remove_orphans(cx: &Context, previous: &Previous, now: &[ObjectRef]) -> Result<(), Error> {
    for (reference, live) in orphans(cx, previous, now).await? {
        cx.cluster
            .delete(reference, live.metadata.uid.as_deref(), Propagation::Background)
            .await?;
    }
    Ok(())
}

/// What [`remove_orphans`] deletes, in its order, each as it is.
pub(crate) async fn orphans<'a>(
    cx: &Context,
    previous: &'a Previous,
    now: &[ObjectRef],
) -> Result<Vec<(&'a ObjectRef, DynamicObject)>, Error> {
    let mut orphans: Vec<&ObjectRef> = previous
        .iter()
        .filter(|(_, versions)| !versions.last().is_some_and(is_kept))
        .filter(|(reference, _)| !now.iter().any(|wanted| same(wanted, reference)))
        .map(|(reference, _)| reference)
        .collect();
    orphans.sort_by(|a, b| removal_order(a, b));
    let mut found = Vec::with_capacity(orphans.len());
    for reference in orphans {
        let Some(live) = cx.cluster.get(reference).await? else {
            continue;
        };
        if cx.ownership.claim(&to_json(&live)) == Claim::Ours {
            found.push((reference, live));
        }
    }
    Ok(found)
}

/// Whether two names are of one object; the version of its API may differ.
fn same(a: &ObjectRef, b: &ObjectRef) -> bool {
    (a.gvk.group(), &a.gvk.kind, &a.namespace, &a.name) == (b.gvk.group(), &b.gvk.kind, &b.namespace, &b.name)
}

async fn supersede(cx: &Context, history: &History, revision: u32) -> Result<(), Error> {
    for record in history.records() {
        if record.release.info.status == Status::Deployed && record.release.version != revision {
            let mut record = record.clone();
            record.release.info.status = Status::Superseded;
            record.owner.clone_from(&cx.record_owner);
            cx.secrets.update(&mut record).await?;
        }
    }
    Ok(())
}

/// How many of `kept` revisions are too many next to one more; a limit of 0 is none.
fn surplus(kept: usize, limit: usize) -> usize {
    match limit {
        0 => 0,
        limit => (kept + 1).saturating_sub(limit),
    }
}

/// Deletes the oldest revisions beyond the limit.
async fn prune(cx: &Context, history: &History, revision: u32) -> Result<(), Error> {
    let older: Vec<&Record> = history
        .records()
        .iter()
        .filter(|record| record.release.version != revision)
        .collect();
    for old in older.iter().take(surplus(older.len(), cx.max_history)) {
        cx.secrets.delete(old).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_beyond_the_limit_are_surplus() {
        let cases = [((0, 0), 0), ((9, 0), 0), ((2, 3), 0), ((3, 3), 1), ((9, 3), 7)];
        for ((kept, limit), expected) in cases {
            assert_eq!(surplus(kept, limit), expected, "{kept} of {limit}");
        }
    }
}
