//! A release's life: observe what there is, plan the next step, perform it.
//!
//! [`observe`] reads the records, [`plan`] decides without I/O, [`deploy`] and [`uninstall`] act. Every step may be
//! repeated: a process killed anywhere comes to the same end when it is started again.
//!
//! ```
//! use helm_action::{History, Step, plan};
//! assert_eq!(plan(&History::default(), "sha256:1"), Step::Install { revision: 1 });
//! ```

mod access;
mod adopt;
mod claims;
mod definitions;
mod deploy;
mod desired;
mod error;
mod hooks;
mod inspect;
mod notice;
mod objects;
mod observe;
mod plan;
mod policy;
mod repair;
mod replace;
mod send;
mod slot;
mod uninstall;

pub use access::missing_access;
pub use adopt::adopt;
pub use deploy::{Deployed, deploy};
pub use desired::{Context, Desired, Tracked};
pub use error::Error;
pub use inspect::{Inspected, ObjectState, inspect};
pub use notice::{Notice, Notices};
pub use objects::version;
pub use observe::{History, observe};
pub use plan::{Step, plan};
pub use policy::{ApplyPolicy, DefinitionPolicy, IgnoreRule, OnImmutable, check_pointer};
pub use repair::{Drift, Repaired, check, compare, repair};
pub use slot::Slot;
pub use uninstall::{Remaining, uninstall};
