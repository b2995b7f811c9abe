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
use helm_action::{Slot, Tracked, wants_test};
use helm_kube::Cluster;

pub use self::memory::{Memo, Memory};
pub use self::preview::preview;
pub(crate) use self::release::{refuse_foreign, release_namespace};
pub(crate) use self::resource::Resource;

use self::act::Look;
use self::occasion::Occasion;
use self::release::ensure_access;
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
    /// After a failure that only a change can help: when something happens, or after a while, if nothing does before.
    Stuck(Option<Duration>),
}

impl Next {
    /// What came of the look, as controller-runtime's metrics call it.
    pub fn result(self) -> &'static str {
        match self {
            Self::Event => "success",
            Self::After(_) => "requeue_after",
            Self::Backoff | Self::Stuck(_) => "error",
        }
    }
}

/// What a look begins with.
struct Opening {
    memo: Option<Memo>,
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
        cx.events.forget(&cx.watches.get(key.watch).gvk.kind, key);
        return Next::Event;
    };
    let watch = cx.watches.get(key.watch);
    let mut wishes = Wishes::of(&object);
    wishes.mistakes.extend(refusal(&watch, &wishes));
    let resource = Resource {
        cx,
        key,
        watch: &watch,
        object: &object,
        wishes: &wishes,
    };
    let opening = Opening {
        memo: cx.memory.get(key),
        chart: load(cx, &watch),
        causes: cx.dependents.take_causes(key),
    };
    tell_occasion(&resource, &opening);
    let result = if wishes.paused {
        pause::look(&resource, slot, opening).await
    } else if is_being_deleted(&object) {
        finalizer::finalize(&resource, slot).await
    } else {
        Box::pin(bring_about(&resource, slot, opening)).await
    };
    let next = match result {
        Ok(next) => next,
        Err(error) => resource.fail(&error).await,
    };
    cx.looks.end(key, next);
    next
}

/// Tells why the look is taken: in the span that is on each of its log lines, and to the one who asks for the last one.
fn tell_occasion(resource: &Resource<'_>, opening: &Opening) {
    let Resource { cx, key, .. } = *resource;
    let chart = opening.chart.as_ref().ok();
    let cause = Occasion {
        object: resource.object,
        wishes: resource.wishes,
        memo: opening.memo.as_ref(),
        chart: chart.map(|chart| chart.digest.as_bytes()),
        watch: resource.watch,
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

async fn bring_about(resource: &Resource<'_>, slot: Slot, opening: Opening) -> Result<Next, ReconcileError> {
    let Opening { memo, chart, causes } = opening;
    let wishes = resource.wishes;
    if let (Some(memo), Ok(chart)) = (memo, &chart)
        && memo.is_of(resource, chart)
        && is_finalized(resource.object)
        && !wants_test(&memo.record, wishes.run_tests.as_deref())
    {
        tell_revision(memo.record.release.version);
        let release = resource.release_context(chart.chart.name(), slot.clone())?;
        if resource.maintain(memo, &causes, &release).await? {
            return Ok(resource.period());
        }
    }
    let observed = resource.observed(chart.as_deref().ok(), slot);
    let (object, found) = join(resource.finalized(), observed).await;
    let (object, (mut release, history)) = (object?, found?);
    let resource = Resource {
        object: &object,
        ..*resource
    };
    release.disable_hooks = match history.deployed() {
        None => wishes.disabled_hooks.install,
        Some(_) => wishes.disabled_hooks.upgrade,
    };
    release.force = wishes.upgrade_force;
    let (chart, desired) = match resource.desired(&release, chart, &history).await {
        Ok(found) => found,
        Err(error) => {
            // What is told is why the spec can't be had; what is amiss besides is looked at again with it.
            if let Err(second) = resource.keep(&release, &history, &causes).await {
                let error = resource.masked(second.chain());
                tracing::warn!(release = %resource.key, error, "failed to keep the deployed revision as it is");
            }
            return Err(error);
        }
    };
    resource.remember_deployed(&history);
    let look = Look {
        resource,
        causes: &causes,
        release: &release,
        history: &history,
        chart: &chart,
    };
    ensure_access(&release, &history, &desired).await?;
    let mut memo = look.act(&desired).await?;
    resource.track(&memo.objects).await;
    resource.remember(memo.clone());
    look.test(&mut memo).await?;
    resource.report(Some(&memo), None).await?;
    resource.remember(memo);
    Ok(resource.period())
}

fn load(cx: &Context, watch: &Watch) -> Result<Arc<LoadedChart>, ReconcileError> {
    cx.charts.current(&watch.chart).map_err(|source| ReconcileError::Chart {
        path: watch.chart.display().to_string(),
        source,
    })
}
