//! Writing TOML.

use std::fmt;

use gotemplate::{Any, Kind, Object};
use govalue::number::{FloatStyle, write_float, write_int, write_uint};
use govalue::{Str, Value};

use crate::objects::fields_of;

/// Why a value has no TOML text, in the library's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WriteError {
    /// A list holds a nil.
    NilElement,
    /// A list of tables stands alone.
    NoKey,
    /// The value is nested too deeply to be finite.
    Depth,
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NilElement => "toml: cannot encode array with nil element",
            Self::NoKey => "toml: top-level values must be Go maps or structs",
            Self::Depth => "toml: nested too deeply",
        })
    }
}

/// The deepest nesting written. Go has no limit, but a fatal stack overflow.
const MAX_DEPTH: usize = 1_000;

/// The value's TOML text.
pub(crate) fn write(value: &Any) -> Result<Vec<u8>, WriteError> {
    let mut writer = Writer {
        out: Vec::new(),
        depth: 0,
    };
    writer.encode(&mut Vec::new(), value)?;
    Ok(writer.out)
}

/// A key's text: bare where that is possible, in quotes otherwise.
pub(super) fn shown_key(name: &[u8]) -> String {
    let mut writer = Writer {
        out: Vec::new(),
        depth: 0,
    };
    writer.key(name);
    String::from_utf8_lossy(&writer.out).into_owned()
}

/// TOML's types, as far as they decide how a value is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Nil,
    Plain,
    List,
    Table,
    ListOfTables,
}

/// A value in the shapes that are written differently.
enum Shape {
    Nil,
    Plain,
    List(Vec<Any>),
    /// A map's entries by key, or a struct's fields in their order.
    Table(Vec<(Str, Any)>),
}

impl Shape {
    fn of(value: &Any) -> Self {
        match value {
            Any::Invalid | Any::Nil => Self::Nil,
            Any::List(list) => Self::List(list.items.clone()),
            Any::Bytes(bytes) => Self::List(bytes.as_bytes().iter().copied().map(Any::Uint8).collect()),
            Any::Map(map) => Self::Table(map.snapshot()),
            Any::Object(object) => Self::of_object(object.as_ref()),
            _ => Self::Plain,
        }
    }

    fn of_object(object: &dyn Object) -> Self {
        if let Some(fields) = fields_of(object) {
            let filled = fields.into_iter().filter(|(_, value)| !is_nil_in_go(value));
            return Self::Table(filled.map(|(name, value)| (name.into(), value)).collect());
        }
        match (object.kind(), object.entries()) {
            (Kind::Slice, Some(entries)) => Self::List(entries.into_iter().map(|(_, item)| item).collect()),
            (Kind::Map, Some(entries)) => {
                let named = entries
                    .into_iter()
                    .filter_map(|(key, value)| Some((key.as_string()?.clone(), value)));
                Self::Table(named.collect())
            }
            _ => Self::Plain,
        }
    }
}

/// Whether a chart's field was absent and so is a nil slice or map in Go.
fn is_nil_in_go(value: &Any) -> bool {
    matches!(value, Any::Object(object) if object.is_empty())
}

struct Writer {
    out: Vec<u8>,
    depth: usize,
}

impl Writer {
    /// Writes a value that stands on lines of its own, under the key if there is one.
    fn encode(&mut self, key: &mut Vec<Str>, value: &Any) -> Result<(), WriteError> {
        match (self.class(value)?, Shape::of(value)) {
            (Class::Nil, _) => Ok(()),
            (Class::ListOfTables, Shape::List(items)) => self.list_of_tables(key, &items),
            (_, Shape::Table(entries)) => self.table(key, &entries),
            _ => self.key_value(key, value),
        }
    }

    fn class(&mut self, value: &Any) -> Result<Class, WriteError> {
        self.deeper(|writer| match Shape::of(value) {
            Shape::Nil => Ok(Class::Nil),
            Shape::Plain => Ok(Class::Plain),
            Shape::Table(_) => Ok(Class::Table),
            Shape::List(items) => {
                let mut only_tables = !items.is_empty();
                for item in &items {
                    match writer.class(item)? {
                        Class::Nil => return Err(WriteError::NilElement),
                        class => only_tables &= class == Class::Table,
                    }
                }
                Ok(if only_tables { Class::ListOfTables } else { Class::List })
            }
        })
    }

    fn deeper<T>(&mut self, body: impl FnOnce(&mut Self) -> Result<T, WriteError>) -> Result<T, WriteError> {
        if self.depth == MAX_DEPTH {
            return Err(WriteError::Depth);
        }
        self.depth += 1;
        let result = body(self);
        self.depth -= 1;
        result
    }

    fn list_of_tables(&mut self, key: &mut Vec<Str>, items: &[Any]) -> Result<(), WriteError> {
        if key.is_empty() {
            return Err(WriteError::NoKey);
        }
        for item in items {
            self.newline();
            self.heading(key, "[[", "]]");
            if let Shape::Table(entries) = Shape::of(item) {
                self.entries(key, &entries)?;
            }
        }
        Ok(())
    }

    fn table(&mut self, key: &mut Vec<Str>, entries: &[(Str, Any)]) -> Result<(), WriteError> {
        if key.len() == 1 {
            self.newline();
        }
        if !key.is_empty() {
            self.heading(key, "[", "]");
        }
        self.entries(key, entries)
    }

