//! A schema from a JSON Schema of any draft. What Kubernetes has no word for is left open.

use std::collections::BTreeMap;

use govalue::Value;
use serde_json::{Map, Value as Json, json};

use super::{Schema, Shape};

/// How deep a schema is followed; what is deeper, as in a schema that refers to itself, is left open.
const MAX_DEPTH: usize = 24;

/// Reads the schema of values that have these defaults.
///
/// # Errors
/// A text, if it is not JSON.
pub(super) fn read(text: &[u8], defaults: &Value) -> Result<Schema, String> {
    let root: Json = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    let reader = Reader { root: &root };
    Ok(reader.read(&root, Some(defaults), 0))
}

struct Reader<'a> {
    root: &'a Json,
}

/// The JSON types that a schema allows, in its words.
#[derive(Debug, Default, PartialEq)]
struct Types {
    names: Vec<String>,
    nullable: bool,
}

impl Reader<'_> {
    /// The schema of a value that has a default, or of one that stands where charts have none, as in a list.
    fn read(&self, schema: &Json, default: Option<&Value>, depth: usize) -> Schema {
        if depth > MAX_DEPTH {
            return Schema::default();
        }
        let Some(map) = self.flat(schema, 0) else {
            return Schema::default();
        };
        let types = types(&map);
        let description = map
            .get("description")
            .or_else(|| map.get("title"))
            .and_then(Json::as_str);
        let shape = self.shape(&map, &types, default, depth);
        let limits = limits(&map, &shape, default.is_some());
        Schema {
            description: description.map(|text| text.trim().to_owned()),
            nullable: types.nullable,
            shape,
            limits,
        }
    }

    /// The schema with what it refers to, and all that it must meet, put together. `None` where anything goes.
    fn flat(&self, schema: &Json, depth: usize) -> Option<Map<String, Json>> {
        let mut map = schema.as_object()?.clone();
        if depth > MAX_DEPTH {
            return None;
        }
        if let Some(reference) = map.remove("$ref") {
            let target = reference.as_str().and_then(|text| text.strip_prefix('#'));
            let target = target.and_then(|pointer| self.root.pointer(&decoded(pointer)))?;
            extend(&mut map, self.flat(target, depth + 1)?);
        }
        for part in take_list(&mut map, "allOf") {
            if let Some(part) = self.flat(&part, depth + 1) {
                extend(&mut map, part);
            }
        }
        for key in ["anyOf", "oneOf"] {
            let choices = take_list(&mut map, key);
            if !choices.is_empty() {
                let choices: Option<Vec<_>> = choices.iter().map(|choice| self.flat(choice, depth + 1)).collect();
                extend(&mut map, one_of(choices.unwrap_or_default()));
            }
        }
        Some(map)
    }

    fn shape(&self, map: &Map<String, Json>, types: &Types, default: Option<&Value>, depth: usize) -> Shape {
        let names: Vec<&str> = types.names.iter().map(String::as_str).collect();
        match names.as_slice() {
            ["boolean"] => Shape::Boolean,
            ["integer"] => Shape::Integer,
            ["number"] | ["integer", "number"] => Shape::Number,
            ["string"] => Shape::String,
            ["integer", "string"] => Shape::IntOrString,
            ["array"] => {
                let items = map.get("items").filter(|items| items.is_object());
                let items = items.map_or_else(Schema::default, |items| self.read(items, None, depth + 1));
                Shape::List(Box::new(items))
            }
            ["object"] => self.object(map, default, depth),
            _ => Shape::Any,
        }
    }

    fn object(&self, map: &Map<String, Json>, default: Option<&Value>, depth: usize) -> Shape {
        let properties = map
            .get("properties")
            .and_then(Json::as_object)
            .cloned()
            .unwrap_or_default();
        let others = map.get("additionalProperties");
        if let Some(others) = others.filter(|others| others.is_object() && properties.is_empty()) {
            // Whoever removes one of the default's entries sets it to null.
            let values = self.read(others, None, depth + 1);
            return Shape::Map(Box::new(Schema {
                nullable: values.nullable || default.is_some() && !values.limits.contains_key("enum"),
                ..values
            }));
        }
        let required = strings(map.get("required"));
        let fields: BTreeMap<String, Schema> = properties
            .iter()
            .map(|(name, schema)| {
                let default = default.map(|default| default.get(name).unwrap_or(&Value::Null));
                let field = self.read(schema, default, depth + 1);
                let may_be_removed = default.is_some_and(|default| !default.is_null())
                    && !required.contains(name)
                    && !field.limits.contains_key("enum");
                (
                    name.clone(),
                    Schema {
                        nullable: field.nullable || may_be_removed,
                        ..field
                    },
                )
            })
            .collect();
        // What the chart has a default for need not be given.
        let has_default = |name: &String| {
            default
                .and_then(|default| default.get(name))
                .is_some_and(|value| !value.is_null())
        };
        Shape::Object {
            fields,
            required: required.into_iter().filter(|name| !has_default(name)).collect(),
            open: others != Some(&json!(false)) || map.contains_key("patternProperties"),
        }
    }
}

