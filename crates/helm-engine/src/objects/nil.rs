//! Slices and maps that are nil: empty, but `null` in JSON and YAML.

use std::any::Any as StdAny;

use gotemplate::{Any, Kind, Object};
use govalue::{Str, Value};

/// A nil slice or map of a chart's metadata.
#[derive(Debug)]
pub(super) enum Nil {
    /// A slice, by its type's name.
    Slice(&'static str),
    /// A `map[string]string`.
    StringMap,
}

impl Object for Nil {
    fn type_name(&self) -> &str {
        match self {
            Self::Slice(name) => name,
            Self::StringMap => "map[string]string",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Slice(_) => Kind::Slice,
            Self::StringMap => Kind::Map,
        }
    }

    fn zero_entry(&self) -> Any {
        Any::string("")
    }

    fn entries(&self) -> Option<Vec<(Any, Any)>> {
        Some(Vec::new())
    }

    fn display(&self) -> Str {
        match self {
            Self::Slice(_) => "[]".into(),
            Self::StringMap => "map[]".into(),
        }
    }

    fn to_value(&self) -> Value {
        Value::Null
    }

    fn as_any(&self) -> &dyn StdAny {
        self
    }
}