    fn heading(&mut self, key: &[Str], open: &str, close: &str) {
        self.indent(key);
        self.put(open);
        for (index, part) in key.iter().enumerate() {
            if index > 0 {
                self.put(".");
            }
            self.key(part);
        }
        self.put(close);
        self.newline();
    }

    /// Writes what is no table first: it would belong to the table before it otherwise.
    fn entries(&mut self, key: &mut Vec<Str>, entries: &[(Str, Any)]) -> Result<(), WriteError> {
        let (direct, tables) = self.partition(entries)?;
        self.deeper(|writer| {
            for (name, value) in direct.into_iter().chain(tables) {
                key.push(name.clone());
                let result = writer.encode(key, value);
                key.pop();
                result?;
            }
            Ok(())
        })
    }

    #[expect(clippy::type_complexity, reason = "two halves of one slice")]
    fn partition<'e>(
        &mut self,
        entries: &'e [(Str, Any)],
    ) -> Result<(Vec<&'e (Str, Any)>, Vec<&'e (Str, Any)>), WriteError> {
        let (mut direct, mut tables) = (Vec::new(), Vec::new());
        for entry in entries {
            match self.class(&entry.1)? {
                Class::Table | Class::ListOfTables => tables.push(entry),
                Class::Nil | Class::Plain | Class::List => direct.push(entry),
            }
        }
        Ok((direct, tables))
    }

    fn key_value(&mut self, key: &[Str], value: &Any) -> Result<(), WriteError> {
        let Some(name) = key.last() else {
            return self.element(value);
        };
        self.indent(key);
        self.key(name);
        self.put(" = ");
        self.element(value)?;
        self.newline();
        Ok(())
    }

    /// Writes a value within a line.
    fn element(&mut self, value: &Any) -> Result<(), WriteError> {
        match Shape::of(value) {
            Shape::Nil => {}
            Shape::Plain => self.plain(value),
            Shape::List(items) => {
                self.put("[");
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.put(", ");
                    }
                    self.deeper(|writer| writer.element(item))?;
                }
                self.put("]");
            }
            Shape::Table(entries) => self.inline_table(&entries)?,
        }
        Ok(())
    }

    fn inline_table(&mut self, entries: &[(Str, Any)]) -> Result<(), WriteError> {
        let (direct, tables) = self.partition(entries)?;
        let count = entries.len();
        self.put("{");
        for (index, (name, value)) in direct.into_iter().chain(tables).enumerate() {
            if matches!(value, Any::Nil | Any::Invalid) {
                continue;
            }
            self.key(name);
            self.put(" = ");
            self.deeper(|writer| writer.element(value))?;
            if index + 1 != count {
                self.put(", ");
            }
        }
        self.put("}");
        Ok(())
    }

    fn plain(&mut self, value: &Any) {
        match value {
            Any::Bool(flag) => self.put(if *flag { "true" } else { "false" }),
            Any::Int(number) | Any::Int64(number) => write_int(&mut self.out, *number),
            Any::Int32(number) => write_int(&mut self.out, i64::from(*number)),
            Any::Uint8(number) => write_uint(&mut self.out, u64::from(*number)),
            Any::Uint64(number) => write_uint(&mut self.out, *number),
            Any::Float64(number) => self.float(*number),
            Any::String(text) => self.quoted(text),
            Any::Object(object) if object.type_name() == "time.Time" => match object.to_value() {
                Value::String(text) => self.out.extend_from_slice(text.as_bytes()),
                _ => self.quoted(&object.display()),
            },
            Any::Object(object) => self.quoted(&object.display()),
            Any::Invalid | Any::Nil | Any::Bytes(_) | Any::List(_) | Any::Map(_) => {}
        }
    }

    fn float(&mut self, number: f64) {
        if number.is_finite() {
            let start = self.out.len();
            write_float(&mut self.out, number, FloatStyle::General, None);
            if !self.out[start..].iter().any(|byte| matches!(byte, b'e' | b'.')) {
                self.put(".0");
            }
        } else {
            self.put(if number.is_sign_negative() { "-" } else { "" });
            self.put(if number.is_nan() { "nan" } else { "inf" });
        }
    }

    fn indent(&mut self, key: &[Str]) {
        for _ in 1..key.len() {
            self.put("  ");
        }
    }

    fn key(&mut self, name: &[u8]) {
        let is_bare = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if !name.is_empty() && name.iter().all(is_bare) {
            self.out.extend_from_slice(name);
        } else {
            self.quoted(name);
        }
    }

    fn quoted(&mut self, text: &[u8]) {
        self.out.push(b'"');
        for byte in text {
            match byte {
                b'"' => self.put("\\\""),
                b'\\' => self.put("\\\\"),
                8 => self.put("\\b"),
                b'\t' => self.put("\\t"),
                b'\n' => self.put("\\n"),
                12 => self.put("\\f"),
                b'\r' => self.put("\\r"),
                0..=0x1f | 0x7f => self.put(&format!("\\u{byte:04x}")),
                _ => self.out.push(*byte),
            }
        }
        self.out.push(b'"');
    }

    /// Ends a line, unless nothing was written so far.
    fn newline(&mut self) {
        if !self.out.is_empty() {
            self.out.push(b'\n');
        }
    }

    fn put(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }
}
