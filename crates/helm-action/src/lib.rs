//! A release's life: observe what there is, plan the next step, perform it.
//!
//! [`observe`] reads the records, [`plan`] decides without I/O, [`deploy`] and [`uninstall`] act. Every step may be
//! repeated: a process killed anywhere comes to the same end when it is started again.
//!
//! ```
//! use helm_action::{FailurePolicy, Goal, History, Step, plan};
//! let goal = Goal { inputs: "sha256:1", policy: FailurePolicy::Retry, rollback_to: None };
//! assert_eq!(plan(&History::default(), goal), Step::Install { revision: 1 });
//! ```

mod access;
mod adopt;
mod cause;
mod claims;
mod definitions;
mod deploy;
mod desired;
mod error;
mod failure;
mod hooks;
mod inspect;
mod notice;
mod objects;
mod observe;
mod operation;
mod output;
mod plan;
mod policy;
mod preview;
mod repair;
mod replace;
mod send;
mod slot;
mod sweep;
mod testing;
mod uninstall;

pub use access::missing_access;
pub use adopt::adopt;
pub use cause::cause;
pub use deploy::{Deployed, deploy};
pub use desired::{Context, Desired, Tracked};
pub use error::Error;
pub use failure::FailurePolicy;
pub use inspect::{Inspected, ObjectState, compare, inspect};
pub use notice::{HookEnd, Notice, Notices};
pub use objects::version;
pub use observe::{History, observe};
pub use operation::Operation;
pub use plan::{Goal, Step, plan};
pub use policy::{ApplyPolicy, DefinitionPolicy, IgnoreRule, OnImmutable, check_pointer};
pub use preview::{Change, preview};
pub use repair::{Repaired, check, repair};
pub use slot::Slot;
pub use testing::{TestFilter, Tested, run_tests, test, wants_test};
pub use uninstall::{Remaining, uninstall};
