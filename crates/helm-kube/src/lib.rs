//! Everything that talks to the API server on a release's behalf.
//!
//! [`Cluster`] creates, applies, reads and deletes objects whatever their kind, by way of [`Discovery`]; [`Secrets`]
//! keeps release records. What is decided without a request stands
//! beside them as pure functions: the marks that make an object the release's ([`Ownership`]), whether an object has
//! drifted ([`covers`]) and which of its fields are others' ([`LeftAlone`]), what a refusal calls for ([`Refusal`]),
//! whether it is ready ([`readiness`]).
//!
//! ```
//! use helm_kube::{Gvk, Readiness, readiness};
//! let claim = serde_json::json!({"status": {"phase": "Pending"}});
//! let kind = Gvk::new("v1", "PersistentVolumeClaim");
//! assert!(matches!(readiness(&kind, &claim), Readiness::InProgress(_)));
//! ```

mod client;
mod cluster;
mod discovery;
mod drift;
mod duplicates;
mod error;
mod fingerprint;
mod impersonate;
mod left_alone;
mod object;
mod ownership;
mod readiness;
mod refusal;
mod selector;
mod storage;

pub use client::{ClientOptions, Rate, RequestCounts, connect};
pub use cluster::{Applied, Cluster, Deletion, FIELD_MANAGER, Propagation, has_former_managers};
pub use discovery::{ApiKind, Discovery, SharedDiscovery};
pub use drift::{Difference, covers, position, quantity};
pub use duplicates::{Duplicate, drop_duplicates};
pub use error::{Cause, Error};
pub use fingerprint::fingerprint;
pub use impersonate::{Access, service_account_user};
pub use left_alone::{LeftAlone, is_scaled};
pub use object::{Gvk, ObjectRef};
pub use ownership::{Claim, Owner, Ownership, annotations, is_kept, labels};
pub use readiness::{Pods, Readiness, pods, readiness};
pub use refusal::{Refusal, clearing};
pub use selector::selector;
pub use storage::{Marks, Record, Secrets, TestRun, Unreadable};
