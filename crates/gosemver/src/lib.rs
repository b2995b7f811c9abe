//! Semantic versions and version constraints exactly as Helm and Sprig see them.
//!
//! Both use the Go library Masterminds/semver (v3.5.0 in Helm 3.22), which is more lenient than the specification:
//! `v1.2` is a version, `1.x || >=2 <3` a constraint. [`Version`] and [`Constraints`] accept what it accepts, order as
//! it orders and fail with its texts, because `helm template` prints them.
//!
//! ```
//! use gosemver::{Constraints, Version};
//! let cluster = Version::parse("v1.33.0-gke.1")?;
//! assert!(Constraints::parse(">=1.25.0-0")?.check(&cluster));
//! assert!(!Constraints::parse(">=1.25.0")?.check(&cluster));
//! # Ok::<(), gosemver::Error>(())
//! ```

mod constraint;
mod error;
mod scan;
mod segment;
mod version;

pub use constraint::Constraints;
pub use error::Error;
pub use version::Version;
