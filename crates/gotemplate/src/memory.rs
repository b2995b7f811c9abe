//! What Go's garbage collector does and reference counts do not: values nested without end, and maps within themselves.
//!
//! A template can put a list into a list a million times over; to drop it level by level would overflow the stack. And it
//! can put a map into itself; such a map would never be dropped.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashSet};
use std::rc::{Rc, Weak};

use govalue::Str;

use crate::{Any, AnyList, AnyMap};

/// Levels that are dropped by recursion; what is below waits.
const DROP_DEPTH: usize = 64;

/// Values looked at when one is put into a map, to find the map in it. Larger ones are looked at when the execution ends.
const SEARCH_BUDGET: usize = 128;

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static WAITING: RefCell<Vec<Contents>> = const { RefCell::new(Vec::new()) };
    static EXECUTIONS: Cell<usize> = const { Cell::new(0) };
    static SUSPECTS: RefCell<Vec<Weak<AnyMap>>> = const { RefCell::new(Vec::new()) };
}

/// What a list or a map held.
enum Contents {
    Items(#[expect(dead_code, reason = "held to be dropped")] Vec<Any>),
    Entries(#[expect(dead_code, reason = "held to be dropped")] BTreeMap<Str, Any>),
}

impl Drop for AnyList {
    fn drop(&mut self) {
        if self.items.iter().any(is_composite) {
            release(Contents::Items(std::mem::take(&mut self.items)));
        }
    }
}

impl Drop for AnyMap {
    fn drop(&mut self) {
        let Some(entries) = self.take_own_entries() else { return };
        if entries.values().any(is_composite) {
            release(Contents::Entries(entries));
        }
    }
}

fn is_composite(value: &Any) -> bool {
    matches!(value, Any::List(_) | Any::Map(_) | Any::Object(_))
}

/// Drops contents, but no more than some levels at once.
fn release(contents: Contents) {
    let depth = DEPTH.try_with(Cell::get).unwrap_or_default();
    if depth >= DROP_DEPTH {
        let mut contents = Some(contents);
        let _ = WAITING.try_with(|waiting| waiting.borrow_mut().extend(contents.take()));
        return;
    }
    let _ = DEPTH.try_with(|cell| cell.set(depth + 1));
    drop(contents);
    while depth == 0
        && let Ok(Some(contents)) = WAITING.try_with(|waiting| waiting.borrow_mut().pop())
    {
        drop(contents);
    }
    let _ = DEPTH.try_with(|cell| cell.set(depth));
}

/// While one lives, maps that come to contain themselves are remembered; when the last one of the thread goes, they are
/// emptied.
#[derive(Debug)]
pub(crate) struct CycleGuard(());

impl CycleGuard {
    pub(crate) fn new() -> Self {
        EXECUTIONS.set(EXECUTIONS.get() + 1);
        Self(())
    }
}

impl Drop for CycleGuard {
    fn drop(&mut self) {
        let executions = EXECUTIONS.get() - 1;
        EXECUTIONS.set(executions);
        if executions > 0 {
            return;
        }
        for map in SUSPECTS.take().iter().filter_map(Weak::upgrade) {
            if contains_itself(&map) {
                drop(map.take_entries());
            }
        }
    }
}

/// Remembers a map that may come to contain itself by the value that is put into it.
pub(crate) fn watch(map: &Rc<AnyMap>, value: &Any) {
    if !is_composite(value) || EXECUTIONS.get() == 0 {
        return;
    }
    let mut budget = SEARCH_BUDGET;
    if may_reach(value, map, &mut budget) {
        SUSPECTS.with_borrow_mut(|suspects| suspects.push(Rc::downgrade(map)));
    }
}

/// Whether the map is found in the value, or the search took too long.
fn may_reach(value: &Any, target: &AnyMap, budget: &mut usize) -> bool {
    let Some(rest) = budget.checked_sub(1) else { return true };
    *budget = rest;
    match value {
        Any::List(list) => list.items.iter().any(|item| may_reach(item, target, budget)),
        Any::Map(map) => {
            map.is_same(target)
                || map.with_unwatched(|entries| entries.values().any(|item| may_reach(item, target, budget)))
        }
        _ => false,
    }
}

fn contains_itself(map: &Rc<AnyMap>) -> bool {
    let mut seen = HashSet::new();
    let mut open: Vec<Any> = children(map);
    while let Some(value) = open.pop() {
        match value {
            Any::Map(inner) if inner.is_same(map) => return true,
            Any::Map(inner) if seen.insert(Rc::as_ptr(&inner).addr()) => open.extend(children(&inner)),
            Any::List(inner) if seen.insert(Rc::as_ptr(&inner).addr()) => {
                open.extend(inner.items.iter().filter(|item| is_composite(item)).cloned());
            }
            _ => {}
        }
    }
    false
}

fn children(map: &AnyMap) -> Vec<Any> {
    map.with_unwatched(|entries| entries.values().filter(|item| is_composite(item)).cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_within_itself_is_dropped_with_the_guard() {
        let guard = CycleGuard::new();
        let map = Rc::new(AnyMap::new(crate::MapType::Any, BTreeMap::new()));
        map.insert("list".into(), Any::list(vec![Any::Map(Rc::clone(&map))]));
        let weak = Rc::downgrade(&map);
        drop(map);
        assert_eq!(weak.strong_count(), 1);
        drop(guard);
        assert_eq!(weak.strong_count(), 0);
    }

    #[test]
    fn a_map_within_another_keeps_its_entries() {
        let guard = CycleGuard::new();
        let inner = Rc::new(AnyMap::new(crate::MapType::Any, BTreeMap::new()));
        let outer = Rc::new(AnyMap::new(crate::MapType::Any, BTreeMap::new()));
        outer.insert("inner".into(), Any::Map(Rc::clone(&inner)));
        inner.insert(
            "list".into(),
            Any::list((0..1_000).map(|_| Any::list(Vec::new())).collect()),
        );
        drop(guard);
        assert_eq!((outer.len(), inner.len()), (1, 1));
    }

    #[test]
    fn values_nested_a_million_times_are_dropped_without_a_stack_overflow() {
        let mut value = Any::Nil;
        for index in 0..1_000_000 {
            value = if index % 2 == 0 {
                Any::list(vec![value])
            } else {
                Any::map(BTreeMap::from([(Str::from("k"), value)]))
            };
        }
        drop(value);
    }
}
