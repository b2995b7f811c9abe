//! What is typed after `chartwright template`: Helm's flags.

use std::path::PathBuf;

use clap::Args;

use crate::cli::values::{NamespaceArg, ValuesArgs};

/// Render a chart with values as `helm template` does, and write the manifests to standard output. No cluster is asked.
#[derive(Args, Debug)]
pub(crate) struct TemplateArgs {
    /// The release's name, if given, and the chart: a folder or a packed archive.
    #[arg(value_name = "[NAME] CHART", num_args = 1.., required = true)]
    pub(super) positional: Vec<String>,
    #[command(flatten)]
    pub(super) place: NamespaceArg,
    /// Generate the release's name.
    #[arg(short, long)]
    pub(super) generate_name: bool,
    /// A template that gives the release's name.
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(super) name_template: String,
    #[command(flatten)]
    pub(super) values: ValuesArgs,
    #[command(flatten)]
    pub(super) cluster: ClusterArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
    #[command(flatten)]
    pub(super) refused: RefusedArgs,
    #[command(flatten)]
    pub(super) ignored: IgnoredArgs,
}

/// The cluster that the chart is told of.
#[derive(Args, Debug)]
pub(super) struct ClusterArgs {
    /// The Kubernetes version that templates see.
    #[arg(long, value_name = "VERSION", default_value = "", hide_default_value = true)]
    pub(super) kube_version: String,
    /// API versions that templates see besides Helm's own. May be repeated, and hold several joined by commas.
    #[arg(short, long, value_name = "VERSION", value_delimiter = ',')]
    pub(super) api_versions: Vec<String>,
    /// Render an upgrade instead of an install.
    #[arg(long)]
    pub(super) is_upgrade: bool,
}

/// What is written, and where.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "one flag of the command line each")]
pub(super) struct OutputArgs {
    /// Write the chart's custom resource definitions too.
    #[arg(long)]
    pub(super) include_crds: bool,
    /// Leave hooks out.
    #[arg(long)]
    pub(super) no_hooks: bool,
    /// Leave tests out.
    #[arg(long)]
    pub(super) skip_tests: bool,
    /// Only show what comes from these templates: paths below the chart's folder, with `*`. May be repeated.
    #[arg(short, long, value_name = "PATH")]
    pub(super) show_only: Vec<String>,
    /// Write each template's output to a file in this folder.
    #[arg(long, value_name = "FOLDER")]
    pub(super) output_dir: Option<PathBuf>,
    /// Put the release's name into the path of these files.
    #[arg(long)]
    pub(super) release_name: bool,
    /// Render the notes of subcharts too.
    #[arg(long)]
    pub(super) render_subchart_notes: bool,
    /// Change the manifests and hooks by the patches in this file: a list, as `patches` of watches.yaml. May be repeated.
    #[arg(long, value_name = "FILE")]
    pub(super) post_render_patches: Vec<PathBuf>,
    /// Have this program change the manifests, after the patches: from its standard input to its standard output.
    #[arg(long, value_name = "PROGRAM")]
    pub(super) post_renderer: Option<String>,
    /// An argument of this program. May be repeated.
    #[arg(long, value_name = "ARGUMENT", allow_hyphen_values = true)]
    pub(super) post_renderer_args: Vec<String>,
    /// Write what was rendered although it is not YAML.
    #[arg(long)]
    pub(super) debug: bool,
}

/// Flags of Helm that need a cluster or the network.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "one flag of the command line each")]
pub(super) struct RefusedArgs {
    #[arg(long, hide = true)]
    pub(super) validate: bool,
    #[arg(long, hide = true)]
    pub(super) dependency_update: bool,
    #[arg(long, hide = true)]
    pub(super) enable_dns: bool,
    #[arg(long, hide = true)]
    pub(super) verify: bool,
    #[arg(long, hide = true)]
    pub(super) repo: Option<String>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "client")]
    pub(super) dry_run: Option<String>,
}

/// Flags of Helm that make no difference to what `template` does.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "one flag of the command line each")]
pub(super) struct IgnoredArgs {
    #[arg(long, hide = true)]
    atomic: bool,
    #[arg(long, hide = true)]
    create_namespace: bool,
    #[arg(long, hide = true)]
    description: Option<String>,
    #[arg(long, hide = true)]
    devel: bool,
    #[arg(long, hide = true)]
    disable_openapi_validation: bool,
    #[arg(long, hide = true)]
    force: bool,
    #[arg(long, hide = true)]
    hide_notes: bool,
    #[arg(short, long, hide = true)]
    labels: Vec<String>,
    #[arg(long, hide = true)]
    replace: bool,
    #[arg(long, hide = true)]
    skip_crds: bool,
    #[arg(long, hide = true)]
    take_ownership: bool,
    #[arg(long, hide = true)]
    timeout: Option<String>,
    #[arg(long, hide = true)]
    version: Option<String>,
    #[arg(long, hide = true)]
    wait: bool,
    #[arg(long, hide = true)]
    wait_for_jobs: bool,
    #[arg(long, hide = true)]
    kubeconfig: Option<PathBuf>,
    #[arg(long, hide = true)]
    kube_context: Option<String>,
}
