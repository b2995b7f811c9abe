//! From a chart to an operator project: the files of a project as data.
//!
//! [`init`] gives the files of a project without kinds, [`create_api`] those that one kind adds: its chart, its
//! [definition](Definition) with a [`Schema`] made from the chart's values, a sample, and the least [rules](Access) under
//! which its releases can be made, found by rendering the chart over its values. Both only plan: a [`Folder`] writes a
//! plan all at once or not at all, and never over a file that it was not told to replace.
//!
//! ```
//! use scaffold::{Project, init};
//! let project = Project::new("books", "example.com")?;
//! let files = init(&project)?;
//! assert!(files.iter().any(|file| file.path == "watches.yaml"));
//! # Ok::<(), scaffold::Error>(())
//! ```

mod api;
mod bundle;
mod create;
mod definition;
mod error;
mod flags;
mod folder;
mod migrate;
mod project;
mod rbac;
mod sample;
mod scaling;
mod schema;
mod source;
mod template;

pub use api::{Api, Scope, kind_of_chart};
pub use bundle::{Release, bundle};
pub use create::{Created, Creation, create_api, init};
pub use definition::{Change, Definition, breaking_changes};
pub use error::Error;
pub use flags::operator_flags;
pub use folder::{File, Folder, Overwrite, joined};
pub use migrate::{Migration, migrate};
pub use project::{LAYOUT, Project, Resource};
pub use rbac::{
    Access, AccessRule, Definitions, OwnWork, Role, WatchAccess, manager_role, own_roles, release_role, survey,
};
pub use scaling::Scaling;
pub use schema::{Schema, Shape};
pub use source::{ChartFolder, starter};
