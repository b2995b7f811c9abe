//! Hooks: objects that are made, waited for and deleted at a point of a release's life.
//!
//! How far the hooks of an operation have come is written into its record, where Helm has it too (`last_run`), and each
//! hook's object carries the mark of its run. An operator that was killed in between finds by both which hooks have run,
//! and which one runs.

use std::time::Duration;

use futures::StreamExt as _;
use helm_kube::{Claim, ObjectRef, Propagation, Readiness, Record, readiness};
use helm_release::{DeletePolicy, Hook, HookEvent, HookExecution, HookPhase, documents};
use k8s_openapi::jiff::Timestamp;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::watch_object;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};

use crate::objects::{stamped, to_json};
use crate::{Context, Error, HookEnd, output};

/// The annotation on a hook's object that tells its run from any other: revision, event and time of its start.
pub(crate) const RUN: &str = "chartwright.dev/hook-run";

/// How often an object is looked at that is on its way out, or in.
const POLL: Duration = Duration::from_millis(50);

/// What a hook of the stage under way needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// It has run.
    Nothing,
    /// It was started: its end is waited for.
    Await,
    /// It is started.
    Start,
}

/// Decides what a hook needs; `is_there` is whether its objects carry the mark of the run that is in the record.
fn next(phase: HookPhase, is_there: bool) -> Next {
    match (phase, is_there) {
        (HookPhase::Succeeded, _) => Next::Nothing,
        (HookPhase::Running, true) => Next::Await,
        (HookPhase::Running | HookPhase::Unknown | HookPhase::Never | HookPhase::Failed, _) => Next::Start,
    }
}

/// Runs the hooks of `event` in the record one after the other, by weight; those that have run already since the record
/// was begun are left out. The first that fails ends the operation.
///
/// As in Helm, hooks that succeeded are deleted when all are done, since later ones may need earlier ones.
pub(crate) async fn run(cx: &Context, record: &mut Record, event: HookEvent) -> Result<(), Error> {
    let order = Hook::order(record.release.hooks(), event);
    if cx.disable_hooks || order.is_empty() || record.marks.stage.is_some_and(|stage| stage.follows(event)) {
        return Ok(());
    }
    let ran = run_some(cx, record, event, &order).await;
    let cleaned = clean_up(cx, record, event, &ran).await;
    ran.outcome.and(cleaned)
}

/// What became of the hooks of an event: all objects are there yet.
pub(crate) struct Ran {
    /// The hooks that succeeded, in their order.
    succeeded: Vec<usize>,
    /// The one that failed.
    failed: Option<usize>,
    /// How that was.
    pub(crate) outcome: Result<(), Error>,
}

/// Runs these hooks of `event`, the first that fails being the last.
pub(crate) async fn run_some(cx: &Context, record: &mut Record, event: HookEvent, order: &[usize]) -> Ran {
    enter(record, event, order);
    let mut ran = Ran {
        succeeded: Vec::with_capacity(order.len()),
        failed: None,
        outcome: Ok(()),
    };
    for index in order {
        match run_one(cx, record, *index, event).await {
            Ok(()) => ran.succeeded.push(*index),
            Err(error) => {
                ran.failed = Some(*index);
                ran.outcome = Err(error);
                break;
            }
        }
    }
    ran
}

/// Begins these hooks of `event`: what is in the record of their runs at an earlier event counts no more.
pub(crate) fn enter(record: &mut Record, event: HookEvent, order: &[usize]) {
    if record.marks.stage == Some(event) {
        return;
    }
    record.marks.stage = Some(event);
    let hooks = record.release.hooks.iter_mut().flatten().enumerate();
    for (_, hook) in hooks.filter(|(index, _)| order.contains(index)) {
        hook.last_run = HookExecution {
            phase: HookPhase::Never,
            ..HookExecution::default()
        };
    }
}

async fn run_one(cx: &Context, record: &mut Record, index: usize, event: HookEvent) -> Result<(), Error> {
    let phase = record.release.hooks()[index].last_run.phase;
    let is_there = phase == HookPhase::Running && has_begun(cx, record, index, event).await?;
    let started = match next(phase, is_there) {
        Next::Nothing => return Ok(()),
        Next::Await => Ok(()),
        Next::Start => start(cx, record, index, event).await,
    };
    let outcome = match started {
        Ok(()) => await_all(cx, record, index, event).await,
        Err(error) => Err(error),
    };
    // What says nothing about the hook leaves it as it is: running, or to be started again.
    if outcome.as_ref().is_err_and(Error::is_transient) {
        return outcome;
    }
    let now = Timestamp::now();
    let last_run = &mut hook_mut(record, index)?.last_run;
    let took = last_run.started_at.parse().map(|started| now.duration_since(started));
    cx.notices.add_hook(HookEnd {
        event,
        has_succeeded: outcome.is_ok(),
        took: took.ok().and_then(|took| took.try_into().ok()).unwrap_or_default(),
    });
    last_run.completed_at = now.to_string();
    last_run.phase = if outcome.is_ok() {
        HookPhase::Succeeded
    } else {
        HookPhase::Failed
    };
    outcome
}

