//! Hooks: objects that are made, waited for and deleted at a point of a release's life.

use std::time::Duration;

use helm_kube::{Claim, ObjectRef, Propagation, Readiness, readiness};
use helm_release::{DeletePolicy, Hook, HookEvent, documents};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::objects::stamped;
use crate::{Context, Error};

/// How often a hook's object is looked at.
const POLL: Duration = Duration::from_millis(250);

/// Runs the hooks of `event` one after the other, by weight. The first that fails ends the operation.
pub(crate) async fn run(cx: &Context, hooks: &[Hook], event: HookEvent) -> Result<(), Error> {
    if cx.disable_hooks {
        return Ok(());
    }
    for hook in Hook::at(hooks, event) {
        let objects = objects(cx, hook).await?;
        if hook.is_deleted(DeletePolicy::BeforeHookCreation) {
            delete(cx, &objects).await?;
        }
        for object in &objects {
            create(cx, object).await?;
        }
        let outcome = cx.slot.released(await_all(cx, &objects, event)).await;
        let policy = if outcome.is_ok() {
            DeletePolicy::HookSucceeded
        } else {
            DeletePolicy::HookFailed
        };
        if hook.is_deleted(policy) {
            delete(cx, &objects).await?;
        }
        outcome?;
    }
    Ok(())
}

async fn objects(cx: &Context, hook: &Hook) -> Result<Vec<Value>, Error> {
    let manifests = documents(&hook.manifest).map_err(|source| Error::Manifest { revision: 0, source })?;
    let mut objects = Vec::new();
    for manifest in &manifests {
        objects.extend(stamped(&cx.cluster, &cx.ownership, manifest).await?);
    }
    Ok(objects)
}

/// Creates a hook's object. One that an operation left which was cut off is made anew; Helm would fail there.
async fn create(cx: &Context, object: &Value) -> Result<(), Error> {
    let error = match cx.cluster.create(object).await {
        Err(error) if error.is_already_exists() => error,
        result => return Ok(result.map(drop)?),
    };
    let live = cx.cluster.get(&ObjectRef::of(object)).await?;
    let live = serde_json::to_value(&live).unwrap_or_default();
    if cx.ownership.claim(&live) != Claim::Ours {
        return Err(error.into());
    }
    delete(cx, std::slice::from_ref(object)).await?;
    cx.cluster.create(object).await?;
    Ok(())
}

async fn delete(cx: &Context, objects: &[Value]) -> Result<(), Error> {
    for object in objects {
        let object = ObjectRef::of(object);
        cx.cluster.delete(&object, None, Propagation::Background).await?;
        if cx.cluster.get(&object).await?.is_some() {
            cx.slot.released(await_gone(cx, &object)).await?;
        }
    }
    Ok(())
}

async fn await_gone(cx: &Context, object: &ObjectRef) -> Result<(), Error> {
    let deadline = Instant::now() + cx.hook_timeout;
    while cx.cluster.get(object).await?.is_some() {
        if Instant::now() >= deadline {
            return Err(timeout(cx, object, "delete"));
        }
        sleep(POLL).await;
    }
    Ok(())
}

/// Helm waits for jobs and pods to end; any other hook has done its work when it is there.
async fn await_all(cx: &Context, objects: &[Value], event: HookEvent) -> Result<(), Error> {
    for object in objects {
        let object = ObjectRef::of(object);
        if matches!(object.gvk.kind.as_str(), "Job" | "Pod") {
            await_end(cx, &object, event.name()).await?;
        }
    }
    Ok(())
}

async fn await_end(cx: &Context, object: &ObjectRef, event: &'static str) -> Result<(), Error> {
    let deadline = Instant::now() + cx.hook_timeout;
    loop {
        if let Some(live) = cx.cluster.get(object).await? {
            let live = serde_json::to_value(&live).unwrap_or_default();
            let phase = live.pointer("/status/phase").and_then(Value::as_str);
            match readiness(&live) {
                Readiness::Failed(reason) => {
                    return Err(Error::Hook {
                        event,
                        object: object.clone(),
                        reason,
                    });
                }
                Readiness::Ready if object.gvk.kind == "Job" || phase == Some("Succeeded") => return Ok(()),
                Readiness::Ready | Readiness::InProgress(_) => {}
            }
        } else {
            // Its policy, its owner or somebody else removed it: there is nothing left to wait for.
            return Ok(());
        }
        if Instant::now() >= deadline {
            return Err(timeout(cx, object, event));
        }
        sleep(POLL).await;
    }
}

/// Waits until an object is ready, such as a definition that is to be established.
pub(crate) async fn await_ready(cx: &Context, object: &ObjectRef, event: &'static str) -> Result<(), Error> {
    let deadline = Instant::now() + cx.hook_timeout;
    while Instant::now() < deadline {
        if let Some(live) = cx.cluster.get(object).await? {
            match readiness(&serde_json::to_value(&live).unwrap_or_default()) {
                Readiness::Ready => return Ok(()),
                Readiness::Failed(reason) => {
                    return Err(Error::Hook {
                        event,
                        object: object.clone(),
                        reason,
                    });
                }
                Readiness::InProgress(_) => {}
            }
        }
        sleep(POLL / 5).await;
    }
    Err(timeout(cx, object, event))
}

fn timeout(cx: &Context, object: &ObjectRef, event: &'static str) -> Error {
    Error::HookTimeout {
        event,
        object: object.clone(),
        seconds: cx.hook_timeout.as_secs(),
    }
}
