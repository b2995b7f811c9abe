//! What a custom resource says of its release: computed in one place, from facts.

mod manifest;
mod published;

use std::fmt::Write as _;

use helm_action::Tracked;
use helm_kube::{Pods, Readiness, Record};
use kube::api::DynamicObject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::{ReconcileError, Retry};

pub use published::{DeployedRelease, Status, json_schema};

/// The condition types: helm-operator's four, those that kstatus and people read, and those of `OpenShift`'s operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConditionType {
    /// The operator has seen the resource.
    Initialized,
    /// A revision is in the cluster.
    Deployed,
    /// The last install, upgrade or uninstall failed.
    ReleaseFailed,
    /// The release can't be brought in line.
    Irreconcilable,
    /// The tests that were asked for last passed.
    Tested,
    /// The record of the deployed revision is too large for one Secret, so that Helm's own tools can't read it.
    RecordSplit,
    /// The release is as the spec asks, and all its objects are ready.
    Ready,
    /// An annotation asks that nothing is done.
    Paused,
    /// Work is under way.
    Reconciling,
    /// Nothing will happen until somebody changes something.
    Stalled,
    /// What is deployed is ready, whether or not it is what the spec asks for.
    Available,
    /// The release is on its way to what the spec asks for, and nothing failed.
    Progressing,
    /// Something failed.
    Degraded,
}

/// Why a condition is as it is; the names of helm-operator where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// The first revision was deployed.
    InstallSuccessful,
    /// A later revision was deployed.
    UpgradeSuccessful,
    /// The release is gone.
    UninstallSuccessful,
    /// The install failed.
    InstallError,
    /// The upgrade failed.
    UpgradeError,
    /// The rollback failed.
    RollbackError,
    /// All tests passed.
    TestsPassed,
    /// A test failed.
    TestsFailed,
    /// The record is too large.
    RecordTooLarge,
    /// The uninstall failed.
    UninstallError,
    /// Anything else failed.
    ReconcileError,
    /// The values can't be had.
    ErrorGettingValues,
    /// All objects are ready.
    AllObjectsReady,
    /// Some objects are not ready yet.
    WaitingForObjects,
    /// An object failed.
    ObjectFailed,
    /// The spec is newer than what was deployed.
    Progressing,
    /// An annotation asks that nothing is done.
    Paused,
}

/// One condition; `lastTransitionTime` is set when it is published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    /// Its type.
    #[serde(rename = "type")]
    #[schemars(with = "String")]
    pub condition: ConditionType,
    /// `True`, `False` or `Unknown`.
    pub status: String,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub reason: Option<Reason>,
    /// Why, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// The generation that it is about.
    #[serde(default)]
    pub observed_generation: i64,
    /// When its status last changed; RFC 3339.
    #[serde(default)]
    pub last_transition_time: String,
}

/// The facts that a status is computed from.
#[derive(Debug, Default)]
pub struct Facts<'a> {
    /// The resource's generation that was worked on.
    pub generation: i64,
    /// The deployed revision.
    pub deployed: Option<&'a Record>,
    /// Its objects.
    pub objects: &'a [Tracked],
    /// What failed.
    pub failure: Option<Failure>,
    /// What a deletion waits for.
    pub waiting: Option<String>,
    /// Annotations that were not understood.
    pub mistakes: &'a [String],
    /// Whether the release is made with what Secrets say, so that what came out of the chart is not to be shown.
    pub is_secret: bool,
    /// What a paused release would need.
    pub paused: Option<Paused>,
}

/// What would be done for a release if it were not paused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paused {
    /// What would be done, each in a clause.
    pub wanted: Vec<String>,
}

impl Paused {
    /// More than these are counted only.
    const MOST: usize = 5;

    fn message(&self) -> String {
        let mut text = "paused by annotation".to_owned();
        for (index, clause) in self.wanted.iter().take(Self::MOST).enumerate() {
            text.push_str(if index == 0 { "; without it, " } else { ", " });
            text.push_str(clause);
        }
        let more = self.wanted.len().saturating_sub(Self::MOST);
        if more > 0 {
            let _ = write!(text, ", and {more} more");
        }
        text
    }
}

/// A failure as the status tells it.
#[derive(Debug)]
pub struct Failure {
    is_of_release: bool,
    is_final: bool,
    reason: Reason,
    text: String,
}

impl Failure {
    /// What a status says of `error`; `text` is what is told of it.
    pub fn new(error: &ReconcileError, text: String) -> Self {
        Self {
            is_of_release: error.is_release_failure(),
            is_final: error.retry() == Retry::Never,
            reason: error.reason(),
            text,
        }
    }
}

