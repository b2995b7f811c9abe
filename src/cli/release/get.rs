//! `chartwright get`: the parts of a revision.

use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use govalue::{Map, Value};
use helm_chart::{Chart, Metadata};
use helm_release::{Release, write_documents};

use super::ReleaseArgs;

/// Print a part of a revision as it is stored.
#[derive(Args, Debug)]
pub(in crate::cli) struct GetArgs {
    /// Which part.
    #[arg(value_enum)]
    part: Part,
    #[command(flatten)]
    release: ReleaseArgs,
    /// Of which revision; of the last if not given.
    #[arg(long)]
    revision: Option<u32>,
    /// With `values`: the chart's own values as well.
    #[arg(short, long)]
    all: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Part {
    /// The rendered objects, hooks left out. Data of Secrets is in them.
    Manifest,
    /// The hooks.
    Hooks,
    /// The values that the custom resource gave.
    Values,
    /// The rendered NOTES.txt.
    Notes,
}

pub(super) async fn show(args: &GetArgs) -> anyhow::Result<String> {
    let found = args.release.find().await?;
    let release = &found.record(args.revision)?.release;
    match args.part {
        Part::Manifest => Ok(release.manifest.clone()),
        Part::Hooks => Ok(hooks(release)),
        Part::Values if args.all => all_values(release),
        Part::Values => yaml(&release.config),
        Part::Notes => Ok(release.info.notes.clone()),
    }
}

fn hooks(release: &Release) -> String {
    let mut text = String::new();
    let documents = release
        .hooks()
        .iter()
        .map(|hook| (hook.path.as_str(), hook.manifest.as_str()));
    write_documents(&mut text, documents);
    text
}

/// The custom resource's values over the chart's, as Helm joins what a record has of them.
fn all_values(release: &Release) -> anyhow::Result<String> {
    let map = |value: &Value| value.as_map().cloned().unwrap_or_default();
    let chart = Chart {
        metadata: Arc::new(Metadata::default()),
        lock: None,
        raw: Arc::default(),
        templates: Arc::default(),
        files: Arc::default(),
        values: Arc::new(map(&release.chart.values)),
        schema: None,
        dependencies: Vec::new(),
        full_path: release.chart.name().into(),
    };
    let joined = helm_chart::coalesce(&chart, map(&release.config))?;
    yaml(&Value::Map(joined.values))
}

fn yaml(values: &Value) -> anyhow::Result<String> {
    let empty = Value::Map(Map::default());
    let values = if values.is_null() { &empty } else { values };
    goyaml::to_string(values).context("failed to write the values as YAML")
}