/// Writes into the record that the hook runs, and makes its objects.
async fn start(cx: &Context, record: &mut Record, index: usize, event: HookEvent) -> Result<(), Error> {
    hook_mut(record, index)?.last_run = HookExecution {
        started_at: Timestamp::now().to_string(),
        completed_at: String::new(),
        phase: HookPhase::Running,
    };
    cx.secrets.update(record).await?;
    let objects = objects(cx, record, index, event).await?;
    if is_deleted(&record.release.hooks()[index], DeletePolicy::BeforeHookCreation) {
        delete(cx, &objects).await?;
    }
    for object in &objects {
        create(cx, object).await?;
    }
    Ok(())
}

fn hook_mut(record: &mut Record, index: usize) -> Result<&mut Hook, Error> {
    let revision = record.release.version;
    let hook = record.release.hooks.as_mut().and_then(|hooks| hooks.get_mut(index));
    hook.ok_or(Error::NoHook { revision })
}

/// Deletes the hook that failed and those that succeeded, the last one first, where they ask for it. The record says
/// before how they ended: without their objects, nothing else would. After a failure that says nothing about the hook,
/// all stay: the next attempt goes on with them.
pub(crate) async fn clean_up(cx: &Context, record: &mut Record, event: HookEvent, ran: &Ran) -> Result<(), Error> {
    if ran.outcome.as_ref().is_err_and(Error::is_transient) {
        return Ok(());
    }
    let ended = ran.failed.iter().map(|index| (*index, DeletePolicy::HookFailed));
    let succeeded = ran.succeeded.iter().rev();
    let ended = ended.chain(succeeded.map(|index| (*index, DeletePolicy::HookSucceeded)));
    let doomed: Vec<usize> = ended
        .filter(|(index, policy)| is_deleted(&record.release.hooks()[*index], *policy))
        .map(|(index, _)| index)
        .collect();
    if doomed.is_empty() {
        return Ok(());
    }
    cx.secrets.update(record).await?;
    for index in doomed {
        delete(cx, &objects(cx, record, index, event).await?).await?;
    }
    Ok(())
}

/// Definitions are never deleted: all objects of their kinds would go with them.
fn is_deleted(hook: &Hook, policy: DeletePolicy) -> bool {
    hook.kind != "CustomResourceDefinition" && hook.is_deleted(policy)
}

/// The objects of a hook, with the mark of its run.
async fn objects(cx: &Context, record: &Record, index: usize, event: HookEvent) -> Result<Vec<Value>, Error> {
    let hook = &record.release.hooks()[index];
    let revision = record.release.version;
    let run = format!("{revision} {} {}", event.name(), hook.last_run.started_at);
    let manifests = documents(&hook.manifest).map_err(|source| Error::Manifest { revision, source })?;
    let mut objects = Vec::new();
    for manifest in &manifests {
        if let Some(mut object) = stamped(&cx.cluster, &cx.ownership, manifest).await? {
            object["metadata"]["annotations"][RUN] = json!(run);
            objects.push(object);
        }
    }
    Ok(objects)
}

