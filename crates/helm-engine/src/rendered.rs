//! What a render gave.

use std::collections::BTreeMap;

use gotemplate::Effects;
use govalue::Str;
use helm_chart::{Chart, File, Warning};

use crate::LookupQuery;

/// The output of a chart's templates.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// The chart as it was rendered: without the subcharts that values disable, aliases in place.
    pub chart: Chart,
    /// Each template's output by its path, which begins with the chart's name. Notes are not among them.
    pub files: BTreeMap<String, String>,
    /// The rendered NOTES.txt of the chart.
    pub notes: String,
    /// The definitions in `crds/` folders, each with its chart's path.
    pub definitions: Vec<(Str, File)>,
    /// What the output depends on besides chart, values and request.
    pub effects: Effects,
    /// What was looked up, each query once, in order.
    pub lookups: Vec<LookupQuery>,
    /// What Helm would have logged.
    pub warnings: Vec<Warning>,
}
