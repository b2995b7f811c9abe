//! Where a revision stands.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The status of one revision of a release, by Helm's names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The revision that the cluster has.
    Deployed,
    /// The release is gone and its history was kept.
    Uninstalled,
    /// A later revision took its place.
    Superseded,
    /// The operation that made it failed.
    Failed,
    /// An uninstall is under way.
    Uninstalling,
    /// A first install is under way, or its process died.
    PendingInstall,
    /// An upgrade is under way, or its process died.
    PendingUpgrade,
    /// A rollback is under way, or its process died.
    PendingRollback,
    /// Not known, or a status that a later Helm introduced.
    #[default]
    #[serde(other)]
    Unknown,
}

impl Status {
    /// Whether an operation was begun and not ended.
    pub fn is_pending(self) -> bool {
        matches!(
            self,
            Self::PendingInstall | Self::PendingUpgrade | Self::PendingRollback
        )
    }

    /// Helm's name, as in the record and in the Secret's `status` label.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Deployed => "deployed",
            Self::Uninstalled => "uninstalled",
            Self::Superseded => "superseded",
            Self::Failed => "failed",
            Self::Uninstalling => "uninstalling",
            Self::PendingInstall => "pending-install",
            Self::PendingUpgrade => "pending-upgrade",
            Self::PendingRollback => "pending-rollback",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
