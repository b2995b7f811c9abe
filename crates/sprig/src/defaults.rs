//! Defaults and conditions. Empty is what Go's templates take for false, and nil.

use gotemplate::{Any, Kind};

entries! { Defaults;
    "default"(Any; ..Any) -> Any, default, "The second value, or the first if the second is empty or missing.";
    "empty"(Any) -> Bool, empty, "Tells whether the value is nil, false, 0 or has no content.";
    "coalesce"(; ..Any) -> Any, coalesce, "The first value that isn't empty.";
    "all"(; ..Any) -> Bool, all, "Tells whether no value is empty.";
    "any"(; ..Any) -> Bool, any, "Tells whether one of the values isn't empty.";
    "ternary"(Any, Any, Bool) -> Any, ternary, "The first value if the last is true, else the second.";
}

pub(crate) fn empty(value: &Any) -> bool {
    match value {
        Any::Invalid | Any::Nil => true,
        Any::Bool(flag) => !flag,
        Any::Int(number) | Any::Int64(number) => *number == 0,
        Any::Int32(number) => *number == 0,
        Any::Uint8(number) => *number == 0,
        Any::Uint64(number) => *number == 0,
        Any::Float64(number) => *number == 0.0,
        Any::String(bytes) | Any::Bytes(bytes) => bytes.is_empty(),
        Any::List(list) => list.items.is_empty(),
        Any::Map(map) => map.is_empty(),
        Any::Object(object) => object.kind() != Kind::Struct && !object.truth(),
    }
}

fn default(default: &Any, given: &[Any]) -> Any {
    given.first().filter(|given| !empty(given)).unwrap_or(default).clone()
}

fn coalesce(values: &[Any]) -> Any {
    values.iter().find(|value| !empty(value)).cloned().unwrap_or_default()
}

fn all(values: &[Any]) -> bool {
    !values.iter().any(empty)
}

fn any(values: &[Any]) -> bool {
    values.iter().any(|value| !empty(value))
}

fn ternary(when_true: &Any, when_false: &Any, condition: bool) -> Any {
    if condition {
        when_true.clone()
    } else {
        when_false.clone()
    }
}
