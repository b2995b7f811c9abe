//! Where a finding is, and the lines around it.

use std::fmt;

use bstr::ByteSlice;
use goyaml::{Node, Position};

/// The longest part of a line that is shown, in characters.
const WIDTH: usize = 100;

/// A place in a text. It displays as an excerpt, with a caret below the column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, seen from the chart's folder.
    pub file: String,
    /// Whether the line is one of the file's output and not of the file.
    pub is_output: bool,
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1, if it is known.
    pub column: Option<usize>,
    /// The line before, if there is one, and the line itself.
    lines: Vec<String>,
}

impl Place {
    /// The line of a file, and the character in it, both from 1.
    pub(crate) fn new(file: &str, text: &[u8], line: usize, column: Option<usize>) -> Self {
        let first = line.saturating_sub(1).max(1);
        let lines = text.lines().skip(first - 1).take(line + 1 - first);
        Self {
            file: file.to_owned(),
            is_output: false,
            line,
            column,
            lines: lines.map(|line| line.to_str_lossy().into_owned()).collect(),
        }
    }

    /// As [`Place::new`], with the column in bytes from 0, as templates count.
    pub(crate) fn at_byte(file: &str, text: &[u8], line: usize, byte: Option<usize>) -> Self {
        let found = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
        let column = byte.map(|byte| found[..byte.min(found.len())].chars().count() + 1);
        Self::new(file, text, line, column)
    }

    /// As [`Place::new`], for a position in YAML.
    pub(crate) fn at(file: &str, text: &[u8], position: Position) -> Self {
        Self::new(file, text, position.line, Some(position.column))
    }

    /// The same line, taken for one of what the file's template gave.
    pub(crate) fn of_output(self) -> Self {
        Self {
            is_output: true,
            ..self
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let margin = self.line.to_string().len();
        let of = if self.is_output { "the output of " } else { "" };
        write!(f, "{:margin$}--> {of}{}:{}", "", self.file, self.line)?;
        if let Some(column) = self.column {
            write!(f, ":{column}")?;
        }
        // A caret far to the right is of use only with the text above it.
        let from = self.column.map_or(0, |column| column.saturating_sub(WIDTH * 3 / 4));
        for (line, number) in self
            .lines
            .iter()
            .rev()
            .zip((1..=self.line).rev())
            .collect::<Vec<_>>()
            .iter()
            .rev()
        {
            let shown: String = line.chars().skip(from).take(WIDTH).collect();
            write!(f, "\n{number:margin$} | {}", shown.trim_end())?;
        }
        let last = self.lines.last().map(String::as_str).unwrap_or_default();
        if let Some(column) = self.column.filter(|_| !self.lines.is_empty()) {
            let before = last.chars().skip(from).take(column.saturating_sub(1 + from));
            let space: String = before.map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
            write!(f, "\n{:margin$} | {space}^", "")?;
        }
        Ok(())
    }
}

/// The value that a JSON pointer leads to, or the last one on the way that there is.
pub(crate) fn at_pointer<'n>(root: &'n Node, pointer: &str) -> &'n Node {
    let mut node = root;
    for token in pointer.split('/').skip(1) {
        let key = token.replace("~1", "/").replace("~0", "~");
        let index = key.parse::<usize>().ok();
        let Some(next) = node.get(&key).or_else(|| node.items().get(index?)) else {
            break;
        };
        node = next;
    }
    node
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_has_the_line_before_and_a_caret() {
        let place = Place::at_byte("templates/a.yaml", b"one\n\tname: {{ .x\nthree\n", 2, Some(7));
        assert_eq!(
            place.to_string(),
            " --> templates/a.yaml:2:8\n1 | one\n2 | \tname: {{ .x\n  | \t      ^"
        );
    }

    #[test]
    fn the_end_of_a_text_and_long_lines_can_be_shown() {
        let end = Place::new("a", b"x\n", 9, Some(1));
        assert_eq!(end.to_string(), " --> a:9:1");
        let long = "é".repeat(500);
        let place = Place::at_byte("a", long.as_bytes(), 1, Some(600)).to_string();
        assert_eq!(place.lines().last().map(|line| line.chars().count()), Some(4 + 75));
    }

    #[test]
    fn pointers_lead_as_far_as_they_can() {
        let tree = goyaml::parse_tree("a:\n  b/c: [1, {d: 2}]\n").unwrap();
        let line = |pointer| at_pointer(&tree, pointer).position;
        assert_eq!(line("/a/b~1c/1/d"), Position { line: 2, column: 16 });
        assert_eq!(line("/a/x"), Position { line: 2, column: 3 });
        assert_eq!(line(""), Position { line: 1, column: 1 });
    }
}
