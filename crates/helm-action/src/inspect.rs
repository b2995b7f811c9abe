//! A look at the objects of a stored revision that changes nothing.

use helm_kube::{
    Cluster, Difference, Error as KubeError, Gvk, ObjectRef, Readiness, Record, covers, drop_duplicates, readiness,
};
use serde_json::Value;

use crate::objects::{manifests, object_of};
use crate::{ApplyPolicy, Error};

/// An object of a revision, as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspected {
    /// Which object.
    pub object: ObjectRef,
    /// How it is.
    pub state: ObjectState,
}

/// How an object of a revision is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObjectState {
    /// It, or its kind, is not there.
    Missing,
    /// A field that the chart sets is otherwise.
    Drifted(Difference),
    /// As the chart says.
    AsRendered(Readiness),
}

/// Looks at all objects of a stored revision, in the order of its manifest.
pub async fn inspect(cluster: &Cluster, record: &Record) -> Result<Vec<Inspected>, Error> {
    let manifests = manifests(record)?;
    let mut inspected = Vec::with_capacity(manifests.len());
    for manifest in &manifests {
        let Some(mut desired) = object_of(manifest)? else {
            continue;
        };
        drop_duplicates(&mut desired);
        let is_served = settle_namespace(cluster, &mut desired, &record.release.namespace).await?;
        let object = ObjectRef::of(&desired);
        let live = if is_served { cluster.get(&object).await? } else { None };
        let live = live.map(|live| serde_json::to_value(live).unwrap_or_default());
        inspected.push(Inspected {
            object,
            state: state(live.as_ref(), &desired),
        });
    }
    Ok(inspected)
}

/// Puts an object that names no namespace into the release's, if its kind has namespaces. Says whether the kind is served.
async fn settle_namespace(cluster: &Cluster, object: &mut Value, namespace: &str) -> Result<bool, Error> {
    match cluster.is_namespaced(&Gvk::of(object)).await {
        Ok(namespaced) => {
            if namespaced && object.pointer("/metadata/namespace").is_none() {
                object["metadata"]["namespace"] = namespace.into();
            }
            Ok(true)
        }
        Err(KubeError::UnknownKind(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn state(live: Option<&Value>, desired: &Value) -> ObjectState {
    let Some(live) = live else {
        return ObjectState::Missing;
    };
    // What a watch ignores is not known here; what was scaled, and what the chart's own annotations ignore, is.
    let left_alone = ApplyPolicy::default()
        .left_alone(live, desired, &[])
        .unwrap_or_default();
    match covers(live, desired, &left_alone) {
        Some(difference) => ObjectState::Drifted(difference),
        None => ObjectState::AsRendered(readiness(&Gvk::of(desired), live)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_is_missing_drifted_or_as_rendered() {
        let object = |text: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"text": text}});
        assert_eq!(state(None, &object("a")), ObjectState::Missing);
        let drifted = ObjectState::Drifted(Difference {
            pointer: "/data/text".into(),
        });
        assert_eq!(state(Some(&object("b")), &object("a")), drifted);
        let ready = ObjectState::AsRendered(Readiness::Ready);
        assert_eq!(state(Some(&object("a")), &object("a")), ready);
    }
}
