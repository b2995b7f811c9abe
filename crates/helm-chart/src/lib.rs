//! Helm charts: from a folder or an archive to the values that templates see.
//!
//! [`load`] reads a chart and its subcharts, [`process_dependencies`] keeps those in use and lets parents import their
//! values, [`coalesce`] joins them with a user's, and [`validate`] checks the outcome against the charts' schemas. What
//! is accepted and refused, the order of things and the texts of errors and warnings are those of Helm 3.22.0; where an
//! error has sources, [`helm_text`] is the text that `helm` prints. Nothing here writes, or reads anything but charts.
//!
//! ```
//! use helm_chart::{File, Overrides, coalesce, load_files, process_dependencies};
//!
//! let chart = load_files(vec![
//!     File { name: "Chart.yaml".into(), data: "apiVersion: v2\nname: app\nversion: 1.0.0".into() },
//!     File { name: "values.yaml".into(), data: "image: {repository: nginx, tag: '1.25'}".into() },
//! ])?
//! .chart;
//! let user = Overrides { set: vec!["image.tag=1.27-alpine".into()], ..Overrides::default() };
//! let user = user.join(|path| Err(format!("no file {path}")))?;
//! let chart = process_dependencies(&chart, &user)?.chart;
//! let values = coalesce(&chart, user)?.values;
//! let image = values.get("image".as_bytes()).unwrap();
//! assert_eq!(image.path("repository").and_then(|value| value.as_str()), Some("nginx"));
//! assert_eq!(image.path("tag").and_then(|value| value.as_str()), Some("1.27-alpine"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The main types are [`Chart`], [`Metadata`], [`Overrides`], [`Schema`], [`Capabilities`] and [`ChartDigest`].

mod capabilities;
mod chart;
mod dependency;
mod digest;
mod error;
mod ignore;
mod installable;
mod json;
mod load;
mod metadata;
mod overrides;
mod schema;
pub mod strvals;
mod values;
mod warning;
mod yaml;

pub use capabilities::{Capabilities, HelmVersion, KubeVersion, KubeVersionError, VersionSet};
pub use chart::{Chart, File};
pub use dependency::{Processed, process_dependencies};
pub use digest::ChartDigest;
pub use error::helm_text;
pub use ignore::{IgnoreError, Rules, path_matches};
pub use installable::{InstallableError, MissingDependencies};
pub use load::{
    ArchiveError, LoadError, Loaded, MAX_CHART_SIZE, MAX_FILE_SIZE, MAX_SUBCHARTS_SIZE, load, load_archive, load_dir,
    load_files, load_packed, unpack,
};
pub use metadata::{ChartFile, ChartType, Dependency, Lock, Maintainer, Metadata, TypeError, ValidationError};
pub use overrides::{Overrides, OverridesError, overlay};
pub use schema::{Schema, SchemaError, validate};
pub use values::{Coalesced, MAX_DEPTH, ValuesError, coalesce, merge, read_values, with_defaults};
pub use warning::Warning;
