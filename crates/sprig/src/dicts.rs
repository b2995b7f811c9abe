//! Maps. `set`, `unset`, `merge` and `mergeOverwrite` change the map they are given; the others don't.
//!
//! Where Go's order is random (`keys`, `values`) it is that of the keys here.

mod copy;
mod merge;

use std::collections::BTreeMap;
use std::rc::Rc;

use gotemplate::{Any, AnyMap, FuncError, MapType};
use govalue::Str;

use crate::text::strval;
use copy::deep_copy;
use merge::{merge, merge_overwrite};

entries! { Dicts;
    "dict"(; ..Any) -> AnyMap, dict, "Makes a dict of keys and values in turn.";
    "get"(AnyMap, String) -> Any, get, "The value of a key; the empty string if there is none.";
    "set"(AnyMap, String, Any) -> AnyMap, try set, "Sets the value of a key.";
    "unset"(AnyMap, String) -> AnyMap, unset, "Removes a key.";
    "hasKey"(AnyMap, String) -> Bool, has_key, "Tells whether there is a key.";
    "pluck"(String; ..AnyMap) -> AnyList, pluck, "The values of a key in all dicts that have it.";
    "dig"(; ..Any) -> Any, try dig, "The value at a path of keys in the last argument, or the default before it if a key is missing.";
    "keys"(; ..AnyMap) -> StringList, keys, "All keys of all dicts, those of each in order.";
    "values"(AnyMap) -> AnyList, values, "All values, in the order of their keys.";
    "pick"(AnyMap; ..String) -> AnyMap, pick, "A dict of these keys only.";
    "omit"(AnyMap; ..String) -> AnyMap, omit, "A dict without these keys.";
    "merge"(AnyMap; ..AnyMap) -> Any, try merge, "Adds to the first dict what it lacks of the others, deeply.";
    "mustMerge"(AnyMap; ..AnyMap) -> Any, try merge, "As `merge`.";
    "mergeOverwrite"(AnyMap; ..AnyMap) -> Any, try merge_overwrite, "Sets in the first dict what the others have, deeply.";
    "mustMergeOverwrite"(AnyMap; ..AnyMap) -> Any, try merge_overwrite, "As `mergeOverwrite`.";
    "deepCopy"(Any) -> Any, try deep_copy, "A copy that shares no dict and no list with the value.";
    "mustDeepCopy"(Any) -> Any, try deep_copy, "As `deepCopy`.";
}

type Dict<'a> = Option<&'a Rc<AnyMap>>;

/// The same map as Go returns it: under the parameter's type, whatever named type it had.
fn same(dict: Dict<'_>) -> Any {
    match dict {
        Some(map) if map.map_type() == MapType::Any => Any::Map(Rc::clone(map)),
        Some(map) => Any::Map(Rc::new(map.retyped(MapType::Any))),
        None => Any::nil_map(),
    }
}

fn dict(pairs: &[Any]) -> Any {
    let value = |pair: &[Any]| pair.get(1).cloned().unwrap_or_else(|| Any::string(""));
    Any::map(pairs.chunks(2).map(|pair| (strval(&pair[0]), value(pair))).collect())
}

fn get(dict: Dict<'_>, key: &Str) -> Any {
    dict.and_then(|dict| dict.get(key)).unwrap_or_else(|| Any::string(""))
}

fn set(dict: Dict<'_>, key: &Str, value: &Any) -> Result<Any, FuncError> {
    let map = dict.ok_or_else(|| FuncError::new("assignment to entry in nil map"))?;
    map.insert(key.clone(), value.clone());
    Ok(same(dict))
}

fn unset(dict: Dict<'_>, key: &Str) -> Any {
    if let Some(map) = dict {
        map.remove(key);
    }
    same(dict)
}

fn has_key(dict: Dict<'_>, key: &Str) -> bool {
    dict.is_some_and(|dict| dict.contains_key(key))
}

fn pluck(key: &Str, dicts: &[Any]) -> Any {
    Any::list(dicts.iter().filter_map(|dict| dict.as_map()?.get(key)).collect())
}

fn keys(dicts: &[Any]) -> Any {
    let maps = dicts.iter().filter_map(Any::as_map);
    Any::strings(maps.flat_map(|map| map.with(|entries| entries.keys().cloned().collect::<Vec<_>>())))
}

fn values(dict: Dict<'_>) -> Any {
    Any::list(
        dict.map(|dict| dict.with(|entries| entries.values().cloned().collect()))
            .unwrap_or_default(),
    )
}

fn pick(dict: Dict<'_>, keys: &[Any]) -> Any {
    let picked = |key: &Str| Some((key.clone(), dict?.get(key)?));
    Any::map(keys.iter().filter_map(Any::as_string).filter_map(picked).collect())
}

fn omit(dict: Dict<'_>, keys: &[Any]) -> Any {
    let mut entries: BTreeMap<Str, Any> = dict.map(|dict| dict.with(BTreeMap::clone)).unwrap_or_default();
    for key in keys.iter().filter_map(Any::as_string) {
        entries.remove(key.as_bytes());
    }
    Any::map(entries)
}

fn dig(args: &[Any]) -> Result<Any, FuncError> {
    let [path @ .., default, dict] = args else {
        return Err(too_few_to_dig());
    };
    if path.is_empty() {
        return Err(too_few_to_dig());
    }
    let mut dict = asserted_map(dict)?;
    let keys = path.iter().map(asserted_string).collect::<Result<Vec<_>, _>>()?;
    let Some((last, steps)) = keys.split_last() else {
        return Err(too_few_to_dig());
    };
    for key in steps {
        let Some(step) = dict.get(key) else {
            return Ok(default.clone());
        };
        dict = asserted_map(&step)?;
    }
    Ok(dict.get(last).unwrap_or_else(|| default.clone()))
}

fn too_few_to_dig() -> FuncError {
    FuncError::new("dig needs at least three arguments")
}

/// Go's `value.(map[string]interface {})`, which a named map type such as that of `.Values` is not.
fn asserted_map(value: &Any) -> Result<Rc<AnyMap>, FuncError> {
    match value {
        Any::Map(map) if matches!(map.map_type(), MapType::Any | MapType::Nil) => Ok(Rc::clone(map)),
        other => Err(not_a(other, "map[string]interface {}")),
    }
}

fn asserted_string(value: &Any) -> Result<&Str, FuncError> {
    value.as_string().ok_or_else(|| not_a(value, "string"))
}

fn not_a(value: &Any, expected: &str) -> FuncError {
    let actual = match value {
        Any::Nil | Any::Invalid => "nil",
        other => other.type_name(),
    };
    FuncError::new(format!(
        "interface conversion: interface {{}} is {actual}, not {expected}"
    ))
}