/// The types that a schema names, or that its other words are about.
fn types(map: &Map<String, Json>) -> Types {
    let mut names = match map.get("type") {
        Some(Json::String(name)) => vec![name.clone()],
        Some(list @ Json::Array(_)) => strings(Some(list)),
        _ => implied(map),
    };
    let nullable = names.iter().any(|name| name == "null");
    names.retain(|name| name != "null");
    names.sort();
    names.dedup();
    Types { names, nullable }
}

fn implied(map: &Map<String, Json>) -> Vec<String> {
    if let Some(values) = values(map) {
        return values.iter().map(|value| type_of(value).to_owned()).collect();
    }
    let hints = [
        ("properties", "object"),
        ("additionalProperties", "object"),
        ("items", "array"),
        ("pattern", "string"),
    ];
    let hint = hints.iter().find(|(key, _)| map.contains_key(*key));
    hint.map(|(_, name)| (*name).to_owned()).into_iter().collect()
}

/// The values that are allowed, if they are listed.
fn values(map: &Map<String, Json>) -> Option<Vec<Json>> {
    match (map.get("enum"), map.get("const")) {
        (Some(Json::Array(values)), _) if !values.is_empty() => Some(values.clone()),
        (_, Some(value)) => Some(vec![value.clone()]),
        _ => None,
    }
}

fn type_of(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(number) if number.is_f64() => "number",
        Json::Number(_) => "integer",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}

/// The limits that Kubernetes knows, of those that a schema sets for values of the shape.
fn limits(map: &Map<String, Json>, shape: &Shape, has_default: bool) -> Map<String, Json> {
    let keys: &[&str] = match shape {
        Shape::Integer | Shape::Number => &[
            "minimum",
            "maximum",
            "multipleOf",
            "exclusiveMinimum",
            "exclusiveMaximum",
        ],
        Shape::String => &["minLength", "maxLength", "pattern"],
        Shape::List(_) => &["minItems", "maxItems"],
        // Defaults count as well.
        Shape::Map(_) | Shape::Object { .. } if !has_default => &["minProperties", "maxProperties"],
        _ => &[],
    };
    let mut limits = Map::new();
    for key in keys {
        if let Some(value) = map.get(*key) {
            limit(&mut limits, key, value);
        }
    }
    let is_scalar = matches!(shape, Shape::Boolean | Shape::Integer | Shape::Number | Shape::String);
    if let Some(values) = values(map).filter(|_| is_scalar) {
        limits.insert("enum".into(), Json::Array(values));
    }
    limits
}

fn limit(limits: &mut Map<String, Json>, key: &str, value: &Json) {
    match (key, value) {
        // Since draft 6 it is the limit itself, for Kubernetes it tells how `minimum` is meant.
        ("exclusiveMinimum" | "exclusiveMaximum", Json::Number(_)) => {
            let plain = if key == "exclusiveMinimum" {
                "minimum"
            } else {
                "maximum"
            };
            limits.insert(plain.into(), value.clone());
            limits.insert(key.into(), json!(true));
        }
        ("pattern", Json::String(pattern)) => {
            // Kubernetes' patterns look neither ahead nor back.
            if regex::Regex::new(pattern).is_ok() {
                limits.insert(key.into(), value.clone());
            }
        }
        _ => {
            limits.insert(key.into(), value.clone());
        }
    }
}

/// What is common to alternatives: their types, and all else only if there is but one beside null.
fn one_of(choices: Vec<Map<String, Json>>) -> Map<String, Json> {
    let is_null = |choice: &Map<String, Json>| choice.get("type") == Some(&json!("null"));
    let nullable = choices.iter().any(is_null);
    let mut rest: Vec<_> = choices.into_iter().filter(|choice| !is_null(choice)).collect();
    let mut common = if rest.len() == 1 {
        rest.remove(0)
    } else {
        let types: Vec<Types> = rest.iter().map(types).collect();
        let is_open = types.iter().any(|types| types.names.is_empty());
        let mut names: Vec<String> = types.into_iter().flat_map(|types| types.names).collect();
        names.sort();
        names.dedup();
        if is_open || names.is_empty() {
            return Map::new();
        }
        Map::from_iter([("type".to_owned(), json!(names))])
    };
    if nullable {
        let mut names = types(&common).names;
        if !names.is_empty() {
            names.push("null".to_owned());
            common.insert("type".into(), json!(names));
        }
    }
    common
}

/// Adds what is not there yet; fields of objects are put together.
fn extend(map: &mut Map<String, Json>, other: Map<String, Json>) {
    for (key, value) in other {
        match (key.as_str(), map.get_mut(&key), value) {
            ("properties", Some(Json::Object(known)), Json::Object(more)) => {
                for (name, schema) in more {
                    known.entry(name).or_insert(schema);
                }
            }
            ("required", Some(Json::Array(known)), Json::Array(more)) => known.extend(more),
            (_, Some(_), _) => {}
            (_, None, value) => {
                map.insert(key, value);
            }
        }
    }
}

