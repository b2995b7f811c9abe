//! What can go wrong with a release.

use helm_kube::ObjectRef;

/// An operation on a release that failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A request failed, or an object is not the release's to change.
    #[error(transparent)]
    Kube(#[from] helm_kube::Error),
    /// A stored manifest can't be read.
    #[error("the stored manifest of revision {revision} can't be read")]
    Manifest {
        /// The revision.
        revision: u32,
        /// Why.
        #[source]
        source: helm_release::ManifestError,
    },
    /// A document of the chart is not an object that could be applied.
    #[error("{path}: not a Kubernetes object: {reason}")]
    NotAnObject {
        /// The template.
        path: String,
        /// What it lacks.
        reason: String,
    },
    /// A hook failed.
    #[error("{event} hook {object} failed: {reason}")]
    Hook {
        /// When it ran.
        event: &'static str,
        /// Its object.
        object: ObjectRef,
        /// Its job's or pod's own reason.
        reason: String,
    },
    /// A hook did not end in time.
    #[error("{event} hook {object} did not end within {seconds} s")]
    HookTimeout {
        /// When it ran.
        event: &'static str,
        /// Its object.
        object: ObjectRef,
        /// The limit in seconds.
        seconds: u64,
    },
    /// The release belongs to somebody else.
    #[error(
        "release {release} was made from chart `{found}`, not `{wanted}`: rename the resource, or remove that release"
    )]
    ForeignRelease {
        /// The release's name.
        release: String,
        /// The chart in its record.
        found: String,
        /// The chart of the watch.
        wanted: String,
    },
    /// The release belongs to another custom resource.
    #[error("release {release} belongs to {owner}: rename the resource, or remove that one")]
    OwnedRelease {
        /// The release's name.
        release: String,
        /// Kind and name of its owner.
        owner: String,
    },
}

impl Error {
    /// Whether somebody else was faster; the step may be repeated at once.
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Kube(error) if error.is_conflict())
    }

    /// Whether whoever acts lacks a right.
    pub fn is_forbidden(&self) -> bool {
        matches!(self, Self::Kube(error) if error.is_forbidden())
    }
}
