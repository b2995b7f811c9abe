//! `chartwright completion`: what a shell needs to complete our command lines.

use clap::{Args, CommandFactory as _};
use clap_complete::{Shell, generate};

/// Print the completion script of a shell, to be sourced by it.
#[derive(Args, Debug)]
pub(super) struct CompletionArgs {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints the script.
pub(super) fn run(args: &CompletionArgs) {
    let mut command = super::Cli::command();
    generate(args.shell, &mut command, "chartwright", &mut std::io::stdout());
}
