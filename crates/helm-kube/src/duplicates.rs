//! Items of a list that have one key: Kubernetes stores them when they are created, and refuses to apply them.

use std::fmt;

use serde_json::Value;

use crate::Gvk;
use crate::left_alone::push;

/// An item that was dropped since a later one of its list has the same key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// The list's JSON pointer.
    pub list: String,
    /// The key, such as `name=A`.
    pub key: String,
}

/// A list whose items the server tells apart by a key, and which may be created with two items of one key: the end of
/// its path, and the key's fields with what holds where an item leaves them out.
struct Keyed {
    path: &'static [&'static str],
    key: &'static [(&'static str, &'static str)],
}

/// All such lists of Kubernetes' own kinds. In its other keyed lists (volumes, mounts, ports of Services, ...) two items
/// of one key are refused in every request, also in Helm's.
const LISTS: &[Keyed] = &[
    Keyed {
        path: &["containers", "*", "env"],
        key: &[("name", "")],
    },
    Keyed {
        path: &["initContainers", "*", "env"],
        key: &[("name", "")],
    },
    Keyed {
        path: &["containers", "*", "ports"],
        key: &[("containerPort", ""), ("protocol", "TCP")],
    },
    Keyed {
        path: &["initContainers", "*", "ports"],
        key: &[("containerPort", ""), ("protocol", "TCP")],
    },
    Keyed {
        path: &["imagePullSecrets"],
        key: &[("name", "")],
    },
    Keyed {
        path: &["hostAliases"],
        key: &[("ip", "")],
    },
    Keyed {
        path: &["secrets"],
        key: &[("name", "")],
    },
];

/// Drops all but the last of items that have one key, and says which. Of an environment variable that stands twice, the
/// last one is also what a container gets.
pub fn drop_duplicates(object: &mut Value) -> Vec<Duplicate> {
    let mut found = Vec::new();
    // Lists of kinds that are not Kubernetes' own are checked in every request.
    if Gvk::of(object).is_built_in() {
        walk(object, &mut Vec::new(), &mut found);
    }
    found
}

fn walk(value: &mut Value, path: &mut Vec<String>, found: &mut Vec<Duplicate>) {
    match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                path.push(key.clone());
                walk(field, path, found);
                path.pop();
            }
        }
        Value::Array(items) => {
            if let Some(list) = LISTS.iter().find(|list| list.is_at(path)) {
                list.drop_earlier(items, path, found);
            }
            for (index, item) in items.iter_mut().enumerate() {
                path.push(index.to_string());
                walk(item, path, found);
                path.pop();
            }
        }
        _ => {}
    }
}

impl Keyed {
    fn is_at(&self, path: &[String]) -> bool {
        let end = path.len().checked_sub(self.path.len()).map(|start| &path[start..]);
        end.is_some_and(|end| {
            end.iter()
                .zip(self.path)
                .all(|(found, known)| *known == "*" || found == known)
        })
    }

    fn drop_earlier(&self, items: &mut Vec<Value>, path: &[String], found: &mut Vec<Duplicate>) {
        let keys: Vec<Option<String>> = items.iter().map(|item| self.key_of(item)).collect();
        let mut index = 0;
        items.retain(|_| {
            let key = &keys[index];
            index += 1;
            let Some(key) = key.as_ref().filter(|_| keys[index..].contains(key)) else {
                return true;
            };
            let mut list = String::new();
            for part in path {
                push(&mut list, part);
            }
            found.push(Duplicate { list, key: key.clone() });
            false
        });
    }

    /// An item's key; `None` for one without.
    fn key_of(&self, item: &Value) -> Option<String> {
        let mut parts = Vec::new();
        for (field, default) in self.key {
            let value = match item.get(field) {
                Some(Value::String(text)) => text.clone(),
                Some(Value::Number(number)) => number.to_string(),
                None if !default.is_empty() => (*default).to_owned(),
                _ => return None,
            };
            parts.push(format!("{field}={value}"));
        }
        Some(parts.join(","))
    }
}

impl fmt::Display for Duplicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` has {} more than once, of which the last one holds",
            self.list, self.key
        )
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn deployment(spec: &Value) -> Value {
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": {"spec": spec}}})
    }

    #[test]
    fn the_last_item_of_a_key_stays() {
        let cases = [
            (
                json!({"containers": [{"env": [{"name": "A", "value": "1"}, {"name": "B"}, {"name": "A", "value": "2"}]}]}),
                json!({"containers": [{"env": [{"name": "B"}, {"name": "A", "value": "2"}]}]}),
                vec!["/spec/template/spec/containers/0/env name=A"],
            ),
            (
                json!({"initContainers": [{"env": [{"name": "A"}, {"name": "A"}, {"name": "A"}]}]}),
                json!({"initContainers": [{"env": [{"name": "A"}]}]}),
                vec!["/spec/template/spec/initContainers/0/env name=A"; 2],
            ),
            (
                json!({"containers": [{"ports": [{"containerPort": 53}, {"containerPort": 53, "protocol": "UDP"},
                    {"containerPort": 53, "protocol": "TCP", "name": "dns"}]}]}),
                json!({"containers": [{"ports": [{"containerPort": 53, "protocol": "UDP"},
                    {"containerPort": 53, "protocol": "TCP", "name": "dns"}]}]}),
                vec!["/spec/template/spec/containers/0/ports containerPort=53,protocol=TCP"],
            ),
            (
                json!({"imagePullSecrets": [{"name": "a"}, {"name": "a"}]}),
                json!({"imagePullSecrets": [{"name": "a"}]}),
                vec!["/spec/template/spec/imagePullSecrets name=a"],
            ),
            (
                json!({"hostAliases": [{"ip": "::1", "hostnames": ["a"]}, {"ip": "::1", "hostnames": ["b"]}]}),
                json!({"hostAliases": [{"ip": "::1", "hostnames": ["b"]}]}),
                vec!["/spec/template/spec/hostAliases ip=::1"],
            ),
        ];
        for (spec, expected, duplicates) in cases {
            let mut object = deployment(&spec);
            let found = drop_duplicates(&mut object);
            assert_eq!(object, deployment(&expected));
            let found: Vec<String> = found
                .iter()
                .map(|found| format!("{} {}", found.list, found.key))
                .collect();
            assert_eq!(found, duplicates, "{spec}");
        }
    }

    #[test]
    fn other_lists_stay_as_they_are() {
        let two = json!([{"name": "a"}, {"name": "a"}]);
        let objects = [
            deployment(&json!({"tolerations": [{"key": "a"}, {"key": "a"}], "volumes": two})),
            json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "subjects": two}),
            json!({"apiVersion": "example.com/v1", "kind": "App", "spec": {"containers": [{"env": two}]}}),
            deployment(&json!({"containers": [{"env": [{"value": "no name"}, {"value": "no name"}]}]})),
        ];
        for object in objects {
            let mut changed = object.clone();
            assert_eq!(drop_duplicates(&mut changed), []);
            assert_eq!(changed, object);
        }
    }
}
