//! `json.Unmarshal` into an `interface{}`, a map or a slice.

use std::fmt;

use super::MAX_DEPTH;
use super::token::Cursor;
use crate::{Map, Str, Value, quote};

const TRUE: [(u8, &str); 3] = [
    (b'r', "in literal true (expecting 'r')"),
    (b'u', "in literal true (expecting 'u')"),
    (b'e', "in literal true (expecting 'e')"),
];
const FALSE: [(u8, &str); 4] = [
    (b'a', "in literal false (expecting 'a')"),
    (b'l', "in literal false (expecting 'l')"),
    (b's', "in literal false (expecting 's')"),
    (b'e', "in literal false (expecting 'e')"),
];
const NULL: [(u8, &str); 3] = [
    (b'u', "in literal null (expecting 'u')"),
    (b'l', "in literal null (expecting 'l')"),
    (b'l', "in literal null (expecting 'l')"),
];

/// Why a text is not the JSON asked for. It prints as Go's error does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// A byte that cannot be where it is.
    Syntax {
        /// The byte; a space where the text ends inside a number, a name or an escape.
        found: u8,
        /// Where that is, as Go says it.
        place: &'static str,
        /// How many bytes had been read, this one included.
        offset: usize,
    },
    /// The text ends too early.
    End,
    /// A number beyond the range of a float64: its text.
    Number(String),
    /// A value of another type than the one asked for.
    Mismatch {
        /// What there is, in JSON's words.
        found: &'static str,
        /// What was asked for, in Go's.
        expected: &'static str,
    },
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { found, place, .. } => write!(f, "invalid character {} {place}", quote_byte(*found)),
            Self::End => f.write_str("unexpected end of JSON input"),
            Self::Number(text) => {
                write!(f, "json: cannot unmarshal number {text} into Go value of type float64")
            }
            Self::Mismatch { found, expected } => {
                write!(f, "json: cannot unmarshal {found} into Go value of type {expected}")
            }
        }
    }
}

impl std::error::Error for DecodeError {}

/// Reads JSON text; an integer that fits `int64` becomes [`Value::Int`], any other number (`-0` too) a [`Value::Float`].
///
/// As in Go, invalid UTF-8 and lone surrogates become U+FFFD and of equal keys the last one counts. Go's decoder would
/// make every number a float64: [`Value::through_json`].
pub fn from_slice(text: &[u8]) -> Result<Value, DecodeError> {
    Document::read(text)?.in_range(Ok)
}

/// Reads JSON text, as [`from_slice`] does.
pub fn from_str(text: &str) -> Result<Value, DecodeError> {
    from_slice(text.as_bytes())
}

/// Reads JSON text into a Go `map[string]interface{}`; `None` for `null`, which leaves the map as it was.
pub fn map_from_slice(text: &[u8]) -> Result<Option<Map>, DecodeError> {
    Document::read(text)?.in_range(|value| match value {
        Value::Null => Ok(None),
        Value::Map(map) => Ok(Some(map)),
        other => Err(mismatch(&other, "map[string]interface {}")),
    })
}

/// Reads JSON text into a Go `[]interface{}`; `None` for `null`, which leaves the slice as it was.
pub fn list_from_slice(text: &[u8]) -> Result<Option<Vec<Value>>, DecodeError> {
    Document::read(text)?.in_range(|value| match value {
        Value::Null => Ok(None),
        Value::List(items) => Ok(Some(items)),
        other => Err(mismatch(&other, "[]interface {}")),
    })
}

fn mismatch(value: &Value, expected: &'static str) -> DecodeError {
    let found = value.json_kind();
    DecodeError::Mismatch { found, expected }
}

/// A byte as Go names it: read as a code point, in single quotes.
fn quote_byte(byte: u8) -> String {
    match byte {
        b'\'' => "'\\''".to_owned(),
        b'"' => "'\"'".to_owned(),
        _ => {
            let quoted = quote(char::from(byte).to_string().as_bytes());
            format!("'{}'", &quoted[1..quoted.len() - 1])
        }
    }
}

/// JSON text without a syntax error.
struct Document {
    value: Value,
    /// The first number that fits no float64; infinity stands in its place.
    beyond_range: Option<String>,
}

impl Document {
    fn read(text: &[u8]) -> Result<Self, DecodeError> {
        Decoder {
            cursor: Cursor::new(text),
            open: Vec::new(),
            beyond_range: None,
        }
        .document()
    }

    /// The value as the type asked for. Of two complaints, Go makes the one about the whole document.
    fn in_range<T>(self, convert: impl FnOnce(Value) -> Result<T, DecodeError>) -> Result<T, DecodeError> {
        let converted = convert(self.value)?;
        self.beyond_range
            .map_or(Ok(converted), |text| Err(DecodeError::Number(text)))
    }
}

