//! Which documents a patch is for.

use std::fmt;

use govalue::Value;
use regex::Regex;

use super::LabelSelector;

/// What documents must be like; without anything, it is all of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Target {
    /// The API group; the core group is empty.
    pub group: Option<Pattern>,
    /// The API version, without its group.
    pub version: Option<Pattern>,
    /// The kind.
    pub kind: Option<Pattern>,
    /// The name.
    pub name: Option<Pattern>,
    /// The namespace; that of the release for a document that has none.
    pub namespace: Option<Pattern>,
    /// The labels.
    pub labels: LabelSelector,
    /// The annotations.
    pub annotations: LabelSelector,
}

/// A regular expression for a whole text.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    regex: Regex,
}

/// A text that is no regular expression.
#[derive(Debug, thiserror::Error)]
#[error("`{text}` is not a regular expression: {reason}")]
pub struct PatternError {
    text: String,
    reason: String,
}

impl Pattern {
    /// A pattern as kustomize has it: a regular expression that the whole text must match.
    pub fn new(text: &str) -> Result<Self, PatternError> {
        let wrong = |error: regex::Error| PatternError {
            text: text.to_owned(),
            reason: error
                .to_string()
                .lines()
                .last()
                .unwrap_or_default()
                .trim_start_matches("error: ")
                .to_owned(),
        };
        // On its own first: what is wrong with it is told without what stands around it.
        Regex::new(text).map_err(wrong)?;
        Ok(Self {
            text: text.to_owned(),
            regex: Regex::new(&format!("^(?:{text})$")).map_err(wrong)?,
        })
    }

    fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Target {
    /// The target of one object; an empty namespace is any.
    pub(super) fn exactly(api_version: &str, kind: &str, name: &str, namespace: &str) -> Self {
        let (group, version) = split(api_version);
        let exact = |text: &str| Pattern::new(&regex::escape(text)).ok();
        Self {
            group: exact(group),
            version: exact(version),
            kind: exact(kind),
            name: exact(name),
            namespace: exact(namespace).filter(|_| !namespace.is_empty()),
            ..Self::default()
        }
    }

    /// Whether it is for `object`, in a release of `namespace`.
    pub(super) fn matches(&self, object: &Value, namespace: &str) -> bool {
        let text = |path: &str| object.path(path).and_then(Value::as_str).unwrap_or_default();
        let (group, version) = split(text("apiVersion"));
        let own = text("metadata.namespace");
        let facts = [
            (&self.group, group),
            (&self.version, version),
            (&self.kind, text("kind")),
            (&self.name, text("metadata.name")),
            (&self.namespace, if own.is_empty() { namespace } else { own }),
        ];
        let all = facts
            .into_iter()
            .all(|(pattern, text)| pattern.as_ref().is_none_or(|pattern| pattern.matches(text)));
        all && self.labels.matches(object.path("metadata.labels"))
            && self.annotations.matches(object.path("metadata.annotations"))
    }
}

/// Group and version of an `apiVersion`.
fn split(api_version: &str) -> (&str, &str) {
    api_version.rsplit_once('/').unwrap_or(("", api_version))
}

/// What must hold, for a sentence; `any document` if nothing must.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let patterns = [
            ("group", &self.group),
            ("version", &self.version),
            ("kind", &self.kind),
            ("name", &self.name),
            ("namespace", &self.namespace),
        ];
        let mut parts: Vec<String> = Vec::new();
        for (name, pattern) in patterns {
            parts.extend(pattern.as_ref().map(|pattern| format!("{name} `{}`", pattern.text)));
        }
        for (name, selector) in [("labels", &self.labels), ("annotations", &self.annotations)] {
            parts.extend((!selector.is_everything()).then(|| format!("{name} `{selector}`")));
        }
        f.write_str(if parts.is_empty() { "any document" } else { "" })?;
        f.write_str(&parts.join(", "))
    }
}
