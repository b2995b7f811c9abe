//! `overrideValues`: values that the operator puts over every custom resource's.

use govalue::Map;
use goyaml::{Node, NodeValue};
use helm_chart::overlay;
use helm_chart::strvals::{StrvalsError, set_string};

use super::expand::{Environment, expand};
use super::fields::{describe, text_of, wrong_type};
use super::mistake::Mistakes;
use crate::values::escape;

/// All overrides of a watch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overrides {
    entries: Vec<Override>,
    values: Map,
}

/// One override.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// The path, as `--set` has it: dots nest, `[0]` counts, a backslash takes the meaning from what follows it.
    pub key: String,
    /// The text, variables and templates filled in.
    pub value: String,
}

impl Overrides {
    /// Adds one after the others; a later one of the same path wins. A value is a text, whatever it looks like, to the
    /// last comma.
    pub fn push(&mut self, over: Override) -> Result<(), StrvalsError> {
        let escaped = escape(&over.value);
        // A line that fails may have been read in part.
        let mut values = self.values.clone();
        set_string(&format!("{}={escaped}", over.key), &mut values)?;
        self.values = values;
        self.entries.push(over);
        Ok(())
    }

    /// The overrides, in the file's order.
    pub fn iter(&self) -> std::slice::Iter<'_, Override> {
        self.entries.iter()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Puts the overrides over `values`: maps are joined, everything else is replaced.
    pub fn apply(&self, values: &mut Map) {
        overlay(values, self.values.clone());
    }

    /// The overrides as values.
    pub fn values(&self) -> &Map {
        &self.values
    }

    /// Reads a map of scalars.
    pub(super) fn read(node: &Node, environment: &Environment, mistakes: &mut Mistakes) -> Self {
        let mut overrides = Self::default();
        let NodeValue::Map(entries) = &node.kind else {
            wrong_type(node, "overrideValues", "a map", mistakes);
            return overrides;
        };
        for entry in entries {
            let key = entry.key.to_lossy().into_owned();
            let Some(text) = text_of(&entry.value) else {
                let found = describe(&entry.value);
                let text = format!("override `{key}` must be a string, is {found}; write nested keys as `{key}.name`");
                mistakes.add(entry.value.position, text);
                continue;
            };
            match expand(&text, environment) {
                Err(error) => mistakes.add(entry.value.position, format!("override `{key}`: {error}")),
                Ok(value) => {
                    if let Err(error) = overrides.push(Override {
                        key: key.clone(),
                        value,
                    }) {
                        mistakes.add(entry.position, format!("override `{key}`: {error}"));
                    }
                }
            }
        }
        overrides
    }
}

impl<'a> IntoIterator for &'a Overrides {
    type Item = &'a Override;
    type IntoIter = std::slice::Iter<'a, Override>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
