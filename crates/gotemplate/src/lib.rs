//! Go's `text/template`, as of Go 1.26: lexer, parser, executor, builtins, and the values that templates see.
//!
//! [`parse`] turns a text into templates, once; [`execute`], or an [`Execution`] for many templates over the same data,
//! writes them over [`Any`] values with Go's output and Go's error texts, byte for byte. Hosts bring functions
//! ([`FuncMap`], [`Function`]) and objects ([`Object`]); the functions reach templates and host through [`Call`].
//!
//! ```
//! use gotemplate::{Any, FuncMap, Options, TemplateSet, execute, parse};
//! let mut templates = TemplateSet::new("gotpl");
//! templates.add(&parse("hello", b"Hello, {{ .name | printf \"%q\" }}!", &FuncMap::new())?);
//! let data = Any::map([("name".into(), Any::string("Ann"))].into());
//! let mut out = Vec::new();
//! execute(&templates, b"hello", data, &Options::default(), &(), &mut out)?;
//! assert_eq!(out, b"Hello, \"Ann\"!");
//! # Ok::<(), gotemplate::Error>(())
//! ```
//!
//! Unlike Go's, executions have [`Limits`]. What else differs: complex constants are refused, parentheses and control
//! structures nest 400 deep at most, and a slice's capacity is its length.

mod any;
mod ast;
mod builtins;
mod call;
mod error;
mod exec;
pub mod fmt;
mod func;
mod func_map;
mod lex;
mod limits;
mod memory;
mod object;
mod parse;
mod quote;
mod run;
mod set;
mod token;
mod tree;

pub use any::{Any, AnyList, AnyMap, Elem, Kind, MapType, Watch};
pub use call::Call;
pub use error::{Error, ErrorKind, Location};
pub use exec::{Execution, MissingKey, Options, Outcome, execute};
pub use func::{Args, Effects, FuncError, FuncErrorKind, Function, Native, Type};
pub use func_map::FuncMap;
pub use limits::Limits;
pub use object::{Method, Object};
pub use parse::parse;
pub use set::{Overlay, Parsed, Template, TemplateSet, Templates};
