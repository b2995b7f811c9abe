//! The `chartwright` binary.

use std::process::ExitCode;

use chartwright::cli::{Cli, usage_failure};
use clap::Parser;

#[expect(clippy::print_stderr, reason = "the one place where an error reaches the user")]
fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // What can't be printed can't be reported either.
            let _ = error.print();
            return if error.use_stderr() {
                usage_failure(std::env::args_os())
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    match cli.execute() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("Error: {error:#}");
            cli.failure()
        }
    }
}
