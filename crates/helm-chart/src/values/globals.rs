//! Globals: values that every subchart gets from its parent.
//!
//! Helm copies the tables under `global` one level deep. What is nested deeper is one and the same map in parent and
//! subchart: a subchart's default for `global.a.b.c` becomes visible in the parent and in all its other subcharts, one
//! for `global.a.b` does not. Here such a map is lent: moved into the subchart while that one is joined, moved back
//! after, and copied to every chart that shares it when all are done.

use govalue::{Map, Str, Value, quote};

use super::tables::{Trail, coalesce_tables, table_mut, take_table};
use super::{GLOBAL, Mode};
use crate::warning::Warning;

/// The maps that a subchart shares with its parent, and those it shares with its own subcharts.
#[derive(Debug)]
pub(crate) struct Lent {
    /// The subchart's key.
    pub(crate) subchart: Str,
    /// Each as the keys below `global`: the table's and the nested map's.
    pub(crate) tables: Vec<(Str, Str)>,
    /// What the subchart shares with its own.
    pub(crate) further: Vec<Lent>,
}

/// Gives a subchart its parent's globals, which win over its own; returns the maps that are lent.
pub(super) fn hand_down(
    parent: &mut Map,
    subchart: &mut Map,
    trail: &Trail<'_>,
    warnings: &mut Vec<Warning>,
) -> Vec<(Str, Str)> {
    let skipped = |whose: &str, origin| {
        Warning::new(
            origin,
            format!("warning: skipping globals because {whose} global is not a table."),
        )
    };
    if subchart.get(GLOBAL).is_some_and(|own| own.as_map().is_none()) {
        warnings.push(skipped("destination", "coalesce.go:138"));
        return Vec::new();
    }
    if parent.get(GLOBAL).is_some_and(|global| global.as_map().is_none()) {
        warnings.push(skipped("source", "coalesce.go:145"));
        return Vec::new();
    }
    let target = subchart.entry(GLOBAL.into()).or_insert_with(Value::empty_map);
    let (Some(target), Some(source)) = (target.as_map_mut(), table_mut(parent, GLOBAL)) else {
        return Vec::new();
    };
    let mut lent = Vec::new();
    for (key, value) in source {
        hand_down_one(key, value, target, trail, &mut lent, warnings);
    }
    lent
}

fn hand_down_one(
    key: &Str,
    value: &mut Value,
    target: &mut Map,
    trail: &Trail<'_>,
    lent: &mut Vec<(Str, Str)>,
    warnings: &mut Vec<Warning>,
) {
    match (value, target.get_mut(key)) {
        (Value::Map(table), None) => {
            let copy = copy_table(key, table, lent);
            target.insert(key.clone(), Value::Map(copy));
        }
        (Value::Map(table), Some(Value::Map(own))) => {
            let mut copy = copy_table(key, table, lent);
            coalesce_tables(&mut copy, own, &trail.then(key), Mode::Merge, warnings);
            *own = copy;
        }
        (Value::Map(_), Some(_)) => {
            let text = format!(
                "Conflict: cannot merge map onto non-map for {}. Skipping.",
                quote(key.as_bytes())
            );
            warnings.push(Warning::new("coalesce.go:161", text));
        }
        (_, Some(Value::Map(_))) => {
            warnings.push(Warning::new("coalesce.go:175", format!("key {key} is table. Skipping")));
        }
        (value, _) => {
            target.insert(key.clone(), value.clone());
        }
    }
}

/// A copy of a table into which its nested maps are moved.
fn copy_table(key: &Str, table: &mut Map, lent: &mut Vec<(Str, Str)>) -> Map {
    let copied = table.iter_mut().map(|(nested, value)| match value {
        Value::Map(map) => {
            lent.push((key.clone(), nested.clone()));
            (nested.clone(), Value::Map(std::mem::take(map)))
        }
        other => (nested.clone(), other.clone()),
    });
    copied.collect()
}

/// Takes the lent maps back from a subchart that has been joined.
pub(super) fn hand_back(parent: &mut Map, subchart: &mut Map, lent: &[(Str, Str)]) {
    for (table, nested) in lent {
        if let (Some(parent), Some(subchart)) = (global_table(parent, table), global_table(subchart, table))
            && let (Some(place), Some(map)) = (table_mut(parent, nested), take_table(subchart, nested))
        {
            *place = map;
        }
    }
}

/// Copies the shared maps, now complete, to every chart that shares them.
pub(super) fn spread(parent: &mut Map, all_lent: &[Lent]) {
    for lent in all_lent {
        let mut shared = Vec::with_capacity(lent.tables.len());
        for (table, nested) in &lent.tables {
            let map = global_table(parent, table).and_then(|table| table_mut(table, nested).cloned());
            shared.push((table, nested, map));
        }
        let Some(subchart) = table_mut(parent, &lent.subchart) else {
            continue;
        };
        for (table, nested, map) in shared {
            let place = global_table(subchart, table).and_then(|table| table_mut(table, nested));
            if let (Some(place), Some(map)) = (place, map) {
                *place = map;
            }
        }
        spread(subchart, &lent.further);
    }
}

fn global_table<'a>(values: &'a mut Map, table: &Str) -> Option<&'a mut Map> {
    table_mut(table_mut(values, GLOBAL)?, table)
}
