//! The values in `ci/`, with which the chart is meant to render: `ci/*-values.yaml`, as chart-testing takes them.

use helm_chart::{Chart, read_values};

use crate::documents;
use crate::place::Place;
use crate::subject::{Purpose, Subject, template};
use crate::{Report, Severity};

pub(crate) fn check(subject: &mut Subject<'_>, report: &mut Report) {
    let Ok(loaded) = &subject.loaded else { return };
    if subject.engine.parse_errors(&loaded.chart).is_empty() {
        for file in files(subject) {
            check_file(subject, &loaded.chart, &file, report);
        }
    }
}

/// The files, seen from the chart's folder, in order.
fn files(subject: &Subject<'_>) -> Vec<String> {
    let entries = std::fs::read_dir(subject.folder.join("ci"))
        .into_iter()
        .flatten()
        .flatten();
    let names = entries.map(|entry| format!("ci/{}", entry.file_name().to_string_lossy()));
    let mut names: Vec<String> = names.filter(|name| name.ends_with("-values.yaml")).collect();
    names.sort();
    names
}

fn check_file(subject: &Subject<'_>, chart: &Chart, file: &str, report: &mut Report) {
    let text = match subject.read(file) {
        Ok(text) => text,
        Err(error) => return report.own(file, format!("cannot be read: {error}"), None),
    };
    let values = match read_values(&text) {
        Ok(values) => values,
        Err(error) => {
            let line = goyaml::from_str(&text).err().and_then(|error| error.problem().line());
            let place = line.map(|line| Place::new(file, &text, line, None));
            return report.own(file, format!("unable to parse YAML: {error}"), place);
        }
    };
    let rendered = match subject.render(chart, &values, Purpose::Install, &mut Vec::new()) {
        Ok(rendered) => rendered,
        Err(error) => {
            let place = subject.place_of(&error);
            return report.own(file, error.to_string(), place);
        }
    };
    for (path, output) in &rendered.files {
        let label = template(&rendered.chart, path.as_bytes()).map_or_else(|| path.clone(), |(label, _)| label);
        for (message, place) in documents::problems(&label, output) {
            let is_known = |finding: &crate::Finding| finding.severity == Severity::Error && finding.message == message;
            if !report.findings.iter().any(is_known) {
                report.own(file, format!("{label}: {message}"), place);
            }
        }
    }
}
