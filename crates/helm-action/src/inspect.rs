//! A look at the objects of a stored revision that changes nothing.

use helm_kube::{Cluster, Difference, Gvk, ObjectRef, Readiness, Record, covers, drop_duplicates, readiness};
use kube::api::DynamicObject;
use serde_json::Value;

use crate::objects::{earlier, manifests, object_of, serve, to_json, track};
use crate::{ApplyPolicy, Context, Error, Tracked};

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

/// Looks at all objects of a stored revision, in the order of its manifest, for somebody who knows nothing but its record:
/// whose marks the objects carry, and what a watch ignores of them, does not count.
pub async fn inspect(cluster: &Cluster, record: &Record) -> Result<Vec<Inspected>, Error> {
    let manifests = manifests(record)?;
    let mut inspected = Vec::with_capacity(manifests.len());
    for manifest in &manifests {
        let Some(mut wanted) = object_of(manifest)? else {
            continue;
        };
        drop_duplicates(&mut wanted);
        let live = if serve(cluster, &mut wanted).await? {
            settle(cluster, &mut wanted, &record.release.namespace).await?;
            cluster.get(&ObjectRef::of(&wanted)).await?
        } else {
            None
        };
        inspected.push(found(&ApplyPolicy::default(), live.as_ref(), &wanted)?);
    }
    Ok(inspected)
}

/// Compares all objects of a stored revision with what is in the cluster. Gives those that are there, and how each is.
pub async fn compare(cx: &Context, record: &Record) -> Result<(Vec<Tracked>, Vec<Inspected>), Error> {
    let mut tracked = Vec::new();
    let mut inspected = Vec::new();
    for manifest in &manifests(record)? {
        let Some(wanted) = earlier(cx, manifest).await? else {
            continue;
        };
        let live = cx.cluster.get(&ObjectRef::of(&wanted)).await?;
        inspected.push(found(&cx.policy, live.as_ref(), &wanted)?);
        tracked.extend(live.map(|live| track(&wanted, &live.into())));
    }
    Ok((tracked, inspected))
}

/// Puts an object that names no namespace into the release's, if its kind has namespaces.
async fn settle(cluster: &Cluster, object: &mut Value, namespace: &str) -> Result<(), Error> {
    let namespaced = cluster.is_namespaced(&Gvk::of(object)).await?;
    if namespaced && object.pointer("/metadata/namespace").is_none() {
        object["metadata"]["namespace"] = namespace.into();
    }
    Ok(())
}

fn found(policy: &ApplyPolicy, live: Option<&DynamicObject>, wanted: &Value) -> Result<Inspected, Error> {
    let live = live.map(to_json);
    Ok(Inspected {
        object: ObjectRef::of(wanted),
        state: state(policy, live.as_ref(), wanted)?,
    })
}

fn state(policy: &ApplyPolicy, live: Option<&Value>, wanted: &Value) -> Result<ObjectState, Error> {
    let Some(live) = live else {
        return Ok(ObjectState::Missing);
    };
    let left_alone = policy.left_alone(live, wanted, std::slice::from_ref(wanted))?;
    Ok(match covers(live, wanted, &left_alone) {
        Some(difference) => ObjectState::Drifted(difference),
        None => ObjectState::AsRendered(readiness(&Gvk::of(wanted), live)),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_is_missing_drifted_or_as_rendered() {
        let object = |text: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"text": text}});
        let state = |live: Option<&Value>, wanted: &Value| state(&ApplyPolicy::default(), live, wanted).ok();
        assert_eq!(state(None, &object("a")), Some(ObjectState::Missing));
        let drifted = ObjectState::Drifted(Difference {
            pointer: "/data/text".into(),
        });
        assert_eq!(state(Some(&object("b")), &object("a")), Some(drifted));
        let ready = ObjectState::AsRendered(Readiness::Ready);
        assert_eq!(state(Some(&object("a")), &object("a")), Some(ready));
    }
}
