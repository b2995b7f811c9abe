//! Whether a live object still is as the chart says.

use serde_json::{Map, Value};

use crate::LeftAlone;
use crate::left_alone::push;

/// A field that the chart sets and the live object has otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The field's JSON pointer in the chart's object.
    pub pointer: String,
}

/// Keys by which the API server tells the items of a list apart, the most telling first.
const ITEM_KEYS: &[&[&str]] = &[
    &["name"],
    &["containerPort", "protocol"],
    &["port", "protocol"],
    &["mountPath"],
    &["devicePath"],
    &["ip"],
    &["uid"],
    &["type"],
    &["key"],
    &["topologyKey", "whenUnsatisfiable"],
];

/// Compares what the chart wants with what is there: `None` if every field that the chart sets has its value, else the
/// first field that has not. Fields that the chart does not set are nobody's business, and those that are left alone
/// are somebody else's.
///
/// The server writes some values in another way than charts do; these are no differences: quantities (`1000m` and
/// `1`), zero values and empty collections that it leaves out, `stringData` of Secrets that it moves to `data`.
pub fn covers(live: &Value, desired: &Value, left_alone: &LeftAlone) -> Option<Difference> {
    let mut comparison = Comparison {
        pointer: String::new(),
        left_alone,
    };
    let differs = match (desired, live) {
        (Value::Object(desired), Value::Object(live)) => !comparison.object_covers(live, desired, true),
        _ => desired != live,
    };
    differs.then_some(Difference {
        pointer: comparison.pointer,
    })
}

/// A comparison under way: where it is, and at the end where the first difference is.
struct Comparison<'a> {
    pointer: String,
    left_alone: &'a LeftAlone,
}

impl Comparison<'_> {
    fn value_covers(&mut self, live: &Value, desired: &Value) -> bool {
        match (desired, live) {
            (Value::Object(desired), Value::Object(live)) => self.object_covers(live, desired, false),
            (Value::Array(desired), Value::Array(live)) => self.list_covers(live, desired),
            (desired, live) => desired == live || same_quantity(desired, live),
        }
    }

    fn object_covers(&mut self, live: &Map<String, Value>, desired: &Map<String, Value>, top: bool) -> bool {
        desired
            .iter()
            .filter(|(key, _)| !(top && key.as_str() == "status"))
            .all(|(key, wanted)| {
                self.below(key, |comparison| match live.get(key) {
                    Some(found) => comparison.value_covers(found, wanted),
                    None if top && key == "stringData" => string_data_covers(live.get("data"), wanted),
                    None => is_zero(wanted),
                })
            })
    }

    fn list_covers(&mut self, live: &[Value], desired: &[Value]) -> bool {
        let same = desired.iter().enumerate().all(|(index, wanted)| {
            self.below(&index.to_string(), |comparison| match item_key(desired, wanted) {
                Some(key) => live
                    .iter()
                    .filter(|found| is_item(key, found, wanted))
                    .any(|found| comparison.value_covers(found, wanted)),
                None => live
                    .get(index)
                    .is_some_and(|found| comparison.value_covers(found, wanted)),
            })
        });
        // Lists of scalars belong to one owner as a whole; in lists of objects others may add items of their own.
        same && (desired.iter().any(Value::is_object) || live.len() == desired.len())
    }

    /// Compares one step further down; the pointer comes back only if there is no difference.
    fn below(&mut self, key: &str, covers: impl FnOnce(&mut Self) -> bool) -> bool {
        let length = self.pointer.len();
        push(&mut self.pointer, key);
        let same = self.left_alone.contains(&self.pointer) || covers(self);
        if same {
            self.pointer.truncate(length);
        }
        same
    }
}

/// The item of a live list that is the chart's item at `index`.
pub(crate) fn counterpart<'a>(desired: &[Value], index: usize, live: &'a [Value]) -> Option<&'a Value> {
    live.get(position(desired, index, live)?)
}

/// Where in a live list the chart's item at `index` is.
pub fn position(desired: &[Value], index: usize, live: &[Value]) -> Option<usize> {
    let wanted = desired.get(index)?;
    match item_key(desired, wanted) {
        Some(key) => live.iter().position(|found| is_item(key, found, wanted)),
        None => Some(index).filter(|index| *index < live.len()),
    }
}

fn is_item(key: &[&str], found: &Value, wanted: &Value) -> bool {
    key.iter().all(|field| same_key(found.get(field), wanted.get(field)))
}

/// The fields that tell an item from the others, if all items have them.
fn item_key(list: &[Value], item: &Value) -> Option<&'static [&'static str]> {
    let known = |key: &&&[&str]| list.iter().all(|item| item.get(key[0]).is_some());
    if item.is_object() {
        ITEM_KEYS.iter().find(known).copied()
    } else {
        None
    }
}

/// An item's `protocol` is `TCP` where a chart leaves it out.
fn same_key(found: Option<&Value>, wanted: Option<&Value>) -> bool {
    match (found, wanted) {
        (_, None) => true,
        (found, wanted) => found == wanted,
    }
}

