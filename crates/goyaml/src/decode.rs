//! From nodes to values, by the rules of go-yaml's decoder and of sigs.k8s.io/yaml's way to JSON.

mod aliases;
mod dump;
mod scalar;

use std::collections::HashSet;

use govalue::{Map, Value};

use crate::error::Problem;
use crate::graph::{Graph, NodeId, NodeKind};
use crate::parser::Parser;
use crate::source::Source;
use crate::{Error, MAX_DEPTH, number};
pub(crate) use aliases::AliasBudget;
use dump::Dump;
pub(crate) use scalar::Scalar;

/// What becomes of a key that a mapping has already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Duplicates {
    LastWins,
    Refused,
}

/// Reads the first document of `text` as sigs.k8s.io/yaml's `Unmarshal` does into an `interface{}`, and so as Helm reads
/// charts, values and manifests; nothing but blanks and comments is [`Value::Null`].
///
/// Integers that fit stay [`Value::Int`]. Go's result has nothing but `float64` there: that is
/// [`Value::through_json`] of this one. Where a key occurs twice the last one wins.
///
/// # Errors
/// [`Error::Convert`], with Go's text.
pub fn from_str(text: impl AsRef<[u8]>) -> Result<Value, Error> {
    first_document(text.as_ref(), Duplicates::LastWins).map_err(Error::Convert)
}

/// Reads as [`from_str`] does, but as `UnmarshalStrict`: a key that occurs twice in a mapping is an error.
///
/// # Errors
/// As for [`from_str`]: `yaml: unmarshal errors:`, and a line for each duplicate.
pub fn from_str_strict(text: impl AsRef<[u8]>) -> Result<Value, Error> {
    first_document(text.as_ref(), Duplicates::Refused).map_err(Error::Convert)
}

/// Reads as [`from_str`] does, but as Kubernetes reads manifests: `1.0` is the integer that its JSON text is.
///
/// # Errors
/// As for [`from_str`].
pub fn from_str_unstructured(text: impl AsRef<[u8]>) -> Result<Value, Error> {
    let mut value = from_str(text)?;
    make_integral_floats_ints(&mut value);
    Ok(value)
}

/// Reads a mapping as `Unmarshal` into a `map[string]interface{}` does; `null` and an empty document are the empty map.
///
/// # Errors
/// As for [`from_str`], and [`Error::Kind`] for anything but a mapping.
pub fn map_from_str(text: impl AsRef<[u8]>) -> Result<Map, Error> {
    match from_str(text)? {
        Value::Map(map) => Ok(map),
        Value::Null => Ok(Map::new()),
        other => Err(wrong_kind(&other, "map[string]interface {}")),
    }
}

/// Reads a sequence as `Unmarshal` into a `[]interface{}` does; `null` and an empty document are the empty list.
///
/// # Errors
/// As for [`from_str`], and [`Error::Kind`] for anything but a sequence.
pub fn list_from_str(text: impl AsRef<[u8]>) -> Result<Vec<Value>, Error> {
    match from_str(text)? {
        Value::List(items) => Ok(items),
        Value::Null => Ok(Vec::new()),
        other => Err(wrong_kind(&other, "[]interface {}")),
    }
}

/// Every document of a stream, one after the other, as go-yaml's `Decoder` gives them; an error is the last item.
///
/// ```
/// let kinds: Vec<_> = goyaml::documents("kind: A\n---\nkind: B\n").map(|doc| doc.unwrap().get("kind").cloned()).collect();
/// assert_eq!(kinds, [Some("A".into()), Some("B".into())]);
/// ```
pub fn documents(text: impl AsRef<[u8]>) -> impl Iterator<Item = Result<Value, Error>> {
    let source = Source::new(text.as_ref());
    let mut parser = Parser::new(&source, false);
    let mut documents = Vec::new();
    loop {
        let document = Graph::read(&mut parser).and_then(|graph| {
            graph
                .map(|graph| Decoder::run(&graph, Duplicates::LastWins))
                .transpose()
        });
        let Some(document) = document.map_err(Error::Convert).transpose() else {
            break;
        };
        let failed = document.is_err();
        documents.push(document);
        if failed {
            break;
        }
    }
    documents.into_iter()
}

/// Reads JSON text as go-yaml reads it.
pub(crate) fn from_json_text(json: &[u8]) -> Result<Value, Problem> {
    first_document(json, Duplicates::LastWins)
}

fn first_document(text: &[u8], duplicates: Duplicates) -> Result<Value, Problem> {
    let source = Source::new(text);
    let mut parser = Parser::new(&source, false);
    match Graph::read(&mut parser)? {
        Some(graph) => Decoder::run(&graph, duplicates),
        None => Ok(Value::Null),
    }
}

