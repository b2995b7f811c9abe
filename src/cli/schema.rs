//! `chartwright schema`: JSON Schemas for editors.

use anyhow::Context as _;
use clap::{Args, ValueEnum};

/// Print a JSON Schema.
#[derive(Args, Debug)]
pub(super) struct SchemaArgs {
    /// Of what.
    #[arg(value_enum)]
    of: Subject,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Subject {
    /// watches.yaml
    Watches,
}

/// Prints the schema.
#[expect(clippy::print_stdout, reason = "that is the command")]
pub(super) fn run(args: &SchemaArgs) -> anyhow::Result<()> {
    let schema = match args.of {
        Subject::Watches => crate::watches::json_schema(),
    };
    println!(
        "{}",
        serde_json::to_string_pretty(&schema).context("failed to write the schema")?
    );
    Ok(())
}
