//! The page of one revision: what it changed.

use helm_release::Release;
use serde::Serialize;

use super::release::records;
use super::{Head, Subject, path};
use crate::diff::{Fate, ObjectDiff, between};
use crate::reconcile::Context;

/// How many lines of diffs one page has at most.
const MOST_LINES: usize = 5000;

#[derive(Serialize)]
pub(super) struct View {
    head: Head,
    back: String,
    namespace: String,
    name: String,
    revision: u32,
    /// The revision before it that is kept; nothing if there is none.
    before: String,
    status: &'static str,
    description: String,
    diffs: Vec<Diff>,
    problem: &'static str,
    /// How many lines are left out.
    hidden: usize,
}

#[derive(Serialize)]
struct Diff {
    kind: String,
    name: String,
    fate: &'static str,
    lines: Vec<Line>,
}

#[derive(Debug, PartialEq, Serialize)]
struct Line {
    class: &'static str,
    text: String,
}

/// What `revision` changed of the one before it. `None` if it is not kept.
pub(super) async fn view(cx: &Context, head: Head, subject: &Subject, revision: u32) -> Option<View> {
    let mut records = records(cx, subject).await.ok()?;
    let index = records.iter().position(|record| record.release.version == revision)?;
    let new = records.swap_remove(index).release;
    let before = (index > 0).then(|| records.swap_remove(index - 1).release);
    let mut view = View {
        head,
        back: path(&subject.watch, &subject.key),
        namespace: subject.key.namespace.clone().unwrap_or_default(),
        name: subject.key.name.clone(),
        revision,
        before: before
            .as_ref()
            .map_or_else(String::new, |before| before.version.to_string()),
        status: new.info.status.name(),
        description: new.info.description.clone(),
        diffs: Vec::new(),
        problem: "",
        hidden: 0,
    };
    if subject.watch.reads_secrets() {
        view.problem = "Values of this kind come from a Secret, so that what came out of the chart is not shown.";
        return Some(view);
    }
    let compared = tokio::task::spawn_blocking(move || compare(&before.unwrap_or_default(), &new)).await;
    match compared.ok().flatten() {
        Some((diffs, _)) if diffs.is_empty() => view.problem = "The objects are the same.",
        Some((diffs, hidden)) => (view.diffs, view.hidden) = (diffs, hidden),
        None => view.problem = "The stored manifests can't be compared.",
    }
    Some(view)
}

/// The diffs of two revisions, and how many lines of them are left out.
fn compare(old: &Release, new: &Release) -> Option<(Vec<Diff>, usize)> {
    let mut room = MOST_LINES;
    let mut hidden = 0;
    let diffs = between(old, new).ok()?;
    let diffs = diffs.into_iter().map(|diff| {
        let mut diff = Diff::of(diff);
        let kept = diff.lines.len().min(room);
        hidden += diff.lines.len() - kept;
        room -= kept;
        diff.lines.truncate(kept);
        diff
    });
    Some((diffs.collect(), hidden))
}

impl Diff {
    fn of(diff: ObjectDiff) -> Self {
        Self {
            name: diff.object.full_name(),
            kind: diff.object.gvk.kind,
            fate: match diff.fate {
                Fate::Created => "created",
                Fate::Changed => "changed",
                Fate::Deleted => "deleted",
            },
            lines: diff.hunks.lines().map(Line::of).collect(),
        }
    }
}

impl Line {
    fn of(text: &str) -> Self {
        let class = match text.as_bytes().first() {
            Some(b'+') => "add",
            Some(b'-') => "del",
            Some(b'@') => "hunk",
            _ => "same",
        };
        Self {
            class,
            text: text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn release(lines: usize, word: &str) -> Release {
        let data: Vec<String> = (0..lines).map(|line| format!("  k{line}: {word}")).collect();
        let manifest = format!(
            "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n{}\n",
            data.join("\n")
        );
        Release {
            manifest,
            ..Release::default()
        }
    }

    #[test]
    fn each_line_of_a_diff_has_its_class() {
        let (diffs, hidden) = compare(&release(1, "old"), &release(1, "new")).unwrap();
        let classes: Vec<_> = diffs[0].lines.iter().map(|line| line.class).collect();
        assert_eq!(classes, ["hunk", "same", "same", "del", "add", "same", "same", "same"]);
        assert_eq!((diffs[0].fate, hidden), ("changed", 0));
    }

    #[test]
    fn a_diff_without_end_is_cut() {
        let (diffs, hidden) = compare(&release(MOST_LINES, "old"), &release(MOST_LINES, "new")).unwrap();
        assert_eq!(diffs[0].lines.len(), MOST_LINES);
        assert!(hidden > MOST_LINES);
    }
}
