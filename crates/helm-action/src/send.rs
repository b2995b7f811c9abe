//! One object of a release, brought to what the chart says.

use helm_kube::{Applied, Claim, Difference, Error as KubeError, FIELD_MANAGER, LeftAlone, ObjectRef, Refusal};
use helm_kube::{clearing, covers};
use kube::ResourceExt;
use kube::api::DynamicObject;
use serde_json::Value;

use crate::objects::{loses_fields, to_json, track};
use crate::{Context, Error, Tracked, replace};

/// How often an object is looked at anew, where somebody else changes it at the same time.
const ATTEMPTS: usize = 5;

/// What became of an object.
#[derive(Debug)]
pub(crate) enum Sent {
    /// It is as the chart says already.
    Same(Applied),
    /// It was not there, and is now.
    Created(Applied),
    /// It was applied; which chart field differed first, if any.
    Applied(Applied, Option<Difference>),
}

impl Sent {
    pub(crate) fn applied(self) -> Applied {
        match self {
            Self::Same(applied) | Self::Created(applied) | Self::Applied(applied, _) => applied,
        }
    }
}

/// A change of an object that is there.
pub(crate) struct Change<'a> {
    /// What the chart says.
    pub(crate) desired: &'a Value,
    /// The object as it is.
    pub(crate) live: Value,
    /// Which chart fields are left as they are.
    pub(crate) left_alone: LeftAlone,
}

/// Brings an object to what `desired` says. `before` is what earlier revisions had of it, each that may have been sent;
/// without any, the object is expected not to exist, and if it does, it must have the release's marks.
pub(crate) async fn bring(cx: &Context, desired: &Value, before: &[Value]) -> Result<Sent, Error> {
    if before.is_empty() {
        match cx.cluster.create(desired).await {
            Err(error) if error.is_already_exists() => {}
            result => return Ok(Sent::Created(result?)),
        }
    }
    let live = cx.cluster.get(&ObjectRef::of(desired)).await?;
    bring_from(cx, live, desired, before).await
}

/// As [`bring`], for an object that is known to be as the deployed revision left it, without reading it: nothing is sent
/// where nothing is new, and what is sent names the version that is known. `None` if that can't be done, or somebody was
/// faster: then the object must be read.
pub(crate) async fn bring_untouched(cx: &Context, desired: &Value, before: &[Value]) -> Result<Option<Tracked>, Error> {
    let object = ObjectRef::of(desired);
    let known = cx.untouched.iter().find(|known| known.object == object);
    let Some(known) = known.filter(|_| !cx.force && !before.is_empty()) else {
        return Ok(None);
    };
    if before.iter().all(|before| before == desired) {
        return Ok(Some(known.clone()));
    }
    let is_left_alone = cx.policy.left_alone(&Value::Null, desired, before)? != LeftAlone::default();
    if known.is_scaled || is_left_alone || before.iter().any(|before| loses_fields(before, desired)) {
        return Ok(None);
    }
    let mut wanted = desired.clone();
    wanted["metadata"]["resourceVersion"] = known.version.to_string().into();
    match cx.cluster.apply(&wanted).await {
        // What the server minds can be mended only by those who have read the object.
        Err(error) if error.is_conflict() || error.is_invalid() => Ok(None),
        applied => Ok(Some(track(desired, &applied?))),
    }
}

/// As [`bring`], for an object as it was seen just now; `None` if it was not there.
pub(crate) async fn bring_from(
    cx: &Context,
    live: Option<DynamicObject>,
    desired: &Value,
    before: &[Value],
) -> Result<Sent, Error> {
    let mut live = live;
    for _ in 1..ATTEMPTS {
        match attempt(cx, live, desired, before).await {
            Err(error) if error.is_conflict() || error.is_already_exists() => {}
            result => return result,
        }
        live = cx.cluster.get(&ObjectRef::of(desired)).await?;
    }
    attempt(cx, live, desired, before).await
}

async fn attempt(cx: &Context, live: Option<DynamicObject>, desired: &Value, before: &[Value]) -> Result<Sent, Error> {
    let object = ObjectRef::of(desired);
    let Some(live) = live else {
        return Ok(Sent::Created(cx.cluster.create(desired).await?));
    };
    let json = to_json(&live);
    refuse_foreign(cx, object, &live, &json, before)?;
    let left_alone = cx.policy.left_alone(&json, desired, before)?;
    let difference = covers(&json, desired, &left_alone);
    let is_old = !before.is_empty() && before.iter().all(|before| before == desired);
    if is_old && difference.is_none() {
        return Ok(Sent::Same(live.into()));
    }
    // What owns a field that goes must be settled before the apply.
    let loses_fields = before.is_empty() || before.iter().any(|before| loses_fields(before, desired));
    let live = if loses_fields {
        to_json(&cx.cluster.take_over(live).await?)
    } else {
        json
    };
    let change = Change {
        desired,
        live,
        left_alone,
    };
    Ok(Sent::Applied(apply(cx, &change).await?, difference))
}

/// An object that is not marked as the release's is not taken over. One that was ours and has lost its marks has our
/// fields still; one that somebody put in its place has not.
pub(crate) fn refuse_foreign(
    cx: &Context,
    object: ObjectRef,
    live: &DynamicObject,
    json: &Value,
    before: &[Value],
) -> Result<(), KubeError> {
    let is_by_us = |manager: &str| manager == FIELD_MANAGER;
    let was_ours = !before.is_empty()
        && live
            .managed_fields()
            .iter()
            .any(|entry| entry.manager.as_deref().is_some_and(is_by_us));
    match cx.ownership.claim(json) {
        Claim::Ours => Ok(()),
        Claim::Unmarked(_) if was_ours => Ok(()),
        Claim::Unmarked(reason) | Claim::Foreign(reason) => Err(KubeError::Foreign { object, reason }),
    }
}

/// Applies a change. What the server minds is mended, if it can be.
async fn apply(cx: &Context, change: &Change<'_>) -> Result<Applied, Error> {
    let wanted = marked(cx, change.left_alone.to_apply(change.desired, &change.live));
    match cx.cluster.apply(&wanted).await {
        // That is rare, and its future large.
        Err(error) if error.is_invalid() => Box::pin(mend(cx, change, &wanted, error)).await,
        result => Ok(result?),
    }
}

/// Mends what the server minds in an object, and applies it again; the first error stays where there is no cure.
async fn mend(cx: &Context, change: &Change<'_>, wanted: &Value, error: KubeError) -> Result<Applied, Error> {
    let mut error = error;
    if let Refusal::Leftover(leftovers) = Refusal::of(&error.causes(), change.desired) {
        let patch = clearing(&leftovers, change.desired);
        if cx.cluster.merge(&ObjectRef::of(change.desired), &patch).await.is_ok() {
            error = match cx.cluster.apply(wanted).await {
                Err(error) if error.is_invalid() => error,
                result => return Ok(result?),
            };
        }
    }
    if Refusal::of(&error.causes(), change.desired) == Refusal::Immutable {
        return replace::replace(cx, change, error).await;
    }
    // Items that somebody put into a list may stand in the way of the chart's.
    match cx.cluster.overwrite(wanted).await {
        Ok(_) => Ok(cx.cluster.apply(wanted).await?),
        Err(_) => Err(error.into()),
    }
}

/// The object with the release's marks, whatever is left alone of it.
pub(crate) fn marked(cx: &Context, mut object: Value) -> Value {
    let is_namespaced = ObjectRef::of(&object).namespace.is_some();
    cx.ownership.stamp(&mut object, is_namespaced);
    object
}
