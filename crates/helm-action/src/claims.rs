//! Claims of `StatefulSets` that grow.

use std::fmt::Write as _;

use helm_kube::{Error as KubeError, Gvk, ObjectRef, quantity};
use kube::ResourceExt;
use serde_json::{Value, json};

use crate::Context;
use crate::policy::is_stateful_set;

/// A template of claims whose size grows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Growth {
    /// The template's name.
    pub(crate) template: String,
    /// Its place in the chart's list.
    index: usize,
    /// The size that it has.
    from: Value,
    /// The size that it is to have.
    to: Value,
}

/// A template's size, from the template on.
const SIZE: &str = "/spec/resources/requests/storage";

/// The templates of a `StatefulSet`'s claims that grow; `None` if none does, or if any shrinks.
pub(crate) fn growth(live: &Value, desired: &Value) -> Option<Vec<Growth>> {
    if !is_stateful_set(&Gvk::of(desired)) {
        return None;
    }
    let mut grown = Vec::new();
    let before = templates(live);
    for (index, template) in templates(desired).iter().enumerate() {
        let name = template.pointer("/metadata/name")?;
        let old = before.iter().find(|old| old.pointer("/metadata/name") == Some(name))?;
        let (from, to) = (old.pointer(SIZE)?, template.pointer(SIZE)?);
        let (old, new) = (quantity(from)?, quantity(to)?);
        if new < old {
            return None;
        }
        if new > old {
            grown.push(Growth {
                template: name.as_str()?.to_owned(),
                index,
                from: from.clone(),
                to: to.clone(),
            });
        }
    }
    (!grown.is_empty()).then_some(grown)
}

fn templates(object: &Value) -> &[Value] {
    let list = object.pointer("/spec/volumeClaimTemplates").and_then(Value::as_array);
    list.map(Vec::as_slice).unwrap_or_default()
}

/// The `StatefulSet` with the sizes that it has.
pub(crate) fn with_sizes(desired: &Value, growth: &[Growth]) -> Value {
    let mut object = desired.clone();
    for grown in growth {
        let size = format!("/spec/volumeClaimTemplates/{}{SIZE}", grown.index);
        if let Some(size) = object.pointer_mut(&size) {
            *size = grown.from.clone();
        }
    }
    object
}

/// Expands the claims that a `StatefulSet` has made; all of them, or none where the server refuses any. Returns their names.
pub(crate) async fn expand(
    cx: &Context,
    object: &ObjectRef,
    live: &Value,
    growth: &[Growth],
) -> Result<Vec<String>, KubeError> {
    let kind = Gvk::new("v1", "PersistentVolumeClaim");
    let existing = cx
        .cluster
        .list(&kind, object.namespace.as_deref(), &selector(live))
        .await?;
    let mut patches = Vec::new();
    for claim in existing {
        let name = claim.name_any();
        let Some(grown) = growth
            .iter()
            .find(|grown| is_claim_of(&name, &grown.template, &object.name))
        else {
            continue;
        };
        let size = claim.data.pointer(SIZE).and_then(quantity);
        if size < quantity(&grown.to) {
            let claim = ObjectRef {
                gvk: kind.clone(),
                namespace: object.namespace.clone(),
                name,
            };
            patches.push((
                claim,
                json!({"spec": {"resources": {"requests": {"storage": grown.to}}}}),
            ));
        }
    }
    for (claim, patch) in &patches {
        cx.cluster.try_merge(claim, patch).await?;
    }
    for (claim, patch) in &patches {
        cx.cluster.merge(claim, patch).await?;
    }
    Ok(patches.into_iter().map(|(claim, _)| claim.name).collect())
}

/// The labels that a `StatefulSet` puts on its claims, as a selector.
fn selector(live: &Value) -> String {
    let mut text = String::new();
    let labels = live.pointer("/spec/selector/matchLabels").and_then(Value::as_object);
    for (key, value) in labels.into_iter().flatten() {
        let comma = if text.is_empty() { "" } else { "," };
        // Writing into a string can't fail.
        let _ = write!(text, "{comma}{key}={}", value.as_str().unwrap_or_default());
    }
    text
}

/// Whether a claim is `TEMPLATE-SET-NUMBER`.
fn is_claim_of(name: &str, template: &str, set: &str) -> bool {
    let rest = name.strip_prefix(template).and_then(|rest| rest.strip_prefix('-'));
    let ordinal = rest
        .and_then(|rest| rest.strip_prefix(set))
        .and_then(|rest| rest.strip_prefix('-'));
    ordinal.is_some_and(|ordinal| !ordinal.is_empty() && ordinal.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(sizes: &[(&str, &str)]) -> Value {
        let templates: Vec<Value> = sizes
            .iter()
            .map(|(name, size)| json!({"metadata": {"name": name}, "spec": {"resources": {"requests": {"storage": size}}}}))
            .collect();
        json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "spec": {"volumeClaimTemplates": templates}})
    }

    #[test]
    fn growth_is_told_from_other_changes() {
        let cases: &[(Value, Value, Option<Vec<&str>>)] = &[
            (set(&[("data", "1Gi")]), set(&[("data", "2Gi")]), Some(vec!["data"])),
            (set(&[("data", "1024Mi")]), set(&[("data", "1Gi")]), None),
            (set(&[("data", "2Gi")]), set(&[("data", "1Gi")]), None),
            (
                set(&[("data", "1Gi"), ("log", "1Gi")]),
                set(&[("log", "1500Mi"), ("data", "1Gi")]),
                Some(vec!["log"]),
            ),
            (
                set(&[("data", "1Gi"), ("log", "2Gi")]),
                set(&[("data", "2Gi"), ("log", "1Gi")]),
                None,
            ),
            (set(&[("data", "1Gi")]), set(&[("data", "2Gi"), ("new", "1Gi")]), None),
            (set(&[]), set(&[]), None),
        ];
        for (live, desired, expected) in cases {
            let grown = growth(live, desired);
            let names = grown
                .as_ref()
                .map(|grown| grown.iter().map(|grown| grown.template.as_str()).collect());
            assert_eq!(names, *expected, "{live} {desired}");
        }
        let mut other = set(&[("data", "2Gi")]);
        other["kind"] = json!("Other");
        assert_eq!(growth(&set(&[("data", "1Gi")]), &other), None);
    }

    #[test]
    fn the_old_sizes_can_be_put_back() {
        let (old, new) = (
            set(&[("data", "1Gi"), ("log", "1Gi")]),
            set(&[("data", "1Gi"), ("log", "3Gi")]),
        );
        let grown = growth(&old, &new).unwrap_or_default();
        assert_eq!(with_sizes(&new, &grown), old);
    }

    #[test]
    fn claims_are_known_by_their_names() {
        let cases = [
            ("data-db-0", true),
            ("data-db-12", true),
            ("data-db-", false),
            ("data-db-extra-0", false),
            ("log-db-0", false),
            ("data-0", false),
        ];
        for (name, expected) in cases {
            assert_eq!(is_claim_of(name, "data", "db"), expected, "{name}");
        }
    }
}
