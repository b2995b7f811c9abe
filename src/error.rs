//! Why a reconcile failed, and what follows from it.

use std::error::Error as StdError;

use crate::render::RenderError;
use crate::sources::SourceError;
use crate::status::Reason;

/// A reconcile that failed. One type decides the condition, the event and when to try again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReconcileError {
    /// The custom resource's spec is missing or not an object.
    #[error("spec of the custom resource is {found}, must be an object with the chart's values")]
    Spec {
        /// What it is instead.
        found: &'static str,
    },
    /// A Secret or `ConfigMap` of the watch's `valuesFrom` does not give its values.
    #[error("failed to get the values")]
    Values(#[from] SourceError),
    /// It can't be told who is to make the release.
    #[error("{reason}")]
    Identity {
        /// Why.
        reason: String,
    },
    /// Whoever is to make the release may not.
    #[error("{who} may not: {missing}; grant these rights")]
    Access {
        /// The user, or the operator.
        who: String,
        /// All that it may not do.
        missing: String,
        /// Whether a revision is deployed already.
        is_upgrade: bool,
    },
    /// The release's name is not one that Helm takes.
    #[error("name of the custom resource can't be a release's: {reason}")]
    ReleaseName {
        /// Why.
        reason: String,
    },
    /// The chart on disk is broken.
    #[error("failed to load chart {path}")]
    Chart {
        /// The chart's folder.
        path: String,
        /// Why.
        #[source]
        source: std::sync::Arc<crate::charts::ChartError>,
    },
    /// The chart can't be rendered with these values.
    #[error("failed to render chart {chart}")]
    Render {
        /// The chart's name.
        chart: String,
        /// Whether a revision is deployed already.
        is_upgrade: bool,
        /// Why.
        #[source]
        source: RenderError,
    },
    /// The install failed.
    #[error("failed to install release")]
    Install(#[source] helm_action::Error),
    /// The upgrade failed.
    #[error("failed to upgrade release")]
    Upgrade(#[source] helm_action::Error),
    /// The rollback failed.
    #[error("failed to roll back release")]
    Rollback(#[source] helm_action::Error),
    /// The inputs failed before, and the failure policy says to wait for others.
    #[error("{description}; waiting for a change of the resource or of the chart")]
    Held {
        /// Whether a revision is deployed.
        is_upgrade: bool,
        /// What the last revision's record says.
        description: String,
    },
    /// A revision is asked for that is not kept.
    #[error(
        "revision {revision} is not among the deployed revisions that are kept: change or remove the annotation \
         `chartwright.dev/rollback-to`"
    )]
    NoRevision {
        /// That revision.
        revision: u32,
    },
    /// The uninstall failed.
    #[error("failed to uninstall release")]
    Uninstall(#[source] helm_action::Error),
    /// The release's records or its objects can't be read, or drift can't be repaired.
    #[error("failed to reconcile release")]
    Reconcile(#[source] helm_action::Error),
    /// The custom resource itself can't be written.
    #[error("failed to update the custom resource")]
    Update(#[source] helm_kube::Error),
}

/// When to try again after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// After a delay that doubles with each failure at the same inputs.
    Backoff,
    /// Only when the inputs change; the period's look notices where nothing else tells.
    Never,
}

impl ReconcileError {
    /// The condition's reason.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Render { is_upgrade: false, .. }
            | Self::Access { is_upgrade: false, .. }
            | Self::Held { is_upgrade: false, .. }
            | Self::Install(_) => Reason::InstallError,
            Self::Access { is_upgrade: true, .. } | Self::Held { is_upgrade: true, .. } | Self::Upgrade(_) => {
                Reason::UpgradeError
            }
            Self::Rollback(_) | Self::NoRevision { .. } => Reason::RollbackError,
            Self::Uninstall(_) => Reason::UninstallError,
            Self::Spec { .. } | Self::Values(_) | Self::ReleaseName { .. } => Reason::ErrorGettingValues,
            Self::Identity { .. }
            | Self::Chart { .. }
            | Self::Render { is_upgrade: true, .. }
            | Self::Reconcile(_)
            | Self::Update(_) => Reason::ReconcileError,
        }
    }

    /// Whether somebody else was faster with a write.
    pub fn is_conflict(&self) -> bool {
        match self {
            Self::Install(error) | Self::Upgrade(error) | Self::Rollback(error) | Self::Reconcile(error) => {
                error.is_conflict()
            }
            Self::Update(error) => error.is_conflict(),
            _ => false,
        }
    }

    /// Whether the release itself failed, as opposed to never having been touched.
    pub fn is_release_failure(&self) -> bool {
        matches!(
            self.reason(),
            Reason::InstallError | Reason::UpgradeError | Reason::RollbackError | Reason::UninstallError
        )
    }

    /// When to try again. What depends on nothing but the inputs is not tried again before they change.
    pub fn retry(&self) -> Retry {
        match self {
            Self::Render {
                source: RenderError::Broken,
                ..
            }
            | Self::Values(SourceError::Read(_))
            | Self::Access { .. }
            | Self::Install(_)
            | Self::Upgrade(_)
            | Self::Rollback(_)
            | Self::Uninstall(_)
            | Self::Reconcile(_)
            | Self::Update(_) => Retry::Backoff,
            Self::Spec { .. }
            | Self::Values(_)
            | Self::ReleaseName { .. }
            | Self::Identity { .. }
            | Self::Chart { .. }
            | Self::Held { .. }
            | Self::NoRevision { .. }
            | Self::Render { .. } => Retry::Never,
        }
    }

    /// The error and its causes on one line: what conditions, events and logs say.
    pub fn chain(&self) -> String {
        chain(self)
    }
}

/// An error and its causes on one line.
pub fn chain(error: &(dyn StdError + 'static)) -> String {
    helm_chart::helm_text(error)
}
