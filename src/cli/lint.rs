//! `chartwright lint`: checks charts as `helm lint` does, and says where each mistake is.

mod args;
mod unpack;

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::bail;
use govalue::Map;
use helm_lint::{Finding, Options, Report, Severity, lint};

use super::stack::on_render_stack;
use super::stdout;
pub(super) use args::LintArgs;
use args::LintOptions;
use unpack::Unpacked;

/// What one chart gave: findings, or why it is no chart.
type Outcome = Result<Report, String>;

/// Checks the charts and writes the findings to standard output. Fails if one of the charts does.
pub(super) fn run(args: &LintArgs) -> anyhow::Result<()> {
    let options = LintOptions::try_from(args)?;
    let values = args.values.read()?;
    on_render_stack("check", || check_all(&options, &values))
}

fn check_all(options: &LintOptions, values: &Map) -> anyhow::Result<()> {
    let mut text = String::new();
    let mut failed = 0;
    let mut noted = 0;
    for path in &options.charts {
        let outcome = check(path, values, &options.checks);
        if let Ok(report) = &outcome {
            for warning in &report.log {
                let _ = writeln!(io::stderr(), "{warning}");
            }
        }
        noted += usize::from(is_at_least(&outcome, Severity::Warning));
        failed += usize::from(is_at_least(&outcome, options.failing));
        if !options.quiet || is_at_least(&outcome, Severity::Warning) {
            text.push_str(&section(path, &outcome, options.quiet));
        }
    }
    let summary = format!("{} chart(s) linted, {failed} chart(s) failed", options.charts.len());
    if failed == 0 && (!options.quiet || noted > 0) {
        text.push_str(&summary);
        text.push('\n');
    }
    stdout::print(&text)?;
    if failed > 0 {
        bail!(summary);
    }
    Ok(())
}

fn check(path: &Path, values: &Map, options: &Options) -> Outcome {
    let label = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let unpacked = if is_archive(path) {
        Some(Unpacked::new(path)?)
    } else {
        None
    };
    let folder = unpacked.as_ref().map_or(path, Unpacked::folder);
    std::fs::metadata(folder.join("Chart.yaml")).map_err(|error| {
        let file = path.join("Chart.yaml");
        let reason = match error.kind() {
            io::ErrorKind::NotFound => "no such file or directory".to_owned(),
            io::ErrorKind::NotADirectory => "not a directory".to_owned(),
            _ => error.to_string(),
        };
        format!(
            "unable to check Chart.yaml file in chart: stat {}: {reason}",
            file.display()
        )
    })?;
    Ok(lint(folder, &label.to_string_lossy(), values, options))
}

fn is_archive(path: &Path) -> bool {
    let path = path.to_string_lossy();
    [".tgz", ".tar.gz"].iter().any(|extension| path.ends_with(extension))
}

fn is_at_least(outcome: &Outcome, severity: Severity) -> bool {
    match outcome {
        Ok(report) => report.worst() >= Some(severity),
        Err(_) => true,
    }
}

/// What is written about a chart.
fn section(path: &Path, outcome: &Outcome, quiet: bool) -> String {
    let mut text = format!("==> Linting {}\n", path.display());
    match outcome {
        Err(error) => {
            let _ = writeln!(text, "Error {error}");
        }
        Ok(report) => {
            let shown = report
                .findings
                .iter()
                .filter(|finding| !quiet || finding.severity > Severity::Info);
            shown.for_each(|finding| text.push_str(&entry(finding)));
        }
    }
    text.push('\n');
    text
}

/// A finding and its place, which is indented.
fn entry(finding: &Finding) -> String {
    let mut text = format!("{finding}\n");
    if let Some(place) = &finding.place {
        for line in place.to_string().lines() {
            let _ = writeln!(text, "    {line}");
        }
    }
    text
}

/// The charts in the `charts` folder of a chart, at any depth: folders with a `Chart.yaml`, and archives.
fn subcharts(chart: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    walk(&chart.join("charts"), &mut found);
    found
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_name() == "Chart.yaml" {
            found.push(folder.to_owned());
        } else if is_archive(&path) {
            found.push(path.clone());
        }
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            walk(&path, found);
        }
    }
}
