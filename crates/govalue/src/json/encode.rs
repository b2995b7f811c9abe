//! `json.Marshal`, `json.MarshalIndent` and `json.Encoder`.

use std::collections::BTreeMap;
use std::fmt;

use base64::prelude::{BASE64_STANDARD, Engine};

use super::MAX_DEPTH;
use crate::number::{FloatStyle, small_integer, write_float, write_int, write_uint};
use crate::quote::write_hex;
use crate::{Str, Tree, View};

/// Go begins to look for cycles at this depth, which is visible in what the error names.
const CYCLES_BEGIN: usize = 1_000;

/// Whether `<`, `>` and `&` are escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escape {
    /// As `json.Marshal` does: `\u003c`, `\u003e`, `\u0026`.
    Html,
    /// As a `json.Encoder` with `SetEscapeHTML(false)` does. (Its `Encode` also ends the text with a newline, which is
    /// left to the caller.)
    None,
}

/// Why a value has no JSON text.
#[derive(Clone, Debug, PartialEq)]
pub enum EncodeError {
    /// NaN or an infinity.
    Float(f64),
    /// A map or slice that contains itself: the type in which it was found.
    Cycle(&'static str),
    /// A value nested deeper than [`MAX_DEPTH`].
    Depth,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("json: unsupported value: ")?;
        match self {
            Self::Float(number) if number.is_nan() => f.write_str("NaN"),
            Self::Float(number) => f.write_str(if *number > 0.0 { "+Inf" } else { "-Inf" }),
            Self::Cycle(type_name) => write!(f, "encountered a cycle via {type_name}"),
            Self::Depth => write!(f, "nested more than {MAX_DEPTH} levels deep"),
        }
    }
}

impl std::error::Error for EncodeError {}

/// Appends the value's JSON text without white space: `json.Marshal`. After an error, `out` holds a part of it.
pub fn write<T: Tree>(value: &T, out: &mut Vec<u8>, escape: Escape) -> Result<(), EncodeError> {
    Encoder::new(out, escape, None).value(value)
}

/// Appends the value's JSON text, each entry on its own line: `json.MarshalIndent` with indents of `indent`.
pub fn write_indented<T: Tree>(value: &T, out: &mut Vec<u8>, escape: Escape, indent: &str) -> Result<(), EncodeError> {
    Encoder::new(out, escape, Some(indent)).value(value)
}

/// The value's JSON text: `json.Marshal`.
///
/// ```
/// use govalue::{Value, json};
/// let value = Value::from_iter([("b", Value::from("<")), ("a", Value::from(1e21))]);
/// assert_eq!(json::to_string(&value).unwrap(), r#"{"a":1e+21,"b":"\u003c"}"#);
/// ```
pub fn to_string<T: Tree>(value: &T) -> Result<String, EncodeError> {
    let mut out = Vec::new();
    write(value, &mut out, Escape::Html)?;
    // Invalid bytes are written as escapes, so that only whole characters are left.
    Ok(String::from_utf8(out).unwrap_or_default())
}

/// Appends a string in quotes; invalid bytes, U+2028 and U+2029 become escapes.
pub fn write_string(text: &[u8], out: &mut Vec<u8>, escape: Escape) {
    out.push(b'"');
    for chunk in text.utf8_chunks() {
        write_valid(chunk.valid().as_bytes(), out, escape);
        for _ in chunk.invalid() {
            out.extend_from_slice(b"\\ufffd");
        }
    }
    out.push(b'"');
}

/// Appends valid UTF-8, piece by piece between the bytes that need an escape.
fn write_valid(text: &[u8], out: &mut Vec<u8>, escape: Escape) {
    let mut written = 0;
    for (at, &byte) in text.iter().enumerate() {
        let short = match byte {
            b'"' | b'\\' => byte,
            b'\n' => b'n',
            b'\t' => b't',
            b'\r' => b'r',
            b'\x08' => b'b',
            b'\x0c' => b'f',
            b'<' | b'>' | b'&' if escape == Escape::Html => b'u',
            ..b' ' => b'u',
            0xe2 if matches!(text[at..], [_, 0x80, 0xa8 | 0xa9, ..]) => b'u',
            _ => continue,
        };
        out.extend_from_slice(&text[written..at]);
        written = at + 1;
        match (short, byte) {
            (b'u', 0xe2) => {
                write_hex(out, "\\u", 0x2000 + u32::from(text[at + 2]) - 0x80, 4);
                written = at + 3;
            }
            (b'u', _) => write_hex(out, "\\u", byte.into(), 4),
            _ => out.extend_from_slice(&[b'\\', short]),
        }
    }
    out.extend_from_slice(&text[written..]);
}

