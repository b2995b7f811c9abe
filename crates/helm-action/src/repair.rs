//! Drift: objects of a release that are no longer as the chart says.

use helm_kube::{Difference, ObjectRef, Record, covers};
use helm_release::documents;
use serde_json::Value;

use crate::objects::{apply, create_or_adopt, stamped, track};
use crate::{Context, Error, Tracked};

/// An object that was brought back.
#[derive(Clone, Debug)]
pub struct Repaired {
    /// The object, as it is now.
    pub tracked: Tracked,
    /// What had happened: the first chart field that differed, or `None` if the object was gone.
    pub difference: Option<Difference>,
}

/// An object that is not as the chart says.
#[derive(Clone, Debug)]
pub struct Drift {
    /// Which object.
    pub object: ObjectRef,
    /// The first chart field that differs, or `None` if the object is gone.
    pub difference: Option<Difference>,
}

/// The objects that a stored revision has in the cluster, as they should be.
async fn desired(cx: &Context, record: &Record) -> Result<Vec<Value>, Error> {
    let release = &record.release;
    let manifests = documents(&release.manifest).map_err(|source| Error::Manifest {
        revision: release.version,
        source,
    })?;
    let mut objects = Vec::with_capacity(manifests.len());
    for manifest in &manifests {
        objects.extend(stamped(&cx.cluster, &cx.ownership, manifest).await?);
    }
    Ok(objects)
}

/// Checks all objects of a stored revision and brings back those that are gone or differ.
pub async fn check(cx: &Context, record: &Record) -> Result<(Vec<Tracked>, Vec<Repaired>), Error> {
    let mut tracked = Vec::new();
    let mut repaired = Vec::new();
    for object in desired(cx, record).await? {
        match repair_one(cx, &object).await? {
            Outcome::Same(found) => tracked.push(found),
            Outcome::Repaired(found) => {
                tracked.push(found.tracked.clone());
                repaired.push(found);
            }
        }
    }
    Ok((tracked, repaired))
}

/// Compares all objects of a stored revision with what is in the cluster, and changes nothing. Gives those that are there,
/// and what has drifted.
pub async fn compare(cx: &Context, record: &Record) -> Result<(Vec<Tracked>, Vec<Drift>), Error> {
    let mut tracked = Vec::new();
    let mut drifts = Vec::new();
    for wanted in desired(cx, record).await? {
        let object = ObjectRef::of(&wanted);
        let Some(live) = cx.cluster.get(&object).await? else {
            drifts.push(Drift {
                object,
                difference: None,
            });
            continue;
        };
        if let Some(difference) = covers(&serde_json::to_value(&live).unwrap_or_default(), &wanted) {
            drifts.push(Drift {
                object,
                difference: Some(difference),
            });
        }
        tracked.push(track(&wanted, &live.into()));
    }
    Ok((tracked, drifts))
}

/// Checks one object of a stored revision and brings it back if it is gone or differs. `None` if the revision has no
/// such object.
pub async fn repair(
    cx: &Context,
    record: &Record,
    object: &ObjectRef,
) -> Result<Option<(Tracked, Option<Repaired>)>, Error> {
    let objects = desired(cx, record).await?;
    let Some(wanted) = objects.iter().find(|candidate| ObjectRef::of(candidate) == *object) else {
        return Ok(None);
    };
    Ok(Some(match repair_one(cx, wanted).await? {
        Outcome::Same(tracked) => (tracked, None),
        Outcome::Repaired(repaired) => (repaired.tracked.clone(), Some(repaired)),
    }))
}

enum Outcome {
    Same(Tracked),
    Repaired(Repaired),
}

async fn repair_one(cx: &Context, object: &Value) -> Result<Outcome, Error> {
    let reference = ObjectRef::of(object);
    let Some(live) = cx.cluster.get(&reference).await? else {
        let applied = create_or_adopt(&cx.cluster, &cx.ownership, object).await?;
        return Ok(Outcome::Repaired(Repaired {
            tracked: track(object, &applied),
            difference: None,
        }));
    };
    match covers(&serde_json::to_value(&live).unwrap_or_default(), object) {
        None => Ok(Outcome::Same(track(object, &live.into()))),
        Some(difference) => {
            let applied = apply(&cx.cluster, &cx.ownership, object, false).await?;
            let tracked = track(object, &applied);
            Ok(Outcome::Repaired(Repaired {
                tracked,
                difference: Some(difference),
            }))
        }
    }
}
