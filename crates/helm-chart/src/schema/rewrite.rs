//! Changes to a schema before it is compiled, so that the validator judges as Go's does.

use serde_json::{Map, Value, json};

use super::multiple;

/// Keywords whose value is one schema, or in old drafts a list of them.
const SCHEMA: [&str; 13] = [
    "additionalItems",
    "additionalProperties",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
    "extends",
];

/// Keywords whose value is a list of schemas.
const SCHEMA_LIST: [&str; 5] = ["allOf", "anyOf", "items", "oneOf", "prefixItems"];

/// Keywords whose value is a map of schemas.
const SCHEMA_MAP: [&str; 6] = [
    "$defs",
    "definitions",
    "dependencies",
    "dependentSchemas",
    "patternProperties",
    "properties",
];

/// Rewrites a whole schema.
pub(super) fn rewrite(schema: &mut Value) {
    let draft = schema.get("$schema").and_then(Value::as_str).unwrap_or_default();
    // From draft 2019-09 on a format is an annotation; the validator is told to assert all of them.
    let asserts_formats = ["draft-04", "draft-06", "draft-07"]
        .iter()
        .any(|old| draft.contains(old));
    visit(schema, asserts_formats);
}

fn visit(schema: &mut Value, asserts_formats: bool) {
    let Value::Object(keywords) = schema else { return };
    for (keyword, value) in keywords.iter_mut() {
        let keyword = keyword.as_str();
        match value {
            Value::Object(map) if SCHEMA_MAP.contains(&keyword) => {
                for schema in map.values_mut() {
                    visit(schema, asserts_formats);
                }
            }
            Value::Array(list) if SCHEMA_LIST.contains(&keyword) => {
                for schema in list {
                    visit(schema, asserts_formats);
                }
            }
            value if SCHEMA.contains(&keyword) => visit(value, asserts_formats),
            _ => {}
        }
    }
    if !asserts_formats && keywords.get("format").is_some_and(Value::is_string) {
        keywords.remove("format");
    }
    replace_multiple(keywords);
}

/// Replaces a decimal `multipleOf`, which the validator divides in binary, by a format that divides in decimal.
fn replace_multiple(keywords: &mut Map<String, Value>) {
    let divisor = keywords.get("multipleOf").and_then(Value::as_f64);
    let Some(format) = divisor.and_then(multiple::format_name) else {
        return;
    };
    let list = keywords.entry("allOf").or_insert_with(|| json!([]));
    if let Value::Array(list) = list {
        list.push(json!({"format": format}));
        keywords.remove("multipleOf");
    }
}
