//! Values from the command line: `a.b[0].c=1,d={x,y}`.
//!
//! The four languages of `--set`, `--set-string`, `--set-json`, `--set-literal`, and `--set-file`, which is that of
//! `--set` with files for values. What they accept, the odd included, is what Helm's parsers accept.

mod json;
mod lines;
mod literal;
mod slots;
mod text;

use govalue::{Map, Value};

/// The highest index that a line may set.
pub const MAX_INDEX: i64 = 65_536;

/// The most dots that a key may have.
const MAX_NAME_LEVEL: usize = 30;

/// The most indexes that may follow each other, as in `a[0][0][0]`; Helm has no limit.
const MAX_LIST_LEVEL: usize = 500;

/// The most items that the indexes of one line may make, with the nulls before them; Helm has no limit.
const MAX_ITEMS: i64 = 1 << 20;

/// Why a line cannot be read, in Helm's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StrvalsError {
    /// The line ends behind a key.
    #[error("key {} has no value", quote(.0))]
    NoValue(String),
    /// A comma stands behind a key.
    #[error("key {} has no value (cannot end with ,)", quote(.0))]
    NoValueBeforeComma(String),
    /// Nothing was set below a key.
    #[error("key map {} has no value", quote(.0))]
    EmptyMap(String),
    /// What is between brackets is no index.
    #[error("error parsing index: {0}")]
    Index(String),
    /// An index is below zero.
    #[error("negative {0} index not allowed")]
    NegativeIndex(i64),
    /// An index is above [`MAX_INDEX`].
    #[error("index of {0} is greater than maximum supported index of {MAX_INDEX}")]
    IndexTooLarge(i64),
    /// Something stands between a bracket and what may follow it; the text is as Go prints a list of runes.
    #[error("unexpected data at end of array index: {0}")]
    AfterIndex(String),
    /// A list has no end.
    #[error("list must terminate with '}}'")]
    UnterminatedList,
    /// A key has too many dots.
    #[error("value name nested level is greater than maximum supported nested level of {MAX_NAME_LEVEL}")]
    TooNested,
    /// Too many indexes follow each other.
    #[error("more than {MAX_LIST_LEVEL} indexes follow each other")]
    TooManyIndexes,
    /// The indexes of a line make too many items.
    #[error("the indexes of a line make more than {MAX_ITEMS} items")]
    TooManyItems,
    /// What a key leads to is not what the line takes it for.
    #[error("unable to parse key: interface conversion: interface {{}} is {found}, not {wanted}")]
    Kind {
        /// The Go type of what is there.
        found: &'static str,
        /// The Go type the line needs.
        wanted: &'static str,
    },
    /// A JSON value is malformed.
    #[error("{0}")]
    Json(String),
    /// A file cannot be read.
    #[error("{0}")]
    File(String),
}

/// How the text behind an equals sign becomes a value.
pub(crate) enum Reader<'a> {
    /// Booleans, null and integers by their look: `--set`.
    Typed,
    /// Texts only: `--set-string`.
    Text,
    /// JSON: `--set-json`.
    Json,
    /// The contents of files: `--set-file`.
    File(&'a mut dyn FnMut(&str) -> Result<Value, String>),
}

/// Reads a line of `--set` into values.
pub fn set(line: &str, values: &mut Map) -> Result<(), StrvalsError> {
    lines::parse(line, values, Reader::Typed)
}

/// Reads a line of `--set-string` into values: `true` and `1` stay texts.
pub fn set_string(line: &str, values: &mut Map) -> Result<(), StrvalsError> {
    lines::parse(line, values, Reader::Text)
}

/// Reads a line of `--set-json` into values: what follows an equals sign is JSON.
pub fn set_json(line: &str, values: &mut Map) -> Result<(), StrvalsError> {
    lines::parse(line, values, Reader::Json)
}

/// Reads a line of `--set-file` into values: what follows an equals sign names a file, which `read` reads.
pub fn set_file(
    line: &str,
    values: &mut Map,
    read: &mut dyn FnMut(&str) -> Result<Value, String>,
) -> Result<(), StrvalsError> {
    lines::parse(line, values, Reader::File(read))
}

/// Reads a line of `--set-literal` into values: what follows the first equals sign is the value, as it is.
pub fn set_literal(line: &str, values: &mut Map) -> Result<(), StrvalsError> {
    literal::parse(line, values)
}

fn quote(text: &str) -> String {
    govalue::quote(text.as_bytes())
}
