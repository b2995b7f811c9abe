//! `chartwright history`, `status`, `get` and `diff`: what there is to see of a release; `test` runs its tests.

mod diff;
mod get;
mod history;
mod status;
mod test;

use std::future::Future;

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use helm_kube::{ClientOptions, Record, Secrets, Unreadable};
use kube::Client;

use crate::error::chain;

pub(super) use diff::DiffArgs;
pub(super) use get::GetArgs;
pub(super) use history::HistoryArgs;
pub(super) use status::StatusArgs;
pub(super) use test::TestArgs;

/// Which release, and where it is.
#[derive(Args, Debug)]
struct ReleaseArgs {
    /// The release: the name of its custom resource.
    release: String,
    /// The release's namespace; that of the kubeconfig's context if not given.
    #[arg(short, long)]
    namespace: Option<String>,
    /// The kubeconfig's context.
    #[arg(long)]
    context: Option<String>,
}

/// How something is printed.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Output {
    /// For people.
    Table,
    /// For programs.
    Json,
}

/// A release's records, with the way to its cluster.
struct Found {
    client: Client,
    records: Vec<Record>,
}

impl ReleaseArgs {
    /// Reads the records; there is at least one.
    async fn find(&self) -> anyhow::Result<Found> {
        let options = ClientOptions {
            context: self.context.clone(),
            rate: None,
        };
        let (client, _) = helm_kube::connect(&options).await?;
        let namespace = self
            .namespace
            .clone()
            .unwrap_or_else(|| client.default_namespace().to_owned());
        let secrets = Secrets::new(client.clone(), &namespace);
        let (records, unreadable) = secrets.history(&self.release, false).await?;
        if let Some(Unreadable { name, reason, .. }) = unreadable.first() {
            bail!("release record {name} can't be read: {reason}");
        }
        if records.is_empty() {
            bail!(
                "release {namespace}/{} has no records; `kubectl get secrets -n {namespace} -l owner=helm` shows which have",
                self.release
            );
        }
        Ok(Found { client, records })
    }
}

impl Found {
    /// The record of a revision, of the last one if none is given.
    fn record(&self, revision: Option<u32>) -> anyhow::Result<&Record> {
        let last = self.records.last();
        let found = match revision {
            None => last,
            Some(wanted) => self.records.iter().find(|record| record.release.version == wanted),
        };
        found.with_context(|| {
            let kept: Vec<String> = self
                .records
                .iter()
                .map(|record| record.release.version.to_string())
                .collect();
            format!(
                "revision {} is not kept; there are {}",
                revision.unwrap_or_default(),
                kept.join(", ")
            )
        })
    }
}

/// Prints the history.
pub(super) fn history(args: &HistoryArgs) -> anyhow::Result<()> {
    print(&wait_for(history::show(args))?);
    Ok(())
}

/// Prints how the release and its objects are.
pub(super) fn status(args: &StatusArgs) -> anyhow::Result<()> {
    print(&wait_for(status::show(args))?);
    Ok(())
}

/// Prints a part of a revision.
pub(super) fn get(args: &GetArgs) -> anyhow::Result<()> {
    print(&wait_for(get::show(args))?);
    Ok(())
}

/// Prints what would change; says whether anything would.
pub(super) fn diff(args: &DiffArgs) -> anyhow::Result<bool> {
    let text = wait_for(diff::show(args))?;
    if !text.is_empty() {
        print(&text);
    }
    Ok(!text.is_empty())
}

/// Runs the tests of a release, and prints how they went.
pub(super) fn test(args: &TestArgs) -> anyhow::Result<()> {
    let (text, failures) = wait_for(test::run(args))?;
    print(&text);
    let failures: Vec<String> = failures.iter().map(|error| chain(error)).collect();
    if failures.is_empty() {
        Ok(())
    } else {
        bail!(failures.join("\n"))
    }
}

fn wait_for<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("failed to start the async runtime")?;
    runtime.block_on(work)
}

#[expect(clippy::print_stdout, reason = "that is what the commands are for")]
fn print(text: &str) {
    println!("{}", text.trim_end());
}

fn json(value: &serde_json::Value) -> anyhow::Result<String> {
    serde_json::to_string_pretty(value).context("failed to write JSON")
}
