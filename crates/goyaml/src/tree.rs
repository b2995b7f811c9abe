//! A document with positions and comments, for programs that point at its lines.

use std::collections::BTreeMap;

use bstr::ByteSlice;
use govalue::{Str, Value};

use crate::decode::{AliasBudget, Scalar};
use crate::error::Problem;
use crate::graph::{Graph, NodeId, NodeKind};
use crate::parser::Parser;
use crate::scanner::{Comment, Mark};
use crate::source::Source;
use crate::{Error, MAX_DEPTH};

/// A place in the text: line and column count characters from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// A value of a document and where it begins. What an alias stands for has its own position, not the alias's.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where the value begins: its tag or anchor, if it has one.
    pub position: Position,
    /// The value.
    pub kind: NodeValue,
}

/// The value of a [`Node`].
#[derive(Clone, Debug, PartialEq)]
pub enum NodeValue {
    /// Neither a list nor a map.
    Scalar {
        /// What [`from_str`](crate::from_str) makes of it.
        value: Value,
        /// Whether it is written without quotes, so that its type was found out.
        plain: bool,
    },
    /// A sequence.
    List(Vec<Node>),
    /// A mapping.
    Map(Vec<Entry>),
}

/// An entry of a mapping; entries stand in the order of the text, duplicates and merge keys (`<<`) among them.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key as it is in JSON.
    pub key: Str,
    /// Where the key begins.
    pub position: Position,
    /// The comment lines right above the key, without `#` and the blank after it.
    pub head_comment: Option<String>,
    /// The comment in the key's own line.
    pub line_comment: Option<String>,
    /// The value.
    pub value: Node,
}

impl Node {
    /// The value of the last entry `key`, if this is a mapping that has one.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries()
            .iter()
            .rfind(|entry| entry.key == key)
            .map(|entry| &entry.value)
    }

    /// The entries, if this is a mapping, else none.
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            NodeValue::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items, if this is a sequence, else none.
    pub fn items(&self) -> &[Self] {
        match &self.kind {
            NodeValue::List(items) => items,
            _ => &[],
        }
    }

    /// The value, if this is neither a sequence nor a mapping.
    pub fn scalar(&self) -> Option<&Value> {
        match &self.kind {
            NodeValue::Scalar { value, .. } => Some(value),
            _ => None,
        }
    }
}

/// Reads the first document of `text` with its positions and comments; an empty one is a null at the first line.
///
/// ```
/// let tree = goyaml::parse_tree("# how many\nreplicas: 3 # or more\n").unwrap();
/// let entry = &tree.entries()[0];
/// assert_eq!((entry.position.line, entry.head_comment.as_deref()), (2, Some("how many")));
/// assert_eq!(entry.line_comment.as_deref(), Some("or more"));
/// ```
///
/// # Errors
/// [`Error::Convert`], as for [`from_str`](crate::from_str), but for what JSON cannot express.
pub fn parse_tree(text: impl AsRef<[u8]>) -> Result<Node, Error> {
    read(text.as_ref()).map_err(Error::Convert)
}

fn read(text: &[u8]) -> Result<Node, Problem> {
    let source = Source::new(text);
    let mut parser = Parser::new(&source, true);
    let Some(graph) = Graph::read(&mut parser)? else {
        let kind = NodeValue::Scalar {
            value: Value::Null,
            plain: true,
        };
        return Ok(Node {
            position: Position { line: 1, column: 1 },
            kind,
        });
    };
    let comments = parser
        .into_comments()
        .into_iter()
        .map(|comment| (comment.mark.line, comment))
        .collect();
    let mut builder = Builder {
        graph: &graph,
        comments,
        budget: AliasBudget::default(),
        path: Vec::new(),
        aliases: 0,
    };
    builder.node(Graph::ROOT)
}

struct Builder<'g, 'a> {
    graph: &'g Graph<'a>,
    /// The comments by their lines.
    comments: BTreeMap<usize, Comment<'a>>,
    budget: AliasBudget,
    /// The collections and aliases being built.
    path: Vec<NodeId>,
    /// How many of them are aliases.
    aliases: usize,
}

impl Builder<'_, '_> {
    fn node(&mut self, id: NodeId) -> Result<Node, Problem> {
        self.budget.count(self.aliases > 0)?;
        if self.path.len() == MAX_DEPTH {
            return Err(Problem::yaml(None, format!("exceeded max depth of {MAX_DEPTH}")));
        }
        let graph = self.graph;
        let node = graph.node(id);
        // An error ends everything, so that only a success is followed by a step back.
        self.path.push(id);
        let kind = match &node.kind {
            NodeKind::Alias { name, target } => {
                let node = self.alias(name, *target)?;
                self.path.pop();
                return Ok(node);
            }
            NodeKind::Scalar { plain, .. } => NodeValue::Scalar {
                value: Scalar::of(node)?.into_value(),
                plain: *plain,
            },
            NodeKind::Sequence => NodeValue::List(self.list(id)?),
            NodeKind::Mapping => NodeValue::Map(self.map(id)?),
        };
        self.path.pop();
        Ok(Node {
            position: position(node.mark),
            kind,
        })
    }

