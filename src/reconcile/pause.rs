//! A paused release: looked at and told of, but not touched.

use std::sync::Arc;

use helm_action::{Goal, History, Inspected, ObjectState, Slot, Step, compare, plan};
use kube::api::DynamicObject;

use super::maintain::track;
use super::memory::{Memo, identity, kept};
use super::release::{desired, observed, refuse_foreign};
use super::resource::write_status;
use super::{Context, Next, Opening, period, policy, tell_revision};
use crate::dependents::Causes;
use crate::error::ReconcileError;
use crate::request::{Key, Wishes, is_being_deleted};
use crate::status::{Facts, Paused, summarize};

/// Tells what would be done if the resource were not paused: a pending change, drift, its end. Nothing but the status is
/// written, not even a finalizer.
pub(super) async fn look(
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
        && memo.is_paused
        && memo.is_of(object, wishes, chart, watch)
        && cx.sources.is_current(key)
        && watch.watch_dependent_resources
        && causes == Causes::default()
    {
        return Ok(period(cx, watch, wishes));
    }
    let name = chart.as_ref().map_or("", |chart| chart.chart.name());
    let (mut release, history) = observed(cx, watch, object, name, wishes, slot).await?;
    refuse_foreign(&release, &history, chart.as_deref().ok(), wishes.adopt).map_err(ReconcileError::Reconcile)?;
    let mut paused = Paused::default();
    let mut digest = [0; 32];
    if is_being_deleted(object) {
        paused.wanted.push("the release would be uninstalled".into());
    } else {
        let (chart, desired) = desired(cx, key, watch, object, &release, chart, &history).await?;
        digest = *chart.digest.as_bytes();
        let goal = Goal {
            inputs: &desired.inputs,
            policy: policy(watch, wishes),
            rollback_to: wishes.rollback_to,
        };
        paused.wanted.extend(pending(&history, goal));
    }
    let mut objects = Vec::new();
    if let Some(record) = history.deployed() {
        tell_revision(record.release.version);
        record.release.chart.name().clone_into(&mut release.ownership.chart);
        let (found, inspected) = compare(&release, record).await.map_err(ReconcileError::Reconcile)?;
        objects = found;
        paused.wanted.extend(inspected.iter().filter_map(drifted));
        track(cx, key, &objects).await;
        let memo = Memo {
            made_from: Some(identity(object, wishes)),
            watch: Arc::clone(watch),
            chart: digest,
            asked: wishes.reconcile_now.clone(),
            is_paused: true,
            record: kept(record.clone()),
            objects: objects.clone(),
        };
        cx.memory.put(key, memo);
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
    write_status(cx, key, object, status).await?;
    Ok(period(cx, watch, wishes))
}

fn pending(history: &History, goal: Goal<'_>) -> Option<String> {
    match plan(history, goal) {
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
