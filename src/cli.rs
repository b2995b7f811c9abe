//! The command line: one file for each command.

mod bundle;
mod completion;
mod create;
mod init;
mod lint;
mod migrate;
mod rbac;
mod release;
mod run;
mod schema;
mod stdout;
mod template;
mod values;
mod version;

use clap::{Parser, Subcommand};

pub use version::{COMMIT, VERSION};

/// A Helm-chart-driven, generic Kubernetes operator.
#[derive(Debug, Parser)]
#[command(name = "chartwright", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
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
    /// Print a JSON Schema for editors.
    Schema(schema::SchemaArgs),
    /// Print the completion script of a shell.
    Completion(completion::CompletionArgs),
    /// Print what this binary was built from.
    Version,
}

impl Cli {
    /// Does what the command line asks for.
    pub fn execute(&self) -> anyhow::Result<()> {
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
            Command::Schema(args) => schema::run(args),
            Command::Completion(args) => {
                completion::run(args);
                Ok(())
            }
            Command::Version => {
                version::run();
                Ok(())
            }
        }
    }
}
