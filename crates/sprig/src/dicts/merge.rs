//! Deep merges in place, by the rules of the Go library mergo.
//!
//! What is merged in is not copied: a map that the destination lacks is from then on part of both.

use std::collections::BTreeMap;
use std::rc::Rc;

use gotemplate::{Any, AnyMap, FuncError, Kind, MapType};
use govalue::Str;

use super::{Dict, same};
use crate::defaults::empty;
use crate::text::{items_of, too_deep};

/// How deep maps are merged; deeper ones are maps that contain themselves.
const MAX_DEPTH: usize = 1_000;

/// What happens to an entry that isn't empty and isn't a map on both sides.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Conflict {
    Keep,
    Overwrite,
}

pub(super) fn merge(target: Dict<'_>, sources: &[Any]) -> Result<Any, FuncError> {
    merge_all(target, sources, Conflict::Keep)
}

pub(super) fn merge_overwrite(target: Dict<'_>, sources: &[Any]) -> Result<Any, FuncError> {
    merge_all(target, sources, Conflict::Overwrite)
}

fn merge_all(target: Dict<'_>, sources: &[Any], conflict: Conflict) -> Result<Any, FuncError> {
    let mut made = None;
    for source in sources.iter().filter_map(Any::as_map) {
        // A nil map becomes one when the first map is merged into it.
        let target =
            target.unwrap_or_else(|| made.get_or_insert_with(|| Rc::new(AnyMap::new(MapType::Any, BTreeMap::new()))));
        merge_maps(target, source, conflict, MAX_DEPTH)?;
    }
    Ok(same(target.or(made.as_ref())))
}

fn merge_maps(target: &Rc<AnyMap>, source: &AnyMap, conflict: Conflict, depth: usize) -> Result<(), FuncError> {
    let depth = depth.checked_sub(1).ok_or_else(too_deep)?;
    for (key, value) in source.snapshot() {
        if matches!(value, Any::Nil) {
            if conflict == Conflict::Overwrite {
                put(target, source, key, value)?;
            }
            continue;
        }
        let current = target.get(&key);
        if let (Some(Any::Map(current)), Any::Map(value)) = (&current, &value)
            && current.map_type() != MapType::Nil
        {
            merge_maps(current, value, conflict, depth)?;
        }
        let is_list = value.kind() == Kind::Slice;
        if is_list {
            check_list(target, current.as_ref(), &value)?;
        }
        if let Some(current) = current.as_ref().filter(|current| !empty(current)) {
            let settled = current.kind() == Kind::Map && value.kind() == Kind::Map;
            if settled || conflict == Conflict::Keep {
                continue;
            }
        }
        put(target, source, key, value)?;
    }
    Ok(())
}

/// Sets an entry of the target; a `map[string]string` takes none of a map of anything else.
fn put(target: &Rc<AnyMap>, source: &AnyMap, key: Str, value: Any) -> Result<(), FuncError> {
    if target.map_type() == MapType::String && source.map_type() != MapType::String {
        return Err(not_assignable("interface {}"));
    }
    target.insert(key, value);
    Ok(())
}

/// Fails as mergo does where it looks for a list in a `map[string]string`.
fn check_list(target: &AnyMap, current: Option<&Any>, list: &Any) -> Result<(), FuncError> {
    match current {
        _ if target.map_type() != MapType::String || items_of(list).is_none() => Ok(()),
        Some(_) => Err(FuncError::new("reflect: call of reflect.Value.IsNil on string Value")),
        None => Err(not_assignable(list.type_name())),
    }
}

fn not_assignable(type_name: &str) -> FuncError {
    FuncError::new(format!(
        "reflect.Value.SetMapIndex: value of type {type_name} is not assignable to type string"
    ))
}
