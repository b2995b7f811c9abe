//! Nodes in Go's `%#v` syntax, which some error texts hold.

use std::borrow::Cow;
use std::cmp::Ordering;

use govalue::number::{FloatStyle, format_float};

use super::scalar::{Scalar, is_merge};
use crate::MAX_DEPTH;
use crate::graph::{Graph, NodeId, NodeKind};

/// The longest text written for one error.
const MAX_LENGTH: usize = 64 * 1024;

/// A nil inside a collection; on its own it is `<nil>`.
const NIL: &str = "interface {}(nil)";
const TOP_NIL: &str = "<nil>";

/// Writes nodes as Go would print the values decoded from them.
pub(super) struct Dump<'g, 'a> {
    graph: &'g Graph<'a>,
}

impl<'g, 'a> Dump<'g, 'a> {
    pub(super) fn new(graph: &'g Graph<'a>) -> Self {
        Self { graph }
    }

    pub(super) fn node(&self, id: NodeId) -> String {
        let mut out = String::new();
        self.write(id, 0, &mut out);
        if out == NIL { TOP_NIL.into() } else { out }
    }

    /// The error of sigs.k8s.io/yaml for the first key that JSON has no form for: a null or an integer beyond `int64`.
    pub(super) fn unsupported_key(&self, id: NodeId) -> Option<String> {
        self.unsupported_key_below(id, 0)
    }

    fn unsupported_key_below(&self, id: NodeId, depth: usize) -> Option<String> {
        if depth > MAX_DEPTH {
            return None;
        }
        match self.graph.node(id).kind {
            NodeKind::Scalar { .. } => None,
            NodeKind::Alias { target, .. } => self.unsupported_key_below(target, depth + 1),
            NodeKind::Sequence => self
                .graph
                .children(id)
                .find_map(|item| self.unsupported_key_below(item, depth + 1)),
            NodeKind::Mapping => self.sorted_entries(id, depth).into_iter().find_map(|(key, value)| {
                let kind = match self.sort_key(key) {
                    SortKey::Null => "%!s(<nil>)",
                    SortKey::Uint(_) => "uint64",
                    _ => return self.unsupported_key_below(value, depth + 1),
                };
                let (key, value) = (self.node(key), self.node(value));
                Some(format!(
                    "unsupported map key of type: {kind}, key: {key}, value: {value}"
                ))
            }),
        }
    }

    fn write(&self, id: NodeId, depth: usize, out: &mut String) {
        if depth > MAX_DEPTH || out.len() > MAX_LENGTH {
            return;
        }
        let node = self.graph.node(id);
        match &node.kind {
            NodeKind::Scalar { .. } => out.push_str(&Scalar::of(node).map(|found| scalar(&found)).unwrap_or_default()),
            NodeKind::Alias { target, .. } => self.write(*target, depth + 1, out),
            NodeKind::Sequence => {
                out.push_str("[]interface {}{");
                for (at, item) in self.graph.children(id).enumerate() {
                    out.push_str(if at == 0 { "" } else { ", " });
                    self.write(item, depth + 1, out);
                }
                out.push('}');
            }
            NodeKind::Mapping => {
                out.push_str("map[interface {}]interface {}{");
                for (at, (key, value)) in self.sorted_entries(id, depth).into_iter().enumerate() {
                    out.push_str(if at == 0 { "" } else { ", " });
                    self.write(key, depth + 1, out);
                    out.push(':');
                    self.write(value, depth + 1, out);
                }
                out.push('}');
            }
        }
    }

    /// The entries of a mapping as Go prints a map: merged, without duplicates, in order of the keys.
    fn sorted_entries(&self, id: NodeId, depth: usize) -> Vec<(NodeId, NodeId)> {
        let mut entries = Vec::new();
        self.collect_entries(id, depth, &mut entries);
        let mut entries: Vec<_> = entries
            .into_iter()
            .map(|entry| (self.sort_key(entry.0), entry))
            .collect();
        entries.sort_by(|a, b| a.0.partial_cmp(&b.0).unwrap_or(Ordering::Equal));
        // The sort is stable, so the last of equal keys is the one that Go's map holds.
        let mut unique: Vec<(_, (NodeId, NodeId))> = Vec::with_capacity(entries.len());
        for entry in entries {
            match unique.last_mut() {
                Some(last) if last.0 == entry.0 => *last = entry,
                _ => unique.push(entry),
            }
        }
        unique.into_iter().map(|entry| entry.1).collect()
    }

    fn collect_entries(&self, id: NodeId, depth: usize, entries: &mut Vec<(NodeId, NodeId)>) {
        if depth > MAX_DEPTH || entries.len() > MAX_LENGTH {
            return;
        }
        match self.graph.node(id).kind {
            NodeKind::Alias { target, .. } => self.collect_entries(target, depth + 1, entries),
            NodeKind::Sequence => {
                let parts: Vec<_> = self.graph.children(id).collect();
                parts
                    .into_iter()
                    .rev()
                    .for_each(|part| self.collect_entries(part, depth + 1, entries));
            }
            _ => {
                for (key, value) in self.graph.entries(id) {
                    if is_merge(self.graph.node(key)) {
                        self.collect_entries(value, depth + 1, entries);
                    } else {
                        entries.push((key, value));
                    }
                }
            }
        }
    }

    /// What Go's printer sorts a key by. Keys of several types go by the addresses of the types, which are in this order
    /// in every program that was looked at, Helm's among them.
    fn sort_key(&self, id: NodeId) -> SortKey<'g> {
        let mut id = id;
        while let NodeKind::Alias { target, .. } = self.graph.node(id).kind {
            id = target;
        }
        match Scalar::of(self.graph.node(id)) {
            Ok(Scalar::Null) | Err(_) => SortKey::Null,
            Ok(Scalar::String(text)) => SortKey::String(text),
            Ok(Scalar::Uint(number)) => SortKey::Uint(number),
            Ok(Scalar::Int(number)) => SortKey::Int(number),
            Ok(Scalar::Float(number)) => SortKey::Float(number),
            Ok(Scalar::Bool(flag)) => SortKey::Bool(flag),
        }
    }
}

#[derive(PartialEq, PartialOrd)]
enum SortKey<'g> {
    Null,
    String(Cow<'g, [u8]>),
    Uint(u64),
    Int(i64),
    Float(f64),
    Bool(bool),
}

/// A scalar in Go's syntax.
pub(super) fn scalar(scalar: &Scalar<'_>) -> String {
    match scalar {
        Scalar::Null => NIL.into(),
        Scalar::Bool(flag) => flag.to_string(),
        Scalar::Int(number) => number.to_string(),
        Scalar::Uint(number) => format!("{number:#x}"),
        Scalar::Float(number) => format_float(*number, FloatStyle::General, None),
        Scalar::String(text) => govalue::quote(text),
    }
}

/// A scalar that stands alone in Go's syntax.
pub(super) fn top_scalar(found: &Scalar<'_>) -> String {
    if *found == Scalar::Null {
        TOP_NIL.into()
    } else {
        scalar(found)
    }
}
