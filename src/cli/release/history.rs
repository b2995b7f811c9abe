//! `chartwright history`: the revisions of a release.

use clap::Args;
use helm_kube::Record;
use serde_json::json;

use super::{Output, ReleaseArgs};
use crate::cli::table::table;

/// Print the revisions of a release, oldest first.
#[derive(Args, Debug)]
pub(in crate::cli) struct HistoryArgs {
    #[command(flatten)]
    release: ReleaseArgs,
    /// How to print them; the keys of the JSON form are Helm's.
    #[arg(short, long, value_enum, default_value = "table")]
    output: Output,
}

pub(super) async fn show(args: &HistoryArgs) -> anyhow::Result<String> {
    let found = args.release.find().await?;
    let entries: Vec<Entry> = found.records.iter().map(Entry::of).collect();
    match args.output {
        Output::Table => Ok(as_table(&entries)),
        Output::Json => super::json(&entries.iter().map(Entry::json).collect()),
    }
}

/// What is told of a revision.
struct Entry {
    revision: u32,
    updated: String,
    status: &'static str,
    chart: String,
    app_version: String,
    description: String,
}

impl Entry {
    fn of(record: &Record) -> Self {
        let release = &record.release;
        Self {
            revision: release.version,
            updated: release.info.last_deployed.clone(),
            status: release.info.status.name(),
            chart: release.chart.full_name(),
            app_version: release.chart.app_version().to_owned(),
            description: release.info.description.clone(),
        }
    }

    fn json(&self) -> serde_json::Value {
        json!({
            "revision": self.revision,
            "updated": self.updated,
            "status": self.status,
            "chart": self.chart,
            "app_version": self.app_version,
            "description": self.description,
        })
    }
}

fn as_table(entries: &[Entry]) -> String {
    let rows: Vec<[String; 6]> = entries
        .iter()
        .map(|entry| {
            [
                entry.revision.to_string(),
                entry.updated.clone(),
                entry.status.to_owned(),
                entry.chart.clone(),
                entry.app_version.clone(),
                entry.description.clone(),
            ]
        })
        .collect();
    let headings = ["REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION", "DESCRIPTION"];
    table(headings, &rows)
}