/// A list or map that is being read.
enum Frame {
    List(Vec<Value>),
    /// The entries before the one that is being read, and its key.
    Map(Map, Str),
}

/// Where reading goes on after a value.
enum Next {
    /// At the next value of the innermost list or map.
    Value,
    /// Behind that list or map, which is complete.
    Closed(Value),
    /// At the end of the text: this is the whole document.
    End(Value),
}

struct Decoder<'a> {
    cursor: Cursor<'a>,
    open: Vec<Frame>,
    beyond_range: Option<String>,
}

impl Decoder<'_> {
    fn document(mut self) -> Result<Document, DecodeError> {
        loop {
            let Some(mut value) = self.begin_value()? else { continue };
            loop {
                value = match self.attach(value)? {
                    Next::Value => break,
                    Next::Closed(container) => container,
                    Next::End(document) => return self.finish(document),
                };
            }
        }
    }

    /// Reads a scalar or an empty list or map; `None` when it entered one with contents.
    fn begin_value(&mut self) -> Result<Option<Value>, DecodeError> {
        let first = self.cursor.next_token().ok_or(DecodeError::End)?;
        Ok(Some(match first {
            b'{' => return self.begin_map(),
            b'[' => return self.begin_list(),
            b'"' => Value::String(self.cursor.string()?),
            b't' => self.cursor.name(&TRUE).map(|()| Value::Bool(true))?,
            b'f' => self.cursor.name(&FALSE).map(|()| Value::Bool(false))?,
            b'n' => self.cursor.name(&NULL).map(|()| Value::Null)?,
            b'-' | b'0'..=b'9' => match self.cursor.number(first)? {
                Ok(number) => number,
                Err(text) => {
                    self.beyond_range.get_or_insert(text);
                    Value::Float(f64::INFINITY)
                }
            },
            _ => return Err(self.cursor.unexpected(first, "looking for beginning of value")),
        }))
    }

    fn begin_map(&mut self) -> Result<Option<Value>, DecodeError> {
        self.check_depth(b'{')?;
        match self.cursor.next_token() {
            Some(b'}') => Ok(Some(Value::empty_map())),
            first => {
                let key = self.key(first)?;
                self.open.push(Frame::Map(Map::new(), key));
                Ok(None)
            }
        }
    }

    fn begin_list(&mut self) -> Result<Option<Value>, DecodeError> {
        self.check_depth(b'[')?;
        let before = self.cursor.position();
        if self.cursor.next_token() == Some(b']') {
            return Ok(Some(Value::List(Vec::new())));
        }
        self.cursor.rewind(before);
        self.open.push(Frame::List(Vec::new()));
        Ok(None)
    }

    fn check_depth(&self, bracket: u8) -> Result<(), DecodeError> {
        if self.open.len() < MAX_DEPTH {
            Ok(())
        } else {
            Err(self.cursor.unexpected(bracket, "exceeded max depth"))
        }
    }

    /// Reads a key and its colon; `first` is the token at which the key must begin.
    fn key(&mut self, first: Option<u8>) -> Result<Str, DecodeError> {
        match first.ok_or(DecodeError::End)? {
            b'"' => {}
            found => {
                return Err(self
                    .cursor
                    .unexpected(found, "looking for beginning of object key string"));
            }
        }
        let key = self.cursor.string()?;
        match self.cursor.next_token().ok_or(DecodeError::End)? {
            b':' => Ok(key),
            found => Err(self.cursor.unexpected(found, "after object key")),
        }
    }

    /// Puts a value where it belongs and reads the comma or bracket after it.
    fn attach(&mut self, value: Value) -> Result<Next, DecodeError> {
        match self.open.pop() {
            None => Ok(Next::End(value)),
            Some(Frame::List(mut items)) => {
                items.push(value);
                match self.cursor.next_token().ok_or(DecodeError::End)? {
                    b',' => self.open.push(Frame::List(items)),
                    b']' => return Ok(Next::Closed(Value::List(items))),
                    found => return Err(self.cursor.unexpected(found, "after array element")),
                }
                Ok(Next::Value)
            }
            Some(Frame::Map(mut entries, key)) => {
                entries.insert(key, value);
                match self.cursor.next_token().ok_or(DecodeError::End)? {
                    b',' => {
                        let first = self.cursor.next_token();
                        let key = self.key(first)?;
                        self.open.push(Frame::Map(entries, key));
                    }
                    b'}' => return Ok(Next::Closed(Value::Map(entries))),
                    found => return Err(self.cursor.unexpected(found, "after object key:value pair")),
                }
                Ok(Next::Value)
            }
        }
    }

    fn finish(mut self, value: Value) -> Result<Document, DecodeError> {
        match self.cursor.next_token() {
            Some(found) => Err(self.cursor.unexpected(found, "after top-level value")),
            None => Ok(Document {
                value,
                beyond_range: self.beyond_range,
            }),
        }
    }
}
