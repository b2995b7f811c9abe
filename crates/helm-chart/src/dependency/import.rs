//! `import-values`: what parents take from their subcharts' values.

use std::sync::Arc;

use govalue::{Map, Value};

use super::graph::Graph;
use super::shared::{self, Table};
use crate::metadata::Dependency;
use crate::values::{Mode, Trail, ValuesError, coalesce_tables, coalesce_tree, is_deeper_than, print_value};
use crate::warning::Warning;

/// Joins the values of every chart that has requirements with its subcharts' values and what it imports, innermost
/// first.
pub(super) fn import(graph: &mut Graph<'_>, node: usize, warnings: &mut Vec<Warning>) -> Result<(), ValuesError> {
    for subchart in graph.nodes[node].subcharts.clone() {
        import(graph, subchart, warnings)?;
    }
    let Some(requirements) = graph.nodes[node].requirements.clone() else {
        return Ok(());
    };
    let mut values = Map::new();
    let lent = coalesce_tree(graph.subject(node), &mut values, Mode::Merge, warnings)?;
    let imports = requirements
        .iter()
        .any(|&at| !graph.requirements[at].import_values.is_empty());
    if imports {
        if is_deeper_than(&values, shared::MAX_DEPTH) {
            return Err(ValuesError::TooDeep);
        }
        let found = shared::table(&values);
        shared::link(&found, &lent);
        let taken = shared::table(&Map::new());
        let joined = take_all(graph, &requirements, &found, &taken, warnings);
        shared::dismantle(found);
        shared::dismantle(taken);
        values = joined?;
    }
    graph.nodes[node].values = Arc::new(values);
    Ok(())
}

/// Makes the imports of all requirements, and joins what was found with what was taken, which counts for less.
fn take_all(
    graph: &mut Graph<'_>,
    requirements: &[usize],
    found: &Table,
    taken: &Table,
    warnings: &mut Vec<Warning>,
) -> Result<Map, ValuesError> {
    for &at in requirements {
        if graph.imported.insert(at) {
            collect(&mut graph.requirements[at], found, taken, warnings)?;
        } else {
            // Helm does not understand the long form it wrote itself when it comes by again for another alias.
            graph.requirements[at].import_values.clear();
        }
    }
    let mut values = shared::plain(found)?;
    coalesce_tables(&mut values, &shared::plain(taken)?, &Trail::ROOT, Mode::Merge, warnings);
    Ok(values)
}

/// Adds what one requirement imports from `found` to `taken`, and rewrites its imports to Helm's long form.
fn collect(
    requirement: &mut Dependency,
    found: &Table,
    taken: &Table,
    warnings: &mut Vec<Warning>,
) -> Result<(), ValuesError> {
    let name = requirement.name.clone();
    let mut rewritten = Vec::with_capacity(requirement.import_values.len());
    for import in &requirement.import_values {
        let (child, parent, whose) = match import {
            Value::Map(map) => (end(map, "child"), end(map, "parent"), format!(" from chart {name}")),
            Value::String(export) => (format!("exports.{export}"), ".".to_owned(), String::new()),
            _ => continue,
        };
        match shared::lookup(found, &format!("{name}.{child}")) {
            Ok(table) => {
                // Helm shares a map only if there is something in it.
                let table = if table.borrow().is_empty() {
                    shared::table(&Map::new())
                } else {
                    table
                };
                shared::merge(taken, &shared::nested(&parent, table), warnings)?;
            }
            Err(key) => {
                let origin = if whose.is_empty() {
                    "dependencies.go:287"
                } else {
                    "dependencies.go:270"
                };
                let key = govalue::quote(key.as_bytes());
                let text = format!("Warning: ImportValues missing table{whose}: {key} is not a table");
                warnings.push(Warning::new(origin, text));
            }
        }
        rewritten.push(Value::from_iter([
            ("child", Value::from(child)),
            ("parent", Value::from(parent)),
        ]));
    }
    requirement.import_values = rewritten;
    Ok(())
}

/// One end of an import, whatever it is, as Go prints it.
fn end(map: &Map, key: &str) -> String {
    map.get(key.as_bytes()).map_or_else(|| "<nil>".to_owned(), print_value)
}
