//! Functions that templates call: their signatures as Go checks them, their effects, their errors.

use std::fmt;
use std::rc::Rc;

use govalue::Str;

use crate::{Any, AnyList, AnyMap, Call, Error, MapType, Object};

/// A static Go type: of a parameter or of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// `interface {}`
    Any,
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `int64`
    Int64,
    /// `uint32`
    Uint32,
    /// `float64`
    Float64,
    /// `string`
    String,
    /// `[]interface {}`
    AnyList,
    /// `[]string`
    StringList,
    /// `[]int`
    IntList,
    /// `map[string]interface {}`
    AnyMap,
    /// `map[string]string`
    StringMap,
    /// `reflect.Value`: anything, `nil` included, as Go's own builtins take it.
    Reflect,
    /// A host's type by its name, such as `time.Time`.
    Named(&'static str),
}

/// What a call of a function depends on besides its arguments: what a caller must know before it remembers a render.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effects(u8);

/// A function of the table, with its signature as Go checks it before the call.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// Its name in templates.
    pub name: &'static str,
    /// The types of its fixed parameters.
    pub params: &'static [Type],
    /// The type of each further argument, if it takes any number.
    pub variadic: Option<Type>,
    /// Its result's static type.
    pub returns: Type,
    /// What it depends on besides its arguments.
    pub effects: Effects,
    /// Its body.
    pub call: Native,
}

/// A function's body. The executor has checked number and types of the arguments against the signature.
pub type Native = fn(&mut Call<'_>, Args<'_>) -> Result<Any, FuncError>;

/// The arguments of a call: of the signature's types, or nil where Go lets a nil pass (maps, slices, interfaces).
#[derive(Clone, Copy, Debug)]
pub struct Args<'a>(&'a [Any]);

/// Why a function failed: the text that Go prints after `error calling NAME: `.
///
/// When a template that the function executed is the reason, the error carries that template's error, and `Display`
/// prints it after the message.
#[derive(Clone)]
pub struct FuncError(Box<Failure>);

#[derive(Clone)]
struct Failure {
    kind: FuncErrorKind,
    message: Str,
    nested: Option<Error>,
}

/// What sort of failure a function's is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FuncErrorKind {
    /// The function cannot do what it was asked for.
    Failed,
    /// The chart's author refused to go on: `fail`, `required`.
    Refused,
    /// A template that the function executed failed.
    Template,
    /// A limit of [`crate::Limits`] was reached.
    Limit,
}

impl Type {
    /// The name Go prints for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "interface {}",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Int64 => "int64",
            Self::Uint32 => "uint32",
            Self::Float64 => "float64",
            Self::String => "string",
            Self::AnyList => "[]interface {}",
            Self::StringList => "[]string",
            Self::IntList => "[]int",
            Self::AnyMap => "map[string]interface {}",
            Self::StringMap => "map[string]string",
            Self::Reflect => "reflect.Value",
            Self::Named(name) => name,
        }
    }
}

impl Effects {
    /// The result depends on the arguments alone.
    pub const NONE: Self = Self(0);
    /// Reads objects of the cluster.
    pub const LOOKUP: Self = Self(1);
    /// Draws random numbers or makes keys.
    pub const RANDOM: Self = Self(2);
    /// Reads the clock.
    pub const CLOCK: Self = Self(4);
    /// Asks the network.
    pub const NETWORK: Self = Self(8);
    /// Reads the release's revision, which the host notices by a [`Watch`](crate::Watch).
    pub const REVISION: Self = Self(16);

    /// These and `other`.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `other` are among these.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl<'a> Args<'a> {
    /// Wraps arguments that have the signature's types.
    pub fn new(args: &'a [Any]) -> Self {
        Self(args)
    }

    /// How many there are.
    pub fn len(self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The argument at `index`, whatever its type; nil where there is none.
    pub fn any(self, index: usize) -> &'a Any {
        self.0.get(index).unwrap_or(&Any::Nil)
    }

