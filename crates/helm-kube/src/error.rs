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

/// One thing that the server minds in an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The field, as `spec.containers[0].image`.
    pub field: String,
    /// The server's word for it, such as `FieldValueInvalid`.
    pub reason: String,
    /// What is wrong with it.
    pub message: String,
}

/// A value that is longer is left out of what is told: that of a pod's template fills pages.
const LONGEST_VALUE: usize = 100;

impl Cause {
    /// The message, without a long value.
    pub fn short(&self) -> String {
        const START: &str = "Invalid value: ";
        let Some(rest) = self.message.strip_prefix(START) else {
            return self.message.clone();
        };
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<serde_json::Value>();
        let length = match values.next() {
            Some(Ok(_)) => values.byte_offset(),
            _ => rest.rfind(": ").unwrap_or_default(),
        };
        if length <= LONGEST_VALUE {
            return self.message.clone();
        }
        rest[length..].trim_start_matches([':', ' ']).to_owned()
    }
}

impl Reply {
    /// What the server minds in the object.
    pub fn causes(&self) -> Vec<Cause> {
        let kube::Error::Api(status) = self.0.as_ref() else {
            return Vec::new();
        };
        let causes = status.details.iter().flat_map(|details| &details.causes);
        causes
            .map(|cause| Cause {
                field: cause.field.clone(),
                reason: cause.reason.clone(),
                message: cause.message.clone(),
            })
            .collect()
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
            kube::Error::Api(status) => {
                let shorten = |text: String, cause: Cause| text.replace(&cause.message, &cause.short());
                f.write_str(&self.causes().into_iter().fold(status.message.clone(), shorten))
            }
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

    /// What the server minds in the object, where it said that it is invalid.
    pub fn causes(&self) -> Vec<Cause> {
        self.reply().map(Reply::causes).unwrap_or_default()
    }

    /// Whether the server found the object at fault.
    pub fn is_invalid(&self) -> bool {
        self.reply().is_some_and(|reply| reply.reason() == "Invalid")
    }

    /// Whether the server said that the user may not do it.
    pub fn is_forbidden(&self) -> bool {
        self.reply().is_some_and(|reply| reply.code() == Some(403))
    }

    /// Whether the request may well succeed when it is sent again as it is: there was no answer, or one that tells of the
    /// server rather than of the request.
    pub fn is_transient(&self) -> bool {
        let code = self.reply().map(Reply::code);
        code.is_some_and(|code| code.is_none_or(|code| code == 429 || code >= 500)) || self.is_conflict()
    }

    /// Whether somebody else changed the object at the same time, or owns a field of it.
    pub fn is_conflict(&self) -> bool {
        self.reply().is_some_and(|reply| reply.reason() == "Conflict")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_is_left_out_of_what_is_told() {
        let long = format!("{{\"Env\":[\"{}\"]}}", "secret: ".repeat(20));
        let cases = [
            (
                format!("Invalid value: {long}: field is immutable"),
                "field is immutable".to_owned(),
            ),
            (
                format!("Invalid value: {}: too odd", "not: JSON".repeat(20)),
                "too odd".to_owned(),
            ),
            (
                "Invalid value: 99999: out of range".into(),
                "Invalid value: 99999: out of range".into(),
            ),
            (
                "Forbidden: may not be changed".into(),
                "Forbidden: may not be changed".into(),
            ),
        ];
        for (message, expected) in cases {
            let cause = Cause {
                field: "spec.template".into(),
                reason: "FieldValueInvalid".into(),
                message,
            };
            assert_eq!(cause.short(), expected);
        }
    }
}
