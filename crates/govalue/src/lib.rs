//! Plain data as Go's `encoding/json` and Helm see it.
//!
//! [`Value`] is what charts, values files, custom resources and release records are made of: no Go types beyond those
//! JSON knows, `Send + Sync`, comparable, cheap to clone at the leaves. [`Str`] is Go's string: bytes that are usually,
//! but need not be, UTF-8. [`json`], [`number`] and [`quote`] read and write them as Go's `encoding/json` and `strconv` do;
//! encoders take any [`Tree`]. What a *template* sees is another type, `gotemplate::Any`.
//!
//! ```
//! use govalue::Value;
//! let values = Value::from_iter([("image", Value::from_iter([("tag", Value::from("1.25"))]))]);
//! assert_eq!(values.path("image.tag").and_then(Value::as_str), Some("1.25"));
//! ```

pub mod json;
pub mod number;
mod quote;
mod rune;
mod serial;
mod str;
mod tree;
mod value;

pub use quote::{Charset, can_backquote, is_print, quote, write_quoted, write_quoted_rune};
pub use rune::{decode_rune, rune_count, take_runes};
pub use str::Str;
pub use tree::{Tree, View};
pub use value::{Map, Value};
