//! The page of one release: how it is, its objects, what happened, and its revisions.

use helm_kube::{Readiness, Record, Secrets};
use k8s_openapi::api::core::v1::Event;
use k8s_openapi::jiff::Timestamp;
use kube::ResourceExt as _;
use kube::api::{Api, ListParams};
use serde::Serialize;
use serde_json::Value;

use super::{Head, Subject, path};
use crate::age::{age, age_of};
use crate::reconcile::{Context, release_namespace};
use crate::standing::{Standing, conditions, pods, revision};

/// How many events are shown, the newest.
const MOST_EVENTS: usize = 50;

#[derive(Serialize)]
pub(super) struct Release {
    head: Head,
    kind: String,
    namespace: String,
    name: String,
    standing: Standing,
    message: String,
    age: String,
    revision: String,
    pods: String,
    conditions: Vec<Condition>,
    objects: Part<Object>,
    events: Part<Happened>,
    history: Part<Past>,
}

/// A table, or why there is none.
#[derive(Serialize)]
struct Part<T> {
    rows: Vec<T>,
    problem: String,
}

#[derive(Serialize)]
struct Condition {
    kind: String,
    status: String,
    reason: String,
    message: String,
    age: String,
}

#[derive(Serialize)]
struct Object {
    kind: String,
    namespace: String,
    name: String,
    health: &'static str,
    why: String,
}

#[derive(Serialize)]
struct Happened {
    age: String,
    is_warning: bool,
    reason: String,
    count: i32,
    note: String,
}

#[derive(Serialize)]
struct Past {
    href: String,
    revision: u32,
    age: String,
    updated: String,
    status: &'static str,
    chart: String,
    description: String,
}

pub(super) async fn view(cx: &Context, head: Head, subject: &Subject) -> Release {
    let object = &subject.object;
    let standing = Standing::of(object);
    Release {
        head,
        kind: subject.watch.gvk.to_string(),
        namespace: subject.key.namespace.clone().unwrap_or_default(),
        name: subject.key.name.clone(),
        standing,
        message: standing.message(object),
        age: age(object.creation_timestamp().map(|time| time.0)),
        revision: revision(object).map_or_else(String::new, |it| it.to_string()),
        pods: pods(object).to_owned(),
        conditions: conditions(object).map(Condition::of).collect(),
        objects: objects(cx, subject),
        events: events(cx, subject).await,
        history: history(cx, subject).await,
    }
}

impl Condition {
    fn of(condition: &Value) -> Self {
        let text = |key: &str| condition[key].as_str().unwrap_or_default().to_owned();
        Self {
            kind: text("type"),
            status: text("status"),
            reason: text("reason"),
            message: text("message"),
            age: age_of(&text("lastTransitionTime")),
        }
    }
}

impl<T> Part<T> {
    fn missing(problem: &str) -> Self {
        Self {
            rows: Vec::new(),
            problem: problem.to_owned(),
        }
    }

    fn of(rows: Vec<T>, otherwise: &str) -> Self {
        let problem = if rows.is_empty() {
            otherwise.to_owned()
        } else {
            String::new()
        };
        Self { rows, problem }
    }
}

fn objects(cx: &Context, subject: &Subject) -> Part<Object> {
    let Some(objects) = cx.objects(&subject.key) else {
        return Part::missing("The release has not been looked at yet.");
    };
    let row = |tracked: helm_action::Tracked| {
        let (health, why) = match tracked.readiness {
            Readiness::Ready => ("ready", String::new()),
            Readiness::InProgress(why) => ("progressing", why),
            Readiness::Failed(why) => ("failed", why),
        };
        Object {
            kind: tracked.object.gvk.kind,
            namespace: tracked.object.namespace.unwrap_or_default(),
            name: tracked.object.name,
            health,
            why,
        }
    };
    Part::of(objects.into_iter().map(row).collect(), "The chart makes no objects.")
}

/// What was told of the custom resource, the newest first.
async fn events(cx: &Context, subject: &Subject) -> Part<Happened> {
    let object = &subject.object;
    // Events of what is in no namespace are in this one.
    let namespace = object.namespace().unwrap_or_else(|| "default".to_owned());
    let api: Api<Event> = Api::namespaced(cx.cluster.client().clone(), &namespace);
    let of_object = format!("involvedObject.uid={}", object.uid().unwrap_or_default());
    let list = match api.list(&ListParams::default().fields(&of_object)).await {
        Ok(list) => list,
        Err(kube::Error::Api(status)) if status.code == 403 => {
            return Part::missing("The operator may not read events: let it `list` `events` of the core group.");
        }
        Err(error) => {
            tracing::debug!(
                error = crate::error::chain(&error),
                "failed to list events for the web page"
            );
            return Part::missing("Events can't be read now.");
        }
    };
    let mut events = list.items;
    events.sort_by_key(|event| std::cmp::Reverse(time_of(event)));
    let rows = events.into_iter().take(MOST_EVENTS).map(|event| Happened {
        age: age(time_of(&event)),
        is_warning: event.type_.as_deref() == Some("Warning"),
        reason: event.reason.unwrap_or_default(),
        count: event
            .series
            .and_then(|series| series.count)
            .or(event.count)
            .unwrap_or(1),
        note: event.message.unwrap_or_default(),
    });
    Part::of(
        rows.collect(),
        "There are none; the API server keeps events for an hour.",
    )
}

/// When an event happened last.
fn time_of(event: &Event) -> Option<Timestamp> {
    let series = event
        .series
        .as_ref()
        .and_then(|series| series.last_observed_time.as_ref());
    series
        .or(event.event_time.as_ref())
        .map(|time| time.0)
        .or_else(|| event.last_timestamp.as_ref().map(|time| time.0))
}

/// The revisions that are kept, the newest first.
async fn history(cx: &Context, subject: &Subject) -> Part<Past> {
    match records(cx, subject).await {
        Ok(records) => {
            let base = path(&subject.watch, &subject.key);
            let rows = records.iter().rev().map(|record| Past::of(&base, record));
            Part::of(rows.collect(), "No revision was made yet.")
        }
        Err(error) => {
            tracing::debug!(
                error = crate::error::chain(&error),
                "failed to read records for the web page"
            );
            Part::missing("The release records can't be read now.")
        }
    }
}

/// The records of a release, oldest first, as far as they can be read.
pub(super) async fn records(cx: &Context, subject: &Subject) -> Result<Vec<Record>, helm_kube::Error> {
    let namespace = release_namespace(cx, &subject.watch, &subject.object);
    let secrets = Secrets::new(cx.cluster.client().clone(), &namespace);
    Ok(secrets.history(&subject.key.name, false).await?.0)
}

impl Past {
    fn of(base: &str, record: &Record) -> Self {
        let release = &record.release;
        Self {
            href: format!("{base}/revisions/{}", release.version),
            revision: release.version,
            age: age_of(&release.info.last_deployed),
            updated: release.info.last_deployed.clone(),
            status: release.info.status.name(),
            chart: release.chart.full_name(),
            description: release.info.description.clone(),
        }
    }
}
