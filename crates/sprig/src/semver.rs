//! Semantic versions and version constraints.

mod object;

use std::sync::{Arc, LazyLock};

use gosemver::{Constraints, Version};
use gotemplate::{Any, FuncError};
use govalue::Str;

use self::object::VersionPtr;
use crate::cache::Cache;

entries! { Semver;
    "semver"(String) -> Named("*semver.Version"), try semver, "The version with its parts: `.Major`, `.Minor`, `.Patch`, `.Prerelease`, `.Metadata`, `.Original`.";
    "semverCompare"(String, String) -> Bool, try semver_compare, "Whether the version, second, meets the constraint, first.";
}

/// Constraints that were read lately: a chart asks the same few of every cluster version, again and again.
static CONSTRAINTS: LazyLock<Cache<Str, Constraints>> = LazyLock::new(|| Cache::new(512, usize::MAX));

fn failed(error: impl std::fmt::Display) -> FuncError {
    FuncError::new(error.to_string())
}

fn semver(version: &Str) -> Result<Any, FuncError> {
    let version = Version::parse(&version.to_lossy()).map_err(failed)?;
    Ok(Any::object(VersionPtr(version)))
}

fn semver_compare(constraint: &Str, version: &Str) -> Result<bool, FuncError> {
    let constraints = constraints(constraint)?;
    let version = Version::parse(&version.to_lossy()).map_err(failed)?;
    Ok(constraints.check(&version))
}

fn constraints(text: &Str) -> Result<Arc<Constraints>, FuncError> {
    CONSTRAINTS.get_or_make(text, || Ok((Constraints::parse(&text.to_lossy()).map_err(failed)?, 1)))
}
