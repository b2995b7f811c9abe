//! `patches`: what is changed of the rendered documents.

use goyaml::{Node, NodeValue};
use helm_release::{Change, LabelSelector, Patch, Pattern, Target};

use super::fields::{Fields, wrong_type};
use super::mistake::{Mistakes, WatchesError};

/// The keys of a patch.
pub(super) const KEYS: [&str; 3] = ["target", "patch", "optional"];

/// The keys of a target.
pub(super) const TARGET_KEYS: [&str; 7] = [
    "group",
    "version",
    "kind",
    "name",
    "namespace",
    "labelSelector",
    "annotationSelector",
];

/// Reads a file of patches: a list, as a watch's `patches`.
pub fn load_patches(path: &std::path::Path) -> Result<Vec<Patch>, WatchesError> {
    let text = std::fs::read_to_string(path).map_err(|source| WatchesError::Read {
        path: path.to_owned(),
        source,
    })?;
    let tree = goyaml::parse_tree(text).map_err(|source| WatchesError::Yaml {
        path: path.to_owned(),
        source: Box::new(source),
    })?;
    let mut mistakes = Mistakes::default();
    let patches = read(&tree, &mut mistakes);
    mistakes.into_result(path, patches)
}

/// Reads the list.
pub(super) fn read(node: &Node, mistakes: &mut Mistakes) -> Vec<Patch> {
    let NodeValue::List(items) = &node.kind else {
        wrong_type(node, "patches", "a list", mistakes);
        return Vec::new();
    };
    items.iter().filter_map(|item| read_patch(item, mistakes)).collect()
}

fn read_patch(node: &Node, mistakes: &mut Mistakes) -> Option<Patch> {
    let fields = Fields::read(node, "an item of `patches`", &KEYS, mistakes)?;
    let target = fields.get("target").map(|node| target(node, mistakes));
    let optional = fields.flag("optional", mistakes).unwrap_or_default();
    let Some(position) = fields.get("patch").map(|node| node.position) else {
        mistakes.add(node.position, "an item of `patches` needs a `patch`");
        return None;
    };
    let text = fields.text("patch", mistakes)?;
    let mut refuse = |error| mistakes.add(position, format!("`patch`: {}", crate::error::chain(&error)));
    let mut change = Change::read(&text).map_err(&mut refuse).ok()?;
    let identity = change.take_identity();
    let target = match target {
        Some(target) => target?,
        None => identity.map_err(&mut refuse).ok()?,
    };
    Some(Patch {
        target,
        change,
        optional,
    })
}

/// A target, if there is no mistake in it.
fn target(node: &Node, mistakes: &mut Mistakes) -> Option<Target> {
    let fields = Fields::read(node, "`target`", &TARGET_KEYS, mistakes)?;
    let before = mistakes.len();
    let target = Target {
        group: pattern(&fields, "group", mistakes),
        version: pattern(&fields, "version", mistakes),
        kind: pattern(&fields, "kind", mistakes),
        name: pattern(&fields, "name", mistakes),
        namespace: pattern(&fields, "namespace", mistakes),
        labels: selector(&fields, "labelSelector", mistakes),
        annotations: selector(&fields, "annotationSelector", mistakes),
    };
    (mistakes.len() == before).then_some(target)
}

/// A pattern; an empty one is none, as with kustomize.
fn pattern(fields: &Fields<'_>, name: &'static str, mistakes: &mut Mistakes) -> Option<Pattern> {
    let text = fields.text(name, mistakes).filter(|text| !text.is_empty())?;
    let position = fields.get(name)?.position;
    Pattern::new(&text)
        .map_err(|error| mistakes.add(position, format!("`{name}`: {error}")))
        .ok()
}

fn selector(fields: &Fields<'_>, name: &'static str, mistakes: &mut Mistakes) -> LabelSelector {
    let Some(text) = fields.text(name, mistakes) else {
        return LabelSelector::default();
    };
    let position = fields.get(name).map_or(fields.position, |node| node.position);
    LabelSelector::parse(&text).unwrap_or_else(|error| {
        mistakes.add(position, format!("`{name}`: {error}"));
        LabelSelector::default()
    })
}
