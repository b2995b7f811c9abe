//! The entries of sequences and mappings, in block and flow style.

use super::{Allowed, Event, EventKind, Parser, Properties, State, problem};
use crate::error::Problem;
use crate::scanner::{Mark, TokenKind};

impl<'a> Parser<'a> {
    /// Takes the token that opens a collection.
    fn open(&mut self) -> Result<(), Problem> {
        let mark = self.scanner.take()?.start;
        self.marks.push(mark);
        Ok(())
    }

    /// Takes the token that closes a collection.
    fn close(&mut self, kind: EventKind<'a>) -> Result<Event<'a>, Problem> {
        let mark = self.scanner.take()?.start;
        self.pop_state();
        self.marks.pop();
        Ok(Event { kind, mark })
    }

    /// The problem that the token at `mark` does not go on with the innermost collection.
    fn unexpected(&self, text: &str, mark: Mark) -> Problem {
        problem(text, mark, self.marks.last().copied().unwrap_or_default())
    }

    pub(super) fn parse_block_sequence_entry(&mut self, first: bool) -> Result<Event<'a>, Problem> {
        if first {
            self.open()?;
        }
        let token = self.scanner.peek()?;
        let start = token.start;
        match token.kind {
            TokenKind::BlockEntry => {
                let mark = self.scanner.take()?.end;
                match self.scanner.peek()?.kind {
                    TokenKind::BlockEntry | TokenKind::BlockEnd => {
                        Ok(self.empty_scalar_then(State::BlockSequenceEntry, mark))
                    }
                    _ => self.parse_node_then(State::BlockSequenceEntry, Allowed::Block),
                }
            }
            TokenKind::BlockEnd => self.close(EventKind::SequenceEnd),
            _ => Err(self.unexpected("did not find expected '-' indicator", start)),
        }
    }

