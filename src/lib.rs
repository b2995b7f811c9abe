//! chartwright: a Helm-chart-driven, generic Kubernetes operator.
//!
//! ```text
//! watches.yaml -> watch event -> values -> chart -> render -> manifest -> apply -> status
//!  watches        primaries      values    charts   render    render      helm-action  status
//!                 dependents
//! ```
//!
//! Each custom resource of a kind named in `watches.yaml` is one Helm release whose values are its `spec`. Start reading
//! at [`reconcile`]; [`operator`] wires what surrounds it.

mod age;
pub mod backoff;
pub mod charts;
pub mod cli;
pub mod debug;
pub mod dependents;
pub mod diff;
pub mod duration;
pub mod error;
pub mod events;
pub mod finalizer;
pub mod health;
pub mod http;
pub mod identity;
pub mod leader;
pub mod looks;
pub mod lookup;
pub mod mask;
pub mod metrics;
pub mod operator;
pub mod primaries;
pub mod project;
pub mod queue;
pub mod reconcile;
pub mod render;
pub mod request;
pub mod sources;
pub mod stamp;
mod standing;
pub mod status;
pub mod telemetry;
pub mod values;
pub mod watches;
pub mod web;
