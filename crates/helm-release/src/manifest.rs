//! From rendered files to the documents of a release, in Helm's order.

use std::collections::BTreeMap;
use std::fmt::Write;

use govalue::Value;

use crate::{Head, HeadError, Hook, HookEvent, install_rank};

/// One document of a release, with what its head says.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// The template it came from, beginning with the chart's name.
    pub path: String,
    /// Its text, with the white space at its end, which may belong to a block scalar. Helm 4 keeps it, Helm 3 trims it.
    pub content: String,
    /// The fields that decide its place.
    pub head: Head,
    /// The document itself.
    pub object: Value,
}

/// A release's documents and hooks, sorted for installation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sorted {
    /// The documents to install.
    pub manifests: Vec<Manifest>,
    /// The hooks. [`Hook::order`] sorts those of one event further.
    pub hooks: Vec<Hook>,
    /// The events, as written, of the hooks that were left out because Helm knows no such event.
    pub unknown_hooks: Vec<String>,
}

/// A rendered file that is not YAML, or not of the shape of Kubernetes objects.
#[derive(Debug, thiserror::Error)]
#[error("YAML parse error on {path}")]
pub struct ManifestError {
    /// The rendered file.
    pub path: String,
    /// What is wrong with it.
    #[source]
    pub source: DocumentError,
}

/// What is wrong with one document.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// It is not YAML.
    #[error(transparent)]
    Yaml(#[from] goyaml::Error),
    /// Its head has an odd shape.
    #[error(transparent)]
    Head(#[from] HeadError),
}

/// Splits a stream into documents at lines that begin with `---`, each trimmed, blank ones left out.
///
/// The rule is Helm's, not YAML's: what follows the mark on its line begins the next document, and white space after a
/// mark belongs to it, so that a second mark right after it is taken for content.
pub fn split(stream: &str) -> Vec<&str> {
    pieces(stream).into_iter().map(str::trim_end).collect()
}

/// The same, with the white space at their ends.
fn pieces(stream: &str) -> Vec<&str> {
    let stream = stream.trim_start();
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while let Some(found) = stream[at..].find("---") {
        let mark = at + found;
        if mark == 0 || stream[start..mark].ends_with('\n') {
            pieces.push(&stream[start..mark]);
            start = mark + 3 + leading_space(&stream[mark + 3..]);
            at = start;
        } else {
            at = mark + 1;
        }
    }
    pieces.push(&stream[start..]);
    pieces
        .into_iter()
        .map(str::trim_start)
        .filter(|document| !document.is_empty())
        .collect()
}

/// How many bytes of ASCII white space a text begins with (Go's `\s`).
fn leading_space(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t', '\n', '\r', '\x0c']).len()
}

/// Sorts rendered files into manifests and hooks. Partials (`_name`) and blank files are left out, and so are hooks
/// of an unknown event, as Helm leaves them out.
pub fn sort_manifests(files: &BTreeMap<String, String>) -> Result<Sorted, ManifestError> {
    sort_documents(files, |document| Ok(Some(document)))
}

/// The same, with each document as `change` makes it, or without it.
pub(crate) fn sort_documents<E: From<ManifestError>>(
    files: &BTreeMap<String, String>,
    mut change: impl FnMut(Manifest) -> Result<Option<Manifest>, E>,
) -> Result<Sorted, E> {
    let mut sorted = Sorted::default();
    for (path, text) in files {
        let name = path.rsplit('/').next().unwrap_or(path);
        if name.starts_with('_') || text.trim().is_empty() {
            continue;
        }
        for content in pieces(text) {
            let (head, object) = read_rendered(content).map_err(|source| ManifestError {
                path: path.clone(),
                source,
            })?;
            let document = Manifest {
                path: path.clone(),
                content: content.to_owned(),
                head,
                object,
            };
            if let Some(document) = change(document)? {
                sorted.place(document);
            }
        }
    }
    sorted
        .manifests
        .sort_by(|a, b| install_rank(&a.head.kind).cmp(&install_rank(&b.head.kind)));
    sorted
        .hooks
        .sort_by(|a, b| install_rank(&a.kind).cmp(&install_rank(&b.kind)));
    Ok(sorted)
}

/// Reads a document as it will stand in a manifest, whose line break after each document is read as the document's. What
/// is wrong with it is told of its text alone, as Helm 3 reads it: lines are counted to its end.
fn read_rendered(content: &str) -> Result<(Head, Value), DocumentError> {
    read(&format!("{content}\n")).map_err(|error| read(content.trim_end()).err().unwrap_or(error))
}

/// The documents of a stored manifest, in the order in which they stand there.
pub fn documents(manifest: &str) -> Result<Vec<Manifest>, ManifestError> {
    let mut found = Vec::new();
    for content in pieces(manifest) {
        let path = content
            .lines()
            .find_map(|line| line.strip_prefix("# Source: "))
            .unwrap_or("manifest")
            .to_owned();
        match read(content) {
            Ok((_, Value::Null)) => {}
            Ok((head, object)) => found.push(Manifest {
                path,
                content: content.to_owned(),
                head,
                object,
            }),
            Err(source) => return Err(ManifestError { path, source }),
        }
    }
    Ok(found)
}

/// Appends documents as Helm's manifest has them: each under a document mark and its source. With the white space at
/// their ends it is Helm 4's manifest, without it Helm 3's.
pub fn write_documents<'a>(out: &mut String, documents: impl IntoIterator<Item = (&'a str, &'a str)>) {
    for (path, content) in documents {
        let _ = writeln!(out, "---\n# Source: {path}\n{content}");
    }
}

