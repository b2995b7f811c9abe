//! From the documents of a manifest to the objects that are sent.

use std::cmp::Ordering;

use helm_kube::{
    Applied, Cluster, Error as KubeError, Gvk, ObjectRef, Ownership, Record, drop_duplicates, is_scaled, pods,
    readiness, selector,
};
use helm_release::{Manifest, documents, uninstall_rank};
use kube::ResourceExt;
use kube::api::DynamicObject;
use serde_json::{Value, json};

use crate::definitions::is_unserved;
use crate::notice::Notice;
use crate::{Context, Error, Tracked, send};

/// The object of a document, marked as the release's. `None` for a document with nothing in it. Of list items with one
/// key, the last one is taken.
pub(crate) async fn stamped(
    cluster: &Cluster,
    ownership: &Ownership,
    manifest: &Manifest,
) -> Result<Option<Value>, Error> {
    let Some(mut object) = object_of(manifest)? else {
        return Ok(None);
    };
    drop_duplicates(&mut object);
    stamp(cluster, ownership, &mut object).await?;
    Ok(Some(object))
}

/// The objects of documents, marked as the release's.
pub(crate) async fn stamped_all(cx: &Context, manifests: &[Manifest]) -> Result<Vec<Value>, Error> {
    let mut objects = Vec::with_capacity(manifests.len());
    for manifest in manifests {
        objects.extend(stamped(&cx.cluster, &cx.ownership, manifest).await?);
    }
    Ok(objects)
}

/// Marks an object as the release's.
pub(crate) async fn stamp(cluster: &Cluster, ownership: &Ownership, object: &mut Value) -> Result<(), Error> {
    let namespaced = cluster.is_namespaced(&Gvk::of(object)).await?;
    ownership.stamp(object, namespaced);
    Ok(())
}

/// Which of two objects is removed first.
pub(crate) fn removal_order(a: &ObjectRef, b: &ObjectRef) -> Ordering {
    uninstall_rank(&a.gvk.kind).cmp(&uninstall_rank(&b.gvk.kind))
}

/// A live object as JSON.
pub(crate) fn to_json(live: &DynamicObject) -> Value {
    serde_json::to_value(live).unwrap_or_default()
}

/// The documents of a stored revision.
pub(crate) fn manifests(record: &Record) -> Result<Vec<Manifest>, Error> {
    let release = &record.release;
    documents(&release.manifest).map_err(|source| Error::Manifest {
        revision: release.version,
        source,
    })
}

/// The object of a document as JSON, as it stands there.
pub(crate) fn object_of(manifest: &Manifest) -> Result<Option<Value>, Error> {
    let refuse = |reason: String| Error::NotAnObject {
        path: manifest.path.clone(),
        reason,
    };
    let object = serde_json::to_value(&manifest.object).map_err(|error| refuse(error.to_string()))?;
    if object.is_null() {
        return Ok(None);
    }
    for (pointer, name) in [
        ("/apiVersion", "apiVersion"),
        ("/kind", "kind"),
        ("/metadata/name", "metadata.name"),
    ] {
        let text = object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        if text.is_empty() {
            return Err(refuse(format!("`{name}` is missing")));
        }
    }
    Ok(Some(object))
}

/// The object of a document of an earlier revision. Where the server no longer serves its version, another version of
/// the same kind is taken; where it no longer serves the kind, there are no objects of it either.
pub(crate) async fn earlier(cx: &Context, manifest: &Manifest) -> Result<Option<Value>, Error> {
    let Some(mut object) = object_of(manifest)? else {
        return Ok(None);
    };
    if serve(&cx.cluster, &mut object).await? {
        drop_duplicates(&mut object);
        stamp(&cx.cluster, &cx.ownership, &mut object).await?;
        Ok(Some(object))
    } else {
        let gvk = Gvk::of(&object);
        cx.notices.add(&cx.ownership.release, Notice::Unserved { gvk });
        Ok(None)
    }
}

/// Gives an object of an earlier revision another version of its kind where its own is no longer served. Says whether
/// the kind is served at all.
pub(crate) async fn serve(cluster: &Cluster, object: &mut Value) -> Result<bool, Error> {
    let gvk = Gvk::of(object);
    match cluster.discovery().find(&gvk).await {
        Err(KubeError::UnknownKind(_)) => {}
        Err(error) => return Err(error.into()),
        Ok(_) => return Ok(true),
    }
    let discovery = cluster.discovery().current();
    let other = discovery.other_version(&gvk);
    if let Some(other) = other {
        object["apiVersion"] = json!(other.api_version);
    }
    Ok(other.is_some())
}

