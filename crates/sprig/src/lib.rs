//! Sprig's template functions with Go's results and errors, one table row each.
//!
//! Helm gives every chart Sprig 3.3 without `env` and `expandenv`; this crate is those functions, checked against the
//! real ones down to the text of their errors. [`functions`] is what a template set registers, and [`reference`] is the
//! same table as documentation.
//!
//! ```
//! use gotemplate::{Any, Args, Call};
//! let trunc = sprig::functions().find(|function| function.name == "trunc").unwrap();
//! let args = [Any::Int(5), Any::string("hello world")];
//! let cut = (trunc.call)(&mut Call::detached(), Args::new(&args)).unwrap();
//! assert_eq!(cut.as_string().unwrap(), "hello");
//! ```

#[macro_use]
mod row;

mod cache;
mod crypto;
mod date;
mod defaults;
mod dicts;
mod encoding;
mod equal;
mod flow;
mod lists;
mod math;
mod methods;
mod network;
mod paths;
mod random;
mod regex;
mod rune;
mod semver;
mod string_list;
mod strings;
mod table;
mod text;
mod types;
mod url;
mod uuid;

pub use table::{Entry, Group, entries, functions, reference};
