//! Events as the API server keeps them: what happens once more counts up the event that told of it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use k8s_openapi::api::core::v1::ObjectReference;
use k8s_openapi::api::events::v1::Event;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta};
use k8s_openapi::jiff::Timestamp;
use kube::api::{Api, Patch, PatchParams, PostParams};
use kube::{Client, Error};
use serde_json::json;
use tokio::time::Instant;

/// Who events say that they are from.
const REPORTER: &str = "chartwright";

/// What happens again after this long has an event of its own.
const SERIES_END: Duration = Duration::from_mins(6);

/// What is told of an object.
pub(super) struct Told {
    /// The object.
    pub(super) regarding: ObjectReference,
    /// Another object that it is about, or none.
    pub(super) related: Option<ObjectReference>,
    /// `Normal` or `Warning`.
    pub(super) kind: &'static str,
    pub(super) reason: String,
    pub(super) note: String,
}

/// Publishes events. Those that tell the same of the same object are one.
pub(super) struct Recorder {
    client: Client,
    series: Mutex<HashMap<Key, Series>>,
}

/// What is the same in all of a series: the object, the one that it is about, the reason and the note. client-go leaves out
/// the note, and so keeps the first cause of several failures.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    object: [Option<String>; 3],
    related: [Option<String>; 3],
    reason: String,
    note: String,
}

/// An event, and how often it happened.
struct Series {
    event: String,
    count: i32,
    last: Instant,
}

impl Recorder {
    pub(super) fn new(client: Client) -> Self {
        Self {
            client,
            series: Mutex::default(),
        }
    }

    /// Publishes an event, in the object's namespace.
    pub(super) async fn publish(&self, told: Told) -> Result<(), Error> {
        let namespace = told.regarding.namespace.clone().unwrap_or_else(|| "default".into());
        let events: Api<Event> = Api::namespaced(self.client.clone(), &namespace);
        let key = key(&told);
        if let Some((name, count)) = self.next(&key) {
            let series = json!({"series": {"count": count, "lastObservedTime": MicroTime(Timestamp::now())}});
            match events
                .patch(&name, &PatchParams::default(), &Patch::Merge(&series))
                .await
            {
                // Events live for an hour only.
                Err(Error::Api(answer)) if answer.code == 404 => {}
                result => return result.map(drop),
            }
        }
        let event = event(told, &namespace);
        let name = event.metadata.name.clone().unwrap_or_default();
        events.create(&PostParams::default(), &event).await?;
        let begun = Series {
            event: name,
            count: 1,
            last: Instant::now(),
        };
        self.lock().insert(key, begun);
        Ok(())
    }

    /// The event that tells the same, and how often that happened, with this time.
    fn next(&self, key: &Key) -> Option<(String, i32)> {
        let mut all = self.lock();
        let now = Instant::now();
        all.retain(|_, series| now.duration_since(series.last) < SERIES_END);
        let series = all.get_mut(key)?;
        series.count = series.count.saturating_add(1);
        series.last = now;
        Some((series.event.clone(), series.count))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Series>> {
        self.series.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(told: &Told) -> Key {
    let name = |object: &ObjectReference| [object.kind.clone(), object.name.clone(), object.uid.clone()];
    Key {
        object: [
            told.regarding.namespace.clone(),
            told.regarding.name.clone(),
            told.regarding.uid.clone(),
        ],
        related: told.related.as_ref().map(name).unwrap_or_default(),
        reason: told.reason.clone(),
        note: told.note.clone(),
    }
}

fn event(told: Told, namespace: &str) -> Event {
    let now = Timestamp::now();
    let name = told.regarding.name.as_deref().unwrap_or(REPORTER);
    Event {
        metadata: ObjectMeta {
            name: Some(format!("{name}.{:x}", now.as_nanosecond())),
            namespace: Some(namespace.to_owned()),
            ..ObjectMeta::default()
        },
        action: Some("Reconcile".into()),
        event_time: Some(MicroTime(now)),
        note: Some(told.note),
        reason: Some(told.reason),
        regarding: Some(told.regarding),
        related: told.related,
        reporting_controller: Some(REPORTER.into()),
        reporting_instance: Some(REPORTER.into()),
        type_: Some(told.kind.into()),
        ..Event::default()
    }
}
