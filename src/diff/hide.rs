//! Secrets without what they say: a change is told, not what it is from and to.

use helm_kube::Gvk;
use serde_json::{Map, Value};

/// Where a Secret's data is.
const FIELDS: [&str; 2] = ["data", "stringData"];

/// What stands in a text's place.
const STARS: &str = "***";

/// A Secret in one of its states; `None` where it is not there, or not a Secret.
type Secret<'a> = Option<&'a mut Map<String, Value>>;

/// Hides the data of a Secret in both of its states; of a list's Secrets as well.
pub(super) fn hide(before: Option<&mut Value>, after: Option<&mut Value>) {
    let (mut before, mut after) = (secret(before), secret(after));
    for field in FIELDS {
        let plain = |state: &Secret<'_>| state.as_deref().and_then(|object| object.get(field)).cloned();
        let (old, new) = (plain(&before), plain(&after));
        if let Some(object) = before.as_deref_mut() {
            star(object, field, new.as_ref(), "before");
        }
        if let Some(object) = after.as_deref_mut() {
            star(object, field, old.as_ref(), "after");
        }
    }
}

fn secret(state: Option<&mut Value>) -> Secret<'_> {
    let state = state?;
    hide_items(state);
    let is_secret = Gvk::of(state) == Gvk::new("v1", "Secret");
    state.as_object_mut().filter(|_| is_secret)
}

/// Hides one field: what is the same in the other state gets the same stars as there, what differs says so.
fn star(object: &mut Map<String, Value>, field: &str, other: Option<&Value>, when: &str) {
    match object.get_mut(field) {
        None | Some(Value::Null) => {}
        Some(Value::Object(entries)) => {
            for (key, value) in entries {
                let differs = other
                    .and_then(|other| other.get(key))
                    .is_some_and(|other| other != value);
                *value = stars(differs, when);
            }
        }
        Some(odd) => *odd = stars(other.is_some_and(|other| other != odd), when),
    }
}

fn stars(differs: bool, when: &str) -> Value {
    Value::String(if differs {
        format!("{STARS} ({when})")
    } else {
        STARS.to_owned()
    })
}

/// Hides the data of Secrets in a list, changed or not: nothing tells which item was which.
fn hide_items(list: &mut Value) {
    let Some(items) = list.get_mut("items").and_then(Value::as_array_mut) else {
        return;
    };
    for item in items {
        if let Some(object) = secret(Some(item)) {
            for field in FIELDS {
                star(object, field, None, "");
            }
        }
    }
}
