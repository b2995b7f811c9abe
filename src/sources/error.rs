//! Why sources do not give their values.

use super::Source;

/// Why there are no values to be had. What a source says is never told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The object is not there.
    #[error("{0} of `valuesFrom` does not exist; create it, or mark it as `optional`")]
    Missing(Source),
    /// The object has no such key.
    #[error("{source_ref} of `valuesFrom` has no key `{key}`; add it, or mark it as `optional`")]
    MissingKey {
        /// The object.
        source_ref: Source,
        /// The key.
        key: String,
    },
    /// The key's bytes are no text.
    #[error("key `{key}` of {source_ref} is not UTF-8")]
    NotText {
        /// The object.
        source_ref: Source,
        /// The key.
        key: String,
    },
    /// The key's text is no values file.
    #[error("key `{key}` of {source_ref} is not a map of values in YAML{}", line.map_or(String::new(), |line| format!(" (see line {line})")))]
    NotValues {
        /// The object.
        source_ref: Source,
        /// The key.
        key: String,
        /// The line that YAML's reader stumbled at.
        line: Option<usize>,
    },
    /// The path leads through what is no map.
    #[error("key `{key}` of {source_ref} can't be put at `{path}`: what an earlier source has there is no map")]
    Path {
        /// The object.
        source_ref: Source,
        /// The key.
        key: String,
        /// The path.
        path: String,
    },
    /// The object could not be read.
    #[error("failed to read a source of values")]
    Read(#[source] helm_kube::Error),
}

impl SourceError {
    pub(crate) fn not_values((source_ref, key): (Source, String), line: Option<usize>) -> Self {
        Self::NotValues { source_ref, key, line }
    }

    pub(crate) fn path((source_ref, key): (Source, String), path: &str) -> Self {
        let path = path.to_owned();
        Self::Path { source_ref, key, path }
    }
}
