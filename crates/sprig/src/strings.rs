//! Functions on one string. Lengths and positions are in bytes, as Go's are.

mod case;
mod shorten;
mod words;
mod wrap;

use bstr::ByteSlice as _;
use gotemplate::{Any, FuncError};
use govalue::{Charset, Str, rune_count, take_runes, write_quoted};

use crate::text::{check_bytes, strval, write_value};
use case::{lower, swapcase, title, untitle, upper};
use shorten::{abbrev, abbrevboth, substr, trunc};
use words::{camelcase, kebabcase, snakecase};
use wrap::{wrap, wrap_with};

entries! { Strings;
    "trim"(String) -> String, trim, "Removes white space from both ends.";
    "trimAll"(String, String) -> String, trim_all, "Removes the characters of the first string from both ends of the second.";
    "trimall"(String, String) -> String, trim_all, "Old name of `trimAll`.";
    "trimSuffix"(String, String) -> String, trim_suffix, "Removes the first string from the end of the second.";
    "trimPrefix"(String, String) -> String, trim_prefix, "Removes the first string from the start of the second.";
    "upper"(String) -> String, upper, "Converts to upper case.";
    "lower"(String) -> String, lower, "Converts to lower case.";
    "title"(String) -> String, title, "Makes the first letter of each word a capital.";
    "untitle"(String) -> String, untitle, "Makes the first letter of each word a small one.";
    "repeat"(Int, String) -> String, try repeat, "Repeats a string.";
    "substr"(Int, Int, String) -> String, try substr, "Cuts out the bytes from the first position up to the second; a negative one stands for that end.";
    "nospace"(String) -> String, nospace, "Removes all white space.";
    "trunc"(Int, String) -> String, trunc, "Keeps that many bytes of the start; of the end if negative.";
    "abbrev"(Int, String) -> String, abbrev, "Shortens to a length of at least 4, the dots that show it included.";
    "abbrevboth"(Int, Int, String) -> String, abbrevboth, "Shortens at both ends, from an offset to a length of at least 7.";
    "initials"(String) -> String, initials, "Keeps the first letter of each word.";
    "wrap"(Int, String) -> String, wrap, "Breaks lines at a column, between words only.";
    "wrapWith"(Int, String, String) -> String, try wrap_with, "Breaks lines at a column with a string of your own, also within words.";
    "contains"(String, String) -> Bool, contains, "Tells whether the second string contains the first.";
    "hasPrefix"(String, String) -> Bool, has_prefix, "Tells whether the second string starts with the first.";
    "hasSuffix"(String, String) -> Bool, has_suffix, "Tells whether the second string ends with the first.";
    "quote"(; ..Any) -> String, quote, "Puts each value that isn't nil in double quotes, with escapes.";
    "squote"(; ..Any) -> String, squote, "Puts each value that isn't nil in single quotes, without escapes.";
    "cat"(; ..Any) -> String, cat, "Joins all values that aren't nil with spaces.";
    "indent"(Int, String) -> String, try indent, "Indents every line.";
    "nindent"(Int, String) -> String, try nindent, "Starts a new line and indents every line.";
    "replace"(String, String, String) -> String, try replace, "Replaces the first string by the second wherever it occurs in the third.";
    "plural"(String, String, Int) -> String, plural, "Chooses the first string for the number 1, else the second.";
    "snakecase"(String) -> String, snakecase, "Converts CamelCase to snake_case.";
    "camelcase"(String) -> String, camelcase, "Converts snake_case to CamelCase.";
    "kebabcase"(String) -> String, kebabcase, "Converts CamelCase to kebab-case.";
    "swapcase"(String) -> String, swapcase, "Exchanges small letters and capitals; words start with a capital.";
}

fn trim(text: &Str) -> Str {
    part(text, text.trim())
}

fn trim_all(cutset: &Str, text: &Str) -> Str {
    let cutset: Vec<char> = crate::rune::runes(cutset).map(|(rune, _)| rune).collect();
    let mut rest: &[u8] = text;
    while let (rune, size @ 1..) = govalue::decode_rune(rest) {
        if !cutset.contains(&rune.unwrap_or(char::REPLACEMENT_CHARACTER)) {
            break;
        }
        rest = &rest[size..];
    }
    while let Some((rune, start)) = last_rune(rest) {
        if !cutset.contains(&rune) {
            break;
        }
        rest = &rest[..start];
    }
    part(text, rest)
}

/// The last character and where it starts; one invalid byte at a time, as Go decodes backwards.
fn last_rune(bytes: &[u8]) -> Option<(char, usize)> {
    let (rune, size) = bstr::decode_last_utf8(bytes);
    match rune {
        Some(rune) => Some((rune, bytes.len() - size)),
        None => bytes
            .len()
            .checked_sub(1)
            .map(|start| (char::REPLACEMENT_CHARACTER, start)),
    }
}

fn trim_suffix(suffix: &Str, text: &Str) -> Str {
    text.strip_suffix(suffix.as_bytes())
        .map_or_else(|| text.clone(), |rest| part(text, rest))
}

fn trim_prefix(prefix: &Str, text: &Str) -> Str {
    text.strip_prefix(prefix.as_bytes())
        .map_or_else(|| text.clone(), |rest| part(text, rest))
}

/// A part of `text`, without a copy if it is all of it.
fn part(text: &Str, bytes: &[u8]) -> Str {
    if bytes.len() == text.len() {
        text.clone()
    } else {
        bytes.into()
    }
}

