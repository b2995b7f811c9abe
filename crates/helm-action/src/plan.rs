//! The next step of a release: a pure decision.

use helm_kube::Record;
use helm_release::Status;

use crate::{FailurePolicy, History};

/// What a release should come to, as far as the plan depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Goal<'a> {
    /// The digest of the inputs that its revision should be made from.
    pub inputs: &'a str,
    /// What follows a failed attempt.
    pub policy: FailurePolicy,
    /// The revision whose content it should have instead, if somebody asks for one.
    pub rollback_to: Option<u32>,
}

/// What a release needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Its last revision is the one wanted: only drift may have to be repaired.
    InSync {
        /// That revision.
        revision: u32,
    },
    /// No revision of it was ever deployed.
    Install {
        /// The revision to write: that of an attempt that failed or was cut off, the next one after an uninstall, else 1.
        revision: u32,
    },
    /// Its inputs changed, or the last attempt at these inputs failed or was cut off.
    Upgrade {
        /// The revision to write: that of an attempt at the same inputs, else the next one.
        revision: u32,
    },
    /// It goes back to an earlier revision: the last attempt failed, or somebody asks for it.
    Rollback {
        /// The earlier revision.
        to: u32,
        /// The revision to write: that of a rollback that failed or was cut off, else the next one.
        revision: u32,
    },
    /// Its inputs failed before, and the policy says to wait for others.
    Hold {
        /// The last revision: the one that failed, or the one that went back.
        revision: u32,
    },
    /// Somebody asks for a revision that is not kept.
    Missing {
        /// That revision.
        revision: u32,
    },
    /// Another tool made its last revision, so that the inputs are not known: compare what they render to.
    Compare {
        /// That revision.
        revision: u32,
    },
}

impl Step {
    /// The revision that it is about.
    pub fn revision(&self) -> u32 {
        match self {
            Self::Install { revision }
            | Self::Upgrade { revision }
            | Self::InSync { revision }
            | Self::Rollback { revision, .. }
            | Self::Hold { revision }
            | Self::Missing { revision }
            | Self::Compare { revision } => *revision,
        }
    }
}

/// Decides what a release needs so that its last revision is as `goal` says.
///
/// An attempt at the same inputs is repeated under its own revision, so that a permanent failure adds one revision per
/// input and not one per try; a rollback adds one more.
pub fn plan(history: &History, goal: Goal<'_>) -> Step {
    let Some(last) = history.last() else {
        return Step::Install { revision: 1 };
    };
    let revision = last.release.version;
    let status = last.release.info.status;
    let same = last.inputs.as_deref() == Some(goal.inputs);
    if matches!(status, Status::Uninstalling | Status::Uninstalled) {
        // Whoever uninstalls deletes the records that there were when he began.
        return Step::Install { revision: revision + 1 };
    }
    let Some(deployed) = history.deployed() else {
        let gives_up = status == Status::Failed && same && goal.policy == FailurePolicy::Keep;
        return if gives_up {
            Step::Hold { revision }
        } else {
            Step::Install { revision }
        };
    };
    if let Some(to) = goal.rollback_to {
        return go_back(history, last, to);
    }
    if last.marks.refused.as_deref() == Some(goal.inputs) && goal.policy != FailurePolicy::Retry {
        return after_rollback(last);
    }
    match status {
        Status::Deployed if same => Step::InSync { revision },
        Status::Deployed if last.inputs.is_none() => Step::Compare { revision },
        Status::Failed if same => match goal.policy {
            FailurePolicy::Rollback if last.marks.rollback_to.is_none() => Step::Rollback {
                to: deployed.release.version,
                revision: revision + 1,
            },
            FailurePolicy::Retry | FailurePolicy::Rollback => Step::Upgrade { revision },
            FailurePolicy::Keep => Step::Hold { revision },
        },
        status if status.is_pending() && same => Step::Upgrade { revision },
        _ => Step::Upgrade { revision: revision + 1 },
    }
}

/// Somebody asks for the revision `to`.
fn go_back(history: &History, last: &Record, to: u32) -> Step {
    let revision = last.release.version;
    let is_deployed = last.release.info.status == Status::Deployed;
    let is_there = last.marks.rollback_to == Some(to) && last.marks.refused.is_none();
    if is_deployed && (is_there || revision == to) {
        return Step::InSync { revision };
    }
    let was_deployed = |record: &Record| matches!(record.release.info.status, Status::Deployed | Status::Superseded);
    match history.find(to) {
        Some(target) if was_deployed(target) => Step::Rollback {
            to,
            revision: if is_there { revision } else { revision + 1 },
        },
        _ => Step::Missing { revision: to },
    }
}

/// The inputs have failed, and the last revision is the answer to that. A rollback that failed itself is tried again:
/// what is there is neither the one nor the other.
fn after_rollback(last: &Record) -> Step {
    let revision = last.release.version;
    match (last.release.info.status, last.marks.rollback_to) {
        (Status::Deployed, _) | (_, None) => Step::Hold { revision },
        (_, Some(to)) => Step::Rollback { to, revision },
    }
}

#[cfg(test)]
mod tests;
