//! What `chartwright template` needs, made from what was typed.

use std::sync::Arc;

use anyhow::bail;
use helm_chart::Capabilities;
use helm_engine::Request;
use helm_release::Patch;

use super::args::{ClusterArgs, OutputArgs, RefusedArgs, TemplateArgs};
use super::name;
use super::output::Folder;
use super::post_renderer::PostRenderer;
use crate::cli::values::{self, ValuesArgs};
use crate::watches::load_patches;

/// Everything that a render and its output depend on.
pub(super) struct TemplateOptions {
    pub(super) chart: String,
    pub(super) request: Request,
    pub(super) values: ValuesArgs,
    pub(super) include_crds: bool,
    pub(super) hooks: Hooks,
    /// Patterns of the templates to show; empty for all.
    pub(super) show_only: Vec<String>,
    /// Where files are written instead of standard output.
    pub(super) folder: Option<Folder>,
    /// What is changed of the rendered documents.
    pub(super) patches: Vec<Patch>,
    /// Who changes the manifests further.
    pub(super) post_renderer: Option<PostRenderer>,
    /// Whether what failed is shown.
    pub(super) debug: bool,
}

/// Which hooks are shown.
#[derive(Clone, Copy)]
pub(super) enum Hooks {
    All,
    WithoutTests,
    None,
}

impl TryFrom<&TemplateArgs> for TemplateOptions {
    type Error = anyhow::Error;

    fn try_from(args: &TemplateArgs) -> Result<Self, anyhow::Error> {
        args.refused.check()?;
        let capabilities = args.cluster.capabilities()?;
        let (release, chart) = name::name_and_chart(args)?;
        let output = &args.output;
        let folder = output
            .output_dir
            .as_ref()
            .map(|root| Folder::new(root, output.release_name.then_some(&*release)));
        let mut request = Request::new(release, args.place.namespace.as_str());
        request.capabilities = Arc::new(capabilities);
        request.is_upgrade = args.cluster.is_upgrade;
        request.skip_schema = args.values.skip_schema_validation;
        request.sub_notes = output.render_subchart_notes;
        Ok(Self {
            chart,
            request,
            values: args.values.clone(),
            include_crds: output.include_crds,
            hooks: match (output.no_hooks, output.skip_tests) {
                (true, _) => Hooks::None,
                (false, true) => Hooks::WithoutTests,
                (false, false) => Hooks::All,
            },
            show_only: output.show_only.clone(),
            folder,
            patches: output.patches()?,
            post_renderer: output.post_renderer.clone().map(|program| PostRenderer {
                program,
                args: output.post_renderer_args.clone(),
            }),
            debug: output.debug,
        })
    }
}

impl RefusedArgs {
    /// Refuses what a render without cluster and network cannot do.
    fn check(&self) -> anyhow::Result<()> {
        let flags = [
            ("--validate", self.validate, "it needs a cluster"),
            (
                "--dependency-update",
                self.dependency_update,
                "charts are not downloaded; run `helm dependency build`",
            ),
            ("--enable-dns", self.enable_dns, "templates do not reach the network"),
            ("--verify", self.verify, "provenance is not checked"),
            (
                "--repo",
                self.repo.is_some(),
                "charts are not downloaded; give a folder or an archive",
            ),
        ];
        if let Some((flag, _, reason)) = flags.into_iter().find(|(_, is_given, _)| *is_given) {
            bail!("{flag} is not supported: {reason}");
        }
        match self.dry_run.as_deref() {
            None | Some("" | "true" | "client") => Ok(()),
            Some("server" | "none" | "false") => bail!("--dry-run=server is not supported: it needs a cluster"),
            Some(_) => {
                bail!("Invalid dry-run flag. Flag must one of the following: false, true, none, client, server")
            }
        }
    }
}

impl OutputArgs {
    /// The patches of all files, in their order.
    fn patches(&self) -> anyhow::Result<Vec<Patch>> {
        let mut patches = Vec::new();
        for path in &self.post_render_patches {
            patches.append(&mut load_patches(path)?);
        }
        Ok(patches)
    }
}

impl ClusterArgs {
    fn capabilities(&self) -> anyhow::Result<Capabilities> {
        let mut capabilities = Capabilities::default();
        if !self.kube_version.is_empty() {
            capabilities.kube_version = values::kube_version(&self.kube_version)?;
        }
        capabilities.api_versions.extend(self.api_versions.iter().cloned());
        Ok(capabilities)
    }
}