/// Go's error for JSON of one kind where another is wanted.
fn wrong_kind(value: &Value, wanted: &str) -> Error {
    let kind = value.json_kind();
    Error::Kind(Problem::new(format!(
        "json: cannot unmarshal {kind} into Go value of type {wanted}"
    )))
}

fn make_integral_floats_ints(value: &mut Value) {
    match value {
        Value::Float(number) => {
            if let Some(integer) = number::json_integer(*number) {
                *value = Value::Int(integer);
            }
        }
        Value::List(items) => items.iter_mut().for_each(make_integral_floats_ints),
        Value::Map(map) => map.values_mut().for_each(make_integral_floats_ints),
        _ => {}
    }
}

/// go-yaml's decoder, and the conversion to JSON in the same pass.
struct Decoder<'g, 'a> {
    graph: &'g Graph<'a>,
    duplicates: Duplicates,
    depth: usize,
    budget: AliasBudget,
    /// The aliases being followed.
    open_aliases: Vec<NodeId>,
    /// The duplicate keys found.
    refused: Vec<String>,
    /// Whether there is a key that JSON has no form for; another may take its place, so that is looked at in the end.
    odd_keys: bool,
    /// Whether there is an infinity or a NaN.
    non_finite: bool,
}

impl<'g, 'a> Decoder<'g, 'a> {
    fn run(graph: &'g Graph<'a>, duplicates: Duplicates) -> Result<Value, Problem> {
        let mut decoder = Self {
            graph,
            duplicates,
            depth: 0,
            budget: AliasBudget::default(),
            open_aliases: Vec::new(),
            refused: Vec::new(),
            odd_keys: false,
            non_finite: false,
        };
        decoder.budget.count(false)?;
        let value = decoder.decode(Graph::ROOT)?;
        if !decoder.refused.is_empty() {
            let list = decoder.refused.join("\n  ");
            return Err(Problem::yaml(None, format!("unmarshal errors:\n  {list}")));
        }
        if decoder.odd_keys
            && let Some(text) = Dump::new(graph).unsupported_key(Graph::ROOT)
        {
            return Err(Problem::new(text));
        }
        match first_non_finite(&value).filter(|_| decoder.non_finite) {
            Some(name) => Err(Problem::new(format!("json: unsupported value: {name}"))),
            None => Ok(value),
        }
    }

    fn decode(&mut self, id: NodeId) -> Result<Value, Problem> {
        self.count()?;
        let graph = self.graph;
        match graph.node(id).kind {
            NodeKind::Scalar { .. } => self.decode_scalar(id).map(Scalar::into_value),
            NodeKind::Alias { target, .. } => {
                self.enter_alias(id)?;
                let value = self.decode(target)?;
                self.leave_alias();
                Ok(value)
            }
            NodeKind::Sequence => self.decode_sequence(id).map(Value::List),
            NodeKind::Mapping => {
                let mut target = Target::default();
                self.decode_mapping(id, &mut target)?;
                Ok(Value::Map(target.map))
            }
        }
    }

    fn count(&mut self) -> Result<(), Problem> {
        self.budget.count(!self.open_aliases.is_empty())
    }

    /// Goes one level deeper. An error ends everything, so that only a success is followed by a step back.
    fn enter(&mut self) -> Result<(), Problem> {
        if self.depth == MAX_DEPTH {
            return Err(too_deep());
        }
        self.depth += 1;
        Ok(())
    }

    fn enter_alias(&mut self, id: NodeId) -> Result<(), Problem> {
        if self.open_aliases.contains(&id)
            && let NodeKind::Alias { name, .. } = self.graph.node(id).kind
        {
            let name = String::from_utf8_lossy(name);
            return Err(Problem::yaml(None, format!("anchor '{name}' value contains itself")));
        }
        self.open_aliases.push(id);
        self.enter()
    }

    fn leave_alias(&mut self) {
        self.depth -= 1;
        self.open_aliases.pop();
    }

    fn decode_sequence(&mut self, id: NodeId) -> Result<Vec<Value>, Problem> {
        self.enter()?;
        let mut items = Vec::new();
        for item in self.graph.children(id) {
            items.push(self.decode(item)?);
        }
        self.depth -= 1;
        Ok(items)
    }

