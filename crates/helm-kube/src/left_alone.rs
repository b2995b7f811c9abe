//! Chart fields that are left as others have them.
//!
//! There are two kinds. A field that somebody set through the `scale` subresource is theirs: it is left out of what is
//! applied, and stays because they own it. An ignored field is the user's wish: it is sent as it is found. Both hold
//! only as long as the chart itself has nothing new to say about the field.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ManagedFieldsEntry;
use serde_json::{Map, Value};

use crate::drift::counterpart;

/// The subresource through which autoscalers write.
pub(crate) const SCALE: &str = "scale";

/// The fields of one object that are left to others, by their JSON pointers in the chart's object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftAlone {
    scaled: Vec<String>,
    ignored: Vec<String>,
}

impl LeftAlone {
    /// What is left alone of `live`: of its fields that were set through `scale`, and of those that `ignored` points at,
    /// the ones to which `desired` gives the value that each of `before` gave them. Without a `before`, that is all.
    pub fn of(live: &Value, desired: &Value, before: &[Value], ignored: &[String]) -> Self {
        let is_old = |pointer: &String| {
            let value = desired.pointer(pointer);
            value.is_some() && before.iter().all(|before| before.pointer(pointer) == value)
        };
        Self {
            scaled: scaled(live).into_iter().filter(is_old).collect(),
            ignored: ignored.iter().filter(|pointer| is_old(pointer)).cloned().collect(),
        }
    }

    /// Whether the field at `pointer` is left alone, with all that is below it.
    pub fn contains(&self, pointer: &str) -> bool {
        self.scaled.iter().chain(&self.ignored).any(|known| known == pointer)
    }

    /// What to apply over `live`: what was scaled left out, what is ignored as it is found. Where anything is sent as it
    /// was found, the server is to refuse it if the object has changed since.
    pub fn to_apply(&self, desired: &Value, live: &Value) -> Value {
        let mut object = desired.clone();
        for pointer in &self.scaled {
            put(&mut object, None, &tokens(pointer));
        }
        put_all(&self.ignored, &mut object, live);
        if let (false, Some(version)) = (self.ignored.is_empty(), live.pointer("/metadata/resourceVersion")) {
            object["metadata"]["resourceVersion"] = version.clone();
        }
        object
    }

    /// What to create in the place of `live`: everything that is left alone as it is found.
    pub fn to_create(&self, desired: &Value, live: &Value) -> Value {
        let mut object = desired.clone();
        put_all(&self.scaled, &mut object, live);
        put_all(&self.ignored, &mut object, live);
        object
    }
}

/// Whether fields of an object were set through its `scale` subresource.
pub fn is_scaled(managed_fields: &[ManagedFieldsEntry]) -> bool {
    managed_fields.iter().any(is_of_scale)
}

fn is_of_scale(entry: &ManagedFieldsEntry) -> bool {
    entry.subresource.as_deref() == Some(SCALE)
}

/// What an object says of the fields that were set through its `scale` subresource.
pub(crate) fn scale_entries(live: &Value) -> Vec<ManagedFieldsEntry> {
    let entries = live.pointer("/metadata/managedFields").cloned().unwrap_or_default();
    let mut entries: Vec<ManagedFieldsEntry> = serde_json::from_value(entries).unwrap_or_default();
    entries.retain(is_of_scale);
    entries
}

/// The fields of an object that were set through its `scale` subresource, as JSON pointers.
fn scaled(live: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for entry in scale_entries(live) {
        if let Some(Value::Object(fields)) = entry.fields_v1.map(|fields| fields.0) {
            leaves(&fields, &mut String::new(), &mut found);
        }
    }
    found
}

/// The innermost fields of a set as `managedFields` writes it.
fn leaves(fields: &Map<String, Value>, pointer: &mut String, found: &mut Vec<String>) {
    let below = fields
        .iter()
        .filter_map(|(key, value)| Some((key.strip_prefix("f:")?, value.as_object()?)));
    for (key, below) in below {
        let length = pointer.len();
        push(pointer, key);
        if below.is_empty() {
            found.push(pointer.clone());
        } else {
            leaves(below, pointer, found);
        }
        pointer.truncate(length);
    }
}

fn put_all(pointers: &[String], object: &mut Value, live: &Value) {
    for pointer in pointers {
        put(object, Some(live), &tokens(pointer));
    }
}

/// Puts what `live` has in the place of a field of `object`; a field that `live` has not is taken out.
fn put(object: &mut Value, live: Option<&Value>, tokens: &[String]) {
    let Some((token, rest)) = tokens.split_first() else {
        return;
    };
    match object {
        Value::Object(fields) => {
            let found = live.and_then(|live| live.get(token));
            if !rest.is_empty() {
                if let Some(field) = fields.get_mut(token) {
                    put(field, found, rest);
                }
            } else if let Some(found) = fields.get(token).and_then(|field| as_found(field, found?)) {
                fields.insert(token.clone(), found);
            } else {
                fields.remove(token);
            }
        }
        Value::Array(items) => {
            let Some(index) = token.parse().ok().filter(|index| *index < items.len()) else {
                return;
            };
            let found = live
                .and_then(Value::as_array)
                .and_then(|live| counterpart(items, index, live))
                .cloned();
            if !rest.is_empty() {
                put(&mut items[index], found.as_ref(), rest);
            } else if let Some(found) = found.and_then(|found| as_found(&items[index], &found)) {
                items[index] = found;
            }
        }
        _ => {}
    }
}

