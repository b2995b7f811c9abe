//! Values that a host offers to templates: structs, pointers and named types with methods.

use std::any::Any as StdAny;
use std::fmt::Debug;

use govalue::{Str, Value};

use crate::{Any, Args, FuncError, Kind, Type};

/// A Go value that is more than plain data, such as `.Files`, `.Capabilities` or a `time.Time`.
pub trait Object: Debug {
    /// Go's `%T` of it, such as `engine.files` or `*semver.Version`.
    fn type_name(&self) -> &str;

    /// Go's kind of it.
    fn kind(&self) -> Kind;

    /// The struct field or map entry `name`.
    fn field(&self, name: &str) -> Option<Any> {
        let _ = name;
        None
    }

    /// The zero value of the elements, if this is a map: what a missing entry is under `missingkey=zero`.
    fn zero_entry(&self) -> Any {
        Any::Nil
    }

    /// The method `name`. Methods are looked up before fields, as in Go.
    fn method(&self, name: &str) -> Option<&'static Method> {
        let _ = name;
        None
    }

    /// What `range` walks over: key (or index) and element, in Go's order. `None` if Go can't range over it.
    fn entries(&self) -> Option<Vec<(Any, Any)>> {
        None
    }

    /// Go's `len`, for maps and slices.
    fn len(&self) -> Option<usize> {
        self.entries().map(|entries| entries.len())
    }

    /// Whether [`Object::len`] is zero; an object without a length is not empty.
    fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }

    /// Whether a template takes it for true: Go's truth of its kind.
    fn truth(&self) -> bool {
        self.len() != Some(0)
    }

    /// What `fmt.Print` writes: the `String` or `Error` method's result, or Go's `%v` of the fields.
    fn display(&self) -> Str;

    /// What a template prints of it, where that is not [`Object::display`]: of a struct's field that is reached through a
    /// pointer, Go finds the `String` method of the pointer too, which a copy given to a function has not.
    fn printed(&self) -> Option<Str> {
        None
    }

    /// The fields that `encoding/json` writes, in its order, if this is a struct that it writes field by field.
    fn json_fields(&self) -> Option<Vec<(&'static str, Any)>> {
        None
    }

    /// What `encoding/json` makes of it.
    fn to_value(&self) -> Value;

    /// Itself, for functions that know the concrete type.
    fn as_any(&self) -> &dyn StdAny;
}

/// A method of a host's object, with its signature as Go checks it.
#[derive(Debug)]
pub struct Method {
    /// Its name.
    pub name: &'static str,
    /// The types of its parameters.
    pub params: &'static [Type],
    /// The type of the parameters after them, if it takes any number.
    pub variadic: Option<Type>,
    /// Its result's static type.
    pub returns: Type,
    /// Calls it on `receiver`.
    pub call: fn(receiver: &dyn Object, args: Args<'_>) -> Result<Any, FuncError>,
}
