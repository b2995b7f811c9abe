//! Every template that is not well formed; Helm stops at the first.

use crate::Report;
use crate::subject::{Subject, template};

pub(crate) fn check(subject: &mut Subject<'_>, report: &mut Report) {
    let Ok(loaded) = &subject.loaded else { return };
    for error in subject.engine.parse_errors(&loaded.chart) {
        let message = error.to_string();
        if report.findings.iter().any(|finding| finding.message == message) {
            continue;
        }
        let path = error.template().and_then(gotemplate::Error::location);
        let file = path.and_then(|location| template(&loaded.chart, location.file.as_bytes()));
        let file = file.map_or_else(|| "templates/".to_owned(), |(file, _)| file);
        report.own(&file, message, subject.place_of(&error));
    }
}