fn string_data_covers(data: Option<&Value>, wanted: &Value) -> bool {
    let Some(wanted) = wanted.as_object() else { return true };
    wanted.iter().all(|(key, text)| {
        let stored = data
            .and_then(|data| data.get(key))
            .and_then(Value::as_str)
            .and_then(decode_base64);
        stored.as_deref() == text.as_str().map(str::as_bytes)
    })
}

fn decode_base64(text: &str) -> Option<Vec<u8>> {
    serde_json::from_value::<k8s_openapi::ByteString>(Value::String(text.to_owned()))
        .ok()
        .map(|bytes| bytes.0)
}

/// What the server may leave out: null, false, zero, and empty text or collections (of such).
fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.values().all(is_zero),
    }
}

fn same_quantity(a: &Value, b: &Value) -> bool {
    match (quantity(a), quantity(b)) {
        (Some(a), Some(b)) => (a - b).abs() <= f64::EPSILON * a.abs().max(b.abs()),
        _ => false,
    }
}

/// A Kubernetes quantity's amount; `None` for what is not one.
pub fn quantity(value: &Value) -> Option<f64> {
    const SUFFIXES: &[(&str, f64)] = &[
        ("Ki", 1024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("Pi", 1_125_899_906_842_624.0),
        ("Ei", 1_152_921_504_606_846_976.0),
        ("n", 1e-9),
        ("u", 1e-6),
        ("m", 1e-3),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("P", 1e15),
        ("E", 1e18),
    ];
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => {
            let (digits, factor) = SUFFIXES
                .iter()
                .find_map(|(suffix, factor)| Some((text.strip_suffix(suffix)?, *factor)))
                .unwrap_or((text.as_str(), 1.0));
            let plain = digits.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'));
            if plain {
                digits.parse::<f64>().ok().map(|amount| amount * factor)
            } else {
                None
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_that_the_server_writes_otherwise_are_no_drift() {
        let cases = [
            (json!({"cpu": "1"}), json!({"cpu": "1000m"})),
            (json!({"memory": "1Gi"}), json!({"memory": "1024Mi"})),
            (json!({"cpu": "500m"}), json!({"cpu": 0.5})),
            (
                json!({}),
                json!({"nodeSelector": {}, "tolerations": null, "hostNetwork": false}),
            ),
            (json!({"data": {"a": "aGk="}}), json!({"stringData": {"a": "hi"}})),
            (
                json!({"env": [{"name": "A", "value": "1"}, {"name": "SIDE"}]}),
                json!({"env": [{"name": "A", "value": "1"}]}),
            ),
            (
                json!({"spec": {"x": 1, "defaulted": true}, "status": {"ready": 1}}),
                json!({"spec": {"x": 1}}),
            ),
        ];
        for (live, desired) in cases {
            assert_eq!(covers(&live, &desired, &LeftAlone::default()), None, "{live} {desired}");
        }
    }

    #[test]
    fn a_changed_chart_field_is_named() {
        let cases = [
            (
                json!({"spec": {"replicas": 3}}),
                json!({"spec": {"replicas": 1}}),
                "/spec/replicas",
            ),
            (
                json!({"metadata": {"labels": {}}}),
                json!({"metadata": {"labels": {"a/b": "c"}}}),
                "/metadata/labels/a~1b",
            ),
            (json!({"args": ["-v", "x"]}), json!({"args": ["-v"]}), "/args"),
            (
                json!({"data": {"a": "aGk="}}),
                json!({"stringData": {"a": "ho"}}),
                "/stringData",
            ),
            (
                json!({"containers": [{"name": "side"}, {"name": "app", "image": "b"}]}),
                json!({"containers": [{"name": "app", "image": "a"}]}),
                "/containers/0/image",
            ),
        ];
        for (live, desired, pointer) in cases {
            assert_eq!(
                covers(&live, &desired, &LeftAlone::default()),
                Some(Difference {
                    pointer: pointer.into()
                }),
                "{live}"
            );
        }
    }

    #[test]
    fn a_field_that_is_left_alone_is_no_drift() {
        let live = json!({"data": {"a": "9", "b": "1"}, "list": [{"name": "x", "v": 9}]});
        let desired = json!({"data": {"a": "1", "b": "1"}, "list": [{"name": "x", "v": 1}]});
        let left = |pointers: &[&str]| {
            let pointers: Vec<String> = pointers.iter().map(|pointer| (*pointer).to_owned()).collect();
            LeftAlone::of(&live, &desired, &[], &pointers)
        };
        let first = |pointers| covers(&live, &desired, &left(pointers)).map(|difference| difference.pointer);
        assert_eq!(first(&[]).as_deref(), Some("/data/a"));
        assert_eq!(first(&["/data/a"]).as_deref(), Some("/list/0/v"));
        assert_eq!(first(&["/data", "/list/0/v"]), None);
    }
}
