//! From tokens to events, as libyaml's parser finds them.

mod collection;
mod document;

use std::borrow::Cow;

use crate::error::Problem;
use crate::scanner::{Comment, Mark, Scanner, Token, TokenKind};
use crate::source::Source;
use document::TagDirectives;

/// What an event is.
#[derive(Debug)]
pub(crate) enum EventKind<'a> {
    StreamEnd,
    DocumentStart,
    DocumentEnd,
    Alias(&'a [u8]),
    Scalar {
        value: Cow<'a, [u8]>,
        plain: bool,
        implicit: bool,
        properties: Properties<'a>,
    },
    SequenceStart(Properties<'a>),
    SequenceEnd,
    MappingStart(Properties<'a>),
    MappingEnd,
}

/// An event and where it begins.
#[derive(Debug)]
pub(crate) struct Event<'a> {
    pub(crate) kind: EventKind<'a>,
    pub(crate) mark: Mark,
}

/// What may stand before a node.
#[derive(Debug, Default)]
pub(crate) struct Properties<'a> {
    pub(crate) anchor: Option<&'a [u8]>,
    /// The tag in full, `tag:yaml.org,2002:str` for `!!str`.
    pub(crate) tag: Option<Vec<u8>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    StreamStart,
    ImplicitDocumentStart,
    DocumentStart,
    DocumentContent,
    DocumentEnd,
    BlockNode,
    BlockSequenceFirstEntry,
    BlockSequenceEntry,
    IndentlessSequenceEntry,
    BlockMappingFirstKey,
    BlockMappingKey,
    BlockMappingValue,
    FlowSequenceFirstEntry,
    FlowSequenceEntry,
    FlowPairKey,
    FlowPairValue,
    FlowPairEnd,
    FlowMappingFirstKey,
    FlowMappingKey,
    FlowMappingValue,
    FlowMappingEmptyValue,
    End,
}

/// Which nodes may stand at a place.
#[derive(Clone, Copy, PartialEq)]
enum Allowed {
    Flow,
    Block,
    /// Block nodes, and a list that is not indented.
    BlockOrIndentless,
}

/// The parser: a state machine with a stack.
pub(crate) struct Parser<'a> {
    scanner: Scanner<'a>,
    state: State,
    states: Vec<State>,
    /// Where the open collections began.
    marks: Vec<Mark>,
    directives: TagDirectives<'a>,
}

impl<'a> Parser<'a> {
    pub(crate) fn new(source: &'a Source<'_>, keeps_comments: bool) -> Self {
        Self {
            scanner: Scanner::new(source, keeps_comments),
            state: State::StreamStart,
            states: Vec::new(),
            marks: Vec::new(),
            directives: TagDirectives::default(),
        }
    }

