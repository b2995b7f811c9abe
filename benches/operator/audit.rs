//! Requests, counted by verb.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use testkit::{ControlPlane, Request};

use crate::arena::AGENT;

/// The requests of an operator from a moment on.
pub(crate) struct Requests {
    plane: Arc<ControlPlane>,
    before: usize,
}

/// How many requests of which sort.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) reads: usize,
    /// Writes of anything but events.
    pub(crate) writes: usize,
    pub(crate) events: usize,
    pub(crate) watches: usize,
    pub(crate) leases: usize,
    by_verb: BTreeMap<String, usize>,
}

impl Requests {
    /// From now on.
    pub(crate) async fn begin(plane: &Arc<ControlPlane>) -> Result<Self> {
        Ok(Self {
            plane: Arc::clone(plane),
            before: all(plane).await?.len(),
        })
    }

    /// Those of everybody but the bench and the control plane's own components.
    pub(crate) async fn get(&self) -> Result<Vec<Request>> {
        let is_operators = |request: &Request| request.user == "admin" && request.agent != AGENT;
        let requests = all(&self.plane).await?;
        Ok(requests.into_iter().skip(self.before).filter(is_operators).collect())
    }

    pub(crate) async fn count(&self) -> Result<Counts> {
        let mut counts = Counts::default();
        for request in self.get().await? {
            let verb = match (request.verb.as_str(), request.resource.as_str()) {
                (verb, "events" | "leases") => format!("{verb} {}", request.resource),
                (verb, _) if request.subresource.is_empty() => verb.to_owned(),
                (verb, _) => format!("{verb} {}", request.subresource),
            };
            *counts.by_verb.entry(verb).or_default() += 1;
            *match (request.verb.as_str(), request.resource.as_str()) {
                (_, "leases") => &mut counts.leases,
                ("watch", _) => &mut counts.watches,
                ("get" | "list", _) => &mut counts.reads,
                (_, "events") => &mut counts.events,
                _ => &mut counts.writes,
            } += 1;
        }
        eprintln!("    requests: {:?}", counts.by_verb);
        Ok(counts)
    }
}

async fn all(plane: &Arc<ControlPlane>) -> Result<Vec<Request>> {
    let plane = Arc::clone(plane);
    tokio::task::spawn_blocking(move || plane.requests()).await?
}
