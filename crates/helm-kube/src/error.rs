//! What can go wrong between us and the API server.

use crate::{Gvk, ObjectRef};

/// A request that failed, by what it was for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No usable cluster configuration was found.
    #[error("failed to find a cluster: set KUBECONFIG, or run inside a cluster")]
    Configure(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The client could not be built from its configuration.
    #[error("failed to set up the connection to {server}")]
    Connect {
        /// The API server's address.
        server: String,
        /// Why.
        #[source]
        source: kube::Error,
    },
    /// The server did not tell what it serves.
    #[error("failed to discover the server's APIs")]
    Discover(#[source] Reply),
    /// The server does not serve a kind.
    #[error("no matches for kind \"{}\" in version \"{}\"", .0.kind, .0.api_version)]
    UnknownKind(Gvk),
    /// An object could not be read.
    #[error("failed to read {object}")]
    Get {
        /// Which object.
        object: ObjectRef,
        /// What the server said.
        #[source]
        source: Reply,
    },
    /// Objects could not be listed.
    #[error("failed to list {what}")]
    List {
        /// Which objects.
        what: String,
        /// What the server said.
        #[source]
        source: Reply,
    },
    /// An object could not be created.
    #[error("failed to create {object}")]
    Create {
        /// Which object.
        object: ObjectRef,
        /// What the server said.
        #[source]
        source: Reply,
    },
    /// An object could not be applied.
    #[error("failed to apply {object}")]
    Apply {
        /// Which object.
        object: ObjectRef,
        /// What the server said.
        #[source]
        source: Reply,
    },
    /// An object could not be deleted.
    #[error("failed to delete {object}")]
    Delete {
        /// Which object.
        object: ObjectRef,
        /// What the server said.
        #[source]
        source: Reply,
    },
    /// An object exists that the release does not own.
    #[error("{object} exists and can't be taken over: {reason}")]
    Foreign {
        /// Which object.
        object: ObjectRef,
        /// Which mark of ownership is missing or names another release.
        reason: String,
    },
    /// A user's name can't be sent.
    #[error("{0:?} can't be a user's name")]
    User(String),
    /// The server did not tell what somebody may do.
    #[error("failed to ask whether it is allowed to {access}")]
    Review {
        /// What is to be done.
        access: String,
        /// What the server said.
        #[source]
        source: Reply,
    },
    /// A release record could not be written or read.
    #[error("release record {key} is unusable")]
    Record {
        /// The Secret's name.
        key: String,
        /// Why.
        #[source]
        source: helm_release::CodecError,
    },
}

/// What the API server answered, or why there was no answer. Its text never repeats itself, as kube's own does.
#[derive(Debug)]
pub struct Reply(Box<kube::Error>);

impl Reply {
    /// The HTTP status code, if the server answered.
    pub fn code(&self) -> Option<u16> {
        match self.0.as_ref() {
            kube::Error::Api(status) => Some(status.code),
            _ => None,
        }
    }

    /// The server's reason word, such as `NotFound` or `Conflict`; empty if there was no answer.
    pub fn reason(&self) -> &str {
        match self.0.as_ref() {
            kube::Error::Api(status) => &status.reason,
            _ => "",
        }
    }
}

impl From<kube::Error> for Reply {
    fn from(error: kube::Error) -> Self {
        Self(Box::new(error))
    }
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.as_ref() {
            kube::Error::Api(status) => f.write_str(&status.message),
            kube::Error::Service(source) => {
                write!(f, "the API server can't be reached: {}", innermost(source.as_ref()))
            }
            kube::Error::HyperError(source) => write!(f, "the connection failed: {}", innermost(source)),
            other => write!(f, "{other}"),
        }
    }
}

impl std::error::Error for Reply {}

fn innermost<'a>(error: &'a (dyn std::error::Error + 'static)) -> &'a (dyn std::error::Error + 'static) {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error
}

impl Error {
    /// What the server answered, where there was a request.
    pub fn reply(&self) -> Option<&Reply> {
        match self {
            Self::Discover(source)
            | Self::Get { source, .. }
            | Self::List { source, .. }
            | Self::Create { source, .. }
            | Self::Apply { source, .. }
            | Self::Delete { source, .. }
            | Self::Review { source, .. } => Some(source),
            Self::Configure(_)
            | Self::Connect { .. }
            | Self::UnknownKind(_)
            | Self::User(_)
            | Self::Foreign { .. }
            | Self::Record { .. } => None,
        }
    }

    /// Whether the server said that there is no such object, or no such kind.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::UnknownKind(_)) || self.reply().is_some_and(|reply| reply.code() == Some(404))
    }

    /// Whether the server said that the object exists already.
    pub fn is_already_exists(&self) -> bool {
        self.reply().is_some_and(|reply| reply.reason() == "AlreadyExists")
    }

    /// Whether the server found the object at fault.
    pub fn is_invalid(&self) -> bool {
        self.reply().is_some_and(|reply| reply.reason() == "Invalid")
    }

    /// Whether the server said that the user may not do it.
    pub fn is_forbidden(&self) -> bool {
        self.reply().is_some_and(|reply| reply.code() == Some(403))
    }

    /// Whether somebody else changed the object at the same time, or owns a field of it.
    pub fn is_conflict(&self) -> bool {
        self.reply().is_some_and(|reply| reply.reason() == "Conflict")
    }
}
