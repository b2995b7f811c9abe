//! The text of constraints: hyphen ranges, groups joined by `||`, and the operators and operands within a group.

use crate::scan::{self, Shape};

/// Every operator, as written; the empty one stands for `=`.
const OPERATORS: [(&str, Operator); 12] = [
    ("", Operator::Equal),
    ("=", Operator::Equal),
    ("!=", Operator::NotEqual),
    (">", Operator::Greater),
    ("<", Operator::Less),
    (">=", Operator::GreaterEqual),
    ("=>", Operator::GreaterEqual),
    ("<=", Operator::LessEqual),
    ("=<", Operator::LessEqual),
    ("~", Operator::Tilde),
    ("~>", Operator::Tilde),
    ("^", Operator::Caret),
];

/// What an operator asks of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterEqual,
    LessEqual,
    Tilde,
    Caret,
}

/// An operator and its operand, as written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Term<'a> {
    /// The operator's text.
    pub(crate) sign: &'static str,
    /// What it asks.
    pub(crate) operator: Operator,
    /// The operand.
    pub(crate) operand: Shape<'a>,
}

/// Rewrites each `1.2 - 3.4` into a pair of comparisons.
///
/// The Go library replaces the first place that reads like the range found, which need not be where it was found.
pub(crate) fn rewrite_ranges(text: &str) -> String {
    let mut rewritten = text.to_owned();
    let mut position = 0;
    while position < text.len() {
        let Some(range) = text.get(position..).and_then(range_at) else {
            position += 1;
            continue;
        };
        rewritten = rewritten.replacen(range.text, &format!(">= {}, <= {} ", range.low, range.high), 1);
        position += range.text.len();
    }
    rewritten
}

/// Splits a group into its terms, or nothing if some of it cannot be read.
pub(crate) fn terms(group: &str) -> Option<Vec<Term<'_>>> {
    let mut rest = skip_spaces(group);
    let mut terms = Vec::new();
    loop {
        let (term, after) = term(rest)?;
        terms.push(term);
        rest = skip_spaces(after);
        if rest.is_empty() {
            return Some(terms);
        }
        match rest.strip_prefix(',') {
            Some(next) => rest = skip_spaces(next),
            None if rest.len() == after.len() => return None,
            None => {}
        }
    }
}

/// A hyphen range and the text around its ends that it takes.
struct Range<'a> {
    text: &'a str,
    low: &'a str,
    high: &'a str,
}

/// Reads a hyphen range that starts at once, spaces before and after it included.
fn range_at(text: &str) -> Option<Range<'_>> {
    let low = scan::shape(skip_spaces(text), in_operand)?.text;
    let rest = after_operand(text, low);
    let rest = skip_some_spaces(rest)?.strip_prefix('-')?;
    let rest = skip_some_spaces(rest)?;
    let high = scan::shape(rest, in_operand)?.text;
    let rest = skip_spaces(&rest[high.len()..]);
    Some(Range {
        text: &text[..text.len() - rest.len()],
        low,
        high,
    })
}

/// What follows `operand` in `text`, which starts with spaces and the operand.
fn after_operand<'a>(text: &'a str, operand: &str) -> &'a str {
    &skip_spaces(text)[operand.len()..]
}

/// Reads an operator and its operand.
fn term(text: &str) -> Option<(Term<'_>, &str)> {
    let end = text
        .bytes()
        .position(|byte| !b"=!<>~^".contains(&byte))
        .unwrap_or(text.len());
    let (sign, rest) = text.split_at_checked(end)?;
    let (sign, operator) = OPERATORS.into_iter().find(|(known, _)| *known == sign)?;
    let rest = skip_spaces(rest);
    let operand = scan::shape(rest, in_operand)?;
    Some((
        Term {
            sign,
            operator,
            operand,
        },
        &rest[operand.text.len()..],
    ))
}

/// Whether a byte may stand in a segment of an operand; a stray bar is let through here and refused later.
fn in_operand(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'x' | b'X' | b'*' | b'|')
}

fn skip_spaces(text: &str) -> &str {
    text.trim_start_matches(['\t', '\n', '\x0c', '\r', ' '])
}

fn skip_some_spaces(text: &str) -> Option<&str> {
    let rest = skip_spaces(text);
    (rest.len() < text.len()).then_some(rest)
}
