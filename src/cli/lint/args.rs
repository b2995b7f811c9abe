//! What is typed after `chartwright lint`: Helm's flags.

use std::path::PathBuf;

use clap::Args;
use helm_lint::{Options, Severity};

use crate::cli::values::{self, NamespaceArg, ValuesArgs};

/// Check charts as `helm lint` does, with its messages, and say where in which file each mistake is. It goes on where Helm
/// stops: to all templates, all rendered documents, and the values in ci/*-values.yaml.
#[derive(Args, Debug)]
pub(crate) struct LintArgs {
    /// The charts: folders or packed archives.
    #[arg(value_name = "CHART", default_value = ".")]
    charts: Vec<PathBuf>,
    /// Fail on warnings too.
    #[arg(long)]
    strict: bool,
    /// Print only warnings and errors.
    #[arg(long)]
    quiet: bool,
    /// Check the charts in the charts folder too.
    #[arg(long)]
    with_subcharts: bool,
    #[command(flatten)]
    place: NamespaceArg,
    /// The Kubernetes version that templates see, and that deprecations are told for.
    #[arg(long, value_name = "VERSION", default_value = "", hide_default_value = true)]
    kube_version: String,
    #[command(flatten)]
    pub(super) values: ValuesArgs,
}

/// Which charts are checked for what, and what is done with the findings.
pub(super) struct LintOptions {
    pub(super) charts: Vec<PathBuf>,
    pub(super) checks: Options,
    /// The least severity that makes a chart fail.
    pub(super) failing: Severity,
    pub(super) quiet: bool,
}

impl TryFrom<&LintArgs> for LintOptions {
    type Error = anyhow::Error;

    fn try_from(args: &LintArgs) -> Result<Self, anyhow::Error> {
        let mut checks = Options::new(args.place.namespace.as_str());
        checks.skip_schema = args.values.skip_schema_validation;
        if !args.kube_version.is_empty() {
            checks.kube_version = values::kube_version(&args.kube_version)?;
        }
        let mut charts = args.charts.clone();
        if args.with_subcharts {
            charts.extend(args.charts.iter().flat_map(|chart| super::subcharts(chart)));
        }
        Ok(Self {
            charts,
            checks,
            failing: if args.strict {
                Severity::Warning
            } else {
                Severity::Error
            },
            quiet: args.quiet,
        })
    }
}
