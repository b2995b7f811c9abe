//! `driftIgnore`, `onImmutable` and `crds`: how objects are applied.

use std::collections::BTreeMap;

use goyaml::{Node, NodeValue};
use helm_action::{ApplyPolicy, DefinitionPolicy, IgnoreRule, OnImmutable, check_pointer};

use super::fields::{Fields, text_of, wrong_type};
use super::mistake::Mistakes;

/// The keys of an item of `driftIgnore`.
pub(super) const IGNORE_KEYS: [&str; 4] = ["group", "kind", "name", "pointers"];

/// Reads the keys of a watch that say how objects are applied.
pub(super) fn read(fields: &Fields<'_>, mistakes: &mut Mistakes) -> ApplyPolicy {
    ApplyPolicy {
        drift_ignore: fields
            .get("driftIgnore")
            .map(|node| ignore_rules(node, mistakes))
            .unwrap_or_default(),
        on_immutable: fields
            .get("onImmutable")
            .map(|node| on_immutable(node, mistakes))
            .unwrap_or_default(),
        definitions: definitions(fields, mistakes).unwrap_or_default(),
    }
}

fn ignore_rules(node: &Node, mistakes: &mut Mistakes) -> Vec<IgnoreRule> {
    let NodeValue::List(items) = &node.kind else {
        wrong_type(node, "driftIgnore", "a list", mistakes);
        return Vec::new();
    };
    items.iter().filter_map(|item| ignore_rule(item, mistakes)).collect()
}

fn ignore_rule(node: &Node, mistakes: &mut Mistakes) -> Option<IgnoreRule> {
    let fields = Fields::read(node, "an item of `driftIgnore`", &IGNORE_KEYS, mistakes)?;
    let rule = IgnoreRule {
        group: fields.text("group", mistakes),
        kind: fields.text("kind", mistakes),
        name: fields.text("name", mistakes),
        pointers: fields
            .get("pointers")
            .map(|node| pointers(node, mistakes))
            .unwrap_or_default(),
    };
    if fields.get("pointers").is_none() {
        mistakes.add(node.position, "an item of `driftIgnore` needs `pointers`");
    }
    Some(rule)
}

fn pointers(node: &Node, mistakes: &mut Mistakes) -> Vec<String> {
    let NodeValue::List(items) = &node.kind else {
        wrong_type(node, "pointers", "a list", mistakes);
        return Vec::new();
    };
    let mut found = Vec::new();
    for item in items {
        let Some(pointer) = text_of(item) else {
            wrong_type(item, "pointers", "a list of strings", mistakes);
            continue;
        };
        match check_pointer(&pointer) {
            Ok(()) => found.push(pointer),
            Err(reason) => mistakes.add(item.position, format!("`driftIgnore`: {reason}")),
        }
    }
    found
}

fn on_immutable(node: &Node, mistakes: &mut Mistakes) -> BTreeMap<String, OnImmutable> {
    let NodeValue::Map(entries) = &node.kind else {
        wrong_type(node, "onImmutable", "a map", mistakes);
        return BTreeMap::new();
    };
    let mut found = BTreeMap::new();
    for entry in entries {
        let kind = entry.key.to_lossy().into_owned();
        match text_of(&entry.value).as_deref().and_then(OnImmutable::parse) {
            Some(policy) => {
                found.insert(kind, policy);
            }
            None => mistakes.add(
                entry.value.position,
                format!("`onImmutable` of `{kind}` must be fail or recreate"),
            ),
        }
    }
    found
}

fn definitions(fields: &Fields<'_>, mistakes: &mut Mistakes) -> Option<DefinitionPolicy> {
    let node = fields.get("crds")?;
    let text = fields.text("crds", mistakes)?;
    let policy = DefinitionPolicy::parse(&text);
    if policy.is_none() {
        let names = DefinitionPolicy::NAMES.join(", ");
        mistakes.add(node.position, format!("`crds` must be one of {names}, is `{text}`"));
    }
    policy
}
