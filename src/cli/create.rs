//! `chartwright create api`: a new kind in the project of the working folder.

mod source;

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand, ValueEnum};
use govalue::Map;
use helm_chart::Overrides;
use helm_kube::Gvk;
use scaffold::{
    Api, ChartFolder, Created, Creation, File, Folder, Overwrite, Project, Schema, Scope, WatchAccess, kind_of_chart,
};

use super::rbac::access_of;
use crate::charts::Charts;
use crate::watches::{Environment, Watches};

/// Add to the project of this folder.
#[derive(Args, Debug)]
pub(super) struct CreateArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Add a custom resource kind whose resources are releases of a chart.
    Api(Box<ApiArgs>),
}

#[derive(Args, Debug)]
struct ApiArgs {
    /// Make the files of a kind that the project has anew, and replace files that are there with other contents.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    kind: KindArgs,
}

/// A kind and its chart, in the words of operator-sdk's helm plugin.
#[derive(Args, Debug)]
pub(super) struct KindArgs {
    /// The API group, before the project's domain; `charts` if not given.
    #[arg(long)]
    group: Option<String>,
    /// The API version; `v1alpha1` if not given.
    #[arg(long)]
    version: Option<String>,
    /// The kind; the chart's name in upper camel case if not given.
    #[arg(long)]
    kind: Option<String>,
    /// The kind's plural; made from the kind if not given.
    #[arg(long)]
    plural: Option<String>,
    /// Short names for kubectl, separated by commas.
    #[arg(long, value_delimiter = ',')]
    short_names: Vec<String>,
    /// Whether the kind's resources live in namespaces.
    #[arg(long, value_enum, default_value_t = ScopeArg::Namespaced)]
    scope: ScopeArg,
    /// The chart: a folder, an archive, an oci:// reference, a name in --helm-chart-repo, or repo/name of a repository
    /// that Helm knows. A starter chart if not given.
    #[arg(long)]
    helm_chart: Option<String>,
    /// The address of the chart repository.
    #[arg(long, requires = "helm_chart")]
    helm_chart_repo: Option<String>,
    /// The chart's version, or a constraint on it; the latest if not given.
    #[arg(long, requires = "helm_chart")]
    helm_chart_version: Option<String>,
    /// A file with the certificates of those whom the chart's server is trusted by, in place of the system's.
    #[arg(long, requires = "helm_chart")]
    helm_chart_ca_file: Option<PathBuf>,
    /// A file with the certificate that is shown to the chart's server.
    #[arg(long, requires = "helm_chart")]
    helm_chart_cert_file: Option<PathBuf>,
    /// A file with the key of this certificate.
    #[arg(long, requires = "helm_chart")]
    helm_chart_key_file: Option<PathBuf>,
    /// Files with values that the chart needs to render at all.
    #[arg(long)]
    values: Vec<PathBuf>,
    /// As operator-sdk takes it.
    #[arg(long, hide = true, value_parser = ["v1"])]
    crd_version: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ScopeArg {
    /// In namespaces.
    Namespaced,
    /// In none.
    Cluster,
}

impl KindArgs {
    /// Whether a kind is asked for at all.
    pub(super) fn is_given(&self) -> bool {
        [&self.group, &self.version, &self.kind, &self.helm_chart]
            .iter()
            .any(|flag| flag.is_some())
    }

    /// The kind, with the names that were given or follow from the chart.
    fn api(&self, domain: &str, chart: &ChartFolder) -> anyhow::Result<Api> {
        let kind = self.kind.clone().unwrap_or_else(|| kind_of_chart(chart.chart.name()));
        let group = self.group.as_deref().unwrap_or("charts");
        let mut api = Api::new(group, domain, self.version.as_deref().unwrap_or("v1alpha1"), &kind)?;
        if let Some(plural) = &self.plural {
            api = api.with_plural(plural)?;
        }
        api.scope = match self.scope {
            ScopeArg::Namespaced => Scope::Namespaced,
            ScopeArg::Cluster => Scope::Cluster,
        };
        Ok(api.with_short_names(&self.short_names)?)
    }

    fn tls_files(&self) -> source::TlsFiles {
        source::TlsFiles {
            authority: self.helm_chart_ca_file.clone(),
            certificate: self.helm_chart_cert_file.clone(),
            key: self.helm_chart_key_file.clone(),
        }
    }

