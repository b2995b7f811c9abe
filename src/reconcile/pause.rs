//! A paused release: looked at and told of, but not touched.

use helm_action::{Inspected, ObjectState, Slot, Step, compare, plan};

use super::memory::Memo;
use super::resource::Resource;
use super::{Next, Opening, tell_revision};
use crate::dependents::Causes;
use crate::error::ReconcileError;
use crate::request::is_being_deleted;
use crate::status::{Facts, Paused, summarize};

/// Tells what would be done if the resource were not paused: a pending change, drift, its end. Nothing but the status is
/// written, not even a finalizer.
pub(super) async fn look(resource: &Resource<'_>, slot: Slot, opening: Opening) -> Result<Next, ReconcileError> {
    let Resource {
        watch, object, wishes, ..
    } = *resource;
    let Opening { memo, chart, causes } = opening;
    if let (Some(memo), Ok(chart)) = (memo, &chart)
        && memo.is_of(resource, chart)
        && watch.watch_dependent_resources
        && causes == Causes::default()
    {
        return Ok(resource.period());
    }
    let (mut release, history) = resource.observed(chart.as_deref().ok(), slot).await?;
    let mut paused = Paused::default();
    let mut digest = [0; 32];
    if is_being_deleted(object) {
        paused.wanted.push("the release would be uninstalled".into());
    } else {
        let (chart, desired) = resource.desired(&release, chart, &history).await?;
        digest = *chart.digest.as_bytes();
        paused.wanted.extend(pending(&plan(&history, resource.goal(&desired))));
    }
    let mut objects = Vec::new();
    if let Some(record) = history.deployed() {
        tell_revision(record.release.version);
        record.release.chart.name().clone_into(&mut release.ownership.chart);
        let (found, inspected) = compare(&release, record).await.map_err(ReconcileError::Reconcile)?;
        objects = found;
        paused.wanted.extend(inspected.iter().filter_map(drifted));
        resource.track(&objects).await;
        resource.remember(Memo::of(resource, digest, record.clone(), objects.clone()));
    }
    let status = summarize(&Facts {
        generation: object.metadata.generation.unwrap_or_default(),
        deployed: history.deployed(),
        objects: &objects,
        failure: None,
        waiting: None,
        mistakes: &wishes.mistakes,
        is_secret: watch.reads_secrets(),
        paused: Some(paused),
    });
    resource.write_status(status).await?;
    Ok(resource.period())
}

fn pending(step: &Step) -> Option<String> {
    match step {
        Step::InSync { .. } | Step::Hold { .. } => None,
        Step::Rollback { to, .. } => Some(format!("the release would be rolled back to revision {to}")),
        Step::Missing { revision } => Some(format!("revision {revision}, which is asked for, is not kept")),
        Step::Install { revision } => Some(format!("revision {revision} would be installed")),
        Step::Upgrade { revision } => Some(format!("the release would be upgraded to revision {revision}")),
        Step::Compare { revision } => Some(format!("revision {revision} of another tool would be taken over")),
    }
}

fn drifted(Inspected { object, state }: &Inspected) -> Option<String> {
    match state {
        ObjectState::Missing => Some(format!("{object} would be made again")),
        ObjectState::Drifted(difference) => Some(format!("{object}: `{}` would be brought back", difference.pointer)),
        ObjectState::AsRendered(_) => None,
    }
}
