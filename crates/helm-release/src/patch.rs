//! Patches of rendered documents: what an operator changes of a chart without touching the chart.
//!
//! They are kustomize's: a target that selects documents, and a strategic merge patch or the operations of RFC 6902.

mod labels;
mod merge;
mod target;

use std::collections::BTreeMap;
use std::fmt;

use govalue::{Map, Value};

use crate::manifest::{read, sort_documents};
use crate::{Manifest, ManifestError, Sorted};
pub use labels::{LabelSelector, LabelSelectorError};
pub use target::{Pattern, PatternError, Target};

/// The fields of a document that no patch may change: they say which object it is.
const IDENTITY: [&str; 4] = ["apiVersion", "kind", "metadata.name", "metadata.namespace"];

/// One patch and the documents it is for.
#[derive(Clone, Debug, PartialEq)]
pub struct Patch {
    /// Which documents it changes.
    pub target: Target,
    /// What it changes.
    pub change: Change,
    /// Whether there may be no such document.
    pub optional: bool,
}

/// What a patch changes of a document.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A strategic merge patch for Kubernetes' own kinds, for others a JSON merge patch (RFC 7396).
    Merge(Map),
    /// Operations on places (RFC 6902), one after the other.
    Operations(json_patch::Patch),
}

/// A patch that can't be read.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// It is not YAML.
    #[error("the patch is not YAML")]
    Yaml(#[from] goyaml::Error),
    /// It is neither a map nor a list.
    #[error("a patch must be a map (a strategic merge patch) or a list of operations (RFC 6902)")]
    Shape,
    /// An operation is none of RFC 6902.
    #[error("the patch is no list of operations as RFC 6902 has them")]
    Operations(#[source] serde_json::Error),
    /// A merge patch without a target has to say whom it is for.
    #[error("a patch without a `target` must be a map with `apiVersion`, `kind` and `metadata.name`")]
    NoTarget,
}

/// Patches that do not fit what was rendered.
#[derive(Debug, thiserror::Error)]
pub enum PatchError {
    /// A document that is to be patched is broken.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A patch has no effect.
    #[error("patch {number} ({target}) matches no document of the release: correct its target, or make it `optional`")]
    Unmatched {
        /// Its place among the patches, from 1.
        number: usize,
        /// What it is for.
        target: String,
    },
    /// A patch can't be applied to a document that it is for.
    #[error("patch {number} can't be applied to {document}")]
    Apply {
        /// Its place among the patches, from 1.
        number: usize,
        /// The document: kind, name and template.
        document: String,
        /// Why.
        #[source]
        source: ApplyError,
    },
}

/// Why a patch can't be applied to a document.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// An operation leads nowhere, or a test fails.
    #[error(transparent)]
    Operation(#[from] json_patch::PatchError),
    /// The outcome is another object.
    #[error("it changes `{0}`, which says what object it is")]
    Identity(&'static str),
    /// An item of a list that is merged item by item does not say which one it is.
    #[error("an item of `{list}` has no `{key}`, by which items are merged")]
    NoKey {
        /// The list's field.
        list: String,
        /// The key.
        key: &'static str,
    },
    /// A directive that is not known.
    #[error("`$patch: {0}` is none of delete, replace, merge")]
    Directive(String),
    /// What came out can't be written or read as a document.
    #[error("what comes out is no document: {0}")]
    Document(String),
}

impl Change {
    /// Reads a patch as kustomization.yaml has it: the text of a map or of a list.
    pub fn read(text: &str) -> Result<Self, ChangeError> {
        match goyaml::from_str(text)? {
            Value::Map(map) => Ok(Self::Merge(map)),
            list @ Value::List(_) => {
                let operations = serde_json::to_value(&list).and_then(serde_json::from_value);
                operations.map(Self::Operations).map_err(ChangeError::Operations)
            }
            _ => Err(ChangeError::Shape),
        }
    }

    /// Takes out what says for which object the patch is. Kustomize wants it there, also beside a target, which wins.
    pub fn take_identity(&mut self) -> Result<Target, ChangeError> {
        let Self::Merge(map) = self else {
            return Err(ChangeError::NoTarget);
        };
        let whole = Value::Map(std::mem::take(map));
        let texts = IDENTITY.map(|path| whole.path(path).and_then(Value::as_str).unwrap_or_default().to_owned());
        *map = whole.into_map().unwrap_or_default();
        for key in ["apiVersion", "kind"] {
            map.remove(key.as_bytes());
        }
        if let Some(Value::Map(metadata)) = map.get_mut(b"metadata".as_slice()) {
            metadata.remove(b"name".as_slice());
            metadata.remove(b"namespace".as_slice());
        }
        let [api_version, kind, name, namespace] = texts;
        if api_version.is_empty() || kind.is_empty() || name.is_empty() {
            return Err(ChangeError::NoTarget);
        }
        Ok(Target::exactly(&api_version, &kind, &name, &namespace))
    }

    /// The document as it should be; `None` if it should not be at all.
    fn apply(&self, mut object: Value) -> Result<Option<Value>, ApplyError> {
        match self {
            Self::Merge(patch) => Ok(merge::apply(&mut object, patch)?.then_some(object)),
            Self::Operations(operations) => {
                let as_document = |error: serde_json::Error| ApplyError::Document(error.to_string());
                let mut json = serde_json::to_value(&object).map_err(as_document)?;
                json_patch::patch(&mut json, operations)?;
                serde_json::from_value(json).map(Some).map_err(as_document)
            }
        }
    }
}

/// Sorts rendered files into manifests and hooks as [`sort_manifests`](crate::sort_manifests) does, each document
/// changed by those of the patches that are for it, in their order. A document that is changed is written anew.
///
/// `namespace` is the release's, which documents without a namespace are taken to be in.
pub fn sort_patched(
    files: &BTreeMap<String, String>,
    patches: &[Patch],
    namespace: &str,
) -> Result<Sorted, PatchError> {
    let mut matched = vec![false; patches.len()];
    let sorted = sort_documents(files, |document| patched(document, patches, namespace, &mut matched))?;
    let unmatched = patches
        .iter()
        .zip(matched)
        .position(|(patch, matched)| !matched && !patch.optional);
    match unmatched {
        Some(index) => Err(PatchError::Unmatched {
            number: index + 1,
            target: patches[index].target.to_string(),
        }),
        None => Ok(sorted),
    }
}

/// A document with the patches that are for it; `None` if one deletes it.
fn patched(
    document: Manifest,
    patches: &[Patch],
    namespace: &str,
    matched: &mut [bool],
) -> Result<Option<Manifest>, PatchError> {
    // Nothing but comments, most often.
    if document.object.as_map().is_none() {
        return Ok(Some(document));
    }
    let mut object = document.object.clone();
    let mut is_changed = false;
    for (index, patch) in patches.iter().enumerate() {
        if !patch.target.matches(&object, namespace) {
            continue;
        }
        matched[index] = true;
        is_changed = true;
        let failed = |source| PatchError::Apply {
            number: index + 1,
            document: format!("{} {} of {}", document.head.kind, document.head.name, document.path),
            source,
        };
        match patch.change.apply(object).map_err(failed)? {
            Some(changed) => object = changed,
            None => return Ok(None),
        }
        ensure_identity(&document.object, &object).map_err(failed)?;
    }
    if !is_changed {
        return Ok(Some(document));
    }
    rewritten(document, &object)
}

fn rewritten(document: Manifest, object: &Value) -> Result<Option<Manifest>, PatchError> {
    let content = goyaml::to_string(object).unwrap_or_default();
    let content = content.strip_suffix('\n').unwrap_or(&content).to_owned();
    let (head, object) = read(&format!("{content}\n")).map_err(|source| ManifestError {
        path: document.path.clone(),
        source,
    })?;
    Ok(Some(Manifest {
        path: document.path,
        content,
        head,
        object,
    }))
}

fn ensure_identity(before: &Value, after: &Value) -> Result<(), ApplyError> {
    match IDENTITY.into_iter().find(|path| before.path(path) != after.path(path)) {
        Some(path) => Err(ApplyError::Identity(path)),
        None => Ok(()),
    }
}

/// Target and change on one line; two patches that differ in what they do differ in it.
impl fmt::Display for Patch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let change = match &self.change {
            Change::Merge(map) => serde_json::to_string(map),
            Change::Operations(operations) => serde_json::to_string(operations),
        };
        write!(f, "{}: {}", self.target, change.map_err(|_| fmt::Error)?)
    }
}

#[cfg(test)]
mod tests;