/// The fields that the chart sets in a value, each as `live` has it: what others have added beside them stays theirs.
fn as_found(desired: &Value, live: &Value) -> Option<Value> {
    match (desired, live) {
        (Value::Object(desired), Value::Object(live)) => {
            let fields = desired
                .iter()
                .filter_map(|(key, value)| Some((key.clone(), as_found(value, live.get(key)?)?)));
            Some(Value::Object(fields.collect()))
        }
        (Value::Array(desired), Value::Array(live)) if desired.iter().any(Value::is_object) => {
            let items =
                (0..desired.len()).filter_map(|index| as_found(&desired[index], counterpart(desired, index, live)?));
            Some(Value::Array(items.collect()))
        }
        (_, live) => Some(live.clone()),
    }
}

/// The parts of a JSON pointer.
fn tokens(pointer: &str) -> Vec<String> {
    let parts = pointer.split('/').skip(1);
    parts.map(|part| part.replace("~1", "/").replace("~0", "~")).collect()
}

/// Appends a part to a JSON pointer.
pub(crate) fn push(pointer: &mut String, key: &str) {
    pointer.push('/');
    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A Deployment that an autoscaler has scaled to 5, as the API server stores it.
    fn scaled_to_5() -> Value {
        json!({
            "metadata": {"resourceVersion": "7", "managedFields": [
                {"manager": "chartwright", "operation": "Apply", "apiVersion": "apps/v1", "fieldsType": "FieldsV1",
                 "fieldsV1": {"f:spec": {"f:template": {}}}},
                {"manager": "kube-controller-manager", "operation": "Update", "apiVersion": "apps/v1",
                 "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {"f:replicas": {}}}, "subresource": "scale"},
            ]},
            "spec": {"replicas": 5, "template": {}},
        })
    }

    #[test]
    fn what_was_scaled_is_left_alone_until_the_chart_changes_it() {
        let of = |replicas: u64| json!({"spec": {"replicas": replicas}});
        let by_hand = json!({"metadata": {"managedFields": [
            {"manager": "kubectl-edit", "operation": "Update", "fieldsV1": {"f:spec": {"f:replicas": {}}}},
        ]}, "spec": {"replicas": 5}});
        let cases = [
            (scaled_to_5(), of(1), vec![of(1)], true),
            (scaled_to_5(), of(1), vec![], true),
            (scaled_to_5(), of(2), vec![of(1)], false),
            (scaled_to_5(), of(2), vec![of(1), of(2)], false),
            (scaled_to_5(), json!({"spec": {}}), vec![of(1)], false),
            (by_hand, of(1), vec![of(1)], false),
        ];
        for (live, desired, before, expected) in cases {
            let left = LeftAlone::of(&live, &desired, &before, &[]);
            assert_eq!(left.contains("/spec/replicas"), expected, "{desired} {before:?}");
        }
    }

    #[test]
    fn what_was_scaled_is_not_applied_but_kept_when_the_object_is_made_anew() {
        let desired = json!({"spec": {"replicas": 1, "template": {"a": 1}}});
        let left = LeftAlone::of(&scaled_to_5(), &desired, &[], &[]);
        assert_eq!(
            left.to_apply(&desired, &scaled_to_5()),
            json!({"spec": {"template": {"a": 1}}})
        );
        assert_eq!(left.to_create(&desired, &scaled_to_5())["spec"]["replicas"], 5);
    }

    #[test]
    fn what_is_ignored_is_sent_as_it_is_found() {
        let desired = json!({"metadata": {"labels": {"a": "1", "b": "2"}}, "data": {"x": "1", "y": "2", "z": "3"},
            "containers": [{"name": "app", "image": "old"}, {"name": "log", "image": "old"}], "args": ["a", "b"]});
        let live = json!({"metadata": {"labels": {"a": "9", "theirs": "9"}, "resourceVersion": "7"},
            "data": {"x": "9", "z": "9"},
            "containers": [{"name": "side"}, {"name": "log", "image": "new", "tty": true}], "args": ["c"]});
        let cases: &[(&str, &str, Value)] = &[
            ("/data/x", "/data", json!({"x": "9", "y": "2", "z": "3"})),
            ("/data/y", "/data", json!({"x": "1", "z": "3"})),
            ("/data", "/data", json!({"x": "9", "z": "9"})),
            ("/metadata/labels", "/metadata/labels", json!({"a": "9"})),
            (
                "/containers/1/image",
                "/containers/1",
                json!({"name": "log", "image": "new"}),
            ),
            ("/containers/0/image", "/containers/0", json!({"name": "app"})),
            ("/containers", "/containers", json!([{"name": "log", "image": "new"}])),
            ("/args", "/args", json!(["c"])),
        ];
        for (ignored, pointer, expected) in cases {
            let left = LeftAlone::of(&live, &desired, &[], &[(*ignored).to_owned()]);
            let sent = left.to_apply(&desired, &live);
            assert_eq!(sent.pointer(pointer), Some(expected), "{ignored}");
            assert_eq!(sent["metadata"]["resourceVersion"], "7", "{ignored}");
        }
    }

    #[test]
    fn what_the_chart_changes_is_not_ignored() {
        let desired = json!({"data": {"x": "2"}});
        let left = LeftAlone::of(
            &json!({}),
            &desired,
            &[json!({"data": {"x": "1"}})],
            &["/data/x".to_owned()],
        );
        assert_eq!(left, LeftAlone::default());
        assert_eq!(
            left.to_apply(&desired, &json!({"metadata": {"resourceVersion": "7"}})),
            desired
        );
    }
}
