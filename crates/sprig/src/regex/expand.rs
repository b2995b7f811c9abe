//! `$1`, `${1}`, `$name` and `$$` in replacements, as Go's `Expand` reads them.

use std::sync::LazyLock;

use govalue::decode_rune;
use regex_automata::util::captures::Captures;

use super::class::{self, Runes};
use super::pattern::Pattern;
use super::text::Text;

/// A replacement, read once for all matches.
pub(crate) struct Template<'r> {
    parts: Vec<Part<'r>>,
}

enum Part<'r> {
    Literal(&'r [u8]),
    Group(usize),
    Name(&'r [u8]),
}

/// Letters and digits: what a name may be made of, besides the underscore.
static NAME: LazyLock<Option<Runes>> = LazyLock::new(|| class::property("L"));
static DIGIT: LazyLock<Option<Runes>> = LazyLock::new(|| class::property("Nd"));

impl<'r> Template<'r> {
    pub(crate) fn new(mut text: &'r [u8]) -> Self {
        let mut parts = Vec::new();
        while let Some(dollar) = text.iter().position(|&byte| byte == b'$') {
            parts.push(Part::Literal(&text[..dollar]));
            let after = &text[dollar + 1..];
            let (part, rest) = match after.strip_prefix(b"$") {
                Some(rest) => (Part::Literal(b"$"), rest),
                None => reference(after).unwrap_or((Part::Literal(b"$"), after)),
            };
            parts.push(part);
            text = rest;
        }
        parts.push(Part::Literal(text));
        Self { parts }
    }

    /// Whether anything in it depends on the match.
    pub(crate) fn has_groups(&self) -> bool {
        self.parts.iter().any(|part| !matches!(part, Part::Literal(_)))
    }

    /// Appends the replacement for a match. A group that there is not, or that took no part in the match, is empty.
    pub(crate) fn expand(&self, out: &mut Vec<u8>, pattern: &Pattern, text: &Text<'_>, captures: Option<&Captures>) {
        let group = |index: usize| captures.and_then(|captures| captures.get_group(index));
        for part in &self.parts {
            let span = match part {
                Part::Literal(literal) => {
                    out.extend_from_slice(literal);
                    continue;
                }
                Part::Group(index) => group(*index),
                Part::Name(name) => {
                    let named = pattern
                        .names
                        .iter()
                        .enumerate()
                        .filter(|(_, known)| known.as_deref() == Some(*name));
                    named.map(|(index, _)| group(index)).find(Option::is_some).flatten()
                }
            };
            if let Some(span) = span {
                out.extend_from_slice(text.slice(span.start, span.end));
            }
        }
    }
}

/// Reads what follows a dollar sign; `None` where that is no name.
fn reference(text: &[u8]) -> Option<(Part<'_>, &[u8])> {
    let (braced, text) = text.strip_prefix(b"{").map_or((false, text), |text| (true, text));
    let (name, mut rest) = text.split_at(name_length(text));
    if name.is_empty() {
        return None;
    }
    if braced {
        rest = rest.strip_prefix(b"}")?;
    }
    Some((number(name).map_or(Part::Name(name), Part::Group), rest))
}

fn name_length(text: &[u8]) -> usize {
    let within = |class: &Option<Runes>, rune: char| class.as_ref().is_some_and(|class| class.contains(rune.into()));
    let mut length = 0;
    while let (Some(rune), size) = decode_rune(&text[length..]) {
        if rune != '_' && !within(&NAME, rune) && !within(&DIGIT, rune) {
            break;
        }
        length += size;
    }
    length
}

/// A name that is a number without leading zeros stands for a group's index.
fn number(name: &[u8]) -> Option<usize> {
    if name.len() > 1 && name[0] == b'0' {
        return None;
    }
    let mut value = 0;
    for byte in name {
        if !byte.is_ascii_digit() || value >= 100_000_000 {
            return None;
        }
        value = value * 10 + usize::from(byte - b'0');
    }
    Some(value)
}