/// Computes the status. Times are left empty; [`publish`] sets those of changed conditions.
pub fn summarize(facts: &Facts<'_>) -> Value {
    let conditions = conditions(facts);
    let pods = pods(facts.objects);
    let mut status = json!({
        "observedGeneration": facts.generation,
        "conditions": conditions,
        "objects": facts.objects.len(),
        "replicas": format!("{}/{}", pods.ready, pods.wanted),
        "pods": pods.ready,
    });
    if let Some(selector) = selector(facts.objects) {
        status["selector"] = json!(selector);
    }
    if let Some(Record { release, .. }) = facts.deployed {
        status["revision"] = json!(release.version);
        let manifest = manifest::told(&release.manifest, facts.is_secret);
        status["deployedRelease"] = json!({ "name": release.name, "manifest": manifest });
    }
    status
}

fn conditions(facts: &Facts<'_>) -> Vec<Condition> {
    let condition = |condition, status: bool, reason, message: String| Condition {
        condition,
        status: if status { "True" } else { "False" }.into(),
        reason,
        message,
        observed_generation: facts.generation,
        last_transition_time: String::new(),
    };
    let initialized = condition(ConditionType::Initialized, true, None, facts.mistakes.join("; "));
    let (is_deployed, reason, message) = deployed(facts);
    let deployed = condition(ConditionType::Deployed, is_deployed, reason, message);
    let others = of_record(facts)
        .chain(of_failure(facts))
        .chain(of_pause(facts))
        .chain(health(facts))
        .chain(condition_of_operand(facts));
    let others = others.map(|(kind, status, reason, message)| condition(kind, status, Some(reason), message));
    [initialized, deployed].into_iter().chain(others).collect()
}

/// Whether a revision is in the cluster, why, and why for people.
fn deployed(facts: &Facts<'_>) -> (bool, Option<Reason>, String) {
    match (facts.deployed, &facts.waiting) {
        (_, Some(waiting)) => (false, Some(Reason::UninstallSuccessful), waiting.clone()),
        (None, None) => (false, None, String::new()),
        (Some(Record { release, .. }), None) => {
            let reason = if release.version == 1 {
                Reason::InstallSuccessful
            } else {
                Reason::UpgradeSuccessful
            };
            let notes = if facts.is_secret { "" } else { release.info.notes.trim() };
            (true, Some(reason), notes.to_owned())
        }
    }
}

/// A condition that has a reason: its type, whether it holds, why, and why for people.
type Said = (ConditionType, bool, Reason, String);

fn of_failure(facts: &Facts<'_>) -> Option<Said> {
    let failure = facts.failure.as_ref()?;
    let which = if failure.is_of_release {
        ConditionType::ReleaseFailed
    } else {
        ConditionType::Irreconcilable
    };
    Some((which, true, failure.reason, failure.text.clone()))
}

fn of_pause(facts: &Facts<'_>) -> Option<Said> {
    let paused = facts.paused.as_ref()?;
    Some((ConditionType::Paused, true, Reason::Paused, paused.message()))
}

/// What the deployed revision's record tells beside the release itself.
fn of_record(facts: &Facts<'_>) -> impl Iterator<Item = Said> {
    let tests = facts.deployed.and_then(|record| record.marks.tests.as_ref());
    let tested = tests.and_then(|tests| {
        let passed = tests.passed?;
        let reason = if passed {
            Reason::TestsPassed
        } else {
            Reason::TestsFailed
        };
        let said = if facts.is_secret && !passed {
            "a test failed"
        } else {
            &tests.message
        };
        let message = format!("revision {}: {said}", tests.revision);
        Some((ConditionType::Tested, passed, reason, message))
    });
    let split = facts.deployed.filter(|record| !record.parts.is_empty());
    let split = split.map(|record| {
        let reason = Reason::RecordTooLarge;
        (ConditionType::RecordSplit, true, reason, split_record(record))
    });
    tested.into_iter().chain(split)
}

/// What there is to know of a record that is too large for one Secret.
pub(crate) fn split_record(record: &Record) -> String {
    format!(
        "the record of revision {} is too large for one Secret and takes {}: the operator reads it, Helm's own command can't",
        record.release.version,
        record.parts.len() + 1
    )
}

/// `Ready`, and `Reconciling` or `Stalled` where one of them holds, as kstatus reads them.
fn health(facts: &Facts<'_>) -> impl Iterator<Item = Said> {
    let (ready, reason, message) = readiness(facts);
    let is_final = facts.paused.is_some() || facts.failure.as_ref().is_some_and(|failure| failure.is_final);
    let more = match (ready, is_final) {
        (true, _) => None,
        (false, true) => Some(ConditionType::Stalled),
        (false, false) => Some(ConditionType::Reconciling),
    };
    let second = more.map(|kind| (kind, true, reason, message.clone()));
    std::iter::once((ConditionType::Ready, ready, reason, message)).chain(second)
}