    /// The arguments from `index` on.
    pub fn rest(self, index: usize) -> &'a [Any] {
        self.0.get(index..).unwrap_or_default()
    }

    /// The `string` at `index`.
    pub fn string(self, index: usize) -> Result<&'a Str, FuncError> {
        match self.any(index) {
            Any::String(text) => Ok(text),
            other => Err(mismatch(Type::String, other)),
        }
    }

    /// The `bool` at `index`.
    pub fn bool(self, index: usize) -> Result<bool, FuncError> {
        match self.any(index) {
            Any::Bool(flag) => Ok(*flag),
            other => Err(mismatch(Type::Bool, other)),
        }
    }

    /// The `int` (or `int64`, `uint32`) at `index`.
    pub fn int(self, index: usize) -> Result<i64, FuncError> {
        match self.any(index) {
            Any::Int(number) | Any::Int64(number) => Ok(*number),
            other => Err(mismatch(Type::Int, other)),
        }
    }

    /// The `float64` at `index`.
    pub fn float(self, index: usize) -> Result<f64, FuncError> {
        match self.any(index) {
            Any::Float64(number) => Ok(*number),
            other => Err(mismatch(Type::Float64, other)),
        }
    }

    /// The map at `index`; `None` for a nil map.
    pub fn map(self, index: usize) -> Result<Option<&'a Rc<AnyMap>>, FuncError> {
        match self.any(index) {
            Any::Map(map) => Ok(Some(map).filter(|map| map.map_type() != MapType::Nil)),
            Any::Nil | Any::Invalid => Ok(None),
            other => Err(mismatch(Type::AnyMap, other)),
        }
    }

    /// The slice at `index`; `None` for a nil slice.
    pub fn list(self, index: usize) -> Result<Option<&'a Rc<AnyList>>, FuncError> {
        match self.any(index) {
            Any::List(list) => Ok(Some(list).filter(|list| !list.elem.is_nil())),
            Any::Nil | Any::Invalid => Ok(None),
            other => Err(mismatch(Type::AnyList, other)),
        }
    }

    /// The host's object of the Rust type `T` at `index`.
    pub fn object<T: 'static>(self, index: usize) -> Result<&'a T, FuncError> {
        match self.any(index) {
            Any::Object(object) => downcast(object.as_ref()),
            other => Err(mismatch(Type::Named(std::any::type_name::<T>()), other)),
        }
    }
}

/// The Rust type behind a host's object, as methods need it of their receiver.
fn downcast<T: 'static>(object: &dyn Object) -> Result<&T, FuncError> {
    object
        .as_any()
        .downcast_ref()
        .ok_or_else(|| FuncError::new(format!("wrong type for value; got {}", object.type_name())))
}

fn mismatch(expected: Type, got: &Any) -> FuncError {
    FuncError::new(format!(
        "wrong type for value; expected {}; got {}",
        expected.name(),
        got.type_name()
    ))
}

impl FuncError {
    /// An error with Go's text.
    pub fn new(message: impl Into<Str>) -> Self {
        Self::of(FuncErrorKind::Failed, message.into(), None)
    }

    /// What Go's runtime says when a function panics, such as `slice bounds out of range [5:3]`.
    pub fn runtime(message: impl fmt::Display) -> Self {
        Self::new(format!("runtime error: {message}"))
    }

    /// The chart's author refused to go on, with these words.
    pub fn refused(message: impl Into<Str>) -> Self {
        Self::of(FuncErrorKind::Refused, message.into(), None)
    }

    /// A limit of the execution was reached.
    pub fn limit(message: impl Into<Str>) -> Self {
        Self::of(FuncErrorKind::Limit, message.into(), None)
    }

    /// A template that the function parsed or executed failed; `message` is printed before its error, with `: ` between.
    pub fn nested_in(message: impl Into<Str>, error: Error) -> Self {
        Self::of(FuncErrorKind::Template, message.into(), Some(error))
    }

    /// The same error with `context` and `: ` before its message.
    #[must_use]
    pub fn context(mut self, context: impl fmt::Display) -> Self {
        let message = std::mem::take(&mut self.0.message);
        let link = if message.is_empty() { "" } else { ": " };
        let mut text = format!("{context}{link}").into_bytes();
        text.extend_from_slice(message.as_bytes());
        self.0.message = text.into();
        self
    }

    fn of(kind: FuncErrorKind, message: Str, nested: Option<Error>) -> Self {
        Self(Box::new(Failure { kind, message, nested }))
    }

    /// What sort of failure it is.
    pub fn kind(&self) -> FuncErrorKind {
        self.0.kind
    }

    /// The function's own text: without that of [`FuncError::nested`], hence empty where the function adds nothing.
    pub fn message(&self) -> &Str {
        &self.0.message
    }

    /// The error of the template that the function executed.
    pub fn nested(&self) -> Option<&Error> {
        self.0.nested.as_ref()
    }
}

impl From<Error> for FuncError {
    /// The template's error as it is, as `include` passes it on.
    fn from(error: Error) -> Self {
        Self::nested_in("", error)
    }
}

impl PartialEq for FuncError {
    fn eq(&self, other: &Self) -> bool {
        self.kind() == other.kind() && self.to_string() == other.to_string()
    }
}

impl Eq for FuncError {}

impl fmt::Display for FuncError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.message(), f)?;
        let Some(error) = self.nested() else { return Ok(()) };
        if !self.message().is_empty() {
            f.write_str(": ")?;
        }
        fmt::Display::fmt(error, f)
    }
}

impl fmt::Debug for FuncError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_string(), f)
    }
}

impl std::error::Error for FuncError {}
