//! What is wrong with a watches.yaml, and where.

use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};

use goyaml::Position;

/// One mistake and its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// Where it is.
    pub position: Position,
    /// What is wrong, without the place.
    pub text: String,
}

/// A watches.yaml that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum WatchesError {
    /// It can't be read.
    #[error("failed to read watches file {} (--watches-file names another one)", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It is not YAML.
    #[error("failed to parse watches file {}", path.display())]
    Yaml {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<goyaml::Error>,
    },
    /// A release would be outside of the namespaces that are watched.
    #[error("releaseNamespace {namespace} of {kind} is not in WATCH_NAMESPACE ({known})")]
    Namespace {
        /// The namespace.
        namespace: String,
        /// The watch's kind.
        kind: String,
        /// The namespaces that are watched.
        known: String,
    },
    /// It says something that makes no sense; all of it, in the order of the file.
    #[error("{}", report(path, mistakes))]
    Mistakes {
        /// The file.
        path: PathBuf,
        /// The mistakes; at least one.
        mistakes: Vec<Mistake>,
    },
}

/// The mistakes found so far.
#[derive(Debug, Default)]
pub(super) struct Mistakes(Vec<Mistake>);

impl Mistakes {
    /// Notes a mistake.
    pub(super) fn add(&mut self, position: Position, text: impl Into<String>) {
        self.0.push(Mistake {
            position,
            text: text.into(),
        });
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// `found` if there are no mistakes.
    pub(super) fn into_result<T>(mut self, path: &Path, found: T) -> Result<T, WatchesError> {
        if self.0.is_empty() {
            return Ok(found);
        }
        self.0.sort();
        // An anchor that is used twice is read twice.
        self.0.dedup();
        Err(WatchesError::Mistakes {
            path: path.to_owned(),
            mistakes: self.0,
        })
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.position.line, self.position.column, self.text)
    }
}

fn report(path: &Path, mistakes: &[Mistake]) -> String {
    let path = path.display();
    if let [only] = mistakes {
        return format!("{path}:{only}");
    }
    let mut text = format!("{} mistakes in watches file {path}", mistakes.len());
    for mistake in mistakes {
        // Writing into a string can't fail.
        let _ = write!(text, "\n  {path}:{mistake}");
    }
    text
}
