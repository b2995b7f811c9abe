//! Test support that no crate ships: the local control plane.
//!
//! A [`ControlPlane`] is a real Kubernetes API server with its controllers, built once per machine by
//! `hack/build-control-plane.sh`, started in about three seconds and gone with the process that started it.
//! Tests of one program share one, each in a namespace of its own ([`unique_namespace`]). What a test's subject asked
//! of the API server can be read back as [`Request`]s.
//!
//! ```no_run
//! # fn main() -> anyhow::Result<()> {
//! use testkit::{ControlPlane, unique_namespace};
//!
//! let plane = ControlPlane::shared();
//! let namespace = unique_namespace("drift is taken back");
//! let before = plane.requests()?.len();
//! // ... let a client with `plane.kubeconfig()` work in `namespace` ...
//! assert!(plane.requests()?[before..].iter().all(|request| request.verb != "delete"));
//! # Ok(())
//! # }
//! ```

mod control_plane;
mod namespace;

pub use control_plane::{ControlPlane, Request};
pub use namespace::unique_namespace;
