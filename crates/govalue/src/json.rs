//! JSON text as Go's `encoding/json` reads and writes it.

mod decode;
mod encode;
mod token;

pub use decode::{DecodeError, from_slice, from_str, list_from_slice, map_from_slice};
pub use encode::{EncodeError, Escape, to_string, write, write_indented, write_string};

/// How deeply lists and maps may nest: the limit of Go's decoder. The encoder has the same, where Go has none.
pub const MAX_DEPTH: usize = 10_000;
