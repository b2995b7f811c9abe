//! What a new definition refuses or loses of the resources that the old one let in.

use std::fmt;

use serde_json::Value as Json;

use crate::Error;

/// A change that resources may not survive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The field, such as `spec.image.tag`; empty where it is about the whole definition.
    pub path: String,
    /// What changed.
    pub what: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.what),
            path => write!(f, "{path}: {}", self.what),
        }
    }
}

/// The keys of a schema that a smaller, or a larger, number makes stricter.
const LOWER_BOUNDS: &[&str] = &["minimum", "minLength", "minItems", "minProperties"];
const UPPER_BOUNDS: &[&str] = &["maximum", "maxLength", "maxItems", "maxProperties"];

/// Says what in a definition's new text breaks resources that were made under the old one.
///
/// # Errors
/// [`Error::Project`] if one of the texts is not YAML.
pub fn breaking_changes(old: &str, new: &str) -> Result<Vec<Change>, Error> {
    let (old, new) = (parse(old)?, parse(new)?);
    let mut changes = Vec::new();
    for (pointer, what) in [
        ("/spec/group", "the group"),
        ("/spec/names/kind", "the kind"),
        ("/spec/names/plural", "the plural"),
        ("/spec/scope", "the scope"),
    ] {
        if old.pointer(pointer) != new.pointer(pointer) {
            let text = |json: &Json| {
                json.pointer(pointer)
                    .and_then(Json::as_str)
                    .unwrap_or("nothing")
                    .to_owned()
            };
            changes.push(Change {
                path: String::new(),
                what: format!("{what} changes from {} to {}", text(&old), text(&new)),
            });
        }
    }
    for version in versions(&old) {
        let name = &version["name"];
        match versions(&new).iter().find(|new| new["name"] == *name) {
            None => changes.push(Change {
                path: String::new(),
                what: format!("version {} is gone", name.as_str().unwrap_or_default()),
            }),
            Some(new) => {
                let schema = |version: &Json| version.pointer("/schema/openAPIV3Schema/properties/spec").cloned();
                if let (Some(old), Some(new)) = (schema(version), schema(new)) {
                    compare("spec", &old, &new, &mut changes);
                }
            }
        }
    }
    Ok(changes)
}

fn parse(text: &str) -> Result<Json, Error> {
    let value = goyaml::from_str(text.trim_start_matches("---\n")).map_err(|source| Error::Yaml {
        path: "the definition".into(),
        source,
    })?;
    Ok(serde_json::to_value(&value).unwrap_or_default())
}

fn versions(definition: &Json) -> &[Json] {
    definition
        .pointer("/spec/versions")
        .and_then(Json::as_array)
        .map_or(&[], Vec::as_slice)
}

fn compare(path: &str, old: &Json, new: &Json, changes: &mut Vec<Change>) {
    let mut say = |what: String| {
        changes.push(Change {
            path: path.to_owned(),
            what,
        });
    };
    if is_any(new) {
        return;
    }
    let (before, after) = (type_of(old), type_of(new));
    if before != after && !(before == "integer" && matches!(after, "number" | "integer or string")) {
        return say(format!("was {before}, is {after}"));
    }
    if old["nullable"] == true && new["nullable"] != true {
        say("may not be null any more".into());
    }
    for key in LOWER_BOUNDS.iter().chain(UPPER_BOUNDS) {
        let (old, new) = (old[*key].as_f64(), new[*key].as_f64());
        let is_stricter = match (old, new) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(old), Some(new)) if LOWER_BOUNDS.contains(key) => new > old,
            (Some(old), Some(new)) => new < old,
        };
        if is_stricter {
            say(format!("{key} is {} now", new.unwrap_or_default()));
        }
    }
    if !new["pattern"].is_null() && old["pattern"] != new["pattern"] {
        say(format!("must match {} now", new["pattern"]));
    }
    if let Some(allowed) = new["enum"].as_array() {
        match old["enum"].as_array() {
            None => say(format!("must be one of {} now", new["enum"])),
            Some(known) => {
                for value in known.iter().filter(|value| !allowed.contains(value)) {
                    say(format!("may not be {value} any more"));
                }
            }
        }
    }
    compare_fields(path, old, new, changes);
}

