//! From events to the nodes of one document.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::error::Problem;
use crate::parser::{Event, EventKind, Parser, Properties};
use crate::scanner::Mark;

/// The number of a node in its graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NodeId(u32);

/// What a node is.
#[derive(Debug)]
pub(crate) enum NodeKind<'a> {
    Scalar {
        value: Cow<'a, [u8]>,
        plain: bool,
        implicit: bool,
    },
    Sequence,
    /// Its children are keys and values in turn.
    Mapping,
    Alias {
        name: &'a [u8],
        target: NodeId,
    },
}

/// A node of a document.
#[derive(Debug)]
pub(crate) struct Node<'a> {
    pub(crate) kind: NodeKind<'a>,
    /// The tag in full, if one is written.
    pub(crate) tag: Option<Vec<u8>>,
    pub(crate) mark: Mark,
    first_child: Option<NodeId>,
    next_sibling: Option<NodeId>,
}

/// The nodes of one document. They lie side by side, so that however deep the document is, nothing recurses.
#[derive(Debug)]
pub(crate) struct Graph<'a> {
    nodes: Vec<Node<'a>>,
}

impl<'a> Graph<'a> {
    /// Reads the next document of the stream; `None` at its end.
    pub(crate) fn read(parser: &mut Parser<'a>) -> Result<Option<Self>, Problem> {
        match parser.next_event()?.kind {
            EventKind::DocumentStart => {}
            _ => return Ok(None),
        }
        let mut builder = Builder::default();
        loop {
            let event = parser.next_event()?;
            if matches!(event.kind, EventKind::DocumentEnd | EventKind::StreamEnd) {
                return Ok(Some(Self { nodes: builder.nodes }));
            }
            builder.add(event)?;
        }
    }

    /// The root; a document is never without one.
    pub(crate) const ROOT: NodeId = NodeId(0);

    pub(crate) fn node(&self, id: NodeId) -> &Node<'a> {
        &self.nodes[id.0 as usize]
    }

    /// The items of a sequence, or the keys and values of a mapping in turn.
    pub(crate) fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + use<'_, 'a> {
        std::iter::successors(self.node(id).first_child, |child| self.node(*child).next_sibling)
    }

    /// The entries of a mapping.
    pub(crate) fn entries(&self, id: NodeId) -> impl Iterator<Item = (NodeId, NodeId)> + use<'_, 'a> {
        let mut children = self.children(id);
        std::iter::from_fn(move || Some((children.next()?, children.next()?)))
    }
}

#[derive(Default)]
struct Builder<'a> {
    nodes: Vec<Node<'a>>,
    anchors: HashMap<&'a [u8], NodeId>,
    /// The open collections and their last children.
    open: Vec<(NodeId, Option<NodeId>)>,
}

impl<'a> Builder<'a> {
    fn add(&mut self, event: Event<'a>) -> Result<(), Problem> {
        let mark = event.mark;
        match event.kind {
            EventKind::Alias(name) => {
                let target = self.anchors.get(name).copied().ok_or_else(|| {
                    let name = String::from_utf8_lossy(name);
                    Problem::yaml(None, format!("unknown anchor '{name}' referenced"))
                })?;
                self.push(NodeKind::Alias { name, target }, Properties::default(), mark);
            }
            EventKind::Scalar {
                value,
                plain,
                implicit,
                properties,
            } => {
                self.push(NodeKind::Scalar { value, plain, implicit }, properties, mark);
            }
            EventKind::SequenceStart(properties) => {
                let id = self.push(NodeKind::Sequence, properties, mark);
                self.open.push((id, None));
            }
            EventKind::MappingStart(properties) => {
                let id = self.push(NodeKind::Mapping, properties, mark);
                self.open.push((id, None));
            }
            EventKind::SequenceEnd | EventKind::MappingEnd => {
                self.open.pop();
            }
            EventKind::DocumentStart | EventKind::DocumentEnd | EventKind::StreamEnd => {}
        }
        Ok(())
    }

    fn push(&mut self, kind: NodeKind<'a>, properties: Properties<'a>, mark: Mark) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(Node {
            kind,
            tag: properties.tag,
            mark,
            first_child: None,
            next_sibling: None,
        });
        if let Some(anchor) = properties.anchor {
            self.anchors.insert(anchor, id);
        }
        if let Some((parent, last)) = self.open.last_mut() {
            match last {
                Some(sibling) => self.nodes[sibling.0 as usize].next_sibling = Some(id),
                None => self.nodes[parent.0 as usize].first_child = Some(id),
            }
            *last = Some(id);
        }
        id
    }
}
