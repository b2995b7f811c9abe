//! What a look at a custom resource would bring out, found without doing it.

use std::sync::Arc;

use helm_action::{Change, Desired, History, Slot, Step, plan};
use helm_release::Hook;
use kube::api::DynamicObject;
use tokio::sync::Semaphore;

use super::release::explained;
use super::resource::Resource;
use super::{Context, load};
use crate::error::ReconcileError;
use crate::request::{Key, Wishes};

/// What the operator would bring about.
pub struct Preview {
    /// What would become of the objects.
    pub objects: Vec<Change>,
    /// The hooks of the revision that is deployed.
    pub hooks_before: Vec<Hook>,
    /// The hooks that would be run.
    pub hooks_after: Vec<Hook>,
}

/// What the operator would change in the cluster if `object` were the resource. The server is asked, by dry runs.
pub async fn preview(cx: &Context, key: &Key, object: &DynamicObject) -> Result<Preview, ReconcileError> {
    let watch = &cx.watches.get(key.watch);
    let wishes = &Wishes::of(object);
    let resource = Resource {
        cx,
        key,
        watch,
        object,
        wishes,
    };
    let chart = load(cx, watch);
    let slot = Slot::take(Arc::new(Semaphore::new(1))).await;
    let (mut release, history) = resource.observed(chart.as_deref().ok(), slot).await?;
    release.force = wishes.upgrade_force;
    let (_, rendered) = resource.desired(&release, chart, &history).await?;
    let step = plan(&history, resource.goal(&rendered));
    let brought_out = brought_out(&history, &step, rendered)?;
    let objects = match Box::pin(helm_action::preview(&release, &history, &brought_out)).await {
        Ok(objects) => objects,
        // All rights that are missing are told, as the operator does.
        Err(error) if error.is_forbidden() => return Err(explained(error, &release, &history, &brought_out).await),
        Err(error) => return Err(ReconcileError::Reconcile(error)),
    };
    let deployed = history.deployed().map(|record| record.release.hooks().to_vec());
    Ok(Preview {
        objects,
        hooks_before: deployed.unwrap_or_default(),
        hooks_after: brought_out.hooks,
    })
}

/// What a step brings out: what was rendered now, or what a revision has.
fn brought_out(history: &History, step: &Step, rendered: Desired) -> Result<Desired, ReconcileError> {
    let record = match *step {
        Step::Install { .. } | Step::Upgrade { .. } | Step::Compare { .. } => return Ok(rendered),
        Step::InSync { revision } | Step::Rollback { to: revision, .. } => history.find(revision),
        Step::Hold { .. } => history.deployed(),
        Step::Missing { revision } => return Err(ReconcileError::NoRevision { revision }),
    };
    record
        .map_or(Ok(rendered), Desired::of)
        .map_err(ReconcileError::Reconcile)
}
