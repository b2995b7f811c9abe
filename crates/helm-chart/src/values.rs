//! Values: how those of a user, a chart and its subcharts become what a template sees.

mod coalesce;
mod format;
mod globals;
mod path;
mod tables;

use govalue::{Map, Value};

use crate::chart::Chart;
use crate::metadata::TypeError;
use crate::warning::Warning;

pub(crate) use coalesce::{Mode, Subject, coalesce_tree};
pub(crate) use format::{go_type, print_value};
pub(crate) use globals::Lent;
pub(crate) use path::{ValueError, path_value};
pub(crate) use tables::{Trail, coalesce_tables, not_a_table, table_in_the_way};

/// The deepest that values may be nested.
pub const MAX_DEPTH: usize = 1_000;

/// The key of the values that every subchart sees.
pub(crate) const GLOBAL: &[u8] = b"global";

/// What a chart's templates see as `.Values`, with what Helm logs on the way.
#[derive(Clone, Debug, PartialEq)]
pub struct Coalesced {
    /// The values; those of a subchart are below its name, the globals below `global` of each chart.
    pub values: Map,
    /// What was in conflict.
    pub warnings: Vec<Warning>,
}

/// Why values cannot be joined.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ValuesError {
    /// What should be the values of a subchart is no map; the text is Helm's, with Go's complaint about its own format.
    #[error("type mismatch on {subchart}: {value}")]
    NotATable {
        /// The subchart.
        subchart: String,
        /// The value, as Go prints it.
        value: String,
    },
    /// Values are nested deeper than [`MAX_DEPTH`].
    #[error("values are nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
}

/// Joins a user's values with the defaults of a chart and its subcharts: Helm's `CoalesceValues`.
///
/// The user's values win over a chart's, a parent's over its subcharts'. A null removes the key and its default.
pub fn coalesce(chart: &Chart, values: Map) -> Result<Coalesced, ValuesError> {
    join(chart, values, Mode::Coalesce)
}

/// As [`coalesce`], but nulls stay: Helm's `MergeValues`.
pub fn merge(chart: &Chart, values: Map) -> Result<Coalesced, ValuesError> {
    join(chart, values, Mode::Merge)
}

/// A user's values with the defaults of one chart, whatever its subcharts': Helm's `CoalesceTables`.
pub fn with_defaults(mut values: Map, defaults: &Map) -> Map {
    coalesce_tables(&mut values, defaults, &Trail::ROOT, Mode::Coalesce, &mut Vec::new());
    values
}

/// Reads a `values.yaml` as Helm's `ReadValues` does; the error is Helm's text.
pub fn read_values(text: &[u8]) -> Result<Map, String> {
    match crate::yaml::read(text).map_err(|error| error.to_string())? {
        Value::Null => Ok(Map::new()),
        Value::Map(map) if is_too_deep(&map) => Err(ValuesError::TooDeep.to_string()),
        Value::Map(map) => Ok(through_json(map)),
        other => Err(TypeError::document(&other, "chartutil.Values").to_string()),
    }
}

fn join(chart: &Chart, mut values: Map, mode: Mode) -> Result<Coalesced, ValuesError> {
    if is_too_deep(&values) {
        return Err(ValuesError::TooDeep);
    }
    let mut warnings = Vec::new();
    coalesce_tree(chart, &mut values, mode, &mut warnings)?;
    Ok(Coalesced { values, warnings })
}

/// Values as Go reads them from a file, where every number becomes a float.
pub(crate) fn through_json(map: Map) -> Map {
    Value::Map(map).through_json().into_map().unwrap_or_default()
}

/// Whether a map is nested deeper than [`MAX_DEPTH`].
pub(crate) fn is_too_deep(map: &Map) -> bool {
    is_deeper_than(map, MAX_DEPTH)
}

/// Whether a map, itself the first level, has more than so many levels.
pub(crate) fn is_deeper_than(map: &Map, levels: usize) -> bool {
    map.values().any(|value| exceeds(value, levels - 1))
}

fn exceeds(value: &Value, levels: usize) -> bool {
    match value {
        Value::List(items) => levels == 0 || items.iter().any(|item| exceeds(item, levels - 1)),
        Value::Map(map) => levels == 0 || map.values().any(|value| exceeds(value, levels - 1)),
        _ => false,
    }
}
