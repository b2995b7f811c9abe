//! The definitions of a chart's `crds/` folder.

use helm_kube::{Error as KubeError, Gvk, ObjectRef};
use helm_release::Manifest;
use serde_json::{Map, Value};

use crate::objects::{object_of, to_json};
use crate::policy::DefinitionPolicy;
use crate::{Context, Error, hooks};

/// Creates the chart's definitions that are missing, or replaces those that differ, as the watch asks; then waits until
/// their kinds are served. They belong to no release: nothing deletes them.
pub(crate) async fn define(cx: &Context, definitions: &[Manifest]) -> Result<(), Error> {
    if cx.policy.definitions == DefinitionPolicy::Skip {
        return Ok(());
    }
    let mut changed = Vec::new();
    for manifest in definitions {
        let Some(object) = object_of(manifest)? else {
            continue;
        };
        if settle(cx, &object).await? {
            hooks::await_ready(cx, &ObjectRef::of(&object), "crds").await?;
            changed.push(object);
        }
    }
    await_served(cx, &changed).await
}

/// Waits until the server serves all kinds that these objects define.
pub(crate) async fn await_served(cx: &Context, objects: &[Value]) -> Result<(), Error> {
    let kinds: Vec<Gvk> = objects.iter().flat_map(served_kinds).collect();
    if !kinds.is_empty() {
        let served = cx.cluster.discovery().await_served(&kinds, cx.hook_timeout);
        cx.slot.released(served).await?;
    }
    Ok(())
}

/// Creates or replaces one definition; says whether anything changed.
async fn settle(cx: &Context, object: &Value) -> Result<bool, Error> {
    match cx.cluster.create(object).await {
        Err(error) if error.is_already_exists() => {}
        result => return Ok(result.map(|_| true)?),
    }
    if cx.policy.definitions != DefinitionPolicy::CreateReplace {
        return Ok(false);
    }
    let reference = ObjectRef::of(object);
    let Some(live) = cx.cluster.get(&reference).await? else {
        return Ok(cx.cluster.create(object).await.map(|_| true)?);
    };
    let live = to_json(&live);
    let lost = lost_versions(&live, object);
    if !lost.is_empty() {
        return Err(Error::StoredVersions {
            object: reference,
            versions: lost,
        });
    }
    let replaced = cx.cluster.replace(&replacement(&live, object)).await?;
    Ok(replaced.object.metadata.resource_version.as_deref() != text(&live, "/metadata/resourceVersion"))
}

/// The versions that objects are stored in and that the new definition lacks: those objects could not be read any more.
fn lost_versions(live: &Value, new: &Value) -> Vec<String> {
    let stored = live.pointer("/status/storedVersions").and_then(Value::as_array);
    stored
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .filter(|stored| !versions(new).any(|version| text(version, "/name") == Some(*stored)))
        .map(str::to_owned)
        .collect()
}

/// The definition that takes the place of `live`: the chart's spec under the metadata that is there, with the chart's
/// labels and annotations over others'. A certificate that somebody injected for conversions stays.
pub(crate) fn replacement(live: &Value, new: &Value) -> Value {
    const BUNDLE: &str = "/spec/conversion/webhook/clientConfig/caBundle";
    let mut object = live.clone();
    object["spec"] = new.get("spec").cloned().unwrap_or_default();
    for key in ["labels", "annotations"] {
        let Some(Value::Object(wanted)) = new.pointer(&format!("/metadata/{key}")) else {
            continue;
        };
        let mut merged = object["metadata"][key].as_object().cloned().unwrap_or_else(Map::new);
        merged.extend(wanted.clone());
        object["metadata"][key] = Value::Object(merged);
    }
    if let (Some(bundle), None) = (live.pointer(BUNDLE), object.pointer(BUNDLE))
        && let Some(Value::Object(config)) = object.pointer_mut("/spec/conversion/webhook/clientConfig")
    {
        config.insert("caBundle".into(), bundle.clone());
    }
    object
}

/// The kinds that a definition makes the server serve.
fn served_kinds(definition: &Value) -> Vec<Gvk> {
    let group = text(definition, "/spec/group").unwrap_or_default();
    let kind = text(definition, "/spec/names/kind").unwrap_or_default();
    versions(definition)
        .filter(|version| version.get("served") == Some(&Value::Bool(true)))
        .filter_map(|version| text(version, "/name"))
        .map(|version| Gvk::in_group(group, version, kind))
        .collect()
}

fn versions(definition: &Value) -> impl Iterator<Item = &Value> {
    let versions = definition.pointer("/spec/versions").and_then(Value::as_array);
    versions.into_iter().flatten()
}

fn text<'a>(object: &'a Value, pointer: &str) -> Option<&'a str> {
    object.pointer(pointer)?.as_str()
}

/// Whether the server does not serve an object's kind.
pub(crate) fn is_unserved(error: &Error) -> bool {
    matches!(error, Error::Kube(KubeError::UnknownKind(_)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn definition(versions: &[&str], stored: &[&str]) -> Value {
        let versions: Vec<Value> = versions
            .iter()
            .map(|name| json!({"name": name, "served": *name != "v1alpha1", "storage": false}))
            .collect();
        json!({
            "metadata": {"name": "pens.example.com", "resourceVersion": "7", "labels": {"theirs": "yes", "ours": "old"}},
            "spec": {"group": "example.com", "names": {"kind": "Pen"}, "versions": versions},
            "status": {"storedVersions": stored},
        })
    }

    #[test]
    fn a_stored_version_is_not_dropped() {
        let cases: &[(&[&str], &[&str], &[&str])] = &[
            (&["v1"], &["v1"], &[]),
            (&["v1", "v2"], &["v1"], &[]),
            (&["v2"], &["v1", "v2"], &["v1"]),
            (&["v3"], &["v1", "v2"], &["v1", "v2"]),
        ];
        for (new, stored, lost) in cases {
            assert_eq!(
                lost_versions(&definition(&["v1", "v2"], stored), &definition(new, &[])),
                *lost
            );
        }
    }

    #[test]
    fn only_served_versions_are_waited_for() {
        let kinds = served_kinds(&definition(&["v1alpha1", "v1"], &[]));
        assert_eq!(kinds, [Gvk::new("example.com/v1", "Pen")]);
    }

    #[test]
    fn a_replacement_keeps_what_is_not_the_charts() {
        let mut live = definition(&["v1"], &["v1"]);
        live["spec"]["conversion"] = json!({"webhook": {"clientConfig": {"url": "a", "caBundle": "injected"}}});
        let mut new = definition(&["v1", "v2"], &[]);
        new["metadata"]["labels"] = json!({"ours": "new"});
        new["spec"]["conversion"] = json!({"webhook": {"clientConfig": {"url": "b"}}});
        let replaced = replacement(&live, &new);
        assert_eq!(replaced["metadata"]["labels"], json!({"theirs": "yes", "ours": "new"}));
        assert_eq!(replaced["metadata"]["resourceVersion"], "7");
        assert_eq!(replaced["spec"]["versions"], new["spec"]["versions"]);
        let config = json!({"url": "b", "caBundle": "injected"});
        assert_eq!(replaced["spec"]["conversion"]["webhook"]["clientConfig"], config);
    }
}
