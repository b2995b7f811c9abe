//! Strategic merge patches, as kustomize applies them.
//!
//! Maps are merged, null takes an entry away, everything else is replaced, but for those lists of Kubernetes' own kinds
//! whose items have a key: they are merged item by item. The patch's items come first, in its order. `$patch` says
//! otherwise for one map or item: `delete`, `replace`.

use govalue::{Map, Value};

use super::ApplyError;

const DIRECTIVE: &str = "$patch";

/// API groups without a dot are Kubernetes' own; of the others these.
const GROUPS: &[&str] = &[
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
];

/// The lists that are merged: the field, the field around it (any, if empty), and the key of an item
/// (`patchMergeKey` of Kubernetes' types).
const LISTS: &[(&str, &str, &str)] = &[
    ("containers", "", "name"),
    ("initContainers", "", "name"),
    ("ephemeralContainers", "", "name"),
    ("env", "", "name"),
    ("volumes", "", "name"),
    ("volumeMounts", "", "mountPath"),
    ("volumeDevices", "", "devicePath"),
    ("imagePullSecrets", "spec", "name"),
    ("secrets", "", "name"),
    ("hostAliases", "", "ip"),
    ("resourceClaims", "", "name"),
    ("schedulingGates", "", "name"),
    ("topologySpreadConstraints", "", "topologyKey"),
    ("ports", "containers", "containerPort"),
    ("ports", "initContainers", "containerPort"),
    ("ports", "ephemeralContainers", "containerPort"),
    ("ports", "spec", "port"),
    ("ownerReferences", "metadata", "uid"),
    ("webhooks", "", "name"),
    ("matchConditions", "", "name"),
    ("variables", "", "name"),
];

/// Items that may have the same key where they differ in another field: that field and what it is if absent.
const SECOND_KEYS: &[(&str, &str, &str)] = &[("ports", "protocol", "TCP")];

/// Changes `object`. False if it is to be deleted.
pub(super) fn apply(object: &mut Value, patch: &Map) -> Result<bool, ApplyError> {
    let api_version = object.get("apiVersion").and_then(Value::as_str).unwrap_or_default();
    let group = api_version.rsplit_once('/').map_or("", |(group, _)| group);
    let merge = Merge {
        by_key: !group.contains('.') || GROUPS.contains(&group),
    };
    match object {
        Value::Map(map) => merge.map(map, patch, ""),
        _ => Ok(true),
    }
}

/// How one document is merged.
struct Merge {
    /// Whether lists are merged by the keys of their items.
    by_key: bool,
}

/// What `$patch` says of a map or an item.
#[derive(PartialEq)]
enum Directive {
    Merge,
    Replace,
    Delete,
}

impl Directive {
    fn of(map: &Map) -> Result<Self, ApplyError> {
        match map
            .get(DIRECTIVE.as_bytes())
            .map(|value| value.as_str().unwrap_or_default())
        {
            None | Some("merge") => Ok(Self::Merge),
            Some("replace") => Ok(Self::Replace),
            Some("delete") => Ok(Self::Delete),
            Some(other) => Err(ApplyError::Directive(other.to_owned())),
        }
    }
}

impl Merge {
    /// Merges `patch` into the map of the field `field`. False if the map is to be deleted.
    fn map(&self, map: &mut Map, patch: &Map, field: &str) -> Result<bool, ApplyError> {
        match Directive::of(patch)? {
            Directive::Delete => return Ok(false),
            Directive::Replace => map.clear(),
            Directive::Merge => {}
        }
        for (key, value) in patch.iter().filter(|(key, _)| **key != DIRECTIVE) {
            let below = key.to_lossy();
            let merged = match value {
                Value::Null => None,
                Value::Map(value) => {
                    let mut inner = map.remove(key.as_bytes()).and_then(Value::into_map).unwrap_or_default();
                    self.map(&mut inner, value, &below)?.then_some(Value::Map(inner))
                }
                Value::List(items) => {
                    let before = map.remove(key.as_bytes());
                    Some(Value::List(self.list(before, items, &below, field)?))
                }
                other => Some(other.clone()),
            };
            match merged {
                Some(value) => map.insert(key.clone(), value),
                None => map.remove(key.as_bytes()),
            };
        }
        Ok(true)
    }

    fn list(
        &self,
        before: Option<Value>,
        patch: &[Value],
        field: &str,
        around: &str,
    ) -> Result<Vec<Value>, ApplyError> {
        let row = LISTS
            .iter()
            .find(|(name, outer, _)| *name == field && (outer.is_empty() || *outer == around));
        let mut rest = match before {
            Some(Value::List(items)) => items,
            _ => Vec::new(),
        };
        let key = match row {
            Some((_, _, key)) if self.by_key => *key,
            _ => return Ok(patch.to_vec()),
        };
        let mut merged = Vec::with_capacity(rest.len() + patch.len());
        for item in patch {
            let Value::Map(item) = item else {
                return Ok(patch.to_vec());
            };
            let directive = Directive::of(item)?;
            if !item.contains_key(key.as_bytes()) {
                if directive == Directive::Replace {
                    rest.clear();
                    continue;
                }
                return Err(ApplyError::NoKey {
                    list: field.to_owned(),
                    key,
                });
            }
            let found = rest.iter().position(|other| is_same(other, item, field, key));
            let mut before = found
                .and_then(|index| rest.remove(index).into_map())
                .unwrap_or_default();
            if self.map(&mut before, item, field)? {
                merged.push(Value::Map(before));
            }
        }
        merged.append(&mut rest);
        Ok(merged)
    }
}

/// Whether an item of a list is the one that an item of a patch is for.
fn is_same(item: &Value, patch: &Map, field: &str, key: &'static str) -> bool {
    let is_equal = |name: &str, absent: Option<&str>| {
        let absent = absent.map(Value::from);
        let ours = item.get(name).or(absent.as_ref());
        ours == patch.get(name.as_bytes()).or(absent.as_ref())
    };
    let second = SECOND_KEYS.iter().find(|(list, _, _)| *list == field);
    is_equal(key, None) && second.is_none_or(|(_, name, absent)| is_equal(name, Some(absent)))
}
