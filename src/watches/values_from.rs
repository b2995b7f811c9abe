//! `valuesFrom`: Secrets and `ConfigMap`s that values come from.

use govalue::Map;
use goyaml::{Node, NodeValue};
use helm_chart::strvals::set_string;

use super::fields::{Fields, wrong_type};
use super::mistake::Mistakes;

/// The key that is read where an entry names none.
const DEFAULT_KEY: &str = "values.yaml";

/// The keys of an entry.
pub(super) const KEYS: [&str; 5] = ["kind", "name", "valuesKey", "targetPath", "optional"];

/// What values may come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SourceKind {
    /// A Secret.
    Secret,
    /// A `ConfigMap`.
    ConfigMap,
}

impl SourceKind {
    /// The kind as objects have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Secret => "Secret",
            Self::ConfigMap => "ConfigMap",
        }
    }
}

/// One entry of `valuesFrom`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValuesFrom {
    /// What it is.
    pub kind: SourceKind,
    /// Its name; its namespace is the release's.
    pub name: String,
    /// The key of its data.
    pub key: String,
    /// Where the key's text goes, as `--set` has it; without, the text is a whole values file.
    pub target_path: Option<String>,
    /// Whether the object, or its key, may be missing.
    pub optional: bool,
}

/// Reads the list.
pub(super) fn read(node: &Node, mistakes: &mut Mistakes) -> Vec<ValuesFrom> {
    let NodeValue::List(items) = &node.kind else {
        wrong_type(node, "valuesFrom", "a list", mistakes);
        return Vec::new();
    };
    items.iter().filter_map(|item| read_entry(item, mistakes)).collect()
}

fn read_entry(node: &Node, mistakes: &mut Mistakes) -> Option<ValuesFrom> {
    let fields = Fields::read(node, "an entry of `valuesFrom`", &KEYS, mistakes)?;
    let before = mistakes.len();
    let kind = match fields.text("kind", mistakes).as_deref() {
        Some("Secret") => Some(SourceKind::Secret),
        Some("ConfigMap") => Some(SourceKind::ConfigMap),
        _ => None,
    };
    if kind.is_none() && mistakes.len() == before {
        let position = fields.get("kind").map_or(node.position, |node| node.position);
        mistakes.add(
            position,
            "`kind` of an entry of `valuesFrom` must be Secret or ConfigMap",
        );
    }
    let name = fields.text("name", mistakes).unwrap_or_default();
    if name.is_empty() && mistakes.len() == before {
        mistakes.add(node.position, "an entry of `valuesFrom` needs a `name`");
    }
    let text = |name: &str, mistakes: &mut Mistakes| fields.text(name, mistakes).filter(|text| !text.is_empty());
    let target_path = text("targetPath", mistakes);
    if let (Some(path), Some(node)) = (&target_path, fields.get("targetPath"))
        && let Err(error) = set_string(&format!("{path}=x"), &mut Map::new())
    {
        mistakes.add(node.position, format!("`targetPath`: {error}"));
    }
    Some(ValuesFrom {
        kind: kind?,
        name,
        key: text("valuesKey", mistakes).unwrap_or_else(|| DEFAULT_KEY.to_owned()),
        target_path,
        optional: fields.flag("optional", mistakes).unwrap_or_default(),
    })
}
