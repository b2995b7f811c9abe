//! Between strings and lists of strings.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bstr::ByteSlice as _;
use gotemplate::{Any, Elem, FuncError, MapType};
use govalue::{Str, take_runes};

use crate::text::{check_bytes, items_of, strval, write_strval};

entries! { StringLists;
    "join"(String, Any) -> String, try join, "Joins a list with a separator, each item as `toString` gives it, without nils.";
    "splitList"(String, String) -> StringList, split_list, "Splits the second string at the first.";
    "split"(String, String) -> StringMap, split, "Splits the second string at the first into a dict with the keys `_0`, `_1`, ...";
    "splitn"(String, Int, String) -> StringMap, splitn, "Splits as `split` does, into so many parts at most.";
    "sortAlpha"(Any) -> StringList, sort_alpha, "Sorts a list as strings.";
    "toStrings"(Any) -> StringList, to_strings, "Makes a list of strings of a list, without nils.";
}

fn join(separator: &Str, list: &Any) -> Result<Vec<u8>, FuncError> {
    let mut out = Vec::new();
    for (index, item) in items_or_itself(list).iter().filter(|item| !is_nil(item)).enumerate() {
        if index > 0 {
            out.extend_from_slice(separator);
        }
        write_strval(item, &mut out);
        check_bytes(Some(out.len()))?;
    }
    Ok(out)
}

/// A list's items; anything but a list is its own only item.
fn items_or_itself(list: &Any) -> Cow<'_, [Any]> {
    items_of(list).unwrap_or(Cow::Borrowed(std::slice::from_ref(list)))
}

fn is_nil(item: &Any) -> bool {
    matches!(item, Any::Nil | Any::Invalid)
}

/// The items as `toString` gives them, without nils.
fn strings_of(list: &Any) -> Vec<Str> {
    items_or_itself(list)
        .iter()
        .filter(|item| !is_nil(item))
        .map(strval)
        .collect()
}

fn to_strings(list: &Any) -> Any {
    match list {
        Any::List(strings) if matches!(strings.elem, Elem::String | Elem::NilString) => list.clone(),
        other => Any::strings(strings_of(other)),
    }
}

fn sort_alpha(list: &Any) -> Any {
    // Unlike other functions, this one takes nil for an item.
    if items_of(list).is_none() {
        return Any::strings([strval(list)]);
    }
    let mut strings = strings_of(list);
    strings.sort_unstable();
    Any::strings(strings)
}

fn split_list(separator: &Str, text: &Str) -> Any {
    Any::strings(parts(separator, text, -1))
}

fn split(separator: &Str, text: &Str) -> Any {
    numbered(parts(separator, text, -1))
}

fn splitn(separator: &Str, limit: i64, text: &Str) -> Any {
    numbered(parts(separator, text, limit))
}

fn numbered(parts: Vec<&[u8]>) -> Any {
    let entries = parts
        .into_iter()
        .enumerate()
        .map(|(index, part)| (format!("_{index}").into(), Any::string(part)));
    Any::typed_map(MapType::String, entries.collect::<BTreeMap<Str, Any>>())
}

/// Go's `strings.SplitN`: the last of `limit` parts is the rest, a negative limit is none; an empty separator splits
/// between characters.
fn parts<'a>(separator: &[u8], text: &'a [u8], limit: i64) -> Vec<&'a [u8]> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if limit == 0 || (separator.is_empty() && text.is_empty()) {
        return Vec::new();
    }
    let mut parts = Vec::new();
    let mut rest = text;
    while parts.len() + 1 < limit {
        let (end, next) = if separator.is_empty() {
            match take_runes(rest, 1).len() {
                size if size < rest.len() => (size, size),
                _ => break,
            }
        } else {
            let Some(end) = rest.find(separator) else { break };
            (end, end + separator.len())
        };
        parts.push(&rest[..end]);
        rest = &rest[next..];
    }
    parts.push(rest);
    parts
}
