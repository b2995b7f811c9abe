//! The data model: what JSON can hold, with integers kept apart from floats.

use std::collections::BTreeMap;

use crate::Str;

/// A JSON object; keys in byte order, as Go writes and ranges over them.
pub type Map = BTreeMap<Str, Value>;

/// A JSON value that remembers whether a number was written as an integer.
///
/// `Int` holds what fits `int64`; a larger integer is a `Float`, as Go's JSON decoder makes it for an `interface{}`.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// JSON `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number written without fraction or exponent that fits `int64`.
    Int(i64),
    /// Any other number; never NaN or infinite when it came from YAML or JSON.
    Float(f64),
    /// A string.
    String(Str),
    /// An array.
    List(Vec<Value>),
    /// An object.
    Map(Map),
}

impl Value {
    /// The empty object.
    pub fn empty_map() -> Self {
        Self::Map(Map::new())
    }

    /// The entry `key` of an object.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_map()?.get(key.as_bytes())
    }

    /// The value at a dotted path of object keys, such as `image.tag`; there is no escape for a dot in a key.
    pub fn path(&self, path: &str) -> Option<&Self> {
        path.split('.').try_fold(self, |value, key| value.get(key))
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// What Go's `encoding/json` calls a value of this kind in its errors.
    pub fn json_kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Int(_) | Self::Float(_) => "number",
            Self::String(_) => "string",
            Self::List(_) => "array",
            Self::Map(_) => "object",
        }
    }

    /// The boolean, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The integer, if this is a number with an integral value that fits `int64`.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            #[expect(clippy::cast_possible_truncation, reason = "checked to be integral and in range")]
            Self::Float(number) if number.fract() == 0.0 && number.abs() < 9.0e18 => Some(*number as i64),
            _ => None,
        }
    }

    /// The text, if this is a string of UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => text.to_str(),
            _ => None,
        }
    }

    /// The items, if this is an array.
    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries, if this is an object.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The entries, to change, if this is an object.
    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The entries, taken out, if this is an object.
    pub fn into_map(self) -> Option<Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// What Go's `json.Unmarshal` into an `interface{}` makes of this value's JSON text: every number a float64.
    ///
    /// Helm reads values files, and templates read `fromYaml` and `fromJson`, through this step.
    #[must_use]
    pub fn through_json(mut self) -> Self {
        self.make_ints_floats();
        self
    }

    fn make_ints_floats(&mut self) {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "Go's decoder loses it as well")]
            Self::Int(number) => *self = Self::Float(*number as f64),
            Self::List(items) => items.iter_mut().for_each(Self::make_ints_floats),
            Self::Map(map) => map.values_mut().for_each(Self::make_ints_floats),
            _ => {}
        }
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Float(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text.into())
    }
}

impl From<Str> for Value {
    fn from(text: Str) -> Self {
        Self::String(text)
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Self::List(items)
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::Map(map)
    }
}

impl FromIterator<Value> for Value {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Self {
        Self::List(items.into_iter().collect())
    }
}

impl<K: Into<Str>> FromIterator<(K, Value)> for Value {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(entries: I) -> Self {
        Self::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }
}
