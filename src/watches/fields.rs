//! The keys of one mapping: known, each once, each of its type.
//!
//! Scalars are read as Go's YAML-to-struct reader reads them: a key's case does not count, null is as good as absent,
//! and where a text is wanted, a number or a boolean is one.

use std::time::Duration;

use govalue::Value;
use govalue::number::{FloatStyle, format_float};
use goyaml::{Entry, Node, NodeValue, Position};

use super::mistake::Mistakes;

/// The entries of a mapping under their proper names.
pub(super) struct Fields<'a> {
    found: Vec<(&'static str, &'a Node)>,
    /// Where the mapping begins.
    pub(super) position: Position,
}

impl<'a> Fields<'a> {
    /// Reads a mapping whose keys are among `known`; `what` says what it is. `None` if it is no mapping.
    pub(super) fn read(node: &'a Node, what: &str, known: &[&'static str], mistakes: &mut Mistakes) -> Option<Self> {
        let NodeValue::Map(entries) = &node.kind else {
            mistakes.add(node.position, format!("{what} must be a map, is {}", describe(node)));
            return None;
        };
        let mut fields = Self {
            found: Vec::new(),
            position: node.position,
        };
        fields.take(entries, known, mistakes);
        Some(fields)
    }

    /// Takes the entries, those of merged mappings (`<<`) after the mapping's own.
    fn take(&mut self, entries: &'a [Entry], known: &[&'static str], mistakes: &mut Mistakes) {
        let mut own: Vec<&'static str> = Vec::new();
        for entry in entries.iter().filter(|entry| !is_merge(entry)) {
            let key = entry.key.to_lossy();
            let Some(name) = known.iter().copied().find(|name| name.eq_ignore_ascii_case(&key)) else {
                mistakes.add(entry.position, unknown_key(&key, known));
                continue;
            };
            if own.contains(&name) {
                mistakes.add(entry.position, format!("key `{name}` stands here twice"));
                continue;
            }
            own.push(name);
            if self.get(name).is_none() {
                self.found.push((name, &entry.value));
            }
        }
        for merged in entries.iter().filter(|entry| is_merge(entry)) {
            match &merged.value.kind {
                NodeValue::List(parts) => {
                    for part in parts {
                        self.take(part.entries(), known, mistakes);
                    }
                }
                _ => self.take(merged.value.entries(), known, mistakes),
            }
        }
    }

    /// The value of a key that is there and not null.
    pub(super) fn get(&self, name: &str) -> Option<&'a Node> {
        let (_, node) = self.found.iter().find(|(known, _)| *known == name)?;
        (node.scalar() != Some(&Value::Null)).then_some(node)
    }

    /// A text.
    pub(super) fn text(&self, name: &str, mistakes: &mut Mistakes) -> Option<String> {
        let node = self.get(name)?;
        let found = text_of(node);
        if found.is_none() {
            wrong_type(node, name, "a string", mistakes);
        }
        found
    }

    /// One of a few words.
    pub(super) fn word(&self, name: &str, words: &[&str], mistakes: &mut Mistakes) -> Option<String> {
        let node = self.get(name)?;
        let text = self.text(name, mistakes)?;
        if !words.contains(&text.as_str()) {
            let wanted = words.join(", ");
            mistakes.add(node.position, format!("`{name}` must be one of {wanted}, is `{text}`"));
            return None;
        }
        Some(text)
    }

    /// True or false.
    pub(super) fn flag(&self, name: &str, mistakes: &mut Mistakes) -> Option<bool> {
        let node = self.get(name)?;
        let found = node.scalar().and_then(Value::as_bool);
        if found.is_none() {
            wrong_type(node, name, "true or false", mistakes);
        }
        found
    }

    /// A whole number from `least` on.
    pub(super) fn count(&self, name: &str, least: usize, mistakes: &mut Mistakes) -> Option<usize> {
        let node = self.get(name)?;
        let Some(number) = node.scalar().and_then(Value::as_int) else {
            wrong_type(node, name, "a whole number", mistakes);
            return None;
        };
        let found = usize::try_from(number).ok().filter(|number| *number >= least);
        if found.is_none() {
            mistakes.add(node.position, format!("`{name}` must be at least {least}, is {number}"));
        }
        found
    }

    /// A duration as Go writes it.
    pub(super) fn duration(&self, name: &str, mistakes: &mut Mistakes) -> Option<Duration> {
        let node = self.get(name)?;
        let text = self.text(name, mistakes)?;
        match crate::duration::parse(&text) {
            Ok(duration) => Some(duration),
            Err(error) => {
                mistakes.add(node.position, format!("`{name}`: {error}"));
                None
            }
        }
    }
}

/// A scalar as a text: what Go's reader gives a field of type string.
pub(super) fn text_of(node: &Node) -> Option<String> {
    match node.scalar()? {
        Value::String(text) => Some(text.to_lossy().into_owned()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Int(number) => Some(number.to_string()),
        Value::Float(number) => Some(format_float(*number, FloatStyle::General, None)),
        Value::Null => Some(String::new()),
        _ => None,
    }
}

/// What a value is, for a sentence.
pub(super) fn describe(node: &Node) -> &'static str {
    match &node.kind {
        NodeValue::List(_) => "a list",
        NodeValue::Map(_) => "a map",
        NodeValue::Scalar { value, .. } => match value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::String(_) => "a string",
            _ => "a number",
        },
    }
}

/// Notes that a value is not of its key's type.
pub(super) fn wrong_type(node: &Node, name: &str, wanted: &str, mistakes: &mut Mistakes) {
    mistakes.add(
        node.position,
        format!("`{name}` must be {wanted}, is {}", describe(node)),
    );
}

fn is_merge(entry: &Entry) -> bool {
    entry.key == "<<"
}

fn unknown_key(key: &str, known: &[&'static str]) -> String {
    match nearest(key, known) {
        Some(name) => format!("unknown key `{key}`, did you mean `{name}`?"),
        None => format!("unknown key `{key}`, must be one of {}", known.join(", ")),
    }
}

/// The known key that a misspelt one is likely to stand for.
fn nearest(key: &str, known: &[&'static str]) -> Option<&'static str> {
    let key = key.to_ascii_lowercase();
    let near = |name: &&'static str| distance(&key, &name.to_ascii_lowercase());
    let name = known.iter().copied().min_by_key(near)?;
    (near(&name) <= 2.max(name.len() / 3))
        .then_some(name)
        .filter(|_| near(&name) < name.len())
}

/// How many letters must be put in, left out or replaced to make `b` of `a`.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.bytes().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
