//! `chartwright migrate`: takes over an operator-sdk project.

use std::path::Path;

use clap::Args;
use scaffold::Folder;

use super::create::write;
use crate::charts::Charts;
use crate::watches::{Environment, Watches};

/// Take over the operator-sdk project of this folder, changing only what must change.
#[derive(Args, Debug)]
pub(super) struct MigrateArgs {
    /// Say what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

/// Changes the project's files.
#[expect(clippy::print_stderr, reason = "notes for the user")]
pub(super) fn run(args: &MigrateArgs) -> anyhow::Result<()> {
    let migration = scaffold::migrate(&Folder::new("."))?;
    // What can't be run must not be half migrated.
    Watches::load(
        Path::new("watches.yaml"),
        &Environment::of_process(),
        &Charts::default(),
    )?;
    for note in &migration.notes {
        eprintln!("{note}");
    }
    if migration.files.is_empty() {
        eprintln!("There is nothing to change.");
    }
    if args.dry_run {
        return Ok(());
    }
    write(&Folder::new("."), &migration.files, false)
}
