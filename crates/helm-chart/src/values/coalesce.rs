//! A tree of charts and one map of values.

use govalue::{Map, Value};

use super::globals::{Lent, hand_back, hand_down, spread};
use super::tables::{Trail, coalesce_tables, table_mut};
use super::{ValuesError, format};
use crate::chart::Chart;
use crate::warning::Warning;

/// What a null does to a default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// It removes the default and itself: Helm's coalescing.
    Coalesce,
    /// It stays: Helm's merging.
    Merge,
}

/// A chart as far as its values are concerned.
pub(crate) trait Subject: Copy {
    /// The key of its values in those of its parent.
    fn name(&self) -> &str;
    /// Its own values.
    fn values(&self) -> &Map;
    /// Its subcharts.
    fn subcharts(&self) -> impl Iterator<Item = Self>;
}

impl Subject for &Chart {
    fn name(&self) -> &str {
        &self.metadata.name
    }

    fn values(&self) -> &Map {
        &self.values
    }

    fn subcharts(&self) -> impl Iterator<Item = Self> {
        self.dependencies.iter().map(AsRef::as_ref)
    }
}

/// Joins the defaults of a chart and its subcharts into `values`; returns what Helm's subcharts would share with it.
pub(crate) fn coalesce_tree<S: Subject>(
    chart: S,
    values: &mut Map,
    mode: Mode,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Lent>, ValuesError> {
    let lent = coalesce_chart(chart, values, &Trail::ROOT, mode, warnings)?;
    spread(values, &lent);
    Ok(lent)
}

/// Joins without the last step, which needs all charts to be done; returns what the subcharts share with this one.
fn coalesce_chart<S: Subject>(
    chart: S,
    values: &mut Map,
    trail: &Trail<'_>,
    mode: Mode,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Lent>, ValuesError> {
    let below = trail.then(chart.name().as_bytes());
    coalesce_own(chart, values, &below, mode, warnings);
    let mut all_lent = Vec::new();
    for subchart in chart.subcharts() {
        let name = subchart.name().as_bytes();
        let mut own = match values.get_mut(name) {
            None => Map::new(),
            Some(Value::Map(map)) => std::mem::take(map),
            Some(other) => {
                let value = format::print_as_bool(other);
                return Err(ValuesError::NotATable {
                    subchart: subchart.name().to_owned(),
                    value,
                });
            }
        };
        let tables = hand_down(values, &mut own, &below, warnings);
        let lent = coalesce_chart(subchart, &mut own, &below, mode, warnings)?;
        hand_back(values, &mut own, &tables);
        values.insert(name.into(), Value::Map(own));
        all_lent.push(Lent {
            subchart: name.into(),
            tables,
            further: lent,
        });
    }
    Ok(all_lent)
}

/// Joins a chart's own defaults into its values.
fn coalesce_own<S: Subject>(chart: S, values: &mut Map, trail: &Trail<'_>, mode: Mode, warnings: &mut Vec<Warning>) {
    for (key, default) in chart.values() {
        match values.get_mut(key) {
            None => {
                values.insert(key.clone(), default.clone());
            }
            Some(Value::Null) if mode == Mode::Coalesce => {
                values.remove(key);
            }
            Some(Value::Map(_)) => match default {
                Value::Map(default) => {
                    let is_subchart = || chart.subcharts().any(|subchart| *key == *subchart.name());
                    // Nulls in a subchart's values are kept until that subchart's own defaults are joined.
                    let mode = if mode == Mode::Coalesce && !is_subchart() {
                        mode
                    } else {
                        Mode::Merge
                    };
                    let Some(values) = table_mut(values, key) else { continue };
                    coalesce_tables(values, default, &trail.then(key), mode, warnings);
                }
                Value::Null => {}
                _ => {
                    let text = format!("warning: skipped value for {}: Not a table.", trail.then(key));
                    warnings.push(Warning::new("coalesce.go:237", text));
                }
            },
            Some(_) => {}
        }
    }
}
