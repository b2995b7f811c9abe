//! Brings a release to what it should be: a first install, an upgrade, or either of them once more.

use std::collections::BTreeMap;

use futures::future::try_join_all;
use helm_kube::{Claim, Gvk, ObjectRef, Propagation, Readiness, Record, is_kept, readiness};
use helm_release::{HookEvent, Info, Manifest, Release, Status, StorageKey, documents, install_rank, uninstall_rank};
use k8s_openapi::jiff::Timestamp;
use serde_json::Value;

use crate::definitions::{await_served, define, is_unserved};
use crate::objects::{self, earlier, stamped, tell_duplicates, track};
use crate::{Context, Desired, Error, History, Tracked, hooks, send};

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
/// name are left alone.
pub async fn deploy(cx: &Context, history: &History, desired: &Desired, revision: u32) -> Result<Deployed, Error> {
    let is_install = history.deployed().is_none();
    let mut record = pending(cx, history, desired, revision, is_install);
    clear_attempt(cx, history, desired, revision).await?;
    begin(cx, history, &record).await?;
    match bring_out(cx, history, desired, is_install).await {
        Ok(objects) => {
            supersede(cx, history, revision).await?;
            let words = match desired.description.as_str() {
                "" if is_install => "Install complete",
                "" => "Upgrade complete",
                words => words,
            };
            finish(cx, &mut record, Status::Deployed, words).await?;
            prune(cx, history, revision).await?;
            Ok(Deployed { record, objects })
        }
        Err(error) => {
            let words = format!(
                "{} failed: {}",
                if is_install { "Release" } else { "Upgrade" },
                chain(&error)
            );
            // The record only reports; the error that is returned is the one that matters.
            if let Err(second) = finish(cx, &mut record, Status::Failed, &words).await {
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

/// An error with its causes on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

fn pending(cx: &Context, history: &History, desired: &Desired, revision: u32, is_install: bool) -> Record {
    let now = Timestamp::now().to_string();
    let release = Release {
        name: cx.ownership.release.clone(),
        namespace: cx.ownership.namespace.clone(),
        version: revision,
        info: Info {
            first_deployed: history.first_deployed().unwrap_or(&now).to_owned(),
            last_deployed: now,
            status: if is_install {
                Status::PendingInstall
            } else {
                Status::PendingUpgrade
            },
            description: if is_install {
                "Initial install underway"
            } else {
                "Preparing upgrade"
            }
            .into(),
            notes: desired.notes.clone(),
            ..Info::default()
        },
        chart: desired.chart.clone(),
        config: desired.config.clone(),
        manifest: desired.manifest.clone(),
        hooks: Some(desired.hooks.clone()),
        ..Release::default()
    };
    Record {
        release,
        inputs: Some(desired.inputs.clone()),
        owner: cx.record_owner.clone(),
    }
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

/// Writes the record of an attempt before its objects; only one that the history has is expected to be there.
async fn begin(cx: &Context, history: &History, record: &Record) -> Result<(), Error> {
    let revision = record.release.version;
    let is_known = history.records().iter().any(|known| known.release.version == revision);
    if !is_known {
        match cx.secrets.create(record).await {
            Err(error) if error.is_already_exists() => {}
            created => return Ok(created?),
        }
    }
    Ok(cx.secrets.update(record).await?)
}

async fn finish(cx: &Context, record: &mut Record, status: Status, words: &str) -> Result<(), Error> {
    record.release.info.status = status;
    words.clone_into(&mut record.release.info.description);
    Ok(cx.secrets.update(record).await?)
}

/// Everything between the record's `pending` and its `deployed`.
async fn bring_out(
    cx: &Context,
    history: &History,
    desired: &Desired,
    is_install: bool,
) -> Result<Vec<Tracked>, Error> {
    let (before, after) = if is_install {
        (HookEvent::PreInstall, HookEvent::PostInstall)
    } else {
        (HookEvent::PreUpgrade, HookEvent::PostUpgrade)
    };
    Box::pin(define(cx, &desired.definitions)).await?;
    hooks::run(cx, &desired.hooks, before).await?;
    let previous = previous_objects(cx, history.present()).await?;
    let objects = send(cx, &desired.manifests, &previous).await?;
    let references: Vec<ObjectRef> = objects.iter().map(|tracked| tracked.object.clone()).collect();
    remove_orphans(cx, &previous, &references).await?;
    hooks::run(cx, &desired.hooks, after).await?;
    Ok(objects)
}

/// Objects of earlier revisions, each as those that name it have it, in their order: an attempt that was cut off may or
/// may not have sent its own.
type Previous = BTreeMap<ObjectRef, Vec<Value>>;

/// The objects of these revisions.
async fn previous_objects(cx: &Context, records: &[Record]) -> Result<Previous, Error> {
    let mut previous = Previous::new();
    for record in records {
        let release = &record.release;
        let manifests = documents(&release.manifest).map_err(|source| Error::Manifest {
            revision: release.version,
            source,
        })?;
        for manifest in &manifests {
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
            await_served(cx, objects::object_of(definition)?.as_slice()).await?;
        }
    }
    Ok(tracked)
}

async fn send_one(cx: &Context, manifest: &Manifest, previous: &Previous) -> Result<Option<Tracked>, Error> {
    let object = match stamped(&cx.cluster, &cx.ownership, manifest).await {
        // A hook may have defined the kind a moment ago.
        Err(error) if is_unserved(&error) => {
            cx.cluster.discovery().refresh().await?;
            stamped(&cx.cluster, &cx.ownership, manifest).await?
        }
        object => object?,
    };
    let Some(object) = object else { return Ok(None) };
    let reference = ObjectRef::of(&object);
    tell_duplicates(cx, manifest, &reference)?;
    let before = previous.get(&reference).map_or(&[][..], Vec::as_slice);
    let applied = send::bring(cx, &object, before).await?.applied();
    if reference.gvk.kind == "CustomResourceDefinition" && readiness_of(&applied.object) != Readiness::Ready {
        hooks::await_ready(cx, &reference, "install").await?;
    }
    Ok(Some(track(&object, &applied)))
}

fn readiness_of(object: &kube::api::DynamicObject) -> Readiness {
    readiness(&serde_json::to_value(object).unwrap_or_default())
}

/// Deletes what earlier revisions had and this one has not, but for objects that the chart keeps or that are somebody
/// else's by now.
async fn remove_orphans(cx: &Context, previous: &Previous, now: &[ObjectRef]) -> Result<(), Error> {
    let mut orphans: Vec<&ObjectRef> = previous
        .iter()
        .filter(|(_, versions)| !versions.last().is_some_and(is_kept))
        .filter(|(reference, _)| !now.iter().any(|wanted| same(wanted, reference)))
        .map(|(reference, _)| reference)
        .collect();
    orphans.sort_by(|a, b| uninstall_rank(&a.gvk.kind).cmp(&uninstall_rank(&b.gvk.kind)));
    for reference in orphans {
        let Some(live) = cx.cluster.get(reference).await? else {
            continue;
        };
        let json = serde_json::to_value(&live).unwrap_or_default();
        if cx.ownership.claim(&json) == Claim::Ours {
            cx.cluster
                .delete(reference, live.metadata.uid.as_deref(), Propagation::Background)
                .await?;
        }
    }
    Ok(())
}

/// Whether two names are of one object; the version of its API may differ.
fn same(a: &ObjectRef, b: &ObjectRef) -> bool {
    let group = |gvk: &Gvk| (gvk.group().to_owned(), gvk.kind.clone());
    group(&a.gvk) == group(&b.gvk) && a.namespace == b.namespace && a.name == b.name
}

async fn supersede(cx: &Context, history: &History, revision: u32) -> Result<(), Error> {
    for record in history.records() {
        if record.release.info.status == Status::Deployed && record.release.version != revision {
            let mut record = record.clone();
            record.release.info.status = Status::Superseded;
            record.owner.clone_from(&cx.record_owner);
            cx.secrets.update(&record).await?;
        }
    }
    Ok(())
}

/// Deletes the oldest revisions beyond the limit.
async fn prune(cx: &Context, history: &History, revision: u32) -> Result<(), Error> {
    let mut kept: Vec<u32> = history.records().iter().map(|record| record.release.version).collect();
    if !kept.contains(&revision) {
        kept.push(revision);
    }
    let surplus = if cx.max_history == 0 {
        0
    } else {
        kept.len().saturating_sub(cx.max_history)
    };
    for old in &kept[..surplus] {
        cx.secrets.delete(&StorageKey::new(&cx.ownership.release, *old)).await?;
    }
    Ok(())
}
