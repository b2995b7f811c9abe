//! Why a chart can't be rendered; the texts are Helm's.

use std::fmt::Write;

use gotemplate::{ErrorKind, FuncErrorKind};
use helm_chart::{InstallableError, SchemaError, ValuesError};

/// A chart that can't be rendered. `Display` and its sources, joined by `: `, are what Helm prints.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The chart can't be installed at all, or not into this cluster.
    #[error(transparent)]
    Installable(#[from] InstallableError),
    /// The values don't fit the chart's structure.
    #[error(transparent)]
    Values(#[from] ValuesError),
    /// The values break a schema.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// A template is not well formed.
    #[error("{}", parse_text(path, error))]
    Parse {
        /// The template.
        path: String,
        /// What is wrong with it; its text is part of the message, and so it is no source.
        error: gotemplate::Error,
    },
    /// A template failed.
    #[error("{}", exec_text(error))]
    Execute {
        /// The template that was being rendered.
        path: String,
        /// Where and why it failed; its text is part of the message, and so it is no source.
        error: gotemplate::Error,
    },
}

impl Error {
    /// The error of the template language behind it, with its location and the chain of templates.
    pub fn template(&self) -> Option<&gotemplate::Error> {
        match self {
            Self::Parse { error, .. } | Self::Execute { error, .. } => Some(error),
            Self::Installable(_) | Self::Values(_) | Self::Schema(_) => None,
        }
    }
}

/// Helm keeps the location and what follows the last `: ` of Go's text.
fn parse_text(path: &str, error: &gotemplate::Error) -> String {
    let text = error.to_string();
    let tokens: Vec<&str> = text.split(": ").collect();
    match tokens.as_slice() {
        [] | [_] => format!("parse error in ({path}): {text}"),
        [_, location, ..] => format!("parse error at ({location}): {}", tokens[tokens.len() - 1]),
    }
}

/// Helm shows what `required` and `fail` say without the way to them, and Go's text for everything else.
fn exec_text(error: &gotemplate::Error) -> String {
    let refused = error
        .root_cause()
        .filter(|cause| cause.kind() == FuncErrorKind::Refused);
    match (refused, error.location()) {
        (Some(cause), Some(location)) if error.kind() != ErrorKind::Parse => {
            let mut text = format!("execution error at ({}:{}", location.file, location.line);
            if let Some(column) = location.column {
                let _ = write!(text, ":{column}");
            }
            let _ = write!(text, "): {}", cause.message());
            text
        }
        _ => error.to_string(),
    }
}
