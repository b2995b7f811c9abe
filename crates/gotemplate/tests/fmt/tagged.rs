//! The oracle's typed values: `{"$int": 5}` is an `int`, a plain number a `float64`, and so on.

use std::rc::Rc;

use base64::prelude::{BASE64_STANDARD, Engine};
use gotemplate::{Any, AnyList, Elem, MapType};
use govalue::{Str, Value, json};

/// The value that a tagged one stands for.
pub(crate) fn any(value: &Value) -> Any {
    match value {
        Value::Null => Any::Nil,
        Value::Bool(flag) => Any::Bool(*flag),
        #[expect(clippy::cast_precision_loss, reason = "a plain number is a float64")]
        Value::Int(number) => Any::Float64(*number as f64),
        Value::Float(number) => Any::Float64(*number),
        Value::String(text) => Any::String(text.clone()),
        Value::List(items) => Any::list(items.iter().map(any).collect()),
        Value::Map(map) => match map.first_key_value().filter(|(tag, _)| tag.starts_with(b"$")) {
            Some((tag, inner)) => typed(tag.to_str().unwrap(), inner),
            None => Any::map(map.iter().map(|(key, item)| (key.clone(), any(item))).collect()),
        },
    }
}

fn typed(tag: &str, inner: &Value) -> Any {
    let number = || {
        inner
            .as_str()
            .map_or_else(|| inner.as_int().unwrap().to_string(), str::to_owned)
    };
    let items = || inner.as_list().unwrap();
    match tag {
        "$int" => Any::Int(number().parse().unwrap()),
        "$int64" => Any::Int64(number().parse().unwrap()),
        "$int32" => Any::Int32(number().parse().unwrap()),
        "$uint8" => Any::Uint8(number().parse().unwrap()),
        "$uint64" => Any::Uint64(number().parse().unwrap()),
        "$float64" => Any::Float64(inner.as_str().unwrap().parse().unwrap()),
        "$bytes" => Any::Bytes(base64(inner)),
        "$str_b64" => Any::String(base64(inner)),
        "$strings" => Any::typed_list(Elem::String, items().iter().map(any).collect()),
        "$ints" => {
            let ints = items().iter().map(|item| Any::Int(item.as_int().unwrap())).collect();
            Any::List(Rc::new(AnyList {
                elem: Elem::Int,
                items: ints,
            }))
        }
        "$string_map" => {
            let entries = inner
                .as_map()
                .unwrap()
                .iter()
                .map(|(key, item)| (key.clone(), any(item)));
            Any::typed_map(MapType::String, entries.collect())
        }
        _ => panic!("unknown tag {tag}"),
    }
}

/// The bytes of a base64 text.
pub(crate) fn base64(value: &Value) -> Str {
    BASE64_STANDARD.decode(value.as_str().unwrap()).unwrap().into()
}

/// The text under `name` or, in base64, under `name_b64`.
pub(crate) fn text(line: &Value, name: &str) -> Option<Str> {
    match line.get(name) {
        Some(Value::String(text)) => Some(text.clone()),
        _ => line.get(&format!("{name}_b64")).map(base64),
    }
}

/// A line of JSON.
pub(crate) fn read(line: &str) -> Value {
    json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))
}

/// A string as a tagged value.
pub(crate) fn string(text: &[u8]) -> Value {
    match std::str::from_utf8(text) {
        Ok(text) => Value::from(text),
        Err(_) => Value::from_iter([("$str_b64", Value::from(BASE64_STANDARD.encode(text)))]),
    }
}
