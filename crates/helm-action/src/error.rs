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
    /// A Secret should hold a revision, and does not.
    #[error("release record {secret} can't be read ({reason}): restore that Secret, or delete it to go on without it")]
    Unreadable {
        /// The Secret's name.
        secret: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A record has lost its hooks while they ran.
    #[error("the record of revision {revision} lacks the hook that was run")]
    NoHook {
        /// The revision.
        revision: u32,
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
    /// What a test has printed can't be read.
    #[error("failed to read the log of {what}")]
    Log {
        /// The pod, or one of its containers.
        what: String,
        /// Why.
        #[source]
        source: Box<kube::Error>,
    },
    /// An annotation of an object of the chart makes no sense.
    #[error("annotation `{annotation}` of {object}: {reason}")]
    Annotation {
        /// The object.
        object: ObjectRef,
        /// The annotation's name.
        annotation: &'static str,
        /// What is wrong with its value.
        reason: String,
    },
    /// The claims of a `StatefulSet` can't be expanded; nothing was changed.
    #[error("the claims of {object} can't grow")]
    Expand {
        /// The `StatefulSet`.
        object: ObjectRef,
        /// What the server said of a claim.
        #[source]
        source: Box<helm_kube::Error>,
    },
    /// An object that is to be made anew does not go.
    #[error(
        "{object} is to be made anew and is still there after {seconds} s{}",
        held_by(finalizers)
    )]
    Remains {
        /// The object.
        object: ObjectRef,
        /// The finalizers that hold it.
        finalizers: Vec<String>,
        /// The limit in seconds.
        seconds: u64,
    },
    /// A definition of the chart lacks versions that objects are stored in.
    #[error(
        "{object} is not replaced: objects may be stored in {}, which the chart's definition lacks; store them in a newer \
         version and take it out of `status.storedVersions` first",
        versions.join(", ")
    )]
    StoredVersions {
        /// The definition.
        object: ObjectRef,
        /// The versions.
        versions: Vec<String>,
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

fn held_by(finalizers: &[String]) -> String {
    if finalizers.is_empty() {
        String::new()
    } else {
        format!(", held by finalizer {}", finalizers.join(", "))
    }
}

impl Error {
    /// Whether the step may well succeed when it is repeated as it is; what failed says nothing about the release.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Kube(error) if error.is_transient())
    }

    /// Whether somebody else was faster; the step may be repeated at once.
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Kube(error) if error.is_conflict())
    }

    /// Whether an object was to be made that is there already.
    pub fn is_already_exists(&self) -> bool {
        matches!(self, Self::Kube(error) if error.is_already_exists())
    }

    /// Whether whoever acts lacks a right.
    pub fn is_forbidden(&self) -> bool {
        matches!(self, Self::Kube(error) if error.is_forbidden())
    }
}

/// An error with its causes on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
