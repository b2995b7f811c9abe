//! A schema from the defaults in `values.yaml`.

use std::collections::BTreeMap;

use govalue::Value;
use goyaml::{Node, NodeValue};

use super::{Schema, Shape};

/// The schema that a default suggests. Objects stay open: a chart may know more fields than it has defaults for. Whatever
/// has a default may be null, which takes the default away.
pub(super) fn infer(node: &Node) -> Schema {
    Schema {
        nullable: true,
        ..item(node)
    }
}

fn item(node: &Node) -> Schema {
    match &node.kind {
        NodeValue::Scalar { value, .. } => scalar(value).into(),
        NodeValue::List(items) => {
            let items = items.iter().map(item).reduce(Schema::joined_with).unwrap_or_default();
            Shape::List(Box::new(items)).into()
        }
        NodeValue::Map(entries) => {
            let is_merge = |key: &govalue::Str| key == "<<";
            let fields: BTreeMap<String, Schema> = entries
                .iter()
                .filter(|entry| !is_merge(&entry.key))
                .map(|entry| (entry.key.to_lossy().into_owned(), infer(&entry.value)))
                .collect();
            Shape::Object {
                fields,
                required: Vec::new(),
                open: true,
            }
            .into()
        }
    }
}

/// The type of a scalar default. An empty string tells little: charts put maps, lists and numbers in its place.
fn scalar(value: &Value) -> Shape {
    match value {
        Value::Bool(_) => Shape::Boolean,
        Value::Int(_) => Shape::Integer,
        Value::Float(_) => Shape::Number,
        Value::String(text) if !text.is_empty() => Shape::String,
        _ => Shape::Any,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn inferred(text: &str) -> serde_json::Value {
        let schema = infer(&goyaml::parse_tree(text).unwrap());
        schema.to_json()["properties"]["x"].clone()
    }

    #[test]
    fn a_default_tells_the_type() {
        let open = json!({"x-kubernetes-preserve-unknown-fields": true});
        for (text, wanted) in [
            ("x: 1", json!({"type": "integer", "nullable": true})),
            ("x: 1.5", json!({"type": "number", "nullable": true})),
            ("x: true", json!({"type": "boolean", "nullable": true})),
            ("x: '1'", json!({"type": "string", "nullable": true})),
            ("x: ''", open.clone()),
            ("x:", open.clone()),
            ("x: []", json!({"type": "array", "nullable": true, "items": open})),
            (
                "x: [a, b]",
                json!({"type": "array", "nullable": true, "items": {"type": "string"}}),
            ),
            ("x: [a, 1]", json!({"type": "array", "nullable": true, "items": open})),
            (
                "x: {}",
                json!({"type": "object", "nullable": true, "x-kubernetes-preserve-unknown-fields": true}),
            ),
        ] {
            assert_eq!(inferred(text), wanted, "{text}");
        }
    }

    #[test]
    fn items_of_a_list_share_one_schema() {
        let wanted = json!({
            "type": "array",
            "nullable": true,
            "items": {
                "type": "object",
                "properties": {
                    "a": {"type": "number", "nullable": true},
                    "b": {"type": "string", "nullable": true},
                },
                "x-kubernetes-preserve-unknown-fields": true,
            },
        });
        assert_eq!(inferred("x: [{a: 1}, {a: 0.5, b: c}]"), wanted);
    }
}