fn take_list(map: &mut Map<String, Json>, key: &str) -> Vec<Json> {
    match map.remove(key) {
        Some(Json::Array(items)) => items,
        _ => Vec::new(),
    }
}

fn strings(value: Option<&Json>) -> Vec<String> {
    let items = value.and_then(Json::as_array).into_iter().flatten();
    items.filter_map(Json::as_str).map(str::to_owned).collect()
}

/// A JSON pointer out of the fragment of an address.
fn decoded(pointer: &str) -> String {
    pointer.replace("%25", "%").replace("%24", "$").replace("%20", " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(schema: &Json, defaults: &str) -> Json {
        let defaults = goyaml::from_str(defaults).unwrap();
        read(schema.to_string().as_bytes(), &defaults).unwrap().to_json()
    }

    fn of_field(field: &Json) -> Json {
        let schema = json!({"type": "object", "properties": {"x": field}, "definitions": {
            "port": {"type": "integer", "minimum": 1},
            "tree": {"type": "object", "properties": {"next": {"$ref": "#/definitions/tree"}}},
        }});
        of(&schema, "{}")["properties"]["x"].clone()
    }

    #[test]
    fn every_word_becomes_what_kubernetes_has_for_it() {
        let open = json!({"x-kubernetes-preserve-unknown-fields": true});
        for (schema, wanted) in [
            (
                json!({"type": "string", "pattern": "^a"}),
                json!({"type": "string", "pattern": "^a"}),
            ),
            (
                json!({"type": "string", "pattern": "^(?!a)"}),
                json!({"type": "string"}),
            ),
            (
                json!({"type": "string", "format": "duration"}),
                json!({"type": "string"}),
            ),
            (
                json!({"type": ["string", "null"]}),
                json!({"type": "string", "nullable": true}),
            ),
            (
                json!({"type": ["integer", "string"]}),
                json!({"x-kubernetes-int-or-string": true}),
            ),
            (json!({"type": ["number", "string"]}), open.clone()),
            (
                json!({"enum": ["a", "b"]}),
                json!({"type": "string", "enum": ["a", "b"]}),
            ),
            (json!({"const": 1}), json!({"type": "integer", "enum": [1]})),
            (
                json!({"type": "number", "exclusiveMinimum": 0}),
                json!({"type": "number", "minimum": 0, "exclusiveMinimum": true}),
            ),
            (
                json!({"$ref": "#/definitions/port"}),
                json!({"type": "integer", "minimum": 1}),
            ),
            (
                json!({"description": "A port", "$ref": "#/definitions/port"}),
                json!({"type": "integer", "minimum": 1, "description": "A port"}),
            ),
            (json!({"$ref": "https://example.com/x.json"}), open.clone()),
            (
                json!({"anyOf": [{"type": "null"}, {"$ref": "#/definitions/port"}]}),
                json!({"type": "integer", "minimum": 1, "nullable": true}),
            ),
            (
                json!({"oneOf": [{"type": "integer"}, {"type": "string"}]}),
                json!({"x-kubernetes-int-or-string": true}),
            ),
            (
                json!({"oneOf": [{"type": "integer"}, {"type": "object"}]}),
                open.clone(),
            ),
        ] {
            assert_eq!(of_field(&schema), wanted, "{schema}");
        }
    }

    #[test]
    fn schemas_that_are_put_together_become_one() {
        let open = json!({"x-kubernetes-preserve-unknown-fields": true});
        for (schema, wanted) in [
            (
                json!({"allOf": [{"type": "integer"}, {"minimum": 1}]}),
                json!({"type": "integer", "minimum": 1}),
            ),
            (json!(true), open.clone()),
            (
                json!({"type": "array", "uniqueItems": true, "minItems": 1, "items": {"type": "string"}}),
                json!({"type": "array", "minItems": 1, "items": {"type": "string"}}),
            ),
            (json!({"type": "array"}), json!({"type": "array", "items": open})),
            (
                json!({"type": "object", "additionalProperties": false, "properties": {"a": {"type": "boolean"}}}),
                json!({"type": "object", "properties": {"a": {"type": "boolean"}}}),
            ),
        ] {
            assert_eq!(of_field(&schema), wanted, "{schema}");
        }
    }

    #[test]
    fn a_schema_that_refers_to_itself_is_open_at_some_depth() {
        let text = of_field(&json!({"$ref": "#/definitions/tree"})).to_string();
        assert!(text.contains("\"next\""));
    }

    #[test]
    fn what_has_a_default_is_not_required_and_may_be_taken_away() {
        let schema = json!({
            "type": "object",
            "required": ["a", "b"],
            "properties": {"a": {"type": "string"}, "b": {"type": "string"}, "c": {"type": "integer"}},
            "additionalProperties": false,
        });
        let wanted = json!({
            "type": "object",
            "required": ["b"],
            "properties": {
                "a": {"type": "string"},
                "b": {"type": "string"},
                "c": {"type": "integer", "nullable": true},
            },
        });
        assert_eq!(of(&schema, "{a: x, c: 1}"), wanted);
    }
}
