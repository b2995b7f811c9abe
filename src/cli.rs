//! The command line: one file for each command.

mod bundle;
mod completion;
mod create;
mod init;
mod lint;
mod man;
mod migrate;
mod rbac;
mod release;
mod run;
mod schema;
mod stack;
mod stdout;
mod table;
mod template;
mod top;
mod values;
mod version;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use version::{COMMIT, VERSION};

/// The exit code of a `diff` that could not compare.
const DIFF_FAILURE: u8 = 2;

/// A Helm-chart-driven, generic Kubernetes operator.
#[derive(Debug, Parser)]
#[command(name = "chartwright", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// The flags of a command are made when it is asked for: of all together, that takes a tenth of what `template` takes.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
enum Command {
    /// Run the operator.
    Run(Box<run::RunArgs>),
    /// Make an operator project in this folder.
    Init(Box<init::InitArgs>),
    /// Add to the project of this folder.
    Create(create::CreateArgs),
    /// Print the least rights under which the operator of this folder works.
    Rbac(rbac::RbacArgs),
    /// Take over the operator-sdk project of this folder.
    Migrate(migrate::MigrateArgs),
    /// Write the OLM bundle of the project in this folder.
    Bundle(bundle::BundleArgs),
    /// Render a chart locally.
    Template(Box<template::TemplateArgs>),
    /// Examine charts for possible mistakes.
    Lint(Box<lint::LintArgs>),
    /// Print the revisions of a release.
    History(release::HistoryArgs),
    /// Print how a release and its objects are.
    Status(release::StatusArgs),
    /// Print the manifest, hooks, values or notes of a revision.
    Get(release::GetArgs),
    /// Print what an edit of a custom resource, or the chart on disk, would change in the cluster.
    Diff(release::DiffArgs),
    /// Run the tests of a release.
    Test(release::TestArgs),
    /// Show the releases and the work of an operator, as they change.
    Top(top::TopArgs),
    /// Print a JSON Schema for editors.
    Schema(schema::SchemaArgs),
    /// Print the completion script of a shell.
    Completion(completion::CompletionArgs),
    /// Write the manual pages of all commands.
    Man(man::ManArgs),
    /// Print what this binary was built from.
    Version,
}

impl Cli {
    /// Does what the command line asks for; the exit code is what the command found.
    pub fn execute(&self) -> anyhow::Result<ExitCode> {
        match &self.command {
            Command::Run(args) => run::run(args),
            Command::Init(args) => init::run(args),
            Command::Create(args) => create::run(args),
            Command::Rbac(args) => rbac::run(args),
            Command::Migrate(args) => migrate::run(args),
            Command::Bundle(args) => bundle::run(args),
            Command::Template(args) => template::run(args),
            Command::Lint(args) => lint::run(args),
            Command::History(args) => release::history(args),
            Command::Status(args) => release::status(args),
            Command::Get(args) => release::get(args),
            Command::Diff(args) => return Ok(ExitCode::from(u8::from(release::diff(args)?))),
            Command::Test(args) => release::test(args),
            Command::Top(args) => top::run(args),
            Command::Schema(args) => schema::run(args),
            Command::Completion(args) => {
                completion::run(args);
                Ok(())
            }
            Command::Man(args) => man::run(args),
            Command::Version => {
                version::run();
                Ok(())
            }
        }?;
        Ok(ExitCode::SUCCESS)
    }

    /// The exit code of a command that failed: `diff` says by 1 that there is a difference, as `diff` does.
    pub fn failure(&self) -> ExitCode {
        match &self.command {
            Command::Diff(_) => ExitCode::from(DIFF_FAILURE),
            _ => ExitCode::FAILURE,
        }
    }
}

/// The exit code of a command line that can't be understood; `args` begin with the program's name.
pub fn usage_failure(mut args: impl Iterator<Item = OsString>) -> ExitCode {
    if args.nth(1).is_some_and(|command| command == "diff") {
        ExitCode::from(DIFF_FAILURE)
    } else {
        ExitCode::FAILURE
    }
}
