//! One look at one custom resource: the whole path from its spec to its status.

mod maintain;
mod memory;
mod pause;
mod release;
mod resource;

use std::sync::Arc;
use std::time::Duration;

use helm_action::{
    Context as ReleaseContext, Deployed, Desired, History, Slot, Step, Tracked, adopt, check, deploy, observe, plan,
};
use helm_kube::{Cluster, Record};
use kube::api::DynamicObject;

pub use self::memory::{Memo, Memory};
pub(crate) use self::release::{refuse_foreign, release_context};
pub(crate) use self::resource::{api, update_error, write_status};

use self::maintain::{keep, maintain, remember_deployed, tell_repaired, track};
use self::memory::{identity, kept};
use self::release::{desired, ensure_access, explained, validate_name};
use self::resource::{fail, finalized, report};
use crate::charts::{Charts, LoadedChart};
use crate::dependents::Dependents;
use crate::error::ReconcileError;
use crate::events::{Events, Happening};
use crate::finalizer;
use crate::identity::{Identities, refusal};
use crate::primaries::Primaries;
use crate::render::Renderer;
use crate::request::{Key, Wishes, is_being_deleted, is_finalized};
use crate::sources::Sources;
use crate::watches::{ActiveWatches, Watch};

/// What all reconciles share.
pub struct Context {
    /// The cluster.
    pub cluster: Cluster,
    /// The watches.
    pub watches: ActiveWatches,
    /// The charts on disk.
    pub charts: Arc<Charts>,
    /// The cluster as others than the operator see it.
    pub identities: Identities,
    /// The render threads.
    pub renderer: Renderer,
    /// The custom resources.
    pub primaries: Primaries,
    /// Where values come from.
    pub sources: Sources,
    /// The objects of releases.
    pub dependents: Dependents,
    /// Where events go.
    pub events: Events,
    /// What is remembered of each release.
    pub memory: Memory,
    /// How the operator is set up.
    pub settings: Settings,
}

/// The operator's settings that concern each release.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How often to look again although nothing happened; zero for never.
    pub reconcile_period: Duration,
    /// How many revisions are kept.
    pub max_history: usize,
    /// How long a hook may take.
    pub hook_timeout: Duration,
    /// Whether events leave out override values.
    pub suppress_override_values: bool,
}

/// When to look again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// When something happens.
    Event,
    /// After a while, if nothing happens before.
    After(Duration),
    /// After the back-off of a failure.
    Backoff,
}

/// Brings one custom resource's release to what its spec asks for.
pub async fn reconcile(cx: &Context, key: &Key, slot: Slot) -> Next {
    let Some(object) = cx.primaries.get(key) else {
        cx.dependents.forget(key);
        cx.sources.forget(key);
        cx.memory.forget(key);
        return Next::Event;
    };
    let mut wishes = Wishes::of(&object);
    wishes.mistakes.extend(refusal(&cx.watches.get(key.watch), &wishes));
    let result = if wishes.paused {
        pause::look(cx, key, &object, &wishes, slot).await
    } else if is_being_deleted(&object) {
        finalizer::finalize(cx, key, &object, &wishes, slot).await
    } else {
        bring_about(cx, key, &object, &wishes, slot).await
    };
    match result {
        Ok(next) => next,
        Err(error) => fail(cx, key, &object, &wishes, &error).await,
    }
}

async fn bring_about(
    cx: &Context,
    key: &Key,
    object: &DynamicObject,
    wishes: &Wishes,
    slot: Slot,
) -> Result<Next, ReconcileError> {
    let watch = &cx.watches.get(key.watch);
    let causes = cx.dependents.take_causes(key);
    let chart = load(cx, watch);
    if let (Some(memo), Ok(chart)) = (cx.memory.get(key), &chart)
        && !memo.is_paused
        && memo.is_of(object, chart, watch)
        && memo.answers(wishes)
        && cx.sources.is_current(key)
        && is_finalized(object)
    {
        let release = release_context(cx, watch, object, chart.chart.name(), wishes, slot.clone())?;
        if maintain(cx, key, object, wishes, memo, &causes, &release).await? {
            return Ok(period(cx, watch, wishes));
        }
    }
    let object = finalized(cx, key, object).await?;
    validate_name(&object)?;
    let name = chart.as_ref().map_or("", |chart| chart.chart.name());
    let mut release = release_context(cx, watch, &object, name, wishes, slot)?;
    let history = observe(&release.secrets, &release.ownership.release)
        .await
        .map_err(ReconcileError::Reconcile)?;
    release.disable_hooks = match history.deployed() {
        None => wishes.disabled_hooks.install,
        Some(_) => wishes.disabled_hooks.upgrade,
    };
    refuse_foreign(&release, &history, chart.as_deref().ok()).map_err(ReconcileError::Reconcile)?;
    let (chart, mut desired) = match desired(cx, key, watch, &object, &release, chart, &history).await {
        Ok(found) => found,
        Err(error) => {
            // What is told is why the spec can't be had; what is amiss besides is looked at again with it.
            if let Err(second) = keep(cx, key, &object, &release, &history, &causes).await {
                tracing::warn!(release = %key, error = cx.sources.masked(key, second.chain()), "failed to keep the deployed revision as it is");
            }
            return Err(error);
        }
    };
    remember_deployed(cx, key, &history);
    let description = match history.deployed() {
        None => &wishes.install_description,
        Some(_) => &wishes.upgrade_description,
    };
    desired.description = description.clone().unwrap_or_default();
    ensure_access(&release, &history, &desired).await?;
    let (record, objects) = act(cx, key, &object, &release, &history, &desired).await?;
    let memo = Memo {
        made_from: Some(identity(&object)),
        watch: Arc::clone(watch),
        chart: *chart.digest.as_bytes(),
        asked: wishes.reconcile_now.clone(),
        is_paused: false,
        record: kept(record),
        objects,
    };
    track(cx, key, &memo.objects).await;
    report(cx, key, &object, wishes, Some(&memo), None).await?;
    cx.memory.put(key, memo);
    Ok(period(cx, watch, wishes))
}

