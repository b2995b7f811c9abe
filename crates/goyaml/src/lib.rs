//! YAML as sigs.k8s.io/yaml, and so Helm and kubectl, reads and writes it.
//!
//! Charts hash the text of their YAML into checksums, so every byte and every error text here is Go's: the scanner and
//! parser keep libyaml's states, the resolver is go-yaml v2's for YAML 1.1, and the emitter folds, quotes and orders as
//! go-yaml does. [`from_str`] reads a document into a [`Value`](govalue::Value), [`to_string`] writes any
//! [`Tree`](govalue::Tree), and [`parse_tree`] gives a [`Node`] with positions and comments to what points at lines.
//!
//! ```
//! let value = goyaml::from_str("mode: 0755\non: {b10: x, b2: 'yes'}\n").unwrap();
//! assert_eq!(goyaml::to_string(&value).unwrap(), "mode: 493\n\"true\":\n  b2: \"yes\"\n  b10: x\n");
//! ```

mod decode;
mod encode;
mod error;
mod graph;
mod number;
mod parser;
mod resolve;
mod scanner;
mod source;
mod tree;

pub use decode::{documents, from_str, from_str_strict, from_str_unstructured, list_from_str, map_from_str};
pub use encode::{to_string, to_string_pretty, write};
pub use error::{Error, Problem};
pub use tree::{Entry, Node, NodeValue, Position, parse_tree};

/// The deepest nesting read or written. Go stops at 10000; this keeps every walk over a value within a small stack.
const MAX_DEPTH: usize = 500;
