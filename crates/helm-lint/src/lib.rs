//! Checks a chart before it is shipped.
//!
//! [`lint`] reports what `helm lint` of Helm 3.22 reports, with its severities and in its words, says where in which file
//! each problem is, and goes on where Helm stops: it finds the mistakes of every template, of every document they render
//! to, and of the values in `ci/`. It is a table of rules over a chart's folder that give [`Finding`]s.
//!
//! ```
//! use helm_lint::{Options, lint};
//! let folder = tempfile::tempdir().unwrap();
//! std::fs::write(folder.path().join("Chart.yaml"), "apiVersion: v2\nname: demo\nversion: 1.0.0\n").unwrap();
//! let report = lint(folder.path(), "demo", &Default::default(), &Options::new("default"));
//! let lines: Vec<String> = report.findings.iter().map(|finding| finding.to_string()).collect();
//! assert_eq!(lines, ["[INFO] Chart.yaml: icon is recommended", "[INFO] values.yaml: file does not exist"]);
//! ```

mod addresses;
mod chartfile;
mod ci;
mod dependencies;
mod deprecations;
mod documents;
mod finding;
mod names;
mod object;
mod parsing;
mod place;
mod subject;
mod templates;
mod values;

use std::path::Path;

use govalue::Map;
use helm_chart::{KubeVersion, Warning};

pub use finding::{Finding, Origin, Severity};
pub use place::Place;
use subject::Subject;

/// What a chart is checked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// The release's namespace.
    pub namespace: String,
    /// The Kubernetes version that templates see and deprecations are told for.
    pub kube_version: KubeVersion,
    /// Whether rendered values are not held against the schemas.
    pub skip_schema: bool,
}

impl Options {
    /// A release in `namespace`, in the cluster that Helm assumes.
    pub fn new(namespace: impl Into<String>) -> Self {
        Self {
            namespace: namespace.into(),
            kube_version: KubeVersion::default(),
            skip_schema: false,
        }
    }
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The findings: Helm's in its order, then our own.
    pub findings: Vec<Finding>,
    /// What Helm would have logged.
    pub log: Vec<Warning>,
}

impl Report {
    /// The highest severity found.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }
}

/// A rule reports what it finds about the chart.
type Rule = fn(&mut Subject<'_>, &mut Report);

/// The rules, in order: those up to the dependencies are Helm's.
const RULES: &[Rule] = &[
    chartfile::check,
    values::check,
    templates::check,
    dependencies::check,
    parsing::check,
    documents::check,
    ci::check,
];

/// Checks the chart in `folder` with a user's values. `label` is what messages call the folder.
///
/// It runs the chart's templates on this thread: call it on one with a large stack ([`helm_engine::RENDER_STACK`]).
pub fn lint(folder: &Path, label: &str, values: &Map, options: &Options) -> Report {
    let mut subject = Subject::new(folder, label, values, options);
    let mut report = Report::default();
    for rule in RULES {
        rule(&mut subject, &mut report);
    }
    report
}
