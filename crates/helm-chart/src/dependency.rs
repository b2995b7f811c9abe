//! Which subcharts are in use, under which names, and what of their values their parents take.

mod enable;
mod graph;
mod import;
mod shared;

use govalue::Map;

use crate::chart::Chart;
use crate::values::{ValuesError, is_too_deep};
use crate::warning::Warning;
use graph::Graph;

/// A chart whose dependencies have been processed, with what Helm logs while it does so.
#[derive(Clone, Debug)]
pub struct Processed {
    /// The chart and the subcharts in use.
    pub chart: Chart,
    /// What is odd about conditions, tags, imports and values.
    pub warnings: Vec<Warning>,
}

/// Makes of a chart as loaded the tree that Helm renders with the given values: its `ProcessDependenciesWithMerge`.
///
/// Subcharts that tags or conditions disable are dropped, aliases become names, and the values of each chart are joined
/// with those of its subcharts and with what `import-values` takes from them.
pub fn process_dependencies(chart: &Chart, values: &Map) -> Result<Processed, ValuesError> {
    if is_too_deep(values) {
        return Err(ValuesError::TooDeep);
    }
    let mut warnings = Vec::new();
    let mut graph = Graph::new(chart);
    enable::enable(&mut graph, Graph::ROOT, values, "", &mut warnings)?;
    import::import(&mut graph, Graph::ROOT, &mut warnings)?;
    Ok(Processed {
        chart: graph.into_chart(),
        warnings,
    })
}

/// Whether a version meets a constraint; one that cannot be read is met by nothing and meets nothing.
pub(crate) fn is_compatible(constraint: &str, version: &str) -> bool {
    let version = gosemver::Version::parse(version);
    let constraint = gosemver::Constraints::parse(constraint);
    version.is_ok_and(|version| constraint.is_ok_and(|constraint| constraint.check(&version)))
}
