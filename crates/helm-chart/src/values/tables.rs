//! Two maps into one.

use std::fmt;

use govalue::{Map, Str, Value};

use super::Mode;
use super::format::print_value;
use crate::warning::Warning;

/// The path to a table, for messages; it costs nothing until it is printed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trail<'a> {
    parent: Option<&'a Trail<'a>>,
    key: &'a [u8],
}

impl<'a> Trail<'a> {
    /// The path of no keys.
    pub(crate) const ROOT: Trail<'static> = Trail { parent: None, key: b"" };

    /// The path one key further.
    pub(crate) fn then(&'a self, key: &'a [u8]) -> Self {
        Self {
            parent: Some(self),
            key,
        }
    }

    fn is_empty(&self) -> bool {
        self.key.is_empty() && self.parent.is_none_or(Trail::is_empty)
    }
}

impl fmt::Display for Trail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent.filter(|parent| !parent.is_empty()) {
            write!(f, "{parent}.")?;
        }
        f.write_str(&String::from_utf8_lossy(self.key))
    }
}

/// Adds to `target` what only `defaults` has, table by table; `target` wins.
///
/// In [`Mode::Coalesce`] a null in `target` takes away a default that is not null, and itself.
pub(crate) fn coalesce_tables(
    target: &mut Map,
    defaults: &Map,
    trail: &Trail<'_>,
    mode: Mode,
    warnings: &mut Vec<Warning>,
) {
    for (key, default) in defaults {
        match (target.get_mut(key), default) {
            (None, default) => {
                target.insert(key.clone(), default.clone());
            }
            (Some(Value::Null), default) if mode == Mode::Coalesce && !default.is_null() => {
                target.remove(key);
            }
            (Some(Value::Null), _) | (Some(Value::Map(_)), Value::Null) => {}
            (Some(Value::Map(target)), Value::Map(default)) => {
                coalesce_tables(target, default, &trail.then(key), mode, warnings);
            }
            (Some(_), Value::Map(_)) => warnings.push(not_a_table(&trail.then(key), default)),
            (Some(Value::Map(_)), default) => warnings.push(table_in_the_way(&trail.then(key), default)),
            _ => {}
        }
    }
}

/// The warning about a default table that meets something else.
pub(crate) fn not_a_table(trail: &dyn fmt::Display, default: &Value) -> Warning {
    let default = print_value(default);
    Warning::new(
        "coalesce.go:316",
        format!("warning: cannot overwrite table with non table for {trail} ({default})"),
    )
}

/// The warning about a default that meets a table.
pub(crate) fn table_in_the_way(trail: &dyn fmt::Display, default: &Value) -> Warning {
    let default = print_value(default);
    Warning::new(
        "coalesce.go:319",
        format!("warning: destination for {trail} is a table. Ignoring non-table value ({default})"),
    )
}

/// The map at a key, if there is one.
pub(super) fn table_mut<'a>(map: &'a mut Map, key: &[u8]) -> Option<&'a mut Map> {
    map.get_mut(key)?.as_map_mut()
}

/// Takes the map at a key out and leaves an empty one.
pub(super) fn take_table(map: &mut Map, key: &Str) -> Option<Map> {
    table_mut(map, key.as_bytes()).map(std::mem::take)
}
