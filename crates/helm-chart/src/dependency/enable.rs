//! Tags and conditions: which subcharts stay.

use std::collections::HashSet;

use govalue::{Map, Value};

use super::graph::Graph;
use crate::metadata::Dependency;
use crate::values::{Mode, ValueError, ValuesError, coalesce_tree, path_value};
use crate::warning::Warning;

/// Drops what is disabled below a node; `path` leads, with a dot at its end, to the node's values in `values`.
pub(super) fn enable(
    graph: &mut Graph<'_>,
    node: usize,
    values: &Map,
    path: &str,
    warnings: &mut Vec<Warning>,
) -> Result<(), ValuesError> {
    let Some(requirements) = graph.nodes[node].requirements.clone() else {
        return Ok(());
    };
    let subcharts = resolve(graph, node, &requirements);
    graph.set_subcharts(node, subcharts);
    let mut joined = values.clone();
    coalesce_tree(graph.subject(node), &mut joined, Mode::Coalesce, warnings)?;
    for &at in &requirements {
        let requirement = &mut graph.requirements[at];
        requirement.enabled = true;
        apply_tags(requirement, &joined, warnings);
    }
    for &at in &requirements {
        apply_conditions(&mut graph.requirements[at], &joined, path, warnings);
    }
    let disabled = requirements
        .iter()
        .map(|&at| &graph.requirements[at])
        .filter(|requirement| !requirement.enabled);
    let disabled: HashSet<String> = disabled.map(|requirement| requirement.name.clone()).collect();
    let kept = graph.nodes[node].subcharts.iter().copied();
    let kept: Vec<usize> = kept
        .filter(|&subchart| !disabled.contains(&graph.nodes[subchart].name))
        .collect();
    for &subchart in &kept {
        let path = format!("{path}{}.", graph.nodes[subchart].name);
        enable(graph, subchart, &joined, &path, warnings)?;
    }
    let requirements = requirements
        .into_iter()
        .filter(|&at| !disabled.contains(&graph.requirements[at].name));
    let requirements: Vec<usize> = requirements.collect();
    // Helm's list is nil again when nothing is left in it.
    graph.nodes[node].requirements = Some(requirements).filter(|list| !list.is_empty());
    graph.set_subcharts(node, kept);
    Ok(())
}

/// The subcharts of a node: first those that nothing asks for, then one for each requirement, under its alias.
fn resolve(graph: &mut Graph<'_>, node: usize, requirements: &[usize]) -> Vec<usize> {
    let found = graph.nodes[node].subcharts.clone();
    let is_asked_for = |&subchart: &usize| {
        requirements
            .iter()
            .any(|&at| graph.nodes[subchart].meets(&graph.requirements[at]))
    };
    let mut resolved: Vec<usize> = found
        .iter()
        .copied()
        .filter(|subchart| !is_asked_for(subchart))
        .collect();
    for &at in requirements {
        let requirement = &graph.requirements[at];
        let alias = requirement.alias.clone();
        if let Some(&subchart) = found.iter().find(|&&subchart| graph.nodes[subchart].meets(requirement)) {
            resolved.push(graph.copy(subchart, &alias));
        }
        if !alias.is_empty() {
            graph.requirements[at].name = alias;
        }
    }
    resolved
}

/// A requirement with tags of which some are false and none is true is disabled.
fn apply_tags(requirement: &mut Dependency, values: &Map, warnings: &mut Vec<Warning>) {
    let Some(tags) = values.get("tags".as_bytes()).and_then(Value::as_map) else {
        return;
    };
    let (mut has_true, mut has_false) = (false, false);
    for tag in &requirement.tags {
        match tags.get(tag.as_bytes()) {
            Some(Value::Bool(true)) => has_true = true,
            Some(Value::Bool(false)) => has_false = true,
            None => {}
            Some(_) => {
                let text = format!(
                    "Warning: Tag '{tag}' for chart {} returned non-bool value",
                    requirement.name
                );
                warnings.push(Warning::new("dependencies.go:95", text));
            }
        }
    }
    requirement.enabled = has_true || !has_false;
}

/// The first condition that leads to a boolean decides, whatever the tags say.
fn apply_conditions(requirement: &mut Dependency, values: &Map, path: &str, warnings: &mut Vec<Warning>) {
    for condition in requirement
        .condition
        .trim()
        .split(',')
        .filter(|condition| !condition.is_empty())
    {
        match path_value(values, &format!("{path}{condition}")) {
            Ok(Value::Bool(flag)) => {
                requirement.enabled = *flag;
                return;
            }
            Ok(_) => {
                let chart = &requirement.name;
                let text = format!("Warning: Condition path '{condition}' for chart {chart} returned non-bool value");
                warnings.push(Warning::new("dependencies.go:64", text));
            }
            Err(ValueError::NoValue(_)) => {}
            Err(error) => {
                warnings.push(Warning::new(
                    "dependencies.go:67",
                    format!("Warning: PathValue returned error {error}"),
                ));
            }
        }
    }
}
