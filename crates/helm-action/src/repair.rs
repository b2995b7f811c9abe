//! Drift: objects of a release that are no longer as the chart says.

use helm_kube::{Difference, ObjectRef, Record};
use kube::api::DynamicObject;
use serde_json::Value;

use crate::objects::{manifests, stamped_all, track};
use crate::send::{Sent, bring_from};
use crate::{Context, Error, Tracked};

/// An object that was brought back.
#[derive(Clone, Debug)]
pub struct Repaired {
    /// The object, as it is now.
    pub tracked: Tracked,
    /// What had happened: the first chart field that differed, or `None` if the object was gone.
    pub difference: Option<Difference>,
}

/// The objects that a stored revision has in the cluster, as they should be.
async fn desired(cx: &Context, record: &Record) -> Result<Vec<Value>, Error> {
    stamped_all(cx, &manifests(record)?).await
}

/// Checks all objects of a stored revision and brings back those that are gone or differ. One that can't be brought back
/// keeps no other from it; the first such error is returned.
pub async fn check(cx: &Context, record: &Record) -> Result<(Vec<Tracked>, Vec<Repaired>), Error> {
    let mut tracked = Vec::new();
    let mut repaired = Vec::new();
    let mut failure = None;
    for object in desired(cx, record).await? {
        let repaired_one = match cx.cluster.get(&ObjectRef::of(&object)).await {
            Ok(live) => repair_one(cx, &object, live).await,
            Err(error) => Err(error.into()),
        };
        match repaired_one {
            Ok(Outcome::Same(found)) => tracked.push(found),
            Ok(Outcome::Repaired(found)) => {
                tracked.push(found.tracked.clone());
                repaired.push(found);
            }
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    failure.map_or(Ok((tracked, repaired)), Err)
}

/// Brings one object of a stored revision back if it is gone or differs; `live` is the object as it was seen just now.
/// `None` if the revision has no such object.
pub async fn repair(
    cx: &Context,
    record: &Record,
    object: &ObjectRef,
    live: Option<DynamicObject>,
) -> Result<Option<(Tracked, Option<Repaired>)>, Error> {
    let objects = desired(cx, record).await?;
    let Some(wanted) = objects.iter().find(|candidate| ObjectRef::of(candidate) == *object) else {
        return Ok(None);
    };
    Ok(Some(match repair_one(cx, wanted, live).await? {
        Outcome::Same(tracked) => (tracked, None),
        Outcome::Repaired(repaired) => (repaired.tracked.clone(), Some(repaired)),
    }))
}

enum Outcome {
    Same(Tracked),
    Repaired(Repaired),
}

async fn repair_one(cx: &Context, object: &Value, live: Option<DynamicObject>) -> Result<Outcome, Error> {
    let (applied, difference) = match bring_from(cx, live, object, std::slice::from_ref(object)).await? {
        Sent::Same(applied) => return Ok(Outcome::Same(track(object, &applied))),
        Sent::Created(applied) => (applied, None),
        Sent::Applied(applied, difference) => (applied, difference),
    };
    let tracked = track(object, &applied);
    Ok(Outcome::Repaired(Repaired { tracked, difference }))
}