    /// The comments of what has been parsed.
    pub(crate) fn into_comments(self) -> Vec<Comment<'a>> {
        self.scanner.into_comments()
    }

    /// The next event; after the end of the stream, or an error, the end of the stream for ever.
    pub(crate) fn next_event(&mut self) -> Result<Event<'a>, Problem> {
        let event = self.step();
        if event.is_err() {
            self.state = State::End;
        }
        event
    }

    fn step(&mut self) -> Result<Event<'a>, Problem> {
        match self.state {
            State::StreamStart => {
                self.scanner.take()?;
                self.state = State::ImplicitDocumentStart;
                self.parse_document_start(true)
            }
            State::ImplicitDocumentStart => self.parse_document_start(true),
            State::DocumentStart => self.parse_document_start(false),
            State::DocumentContent => self.parse_document_content(),
            State::DocumentEnd => self.parse_document_end(),
            State::BlockNode => self.parse_node(Allowed::Block),
            State::BlockSequenceFirstEntry => self.parse_block_sequence_entry(true),
            State::BlockSequenceEntry => self.parse_block_sequence_entry(false),
            State::IndentlessSequenceEntry => self.parse_indentless_sequence_entry(),
            State::BlockMappingFirstKey => self.parse_block_mapping_key(true),
            State::BlockMappingKey => self.parse_block_mapping_key(false),
            State::BlockMappingValue => self.parse_block_mapping_value(),
            State::FlowSequenceFirstEntry => self.parse_flow_sequence_entry(true),
            State::FlowSequenceEntry => self.parse_flow_sequence_entry(false),
            State::FlowPairKey => self.parse_flow_pair_key(),
            State::FlowPairValue => self.parse_flow_pair_value(),
            State::FlowPairEnd => self.parse_flow_pair_end(),
            State::FlowMappingFirstKey => self.parse_flow_mapping_key(true),
            State::FlowMappingKey => self.parse_flow_mapping_key(false),
            State::FlowMappingValue => self.parse_flow_mapping_value(false),
            State::FlowMappingEmptyValue => self.parse_flow_mapping_value(true),
            State::End => Ok(Event {
                kind: EventKind::StreamEnd,
                mark: Mark::default(),
            }),
        }
    }

    fn pop_state(&mut self) {
        self.state = self.states.pop().unwrap_or(State::End);
    }

    /// Parses a node; afterwards the parser is in the state `then`.
    fn parse_node_then(&mut self, then: State, allowed: Allowed) -> Result<Event<'a>, Problem> {
        self.states.push(then);
        self.parse_node(allowed)
    }

    /// An empty scalar where a node is missing; afterwards the parser is in the state `then`.
    fn empty_scalar_then(&mut self, then: State, mark: Mark) -> Event<'a> {
        self.state = then;
        empty_scalar(mark, Properties::default(), true)
    }

    /// An alias, a scalar or the start of a collection, with its properties.
    fn parse_node(&mut self, allowed: Allowed) -> Result<Event<'a>, Problem> {
        let first = self.scanner.peek()?;
        let start = first.start;
        if let TokenKind::Alias(name) = first.kind {
            self.scanner.take()?;
            self.pop_state();
            return Ok(Event {
                kind: EventKind::Alias(name),
                mark: start,
            });
        }
        let properties = self.parse_properties(start)?;
        let token = self.scanner.peek()?;
        let token_start = token.start;
        let block = allowed != Allowed::Flow;
        let (state, sequence) = match token.kind {
            TokenKind::BlockEntry if allowed == Allowed::BlockOrIndentless => (State::IndentlessSequenceEntry, true),
            TokenKind::Scalar { .. } => return self.parse_scalar(start, properties),
            TokenKind::FlowSequenceStart => (State::FlowSequenceFirstEntry, true),
            TokenKind::FlowMappingStart => (State::FlowMappingFirstKey, false),
            TokenKind::BlockSequenceStart if block => (State::BlockSequenceFirstEntry, true),
            TokenKind::BlockMappingStart if block => (State::BlockMappingFirstKey, false),
            _ if properties.anchor.is_some() || properties.tag.is_some() => {
                self.pop_state();
                let implicit = properties.tag.is_none();
                return Ok(empty_scalar(start, properties, implicit));
            }
            _ => return Err(problem("did not find expected node content", token_start, start)),
        };
        self.state = state;
        let kind = if sequence {
            EventKind::SequenceStart(properties)
        } else {
            EventKind::MappingStart(properties)
        };
        Ok(Event { kind, mark: start })
    }

    fn parse_scalar(&mut self, start: Mark, properties: Properties<'a>) -> Result<Event<'a>, Problem> {
        self.pop_state();
        let Token {
            kind: TokenKind::Scalar { value, plain },
            ..
        } = self.scanner.take()?
        else {
            return Err(Problem::yaml(None, "unknown problem parsing YAML content"));
        };
        let implicit = match &properties.tag {
            None => plain,
            Some(tag) => tag == b"!",
        };
        Ok(Event {
            kind: EventKind::Scalar {
                value,
                plain,
                implicit,
                properties,
            },
            mark: start,
        })
    }

    /// An anchor and a tag, in any order, both optional.
    fn parse_properties(&mut self, start: Mark) -> Result<Properties<'a>, Problem> {
        let mut properties = Properties::default();
        let mut tag = None;
        loop {
            match self.scanner.peek()?.kind {
                TokenKind::Anchor(name) if properties.anchor.is_none() => {
                    properties.anchor = Some(name);
                    self.scanner.take()?;
                }
                TokenKind::Tag { .. } if tag.is_none() => tag = Some(self.scanner.take()?),
                _ => break,
            }
        }
        if let Some(Token {
            kind: TokenKind::Tag { handle, suffix },
            start: mark,
            ..
        }) = tag
        {
            let full = self.directives.resolve(handle, &suffix);
            let full = full.ok_or_else(|| problem("found undefined tag handle", mark, start))?;
            properties.tag = Some(full).filter(|tag| !tag.is_empty());
        }
        Ok(properties)
    }
}

fn empty_scalar(mark: Mark, properties: Properties<'_>, implicit: bool) -> Event<'_> {
    let kind = EventKind::Scalar {
        value: Cow::Borrowed(b""),
        plain: true,
        implicit,
        properties,
    };
    Event { kind, mark }
}

/// A parser's problem at `mark`, in a construct that began at `context`. Unlike a scanner's it names the line before.
fn problem(text: &str, mark: Mark, context: Mark) -> Problem {
    let line = [mark.line, context.line].into_iter().find(|line| *line != 0);
    Problem::yaml(line, text)
}
