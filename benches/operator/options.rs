//! The command line.

use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Parser, ValueEnum};

/// Measures operators on the local control plane.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// An operator, as NAME=COMMAND; the first is what the others are compared with.
    #[arg(long = "subject", required = true)]
    pub(crate) subjects: Vec<Subject>,
    /// What is measured.
    #[arg(long, value_enum, default_value_t = Scenario::SideBySide)]
    pub(crate) scenario: Scenario,
    /// The folder with watches.yaml, helm-charts and config/crd/bases.
    #[arg(long, default_value = ".")]
    pub(crate) project: PathBuf,
    /// How many resources a burst makes.
    #[arg(long, default_value_t = 100)]
    pub(crate) count: usize,
    /// How many single installs, uninstalls and repairs of each kind are timed.
    #[arg(long, default_value_t = 20)]
    pub(crate) samples: usize,
    /// How long the operator is left alone for the idle cost, in seconds.
    #[arg(long, default_value_t = 30)]
    pub(crate) idle: u64,
    /// How many releases the bare client of the floor works on at once; 0 to leave it out.
    #[arg(long, default_value_t = 2)]
    pub(crate) concurrency: usize,
    /// Let controllers act on the workloads, which costs the API server more than any operator does.
    #[arg(long)]
    pub(crate) controllers: bool,
    /// Keep the operators' logs here.
    #[arg(long)]
    pub(crate) logs: Option<PathBuf>,
}

/// What is measured.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Scenario {
    /// The life of releases, next to other operators.
    SideBySide,
    /// Many releases, and a restart with them.
    Scale,
    /// What the objects and definitions of others cost.
    Foreign,
}

/// An operator to measure.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    /// What the table calls it.
    pub(crate) name: String,
    /// Its program and first arguments, separated by spaces.
    pub(crate) command: String,
}

impl FromStr for Subject {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let (name, command) = text.split_once('=').unwrap_or((text, text));
        Ok(Self {
            name: name.to_owned(),
            command: command.to_owned(),
        })
    }
}
