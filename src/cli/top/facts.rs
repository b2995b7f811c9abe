//! What there is to show.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use k8s_openapi::jiff::Timestamp;
use kube::ResourceExt as _;
use kube::api::DynamicObject;
use serde_json::Value;

use super::scrape::Scrape;
use crate::age::age;
use crate::standing::{Standing, conditions, pods, revision};

/// The metric of objects that were brought back.
const REPAIRED: &str = "chartwright_drift_repaired_total";

/// All that is shown at one moment.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) releases: Vec<Release>,
    /// What metrics tell; `None` if they can't be read.
    pub(super) work: Option<Work>,
    /// What can't be read, a line each.
    pub(super) problems: Vec<String>,
}

/// A release, off its custom resource.
#[derive(Clone, Debug)]
pub(super) struct Release {
    pub(super) kind: String,
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) standing: Standing,
    pub(super) revision: u64,
    pub(super) objects: u64,
    pub(super) pods: String,
    /// How many of its objects were brought back since the operator's start; `None` where metrics don't tell.
    pub(super) repaired: Option<f64>,
    /// When it was made, in seconds since 1970.
    pub(super) created: i64,
    pub(super) age: String,
    pub(super) message: String,
    pub(super) conditions: Vec<Condition>,
}

#[derive(Clone, Debug)]
pub(super) struct Condition {
    pub(super) kind: String,
    pub(super) status: String,
    pub(super) reason: String,
    pub(super) message: String,
}

/// What the operator has done, and does now.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Work {
    pub(super) version: String,
    /// Whether it leads; `None` without an election.
    pub(super) leads: Option<bool>,
    pub(super) up: String,
    pub(super) waiting: f64,
    pub(super) running: f64,
    pub(super) places: f64,
    pub(super) looks: Count,
    pub(super) failures: f64,
    pub(super) repaired: f64,
    pub(super) requests: Count,
    pub(super) refused: f64,
    /// In bytes.
    pub(super) memory: f64,
    /// The part of one processor that is used; `None` before the second scrape.
    pub(super) processor: Option<f64>,
}

/// Something that is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Count {
    pub(super) total: f64,
    /// How many in a second; `None` before the second scrape.
    pub(super) rate: Option<f64>,
}

impl Release {
    pub(super) fn of(kind: &str, object: &DynamicObject) -> Self {
        let objects = object.data.pointer("/status/objects").and_then(Value::as_u64);
        let created = object.creation_timestamp().map(|time| time.0);
        let standing = Standing::of(object);
        Self {
            kind: kind.to_owned(),
            namespace: object.namespace().unwrap_or_default(),
            name: object.name_any(),
            standing,
            revision: revision(object).unwrap_or_default(),
            objects: objects.unwrap_or_default(),
            pods: pods(object).to_owned(),
            repaired: None,
            created: created.map_or(0, Timestamp::as_second),
            age: age(created),
            message: one_line(&standing.message(object)),
            conditions: conditions(object).map(Condition::of).collect(),
        }
    }
}

impl Release {
    /// The same with what metrics tell of it.
    pub(super) fn with_metrics(mut self, scrape: &Scrape) -> Self {
        let is_own = |labels: &BTreeMap<String, String>| {
            let says = |name: &str, wanted: &str| labels.get(name).map_or("", String::as_str) == wanted;
            says("kind", &self.kind) && says("name", &self.name) && says("namespace", &self.namespace)
        };
        self.repaired = Some(scrape.sum_where(REPAIRED, is_own).unwrap_or_default());
        self
    }

    /// How often drift was mended, as a table shows it.
    pub(super) fn drift(&self) -> String {
        self.repaired.map(|count| count.to_string()).unwrap_or_default()
    }
}

impl Condition {
    fn of(condition: &Value) -> Self {
        let text = |key: &str| one_line(condition[key].as_str().unwrap_or_default());
        Self {
            kind: text("type"),
            status: text("status"),
            reason: text("reason"),
            message: text("message"),
        }
    }
}

/// A text without line breaks and whatever else a terminal might obey.
fn one_line(text: &str) -> String {
    let plain = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter });
    plain.collect()
}

impl Work {
    /// What a scrape tells, and the one before it, which is `since` older. `now` is in seconds since 1970.
    pub(super) fn of(scrape: &Scrape, before: Option<(&Scrape, Duration)>, now: f64) -> Option<Self> {
        let build = scrape.labels("helm_operator_build_info").next()?;
        let sum = |name: &str| scrape.sum(name).unwrap_or_default();
        let rate = |name: &str| {
            let (before, since) = before?;
            let grown = sum(name) - before.sum(name).unwrap_or_default();
            // A process that was started anew counts from zero.
            (grown >= 0.0 && !since.is_zero()).then(|| grown / since.as_secs_f64())
        };
        let count = |name: &str| Count {
            total: sum(name),
            rate: rate(name),
        };
        let is_refused = |code: &String| code.parse::<u16>().map_or(true, |code| code >= 400);
        let up = now - sum("process_start_time_seconds");
        #[expect(clippy::cast_possible_truncation, reason = "whole seconds are wanted")]
        let up = crate::age::text(up as i64);
        Some(Self {
            version: build
                .get("version")
                .map(|version| one_line(version))
                .unwrap_or_default(),
            leads: scrape.sum("leader_election_master_status").map(|leads| leads > 0.0),
            up,
            waiting: sum("workqueue_depth"),
            running: sum("controller_runtime_active_workers"),
            places: sum("controller_runtime_max_concurrent_reconciles"),
            looks: count("controller_runtime_reconcile_total"),
            failures: sum("controller_runtime_reconcile_errors_total"),
            repaired: sum(REPAIRED),
            requests: count("rest_client_requests_total"),
            refused: scrape
                .sum_where("rest_client_requests_total", |labels| {
                    labels.get("code").is_some_and(is_refused)
                })
                .unwrap_or_default(),
            memory: sum("process_resident_memory_bytes"),
            processor: rate("process_cpu_seconds_total"),
        })
    }
}

/// The lines about the operator's work, for any view.
pub(super) fn work_lines(work: Option<&Work>) -> Vec<String> {
    let Some(work) = work else {
        return vec!["No metrics.".to_owned()];
    };
    let rate = |count: Count| match count.rate {
        Some(rate) => format!("{} ({rate:.1}/s)", count.total),
        None => count.total.to_string(),
    };
    let leads = match work.leads {
        None => "",
        Some(true) => "  leads",
        Some(false) => "  stands by",
    };
    let processor = work
        .processor
        .map_or_else(String::new, |part| format!("  processor {:.1} %", part * 100.0));
    vec![
        format!(
            "Operator {}  up {}{leads}  memory {:.1} MiB{processor}",
            work.version,
            work.up,
            work.memory / 1_048_576.0
        ),
        format!(
            "Queue {}  workers {}/{}  looks {}  failed {}  drift repaired {}",
            work.waiting,
            work.running,
            work.places,
            rate(work.looks),
            work.failures,
            work.repaired
        ),
        format!("API requests {}  refused {}", rate(work.requests), work.refused),
    ]
}

/// How many releases stand how, in words.
pub(super) fn count_line(releases: &[Release]) -> String {
    let mut text = format!("Releases {}", releases.len());
    for standing in Standing::ALL {
        let count = releases.iter().filter(|release| release.standing == standing).count();
        if count > 0 {
            // Writing into a string can't fail.
            let _ = write!(text, "  {} {count}", standing.word());
        }
    }
    text
}
