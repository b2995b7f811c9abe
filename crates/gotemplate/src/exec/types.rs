//! Go's assignability and truth, as far as templates meet them.

use super::Operand;
use super::interp::Interp;
use crate::{Any, Elem, Error, MapType, Type};

/// Whether an untyped nil fits the type.
pub(super) fn can_be_nil(wanted: Type) -> bool {
    match wanted {
        Type::Any
        | Type::Reflect
        | Type::AnyList
        | Type::StringList
        | Type::IntList
        | Type::AnyMap
        | Type::StringMap => true,
        Type::Bool | Type::Int | Type::Int64 | Type::Uint32 | Type::Float64 | Type::String => false,
        Type::Named(name) => name.starts_with(['*', '[']) || name.starts_with("map["),
    }
}

/// Whether Go assigns a value of this dynamic type to the type, or to what a pointer to it points to.
fn assignable(value: &Any, wanted: Type) -> bool {
    match (wanted, value) {
        (Type::Any | Type::Reflect, _)
        | (Type::Bool, Any::Bool(_))
        | (Type::Int, Any::Int(_))
        | (Type::Int64, Any::Int64(_))
        | (Type::Float64, Any::Float64(_))
        | (Type::String, Any::String(_)) => true,
        (Type::AnyList, Any::List(list)) => matches!(list.elem, Elem::Any | Elem::Nil),
        (Type::StringList, Any::List(list)) => matches!(list.elem, Elem::String | Elem::NilString),
        (Type::IntList, Any::List(list)) => list.elem == Elem::Int,
        (Type::AnyMap, Any::Map(map)) => map.map_type() != MapType::String,
        (Type::StringMap, Any::Map(map)) => map.map_type() == MapType::String,
        (Type::Named(name), value) => {
            let type_name = value.type_name();
            type_name == name || type_name.strip_prefix('*') == Some(name)
        }
        _ => false,
    }
}

impl Interp<'_, '_> {
    /// The value as an argument of the type `wanted`.
    #[inline]
    pub(super) fn validate(&self, operand: Operand, wanted: Type) -> Result<Any, Error> {
        match (&operand.value, wanted) {
            (Any::Invalid, Type::Reflect) => Ok(Any::Invalid),
            (Any::Invalid, _) if can_be_nil(wanted) => Ok(Any::Nil),
            (Any::Invalid, _) => Err(self.fail(format!("invalid value; expected {}", wanted.name()))),
            (_, Type::Any | Type::Reflect) => Ok(operand.value),
            (Any::Nil, _) => Err(self.wrong_type("interface {}", wanted)),
            (value, _) if assignable(value, wanted) => Ok(operand.value),
            (value, _) => Err(self.wrong_type(value.type_name(), wanted)),
        }
    }

    #[cold]
    fn wrong_type(&self, got: &str, wanted: Type) -> Error {
        self.fail(format!("wrong type for value; expected {}; got {got}", wanted.name()))
    }
}

impl Any {
    /// Whether a template takes the value for true: it isn't the zero value of its type.
    pub fn truth(&self) -> bool {
        match self {
            Self::Invalid | Self::Nil => false,
            Self::Bool(flag) => *flag,
            Self::Int(number) | Self::Int64(number) => *number != 0,
            Self::Int32(number) => *number != 0,
            Self::Uint8(number) => *number != 0,
            Self::Uint64(number) => *number != 0,
            Self::Float64(number) => *number != 0.0,
            Self::String(text) | Self::Bytes(text) => !text.as_bytes().is_empty(),
            Self::List(list) => !list.items.is_empty(),
            Self::Map(map) => !map.is_empty(),
            Self::Object(object) => object.truth(),
        }
    }
}
