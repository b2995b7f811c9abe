//! What the fixtures' templates see as their data, once for the oracle and once for us.

use gotemplate::{Any, MapType};
use govalue::{Str, Value, json};

/// The data in the oracle's tagged JSON: plain numbers are `float64`, one-key objects with a `$` name a type.
pub(crate) const DATA: &str = include_str!("../fixtures/data.json");

/// The data as a template's value.
pub(crate) fn data() -> Any {
    tagged(&json::from_str(DATA).expect("the data are JSON"))
}

/// A value of the oracle's tagged JSON.
pub(crate) fn tagged(value: &Value) -> Any {
    match value {
        Value::Map(map) => match map.iter().next() {
            Some((tag, content)) if map.len() == 1 && tag.starts_with(b"$") => typed(tag, content),
            _ => Any::map(map.iter().map(|(key, item)| (key.clone(), tagged(item))).collect()),
        },
        Value::List(items) => Any::list(items.iter().map(tagged).collect()),
        other => Any::thaw(&other.clone().through_json()),
    }
}

fn typed(tag: &Str, content: &Value) -> Any {
    let number = || {
        content
            .as_int()
            .or_else(|| content.as_str()?.parse().ok())
            .expect("the tag holds an integer")
    };
    let entries = || content.as_map().expect("the tag holds an object").iter();
    match tag.to_str() {
        Some("$int") => Any::Int(number()),
        Some("$int64") => Any::Int64(number()),
        Some("$uint64") => Any::Uint64(number().cast_unsigned()),
        Some("$float64") => Any::Float64(content.as_str().and_then(|text| text.parse().ok()).expect("a float")),
        Some("$bytes") => Any::Bytes(decoded(content)),
        Some("$str_b64") => Any::String(decoded(content)),
        Some("$strings") => Any::strings(content.as_list().expect("a list").iter().filter_map(Value::as_str)),
        Some("$string_map") => {
            let entries = entries().map(|(key, item)| (key.clone(), tagged(item))).collect();
            Any::typed_map(MapType::String, entries)
        }
        Some("$values") => {
            let entries = entries().map(|(key, item)| (key.clone(), tagged(item))).collect();
            Any::typed_map(MapType::Named("chartutil.Values"), entries)
        }
        _ => unreachable!("no such tag: {tag}"),
    }
}

fn decoded(content: &Value) -> Str {
    let b64dec = sprig::functions()
        .find(|function| function.name == "b64dec")
        .expect("there is b64dec");
    let args = [Any::string(content.as_str().expect("base64"))];
    let decoded = (b64dec.call)(&mut gotemplate::Call::detached(), gotemplate::Args::new(&args));
    decoded
        .expect("b64dec never fails")
        .as_string()
        .expect("b64dec gives a string")
        .clone()
}
