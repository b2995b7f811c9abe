//! Regular expressions: Go's `regexp`, which is RE2's syntax with leftmost-first matches.

mod class;
mod error;
mod escape;
mod expand;
mod node;
mod parse;
mod pattern;
mod text;

use std::sync::Arc;

use gotemplate::{Any, FuncError};
use govalue::Str;

use self::expand::Template;
use self::pattern::{Pattern, compile};
use self::text::Text;

entries! { Regex;
    "regexMatch"(String, String) -> Bool, regex_match, "Whether the text has a match of the expression; false when the expression is wrong.";
    "mustRegexMatch"(String, String) -> Bool, try must_match, "Whether the text has a match of the expression.";
    "regexFindAll"(String, String, Int) -> StringList, try find_all, "The first so many matches in the text, all for a negative number.";
    "mustRegexFindAll"(String, String, Int) -> StringList, try must_find_all, "`regexFindAll` with a plainer error.";
    "regexFind"(String, String) -> String, try find, "The first match in the text, or nothing.";
    "mustRegexFind"(String, String) -> String, try must_find, "`regexFind` with a plainer error.";
    "regexReplaceAll"(String, String, String) -> String, try replace_all, "Replaces all matches; `${1}` and `${name}` in the replacement stand for groups.";
    "mustRegexReplaceAll"(String, String, String) -> String, try must_replace_all, "`regexReplaceAll` with a plainer error.";
    "regexReplaceAllLiteral"(String, String, String) -> String, try replace_all_literal, "Replaces all matches by the replacement as it is.";
    "mustRegexReplaceAllLiteral"(String, String, String) -> String, try must_replace_all_literal, "`regexReplaceAllLiteral` with a plainer error.";
    "regexSplit"(String, String, Int) -> StringList, try split, "The parts between matches: at most so many, all for a negative number.";
    "mustRegexSplit"(String, String, Int) -> StringList, try must_split, "`regexSplit` with a plainer error.";
    "regexQuoteMeta"(String) -> String, quote_meta, "An expression that matches the text and nothing else.";
}

/// Compiles for a function that returns Go's error.
fn must(pattern: &Str) -> Result<Arc<Pattern>, FuncError> {
    compile(pattern.as_bytes()).map_err(|error| FuncError::new(error.text()))
}

/// Compiles for a function that panics where the expression is wrong.
fn or_panic(pattern: &Str) -> Result<Arc<Pattern>, FuncError> {
    compile(pattern.as_bytes()).map_err(|error| FuncError::new(error.panic_text(pattern.as_bytes())))
}

fn regex_match(pattern: &Str, text: &Str) -> bool {
    must_match(pattern, text).unwrap_or(false)
}

fn must_match(pattern: &Str, text: &Str) -> Result<bool, FuncError> {
    Ok(must(pattern)?.is_match(&Text::new(text.as_bytes())))
}

fn find_all(pattern: &Str, text: &Str, limit: i64) -> Result<Any, FuncError> {
    Ok(all_of(or_panic(pattern)?.as_ref(), text, limit))
}

fn must_find_all(pattern: &Str, text: &Str, limit: i64) -> Result<Any, FuncError> {
    Ok(all_of(must(pattern)?.as_ref(), text, limit))
}

fn all_of(pattern: &Pattern, text: &Str, limit: i64) -> Any {
    let text = Text::new(text.as_bytes());
    let found = pattern.find_all(&text, limit);
    if found.is_empty() {
        return Any::nil_strings();
    }
    Any::strings(found.into_iter().map(|found| text.slice(found.start, found.end)))
}

fn find(pattern: &Str, text: &Str) -> Result<Str, FuncError> {
    Ok(first_of(or_panic(pattern)?.as_ref(), text))
}

fn must_find(pattern: &Str, text: &Str) -> Result<Str, FuncError> {
    Ok(first_of(must(pattern)?.as_ref(), text))
}

fn first_of(pattern: &Pattern, text: &Str) -> Str {
    let text = Text::new(text.as_bytes());
    pattern
        .find(&text, 0)
        .map_or_else(Str::default, |found| Str::from(text.slice(found.start, found.end)))
}

fn replace_all(pattern: &Str, text: &Str, replacement: &Str) -> Result<Vec<u8>, FuncError> {
    Ok(expanded(or_panic(pattern)?.as_ref(), text, replacement))
}

fn must_replace_all(pattern: &Str, text: &Str, replacement: &Str) -> Result<Vec<u8>, FuncError> {
    Ok(expanded(must(pattern)?.as_ref(), text, replacement))
}

fn expanded(pattern: &Pattern, text: &Str, replacement: &Str) -> Vec<u8> {
    let text = Text::new(text.as_bytes());
    let template = Template::new(replacement.as_bytes());
    pattern.replace_all(&text, template.has_groups(), |out, _, captures| {
        template.expand(out, pattern, &text, captures);
    })
}

fn replace_all_literal(pattern: &Str, text: &Str, replacement: &Str) -> Result<Vec<u8>, FuncError> {
    Ok(replaced(or_panic(pattern)?.as_ref(), text, replacement))
}

fn must_replace_all_literal(pattern: &Str, text: &Str, replacement: &Str) -> Result<Vec<u8>, FuncError> {
    Ok(replaced(must(pattern)?.as_ref(), text, replacement))
}

fn replaced(pattern: &Pattern, text: &Str, replacement: &Str) -> Vec<u8> {
    let text = Text::new(text.as_bytes());
    pattern.replace_all(&text, false, |out, _, _| out.extend_from_slice(replacement.as_bytes()))
}

fn split(pattern: &Str, text: &Str, limit: i64) -> Result<Any, FuncError> {
    Ok(parts_of(or_panic(pattern)?.as_ref(), text, limit))
}

fn must_split(pattern: &Str, text: &Str, limit: i64) -> Result<Any, FuncError> {
    Ok(parts_of(must(pattern)?.as_ref(), text, limit))
}

/// Go's rules: with a limit, the last part is all the rest; a match at the very end leaves no empty part after it only
/// where it is empty itself.
fn parts_of(pattern: &Pattern, text: &Str, limit: i64) -> Any {
    if limit == 0 {
        return Any::nil_strings();
    }
    if text.is_empty() && !pattern.is_empty {
        return Any::strings([""]);
    }
    let text = Text::new(text.as_bytes());
    let length = text.runes().len();
    let most = usize::try_from(limit).map_or(usize::MAX, |limit| limit - 1);
    let mut parts = Vec::new();
    let (mut begin, mut end) = (0, 0);
    for found in pattern.find_all(&text, limit) {
        if parts.len() >= most {
            break;
        }
        end = found.start;
        if found.end != 0 {
            parts.push(text.slice(begin, end));
        }
        begin = found.end;
    }
    if end != length {
        parts.push(text.slice(begin, length));
    }
    Any::strings(parts)
}

fn quote_meta(text: &Str) -> Vec<u8> {
    let mut quoted = Vec::with_capacity(text.len());
    for &byte in text.as_bytes() {
        if br"\.+*?()|[]{}^$".contains(&byte) {
            quoted.push(b'\\');
        }
        quoted.push(byte);
    }
    quoted
}