    pub(super) fn parse_indentless_sequence_entry(&mut self) -> Result<Event<'a>, Problem> {
        let token = self.scanner.peek()?;
        let start = token.start;
        if token.kind != TokenKind::BlockEntry {
            self.pop_state();
            return Ok(Event {
                kind: EventKind::SequenceEnd,
                mark: start,
            });
        }
        let mark = self.scanner.take()?.end;
        match self.scanner.peek()?.kind {
            TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                Ok(self.empty_scalar_then(State::IndentlessSequenceEntry, mark))
            }
            _ => self.parse_node_then(State::IndentlessSequenceEntry, Allowed::Block),
        }
    }

    pub(super) fn parse_block_mapping_key(&mut self, first: bool) -> Result<Event<'a>, Problem> {
        if first {
            self.open()?;
        }
        let token = self.scanner.peek()?;
        let start = token.start;
        match token.kind {
            TokenKind::Key => self.parse_block_mapping_part(State::BlockMappingValue),
            TokenKind::BlockEnd => self.close(EventKind::MappingEnd),
            _ => Err(self.unexpected("did not find expected key", start)),
        }
    }

    pub(super) fn parse_block_mapping_value(&mut self) -> Result<Event<'a>, Problem> {
        let token = self.scanner.peek()?;
        let start = token.start;
        if token.kind == TokenKind::Value {
            return self.parse_block_mapping_part(State::BlockMappingKey);
        }
        Ok(self.empty_scalar_then(State::BlockMappingKey, start))
    }

    /// What follows a `?` or `:`, perhaps nothing.
    fn parse_block_mapping_part(&mut self, then: State) -> Result<Event<'a>, Problem> {
        let mark = self.scanner.take()?.end;
        match self.scanner.peek()?.kind {
            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => Ok(self.empty_scalar_then(then, mark)),
            _ => self.parse_node_then(then, Allowed::BlockOrIndentless),
        }
    }

    pub(super) fn parse_flow_sequence_entry(&mut self, first: bool) -> Result<Event<'a>, Problem> {
        if first {
            self.open()?;
        }
        if self.scanner.peek()?.kind != TokenKind::FlowSequenceEnd {
            if !first {
                self.take_flow_entry("did not find expected ',' or ']'")?;
            }
            let token = self.scanner.peek()?;
            match token.kind {
                TokenKind::Key => {
                    let mark = token.start;
                    self.scanner.take()?;
                    self.state = State::FlowPairKey;
                    return Ok(Event {
                        kind: EventKind::MappingStart(Properties::default()),
                        mark,
                    });
                }
                TokenKind::FlowSequenceEnd => {}
                _ => return self.parse_node_then(State::FlowSequenceEntry, Allowed::Flow),
            }
        }
        self.close(EventKind::SequenceEnd)
    }

    fn take_flow_entry(&mut self, refusal: &str) -> Result<(), Problem> {
        let token = self.scanner.peek()?;
        let start = token.start;
        if token.kind != TokenKind::FlowEntry {
            return Err(self.unexpected(refusal, start));
        }
        self.scanner.take().map(|_| ())
    }

    /// The key of a pair that stands in a sequence: `[a: b]`.
    pub(super) fn parse_flow_pair_key(&mut self) -> Result<Event<'a>, Problem> {
        match self.scanner.peek()?.kind {
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd => {
                // libyaml takes the token here, and so loses the value of `[? : b]`.
                let mark = self.scanner.take()?.end;
                Ok(self.empty_scalar_then(State::FlowPairValue, mark))
            }
            _ => self.parse_node_then(State::FlowPairValue, Allowed::Flow),
        }
    }

    pub(super) fn parse_flow_pair_value(&mut self) -> Result<Event<'a>, Problem> {
        let token = self.scanner.peek()?;
        let start = token.start;
        if token.kind == TokenKind::Value {
            self.scanner.take()?;
            if !matches!(
                self.scanner.peek()?.kind,
                TokenKind::FlowEntry | TokenKind::FlowSequenceEnd
            ) {
                return self.parse_node_then(State::FlowPairEnd, Allowed::Flow);
            }
        }
        Ok(self.empty_scalar_then(State::FlowPairEnd, start))
    }

    pub(super) fn parse_flow_pair_end(&mut self) -> Result<Event<'a>, Problem> {
        let mark = self.scanner.peek()?.start;
        self.state = State::FlowSequenceEntry;
        Ok(Event {
            kind: EventKind::MappingEnd,
            mark,
        })
    }

    pub(super) fn parse_flow_mapping_key(&mut self, first: bool) -> Result<Event<'a>, Problem> {
        if first {
            self.open()?;
        }
        if self.scanner.peek()?.kind != TokenKind::FlowMappingEnd {
            if !first {
                self.take_flow_entry("did not find expected ',' or '}'")?;
            }
            match self.scanner.peek()?.kind {
                TokenKind::Key => {
                    self.scanner.take()?;
                    return self.parse_flow_mapping_part(State::FlowMappingValue);
                }
                TokenKind::FlowMappingEnd => {}
                _ => return self.parse_node_then(State::FlowMappingEmptyValue, Allowed::Flow),
            }
        }
        self.close(EventKind::MappingEnd)
    }

    pub(super) fn parse_flow_mapping_value(&mut self, empty: bool) -> Result<Event<'a>, Problem> {
        let token = self.scanner.peek()?;
        let start = token.start;
        if !empty && token.kind == TokenKind::Value {
            self.scanner.take()?;
            let token = self.scanner.peek()?;
            if !matches!(token.kind, TokenKind::FlowEntry | TokenKind::FlowMappingEnd) {
                return self.parse_node_then(State::FlowMappingKey, Allowed::Flow);
            }
            let mark = token.start;
            return Ok(self.empty_scalar_then(State::FlowMappingKey, mark));
        }
        Ok(self.empty_scalar_then(State::FlowMappingKey, start))
    }

    /// The key after a `?`, perhaps none.
    fn parse_flow_mapping_part(&mut self, then: State) -> Result<Event<'a>, Problem> {
        let token = self.scanner.peek()?;
        match token.kind {
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd => {
                let mark = token.start;
                Ok(self.empty_scalar_then(then, mark))
            }
            _ => self.parse_node_then(then, Allowed::Flow),
        }
    }
}
