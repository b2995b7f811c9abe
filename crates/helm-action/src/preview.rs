//! What bringing out a release would change, asked of the server and not done.

mod lost;

use helm_kube::{ObjectRef, Refusal, has_former_managers};
use helm_release::Manifest;
use kube::api::DynamicObject;
use serde_json::Value;

use self::lost::remove_lost;
use crate::definitions::{is_unserved, replacement};
use crate::deploy::{Previous, orphans, previous_objects};
use crate::objects::{loses_fields, object_of, stamped, to_json};
use crate::policy::{DefinitionPolicy, OnImmutable};
use crate::send::{marked, refuse_foreign};
use crate::{Context, Desired, Error, History, claims};

/// An object before and after; the same in both where nothing would change.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Which object.
    pub object: ObjectRef,
    /// As it is in the cluster; `None` if it is not there.
    pub before: Option<Value>,
    /// As the server would have it, with its defaults; `None` if it would go.
    pub after: Option<Value>,
}

/// What [`crate::deploy`] would do to each object, in its order: definitions, objects, and those that go. Hooks are left
/// out. The server is asked by dry runs, so that it refuses what it would refuse then.
pub async fn preview(cx: &Context, history: &History, desired: &Desired) -> Result<Vec<Change>, Error> {
    let previous = previous_objects(cx, history.present()).await?;
    let mut changes = Vec::new();
    for manifest in &desired.definitions {
        changes.extend(definition(cx, manifest).await?);
    }
    for manifest in &desired.manifests {
        changes.extend(object(cx, manifest, &previous).await?);
    }
    let now: Vec<ObjectRef> = changes.iter().map(|change| change.object.clone()).collect();
    for (reference, live) in orphans(cx, &previous, &now).await? {
        changes.push(Change {
            object: reference.clone(),
            before: Some(to_json(&live)),
            after: None,
        });
    }
    Ok(changes)
}

async fn definition(cx: &Context, manifest: &Manifest) -> Result<Option<Change>, Error> {
    let Some(wanted) = object_of(manifest)?.filter(|_| cx.policy.definitions != DefinitionPolicy::Skip) else {
        return Ok(None);
    };
    let object = ObjectRef::of(&wanted);
    let Some(live) = cx.cluster.get(&object).await? else {
        return Ok(Some(created(cx, object, &wanted).await?));
    };
    if cx.policy.definitions != DefinitionPolicy::CreateReplace {
        return Ok(None);
    }
    let live = to_json(&live);
    let after = cx.cluster.try_replace(&replacement(&live, &wanted)).await?;
    Ok(Some(Change {
        object,
        before: Some(live),
        after: Some(to_json(&after.object)),
    }))
}

async fn object(cx: &Context, manifest: &Manifest, previous: &Previous) -> Result<Option<Change>, Error> {
    let wanted = match stamped(&cx.cluster, &cx.ownership, manifest).await {
        // Something else of the release defines the kind.
        Err(error) if is_unserved(&error) => {
            return Ok(object_of(manifest)?.map(|wanted| Change {
                object: ObjectRef::of(&wanted),
                before: None,
                after: Some(wanted),
            }));
        }
        wanted => wanted?,
    };
    let Some(wanted) = wanted else { return Ok(None) };
    let object = ObjectRef::of(&wanted);
    let before = previous.get(&object).map_or(&[][..], Vec::as_slice);
    let Some(live) = cx.cluster.get(&object).await? else {
        return Ok(Some(created(cx, object, &wanted).await?));
    };
    let json = to_json(&live);
    refuse_foreign(cx, object.clone(), &live, &json, before)?;
    let after = changed(cx, &wanted, &live, &json, before).await?;
    Ok(Some(Change {
        object,
        before: Some(json),
        after: Some(after),
    }))
}

/// An object that is not there yet.
async fn created(cx: &Context, object: ObjectRef, wanted: &Value) -> Result<Change, Error> {
    let after = match cx.cluster.try_apply(wanted).await {
        Ok(made) => to_json(&made.object),
        // Its namespace is made together with it.
        Err(error) if error.is_not_found() => wanted.clone(),
        Err(error) => return Err(error.into()),
    };
    Ok(Change {
        object,
        before: None,
        after: Some(after),
    })
}

/// What would become of an object that is there: as `send::bring` has it, and what it needs where the server minds.
async fn changed(
    cx: &Context,
    wanted: &Value,
    live: &DynamicObject,
    json: &Value,
    before: &[Value],
) -> Result<Value, Error> {
    if cx.force && !before.is_empty() {
        let mut put = wanted.clone();
        put["metadata"]["resourceVersion"] = live.metadata.resource_version.clone().into();
        return Ok(to_json(&cx.cluster.try_replace(&put).await?.object));
    }
    let left_alone = cx.policy.left_alone(json, wanted, before)?;
    let to_apply = marked(cx, left_alone.to_apply(wanted, json));
    let after = match cx.cluster.try_apply(&to_apply).await {
        Ok(applied) => to_json(&applied.object),
        Err(error) if error.is_invalid() => {
            let is_immutable = Refusal::of(&error.causes(), wanted) == Refusal::Immutable;
            let grows = claims::growth(json, wanted).is_some();
            if is_immutable && !grows && cx.policy.on_immutable(wanted)? == OnImmutable::Fail {
                return Err(error.into());
            }
            return Ok(if is_immutable {
                to_json(&cx.cluster.try_create(&left_alone.to_create(wanted, json)).await?)
            } else {
                let merged = cx.cluster.try_merge(&ObjectRef::of(wanted), &to_apply).await;
                to_json(&merged.map_err(|_| error)?.object)
            });
        }
        Err(error) => return Err(error.into()),
    };
    // Fields that a former manager owns leave only after they are ours, which a dry run can't bring about.
    if !has_former_managers(live) || !before.iter().any(|before| loses_fields(before, wanted)) {
        return Ok(after);
    }
    let mut without = after.clone();
    for before in before {
        remove_lost(&mut without, before, Some(wanted));
    }
    // The server may have defaults for what is left out, or mind.
    let defaulted = cx.cluster.try_replace(&without).await;
    Ok(defaulted.map_or(without, |replaced| to_json(&replaced.object)))
}