fn load(cx: &Context, watch: &Watch) -> Result<Arc<LoadedChart>, ReconcileError> {
    cx.charts.current(&watch.chart).map_err(|source| ReconcileError::Chart {
        path: watch.chart.display().to_string(),
        source,
    })
}

/// Does what the plan says.
async fn act(
    cx: &Context,
    key: &Key,
    object: &DynamicObject,
    release: &ReleaseContext,
    history: &History,
    desired: &Desired,
) -> Result<(Record, Vec<Tracked>), ReconcileError> {
    let step = plan(history, &desired.inputs);
    tracing::debug!(release = %key, ?step, "planned");
    Ok(match step {
        Step::Install { revision } | Step::Upgrade { revision } => {
            let done = bring_out(cx, key, object, release, history, desired, revision).await?;
            (done.record, done.objects)
        }
        Step::Compare { revision } => {
            let adopted = adopt(release, history, desired)
                .await
                .map_err(ReconcileError::Reconcile)?;
            let done = if let Some(adopted) = adopted {
                tracing::info!(release = %key, revision, "Adopted release");
                adopted
            } else {
                bring_out(cx, key, object, release, history, desired, revision + 1).await?
            };
            (done.record, done.objects)
        }
        Step::InSync { .. } => {
            let Some(record) = history.last() else {
                unreachable!("a release in sync has a record")
            };
            let checked = check(release, record).await;
            cx.events.publish_notices(object, &release.notices).await;
            let (objects, repaired) = checked.map_err(ReconcileError::Reconcile)?;
            tell_repaired(cx, key, object, &repaired).await;
            (record.clone(), objects)
        }
    })
}

/// Installs or upgrades, and tells of it.
async fn bring_out(
    cx: &Context,
    key: &Key,
    object: &DynamicObject,
    release: &ReleaseContext,
    history: &History,
    desired: &Desired,
    revision: u32,
) -> Result<Deployed, ReconcileError> {
    if !is_repeated(history, desired) {
        warn_of_overrides(cx, key, object).await;
    }
    let is_install = history.deployed().is_none();
    let done = Box::pin(deploy(release, history, desired, revision)).await;
    cx.events.publish_notices(object, &release.notices).await;
    let done = match done {
        Ok(done) => done,
        Err(error) => return Err(explained(error, release, history, desired).await),
    };
    let (happening, note) = if is_install {
        tracing::info!(release = %key, revision, "Installed release");
        (Happening::Installed, format!("Installed revision {revision}"))
    } else {
        tracing::info!(release = %key, revision, "Upgraded release");
        (Happening::Upgraded, format!("Upgraded to revision {revision}"))
    };
    cx.events.publish(object, happening, &note).await;
    Ok(done)
}

/// Whether the last attempt was made from the same inputs, and what is told of them was told then.
fn is_repeated(history: &History, desired: &Desired) -> bool {
    history
        .last()
        .is_some_and(|last| last.inputs.as_ref() == Some(&desired.inputs))
}

async fn warn_of_overrides(cx: &Context, key: &Key, object: &DynamicObject) {
    for over in &cx.watches.get(key.watch).override_values {
        let value = if cx.settings.suppress_override_values {
            "****"
        } else {
            over.value.as_str()
        };
        let note = format!(
            "Chart value {:?} overridden to {value:?} by operator's watches.yaml",
            over.key
        );
        cx.events.publish(object, Happening::OverrideValuesInUse, &note).await;
    }
}

fn period(cx: &Context, watch: &Watch, wishes: &Wishes) -> Next {
    let period = wishes
        .reconcile_period
        .or(watch.reconcile_period)
        .unwrap_or(cx.settings.reconcile_period);
    if period.is_zero() {
        Next::Event
    } else {
        Next::After(period)
    }
}
