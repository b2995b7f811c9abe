//! A change that the server can't make in place: the object is made anew, if that is wished.

use helm_kube::{Applied, Error as KubeError, ObjectRef, Propagation, Refusal};
use kube::ResourceExt;
use serde_json::Value;
use tokio::time::{Duration, Instant, sleep};

use crate::claims::{self, Growth};
use crate::notice::Notice;
use crate::policy::OnImmutable;
use crate::send::{Change, marked};
use crate::{Context, Error};

/// How often an object that is on its way out is looked at.
const POLL: Duration = Duration::from_millis(100);

/// Makes an object anew whose change the server refused with `refusal`; that is the error where it is to stay.
///
/// A `StatefulSet` of which only the claims grow is replaced without its pods, whatever the policy.
pub(crate) async fn replace(cx: &Context, change: &Change<'_>, refusal: KubeError) -> Result<Applied, Error> {
    if let Some(growth) = claims::growth(&change.live, change.desired)
        && only_grows(cx, change, &growth).await?
    {
        return expand(cx, change, &growth).await;
    }
    match cx.policy.on_immutable(change.desired)? {
        OnImmutable::Fail => Err(refusal.into()),
        OnImmutable::Recreate => recreate(cx, change, &refusal).await,
    }
}

/// Deletes an object with all that belongs to it, so that nothing of the old one runs beside the new one, and creates it.
async fn recreate(cx: &Context, change: &Change<'_>, refusal: &KubeError) -> Result<Applied, Error> {
    let reasons = refusal.causes();
    let reasons: Vec<String> = reasons
        .iter()
        .map(|cause| format!("{}: {}", cause.field, cause.short()))
        .collect();
    let reason = reasons.join("; ");
    let object = ObjectRef::of(change.desired);
    let applied = renew(cx, change, Propagation::Foreground).await?;
    cx.notices
        .add(&cx.ownership.release, Notice::Recreated { object, reason });
    Ok(applied)
}

/// Whether the server would take the change, were it not for the sizes of claims.
async fn only_grows(cx: &Context, change: &Change<'_>, growth: &[Growth]) -> Result<bool, Error> {
    let small = claims::with_sizes(change.desired, growth);
    let wanted = marked(cx, change.left_alone.to_apply(&small, &change.live));
    match cx.cluster.try_apply(&wanted).await {
        Ok(_) => Ok(true),
        Err(error) if error.is_invalid() => {
            // Other leftovers are the business of the apply that follows.
            Ok(matches!(
                Refusal::of(&error.causes(), change.desired),
                Refusal::Leftover(_)
            ))
        }
        Err(error) => Err(error.into()),
    }
}

/// Expands the claims of a `StatefulSet`, and puts the new one in the place of the old one around its pods.
async fn expand(cx: &Context, change: &Change<'_>, growth: &[Growth]) -> Result<Applied, Error> {
    let object = ObjectRef::of(change.desired);
    let claims = claims::expand(cx, &object, &change.live, growth)
        .await
        .map_err(|source| Error::Expand {
            object: object.clone(),
            source: source.into(),
        })?;
    let applied = renew(cx, change, Propagation::Orphan).await?;
    cx.notices
        .add(&cx.ownership.release, Notice::Expanded { object, claims });
    Ok(applied)
}

async fn renew(cx: &Context, change: &Change<'_>, propagation: Propagation) -> Result<Applied, Error> {
    let object = ObjectRef::of(change.desired);
    let anew = marked(cx, change.left_alone.to_create(change.desired, &change.live));
    let uid = change
        .live
        .pointer("/metadata/uid")
        .and_then(Value::as_str)
        .unwrap_or_default();
    cx.cluster.delete(&object, Some(uid), propagation).await?;
    cx.slot.released(await_gone(cx, &object, uid)).await?;
    let made = cx.cluster.create(&anew).await?;
    Ok(cx.cluster.keep_scaled(made, &change.live).await?)
}

async fn await_gone(cx: &Context, object: &ObjectRef, uid: &str) -> Result<(), Error> {
    let deadline = Instant::now() + cx.hook_timeout;
    while let Some(live) = cx
        .cluster
        .get(object)
        .await?
        .filter(|live| live.metadata.uid.as_deref() == Some(uid))
    {
        if Instant::now() >= deadline {
            return Err(Error::Remains {
                object: object.clone(),
                finalizers: live.finalizers().to_vec(),
                seconds: cx.hook_timeout.as_secs(),
            });
        }
        sleep(POLL).await;
    }
    Ok(())
}
