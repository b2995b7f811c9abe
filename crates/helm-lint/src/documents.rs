//! Rendered text as Helm's linter reads it: documents one by one, each for itself.

use govalue::Value;

use crate::Report;
use crate::object::Object;
use crate::place::Place;
use crate::subject::{Subject, template};

/// What begins a line that separates documents.
const SEPARATOR: &str = "---";

/// A document of a rendered file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Document {
    pub(crate) text: String,
    /// The lines of the file that stand before it.
    pub(crate) lines_before: usize,
}

/// Why a rendered file cannot be read on, in Helm's words.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    pub(crate) message: String,
    /// The line of the file, if it is known.
    pub(crate) line: Option<usize>,
}

impl Document {
    /// The object in it, if it is not empty.
    pub(crate) fn object(&self) -> Result<Option<Object>, Unreadable> {
        let unreadable = |message: String, line: Option<usize>| Unreadable {
            message: format!("unable to parse YAML: {message}"),
            line: line.map(|line| self.lines_before + line),
        };
        let value: Value =
            goyaml::from_str(&self.text).map_err(|error| unreadable(error.to_string(), error.problem().line()))?;
        Object::read(&value).map_err(|message| unreadable(message, None))
    }

    /// Where the value is that the keys lead to.
    pub(crate) fn place(&self, file: &str, output: &str, keys: &[&str]) -> Option<Place> {
        let tree = goyaml::parse_tree(&self.text).ok()?;
        let node = keys.iter().try_fold(&tree, |node, key| node.get(key))?;
        let position = goyaml::Position {
            line: node.position.line + self.lines_before,
            ..node.position
        };
        Some(Place::at(file, output.as_bytes(), position).of_output())
    }
}

/// Splits a rendered file into documents. Behind the mark that separates two of them only a comment may stand.
pub(crate) fn split(output: &str) -> Vec<Result<Document, Unreadable>> {
    let mut found = Vec::new();
    let mut document = Document {
        text: String::new(),
        lines_before: 0,
    };
    for (index, line) in output.lines().enumerate() {
        if let Some(rest) = line.strip_prefix(SEPARATOR) {
            let rest = rest.trim();
            if !rest.is_empty() && !rest.starts_with('#') {
                found.push(Err(Unreadable {
                    message: format!("unable to parse YAML: invalid Yaml document separator: {rest}"),
                    line: Some(index + 1),
                }));
                return found;
            }
            if !document.text.is_empty() {
                let next = Document {
                    text: String::new(),
                    lines_before: index + 1,
                };
                found.push(Ok(std::mem::replace(&mut document, next)));
                continue;
            }
        }
        document.text.push_str(line);
        document.text.push('\n');
    }
    if !document.text.is_empty() {
        found.push(Ok(document));
    }
    found
}

/// Reports every document that is no YAML, of the subcharts too, but for the one at which Helm stops.
pub(crate) fn check(subject: &mut Subject<'_>, report: &mut Report) {
    if let Some(rendered) = &subject.rendered {
        for (path, output) in &rendered.files {
            let file = template(&rendered.chart, path.as_bytes()).map_or_else(|| path.clone(), |(file, _)| file);
            for (message, place) in problems(&file, output) {
                if !report
                    .findings
                    .iter()
                    .any(|finding| finding.file == file && finding.message == message)
                {
                    report.own(&file, message, place);
                }
            }
        }
    }
}

/// What is wrong with the documents of a file.
pub(crate) fn problems(file: &str, output: &str) -> Vec<(String, Option<Place>)> {
    let documents = split(output).into_iter();
    let unreadable = documents.filter_map(|document| document.and_then(|document| document.object()).err());
    unreadable
        .map(|problem| {
            let place = place_of(file, output, &problem);
            (problem.message, place)
        })
        .collect()
}

/// Where in a file's output a problem is.
pub(crate) fn place_of(file: &str, output: &str, problem: &Unreadable) -> Option<Place> {
    let line = problem.line?;
    Some(Place::new(file, output.as_bytes(), line, None).of_output())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_split_as_kubernetes_splits_them() {
        let documents = split("---\na: 1\n--- # two\nb: 2\n---\n---\nc: 3");
        let texts: Vec<_> = documents
            .iter()
            .flatten()
            .map(|document| document.text.as_str())
            .collect();
        assert_eq!(texts, ["---\na: 1\n", "b: 2\n", "---\nc: 3\n"]);
        let before: Vec<_> = documents
            .iter()
            .flatten()
            .map(|document| document.lines_before)
            .collect();
        assert_eq!(before, [0, 3, 5]);
    }

    #[test]
    fn text_behind_a_separator_ends_the_reading() {
        let problem = problems("a", "a: 1\n--- b\nc: [\n");
        assert_eq!(problem.len(), 1);
        assert_eq!(problem[0].0, "unable to parse YAML: invalid Yaml document separator: b");
        assert_eq!(problem[0].1.as_ref().map(|place| place.line), Some(2));
    }

    #[test]
    fn a_problem_is_at_its_line_of_the_file() {
        let problem = problems("a", "a: 1\n---\nb: 1\nc: : 2\n");
        assert_eq!(problem[0].1.as_ref().map(|place| place.line), Some(4));
    }
}