/// Whether the objects of the run that is in the record were made.
async fn has_begun(cx: &Context, record: &Record, index: usize, event: HookEvent) -> Result<bool, Error> {
    for object in objects(cx, record, index, event).await? {
        let live = cx.cluster.get(&ObjectRef::of(&object)).await?;
        let mark = live.and_then(|live| live.metadata.annotations?.get(RUN).cloned());
        if mark.as_deref() != object["metadata"]["annotations"][RUN].as_str() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Creates a hook's object. One that an operation left which was cut off is made anew; Helm would fail there.
async fn create(cx: &Context, object: &Value) -> Result<(), Error> {
    let error = match cx.cluster.create(object).await {
        Err(error) if error.is_already_exists() => error,
        result => return Ok(result.map(drop)?),
    };
    let live = cx.cluster.get(&ObjectRef::of(object)).await?;
    if live.is_none_or(|live| cx.ownership.claim(&to_json(&live)) != Claim::Ours) {
        return Err(error.into());
    }
    delete(cx, std::slice::from_ref(object)).await?;
    cx.cluster.create(object).await?;
    Ok(())
}

async fn delete(cx: &Context, objects: &[Value]) -> Result<(), Error> {
    for object in objects {
        let object = ObjectRef::of(object);
        cx.cluster.delete(&object, None, Propagation::Background).await?;
        if cx.cluster.get(&object).await?.is_some() {
            cx.slot.released(await_gone(cx, &object)).await?;
        }
    }
    Ok(())
}

async fn await_gone(cx: &Context, object: &ObjectRef) -> Result<(), Error> {
    let deadline = Instant::now() + cx.hook_timeout;
    while cx.cluster.get(object).await?.is_some() {
        if Instant::now() >= deadline {
            return Err(timed_out(cx, object, "delete"));
        }
        sleep(POLL).await;
    }
    Ok(())
}

/// Helm waits for jobs and pods to end; any other hook has done its work when it is there.
async fn await_all(cx: &Context, record: &Record, index: usize, event: HookEvent) -> Result<(), Error> {
    let left = left(cx.hook_timeout, &record.release.hooks()[index].last_run);
    for object in objects(cx, record, index, event).await? {
        let object = ObjectRef::of(&object);
        if !matches!(object.gvk.kind.as_str(), "Job" | "Pod") {
            continue;
        }
        let end = cx.slot.released(timeout(left, end(cx, &object))).await;
        let reason = match end.unwrap_or_else(|_| Err(timed_out(cx, &object, event.name())))? {
            Ok(()) => continue,
            Err(reason) => reason,
        };
        let said = output::tail(cx, &object).await;
        return Err(Error::Hook {
            event: event.name(),
            object,
            reason: output::join(&reason, said.as_deref()),
        });
    }
    Ok(())
}

/// What is left of a hook's time; a second at least, so that one that ended long ago is seen to have ended.
fn left(limit: Duration, last_run: &HookExecution) -> Duration {
    let started: Result<Timestamp, _> = last_run.started_at.parse();
    let passed = started.map_or(Duration::ZERO, |started| {
        Duration::try_from(Timestamp::now().duration_since(started)).unwrap_or_default()
    });
    limit.saturating_sub(passed).max(Duration::from_secs(1).min(limit))
}

/// Follows a job or a pod to its end: well, or why not. One that is gone has ended: its policy, its owner or somebody else
/// removed it, and there is nothing left to wait for.
async fn end(cx: &Context, object: &ObjectRef) -> Result<Result<(), String>, Error> {
    let kind = cx.cluster.discovery().find(&object.gvk).await?;
    let api = cx.cluster.api(&kind, object.namespace.as_deref());
    let mut states = watch_object(api, &object.name).default_backoff().boxed();
    while let Some(state) = states.next().await {
        let live = match state {
            Ok(Some(live)) => to_json(&live),
            // What a watch begins with may be older than the object.
            Ok(None) if cx.cluster.get(object).await?.is_some() => continue,
            Ok(None) => return Ok(Ok(())),
            Err(error) => {
                tracing::debug!(%object, %error, "failed to watch a hook; trying again");
                continue;
            }
        };
        let phase = live.pointer("/status/phase").and_then(Value::as_str);
        match readiness(&object.gvk, &live) {
            Readiness::Failed(reason) => return Ok(Err(reason)),
            Readiness::Ready if object.gvk.kind == "Job" || phase == Some("Succeeded") => return Ok(Ok(())),
            Readiness::Ready | Readiness::InProgress(_) => {}
        }
    }
    Ok(Ok(()))
}

/// Waits until an object is ready, such as a definition that is to be established.
pub(crate) async fn await_ready(cx: &Context, object: &ObjectRef, event: &'static str) -> Result<(), Error> {
    let deadline = Instant::now() + cx.hook_timeout;
    while Instant::now() < deadline {
        if let Some(live) = cx.cluster.get(object).await? {
            match readiness(&object.gvk, &to_json(&live)) {
                Readiness::Ready => return Ok(()),
                Readiness::Failed(reason) => {
                    return Err(Error::Hook {
                        event,
                        object: object.clone(),
                        reason,
                    });
                }
                Readiness::InProgress(_) => {}
            }
        }
        sleep(POLL).await;
    }
    Err(timed_out(cx, object, event))
}

fn timed_out(cx: &Context, object: &ObjectRef, event: &'static str) -> Error {
    Error::HookTimeout {
        event,
        object: object.clone(),
        seconds: cx.hook_timeout.as_secs(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hook_that_was_begun_is_waited_for_and_not_begun_again() {
        let cases = [
            (HookPhase::Never, false, Next::Start),
            (HookPhase::Unknown, false, Next::Start),
            // Killed between the record and the object, or somebody deleted the object.
            (HookPhase::Running, false, Next::Start),
            (HookPhase::Running, true, Next::Await),
            (HookPhase::Succeeded, true, Next::Nothing),
            (HookPhase::Succeeded, false, Next::Nothing),
            (HookPhase::Failed, true, Next::Start),
        ];
        for (phase, is_there, wanted) in cases {
            assert_eq!(next(phase, is_there), wanted, "{phase:?} {is_there}");
        }
    }

    #[test]
    fn a_hooks_time_goes_on_while_no_operator_runs() {
        let limit = Duration::from_mins(5);
        let begun = |seconds_ago: i64| HookExecution {
            started_at: (Timestamp::now() - k8s_openapi::jiff::SignedDuration::from_secs(seconds_ago)).to_string(),
            ..HookExecution::default()
        };
        let minute = left(limit, &begun(60));
        assert!((235..=240).contains(&minute.as_secs()), "{minute:?}");
        assert_eq!(left(limit, &begun(3600)), Duration::from_secs(1));
        assert_eq!(left(limit, &HookExecution::default()), limit);
    }
}