/// The object that a document names; its namespace is the release's where it names none and its kind is namespaced. A
/// kind that is not served has no objects.
pub(crate) async fn reference(cx: &Context, manifest: &Manifest) -> Result<Option<ObjectRef>, Error> {
    match stamped(&cx.cluster, &cx.ownership, manifest).await {
        Err(error) if is_unserved(&error) => Ok(None),
        object => Ok(object?.map(|object| ObjectRef::of(&object))),
    }
}

/// Puts an object in place of the one that the release has already: what others added goes.
pub(crate) async fn put(cx: &Context, desired: &Value, before: &[Value]) -> Result<Applied, Error> {
    let Some(live) = cx.cluster.get(&ObjectRef::of(desired)).await? else {
        return Ok(send::bring(cx, desired, before).await?.applied());
    };
    let mut desired = desired.clone();
    desired["metadata"]["resourceVersion"] = live.metadata.resource_version.into();
    Ok(cx.cluster.replace(&desired).await?)
}

/// What is remembered of an object that was just applied.
pub(crate) fn track(desired: &Value, applied: &Applied) -> Tracked {
    let json = to_json(&applied.object);
    let object = ObjectRef::of(desired);
    Tracked {
        readiness: readiness(&object.gvk, &json),
        pods: pods(&object.gvk, &json),
        selector: selector(&object.gvk, &json).map(String::into_boxed_str),
        object,
        uid: applied.object.uid().unwrap_or_default(),
        version: version(&applied.object),
        fingerprint: applied.fingerprint,
        is_scaled: is_scaled(applied.object.managed_fields()),
    }
}

/// An object's resource version as the number that it is; 0 if it has none.
pub fn version(object: &DynamicObject) -> u64 {
    object
        .resource_version()
        .and_then(|version| version.parse().ok())
        .unwrap_or_default()
}

/// Fields by which the API server tells the items of its own kinds' lists apart: an item with another value there is
/// another item.
const ITEM_KEYS: &[&str] = &[
    "name",
    "port",
    "containerPort",
    "protocol",
    "mountPath",
    "devicePath",
    "ip",
    "uid",
    "type",
    "key",
    "topologyKey",
    "whenUnsatisfiable",
];

/// Whether `new` leaves out a field or a list's item that `old` had: then what owns it must be settled before the apply.
pub(crate) fn loses_fields(old: &Value, new: &Value) -> bool {
    // The keys of lists in kinds that are not Kubernetes' own are not known.
    loses(old, new, Gvk::of(new).is_built_in())
}

fn loses(old: &Value, new: &Value, is_known: bool) -> bool {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => old
            .iter()
            .any(|(key, value)| new.get(key).is_none_or(|new| loses(value, new, is_known))),
        (Value::Array(old), Value::Array(new)) => {
            old.len() > new.len() || old.iter().zip(new).any(|(old, new)| loses_item(old, new, is_known))
        }
        (old, new) => std::mem::discriminant(old) != std::mem::discriminant(new),
    }
}

fn loses_item(old: &Value, new: &Value, is_known: bool) -> bool {
    if !old.is_object() || !is_known {
        return old != new;
    }
    ITEM_KEYS.iter().any(|key| old.get(key) != new.get(key)) || loses(old, new, is_known)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_field_that_leaves_is_noticed_at_any_depth() {
        let old = json!({"spec": {"a": 1, "list": [{"x": 1, "y": 2}]}});
        assert!(!loses_fields(
            &old,
            &json!({"spec": {"a": 2, "list": [{"x": 1, "y": 3}], "new": true}})
        ));
        assert!(loses_fields(&old, &json!({"spec": {"a": 1, "list": [{"x": 1}]}})));
        assert!(loses_fields(&old, &json!({"spec": {"a": 1, "list": []}})));
        assert!(loses_fields(&old, &json!({"spec": {"list": [{"x": 1, "y": 2}]}})));
    }

    #[test]
    fn an_item_with_another_key_is_another_item() {
        let service = |port: u16, target: u16| json!({"apiVersion": "v1", "spec": {"ports": [{"port": port, "targetPort": target}]}});
        assert!(loses_fields(&service(80, 1), &service(81, 1)));
        assert!(!loses_fields(&service(80, 1), &service(80, 2)));
        let custom = |target: u16| json!({"apiVersion": "example.com/v1", "spec": {"ports": [{"targetPort": target}]}});
        assert!(
            loses_fields(&custom(1), &custom(2)),
            "what tells its items apart is not known"
        );
        let claims = |mode: &str| json!({"apiVersion": "v1", "spec": {"accessModes": [mode]}});
        assert!(loses_fields(&claims("ReadWriteOnce"), &claims("ReadWriteMany")));
    }
}
