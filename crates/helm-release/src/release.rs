//! The record of one revision.

use std::collections::BTreeMap;

use govalue::Value;
use serde::{Deserialize, Serialize};

use crate::{Hook, Status};

/// One revision of a release, as Helm 3 and 4 keep it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Release {
    /// The release's name.
    pub name: String,
    /// When, how and with what notes it was made.
    pub info: Info,
    /// What is kept of the chart.
    pub chart: ChartRecord,
    /// The values given by the user: not those of the chart.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub config: Value,
    /// All documents but hooks, in the order of installation.
    #[serde(default)]
    pub manifest: String,
    /// The hooks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hooks: Option<Vec<Hook>>,
    /// The revision, from 1 on.
    pub version: u32,
    /// The release's namespace.
    #[serde(default)]
    pub namespace: String,
    /// Labels of the record that are not Helm's own; kept on the Secret, not in the record.
    #[serde(skip)]
    pub labels: BTreeMap<String, String>,
}

/// What Helm tells of a revision. Times are RFC 3339, empty where there is none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Info {
    /// When the first revision was made.
    #[serde(default)]
    pub first_deployed: String,
    /// When this revision was made.
    #[serde(default)]
    pub last_deployed: String,
    /// When the release was deleted.
    #[serde(default)]
    pub deleted: String,
    /// What happened, in a few words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Where it stands.
    #[serde(default)]
    pub status: Status,
    /// The rendered NOTES.txt.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notes: String,
}

/// The part of a chart that its record keeps: metadata and default values. Templates and files are left out; the
/// operator has them, and Helm's `list`, `get`, `history` and `rollback` do not read them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChartRecord {
    /// `Chart.yaml`.
    #[serde(default)]
    pub metadata: Value,
    /// The chart's default values.
    #[serde(default)]
    pub values: Value,
}

impl ChartRecord {
    /// The chart's name.
    pub fn name(&self) -> &str {
        self.text("name")
    }

    /// The chart's version.
    pub fn version(&self) -> &str {
        self.text("version")
    }

    /// The version of what the chart installs.
    pub fn app_version(&self) -> &str {
        self.text("appVersion")
    }

    /// Name and version in one, as Helm's tables have them.
    pub fn full_name(&self) -> String {
        format!("{}-{}", self.name(), self.version())
    }

    fn text(&self, key: &str) -> &str {
        self.metadata.get(key).and_then(Value::as_str).unwrap_or_default()
    }
}

impl Release {
    /// The hooks, none if the record has no such list.
    pub fn hooks(&self) -> &[Hook] {
        self.hooks.as_deref().unwrap_or_default()
    }
}
