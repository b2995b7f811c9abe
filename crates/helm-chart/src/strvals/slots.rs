//! Places in values that a line leads to.

use govalue::{Map, Str, Value};

use super::text::Stop;
use super::{MAX_INDEX, StrvalsError};
use crate::values::go_type;

/// Sets a value; an empty key sets nothing.
pub(super) fn set(values: &mut Map, key: &str, value: Value) {
    if !key.is_empty() {
        values.insert(key.into(), value);
    }
}

/// Sets the item at an index, with nulls before it where the list is shorter.
pub(super) fn set_index(list: &mut Vec<Value>, index: i64, value: Value) -> Result<(), StrvalsError> {
    if index > MAX_INDEX {
        return Err(StrvalsError::IndexTooLarge(index));
    }
    let index = usize::try_from(index).map_err(|_| StrvalsError::NegativeIndex(index))?;
    if list.len() <= index {
        list.resize(index + 1, Value::Null);
    }
    list[index] = value;
    Ok(())
}

/// Lets `fill` work on the map at a key, a new one if there is none. A map that stays empty is not added.
pub(super) fn with_map(
    values: &mut Map,
    key: &str,
    fill: impl FnOnce(&mut Map) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let name = Str::from(key);
    let (mut inner, existed) = match values.remove(&name) {
        None => (Map::new(), false),
        Some(Value::Map(map)) => (map, true),
        Some(other) => return Err(kind_error(&other, "map[string]interface {}").into()),
    };
    let filled = fill(&mut inner);
    let is_empty = inner.is_empty();
    if existed || (!is_empty && !key.is_empty()) {
        values.insert(name, Value::Map(inner));
    }
    match filled {
        Ok(()) if is_empty => Err(StrvalsError::EmptyMap(key.to_owned()).into()),
        other => other,
    }
}

/// Lets `fill` work on the list at a key, a new one if there is none, and sets it whatever comes of it.
pub(super) fn with_list(
    values: &mut Map,
    key: &str,
    fill: impl FnOnce(&mut Vec<Value>) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let name = Str::from(key);
    let (mut list, existed) = match values.remove(&name) {
        None => (Vec::new(), false),
        Some(Value::List(list)) => (list, true),
        Some(other) => return Err(kind_error(&other, "[]interface {}").into()),
    };
    let filled = fill(&mut list);
    if existed || !key.is_empty() {
        values.insert(name, Value::List(list));
    }
    filled
}

/// Lets `fill` work on the list that is an item, a new one if there is none, and sets it if nothing stops.
pub(super) fn with_nested_list(
    list: &mut Vec<Value>,
    index: i64,
    fill: impl FnOnce(&mut Vec<Value>) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let present = usize::try_from(index).ok().and_then(|index| list.get_mut(index));
    match present {
        Some(Value::List(nested)) => fill(nested),
        None | Some(Value::Null) => {
            let mut nested = Vec::new();
            fill(&mut nested)?;
            Ok(set_index(list, index, Value::List(nested))?)
        }
        Some(other) => Err(kind_error(other, "[]interface {}").into()),
    }
}

/// Lets `fill` work on the map that is an item; what is no map is replaced by one at once, a new item only if nothing
/// stops.
pub(super) fn with_nested_map(
    list: &mut Vec<Value>,
    index: i64,
    fill: impl FnOnce(&mut Map) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let Some(present) = usize::try_from(index).ok().and_then(|index| list.get_mut(index)) else {
        let mut inner = Map::new();
        fill(&mut inner)?;
        return Ok(set_index(list, index, Value::Map(inner))?);
    };
    if present.as_map().is_none() {
        *present = Value::empty_map();
    }
    present.as_map_mut().map_or(Ok(()), fill)
}

fn kind_error(found: &Value, wanted: &'static str) -> StrvalsError {
    let found = if found.is_null() { "nil" } else { go_type(found) };
    StrvalsError::Kind { found, wanted }
}
