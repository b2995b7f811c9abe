//! Measures operators on the real control plane, side by side: `hack/bench-operator.sh` builds and runs this.
//!
//! Each subject gets a control plane of its own, so that nobody works in another's leavings, and is treated as the
//! others are. Every time is taken by one client that watches: from before it sends a request to the event that shows
//! what became of it. Requests are counted in the API server's audit log.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program")]

mod arena;
mod audit;
mod changes;
mod figures;
mod floor;
mod foreign;
mod options;
mod process;
mod scale;
mod side_by_side;

use anyhow::Result;
use clap::Parser as _;

use self::figures::Table;
use self::options::{Options, Scenario};

#[tokio::main]
async fn main() -> Result<()> {
    // cargo appends --bench to whatever it runs as a benchmark.
    let arguments = std::env::args().filter(|argument| argument != "--bench");
    let options = Options::parse_from(arguments);
    let mut table = Table::default();
    for subject in &options.subjects {
        eprintln!("{}: {:?}", subject.name, options.scenario);
        let figures = match options.scenario {
            Scenario::SideBySide => side_by_side::measure(subject, &options).await?,
            Scenario::Scale => scale::measure(subject, &options).await?,
            Scenario::Foreign => foreign::measure(subject, &options).await?,
        };
        table.add(&subject.name, figures);
    }
    println!("{table}");
    Ok(())
}
