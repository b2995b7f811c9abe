//! What Helm asks of a chart before it installs it.

use crate::capabilities::KubeVersion;
use crate::chart::Chart;
use crate::dependency::is_compatible;
use crate::metadata::ChartType;

/// Why a chart cannot be installed; the texts of an error and its sources, joined by `: `, are Helm's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InstallableError {
    /// It is a library.
    #[error("{} charts are not installable", ChartType::Library.as_str())]
    Library,
    /// Charts it depends on are not there.
    #[error(
        "An error occurred while checking for chart dependencies. \
         You may need to run `helm dependency build` to fetch missing dependencies"
    )]
    Dependencies(#[source] MissingDependencies),
    /// The cluster is too old or too new.
    #[error("chart requires kubeVersion: {constraint} which is incompatible with Kubernetes {version}")]
    KubeVersion {
        /// What the chart asks for.
        constraint: String,
        /// The cluster's version.
        version: String,
    },
}

/// The dependencies in `Chart.yaml` that are not under `charts/`, by name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("found in Chart.yaml, but missing in charts/ directory: {}", .0.join(", "))]
pub struct MissingDependencies(pub Vec<String>);

impl Chart {
    /// Checks that the chart is no library.
    pub fn ensure_application(&self) -> Result<(), InstallableError> {
        match self.metadata.chart_type {
            ChartType::Default | ChartType::Application => Ok(()),
            ChartType::Library => Err(InstallableError::Library),
        }
    }

    /// Checks that every dependency of a chart as loaded is under `charts/`, in whatever version.
    pub fn ensure_dependencies(&self) -> Result<(), InstallableError> {
        let present = |name: &str| self.dependencies.iter().any(|chart| chart.name() == name);
        let missing = self
            .metadata
            .dependencies()
            .iter()
            .filter(|dependency| !present(&dependency.name));
        let missing: Vec<_> = missing.map(|dependency| dependency.name.clone()).collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(InstallableError::Dependencies(MissingDependencies(missing)))
    }

    /// Checks that the chart's `kubeVersion`, if it has one, allows the cluster's version.
    pub fn ensure_kube_version(&self, cluster: &KubeVersion) -> Result<(), InstallableError> {
        let constraint = &self.metadata.kube_version;
        if constraint.is_empty() || is_compatible(constraint, &cluster.version) {
            return Ok(());
        }
        Err(InstallableError::KubeVersion {
            constraint: constraint.clone(),
            version: cluster.version.clone(),
        })
    }
}