/// Appends a float as JavaScript writes it: plainly from 1e-6 to below 1e21, otherwise with an exponent.
fn write_number(number: f64, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let magnitude = number.abs();
    if !number.is_finite() {
        return Err(EncodeError::Float(number));
    }
    if let Some(integer) = small_integer(magnitude, 9e15) {
        if number.is_sign_negative() {
            out.push(b'-');
        }
        write_uint(out, integer);
    } else if (1e-6..1e21).contains(&magnitude) {
        write_float(out, number, FloatStyle::Fixed, None);
    } else {
        write_float(out, number, FloatStyle::Exponent, None);
        // Go drops the leading zero of a negative exponent, as in 1e-7; no positive one has any.
        if let [.., b'e', b'-', b'0', _] = out[..] {
            out.remove(out.len() - 2);
        }
    }
    Ok(())
}

struct Encoder<'a> {
    out: &'a mut Vec<u8>,
    escape: Escape,
    indent: Option<&'a str>,
    depth: usize,
    /// Address and length of the lists and maps around this one, from [`CYCLES_BEGIN`] on.
    path: Vec<(usize, usize)>,
}

impl<'a> Encoder<'a> {
    fn new(out: &'a mut Vec<u8>, escape: Escape, indent: Option<&'a str>) -> Self {
        Self {
            out,
            escape,
            indent,
            depth: 0,
            path: Vec::new(),
        }
    }

    fn value<T: Tree>(&mut self, value: &T) -> Result<(), EncodeError> {
        value.view(|view| self.layer(view))
    }

    fn layer<T: Tree>(&mut self, view: View<'_, T>) -> Result<(), EncodeError> {
        match view {
            View::Null => self.out.extend_from_slice(b"null"),
            View::Bool(true) => self.out.extend_from_slice(b"true"),
            View::Bool(false) => self.out.extend_from_slice(b"false"),
            View::Int(number) => write_int(self.out, number),
            View::Uint(number) => write_uint(self.out, number),
            View::Float(number) => return write_number(number, self.out),
            View::String(text) => write_string(text.as_bytes(), self.out, self.escape),
            View::Bytes(bytes) => self.bytes(bytes),
            View::List(items) => return self.list(items),
            View::Map(entries) => return self.map(entries),
            View::Fields(fields) => return self.fields(&fields),
            View::Plain(value) => return self.value(&value),
        }
        Ok(())
    }

    fn bytes(&mut self, bytes: &Str) {
        let text = BASE64_STANDARD.encode(bytes.as_bytes());
        self.out.push(b'"');
        self.out.extend_from_slice(text.as_bytes());
        self.out.push(b'"');
    }

    fn list<T: Tree>(&mut self, items: &[T]) -> Result<(), EncodeError> {
        self.enter((items.as_ptr().addr(), items.len()), "[]interface {}")?;
        self.out.push(b'[');
        for (index, item) in items.iter().enumerate() {
            self.separate(index);
            self.value(item)?;
        }
        self.leave(items.is_empty(), b']');
        Ok(())
    }

    fn map<T: Tree>(&mut self, entries: &BTreeMap<Str, T>) -> Result<(), EncodeError> {
        self.enter(
            (std::ptr::from_ref(entries).addr(), usize::MAX),
            "map[string]interface {}",
        )?;
        self.out.push(b'{');
        for (index, (key, item)) in entries.iter().enumerate() {
            self.entry(index, key.as_bytes(), item)?;
        }
        self.leave(entries.is_empty(), b'}');
        Ok(())
    }

    fn fields<T: Tree>(&mut self, fields: &[(&str, T)]) -> Result<(), EncodeError> {
        self.enter((fields.as_ptr().addr(), fields.len()), "struct")?;
        self.out.push(b'{');
        for (index, (name, item)) in fields.iter().enumerate() {
            self.entry(index, name.as_bytes(), item)?;
        }
        self.leave(fields.is_empty(), b'}');
        Ok(())
    }

    fn entry<T: Tree>(&mut self, index: usize, key: &[u8], item: &T) -> Result<(), EncodeError> {
        self.separate(index);
        write_string(key, self.out, self.escape);
        self.out
            .extend_from_slice(if self.indent.is_some() { b": " } else { b":" });
        self.value(item)
    }

    fn enter(&mut self, identity: (usize, usize), type_name: &'static str) -> Result<(), EncodeError> {
        self.depth += 1;
        if self.depth > CYCLES_BEGIN {
            if self.path.contains(&identity) {
                return Err(EncodeError::Cycle(type_name));
            }
            self.path.push(identity);
        }
        if self.depth > MAX_DEPTH {
            Err(EncodeError::Depth)
        } else {
            Ok(())
        }
    }

    fn leave(&mut self, empty: bool, close: u8) {
        if self.depth > CYCLES_BEGIN {
            self.path.pop();
        }
        self.depth -= 1;
        if !empty {
            self.new_line();
        }
        self.out.push(close);
    }

    fn separate(&mut self, index: usize) {
        if index > 0 {
            self.out.push(b',');
        }
        self.new_line();
    }

    fn new_line(&mut self) {
        if let Some(indent) = self.indent {
            self.out.push(b'\n');
            for _ in 0..self.depth {
                self.out.extend_from_slice(indent.as_bytes());
            }
        }
    }
}