fn repeat(count: i64, text: &Str) -> Result<Str, FuncError> {
    let count = pad_width(count)?;
    if text
        .len()
        .checked_mul(count)
        .is_none_or(|bytes| i64::try_from(bytes).is_err())
    {
        return Err(FuncError::new("strings: Repeat output length overflow"));
    }
    check_bytes(text.len().checked_mul(count))?;
    Ok(text.as_bytes().repeat(count).into())
}

/// A count of repetitions; Go's `strings.Repeat` panics for a negative one.
fn pad_width(count: i64) -> Result<usize, FuncError> {
    usize::try_from(count).map_err(|_| FuncError::new("strings: negative Repeat count"))
}

/// Works on bytes as if each were a character, as goutils does: what isn't ASCII is garbled where a space was removed.
fn nospace(text: &Str) -> Str {
    let kept: String = text
        .iter()
        .map(|byte| char::from(*byte))
        .filter(|rune| !rune.is_whitespace())
        .collect();
    if kept.chars().count() == text.len() {
        text.clone()
    } else {
        kept.into()
    }
}

/// The first byte, read as a character, of each word.
fn initials(text: &Str) -> String {
    let mut after_gap = true;
    let mut starts_word = |rune: &char| {
        let starts = after_gap && !rune.is_whitespace();
        after_gap = rune.is_whitespace();
        starts
    };
    text.iter()
        .map(|byte| char::from(*byte))
        .filter(|rune| starts_word(rune))
        .collect()
}

fn contains(needle: &Str, text: &Str) -> bool {
    text.contains_str(needle.as_bytes())
}

fn has_prefix(prefix: &Str, text: &Str) -> bool {
    text.starts_with(prefix)
}

fn has_suffix(suffix: &Str, text: &Str) -> bool {
    text.ends_with(suffix)
}

/// Writes each value that isn't nil with spaces between.
fn spaced(values: &[Any], mut write: impl FnMut(&Any, &mut Vec<u8>)) -> Vec<u8> {
    let texts = values.iter().filter_map(Any::as_string);
    let mut out = Vec::with_capacity(values.len() * 3 + texts.map(|text| text.len()).sum::<usize>());
    for (index, value) in values.iter().filter(|value| !is_nil(value)).enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        write(value, &mut out);
    }
    out
}

fn is_nil(value: &Any) -> bool {
    matches!(value, Any::Nil | Any::Invalid)
}

fn quote(values: &[Any]) -> Vec<u8> {
    spaced(values, |value, out| match value {
        Any::String(text) => write_quoted(text, Charset::Printable, out),
        other => write_quoted(&strval(other), Charset::Printable, out),
    })
}

fn squote(values: &[Any]) -> Vec<u8> {
    spaced(values, |value, out| {
        out.push(b'\'');
        write_value(value, out);
        out.push(b'\'');
    })
}

fn cat(values: &[Any]) -> Vec<u8> {
    spaced(values, write_value)
}

fn indent(width: i64, text: &Str) -> Result<Vec<u8>, FuncError> {
    indented(b"", width, text)
}

fn nindent(width: i64, text: &Str) -> Result<Vec<u8>, FuncError> {
    indented(b"\n", width, text)
}

/// `start`, then every line of the text after `width` spaces.
fn indented(start: &[u8], width: i64, text: &Str) -> Result<Vec<u8>, FuncError> {
    let pad = pad_width(width)?;
    let lines = 1 + text.iter().filter(|byte| **byte == b'\n').count();
    let bytes = check_bytes(
        pad.checked_mul(lines)
            .and_then(|pads| pads.checked_add(text.len() + start.len())),
    )?;
    let mut out = Vec::with_capacity(bytes);
    out.extend_from_slice(start);
    let mut rest: &[u8] = text;
    loop {
        out.resize(out.len() + pad, b' ');
        let Some(end) = rest.find_byte(b'\n') else { break };
        out.extend_from_slice(&rest[..=end]);
        rest = &rest[end + 1..];
    }
    out.extend_from_slice(rest);
    Ok(out)
}

fn replace(old: &Str, new: &Str, text: &Str) -> Result<Str, FuncError> {
    if old == new {
        return Ok(text.clone());
    }
    if old.is_empty() {
        return interleave(new, text);
    }
    let Some(first) = text.find(old.as_bytes()) else {
        return Ok(text.clone());
    };
    let mut out = Vec::with_capacity(text.len() + new.len());
    out.extend_from_slice(&text[..first]);
    let mut rest = &text[first..];
    while let Some(start) = rest.find(old.as_bytes()) {
        out.extend_from_slice(&rest[..start]);
        out.extend_from_slice(new);
        rest = &rest[start + old.len()..];
        check_bytes(Some(out.len()))?;
    }
    out.extend_from_slice(rest);
    Ok(out.into())
}

/// `new` before, between and after all characters: what replacing the empty string means in Go.
fn interleave(new: &Str, text: &Str) -> Result<Str, FuncError> {
    let count = rune_count(text) + 1;
    let bytes = check_bytes(
        new.len()
            .checked_mul(count)
            .and_then(|added| added.checked_add(text.len())),
    )?;
    let mut out = Vec::with_capacity(bytes);
    let mut rest: &[u8] = text;
    out.extend_from_slice(new);
    while !rest.is_empty() {
        let rune = take_runes(rest, 1);
        out.extend_from_slice(rune);
        out.extend_from_slice(new);
        rest = &rest[rune.len()..];
    }
    Ok(out.into())
}

fn plural(one: &Str, many: &Str, count: i64) -> Str {
    if count == 1 { one.clone() } else { many.clone() }
}
