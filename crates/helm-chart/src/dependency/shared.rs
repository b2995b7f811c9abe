//! Maps with identity.
//!
//! While Helm collects imported values, the collection and the values it was collected from share maps, and each later
//! import is merged into both. Plain values cannot express that; these can.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use govalue::{Map, Str, Value};

use crate::values::{GLOBAL, Lent, ValuesError, not_a_table, table_in_the_way};
use crate::warning::Warning;

/// The deepest that values with imports may be nested; less than elsewhere, because more is done at each level.
pub(super) const MAX_DEPTH: usize = 250;

/// A map that several places may hold.
pub(super) type Table = Rc<RefCell<BTreeMap<Str, Node>>>;

/// A value in such a map.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// A map.
    Table(Table),
    /// Anything else.
    Leaf(Value),
}

/// A map whose nested maps have identity.
pub(super) fn table(map: &Map) -> Table {
    let entries = map.iter().map(|(key, value)| match value {
        Value::Map(map) => (key.clone(), Node::Table(table(map))),
        other => (key.clone(), Node::Leaf(other.clone())),
    });
    Rc::new(RefCell::new(entries.collect()))
}

/// Makes one map of those that Helm's globals share between parents and subcharts.
pub(super) fn link(parent: &Table, all_lent: &[Lent]) {
    for lent in all_lent {
        let Some(subchart) = lookup_keys(parent, &[&lent.subchart]) else {
            continue;
        };
        for (table, nested) in &lent.tables {
            let global = Str::from(GLOBAL);
            let shared = lookup_keys(parent, &[&global, table, nested]);
            if let (Some(shared), Some(place)) = (shared, lookup_keys(&subchart, &[&global, table])) {
                place.borrow_mut().insert(nested.clone(), Node::Table(shared));
            }
        }
        link(&subchart, &lent.further);
    }
}

/// The plain map. Imports can put a map into itself, which takes Helm forever; here it is an error.
pub(super) fn plain(table: &Table) -> Result<Map, ValuesError> {
    plain_below(table, MAX_DEPTH)
}

fn plain_below(table: &Table, levels: usize) -> Result<Map, ValuesError> {
    let levels = levels.checked_sub(1).ok_or(ValuesError::TooDeep)?;
    let table = table.borrow();
    let entries = table.iter().map(|(key, node)| match node {
        Node::Table(table) => Ok((key.clone(), Value::Map(plain_below(table, levels)?))),
        Node::Leaf(value) => Ok((key.clone(), value.clone())),
    });
    entries.collect()
}

/// Empties a map and all it leads to, so that maps that hold themselves are freed.
pub(super) fn dismantle(table: Table) {
    let mut tables = vec![table];
    while let Some(table) = tables.pop() {
        let nodes = std::mem::take(&mut *table.borrow_mut());
        tables.extend(nodes.into_values().filter_map(|node| match node {
            Node::Table(table) => Some(table),
            Node::Leaf(_) => None,
        }));
    }
}

/// The map at a dotted path, or the element of the path that is none.
pub(super) fn lookup(root: &Table, path: &str) -> Result<Table, String> {
    path.split('.').try_fold(Rc::clone(root), |table, key| {
        child(&table, key.as_bytes()).ok_or_else(|| key.to_owned())
    })
}

fn lookup_keys(root: &Table, keys: &[&Str]) -> Option<Table> {
    keys.iter()
        .try_fold(Rc::clone(root), |table, key| child(&table, key.as_bytes()))
}

fn child(table: &Table, key: &[u8]) -> Option<Table> {
    match table.borrow().get(key) {
        Some(Node::Table(table)) => Some(Rc::clone(table)),
        _ => None,
    }
}

/// A map at a dotted path below a new one; a lone dot stands for no path.
pub(super) fn nested(path: &str, table: Table) -> Table {
    if path == "." {
        return table;
    }
    path.rsplit('.').fold(table, |table, key| {
        Rc::new(RefCell::new(BTreeMap::from([(key.into(), Node::Table(table))])))
    })
}

/// Adds to `target` what only `defaults` has, sharing it; nulls of `target` are carried over to `defaults`.
pub(super) fn merge(target: &Table, defaults: &Table, warnings: &mut Vec<Warning>) -> Result<(), ValuesError> {
    // No recursion, because tables that hold themselves have no end.
    let mut pairs = vec![(Rc::clone(target), Rc::clone(defaults), Vec::new())];
    while let Some((target, defaults, path)) = pairs.pop() {
        if path.len() > MAX_DEPTH {
            return Err(ValuesError::TooDeep);
        }
        if !Rc::ptr_eq(&target, &defaults) {
            carry_nulls(&target, &defaults);
            merge_entries(&target, &defaults, &path, &mut pairs, warnings)?;
        }
    }
    Ok(())
}

fn carry_nulls(target: &Table, defaults: &Table) {
    let target = target.borrow();
    let nulls = target
        .iter()
        .filter(|(_, node)| matches!(node, Node::Leaf(Value::Null)));
    defaults
        .borrow_mut()
        .extend(nulls.map(|(key, _)| (key.clone(), Node::Leaf(Value::Null))));
}

/// Merges what is no table at once, and notes the pairs of tables that are left.
fn merge_entries(
    target: &Table,
    defaults: &Table,
    path: &[Str],
    pairs: &mut Vec<(Table, Table, Vec<Str>)>,
    warnings: &mut Vec<Warning>,
) -> Result<(), ValuesError> {
    let entries: Vec<(Str, Node)> = defaults
        .borrow()
        .iter()
        .map(|(key, node)| (key.clone(), node.clone()))
        .collect();
    for (key, default) in entries {
        let present = target.borrow().get(&key).cloned();
        let inner: Vec<Str> = path.iter().cloned().chain([key.clone()]).collect();
        match (present, default) {
            (None, default) => {
                target.borrow_mut().insert(key, default);
            }
            (Some(Node::Table(target)), Node::Table(default)) => pairs.push((target, default, inner)),
            (Some(_), Node::Table(default)) => {
                warnings.push(not_a_table(&dotted(&inner), &Value::Map(plain(&default)?)));
            }
            (Some(Node::Table(_)), Node::Leaf(default)) if !default.is_null() => {
                warnings.push(table_in_the_way(&dotted(&inner), &default));
            }
            _ => {}
        }
    }
    Ok(())
}

fn dotted(path: &[Str]) -> String {
    path.iter().map(|key| key.to_lossy()).collect::<Vec<_>>().join(".")
}
