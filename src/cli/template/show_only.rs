//! `--show-only`.

use std::fmt::Write;

use anyhow::bail;
use helm_chart::path_matches;
use helm_release::split;

/// What a document begins with; the chart's name and a slash follow.
const SOURCE: &str = "# Source: ";

/// The documents of `text` that come from templates which match `patterns`, in the order of these.
pub(super) fn select(text: &str, patterns: &[String]) -> anyhow::Result<String> {
    let documents: Vec<(&str, &str)> = split(text)
        .into_iter()
        .filter_map(|document| Some((template(document)?, document)))
        .collect();
    let mut selected = String::new();
    for pattern in patterns {
        let before = selected.len();
        for (path, document) in &documents {
            if path_matches(pattern.as_bytes(), path.as_bytes()) {
                let _ = writeln!(selected, "---\n{document}");
            }
        }
        if selected.len() == before {
            bail!("could not find template {pattern} in chart");
        }
    }
    Ok(selected)
}

/// The path of a document's template below its chart's folder.
fn template(document: &str) -> Option<&str> {
    document.match_indices(SOURCE).find_map(|(at, _)| {
        let line = document[at + SOURCE.len()..].lines().next()?;
        let (chart, path) = line.split_once('/')?;
        (!chart.is_empty() && !path.is_empty()).then_some(path)
    })
}
