//! watches.yaml: which custom resource kinds are releases of which charts.
//!
//! The file is parsed once, at the border: what is left afterwards is a list of [`Watch`]es, each with a kind, a chart
//! that loads, a valid selector and overrides whose variables and templates are filled in. All mistakes of a file are
//! reported together, each with its place.

mod active;
mod conflict;
mod entry;
mod expand;
mod fields;
mod mistake;
mod overrides;
mod patches;
mod policy;
mod schema;
mod selector;
mod values_from;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use govalue::Value;
use goyaml::{Node, NodeValue};
use helm_action::{ApplyPolicy, FailurePolicy};
use helm_kube::Gvk;
use helm_release::Patch;

pub use active::{ActiveWatches, Changes};
pub use expand::Environment;
pub use mistake::{Mistake, WatchesError};
pub use overrides::{Override, Overrides};
pub use patches::load_patches;
pub use schema::{FIELDS, Field, FieldKind, json_schema, reference};
pub(crate) use selector::is_subdomain;
pub use selector::{Requirement, Rule, Selector};
pub use values_from::{SourceKind, ValuesFrom};

use crate::charts::Charts;
use mistake::Mistakes;

/// An entry of watches.yaml, checked and defaulted.
#[derive(Clone, Debug, PartialEq)]
pub struct Watch {
    /// The custom resource's kind.
    pub gvk: Gvk,
    /// The chart's folder or archive.
    pub chart: PathBuf,
    /// Whether objects of a release are watched for drift.
    pub watch_dependent_resources: bool,
    /// Where values come from that every custom resource's are put over.
    pub values_from: Vec<ValuesFrom>,
    /// Values that are put over every custom resource's.
    pub override_values: Overrides,
    /// What is changed of the rendered documents.
    pub patches: Arc<[Patch]>,
    /// Which of the custom resources are releases.
    pub selector: Selector,
    /// How often to look again although nothing happened, zero for never; `None` for the operator's default.
    pub reconcile_period: Option<Duration>,
    /// How many releases of this watch are worked on at once, at least 1; `None` for the operator's default.
    pub max_concurrent_reconciles: Option<usize>,
    /// How many revisions of a release are kept, zero for all; `None` for the operator's default.
    pub max_history: Option<usize>,
    /// What follows a failed install or upgrade.
    pub failure_policy: FailurePolicy,
    /// The namespace of the releases of a cluster-scoped kind; `None` for that of the operator.
    pub release_namespace: Option<String>,
    /// The service account of a release's namespace that makes it; `None` for the operator.
    pub service_account_name: Option<String>,
    /// Whether a custom resource may name another one.
    pub service_account_annotation: bool,
    /// How objects are applied.
    pub policy: Arc<ApplyPolicy>,
}

/// All entries of watches.yaml.
#[derive(Clone, Debug, PartialEq)]
pub struct Watches {
    /// The entries, in the file's order.
    pub entries: Vec<Watch>,
}

/// The kind, and the selector if there is one.
impl fmt::Display for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.gvk)?;
        if !self.selector.is_everything() {
            write!(f, " ({})", self.selector)?;
        }
        Ok(())
    }
}

impl Watch {
    /// A watch with nothing but what it needs.
    pub fn new(gvk: Gvk, chart: &Path) -> Self {
        Self {
            gvk,
            chart: chart.to_owned(),
            watch_dependent_resources: true,
            values_from: Vec::new(),
            override_values: Overrides::default(),
            patches: Arc::default(),
            selector: Selector::default(),
            reconcile_period: None,
            max_concurrent_reconciles: None,
            max_history: None,
            failure_policy: FailurePolicy::default(),
            release_namespace: None,
            service_account_name: None,
            service_account_annotation: false,
            policy: Arc::default(),
        }
    }

    /// Whether values come from a Secret, so that what is made of them is not to be shown.
    pub fn reads_secrets(&self) -> bool {
        self.values_from.iter().any(|entry| entry.kind == SourceKind::Secret)
    }
}

impl Watches {
    /// Reads and checks the file, loading its charts into `charts`. Relative chart paths start at the working folder.
    pub fn load(path: &Path, environment: &Environment, charts: &Charts) -> Result<Self, WatchesError> {
        let text = std::fs::read_to_string(path).map_err(|source| WatchesError::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(path, &text, environment, charts)
    }

    /// As [`Watches::load`], for a text that was read from `path`.
    pub fn parse(path: &Path, text: &str, environment: &Environment, charts: &Charts) -> Result<Self, WatchesError> {
        let tree = goyaml::parse_tree(text).map_err(|source| WatchesError::Yaml {
            path: path.to_owned(),
            source: Box::new(source),
        })?;
        let mut mistakes = Mistakes::default();
        let entries = entries(&tree, environment, charts, &mut mistakes);
        mistakes.into_result(path, Self { entries })
    }
}

fn entries(tree: &Node, environment: &Environment, charts: &Charts, mistakes: &mut Mistakes) -> Vec<Watch> {
    match &tree.kind {
        NodeValue::List(items) => {
            let read: Vec<_> = items
                .iter()
                .map(|item| entry::read(item, environment, charts, mistakes))
                .collect();
            conflict::check(&read, mistakes);
            read.into_iter().filter_map(|entry| entry.watch).collect()
        }
        // An empty file lists nothing.
        NodeValue::Scalar { value: Value::Null, .. } => Vec::new(),
        _ => {
            mistakes.add(
                tree.position,
                format!("must be a list of watches, is {}", fields::describe(tree)),
            );
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests;
