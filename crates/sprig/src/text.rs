//! Values as text: Sprig's own conversion to a string, and limits on the size of what functions make.

use std::borrow::Cow;

use gotemplate::{Any, FuncError, Kind};
use govalue::{Str, number};

/// The longest string that a function makes, in bytes. Go has no such limit and dies of it.
const MAX_BYTES: usize = 256 << 20;

/// The longest list that a function makes from a number.
const MAX_ITEMS: u64 = 10_000_000;

/// The text of a value as `toString` gives it: `%v`, but a `[]byte` is its text.
pub(crate) fn strval(value: &Any) -> Str {
    match value {
        Any::String(text) | Any::Bytes(text) => text.clone(),
        Any::Object(object) => object.display(),
        other => sprint(other).into(),
    }
}

/// Appends [`strval`].
pub(crate) fn write_strval(value: &Any, out: &mut Vec<u8>) {
    match value {
        Any::String(text) | Any::Bytes(text) => out.extend_from_slice(text),
        other => write_value(other, out),
    }
}

/// The text of a value as Go's `%v` gives it.
pub(crate) fn sprint(value: &Any) -> Vec<u8> {
    let mut out = Vec::new();
    write_value(value, &mut out);
    out
}

/// Appends Go's `%v` of a value.
pub(crate) fn write_value(value: &Any, out: &mut Vec<u8>) {
    match value {
        Any::String(text) => out.extend_from_slice(text),
        Any::Int(number) | Any::Int64(number) => number::write_int(out, *number),
        other => gotemplate::fmt::write_value(other, out),
    }
}

/// What Go's runtime says of a method call on a nil interface.
pub(crate) fn nil_dereference() -> FuncError {
    FuncError::runtime("invalid memory address or nil pointer dereference")
}

/// The items of anything whose Go kind is a slice; `None` for other kinds.
pub(crate) fn items_of(value: &Any) -> Option<Cow<'_, [Any]>> {
    match value {
        Any::List(list) => Some(Cow::Borrowed(&list.items)),
        Any::Bytes(bytes) => Some(Cow::Owned(bytes.iter().map(|byte| Any::Uint8(*byte)).collect())),
        Any::Object(object) if object.kind() == Kind::Slice => {
            let entries = object.entries().unwrap_or_default();
            Some(Cow::Owned(entries.into_iter().map(|(_, item)| item).collect()))
        }
        _ => None,
    }
}

/// Refuses to make a string of `bytes` bytes if that is absurdly long.
pub(crate) fn check_bytes(bytes: Option<usize>) -> Result<usize, FuncError> {
    bytes
        .filter(|bytes| *bytes <= MAX_BYTES)
        .ok_or_else(|| FuncError::limit(format!("a string of more than {MAX_BYTES} bytes")))
}

/// Refuses to make a list of `count` items if that is absurdly long.
pub(crate) fn check_items(count: u64) -> Result<usize, FuncError> {
    usize::try_from(count)
        .ok()
        .filter(|_| count <= MAX_ITEMS)
        .ok_or_else(|| FuncError::limit(format!("a list of more than {MAX_ITEMS} items")))
}

/// What stands for Go's stack overflow at a map that contains itself.
pub(crate) fn too_deep() -> FuncError {
    FuncError::limit("a value is nested too deeply")
}
