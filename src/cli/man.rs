//! `chartwright man`: the manual pages of our command lines.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Command, CommandFactory as _};
use clap_mangen::Man;
use scaffold::{File, Folder, Overwrite};

/// Write the manual pages, one for each command, into a folder.
///
/// `man -l FOLDER/chartwright-run.1` shows one; in a folder `man1` below one of MANPATH, `man chartwright-run` does.
#[derive(Args, Debug)]
pub(super) struct ManArgs {
    /// The folder; it is made if need be.
    folder: PathBuf,
    /// Replace pages that are there with other contents.
    #[arg(long)]
    force: bool,
}

/// Writes the pages and says which.
#[expect(clippy::print_stdout, reason = "that is what the command tells")]
pub(super) fn run(args: &ManArgs) -> anyhow::Result<()> {
    let mut command = super::Cli::command().disable_help_subcommand(true);
    command.build();
    let mut pages = Vec::new();
    write_pages(&command, "chartwright", &mut pages)?;
    let overwrite = if args.force {
        Overwrite::Always
    } else {
        Overwrite::Never
    };
    for path in Folder::new(&args.folder).write(&pages, overwrite)? {
        println!("{path}");
    }
    Ok(())
}

/// The page of a command, and those of the commands below it.
fn write_pages(command: &Command, name: &str, pages: &mut Vec<File>) -> anyhow::Result<()> {
    let mut text = Vec::new();
    Man::new(command.clone().display_name(name))
        .title(name.to_uppercase())
        .render(&mut text)
        .with_context(|| format!("failed to write the page of {name}"))?;
    pages.push(File::new(format!("{name}.1"), text));
    for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
        write_pages(inner, &format!("{name}-{}", inner.get_name()), pages)?;
    }
    Ok(())
}
