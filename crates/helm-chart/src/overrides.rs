//! A user's values: files and flags into one map.

use govalue::{Map, Value};

use crate::metadata::TypeError;
use crate::strvals::{self, StrvalsError};
use crate::values::{is_too_deep, through_json};

/// What a user says of a release's values, each list in the order given on the command line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overrides {
    /// `--values`: the name of each file, for messages, and its contents.
    pub files: Vec<(String, Vec<u8>)>,
    /// `--set-json`.
    pub json: Vec<String>,
    /// `--set`.
    pub set: Vec<String>,
    /// `--set-string`.
    pub string: Vec<String>,
    /// `--set-file`.
    pub file: Vec<String>,
    /// `--set-literal`.
    pub literal: Vec<String>,
}

/// Why a user's values cannot be read; the texts of an error and its sources, joined by `: `, are Helm's.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OverridesError {
    /// A file is no YAML.
    #[error("failed to parse {file}")]
    Yaml {
        /// The file.
        file: String,
        /// The reason.
        #[source]
        source: goyaml::Error,
    },
    /// A file is no map.
    #[error("failed to parse {file}")]
    Type {
        /// The file.
        file: String,
        /// The reason.
        #[source]
        source: TypeError,
    },
    /// A file is nested too deeply.
    #[error("failed to parse {0}: values are nested deeper than {max} levels", max = crate::values::MAX_DEPTH)]
    TooDeep(String),
    /// A line of `--set-json` cannot be read; Helm does not say why.
    #[error("failed parsing --set-json data {line}")]
    Json {
        /// The line.
        line: String,
        /// The reason, which is not part of Helm's text.
        reason: StrvalsError,
    },
    /// A line of another flag cannot be read.
    #[error("failed parsing {flag} data")]
    Line {
        /// The flag.
        flag: &'static str,
        /// The reason.
        #[source]
        source: StrvalsError,
    },
}

impl Overrides {
    /// Joins everything, in Helm's order: files, `--set-json`, `--set`, `--set-string`, `--set-file`, `--set-literal`.
    ///
    /// `read` reads the files that `--set-file` names; its error is a text.
    pub fn join(&self, mut read: impl FnMut(&str) -> Result<Vec<u8>, String>) -> Result<Map, OverridesError> {
        let mut values = Map::new();
        for (name, contents) in &self.files {
            overlay(&mut values, parse_file(name, contents)?);
        }
        for line in &self.json {
            strvals::set_json(line, &mut values).map_err(|reason| OverridesError::Json {
                line: line.clone(),
                reason,
            })?;
        }
        for line in &self.set {
            strvals::set(line, &mut values).map_err(line_error("--set"))?;
        }
        for line in &self.string {
            strvals::set_string(line, &mut values).map_err(line_error("--set-string"))?;
        }
        for line in &self.file {
            let mut read = |path: &str| read(path).map(|contents| Value::String(contents.into()));
            strvals::set_file(line, &mut values, &mut read).map_err(line_error("--set-file"))?;
        }
        for line in &self.literal {
            strvals::set_literal(line, &mut values).map_err(line_error("--set-literal"))?;
        }
        Ok(values)
    }
}

fn line_error(flag: &'static str) -> impl Fn(StrvalsError) -> OverridesError {
    move |source| OverridesError::Line { flag, source }
}

fn parse_file(name: &str, contents: &[u8]) -> Result<Map, OverridesError> {
    let file = || name.to_owned();
    match crate::yaml::read(contents).map_err(|source| OverridesError::Yaml { file: file(), source })? {
        Value::Null => Ok(Map::new()),
        Value::Map(map) if is_too_deep(&map) => Err(OverridesError::TooDeep(file())),
        Value::Map(map) => Ok(through_json(map)),
        other => Err(OverridesError::Type {
            file: file(),
            source: TypeError::map(&other),
        }),
    }
}

/// Puts later values over earlier ones, table by table; nulls are values like any other, and lists are replaced.
pub fn overlay(values: &mut Map, later: Map) {
    for (key, value) in later {
        match (values.get_mut(&key), value) {
            (Some(Value::Map(values)), Value::Map(later)) => overlay(values, later),
            (_, value) => {
                values.insert(key, value);
            }
        }
    }
}
