//! Fields that leave an object.

use helm_kube::position;
use serde_json::Value;

/// Takes out of `object` what `old` sets and `new` does not. What others have put beside it stays.
pub(super) fn remove_lost(object: &mut Value, old: &Value, new: Option<&Value>) {
    match (object, old) {
        (Value::Object(fields), Value::Object(old)) => {
            for (key, old) in old {
                let new = new.and_then(|new| new.get(key));
                let Some(found) = fields.get_mut(key) else { continue };
                remove_lost(found, old, new);
                if new.is_none() && (is_leaf(old) || is_empty(found)) {
                    fields.remove(key);
                }
            }
        }
        (Value::Array(items), Value::Array(old)) if old.iter().any(Value::is_object) => {
            let wanted = new.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            for index in 0..old.len() {
                let Some(place) = position(old, index, items) else {
                    continue;
                };
                match position(old, index, wanted) {
                    Some(new) => remove_lost(&mut items[place], &old[index], wanted.get(new)),
                    None => drop(items.remove(place)),
                }
            }
        }
        _ => {}
    }
}

/// Whether a value belongs to one manager as a whole.
fn is_leaf(value: &Value) -> bool {
    match value {
        Value::Object(_) => false,
        Value::Array(items) => !items.iter().any(Value::is_object),
        _ => true,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_leaves_the_chart_leaves_the_object() {
        let cases = [
            (
                json!({"data": {"a": "1", "b": "2", "theirs": "3"}}),
                json!({"data": {"a": "1", "b": "2"}}),
                json!({"data": {"a": "1"}}),
                json!({"data": {"a": "1", "theirs": "3"}}),
            ),
            (
                json!({"data": {"a": "1"}, "kind": "ConfigMap"}),
                json!({"data": {"a": "1"}}),
                json!({}),
                json!({"kind": "ConfigMap"}),
            ),
            (
                json!({"labels": {"a": "1", "theirs": "3"}}),
                json!({"labels": {"a": "1"}}),
                json!({}),
                json!({"labels": {"theirs": "3"}}),
            ),
            (
                json!({"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}, {"name": "SIDE"}]}),
                json!({"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}),
                json!({"env": [{"name": "B", "value": "2"}]}),
                json!({"env": [{"name": "B", "value": "2"}, {"name": "SIDE"}]}),
            ),
            (
                json!({"containers": [{"name": "app", "args": ["x"], "image": "a"}]}),
                json!({"containers": [{"name": "app", "args": ["x"], "image": "a"}]}),
                json!({"containers": [{"name": "app", "image": "a"}]}),
                json!({"containers": [{"name": "app", "image": "a"}]}),
            ),
        ];
        for (mut object, old, new, expected) in cases {
            remove_lost(&mut object, &old, Some(&new));
            assert_eq!(object, expected);
        }
    }
}
