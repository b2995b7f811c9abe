//! What a user should know of an operation that went on all the same.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use helm_kube::{Duplicate, Gvk, ObjectRef};
use helm_release::HookEvent;

/// Something that a user should know of an operation that went on all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A list of the chart has several items of one key, of which the last one was sent.
    Duplicate {
        /// The object.
        object: ObjectRef,
        /// The list and the key.
        duplicate: Duplicate,
    },
    /// An object was deleted and made anew.
    Recreated {
        /// The object.
        object: ObjectRef,
        /// What the server said of a change in place.
        reason: String,
    },
    /// Claims were expanded and their `StatefulSet` was replaced around its pods.
    Expanded {
        /// The `StatefulSet`.
        object: ObjectRef,
        /// The claims' names.
        claims: Vec<String>,
    },
    /// The server no longer serves a kind of an earlier revision, whose objects count as gone.
    Unserved {
        /// The kind.
        gvk: Gvk,
    },
}

impl Notice {
    /// Whether something is amiss.
    pub fn is_warning(&self) -> bool {
        matches!(self, Self::Duplicate { .. } | Self::Unserved { .. })
    }

    /// The object that it is about.
    pub fn object(&self) -> Option<&ObjectRef> {
        match self {
            Self::Duplicate { object, .. } | Self::Recreated { object, .. } | Self::Expanded { object, .. } => {
                Some(object)
            }
            Self::Unserved { .. } => None,
        }
    }

    /// One word for it.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Duplicate { .. } => "DuplicateKey",
            Self::Recreated { .. } => "ObjectRecreated",
            Self::Expanded { .. } => "VolumesExpanded",
            Self::Unserved { .. } => "KindNotServed",
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duplicate { object, duplicate } => write!(f, "{object}: {duplicate}"),
            Self::Recreated { object, reason } => {
                write!(
                    f,
                    "{object} was made anew, since it can't be changed in place: {reason}"
                )
            }
            Self::Expanded { object, claims } => {
                let claims = claims.join(", ");
                write!(
                    f,
                    "{object} was replaced without its pods, to expand its claims: {claims}"
                )
            }
            Self::Unserved { gvk } => {
                write!(
                    f,
                    "the server no longer serves {gvk}; objects of it in an earlier revision count as gone"
                )
            }
        }
    }
}

/// A hook that has run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HookEnd {
    /// At which point of the release's life.
    pub event: HookEvent,
    /// Whether it succeeded.
    pub has_succeeded: bool,
    /// How long it took.
    pub took: Duration,
}

/// Collects what is to be told of an operation. Clones collect together.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    notices: Arc<Mutex<Vec<Notice>>>,
    hooks: Arc<Mutex<Vec<HookEnd>>>,
}

impl Notices {
    /// Adds a notice, and logs it.
    pub(crate) fn add(&self, release: &str, notice: Notice) {
        let mut notices = self.notices.lock().unwrap_or_else(PoisonError::into_inner);
        if notices.contains(&notice) {
            return;
        }
        if notice.is_warning() {
            tracing::warn!(release, "{notice}");
        } else {
            tracing::info!(release, "{notice}");
        }
        notices.push(notice);
    }

    /// Takes what was collected up to now.
    pub fn take(&self) -> Vec<Notice> {
        std::mem::take(&mut *self.notices.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes that a hook has run.
    pub(crate) fn add_hook(&self, end: HookEnd) {
        self.hooks.lock().unwrap_or_else(PoisonError::into_inner).push(end);
    }

    /// Takes the hooks that have run up to now.
    pub fn take_hooks(&self) -> Vec<HookEnd> {
        std::mem::take(&mut *self.hooks.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
