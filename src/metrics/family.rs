//! The table of metrics.

use std::fmt::Write as _;

/// A metric: its name, and what it counts.
#[derive(Debug)]
pub struct Family {
    /// Its name, with unit and `_total` as Prometheus wants them.
    pub name: &'static str,
    /// What it is.
    pub kind: FamilyKind,
    /// What it counts.
    pub help: &'static str,
    /// The names of its labels.
    pub labels: &'static [&'static str],
}

/// What a metric is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FamilyKind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
    /// It counts by size; the upper bounds of its buckets, growing, without the last, which is infinite.
    Histogram(&'static [f64]),
}

impl FamilyKind {
    /// Its word in Prometheus' text.
    pub fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram(_) => "histogram",
        }
    }
}

/// One constant and one row of [`FAMILIES`] for each line.
macro_rules! families {
    ($($constant:ident = $name:literal $kind:expr, [$($label:literal),*], $help:literal;)*) => {
        /// The metrics by their names in code.
        pub mod names {
            use super::FamilyKind::{Counter, Gauge, Histogram};
            use super::{Family, QUEUE_SECONDS, RECONCILE_SECONDS};

            $(
                #[doc = $help]
                pub static $constant: Family = Family { name: $name, kind: $kind, help: $help, labels: &[$($label),*] };
            )*
        }

        /// All metrics, in the order in which they are shown.
        pub static FAMILIES: &[&Family] = &[$(&names::$constant),*];
    };
}

/// controller-runtime's bounds for reconciles, in seconds.
const RECONCILE_SECONDS: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.25, 1.5,
    1.75, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 60.0,
];

/// client-go's bounds for work queues, in seconds.
const QUEUE_SECONDS: &[f64] = &[1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0, 1000.0];

families! {
    BUILD_INFO = "helm_operator_build_info" Gauge, ["commit", "version"], "What this operator was built from; always 1.";
    CREATED_AT = "resource_created_at_seconds" Gauge, ["group", "kind", "name", "namespace", "version"],
        "When each watched custom resource was created, in seconds since 1970.";
    RECONCILE_TOTAL = "controller_runtime_reconcile_total" Counter, ["controller", "result"],
        "Reconciles by result: `success`, `requeue_after` or `error`.";
    RECONCILE_ERRORS = "controller_runtime_reconcile_errors_total" Counter, ["controller"], "Reconciles that failed.";
    TERMINAL_ERRORS = "controller_runtime_terminal_reconcile_errors_total" Counter, ["controller"],
        "Those of them that are not tried again before something changes.";
    RECONCILE_PANICS = "controller_runtime_reconcile_panics_total" Counter, ["controller"],
        "Reconciles that broke off by a bug of the operator.";
    RECONCILE_TIME = "controller_runtime_reconcile_time_seconds" Histogram(RECONCILE_SECONDS), ["controller"],
        "How long reconciles took.";
    MAX_CONCURRENT = "controller_runtime_max_concurrent_reconciles" Gauge, ["controller"],
        "How many releases are worked on at once at most.";
    ACTIVE_WORKERS = "controller_runtime_active_workers" Gauge, ["controller"], "How many releases are worked on now.";
    QUEUE_DEPTH = "workqueue_depth" Gauge, ["controller", "name"], "How many releases wait to be worked on.";
    QUEUE_ADDS = "workqueue_adds_total" Counter, ["controller", "name"], "How often a release was queued.";
    QUEUE_DURATION = "workqueue_queue_duration_seconds" Histogram(QUEUE_SECONDS), ["controller", "name"],
        "How long releases waited to be worked on.";
    WORK_DURATION = "workqueue_work_duration_seconds" Histogram(QUEUE_SECONDS), ["controller", "name"],
        "How long releases were worked on.";
    UNFINISHED_WORK = "workqueue_unfinished_work_seconds" Gauge, ["controller", "name"],
        "How long the work under way has taken so far, in total.";
    LONGEST_RUNNING = "workqueue_longest_running_processor_seconds" Gauge, ["controller", "name"],
        "How long the longest work under way has taken so far.";
    QUEUE_RETRIES = "workqueue_retries_total" Counter, ["controller", "name"], "How often a failure was tried again.";
    REQUESTS_TOTAL = "rest_client_requests_total" Counter, ["code", "host", "method"],
        "Requests to the API server; the code is `<error>` where no answer came. Leases and metrics access count elsewhere.";
    LEADER_MASTER_STATUS = "leader_election_master_status" Gauge, ["name"], "Whether this process holds the Lease.";
    RELEASES = "chartwright_releases" Gauge, ["kind", "status"],
        "Releases by status: pending, deployed, failed or uninstalling.";
    RELEASE_REVISION = "chartwright_release_revision" Gauge, ["kind", "name", "namespace"],
        "The deployed revision of each release.";
    DRIFT_REPAIRED = "chartwright_drift_repaired_total" Counter, ["kind", "name", "namespace"],
        "Objects that were brought back to what the chart says, by the custom resource.";
    RELOADS = "chartwright_reloads_total" Counter, ["file", "result"],
        "Edits of watches.yaml and of charts, by result: success, or failure where what was read before stays in force.";
    HOOK_TIME = "chartwright_hook_seconds" Histogram(RECONCILE_SECONDS), ["event", "result"],
        "How long hooks ran, by event and result: success or failure.";
    RENDER_TIME = "chartwright_render_seconds" Histogram(RECONCILE_SECONDS), ["chart"], "How long charts took to render.";
    PROCESS_CPU = "process_cpu_seconds_total" Counter, [], "Processor time that this process has used, in seconds.";
    PROCESS_RESIDENT = "process_resident_memory_bytes" Gauge, [], "Memory that this process has in use.";
    PROCESS_VIRTUAL = "process_virtual_memory_bytes" Gauge, [], "Memory that this process has reserved.";
    PROCESS_START = "process_start_time_seconds" Gauge, [], "When this process was started, in seconds since 1970.";
    PROCESS_OPEN_FILES = "process_open_fds" Gauge, [], "Files and connections that are open.";
    PROCESS_MAX_FILES = "process_max_fds" Gauge, [], "Files and connections that may be open.";
}

/// The table as Markdown.
pub fn reference() -> String {
    let mut text = String::from("| Metric | Type | Labels | What it is |\n|---|---|---|---|\n");
    for Family {
        name,
        kind,
        help,
        labels,
    } in FAMILIES
    {
        let labels: Vec<String> = labels.iter().map(|label| format!("`{label}`")).collect();
        // Writing into a string can't fail.
        let _ = writeln!(text, "| `{name}` | {} | {} | {help} |", kind.name(), labels.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_has_the_table_of_metrics() {
        let page = include_str!("../../docs/metrics.md");
        assert!(
            page.contains(&reference()),
            "docs/metrics.md must contain:\n{}",
            reference()
        );
    }
}
