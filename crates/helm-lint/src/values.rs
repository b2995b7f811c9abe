//! `values.yaml`, alone and against `values.schema.json`.

use helm_chart::{Schema, read_values, with_defaults};

use crate::place::{Place, at_pointer};
use crate::subject::Subject;
use crate::{Report, Severity};

pub(crate) const FILE: &str = "values.yaml";

pub(crate) fn check(subject: &mut Subject<'_>, report: &mut Report) {
    if !subject.folder.join(FILE).exists() {
        return report.helm(Severity::Info, FILE, "file does not exist", None);
    }
    let unreadable = |error: &dyn std::fmt::Display| format!("unable to parse YAML: {error}");
    let text = match subject.read(FILE) {
        Ok(text) => text,
        Err(error) => return report.helm(Severity::Error, FILE, unreadable(&error), None),
    };
    let values = match read_values(&text) {
        Ok(values) => values,
        Err(error) => {
            let line = goyaml::from_str(&text).err().and_then(|error| error.problem().line());
            let place = line.map(|line| Place::new(FILE, &text, line, None));
            return report.helm(Severity::Error, FILE, unreadable(&error), place);
        }
    };
    let schema = subject.read("values.schema.json").unwrap_or_default();
    if schema.is_empty() {
        return;
    }
    if let Err(problem) = Schema::new(schema).check(&with_defaults(subject.values.clone(), &values)) {
        let place = complaint(&text, &problem);
        report.helm(Severity::Error, FILE, problem, place);
    }
}

/// Where in `values.yaml` the first thing is that a schema complains about: what its first line calls `at '/pointer'`.
pub(crate) fn complaint(text: &[u8], problem: &str) -> Option<Place> {
    let pointer = problem.split("at '").nth(1)?.split('\'').next()?;
    let tree = goyaml::parse_tree(text).ok()?;
    Some(Place::at(FILE, text, at_pointer(&tree, pointer).position))
}
