//! `chartwright run`: the operator.

mod leading;
mod logging;
mod process;
mod serving;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use helm_kube::Rate;
use scaffold::OwnWork;

use crate::operator::Options;
use crate::project::Project;
use crate::reconcile::Settings;
use crate::watches::Environment;
use process::Plan;

/// Run the operator: reconcile the custom resources of all kinds in watches.yaml with the charts that it names.
///
/// As with Go's flags, the last of several counts.
#[derive(Args, Debug)]
#[command(args_override_self = true)]
pub(super) struct RunArgs {
    /// The file that maps custom resource kinds to charts.
    #[arg(long, default_value = "./watches.yaml")]
    watches_file: PathBuf,
    /// How often to look at a resource although nothing happened, such as 1m or 1h30m; 0 for never.
    #[arg(long, default_value = "1m0s", value_parser = crate::duration::parse, allow_hyphen_values = true)]
    reconcile_period: Duration,
    /// How many releases of one kind are worked on at once.
    #[arg(long, default_value_t = default_concurrency(), value_parser = at_least_one, allow_hyphen_values = true)]
    max_concurrent_reconciles: usize,
    /// How many revisions of a release are kept; 0 for all.
    #[arg(long, default_value_t = 10)]
    max_history: usize,
    /// How long a hook may take.
    #[arg(long, default_value = "5m0s", value_parser = crate::duration::parse)]
    hook_timeout: Duration,
    /// Leave the values of overrideValues out of events.
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true",
          value_parser = flag, action = clap::ArgAction::Set)]
    suppress_override_values: bool,
    /// The namespaces to watch, separated by commas; all if empty.
    #[arg(long, env = "WATCH_NAMESPACE", default_value = "", hide_env_values = true)]
    watch_namespace: String,
    /// The kubeconfig's context.
    #[arg(long)]
    context: Option<String>,
    /// How many requests are sent to the API server in a second, watches among them; 0 for as many as there are. The Lease
    /// of a leader is not among them.
    #[arg(long, default_value_t = 0.0, value_parser = at_least_zero, allow_hyphen_values = true)]
    kube_api_qps: f64,
    /// How many of these are sent at once, before they have to wait.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..), allow_hyphen_values = true)]
    kube_api_burst: u32,
    #[command(flatten)]
    serving: serving::ServeArgs,
    #[command(flatten)]
    leading: leading::LeaderArgs,
    #[command(flatten)]
    logging: logging::LogArgs,
}

pub(crate) fn default_concurrency() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

/// A boolean as Go's flags take it.
fn flag(text: &str) -> Result<bool, String> {
    crate::request::parse_bool(text).ok_or_else(|| "must be true or false".to_owned())
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| "must be a whole number above 0".to_owned())
}

fn at_least_zero(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|number: &f64| number.is_finite() && *number >= 0.0)
        .ok_or_else(|| "must be a number, 0 or above".to_owned())
}

/// Tells of an old name.
#[expect(
    clippy::print_stderr,
    reason = "logging has not begun, and a log's reader is not who set the flag"
)]
fn deprecated(old: &str, new: &str) {
    eprintln!("{old} has been deprecated, use {new}");
}

impl RunArgs {
    /// The namespaces to watch; all if there are none.
    pub(super) fn namespaces(&self) -> Vec<String> {
        let names = self.watch_namespace.split(',').map(str::trim);
        names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
    }

    fn options(&self) -> Options {
        Options {
            namespaces: self.namespaces(),
            max_concurrent_reconciles: self.max_concurrent_reconciles,
            settings: Settings {
                reconcile_period: self.reconcile_period,
                max_history: self.max_history,
                hook_timeout: self.hook_timeout,
                suppress_override_values: self.suppress_override_values,
            },
            grace: Duration::from_secs(8),
        }
    }

    fn rate(&self) -> Option<Rate> {
        (self.kube_api_qps > 0.0).then_some(Rate {
            per_second: self.kube_api_qps,
            burst: self.kube_api_burst,
        })
    }

    /// What the operator does besides making releases.
    pub(super) fn own_work(&self) -> OwnWork {
        OwnWork {
            elects: self.leading.is_asked_for(),
            authorizes: self.serving.asks_for_access(),
            shows_events: self.serving.asks_for_web(),
        }
    }

    /// Everything that can be known to be wrong is found here, before anything is started.
    fn plan(&self) -> anyhow::Result<Plan> {
        let options = self.options();
        let (project, watches) = Project::load(&self.watches_file, Environment::of_process(), &options.namespaces)?;
        Ok(Plan {
            project,
            watches,
            options,
            context: self.context.clone(),
            rate: self.rate(),
            serving: self.serving.serving()?,
            election: self.leading.election()?,
        })
    }
}

/// Runs the operator until it gets SIGTERM or SIGINT.
pub(super) fn run(args: &RunArgs) -> anyhow::Result<()> {
    let plan = args.plan()?;
    crate::telemetry::init(&args.logging.logging());
    if args.serving.asks_for_http2() {
        tracing::warn!("--enable-http2 has no effect: metrics are served over HTTP/1.1");
    }
    process::run(plan)
}
