//! What becomes of objects, as a watch tells it.

use std::collections::HashSet;
use std::time::Instant;

use anyhow::{Result, bail};
use futures::StreamExt as _;
use kube::ResourceExt as _;
use kube::api::{Api, DynamicObject};
use kube::runtime::watcher::{self, Event, watcher};
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::process::PATIENCE;

/// A state of an object that was seen.
pub(crate) struct Change {
    pub(crate) at: Instant,
    pub(crate) name: String,
    /// The object; its last state where it is gone.
    pub(crate) object: Value,
    pub(crate) is_gone: bool,
}

/// The changes of all objects of one kind in one namespace. The watch ends with this.
pub(crate) struct Changes {
    receiver: UnboundedReceiver<Change>,
    task: JoinHandle<()>,
}

impl Changes {
    /// Starts to watch, and waits until that has begun.
    pub(crate) async fn of(api: Api<DynamicObject>) -> Self {
        let (sender, receiver) = unbounded_channel();
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let mut begun = Some(begun);
        let task = tokio::spawn(async move {
            let mut events = watcher(api, watcher::Config::default()).boxed();
            while let Some(event) = events.next().await {
                let (object, is_gone) = match event {
                    Ok(Event::Apply(object) | Event::InitApply(object)) => (object, false),
                    Ok(Event::Delete(object)) => (object, true),
                    Ok(Event::InitDone) => {
                        begun.take().map(|begun| begun.send(()));
                        continue;
                    }
                    Ok(Event::Init) | Err(_) => continue,
                };
                let change = Change {
                    at: Instant::now(),
                    name: object.name_any(),
                    object: serde_json::to_value(object).unwrap_or_default(),
                    is_gone,
                };
                if sender.send(change).is_err() {
                    return;
                }
            }
        });
        // Where the watch never begins, the first wait tells.
        let _ = has_begun.await;
        Self { receiver, task }
    }

    /// Forgets what was seen and not waited for.
    pub(crate) fn skip(&mut self) {
        while self.receiver.try_recv().is_ok() {}
    }

    /// Waits until each of these objects was seen in a state that `is_done`; when the last of them was.
    pub(crate) async fn wait(
        &mut self,
        what: &str,
        names: impl IntoIterator<Item = String>,
        is_done: impl Fn(&Change) -> bool,
    ) -> Result<Instant> {
        let mut pending: HashSet<String> = names.into_iter().collect();
        let mut last = Instant::now();
        while !pending.is_empty() {
            let Ok(Some(change)) = timeout(PATIENCE, self.receiver.recv()).await else {
                bail!(
                    "waited in vain for {} to be {what}",
                    pending.iter().next().map_or("", String::as_str)
                );
            };
            if pending.contains(&change.name) && is_done(&change) {
                pending.remove(&change.name);
                last = change.at;
            }
        }
        Ok(last)
    }
}

impl Drop for Changes {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Whether a resource's release is deployed with this text in its manifest.
pub(crate) fn is_deployed(change: &Change, text: &str) -> bool {
    let status = &change.object["status"];
    let conditions = status["conditions"].as_array();
    let is_deployed = |condition: &Value| condition["type"] == "Deployed" && condition["status"] == "True";
    conditions.is_some_and(|conditions| conditions.iter().any(is_deployed))
        && status["deployedRelease"]["manifest"]
            .as_str()
            .is_some_and(|manifest| manifest.contains(text))
}
