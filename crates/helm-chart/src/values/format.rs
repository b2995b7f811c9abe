//! Values as Go's `fmt` prints them in Helm's messages.

use std::fmt::Write as _;

use govalue::Value;
use govalue::number::{FloatStyle, format_float};

/// A value under `%v`: `map[a:1 b:[x y]]`.
pub(crate) fn print_value(value: &Value) -> String {
    let mut out = String::new();
    print(value, &mut out, &|value, out| match value {
        Value::Null => out.push_str("<nil>"),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Int(number) => out.push_str(&number.to_string()),
        Value::Float(number) => out.push_str(&format_float(*number, FloatStyle::General, None)),
        Value::String(text) => out.push_str(&text.to_lossy()),
        Value::List(_) | Value::Map(_) => {}
    });
    out
}

/// A value under `%t`, which Helm uses for what should be a table: everything but a boolean is a bad verb.
pub(super) fn print_as_bool(value: &Value) -> String {
    let mut out = String::new();
    print(value, &mut out, &|value, out| match value {
        Value::Bool(_) => out.push_str(&print_value(value)),
        Value::Null => out.push_str("%!t(<nil>)"),
        other => {
            let _ = write!(out, "%!t({}={})", go_type(other), print_value(other));
        }
    });
    out
}

/// The Go type of a value: `%T`.
pub(crate) fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int64",
        Value::Float(_) => "float64",
        Value::String(_) => "string",
        Value::List(_) => "[]interface {}",
        Value::Map(_) => "map[string]interface {}",
    }
}

fn print(value: &Value, out: &mut String, leaf: &dyn Fn(&Value, &mut String)) {
    match value {
        Value::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { " " } else { "" });
                print_nested(item, out, leaf);
            }
            out.push(']');
        }
        Value::Map(map) => {
            out.push_str("map[");
            for (index, (key, value)) in map.iter().enumerate() {
                out.push_str(if index > 0 { " " } else { "" });
                leaf(&Value::String(key.clone()), out);
                out.push(':');
                print_nested(value, out, leaf);
            }
            out.push(']');
        }
        other => leaf(other, out),
    }
}

/// An element: a nil in an interface prints as such under every verb.
fn print_nested(value: &Value, out: &mut String, leaf: &dyn Fn(&Value, &mut String)) {
    if value.is_null() {
        out.push_str("<nil>");
    } else {
        print(value, out, leaf);
    }
}
