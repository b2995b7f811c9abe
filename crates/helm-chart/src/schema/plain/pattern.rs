//! Regular expressions of which all dialects make the same.

use std::fmt;

use govalue::Str;
use regex_automata::nfa::thompson::pikevm::PikeVM;
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::util::syntax;

/// The most memory that an expression may take; the validator allows far more, and decides beyond.
const MAX_SIZE: usize = 64 * 1024;

/// A regular expression over printable ASCII.
pub(super) struct Pattern {
    text: Str,
    machine: PikeVM,
}

impl Pattern {
    /// Reads an expression; `None` if it is unusual.
    pub(super) fn read(text: &Str) -> Option<Self> {
        let expression = text.to_str().filter(|text| is_usual(text))?;
        let machine = PikeVM::builder()
            .syntax(syntax::Config::new().unicode(false).utf8(false))
            .thompson(
                thompson::Config::new()
                    .nfa_size_limit(Some(MAX_SIZE))
                    .which_captures(WhichCaptures::None),
            )
            .build(expression)
            .ok()?;
        Some(Self {
            text: text.clone(),
            machine,
        })
    }

    /// Whether the expression matches anywhere in a text; `None` for texts that the validator is to look at.
    pub(super) fn matches(&self, text: &Str) -> Option<bool> {
        is_printable(text.as_bytes()).then(|| self.machine.is_match(&mut self.machine.create_cache(), text.as_bytes()))
    }
}

/// Whether there is nothing in an expression that dialects read differently: flags, control letters, code points.
fn is_usual(expression: &str) -> bool {
    let is_usual_group = |(at, _)| expression[at..].starts_with("(?:");
    let is_usual_escape = |escaped: u8| escaped.is_ascii_punctuation() || b"dDwWsSbB".contains(&escaped);
    let bytes = expression.as_bytes();
    let mut escaped = false;
    for byte in bytes {
        if escaped && !is_usual_escape(*byte) {
            return false;
        }
        escaped = !escaped && *byte == b'\\';
    }
    is_printable(bytes) && expression.match_indices("(?").all(is_usual_group)
}

fn is_printable(text: &[u8]) -> bool {
    text.iter().all(|byte| matches!(byte, b' '..=b'~'))
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}
