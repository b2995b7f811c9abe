//! What encoders walk over, so that each kind of value is written without first becoming another.

use std::collections::BTreeMap;

use crate::{Str, Value};

/// A value that the JSON and YAML encoders can write: plain data here, a template's own values in `gotemplate`.
pub trait Tree: Sized {
    /// Calls `read` with the outermost layer of the value.
    ///
    /// It takes a closure because a template's map lends its entries only for the time of a call.
    fn view<R>(&self, read: impl FnOnce(View<'_, Self>) -> R) -> R;
}

/// One layer of a [`Tree`].
#[derive(Debug)]
pub enum View<'a, T> {
    /// Nothing.
    Null,
    /// A boolean.
    Bool(bool),
    /// A signed integer.
    Int(i64),
    /// An unsigned integer.
    Uint(u64),
    /// A floating-point number; not necessarily finite.
    Float(f64),
    /// A string.
    String(&'a Str),
    /// A `[]byte`: base64 in JSON, a list of numbers where a format says so.
    Bytes(&'a Str),
    /// A list.
    List(&'a [T]),
    /// A map, in byte order of its keys.
    Map(&'a BTreeMap<Str, T>),
    /// A Go struct: the fields that Go's `encoding/json` writes, in its order; elsewhere a map.
    Fields(Vec<(&'static str, T)>),
    /// A host's object, as the plain data that Go's `encoding/json` makes of it.
    Plain(Value),
}

impl Tree for Value {
    fn view<R>(&self, read: impl FnOnce(View<'_, Self>) -> R) -> R {
        read(match self {
            Self::Null => View::Null,
            Self::Bool(flag) => View::Bool(*flag),
            Self::Int(number) => View::Int(*number),
            Self::Float(number) => View::Float(*number),
            Self::String(text) => View::String(text),
            Self::List(items) => View::List(items),
            Self::Map(map) => View::Map(map),
        })
    }
}
