//! The chart as a whole, and what it says of its subcharts against what is in `charts/`.

use std::collections::BTreeSet;

use helm_chart::Chart;

use crate::subject::Subject;
use crate::{Report, Severity};

pub(crate) fn check(subject: &mut Subject<'_>, report: &mut Report) {
    let chart = match &subject.loaded {
        Ok(loaded) => &loaded.chart,
        Err(error) => {
            return report.helm(Severity::Error, "", format!("unable to load chart\n\t{error}"), None);
        }
    };
    let declared = declared(chart, |dependency| dependency.name.as_str());
    let present: Vec<&str> = chart.dependencies.iter().map(|subchart| subchart.name()).collect();
    let complaints = [
        (
            Severity::Error,
            "chart metadata is missing these dependencies",
            without(&present, &declared),
        ),
        (
            Severity::Error,
            "multiple dependencies with name or alias",
            repeated(chart),
        ),
        (
            Severity::Warning,
            "chart directory is missing these dependencies",
            without(&declared, &present),
        ),
    ];
    for (severity, text, names) in complaints {
        if !names.is_empty() {
            report.helm(severity, subject.label, format!("{text}: {}", names.join(",")), None);
        }
    }
}

fn declared<'c>(chart: &'c Chart, name: fn(&'c helm_chart::Dependency) -> &'c str) -> Vec<&'c str> {
    chart.metadata.dependencies.iter().flatten().map(name).collect()
}

/// The names that are not among the others.
fn without<'a>(names: &[&'a str], others: &[&str]) -> Vec<&'a str> {
    names.iter().copied().filter(|name| !others.contains(name)).collect()
}

/// The names or aliases that were declared before.
fn repeated(chart: &Chart) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    let dependencies = chart.metadata.dependencies.iter().flatten();
    let names = dependencies.map(|dependency| match dependency.alias.as_str() {
        "" => dependency.name.as_str(),
        alias => alias,
    });
    names.filter(|name| !seen.insert(*name)).collect()
}