pub(crate) fn read(content: &str) -> Result<(Head, Value), DocumentError> {
    let object = goyaml::from_str_unstructured(content)?;
    let head = Head::read(&object)?;
    Ok((head, object))
}

impl Sorted {
    fn place(&mut self, manifest: Manifest) {
        let Some(events) = manifest.head.annotations.get("helm.sh/hook") else {
            self.manifests.push(manifest);
            return;
        };
        let known: Option<Vec<HookEvent>> = events
            .split(',')
            .map(|word| HookEvent::parse(&word.trim().to_lowercase()))
            .collect();
        match known {
            Some(events) => self.hooks.push(hook(manifest, events)),
            None => self.unknown_hooks.push(events.clone()),
        }
    }
}

fn hook(manifest: Manifest, events: Vec<HookEvent>) -> Hook {
    let annotations = &manifest.head.annotations;
    let words = |name: &str| -> Vec<String> {
        annotations.get(name).map_or_else(Vec::new, |list| {
            list.split(',').map(|word| word.trim().to_lowercase()).collect()
        })
    };
    Hook {
        weight: annotations
            .get("helm.sh/hook-weight")
            .and_then(|weight| weight.parse().ok())
            .unwrap_or(0),
        delete_policies: words("helm.sh/hook-delete-policy"),
        output_log_policies: words("helm.sh/hook-output-log-policy"),
        events,
        name: manifest.head.name,
        kind: manifest.head.kind,
        path: manifest.path,
        manifest: manifest.content,
        last_run: crate::HookExecution {
            phase: crate::HookPhase::Never,
            ..Default::default()
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_split_at_marks_that_begin_a_line() {
        assert_eq!(
            split("a: 1\n---\nb: 2\n--- \n\n---\nc: x---y\n"),
            ["a: 1", "b: 2", "---\nc: x---y"]
        );
        assert_eq!(split("---\na: 1"), ["a: 1"]);
        assert_eq!(split("--- # comment\na: 1"), ["# comment\na: 1"]);
        assert_eq!(split("a: 1 \n  ---\n"), ["a: 1 \n  ---"]);
        assert_eq!(split("----\na: 1"), ["-\na: 1"]);
        assert_eq!(split(" \n---\n---\n"), ["---"]);
        assert!(split(" \n").is_empty());
    }

    #[test]
    fn what_is_wrong_is_told_of_the_text_without_its_end() {
        let complaint = |text: &str| read_rendered(text).unwrap_err().to_string();
        assert_eq!(complaint("a: b\nc\n\n\n"), complaint("a: b\nc"));
        assert!(complaint("a: b\nc").contains("line 3"), "{}", complaint("a: b\nc"));
    }

    #[test]
    fn white_space_at_the_end_of_a_document_is_the_block_scalars() {
        let text = "a: |\n  x\n---\nb: |+\n  y\n\n---\nc: |\n  z";
        let sorted = sort_manifests(&BTreeMap::from([("c/t.yaml".to_owned(), text.to_owned())])).unwrap();
        let wanted: Vec<Value> = sorted.manifests.iter().map(|one| one.object.clone()).collect();
        let texts = |objects: &[Value]| -> Vec<String> {
            let values = objects.iter().zip(["a", "b", "c"]);
            values
                .filter_map(|(object, key)| Some(object.get(key)?.as_str()?.to_owned()))
                .collect()
        };
        assert_eq!(texts(&wanted), ["x\n", "y\n\n\n", "z\n"]);
        let stored = |text: fn(&str) -> &str| {
            let mut manifest = String::new();
            let parts = sorted
                .manifests
                .iter()
                .map(|one| (one.path.as_str(), text(&one.content)));
            write_documents(&mut manifest, parts);
            let found = documents(&manifest).unwrap();
            texts(&found.into_iter().map(|one| one.object).collect::<Vec<_>>())
        };
        assert_eq!(stored(|text| text), texts(&wanted), "Helm 4's manifest");
        assert_eq!(stored(str::trim_end), ["x\n", "y\n", "z\n"], "Helm 3's");
    }
}
