//! Metrics: what is counted, and the text that Prometheus reads.
//!
//! Every metric is a row of [`FAMILIES`]. What happens is counted where it happens; what can be read off the operator's
//! state is read when somebody asks for it, so that it costs nothing in between.

mod family;
mod process;
pub(crate) mod releases;
mod samples;
mod work;

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use helm_kube::RequestCounts;

pub use family::{FAMILIES, Family, FamilyKind, names, reference};
pub use samples::Samples;
pub use work::{Running, Work};

use crate::cli::{COMMIT, VERSION};

/// Reads metrics off the operator's state.
type Collector = Box<dyn Fn(&mut Samples) + Send + Sync>;

/// The metrics of one process.
pub struct Metrics {
    counted: Mutex<Samples>,
    collector: OnceLock<Collector>,
    requests: RequestCounts,
    process: process::Process,
}

impl Metrics {
    /// Nothing counted yet. `requests` are those to the API server.
    pub fn new(requests: RequestCounts) -> Self {
        let metrics = Self {
            counted: Mutex::default(),
            collector: OnceLock::new(),
            requests,
            process: process::Process::start(),
        };
        metrics.lock().set(&names::BUILD_INFO, &[COMMIT, VERSION], 1.0);
        metrics
    }

    /// Adds to a counter or a gauge; `labels` are values in the family's order.
    pub fn add(&self, family: &'static Family, labels: &[&str], amount: f64) {
        self.lock().add(family, labels, amount);
    }

    /// Forgets what has these labels: what they tell of is gone.
    pub fn forget(&self, family: &'static Family, labels: &[&str]) {
        self.lock().remove(family, labels);
    }

    /// Counts a duration into a histogram, in seconds.
    pub fn observe(&self, family: &'static Family, labels: &[&str], duration: Duration) {
        self.lock().observe(family, labels, duration.as_secs_f64());
    }

    /// Tells whether this process leads.
    pub fn leading(&self, lease: &str, leads: bool) {
        self.lock()
            .set(&names::LEADER_MASTER_STATUS, &[lease], if leads { 1.0 } else { 0.0 });
    }

    /// Has `collector` called whenever somebody asks. Only the first one counts: there is one operator in a process.
    pub fn collect_with(&self, collector: impl Fn(&mut Samples) + Send + Sync + 'static) {
        // A second operator's state is not shown.
        let _ = self.collector.set(Box::new(collector));
    }

    /// The text that Prometheus reads.
    pub fn text(&self) -> String {
        let mut samples = self.lock().clone();
        if let Some(collect) = self.collector.get() {
            collect(&mut samples);
        }
        for ((method, code), count) in self.requests.snapshot() {
            let code = if code == 0 {
                "<error>".to_owned()
            } else {
                code.to_string()
            };
            #[expect(clippy::cast_precision_loss, reason = "Prometheus counts in floats")]
            let count = count as f64;
            samples.add(&names::REQUESTS_TOTAL, &[&code, self.requests.host(), method], count);
        }
        self.process.collect(&mut samples);
        samples.text()
    }

    fn lock(&self) -> MutexGuard<'_, Samples> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
