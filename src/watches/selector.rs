//! Label selectors: `matchLabels` and `matchExpressions`, and the text that the API server takes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use goyaml::{Node, NodeValue};

use super::fields::{Fields, describe, text_of, wrong_type};
use super::mistake::Mistakes;

/// A label selector; what it selects fulfils every requirement. Without any, it selects everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selector(Vec<Requirement>);

/// What one label must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The label's key.
    pub key: String,
    /// What holds for its value.
    pub rule: Rule,
}

/// What holds for a label's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// It is there and one of these.
    In(BTreeSet<String>),
    /// It is none of these, or not there.
    NotIn(BTreeSet<String>),
    /// It is there.
    Exists,
    /// It is not there.
    DoesNotExist,
}

impl Selector {
    /// Whether it selects everything.
    pub fn is_everything(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether nothing can be selected by both: some label must be one thing for this and another for `other`.
    pub fn excludes(&self, other: &Self) -> bool {
        self.0.iter().any(|ours| {
            other.0.iter().any(|theirs| {
                ours.key == theirs.key && (ours.rule.excludes(&theirs.rule) || theirs.rule.excludes(&ours.rule))
            })
        })
    }

    /// Whether something with these labels is selected.
    pub fn selects(&self, labels: &BTreeMap<String, String>) -> bool {
        let fulfils = |Requirement { key, rule }: &Requirement| match (rule, labels.get(key)) {
            (Rule::In(values), value) => value.is_some_and(|value| values.contains(value)),
            (Rule::NotIn(values), value) => value.is_none_or(|value| !values.contains(value)),
            (Rule::Exists, value) => value.is_some(),
            (Rule::DoesNotExist, value) => value.is_none(),
        };
        self.0.iter().all(fulfils)
    }

    /// Reads Kubernetes' `LabelSelector`.
    pub(super) fn read(node: &Node, mistakes: &mut Mistakes) -> Self {
        let known = ["matchLabels", "matchExpressions"];
        let Some(fields) = Fields::read(node, "`selector`", &known, mistakes) else {
            return Self::default();
        };
        let mut requirements = Vec::new();
        if let Some(labels) = fields.get("matchLabels") {
            requirements.extend(match_labels(labels, mistakes));
        }
        if let Some(expressions) = fields.get("matchExpressions") {
            requirements.extend(match_expressions(expressions, mistakes));
        }
        Self(requirements)
    }
}

impl Rule {
    /// Whether no value fulfils both; asked in both directions.
    fn excludes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::In(ours), Self::In(theirs)) => ours.is_disjoint(theirs),
            (Self::In(ours), Self::NotIn(theirs)) => ours.is_subset(theirs),
            (Self::In(_) | Self::Exists, Self::DoesNotExist) => true,
            (Self::In(_), Self::Exists) | (Self::NotIn(_) | Self::Exists | Self::DoesNotExist, _) => false,
        }
    }
}

fn match_labels(node: &Node, mistakes: &mut Mistakes) -> Vec<Requirement> {
    let NodeValue::Map(entries) = &node.kind else {
        wrong_type(node, "matchLabels", "a map", mistakes);
        return Vec::new();
    };
    let mut requirements = Vec::new();
    for entry in entries {
        let key = entry.key.to_lossy().into_owned();
        check_key(&key, entry.position, mistakes);
        if let Some(value) = value(&entry.value, mistakes) {
            requirements.push(Requirement {
                key,
                rule: Rule::In(BTreeSet::from([value])),
            });
        }
    }
    requirements
}

fn match_expressions(node: &Node, mistakes: &mut Mistakes) -> Vec<Requirement> {
    let NodeValue::List(items) = &node.kind else {
        wrong_type(node, "matchExpressions", "a list", mistakes);
        return Vec::new();
    };
    items
        .iter()
        .filter_map(|item| match_expression(item, mistakes))
        .collect()
}

