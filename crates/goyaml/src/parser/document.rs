//! Documents and their directives.

use super::{Allowed, Event, EventKind, Parser, State, problem};
use crate::error::Problem;
use crate::scanner::{Mark, Token, TokenKind};

/// The tag handles of a document: `%TAG` and the two that are always there.
#[derive(Default)]
pub(super) struct TagDirectives<'a> {
    entries: Vec<(&'a [u8], Vec<u8>)>,
}

impl TagDirectives<'_> {
    fn contains(&self, handle: &[u8]) -> bool {
        self.entries.iter().any(|entry| entry.0 == handle)
    }

    fn add_defaults(&mut self) {
        for (handle, prefix) in [(&b"!"[..], &b"!"[..]), (b"!!", b"tag:yaml.org,2002:")] {
            if !self.contains(handle) {
                self.entries.push((handle, prefix.to_vec()));
            }
        }
    }

    /// The tag in full; `None` when the handle is not known.
    pub(super) fn resolve(&self, handle: &[u8], suffix: &[u8]) -> Option<Vec<u8>> {
        if handle.is_empty() {
            return Some(suffix.to_vec());
        }
        let prefix = &self.entries.iter().find(|entry| entry.0 == handle)?.1;
        Some([prefix, suffix].concat()).filter(|tag| !tag.is_empty())
    }
}

impl<'a> Parser<'a> {
    /// The start of a document, or the end of the stream. Only the first document may be `implicit`.
    pub(super) fn parse_document_start(&mut self, implicit: bool) -> Result<Event<'a>, Problem> {
        while !implicit && self.scanner.peek()?.kind == TokenKind::DocumentEnd {
            self.scanner.take()?;
        }
        let token = self.scanner.peek()?;
        let mark = token.start;
        match token.kind {
            TokenKind::StreamEnd => {
                self.state = State::End;
                Ok(Event {
                    kind: EventKind::StreamEnd,
                    mark,
                })
            }
            TokenKind::VersionDirective { .. } | TokenKind::TagDirective { .. } | TokenKind::DocumentStart => {
                self.parse_explicit_document(mark)
            }
            _ if implicit => {
                self.process_directives()?;
                self.states.push(State::DocumentEnd);
                self.state = State::BlockNode;
                Ok(Event {
                    kind: EventKind::DocumentStart,
                    mark,
                })
            }
            _ => self.parse_explicit_document(mark),
        }
    }

    fn parse_explicit_document(&mut self, mark: Mark) -> Result<Event<'a>, Problem> {
        self.process_directives()?;
        let token = self.scanner.peek()?;
        if token.kind != TokenKind::DocumentStart {
            return Err(problem(
                "did not find expected <document start>",
                token.start,
                Mark::default(),
            ));
        }
        self.scanner.take()?;
        self.states.push(State::DocumentEnd);
        self.state = State::DocumentContent;
        Ok(Event {
            kind: EventKind::DocumentStart,
            mark,
        })
    }

    pub(super) fn parse_document_content(&mut self) -> Result<Event<'a>, Problem> {
        let token = self.scanner.peek()?;
        let mark = token.start;
        match token.kind {
            TokenKind::VersionDirective { .. }
            | TokenKind::TagDirective { .. }
            | TokenKind::DocumentStart
            | TokenKind::DocumentEnd
            | TokenKind::StreamEnd => {
                let then = self.states.pop().unwrap_or(State::End);
                Ok(self.empty_scalar_then(then, mark))
            }
            _ => self.parse_node(Allowed::Block),
        }
    }

    pub(super) fn parse_document_end(&mut self) -> Result<Event<'a>, Problem> {
        let token = self.scanner.peek()?;
        let mark = token.start;
        if token.kind == TokenKind::DocumentEnd {
            self.scanner.take()?;
        }
        self.directives = TagDirectives::default();
        self.state = State::DocumentStart;
        Ok(Event {
            kind: EventKind::DocumentEnd,
            mark,
        })
    }

    fn process_directives(&mut self) -> Result<(), Problem> {
        let mut version_seen = false;
        while let TokenKind::VersionDirective { .. } | TokenKind::TagDirective { .. } = self.scanner.peek()?.kind {
            let directive = self.scanner.take()?;
            self.process_directive(directive, &mut version_seen)?;
        }
        self.directives.add_defaults();
        Ok(())
    }

    fn process_directive(&mut self, directive: Token<'a>, version_seen: &mut bool) -> Result<(), Problem> {
        let refuse = |text| Err(problem(text, directive.start, Mark::default()));
        match directive.kind {
            TokenKind::VersionDirective { .. } if *version_seen => refuse("found duplicate %YAML directive"),
            TokenKind::VersionDirective { major: 1, minor: 1 } => {
                *version_seen = true;
                Ok(())
            }
            TokenKind::VersionDirective { .. } => refuse("found incompatible YAML document"),
            TokenKind::TagDirective { handle, .. } if self.directives.contains(handle) => {
                refuse("found duplicate %TAG directive")
            }
            TokenKind::TagDirective { handle, prefix } => {
                self.directives.entries.push((handle, prefix.into_owned()));
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