    fn decode_scalar(&mut self, id: NodeId) -> Result<Scalar<'g>, Problem> {
        let scalar = Scalar::of(self.graph.node(id))?;
        self.non_finite |= matches!(scalar, Scalar::Float(number) if !number.is_finite());
        Ok(scalar)
    }

    fn decode_mapping(&mut self, id: NodeId, target: &mut Target<'g>) -> Result<(), Problem> {
        self.enter()?;
        for (key, value) in self.graph.entries(id) {
            if scalar::is_merge(self.graph.node(key)) {
                self.merge(value, target)?;
            } else {
                let name = self.decode_key(key)?;
                let decoded = self.decode(value)?;
                self.insert(target, name, decoded, value);
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// Puts an entry into a mapping, unless it has the key and that is refused. `node` is the value's.
    fn insert(&mut self, target: &mut Target<'g>, name: Scalar<'g>, value: Value, node: NodeId) {
        if self.duplicates == Duplicates::Refused && !target.seen.insert(name.identity()) {
            let line = self.graph.node(node).mark.line + 1;
            self.refused.push(format!(
                "line {line}: key {} already set in map",
                dump::top_scalar(&name)
            ));
            return;
        }
        match name.into_key() {
            Some(name) => {
                target.map.insert(name, value);
            }
            None => self.odd_keys = true,
        }
    }

    fn decode_key(&mut self, id: NodeId) -> Result<Scalar<'g>, Problem> {
        self.count()?;
        match self.graph.node(id).kind {
            NodeKind::Scalar { .. } => Scalar::of(self.graph.node(id)),
            NodeKind::Alias { target, .. } => {
                self.enter_alias(id)?;
                let key = self.decode_key(target)?;
                self.leave_alias();
                Ok(key)
            }
            NodeKind::Sequence | NodeKind::Mapping => Err(self.refuse_collection_key(id)),
        }
    }

    /// Go decodes a collection before it refuses it as a key, and may find another problem in it.
    fn refuse_collection_key(&mut self, id: NodeId) -> Problem {
        let decoded = match self.graph.node(id).kind {
            NodeKind::Mapping => self.decode_mapping(id, &mut Target::default()),
            _ => self.decode_sequence(id).map(drop),
        };
        decoded.err().unwrap_or_else(|| {
            let dump = Dump::new(self.graph).node(id);
            Problem::yaml(None, format!("invalid map key: {dump}"))
        })
    }

    fn merge(&mut self, id: NodeId, target: &mut Target<'g>) -> Result<(), Problem> {
        if self.is_mergeable(id) {
            return self.merge_mapping(id, target);
        }
        if !matches!(self.graph.node(id).kind, NodeKind::Sequence) {
            return Err(want_map());
        }
        let parts: Vec<_> = self.graph.children(id).collect();
        // The first part is the last to be merged, since it takes precedence.
        for part in parts.into_iter().rev() {
            if !self.is_mergeable(part) {
                return Err(want_map());
            }
            self.merge_mapping(part, target)?;
        }
        Ok(())
    }

    /// Whether the node is a mapping, or an alias of one.
    fn is_mergeable(&self, id: NodeId) -> bool {
        match self.graph.node(id).kind {
            NodeKind::Mapping => true,
            NodeKind::Alias { target, .. } => matches!(self.graph.node(target).kind, NodeKind::Mapping),
            _ => false,
        }
    }

    fn merge_mapping(&mut self, id: NodeId, target: &mut Target<'g>) -> Result<(), Problem> {
        self.count()?;
        let NodeKind::Alias { target: mapping, .. } = self.graph.node(id).kind else {
            return self.decode_mapping(id, target);
        };
        self.enter_alias(id)?;
        self.merge_mapping(mapping, target)?;
        self.leave_alias();
        Ok(())
    }
}

/// A mapping being filled.
#[derive(Default)]
struct Target<'g> {
    map: Map,
    /// The keys it has, told apart by kind as Go's map does; filled only where duplicates are refused.
    seen: HashSet<Identity<'g>>,
}

/// What tells two keys apart in Go's `map[interface{}]interface{}`; NaN is never the same.
type Identity<'g> = (u8, std::borrow::Cow<'g, [u8]>);

fn too_deep() -> Problem {
    Problem::yaml(None, format!("exceeded max depth of {MAX_DEPTH}"))
}

fn want_map() -> Problem {
    Problem::yaml(None, "map merge requires map or sequence of maps as the value")
}

/// The name of the first infinity or NaN in the order that JSON is written in.
fn first_non_finite(value: &Value) -> Option<&'static str> {
    match value {
        Value::Float(number) if number.is_nan() => Some("NaN"),
        Value::Float(number) if number.is_infinite() => Some(if *number > 0.0 { "+Inf" } else { "-Inf" }),
        Value::List(items) => items.iter().find_map(first_non_finite),
        Value::Map(map) => map.values().find_map(first_non_finite),
        _ => None,
    }
}