fn match_expression(node: &Node, mistakes: &mut Mistakes) -> Option<Requirement> {
    let fields = Fields::read(
        node,
        "an item of `matchExpressions`",
        &["key", "operator", "values"],
        mistakes,
    )?;
    let Some(key) = fields.text("key", mistakes) else {
        mistakes.add(node.position, "an item of `matchExpressions` has no `key`");
        return None;
    };
    check_key(&key, fields.get("key")?.position, mistakes);
    let mut values = BTreeSet::new();
    if let Some(list) = fields.get("values") {
        let NodeValue::List(items) = &list.kind else {
            wrong_type(list, "values", "a list", mistakes);
            return None;
        };
        values.extend(items.iter().filter_map(|item| value(item, mistakes)));
    }
    let Some(operator) = fields.text("operator", mistakes) else {
        mistakes.add(node.position, "an item of `matchExpressions` has no `operator`");
        return None;
    };
    let at = fields
        .get("values")
        .or_else(|| fields.get("operator"))
        .map_or(node.position, |node| node.position);
    let rule = match (operator.as_str(), values.is_empty()) {
        ("In", false) => Rule::In(values),
        ("NotIn", false) => Rule::NotIn(values),
        ("Exists", true) => Rule::Exists,
        ("DoesNotExist", true) => Rule::DoesNotExist,
        ("In" | "NotIn", true) => {
            mistakes.add(at, format!("operator `{operator}` needs `values`"));
            return None;
        }
        ("Exists" | "DoesNotExist", false) => {
            mistakes.add(at, format!("operator `{operator}` takes no `values`"));
            return None;
        }
        _ => {
            let position = fields.get("operator")?.position;
            let text = format!("operator `{operator}` is none of In, NotIn, Exists, DoesNotExist");
            mistakes.add(position, text);
            return None;
        }
    };
    Some(Requirement { key, rule })
}

fn value(node: &Node, mistakes: &mut Mistakes) -> Option<String> {
    let Some(text) = text_of(node) else {
        mistakes.add(
            node.position,
            format!("a label's value must be a string, is {}", describe(node)),
        );
        return None;
    };
    if !is_label_value(&text) {
        mistakes.add(node.position, format!("`{text}` is not a label's value"));
    }
    Some(text)
}

fn check_key(key: &str, position: goyaml::Position, mistakes: &mut Mistakes) {
    let (prefix, name) = key
        .split_once('/')
        .map_or((None, key), |(prefix, name)| (Some(prefix), name));
    if name.is_empty() || !is_label_value(name) || !prefix.is_none_or(is_subdomain) {
        mistakes.add(position, format!("`{key}` is not a label's key"));
    }
}

/// Whether Kubernetes takes a text for the value of a label.
pub(super) fn is_label_value(text: &str) -> bool {
    let at_ends = |byte: u8| byte.is_ascii_alphanumeric();
    let inside = |byte: u8| at_ends(byte) || matches!(byte, b'-' | b'_' | b'.');
    text.len() <= 63
        && text.bytes().all(inside)
        && text.bytes().next().is_none_or(at_ends)
        && text.bytes().last().is_none_or(at_ends)
}

/// Whether a text is a DNS subdomain, as prefixes of label keys and most names are.
pub(crate) fn is_subdomain(text: &str) -> bool {
    let is_label = |label: &str| {
        is_label_value(label)
            && !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte == b'-' || byte.is_ascii_digit() || byte.is_ascii_lowercase())
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

/// As the API takes it in `labelSelector`; empty if it selects everything.
impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Requirement { key, rule }) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            match rule {
                Rule::In(values) => match values.first() {
                    Some(only) if values.len() == 1 => write!(f, "{key}={only}")?,
                    _ => write!(f, "{key} in ({})", joined(values))?,
                },
                Rule::NotIn(values) => write!(f, "{key} notin ({})", joined(values))?,
                Rule::Exists => f.write_str(key)?,
                Rule::DoesNotExist => write!(f, "!{key}")?,
            }
        }
        Ok(())
    }
}

fn joined(values: &BTreeSet<String>) -> String {
    values.iter().map(String::as_str).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_selected_fulfils_every_requirement() {
        let values = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
        let selects = |rule: Rule, labels: &[(&str, &str)]| {
            let key = "tier".to_owned();
            let labels = labels
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
            Selector(vec![Requirement { key, rule }]).selects(&labels.collect())
        };
        let (gold, tin, none) = (
            &[("tier", "gold")][..],
            &[("tier", "tin")][..],
            &[("other", "gold")][..],
        );
        let cases: [(Rule, [bool; 3]); 4] = [
            (Rule::In(values(&["gold", "silver"])), [true, false, false]),
            (Rule::NotIn(values(&["gold"])), [false, true, true]),
            (Rule::Exists, [true, true, false]),
            (Rule::DoesNotExist, [false, false, true]),
        ];
        for (rule, expected) in cases {
            let found = [gold, tin, none].map(|labels| selects(rule.clone(), labels));
            assert_eq!(found, expected, "{rule:?}");
        }
        assert!(Selector::default().selects(&BTreeMap::new()));
    }
}
