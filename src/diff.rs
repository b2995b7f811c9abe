//! What changes of objects, told as unified diffs, without what Secrets say.

mod hide;

use diffy::DiffOptions;
use helm_action::Change;
use helm_kube::ObjectRef;
use helm_release::{Hook, Manifest, ManifestError, Release, documents};
use serde_json::Value;

/// What changes of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectDiff {
    /// Which object.
    pub object: ObjectRef,
    /// What becomes of it.
    pub fate: Fate,
    /// The lines that differ with those around them, in hunks that begin with `@@`.
    pub hunks: String,
}

/// What becomes of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is made.
    Created,
    /// It is changed.
    Changed,
    /// It goes.
    Deleted,
}

/// How many lines are shown around those that differ.
const CONTEXT: usize = 3;

/// Fields of `metadata` that the server writes, and that differ between any two states or any two dry runs.
const SERVERS_OWN: &[&str] = &[
    "managedFields",
    "resourceVersion",
    "generation",
    "uid",
    "creationTimestamp",
    "selfLink",
];

/// Where `kubectl apply` keeps a copy of the whole object, Secret data included.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The diffs of those objects that change.
pub fn diffs(changes: Vec<Change>) -> Vec<ObjectDiff> {
    changes.into_iter().filter_map(diff).collect()
}

/// The diffs of the objects and hooks of two revisions, as their records have them.
pub fn between(old: &Release, new: &Release) -> Result<Vec<ObjectDiff>, ManifestError> {
    Ok(diffs(paired(objects(old)?, objects(new)?)))
}

/// The diffs of hooks, as their texts are: none of them is in the cluster for good.
pub fn between_hooks(old: &[Hook], new: &[Hook]) -> Result<Vec<ObjectDiff>, ManifestError> {
    Ok(diffs(paired(named(&manifests_of(old)?), named(&manifests_of(new)?))))
}

/// What becomes of each object of two lists.
fn paired(old: Vec<(ObjectRef, Value)>, new: Vec<(ObjectRef, Value)>) -> Vec<Change> {
    let mut rest = old;
    let mut changes = Vec::new();
    for (object, after) in new {
        let before = rest.iter().position(|(known, _)| *known == object);
        let before = before.map(|index| rest.remove(index).1);
        changes.push(Change {
            object,
            before,
            after: Some(after),
        });
    }
    changes.extend(rest.into_iter().map(|(object, before)| Change {
        object,
        before: Some(before),
        after: None,
    }));
    changes
}

/// The objects and hooks of a revision.
fn objects(release: &Release) -> Result<Vec<(ObjectRef, Value)>, ManifestError> {
    let mut manifests = documents(&release.manifest)?;
    manifests.extend(manifests_of(release.hooks())?);
    Ok(named(&manifests))
}

fn manifests_of(hooks: &[Hook]) -> Result<Vec<Manifest>, ManifestError> {
    let mut manifests = Vec::new();
    for hook in hooks {
        manifests.extend(documents(&hook.manifest)?);
    }
    Ok(manifests)
}

/// Objects with their names.
fn named(manifests: &[Manifest]) -> Vec<(ObjectRef, Value)> {
    let json = manifests
        .iter()
        .filter_map(|manifest| serde_json::to_value(&manifest.object).ok())
        .filter(|object| !object.is_null());
    json.map(|object| (ObjectRef::of(&object), object)).collect()
}

fn diff(change: Change) -> Option<ObjectDiff> {
    let (mut before, mut after) = (change.before.map(cleaned), change.after.map(cleaned));
    if before == after {
        return None;
    }
    hide::hide(before.as_mut(), after.as_mut());
    let fate = match (&before, &after) {
        (None, _) => Fate::Created,
        (Some(_), Some(_)) => Fate::Changed,
        (Some(_), None) => Fate::Deleted,
    };
    Some(ObjectDiff {
        object: change.object,
        fate,
        hunks: hunks(&yaml(before), &yaml(after)),
    })
}

fn hunks(before: &str, after: &str) -> String {
    let patch = DiffOptions::new().set_context_len(CONTEXT).create_patch(before, after);
    let text = patch.to_string();
    // Before the hunks come two lines with the names of the files.
    text.splitn(3, '\n').nth(2).unwrap_or_default().to_owned()
}

/// An object without what is not its maker's: the status, and what the server notes in the metadata.
fn cleaned(mut object: Value) -> Value {
    let Some(fields) = object.as_object_mut() else {
        return object;
    };
    fields.remove("status");
    if let Some(metadata) = fields.get_mut("metadata").and_then(Value::as_object_mut) {
        for key in SERVERS_OWN {
            metadata.remove(*key);
        }
        let annotations = metadata.get_mut("annotations").and_then(Value::as_object_mut);
        let is_empty = annotations.is_some_and(|annotations| {
            annotations.remove(LAST_APPLIED);
            annotations.is_empty()
        });
        if is_empty {
            metadata.remove("annotations");
        }
    }
    object
}

fn yaml(object: Option<Value>) -> String {
    let Some(object) = object else { return String::new() };
    let value: govalue::Value = serde_json::from_value(object).unwrap_or_default();
    goyaml::to_string(&value).unwrap_or_default()
}

impl ObjectDiff {
    /// The diff as `diff -u` writes it, under the names of two folders.
    pub fn text(&self, old: &str, new: &str) -> String {
        let file = file_name(&self.object);
        let name = |folder: &str, is_there: bool| {
            if is_there {
                format!("{folder}/{file}")
            } else {
                "/dev/null".to_owned()
            }
        };
        format!(
            "--- {}\n+++ {}\n{}",
            name(old, self.fate != Fate::Created),
            name(new, self.fate != Fate::Deleted),
            self.hunks
        )
    }
}

/// An object's name as `kubectl diff` makes a file's of it.
fn file_name(object: &ObjectRef) -> String {
    let ObjectRef { gvk, namespace, name } = object;
    let parts = [
        gvk.group(),
        gvk.version(),
        &gvk.kind,
        namespace.as_deref().unwrap_or_default(),
        name,
    ];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(".")
}

#[cfg(test)]
mod tests;
