//! What can go wrong, in the words of go-yaml, sigs.k8s.io/yaml and `encoding/json`.

/// Why YAML could not be read or written; its text is Go's, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The text is not YAML, or holds what JSON cannot express.
    #[error("error converting YAML to JSON: {0}")]
    Convert(Problem),
    /// The document is not of the kind the caller asked for.
    #[error("error unmarshaling JSON: while decoding JSON: {0}")]
    Kind(Problem),
    /// The value holds what JSON cannot express.
    #[error("error marshaling into JSON: {0}")]
    Marshal(Problem),
    /// The value holds what go-yaml refuses to write.
    #[error("{0}")]
    Write(Problem),
}

/// One problem: Go's text, and the line it names.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Problem {
    text: String,
    line: Option<usize>,
}

impl Problem {
    /// A problem that names no line.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            line: None,
        }
    }

    /// A problem of go-yaml's own: its text begins with `yaml: ` and, if there is one, the line.
    pub(crate) fn yaml(line: Option<usize>, text: impl std::fmt::Display) -> Self {
        match line {
            Some(number) => Self {
                text: format!("yaml: line {number}: {text}"),
                line,
            },
            None => Self::new(format!("yaml: {text}")),
        }
    }

    /// The 1-based line that go-yaml names. It is the line after the culprit for some errors, as in Go.
    pub fn line(&self) -> Option<usize> {
        self.line
    }
}

impl Error {
    /// The problem inside.
    pub fn problem(&self) -> &Problem {
        match self {
            Self::Convert(problem) | Self::Kind(problem) | Self::Marshal(problem) | Self::Write(problem) => problem,
        }
    }
}
