//! The oracle's tagged JSON: typed Go values as one-key objects.

use std::collections::BTreeMap;

use gotemplate::{Any, Elem, MapType};
use govalue::{Str, Value};

/// The value that the oracle makes of the same JSON.
pub(crate) fn to_any(value: &Value) -> Any {
    match value {
        Value::Null => Any::Nil,
        Value::Bool(flag) => Any::Bool(*flag),
        Value::Int(_) | Value::Float(_) => Any::Float64(float(value)),
        Value::String(text) => Any::String(text.clone()),
        Value::List(items) => Any::list(items.iter().map(to_any).collect()),
        Value::Map(map) => match map.iter().next() {
            Some((tag, inner)) if map.len() == 1 && tag.starts_with(b"$") => typed(&tag.to_lossy(), inner),
            _ => Any::map(entries(value)),
        },
    }
}

fn typed(tag: &str, inner: &Value) -> Any {
    let text = || inner.as_str().unwrap_or_default().to_owned();
    match tag {
        "$int" => Any::Int(int(inner)),
        "$int64" => Any::Int64(int(inner)),
        "$int32" => Any::Int32(i32::try_from(int(inner)).unwrap()),
        "$uint8" => Any::Uint8(u8::try_from(int(inner)).unwrap()),
        "$uint64" => Any::Uint64(text().parse().unwrap_or_else(|_| int(inner).unsigned_abs())),
        "$float64" => Any::Float64(if inner.as_str().is_some() {
            text().parse().unwrap()
        } else {
            float(inner)
        }),
        "$strings" => Any::strings(inner.as_list().unwrap().iter().map(|item| item.as_str().unwrap())),
        "$string_map" => Any::typed_map(MapType::String, entries(inner)),
        "$values" => Any::typed_map(MapType::Named("chartutil.Values"), entries(inner)),
        "$map" => Any::map(entries(inner)),
        "$ints" => Any::typed_list(
            Elem::Int,
            inner
                .as_list()
                .unwrap()
                .iter()
                .map(|item| Any::Int(int(item)))
                .collect(),
        ),
        _ => panic!("unknown tag {tag}"),
    }
}

fn entries(value: &Value) -> BTreeMap<Str, Any> {
    value
        .as_map()
        .unwrap()
        .iter()
        .map(|(key, item)| (key.clone(), to_any(item)))
        .collect()
}

fn int(value: &Value) -> i64 {
    value
        .as_int()
        .unwrap_or_else(|| value.as_str().unwrap().parse().unwrap())
}

fn float(value: &Value) -> f64 {
    match value {
        #[expect(
            clippy::cast_precision_loss,
            reason = "the oracle reads every plain number as a float64"
        )]
        Value::Int(number) => *number as f64,
        Value::Float(number) => *number,
        other => panic!("{other:?} is no number"),
    }
}
