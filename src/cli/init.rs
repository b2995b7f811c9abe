//! `chartwright init`: a new operator project in the working folder.

use std::path::Path;

use anyhow::{Context as _, bail};
use clap::Args;
use scaffold::{Folder, Project, joined};

use super::create::{self, KindArgs};

/// Make an operator project in this folder.
///
/// With a chart or a kind, its API is created as well, as by `chartwright create api`.
#[derive(Args, Debug)]
pub(super) struct InitArgs {
    /// The domain of the project's API groups.
    #[arg(long, default_value = "my.domain")]
    domain: String,
    /// The project's name, the prefix of what it deploys; the folder's name if not given.
    #[arg(long)]
    project_name: Option<String>,
    /// Replace files that are there with other contents.
    #[arg(long)]
    force: bool,
    /// As operator-sdk takes it.
    #[arg(long, hide = true)]
    plugins: Vec<String>,
    /// As operator-sdk takes it.
    #[arg(long, hide = true, value_parser = ["3"])]
    project_version: Option<String>,
    #[command(flatten)]
    kind: KindArgs,
}

/// Makes the project.
pub(super) fn run(args: &InitArgs) -> anyhow::Result<()> {
    if let Some(other) = args.plugins.iter().find(|name| !name.starts_with("helm")) {
        bail!("--plugins {other}: chartwright makes operators of Helm charts only; leave the flag out");
    }
    let folder = Folder::new(".");
    if folder.read("PROJECT")?.is_some() && !args.force {
        bail!("there is a project in this folder already; use --force to make its files anew");
    }
    let name = match &args.project_name {
        Some(name) => name.clone(),
        None => folder_name(folder.root())?,
    };
    let project = Project::new(&name, &args.domain)?;
    let mut files = scaffold::init(&project)?;
    if !args.kind.is_given() {
        create::write(&folder, &files, args.force)?;
        eprint_next("chartwright create api --help");
        return Ok(());
    }
    let created = create::plan(&folder.with(&files), &args.kind, args.force)?;
    files = joined(files, created.files.clone());
    create::write(&folder, &files, args.force)?;
    create::tell(&created);
    Ok(())
}

#[expect(clippy::print_stderr, reason = "a hint for the user")]
fn eprint_next(command: &str) {
    eprintln!("Next: add a kind; `{command}` tells how.");
}

/// The name of the working folder, as far as a project can be called so.
fn folder_name(root: &Path) -> anyhow::Result<String> {
    let path = root.canonicalize().context("failed to find the working folder")?;
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase());
    name.context("the working folder has no name; use --project-name")
}
