//! What can be done to a release, and Helm's words for it.

use helm_release::{HookEvent, Status};

/// How a revision comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// No revision is deployed yet.
    Install,
    /// It takes the place of one that is deployed.
    Upgrade,
    /// It has the content of this earlier revision.
    Rollback {
        /// That revision.
        to: u32,
    },
}

impl Operation {
    /// The record's status while it is under way.
    pub fn pending(self) -> Status {
        match self {
            Self::Install => Status::PendingInstall,
            Self::Upgrade => Status::PendingUpgrade,
            Self::Rollback { .. } => Status::PendingRollback,
        }
    }

    /// The earlier revision that it goes back to.
    pub fn rollback_to(self) -> Option<u32> {
        match self {
            Self::Install | Self::Upgrade => None,
            Self::Rollback { to } => Some(to),
        }
    }

    /// The hooks before it and after it.
    pub fn hooks(self) -> (HookEvent, HookEvent) {
        match self {
            Self::Install => (HookEvent::PreInstall, HookEvent::PostInstall),
            Self::Upgrade => (HookEvent::PreUpgrade, HookEvent::PostUpgrade),
            Self::Rollback { .. } => (HookEvent::PreRollback, HookEvent::PostRollback),
        }
    }

    /// The record's description while it is under way.
    pub fn begun(self) -> &'static str {
        match self {
            Self::Install => "Initial install underway",
            Self::Upgrade => "Preparing upgrade",
            Self::Rollback { .. } => "Rollback underway",
        }
    }

    /// The record's description when it is done, with its cause if one is given.
    pub fn done(self, cause: &str) -> String {
        let words = match self {
            Self::Install => "Install complete".to_owned(),
            Self::Upgrade => "Upgrade complete".to_owned(),
            Self::Rollback { to } => format!("Rollback to {to}"),
        };
        if cause.is_empty() {
            words
        } else {
            format!("{words}: {cause}")
        }
    }

    /// The record's description when it failed.
    pub fn failed(self, release: &str, reason: &str) -> String {
        let what = match self {
            Self::Install => "Release",
            Self::Upgrade => "Upgrade",
            Self::Rollback { .. } => "Rollback",
        };
        format!("{what} \"{release}\" failed: {reason}")
    }
}
