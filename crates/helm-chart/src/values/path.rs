//! Values by dotted path, with Helm's distinctions between tables and values.

use govalue::{Map, Value};

/// Why a path leads to nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ValueError {
    /// An element of the path is absent or no table.
    #[error("{} is not a table", govalue::quote(.0.as_bytes()))]
    NoTable(String),
    /// The last element is absent or a table.
    #[error("{} is not a value", govalue::quote(.0.as_bytes()))]
    NoValue(String),
    /// There is no path.
    #[error("YAML path cannot be empty")]
    Empty,
}

/// The table at a dotted path.
fn table<'a>(values: &'a Map, path: &str) -> Result<&'a Map, ValueError> {
    path.split('.').try_fold(values, |table, key| {
        table
            .get(key.as_bytes())
            .and_then(Value::as_map)
            .ok_or_else(|| ValueError::NoTable(key.to_owned()))
    })
}

/// The value, not a table, at a dotted path.
pub(crate) fn path_value<'a>(values: &'a Map, path: &str) -> Result<&'a Value, ValueError> {
    if path.is_empty() {
        return Err(ValueError::Empty);
    }
    let (parent, key) = path
        .rsplit_once('.')
        .map_or((None, path), |(parent, key)| (Some(parent), key));
    let no_value = || ValueError::NoValue(key.to_owned());
    let parent = match parent {
        None => values,
        Some(parent) => table(values, parent).map_err(|_| no_value())?,
    };
    parent
        .get(key.as_bytes())
        .filter(|value| value.as_map().is_none())
        .ok_or_else(no_value)
}