    fn list(&mut self, id: NodeId) -> Result<Vec<Node>, Problem> {
        let mut items = Vec::new();
        for item in self.graph.children(id) {
            items.push(self.node(item)?);
        }
        Ok(items)
    }

    fn map(&mut self, id: NodeId) -> Result<Vec<Entry>, Problem> {
        let mut entries = Vec::new();
        for (key, value) in self.graph.entries(id) {
            let value = self.node(value)?;
            entries.push(self.entry(key, value)?);
        }
        Ok(entries)
    }

    fn alias(&mut self, name: &[u8], target: NodeId) -> Result<Node, Problem> {
        if self.path.contains(&target) {
            let name = String::from_utf8_lossy(name);
            return Err(Problem::yaml(None, format!("anchor '{name}' value contains itself")));
        }
        self.aliases += 1;
        let node = self.node(target);
        self.aliases -= 1;
        node
    }

    fn entry(&mut self, key: NodeId, value: Node) -> Result<Entry, Problem> {
        let mark = self.graph.node(key).mark;
        let NodeValue::Scalar { value: name, .. } = self.node(key)?.kind else {
            return Err(Problem::yaml(Some(mark.line + 1), "a collection cannot be a key"));
        };
        Ok(Entry {
            key: key_text(name),
            position: position(mark),
            head_comment: self.head_comment(mark.line),
            line_comment: self.comments.get(&mark.line).filter(|comment| !comment.alone).map(text),
            value,
        })
    }

    /// The comments in the lines right above `line`, down to the first that has something else.
    fn head_comment(&self, line: usize) -> Option<String> {
        let above = (0..line)
            .rev()
            .map_while(|line| self.comments.get(&line).filter(|comment| comment.alone));
        let mut lines: Vec<_> = above.map(text).collect();
        lines.reverse();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

fn text(comment: &Comment<'_>) -> String {
    let text = comment.text.strip_prefix(b" ").unwrap_or(comment.text);
    text.trim_end().to_str_lossy().into_owned()
}

fn position(mark: Mark) -> Position {
    Position {
        line: mark.line + 1,
        column: mark.column + 1,
    }
}

fn key_text(key: Value) -> Str {
    match key {
        Value::String(text) => text,
        Value::Bool(flag) => Str::from(if flag { "true" } else { "false" }),
        Value::Int(number) => Str::from(number.to_string()),
        Value::Float(number) => Str::from(crate::number::float_key(number)),
        _ => Str::from("null"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_know_their_lines_and_columns() {
        let tree = parse_tree("a: 1\nlist:\n  - x: yes\n    z: \"yes\"\n").unwrap();
        let item = &tree.get("list").unwrap().items()[0];
        let places: Vec<_> = item
            .entries()
            .iter()
            .map(|entry| (entry.position.line, entry.position.column))
            .collect();
        assert_eq!(places, [(3, 5), (4, 5)]);
        assert_eq!(
            item.get("x").unwrap().kind,
            NodeValue::Scalar {
                value: Value::Bool(true),
                plain: true
            }
        );
        assert_eq!(
            item.get("z").unwrap().kind,
            NodeValue::Scalar {
                value: "yes".into(),
                plain: false
            }
        );
        assert_eq!(item.get("z").unwrap().position, Position { line: 4, column: 8 });
    }

    #[test]
    fn comments_belong_to_the_key_below_or_before_them() {
        let text = "# title\n\n# first\n#  second\nimage: # where\n  # the tag\n  tag: x # pin it\n  pull: 'a # b'\n";
        let tree = parse_tree(text).unwrap();
        let image = &tree.entries()[0];
        assert_eq!(image.head_comment.as_deref(), Some("first\n second"));
        assert_eq!(image.line_comment.as_deref(), Some("where"));
        let [tag, pull] = image.value.entries() else {
            panic!("two entries")
        };
        assert_eq!(
            (tag.head_comment.as_deref(), tag.line_comment.as_deref()),
            (Some("the tag"), Some("pin it"))
        );
        assert_eq!(
            (pull.head_comment.as_deref(), pull.line_comment.as_deref()),
            (None, None)
        );
    }

    #[test]
    fn duplicates_stay_and_aliases_are_followed() {
        let tree = parse_tree("a: &x {k: 1}\nb: *x\na: 2\n").unwrap();
        assert_eq!(tree.entries().len(), 3);
        assert_eq!(
            tree.get("b").unwrap().get("k").unwrap().position,
            Position { line: 1, column: 11 }
        );
        assert_eq!(tree.get("a").unwrap().scalar(), Some(&Value::Int(2)));
    }

    #[test]
    fn an_alias_inside_its_anchor_is_an_error() {
        let error = parse_tree("a: &x [*x]\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "error converting YAML to JSON: yaml: anchor 'x' value contains itself"
        );
    }
}
