//! `Chart.yaml`, `requirements.yaml` and `Chart.lock`: what a chart says of itself.

mod read;
mod time;
mod validate;

use std::collections::BTreeMap;

use govalue::Value;
use serde::Serialize;

pub use read::{ChartFile, TypeError};
pub(crate) use validate::MetadataBuilder;
pub use validate::ValidationError;

/// A chart's `Chart.yaml`, for charts of API version `v1` joined with its `requirements.yaml`.
///
/// Fields that are absent are empty. It serialises to JSON as Helm writes it into release records.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// The name; as a subchart under an alias, the alias.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The project's page.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub home: String,
    /// Where the sources are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// The version, semantic in the lenient sense of [`gosemver::Version::parse`].
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// One sentence on the chart.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Words to find it by.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// Who maintains it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub maintainers: Vec<Maintainer>,
    /// A picture's URL.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub icon: String,
    /// `v1` or `v2`; `v1` when the file has none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub api_version: String,
    /// Unused by Helm 3.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub condition: String,
    /// Unused by Helm 3.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub tags: String,
    /// The version of what the chart installs, as free text.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub app_version: String,
    /// Whether the chart is out of use.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
    /// Whatever else is said of the chart.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// The constraint on the cluster's version, empty for none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kube_version: String,
    /// The dependencies; no list at all and an empty one are told apart, because Helm looks into subcharts' own
    /// dependencies only where there is a list.
    #[serde(skip_serializing_if = "no_items")]
    pub dependencies: Option<Vec<Dependency>>,
    /// Application or library.
    #[serde(rename = "type", skip_serializing_if = "ChartType::is_default")]
    pub chart_type: ChartType,
}

/// What a chart is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChartType {
    /// Not said, which means an application.
    #[default]
    Default,
    /// A chart to install.
    Application,
    /// A chart that others take templates from; it cannot be installed and none of its templates is rendered.
    Library,
}

/// Someone who maintains a chart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Maintainer {
    /// The person or organisation.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Where to write to.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub email: String,
    /// A page.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub url: String,
}

/// A chart that another one needs, and how it is to be used.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Dependency {
    /// The chart's name; after dependencies were processed, the alias if there is one.
    pub name: String,
    /// The constraint its version must meet.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// The repository's URL.
    pub repository: String,
    /// Paths in the values, joined by commas, the first boolean of which says whether the dependency is enabled.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub condition: String,
    /// Names that `tags` in the values enables or disables together.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Whether it is enabled; set when dependencies are processed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub enabled: bool,
    /// What of its values the parent takes: a name under `exports`, or a map of `child` and `parent` paths.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub import_values: Vec<Value>,
    /// The name to use instead.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub alias: String,
}

/// A chart's `Chart.lock` or `requirements.lock`: the versions its dependencies were resolved to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Lock {
    /// When it was made, in RFC 3339.
    pub generated: String,
    /// The digest of the dependencies it was made from.
    pub digest: String,
    /// The dependencies, each with one version.
    pub dependencies: Option<Vec<Dependency>>,
}

impl Metadata {
    /// The dependencies, none if there is no list.
    pub fn dependencies(&self) -> &[Dependency] {
        self.dependencies.as_deref().unwrap_or_default()
    }
}

impl ChartType {
    /// The text in `Chart.yaml`, empty when not said.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "",
            Self::Application => "application",
            Self::Library => "library",
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    fn is_default(&self) -> bool {
        *self == Self::Default
    }
}

#[expect(clippy::ref_option, reason = "serde passes a reference")]
fn no_items(dependencies: &Option<Vec<Dependency>>) -> bool {
    dependencies.as_ref().is_none_or(Vec::is_empty)
}