/// `Available`, `Progressing` and `Degraded`; the last two are never both true. What they are about is told once, by the
/// one that holds.
fn condition_of_operand(facts: &Facts<'_>) -> [Said; 3] {
    let (ready, reason, message) = readiness(facts);
    let (available, why, what) = match &facts.waiting {
        Some(_) => (false, Reason::UninstallSuccessful, String::new()),
        None => of_objects(facts),
    };
    let degraded = facts.failure.is_some() || reason == Reason::ObjectFailed;
    let progressing = !ready && !degraded && facts.paused.is_none();
    let only_if = |holds: bool| if holds { message.clone() } else { String::new() };
    [
        (ConditionType::Available, available, why, what),
        (ConditionType::Progressing, progressing, reason, only_if(progressing)),
        (ConditionType::Degraded, degraded, reason, only_if(degraded)),
    ]
}

fn readiness(facts: &Facts<'_>) -> (bool, Reason, String) {
    if let Some(waiting) = &facts.waiting {
        return (false, Reason::UninstallSuccessful, waiting.clone());
    }
    if let Some(failure) = &facts.failure {
        return (false, failure.reason, failure.text.clone());
    }
    if let Some(paused) = facts.paused.as_ref().filter(|paused| !paused.wanted.is_empty()) {
        return (false, Reason::Paused, paused.message());
    }
    of_objects(facts)
}

/// Whether what is deployed is ready.
fn of_objects(facts: &Facts<'_>) -> (bool, Reason, String) {
    if facts.deployed.is_none() {
        return (false, Reason::Progressing, "the release is being installed".into());
    }
    for tracked in facts.objects {
        if let Readiness::Failed(why) = &tracked.readiness {
            return (false, Reason::ObjectFailed, format!("{}: {why}", tracked.object));
        }
    }
    for tracked in facts.objects {
        if let Readiness::InProgress(why) = &tracked.readiness {
            return (false, Reason::WaitingForObjects, format!("{}: {why}", tracked.object));
        }
    }
    (
        true,
        Reason::AllObjectsReady,
        format!("{} objects are ready", facts.objects.len()),
    )
}

/// The pods of all workloads.
fn pods(objects: &[Tracked]) -> Pods {
    objects.iter().fold(Pods::default(), |sum, tracked| Pods {
        ready: sum.ready + tracked.pods.ready,
        wanted: sum.wanted + tracked.pods.wanted,
    })
}

/// What selects the release's pods, where one workload has them all.
fn selector(objects: &[Tracked]) -> Option<&str> {
    let mut workloads = objects
        .iter()
        .filter(|tracked| tracked.selector.is_some() || tracked.pods != Pods::default());
    let only = workloads.next().filter(|_| workloads.next().is_none());
    only?.selector.as_deref()
}

/// Whether the resource says already that this is what is wrong with it.
pub fn says(object: &DynamicObject, reason: Reason, message: &str) -> bool {
    let conditions = object.data.pointer("/status/conditions").and_then(Value::as_array);
    conditions.into_iter().flatten().any(|condition| {
        let reads = |key: &str, text: &str| condition.get(key).and_then(Value::as_str) == Some(text);
        reads("status", "True") && reads("reason", &format!("{reason:?}")) && reads("message", message)
    })
}

/// The status to write over the one that the resource has, with the times of its conditions: kept where a condition's
/// status is the same, now where it is not. Only what changes is in it; `None` if nothing would.
pub fn publish(object: &DynamicObject, mut status: Value, now: &str) -> Option<Value> {
    let old = object.data.get("status").cloned().unwrap_or_default();
    let old_conditions = old
        .get("conditions")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    if let Some(conditions) = status.get_mut("conditions").and_then(Value::as_array_mut) {
        for condition in conditions {
            let before = old_conditions
                .iter()
                .find(|old| old.get("type") == condition.get("type"));
            let kept = before.filter(|old| old.get("status") == condition.get("status"));
            let time = kept.and_then(|old| old.get("lastTransitionTime")).cloned();
            condition["lastTransitionTime"] = time.unwrap_or_else(|| json!(now));
        }
    }
    if let (Some(new), Some(old)) = (status.as_object_mut(), old.as_object()) {
        // A merge patch removes what it sets to null: facts that no longer hold.
        for key in old.keys() {
            new.entry(key.clone()).or_insert(Value::Null);
        }
        new.retain(|key, value| old.get(key).unwrap_or(&Value::Null) != value);
        if new.is_empty() {
            return None;
        }
    }
    Some(status)
}

#[cfg(test)]
mod tests;