fn compare_fields(path: &str, old: &Json, new: &Json, changes: &mut Vec<Change>) {
    for key in ["items", "additionalProperties"] {
        if old[key].is_object() && new[key].is_object() {
            compare(&format!("{path}[]"), &old[key], &new[key], changes);
        }
    }
    let mut say = |name: Option<&str>, what: &str| {
        changes.push(Change {
            path: name.map_or(path.to_owned(), |name| format!("{path}.{name}")),
            what: what.to_owned(),
        });
    };
    let is_required =
        |schema: &Json, name: &Json| schema["required"].as_array().is_some_and(|list| list.contains(name));
    for name in new["required"].as_array().into_iter().flatten() {
        if !is_required(old, name) {
            say(name.as_str(), "is required now");
        }
    }
    let is_open = |schema: &Json| {
        schema["x-kubernetes-preserve-unknown-fields"] == true || schema["additionalProperties"].is_object()
    };
    if is_open(old) && !is_open(new) {
        say(None, "keeps no unknown fields any more");
    }
    for (name, schema) in old["properties"].as_object().into_iter().flatten() {
        match new["properties"].get(name) {
            Some(new) => compare(&format!("{path}.{name}"), schema, new, changes),
            None if is_open(new) => {}
            None => changes.push(Change {
                path: format!("{path}.{name}"),
                what: "is gone: it is dropped from resources".into(),
            }),
        }
    }
}

fn is_any(schema: &Json) -> bool {
    schema["type"].is_null() && schema["x-kubernetes-preserve-unknown-fields"] == true
}

fn type_of(schema: &Json) -> &str {
    if schema["x-kubernetes-int-or-string"] == true {
        return "integer or string";
    }
    schema["type"].as_str().unwrap_or("anything")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(old: &str, new: &str) -> Vec<String> {
        let definition = |spec: &str| {
            format!(
                "spec: {{group: g, scope: Namespaced, names: {{kind: K, plural: ks}}, versions: [{{name: v1, schema: \
                 {{openAPIV3Schema: {{properties: {{spec: {spec}}}}}}}}}]}}"
            )
        };
        let changes = breaking_changes(&definition(old), &definition(new)).unwrap();
        changes.iter().map(ToString::to_string).collect()
    }

    fn of_field(old: &str, new: &str) -> Vec<String> {
        let object = |field: &str| format!("{{type: object, properties: {{x: {field}}}}}");
        changes(&object(old), &object(new))
    }

    #[test]
    fn what_refuses_more_breaks() {
        for (old, new, wanted) in [
            (
                "{type: string}",
                "{type: integer}",
                Some("spec.x: was string, is integer"),
            ),
            ("{type: integer}", "{type: number}", None),
            ("{type: string}", "{x-kubernetes-preserve-unknown-fields: true}", None),
            (
                "{type: string, nullable: true}",
                "{type: string}",
                Some("spec.x: may not be null any more"),
            ),
            ("{type: integer, minimum: 1}", "{type: integer, minimum: 0}", None),
            (
                "{type: integer, minimum: 1}",
                "{type: integer, minimum: 2}",
                Some("spec.x: minimum is 2 now"),
            ),
            (
                "{type: integer}",
                "{type: integer, maximum: 2}",
                Some("spec.x: maximum is 2 now"),
            ),
            (
                "{type: string}",
                "{type: string, pattern: a}",
                Some("spec.x: must match \"a\" now"),
            ),
            (
                "{type: string, enum: [a, b]}",
                "{type: string, enum: [b, c]}",
                Some("spec.x: may not be \"a\" any more"),
            ),
            (
                "{type: array, items: {type: string}}",
                "{type: array, items: {type: integer}}",
                Some("spec.x[]: was string, is integer"),
            ),
        ] {
            assert_eq!(of_field(old, new).first().map(String::as_str), wanted, "{old} -> {new}");
        }
    }

    #[test]
    fn fields_that_go_or_become_required_break() {
        let old = "{type: object, properties: {a: {type: string}}, x-kubernetes-preserve-unknown-fields: true}";
        let new = "{type: object, required: [b], properties: {b: {type: string}}}";
        assert_eq!(
            changes(old, new),
            [
                "spec.b: is required now",
                "spec: keeps no unknown fields any more",
                "spec.a: is gone: it is dropped from resources"
            ]
        );
        assert!(changes(new, new).is_empty());
    }
}
