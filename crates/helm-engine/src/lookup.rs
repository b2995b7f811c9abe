//! The seam through which templates see a cluster.

use govalue::Value;

/// What a template asks for by `lookup`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LookupQuery {
    /// `group/version`, or the version alone for the core group.
    pub api_version: String,
    /// The kind.
    pub kind: String,
    /// The namespace; empty for cluster-scoped kinds and for all namespaces.
    pub namespace: String,
    /// The name; empty for a list.
    pub name: String,
}

/// Answers `lookup`.
pub trait Lookup: Send + Sync {
    /// The object, or the list, asked for; an empty map where there is none. The error is a text for the template's
    /// author.
    fn lookup(&self, query: &LookupQuery) -> Result<Value, String>;
}

/// A cluster with nothing in it: what `helm template` renders against.
#[derive(Clone, Copy, Debug, Default)]
pub struct Offline;

impl Lookup for Offline {
    fn lookup(&self, _: &LookupQuery) -> Result<Value, String> {
        Ok(Value::empty_map())
    }
}
