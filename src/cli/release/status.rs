//! `chartwright status`: how a release and its objects are.

use std::fmt::Write as _;

use clap::Args;
use helm_action::{Inspected, ObjectState, inspect};
use helm_kube::{Cluster, Readiness, Record};
use helm_release::Status;
use serde_json::json;

use super::{Output, ReleaseArgs};
use crate::cli::table::table;

/// Print how a release and each of its objects are: missing, drifted, on its way, ready.
#[derive(Args, Debug)]
pub(in crate::cli) struct StatusArgs {
    #[command(flatten)]
    release: ReleaseArgs,
    /// How to print it.
    #[arg(short, long, value_enum, default_value = "table")]
    output: Output,
}

pub(super) async fn show(args: &StatusArgs) -> anyhow::Result<String> {
    let found = args.release.find().await?;
    let last = found.record(None)?;
    // While an upgrade is under way or has failed, what runs is the revision before it.
    let mut deployed = found.records.iter().rev();
    let running = deployed
        .find(|record| record.release.info.status == Status::Deployed)
        .unwrap_or(last);
    let cluster = Cluster::new(found.client.clone()).await?;
    let objects = inspect(&cluster, running).await?;
    match args.output {
        Output::Table => Ok(as_text(last, running, &objects)),
        Output::Json => super::json(&as_json(last, running, &objects)),
    }
}

/// A word for an object's state, and what there is to say about it.
fn told(state: &ObjectState) -> (&'static str, String) {
    match state {
        ObjectState::Missing => ("missing", String::new()),
        ObjectState::Drifted(difference) => ("drifted", format!("{} differs", difference.pointer)),
        ObjectState::AsRendered(Readiness::Ready) => ("ready", String::new()),
        ObjectState::AsRendered(Readiness::InProgress(why)) => ("waiting", why.clone()),
        ObjectState::AsRendered(Readiness::Failed(why)) => ("failed", why.clone()),
    }
}

fn as_text(last: &Record, running: &Record, objects: &[Inspected]) -> String {
    let release = &last.release;
    let mut text = String::new();
    let facts = [
        ("NAME", release.name.clone()),
        ("NAMESPACE", release.namespace.clone()),
        ("REVISION", release.version.to_string()),
        ("STATUS", release.info.status.to_string()),
        ("LAST DEPLOYED", release.info.last_deployed.clone()),
        ("DESCRIPTION", release.info.description.clone()),
    ];
    for (name, fact) in facts {
        let _ = writeln!(text, "{name}: {fact}");
    }
    let _ = writeln!(text, "\nOBJECTS of revision {}:", running.release.version);
    let rows: Vec<[String; 4]> = objects
        .iter()
        .map(|inspected| {
            let (word, why) = told(&inspected.state);
            let object = &inspected.object;
            [object.gvk.kind.clone(), object.full_name(), word.to_owned(), why]
        })
        .collect();
    text.push_str(&table(["KIND", "NAME", "STATE", "WHY"], &rows));
    if !running.release.info.notes.is_empty() {
        let _ = write!(text, "\nNOTES:\n{}", running.release.info.notes);
    }
    text
}

fn as_json(last: &Record, running: &Record, objects: &[Inspected]) -> serde_json::Value {
    let release = &last.release;
    let objects: Vec<serde_json::Value> = objects
        .iter()
        .map(|inspected| {
            let (state, why) = told(&inspected.state);
            let object = &inspected.object;
            json!({
                "apiVersion": object.gvk.api_version, "kind": object.gvk.kind,
                "namespace": object.namespace, "name": object.name,
                "state": state, "message": why,
            })
        })
        .collect();
    json!({
        "name": release.name,
        "namespace": release.namespace,
        "revision": release.version,
        "status": release.info.status.name(),
        "lastDeployed": release.info.last_deployed,
        "description": release.info.description,
        "running": running.release.version,
        "objects": objects,
        "notes": running.release.info.notes,
    })
}
