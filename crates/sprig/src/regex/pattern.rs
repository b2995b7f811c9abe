//! Compiled patterns, and Go's ways of walking over their matches.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use regex_automata::Input;
use regex_automata::meta::{self, BuildError, Config, Regex};
use regex_automata::util::captures::Captures;

use super::error::{Code, SyntaxError};
use super::parse::parse;
use super::text::Text;
use crate::cache::Cache;

/// How many bytes one compiled pattern may take.
const MAX_BYTES: usize = 16 << 20;

/// How many bytes the states of one pattern's lazily built automaton may take, for each thread and direction.
const MAX_STATES: usize = 256 << 10;

/// How many patterns are remembered, and their bytes together.
const MAX_CACHED: usize = 512;
const MAX_CACHED_BYTES: usize = 64 << 20;

static COMPILED: LazyLock<Cache<Box<[u8]>, Pattern>> = LazyLock::new(|| Cache::new(MAX_CACHED, MAX_CACHED_BYTES));

/// A pattern ready to match.
#[derive(Debug)]
pub(crate) struct Pattern {
    regex: Regex,
    /// The groups' names, the whole match first.
    pub(crate) names: Vec<Option<Box<[u8]>>>,
    /// Whether the pattern's text is empty.
    pub(crate) is_empty: bool,
}

/// The compiled form of a pattern, from memory if it was used lately.
pub(crate) fn compile(pattern: &[u8]) -> Result<Arc<Pattern>, SyntaxError> {
    COMPILED.get_or_make(&Box::from(pattern), || {
        let compiled = Pattern::new(pattern)?;
        let weight = compiled.regex.memory_usage() + 2 * pattern.len() + 256;
        Ok((compiled, weight))
    })
}

impl Pattern {
    fn new(text: &[u8]) -> Result<Self, SyntaxError> {
        let parsed = parse(text)?;
        let config = Config::new()
            .nfa_size_limit(Some(MAX_BYTES))
            .hybrid_cache_capacity(MAX_STATES);
        let regex = meta::Builder::new().configure(config).build_from_hir(&parsed.hir);
        let too_large = |_: BuildError| SyntaxError::new(Code::TooLarge, text);
        Ok(Self {
            regex: regex.map_err(too_large)?,
            names: parsed.names,
            is_empty: text.is_empty(),
        })
    }

    pub(crate) fn is_match(&self, text: &Text<'_>) -> bool {
        self.regex.is_match(Input::new(text.runes()))
    }

    /// The leftmost match that starts at `from` or later.
    pub(crate) fn find(&self, text: &Text<'_>, from: usize) -> Option<Range<usize>> {
        let input = Input::new(text.runes()).range(from..);
        self.regex.find(input).map(|found| found.range())
    }

    /// The same with the groups.
    pub(crate) fn captures(&self, text: &Text<'_>, from: usize) -> Option<Captures> {
        let mut captures = self.regex.create_captures();
        self.regex
            .search_captures(&Input::new(text.runes()).range(from..), &mut captures);
        captures.is_match().then_some(captures)
    }

    /// Up to `limit` matches that don't overlap; all for a negative limit. An empty match right after another is none.
    pub(crate) fn find_all(&self, text: &Text<'_>, limit: i64) -> Vec<Range<usize>> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let end = text.runes().len();
        let mut matches: Vec<Range<usize>> = Vec::new();
        let mut position = 0;
        let mut previous_end = None;
        while matches.len() < limit && position <= end {
            let Some(found) = self.find(text, position) else { break };
            let mut accept = true;
            if found.end == position {
                accept = previous_end != Some(found.start);
                position += text.width(position).max(1);
            } else {
                position = found.end;
            }
            previous_end = Some(found.end);
            if accept {
                matches.push(found);
            }
        }
        matches
    }

    /// Replaces every match by what `write` appends for it.
    pub(crate) fn replace_all(
        &self,
        text: &Text<'_>,
        with_groups: bool,
        write: impl Fn(&mut Vec<u8>, &Range<usize>, Option<&Captures>),
    ) -> Vec<u8> {
        let end = text.runes().len();
        let mut out = Vec::with_capacity(end);
        let (mut last_end, mut position) = (0, 0);
        while position <= end {
            let captures = if with_groups {
                self.captures(text, position)
            } else {
                None
            };
            let found = match &captures {
                Some(captures) => captures.get_match().map(|found| found.range()),
                None if with_groups => None,
                None => self.find(text, position),
            };
            let Some(found) = found else { break };
            out.extend_from_slice(text.slice(last_end, found.start));
            if found.end > last_end || found.start == 0 {
                write(&mut out, &found, captures.as_ref());
            }
            last_end = found.end;
            let width = text.width(position);
            position = if position + width > found.end {
                position + width
            } else {
                found.end.max(position + usize::from(position == found.end))
            };
        }
        out.extend_from_slice(text.slice(last_end, end));
        out
    }
}
