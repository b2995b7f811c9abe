//! `chartwright top`: the releases of an operator and its work, as they change.

mod facts;
mod keys;
mod plain;
mod scrape;
mod screen;
mod sources;

use std::io::{IsTerminal as _, stdout};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use ratatui::crossterm::event::{self, Event, KeyEventKind};

use self::keys::{Step, View};
use self::sources::Sources;

/// Show the releases and the work of an operator, as they change.
///
/// Releases are read from the API server; the operator's work (queue, API requests, drift that was mended, memory) from its
/// metrics, which `kubectl port-forward` makes reachable. Keys: the arrows choose, enter shows a release's conditions, s sorts
/// by the next column, r reverses, q ends.
#[derive(Args, Debug)]
pub(super) struct TopArgs {
    /// Only the releases of this namespace.
    #[arg(short, long)]
    namespace: Option<String>,
    /// The kubeconfig's context.
    #[arg(long)]
    context: Option<String>,
    /// The operator's metrics.
    #[arg(long, default_value = "http://127.0.0.1:8080/metrics")]
    metrics_url: String,
    /// A token that may `get` the metrics, where they need one.
    #[arg(long, env = "CHARTWRIGHT_METRICS_TOKEN", hide_env_values = true)]
    metrics_token: Option<String>,
    /// Take any certificate of the metrics' server: the operator makes its own at its start.
    #[arg(long)]
    metrics_insecure: bool,
    /// The file that tells which kinds are releases, where metrics don't.
    #[arg(long, default_value = "./watches.yaml")]
    watches_file: PathBuf,
    /// How often metrics are read, such as 2s.
    #[arg(long, default_value = "2s", value_parser = crate::duration::parse)]
    interval: Duration,
    /// Print once, as plain text, and end.
    #[arg(long)]
    once: bool,
}

/// How long a key is waited for before the screen is drawn again.
const REDRAW: Duration = Duration::from_millis(250);

/// Shows the releases until somebody wants no more.
pub(super) fn run(args: &TopArgs) -> anyhow::Result<()> {
    if !args.once && !stdout().is_terminal() {
        bail!("top draws on a terminal; with --once it prints plain text");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .context("failed to start the async runtime")?;
    let sources = runtime.block_on(Sources::open(args))?;
    if args.once {
        let facts = runtime.block_on(sources.facts_once());
        return super::stdout::print(&plain::text(&facts));
    }
    let _follower = runtime.spawn(sources.clone().follow(args.interval));
    ratatui::run(|terminal| -> anyhow::Result<()> {
        let mut view = View::default();
        loop {
            let facts = sources.facts();
            terminal.draw(|frame| screen::draw(frame, &facts, &mut view))?;
            if event::poll(REDRAW)?
                && let Event::Key(key) = event::read()?
                && key.kind == KeyEventKind::Press
                && view.take(key, &facts) == Step::End
            {
                return Ok(());
            }
        }
    })
}
