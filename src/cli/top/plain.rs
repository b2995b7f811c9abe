//! The same without a terminal.

use super::facts::{Facts, count_line, work_lines};
use super::keys::View;
use crate::cli::table::table;

/// Everything as plain text.
pub(super) fn text(facts: &Facts) -> String {
    let mut lines = work_lines(facts.work.as_ref());
    lines.push(count_line(&facts.releases));
    lines.extend(facts.problems.iter().map(|problem| format!("Problem: {problem}")));
    let rows: Vec<[String; 10]> = View::default()
        .sorted(facts)
        .into_iter()
        .map(|release| {
            [
                release.namespace.clone(),
                release.name.clone(),
                release.kind.clone(),
                release.standing.word().to_owned(),
                release.revision.to_string(),
                release.objects.to_string(),
                release.pods.clone(),
                release.drift(),
                release.age.clone(),
                release.message.clone(),
            ]
        })
        .collect();
    let headings = [
        "NAMESPACE",
        "NAME",
        "KIND",
        "STATUS",
        "REVISION",
        "OBJECTS",
        "PODS",
        "DRIFT",
        "AGE",
        "WHY",
    ];
    format!("{}\n\n{}", lines.join("\n"), table(headings, &rows))
}