    /// The chart that was named, or a starter.
    fn chart(&self, folder: &Folder) -> anyhow::Result<ChartFolder> {
        match (&self.helm_chart, &self.kind) {
            (Some(chart), _) => source::find(
                folder,
                chart,
                self.helm_chart_repo.as_deref(),
                self.helm_chart_version.as_deref(),
                &self.tls_files(),
            ),
            (None, Some(kind)) => Ok(ChartFolder::new(scaffold::starter(&kind.to_ascii_lowercase())?)),
            (None, None) => bail!("name a chart (--helm-chart) or a kind (--kind)"),
        }
    }
}

/// Adds the kind.
pub(super) fn run(args: &CreateArgs) -> anyhow::Result<()> {
    let What::Api(args) = &args.what;
    let folder = Folder::new(".");
    let created = plan(&folder, &args.kind, args.force)?;
    write(&folder, &created.files, args.force)?;
    tell(&created);
    Ok(())
}

/// What the kind comes to in the project; nothing is written.
pub(super) fn plan(folder: &Folder, args: &KindArgs, force: bool) -> anyhow::Result<Created> {
    let project = folder
        .read("PROJECT")?
        .ok_or_else(|| scaffold::Error::NoProject(folder.root().to_owned()))?;
    let project = Project::parse(&project)?;
    let chart = args.chart(folder)?;
    let api = args.api(&project.domain, &chart)?;
    let watch = if project.has(&api) && force {
        watched(folder, &api)?
    } else {
        WatchAccess::default()
    };
    let creation = Creation {
        api: &api,
        chart: &chart,
        values: &values(&args.values)?,
        status: &status_schema()?,
        watch: &watch,
        again: force,
    };
    Ok(scaffold::create_api(folder, &creation)?)
}

/// How the project watches a kind that it has.
fn watched(folder: &Folder, api: &Api) -> anyhow::Result<WatchAccess> {
    let path = folder.root().join("watches.yaml");
    let watches = Watches::load(&path, &Environment::of_process(), &Charts::default())?;
    let gvk = Gvk::new(api.api_version(), &api.kind);
    let watch = watches.entries.iter().find(|watch| watch.gvk == gvk);
    Ok(watch.map(access_of).unwrap_or_default())
}

/// The values of files, joined as Helm joins them.
pub(super) fn values(paths: &[PathBuf]) -> anyhow::Result<Map> {
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        let data = std::fs::read(path).with_context(|| format!("failed to read {}", path.display()))?;
        files.push((path.display().to_string(), data));
    }
    let overrides = Overrides {
        files,
        ..Overrides::default()
    };
    Ok(overrides.join(|path| Err(format!("{path} can't be read")))?)
}

fn status_schema() -> anyhow::Result<Schema> {
    Schema::of_json_schema(&crate::status::json_schema())
        .map_err(anyhow::Error::msg)
        .context("failed to make the schema of the status")
}

/// Writes the plan and says what was written.
#[expect(clippy::print_stdout, reason = "that is what the commands tell")]
pub(super) fn write(folder: &Folder, files: &[File], force: bool) -> anyhow::Result<()> {
    let overwrite = if force { Overwrite::Always } else { Overwrite::Never };
    for path in folder.write(files, overwrite)? {
        println!("{path}");
    }
    Ok(())
}

/// Tells what there is to know about the new kind.
#[expect(clippy::print_stderr, reason = "hints for the user")]
pub(super) fn tell(created: &Created) {
    for change in &created.breaking {
        eprintln!("Warning: resources that exist may break: {change}");
    }
    tell_access(&created.access);
    eprintln!("Next: `make install` the definition, `make run` the operator, and `make sample`.");
}

/// Tells what is not certain about rules.
#[expect(clippy::print_stderr, reason = "hints for the user")]
pub(super) fn tell_access(access: &scaffold::Access) {
    if !access.guessed.is_empty() {
        let kinds: Vec<&str> = access.guessed.iter().map(String::as_str).collect();
        let kinds = kinds.join(", ");
        eprintln!(
            "Note: neither Kubernetes nor the chart defines these kinds; their rules are for resources of the usual \
             names: {kinds}"
        );
    }
    if let Some((_, error)) = access.failures.iter().find(|(values, _)| values.is_empty()) {
        let renders = access.renders;
        eprintln!("Warning: the chart does not render with its defaults, but with others of {renders} tried: {error}");
    }
}
