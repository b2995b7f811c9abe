//! `chartwright test`: a release's tests, run and told of as `helm test` does it.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use helm_action::{ApplyPolicy, Context, Error, Notices, Slot, TestFilter, Tested, run_tests};
use helm_kube::{Cluster, Gvk, Owner, Ownership, Record, Secrets};
use helm_release::{Hook, HookEvent, HookPhase};
use k8s_openapi::jiff::civil::DateTime;
use k8s_openapi::jiff::fmt::temporal::Pieces;
use kube::Client;
use tokio::sync::Semaphore;

use super::ReleaseArgs;
use crate::duration;

/// Run the tests of a release's chart, one after the other until one fails.
#[derive(Args, Debug)]
pub(in crate::cli) struct TestArgs {
    #[command(flatten)]
    release: ReleaseArgs,
    /// Which tests: `name=NAME` for only those, `!name=NAME` for all but those; separated by commas, or given repeatedly.
    #[arg(long, value_delimiter = ',', value_parser = Choice::parse)]
    filter: Vec<Choice>,
    /// Print what the pods of the tests have printed.
    #[arg(long)]
    logs: bool,
    /// How long each test may take.
    #[arg(long, default_value = "5m0s", value_parser = duration::parse)]
    timeout: Duration,
}

/// A test that is run, or one that is not.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Choice {
    Only(String),
    Except(String),
}

impl Choice {
    fn parse(text: &str) -> Result<Self, String> {
        let (is_except, rest) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
        // Helm takes a blank there.
        let rest = if is_except { rest.trim_start() } else { rest };
        match rest.strip_prefix("name=") {
            Some(name) if is_except => Ok(Self::Except(name.to_owned())),
            Some(name) => Ok(Self::Only(name.to_owned())),
            None => Err("it is neither `name=NAME` nor `!name=NAME`".into()),
        }
    }
}

fn filter(choices: &[Choice]) -> TestFilter {
    let mut filter = TestFilter::default();
    for choice in choices {
        match choice {
            Choice::Only(name) => filter.only.push(name.clone()),
            Choice::Except(name) => filter.except.push(name.clone()),
        }
    }
    filter
}

/// Runs the tests. What there is to print comes also where they failed.
pub(super) async fn run(args: &TestArgs) -> anyhow::Result<(String, Vec<Error>)> {
    let found = args.release.find().await?;
    let record = found.record(None)?;
    let cx = context(&found.client, record, args.timeout).await?;
    let filter = filter(&args.filter);
    let tested = run_tests(&cx, record, &filter, args.logs).await?;
    let mut text = report(&tested, &filter);
    if args.logs {
        let _ = write!(text, "\n{}", tested.logs);
    }
    Ok((text, tested.failures))
}

/// What the operator would run the tests with.
async fn context(client: &Client, record: &Record, timeout: Duration) -> anyhow::Result<Context> {
    let release = &record.release;
    let Some(owner) = &record.owner else {
        bail!(
            "release {}/{} belongs to no custom resource: `helm test` runs its tests",
            release.namespace,
            release.name
        );
    };
    let cluster = Cluster::new(client.clone()).await?;
    let is_namespaced = cluster
        .is_namespaced(&Gvk::new(owner.api_version.as_str(), owner.kind.as_str()))
        .await
        .with_context(|| {
            format!(
                "failed to look up the owner of the release, {} {}",
                owner.kind, owner.name
            )
        })?;
    Ok(Context {
        cluster,
        secrets: Secrets::new(client.clone(), &release.namespace),
        ownership: Ownership {
            release: release.name.clone(),
            namespace: release.namespace.clone(),
            chart: release.chart.name().to_owned(),
            owner: Owner {
                api_version: owner.api_version.clone(),
                kind: owner.kind.clone(),
                name: owner.name.clone(),
                namespace: is_namespaced.then(|| release.namespace.clone()),
                uid: owner.uid.clone(),
            },
        },
        record_owner: record.owner.clone(),
        policy: Arc::new(ApplyPolicy::default()),
        notices: Notices::default(),
        max_history: 0,
        hook_timeout: timeout,
        disable_hooks: false,
        force: false,
        refused: None,
        untouched: Vec::new(),
        slot: Slot::take(Arc::new(Semaphore::new(1))).await,
    })
}

/// What Helm prints of a release and its tests: those that were left out before the others.
fn report(tested: &Tested, filter: &TestFilter) -> String {
    let release = &tested.record.release;
    let mut text = String::new();
    for (name, fact) in [
        ("NAME", release.name.clone()),
        ("LAST DEPLOYED", ansi_c(&release.info.last_deployed)),
        ("NAMESPACE", release.namespace.clone()),
        ("STATUS", release.info.status.to_string()),
        ("REVISION", release.version.to_string()),
        ("DESCRIPTION", release.info.description.clone()),
    ] {
        let _ = writeln!(text, "{name}: {fact}");
    }
    let (taken, left_out): (Vec<&Hook>, Vec<&Hook>) = release.hooks().iter().partition(|hook| filter.takes(hook));
    let mut tests = left_out
        .into_iter()
        .chain(taken)
        .filter(|hook| hook.runs_at(HookEvent::Test))
        .peekable();
    if tests.peek().is_none() {
        text.push_str("TEST SUITE: None\n");
    }
    for test in tests.filter(|test| !test.last_run.started_at.is_empty()) {
        let run = &test.last_run;
        let (started, completed) = (ansi_c(&run.started_at), ansi_c(&run.completed_at));
        let _ = writeln!(
            text,
            "TEST SUITE:     {}\nLast Started:   {started}\nLast Completed: {completed}\nPhase:          {}",
            test.name,
            phase(run.phase)
        );
    }
    text
}

fn phase(phase: HookPhase) -> &'static str {
    match phase {
        HookPhase::Unknown => "Unknown",
        HookPhase::Running => "Running",
        HookPhase::Succeeded => "Succeeded",
        HookPhase::Failed => "Failed",
        HookPhase::Never => "",
    }
}

/// A time of a record as C's `asctime` writes it, in the zone that the record names; Go's first second if there is none.
fn ansi_c(time: &str) -> String {
    let read = Pieces::parse(time).ok();
    let time = read.and_then(|read| Some(DateTime::from_parts(read.date(), read.time()?)));
    time.map_or_else(
        || "Mon Jan  1 00:00:00 0001".to_owned(),
        |time| time.strftime("%a %b %e %H:%M:%S %Y").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_choose_and_leave_out() {
        let only = |name: &str| Ok(Choice::Only(name.into()));
        let except = |name: &str| Ok(Choice::Except(name.into()));
        assert_eq!(Choice::parse("name=a"), only("a"));
        assert_eq!(Choice::parse("!name=a"), except("a"));
        assert_eq!(Choice::parse("! name=a"), except("a"));
        assert!(Choice::parse("kind=Pod").is_err());
        assert!(Choice::parse("a").is_err());
    }

    #[test]
    fn times_are_written_as_asctime_does() {
        // Go's time.ANSIC.
        let cases = [
            ("2026-11-01T09:08:07.123456789Z", "Sun Nov  1 09:08:07 2026"),
            ("2026-11-21T19:08:07+02:00", "Sat Nov 21 19:08:07 2026"),
            ("", "Mon Jan  1 00:00:00 0001"),
        ];
        for (time, expected) in cases {
            assert_eq!(ansi_c(time), expected);
        }
    }
}
