//! `chartwright template`: renders a chart as `helm template` does, without a cluster.

mod args;
mod inputs;
mod name;
mod options;
mod output;
mod post_renderer;
mod show_only;

use std::io::{self, Write};
use std::mem::ManuallyDrop;

use anyhow::anyhow;
use helm_chart::{Chart, Warning};
use helm_engine::{Engine, Error as EngineError, Rendered};
use helm_release::{Hook, HookEvent, PatchError, Sorted, sort_patched, write_documents};

use super::stack::on_render_stack;
use super::stdout;
pub(super) use args::TemplateArgs;
use options::{Hooks, TemplateOptions};

/// What Helm adds to an error when there is output that it does not show.
const DEBUG_HINT: &str = "\n\nUse --debug flag to render out invalid YAML";

/// Where Helm logs a hook it does not know.
const UNKNOWN_HOOK_ORIGIN: &str = "manifest_sorter.go:199";

/// A release that was rendered, as far as that went.
#[derive(Default)]
struct Release {
    manifest: String,
    hooks: Vec<Hook>,
}

/// Why a chart was not rendered.
struct Failure {
    error: anyhow::Error,
    /// What there was when it happened, for `--debug`; `None` if it happened before Helm has a release.
    release: Option<Release>,
}

/// Renders the chart and writes what comes out to standard output.
pub(super) fn run(args: &TemplateArgs) -> anyhow::Result<()> {
    let options = TemplateOptions::try_from(args)?;
    on_render_stack("render", || template(&options))
}

fn template(options: &TemplateOptions) -> anyhow::Result<()> {
    match release(options) {
        Ok(release) => show(&release, options),
        Err(Failure {
            error,
            release: Some(release),
        }) if options.debug => {
            // The release's own failure says more than one to show it.
            let _ = show(&release, options);
            Err(error)
        }
        Err(Failure {
            error,
            release: Some(_),
        }) => Err(anyhow!("{error:#}{DEBUG_HINT}")),
        Err(Failure { error, release: None }) => Err(error),
    }
}

/// Loads and renders the chart; the steps and their order are Helm's.
fn release(options: &TemplateOptions) -> Result<Release, Failure> {
    let path = inputs::locate(&options.chart)?;
    let values = options.values.read()?;
    let chart = load(&path)?;
    name::validate(&options.request.name)?;
    let mut log = Vec::new();
    // The process is about to end: to drop what was parsed and rendered piece by piece would take a tenth of its time.
    let engine = ManuallyDrop::new(Engine::new());
    let chart = ManuallyDrop::new(chart);
    let rendered = engine.render_logged(&chart, values, &options.request, &mut log);
    warn(&log);
    assemble(&ManuallyDrop::new(rendered.map_err(render_failure)?), options)
}

fn load(path: &std::path::Path) -> anyhow::Result<Chart> {
    let loaded = helm_chart::load(path)?;
    warn(&loaded.warnings);
    loaded.chart.ensure_application()?;
    if loaded.chart.metadata.deprecated {
        let _ = writeln!(io::stderr(), "WARNING: This chart is deprecated");
    }
    loaded.chart.ensure_dependencies()?;
    Ok(loaded.chart)
}

fn warn(warnings: &[Warning]) {
    for warning in warnings {
        let _ = writeln!(io::stderr(), "{warning}");
    }
}

fn render_failure(error: EngineError) -> Failure {
    // Helm makes the release after it has joined and checked the values.
    let has_release = !matches!(error, EngineError::Values(_) | EngineError::Schema(_));
    Failure {
        error: error.into(),
        release: has_release.then(Release::default),
    }
}

/// A failure to sort or patch; what is no YAML can be looked at.
fn unsorted(rendered: &Rendered, error: PatchError) -> Failure {
    if !matches!(error, PatchError::Manifest(_)) {
        return error.into();
    }
    let files = rendered.files.iter().filter(|(_, text)| !text.trim().is_empty());
    let mut release = Release::default();
    write_documents(
        &mut release.manifest,
        files.map(|(path, text)| (path.as_str(), text.as_str())),
    );
    let release = Some(release);
    Failure {
        error: error.into(),
        release,
    }
}

/// The manifest and the hooks of what was rendered.
fn assemble(rendered: &Rendered, options: &TemplateOptions) -> Result<Release, Failure> {
    let Sorted {
        manifests,
        hooks,
        unknown_hooks,
    } = sort_patched(&rendered.files, &options.patches, &options.request.namespace)
        .map_err(|error| unsorted(rendered, error))?;
    for events in unknown_hooks {
        let events = govalue::quote(events.as_bytes());
        let _ = writeln!(
            io::stderr(),
            "{UNKNOWN_HOOK_ORIGIN}: info: skipping unknown hook: {events}"
        );
    }
    let definitions = rendered.definitions.iter().filter(|_| options.include_crds);
    let definitions = definitions.map(|(chart, file)| (format!("{chart}/{}", file.name), file.data.to_lossy()));
    let definitions: Vec<_> = definitions.collect();
    let documents = definitions.iter().map(|(path, text)| (path.as_str(), text.as_ref()));
    let manifests = manifests
        .iter()
        .map(|manifest| (manifest.path.as_str(), manifest.content.trim_end()));
    let mut release = Release {
        manifest: String::new(),
        hooks,
    };
    match &options.folder {
        Some(folder) => {
            folder.write_definitions(documents)?;
            folder.write(manifests)?;
        }
        None => write_documents(&mut release.manifest, documents.chain(manifests)),
    }
    if let Some(program) = &options.post_renderer {
        let manifest = std::mem::take(&mut release.manifest);
        match program.run(manifest) {
            Ok(manifest) => release.manifest = manifest,
            Err(error) => {
                let release = Some(release);
                return Err(Failure { error, release });
            }
        }
    }
    Ok(release)
}

/// Writes the release to standard output, or the hooks to files where these are asked for.
fn show(release: &Release, options: &TemplateOptions) -> anyhow::Result<()> {
    let mut text = String::with_capacity(release.manifest.len() + 1);
    text.push_str(release.manifest.trim());
    text.push('\n');
    let hooks = release.hooks.iter().filter(|hook| match options.hooks {
        Hooks::All => true,
        Hooks::WithoutTests => !hook.runs_at(HookEvent::Test),
        Hooks::None => false,
    });
    let hooks = hooks.map(|hook| (hook.path.as_str(), hook.manifest.trim_end()));
    match &options.folder {
        Some(folder) => folder.write_more(hooks)?,
        None => write_documents(&mut text, hooks),
    }
    if !options.show_only.is_empty() {
        text = show_only::select(&text, &options.show_only)?;
    }
    stdout::print(&text)
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self {
            error: error.into(),
            release: None,
        }
    }
}
