//! Whether the operator is ready, and if not, what it waits for.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use helm_kube::RequestCounts;

use crate::leader::Election;

/// What is waited for before the cluster has answered.
const CLUSTER: &str = "cluster";

/// What the operator waits for. An operator is ready when it has listed the resources of all its watches, or stands by
/// for a leader, and its last request was answered.
pub struct Health {
    missing: Mutex<BTreeMap<String, String>>,
    requests: RequestCounts,
}

impl Health {
    /// The cluster is waited for.
    pub fn new(requests: RequestCounts) -> Self {
        let missing = BTreeMap::from([(CLUSTER.to_owned(), "not reached yet".to_owned())]);
        Self {
            missing: Mutex::new(missing),
            requests,
        }
    }

    /// The cluster has answered, and these are waited for next.
    pub fn expect(&self, watches: impl Iterator<Item = String>) {
        let mut missing = self.lock();
        missing.extend(watches.map(|watch| (watch, "not listed yet".to_owned())));
        missing.remove(CLUSTER);
    }

    /// The cluster has answered, and another operator works: there is nothing to do but to take over.
    pub fn stand_by(&self, election: &Election) {
        tracing::info!(
            lease = election.lease,
            namespace = election.namespace,
            "standing in a leader election"
        );
        self.lock().remove(CLUSTER);
    }

    /// Says why something is still waited for; nothing if it isn't.
    pub fn explain(&self, what: &str, why: &str) {
        if let Some(known) = self.lock().get_mut(what) {
            why.clone_into(known);
        }
    }

    /// Something is waited for no longer.
    pub fn done(&self, what: &str) {
        self.lock().remove(what);
    }

    /// What is missing, a line each; nothing if the operator is ready.
    pub fn missing(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.lock().iter().map(|(what, why)| format!("{what}: {why}")).collect();
        if let Some(failure) = self.requests.failure() {
            lines.push(format!("API server: the last request failed: {failure}"));
        }
        lines
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.missing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
