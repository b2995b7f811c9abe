//! The verbs for numbers, strings and bytes. Each function says whether it knows the verb.

mod float;
mod integer;
mod text;

pub(super) use float::write_float;
pub(super) use integer::{Integer, write_address, write_integer};
pub(super) use text::{write_bytes_as_text, write_text};

use super::layout::Spec;

/// Appends a boolean.
pub(super) fn write_bool(flag: bool, verb: char, spec: &Spec, out: &mut Vec<u8>) -> bool {
    let known = matches!(verb, 't' | 'v');
    if known {
        spec.pad(if flag { b"true" } else { b"false" }, out);
    }
    known
}
