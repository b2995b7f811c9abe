//! One look at one custom resource: the whole path from its spec to its status.

mod act;
mod maintain;
mod memory;
mod occasion;
mod pause;
mod preview;
mod release;
mod resource;

use std::sync::Arc;
use std::time::Duration;

use futures::future::join;
use helm_action::{FailurePolicy, Slot, Tracked, wants_test};
use helm_kube::Cluster;
use kube::api::DynamicObject;

pub use self::memory::{Memo, Memory};
pub use self::preview::preview;
pub(crate) use self::release::{refuse_foreign, release_context, release_namespace};
pub(crate) use self::resource::{api, update_error, write_status};

use self::act::Look;
use self::maintain::{keep, maintain, remember_deployed, track};
use self::occasion::Occasion;
use self::release::{desired, ensure_access, observed};
use self::resource::{fail, finalized, report};
use crate::charts::{Charts, LoadedChart};
use crate::dependents::{Causes, Dependents};
use crate::error::ReconcileError;
use crate::events::Events;
use crate::finalizer;
use crate::identity::{Identities, refusal};
use crate::looks::Looks;
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
    /// The last look at each release.
    pub looks: Looks,
    /// How the operator is set up.
    pub settings: Settings,
}

impl Context {
    /// The objects of a release, each as it was seen last; `None` before its first look.
    pub fn objects(&self, key: &Key) -> Option<Vec<Tracked>> {
        let mut objects = self.memory.get(key)?.objects;
        self.dependents.refresh(&mut objects);
        Some(objects)
    }
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

impl Next {
    /// What came of the look, as controller-runtime's metrics call it.
    pub fn result(self) -> &'static str {
        match self {
            Self::Event => "success",
            Self::After(_) => "requeue_after",
            Self::Backoff => "error",
        }
    }
}

/// What a look begins with.
struct Opening {
    watch: Arc<Watch>,
    chart: Result<Arc<LoadedChart>, ReconcileError>,
    causes: Causes,
}

/// Brings one custom resource's release to what its spec asks for.
pub async fn reconcile(cx: &Context, key: &Key, slot: Slot) -> Next {
    let Some(object) = cx.primaries.get(key) else {
        cx.dependents.forget(key);
        cx.sources.forget(key);
        cx.memory.forget(key);
        cx.looks.forget(key);
        return Next::Event;
    };
    let watch = cx.watches.get(key.watch);
    let mut wishes = Wishes::of(&object);
    wishes.mistakes.extend(refusal(&watch, &wishes));
    let opening = Opening {
        chart: load(cx, &watch),
        causes: cx.dependents.take_causes(key),
        watch,
    };
    tell_occasion(cx, key, &object, &wishes, &opening);
    let result = if wishes.paused {
        pause::look(cx, key, &object, &wishes, slot, opening).await
    } else if is_being_deleted(&object) {
        finalizer::finalize(cx, key, &object, &wishes, slot).await
    } else {
        Box::pin(bring_about(cx, key, &object, &wishes, slot, opening)).await
    };
    let next = match result {
        Ok(next) => next,
        Err(error) => fail(cx, key, &object, &wishes, &error).await,
    };
    cx.looks.end(key, next);
    next
}

/// Tells why the look is taken: in the span that is on each of its log lines, and to the one who asks for the last one.
fn tell_occasion(cx: &Context, key: &Key, object: &DynamicObject, wishes: &Wishes, opening: &Opening) {
    let memo = cx.memory.get(key);
    let chart = opening.chart.as_ref().ok();
    let cause = Occasion {
        object,
        wishes,
        memo: memo.as_ref(),
        chart: chart.map(|chart| chart.digest.as_bytes()),
        watch: &opening.watch,
        sources_are_current: cx.sources.is_current(key),
        causes: &opening.causes,
        is_repeated: cx.looks.last(key).is_some(),
    };
    let cause = cause.told();
    tracing::Span::current().record("cause", cause.as_str());
    cx.looks.begin(key, cause);
}

/// Puts the revision that is worked on on each log line from here on.
pub(crate) fn tell_revision(revision: u32) {
    tracing::Span::current().record("revision", revision);
}

async fn bring_about(
    cx: &Context,
    key: &Key,
    object: &DynamicObject,
    wishes: &Wishes,
    slot: Slot,
    opening: Opening,
) -> Result<Next, ReconcileError> {
    let Opening { watch, chart, causes } = opening;
    let watch = &watch;
    if let (Some(memo), Ok(chart)) = (cx.memory.get(key), &chart)
        && !memo.is_paused
        && memo.is_of(object, wishes, chart, watch)
        && cx.sources.is_current(key)
        && is_finalized(object)
        && !wants_test(&memo.record, wishes.run_tests.as_deref())
    {
        tell_revision(memo.record.release.version);
        let release = release_context(cx, watch, object, chart.chart.name(), wishes, slot.clone())?;
        if maintain(cx, key, object, wishes, memo, &causes, &release).await? {
            return Ok(period(cx, watch, wishes));
        }
    }
    let name = chart.as_ref().map_or("", |chart| chart.chart.name());
    let (object, found) = join(
        finalized(cx, key, object),
        observed(cx, watch, object, name, wishes, slot),
    )
    .await;
    let (object, (mut release, history)) = (object?, found?);
    release.disable_hooks = match history.deployed() {
        None => wishes.disabled_hooks.install,
        Some(_) => wishes.disabled_hooks.upgrade,
    };
    release.force = wishes.upgrade_force;
    history.readable().map_err(ReconcileError::Reconcile)?;
    refuse_foreign(&release, &history, chart.as_deref().ok(), wishes.adopt).map_err(ReconcileError::Reconcile)?;
    let (chart, desired) = match desired(cx, key, watch, &object, &release, chart, &history).await {
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
    let look = Look {
        cx,
        key,
        watch,
        object: &object,
        wishes,
        causes: &causes,
        release: &release,
        history: &history,
        chart: &chart,
    };
    ensure_access(&release, &history, &desired).await?;
    let mut memo = look.act(&desired).await?;
    track(cx, key, &memo.objects).await;
    cx.memory.put(key, memo.clone());
    look.test(&mut memo).await?;
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

/// What follows a failed attempt.
fn policy(watch: &Watch, wishes: &Wishes) -> FailurePolicy {
    wishes.failure_policy.unwrap_or(watch.failure_policy)
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
