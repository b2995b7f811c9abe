//! The block layout: indentation, `- `, `key:` and `? `, and what the scalars' writers share.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use govalue::json::{self, Escape};
use govalue::{Str, Tree, Value, View};

use super::analysis::{Analysis, Breaks, Trouble};
use super::order;
use crate::{MAX_DEPTH, number};

/// Whose bytes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// sigs.k8s.io/yaml over go-yaml v2: the value goes through JSON first.
    Sigs,
    /// go-yaml v2 alone, for what has been through JSON.
    Direct,
    /// go-yaml v3 with an indent of two.
    Pretty,
}

/// One level of indentation.
const STEP: isize = 2;

/// The longest key that goes before its `:` without a `? `, in bytes.
const LONGEST_SIMPLE_KEY: usize = 128;

/// The longest key, in characters of its JSON text, that go-yaml can read back out of JSON.
const LONGEST_JSON_KEY: usize = 1024;

/// The most characters of JSON that one byte of a string can become (`\u001f`).
const WIDEST_ESCAPE: usize = 6;

/// An output and the emitter's state: the three facts on which its line breaks depend, named as in libyaml.
pub(super) struct Writer {
    pub(super) out: Vec<u8>,
    pub(super) dialect: Dialect,
    /// The column in characters.
    pub(super) column: usize,
    /// Whether the last character was whitespace that separates tokens.
    pub(super) whitespace: bool,
    /// Whether the line so far is indentation only, `- ` and `? ` included.
    pub(super) indention: bool,
    /// The current indentation; -1 outside the root.
    pub(super) indent: isize,
    depth: usize,
    /// Whether the value cannot be written as it is: it is too deep or, in [`Dialect::Sigs`], changed or refused by JSON.
    pub(super) refused: bool,
}

impl Writer {
    pub(super) fn new(out: Vec<u8>, dialect: Dialect) -> Self {
        Self {
            out,
            dialect,
            column: 0,
            whitespace: true,
            indention: true,
            indent: -1,
            depth: 0,
            refused: false,
        }
    }

    /// Writes the whole document.
    pub(super) fn write_root<T: Tree>(&mut self, value: &T) {
        self.write_node(value, false);
        self.write_indent();
    }

    /// The output, and whether it is to be thrown away.
    pub(super) fn finish(self) -> (Vec<u8>, bool) {
        (self.out, self.refused)
    }

    /// Writes a value where the output stands; `in_mapping` if it is one of a mapping.
    fn write_node<T: Tree>(&mut self, value: &T, in_mapping: bool) {
        value.view(|view| match view {
            View::Null => self.write_token(|out| out.extend_from_slice(b"null")),
            View::Bool(flag) => self.write_token(|out| out.extend_from_slice(if flag { b"true" } else { b"false" })),
            View::Int(number) => self.write_token(|out| govalue::number::write_int(out, number)),
            View::Uint(number) => self.write_token(|out| govalue::number::write_uint(out, number)),
            View::Float(number) => self.write_float(number),
            View::String(text) => self.write_text(text.as_bytes()),
            View::Bytes(bytes) if self.dialect == Dialect::Pretty => self.write_octets(bytes, in_mapping),
            View::Bytes(bytes) => self.write_text(STANDARD.encode(bytes.as_bytes()).as_bytes()),
            View::List([]) => self.write_token(|out| out.extend_from_slice(b"[]")),
            View::List(items) => self.write_list(items, in_mapping),
            View::Map(entries) if entries.is_empty() => self.write_token(|out| out.extend_from_slice(b"{}")),
            View::Map(entries) => self.write_map(entries),
            View::Fields(fields) if fields.is_empty() => self.write_token(|out| out.extend_from_slice(b"{}")),
            View::Fields(fields) => {
                self.write_map(&fields.into_iter().map(|(name, item)| (Str::from(name), item)).collect());
            }
            View::Plain(value) => self.write_node(&value, in_mapping),
        });
    }

    fn write_text(&mut self, text: &[u8]) {
        let analysis = self.analyze(text);
        self.write_string(text, &analysis, false);
    }

    fn write_float(&mut self, number: f64) {
        if self.dialect == Dialect::Pretty {
            self.write_token(|out| number::write_general(number, out));
        } else if number.is_finite() {
            self.write_token(|out| number::write_through_json(number, out));
        } else {
            self.refused = true;
        }
    }

    /// go-yaml v3 sees no bytes in a `[]byte` but numbers.
    fn write_octets(&mut self, bytes: &Str, in_mapping: bool) {
        let numbers: Vec<_> = bytes
            .as_bytes()
            .iter()
            .map(|byte| Value::Int(i64::from(*byte)))
            .collect();
        self.write_node(&Value::List(numbers), in_mapping);
    }

    fn write_list<T: Tree>(&mut self, items: &[T], in_mapping: bool) {
        // go-yaml v2 does not indent a list that is the value of a key on the line before.
        let indentless = in_mapping && !self.indention && self.dialect != Dialect::Pretty;
        self.nest(if indentless { 0 } else { STEP }, |writer| {
            for item in items {
                writer.write_indent();
                writer.write_marker(b'-');
                writer.write_node(item, false);
            }
        });
    }

    fn write_map<T: Tree>(&mut self, entries: &BTreeMap<Str, T>) {
        self.nest(STEP, |writer| match order::rearranged(entries, writer.dialect) {
            None => entries.iter().for_each(|(key, value)| writer.write_entry(key, value)),
            Some(sorted) => sorted
                .into_iter()
                .for_each(|(key, value)| writer.write_entry(key, value)),
        });
    }

    fn write_entry<T: Tree>(&mut self, key: &[u8], value: &T) {
        self.write_indent();
        self.write_key(key);
        self.write_node(value, true);
    }

    fn write_key(&mut self, key: &[u8]) {
        let analysis = self.analyze(key);
        self.refused |= self.dialect == Dialect::Sigs && is_too_long_for_json(key);
        if analysis.breaks == Breaks::None
            && (analysis.trouble == Some(Trouble::Binary) || key.len() <= LONGEST_SIMPLE_KEY)
        {
            self.write_string(key, &analysis, true);
            self.put(b':');
            self.whitespace = false;
            self.indention = false;
        } else {
            self.write_marker(b'?');
            self.write_string(key, &analysis, false);
            self.write_indent();
            self.write_marker(b':');
        }
    }

    fn analyze(&mut self, text: &[u8]) -> Analysis {
        let analysis = Analysis::new(text, self.dialect);
        self.refused |= analysis.trouble == Some(Trouble::ChangedByJson);
        analysis
    }

    /// Runs `body` one level deeper, indented by `step` more.
    fn nest(&mut self, step: isize, body: impl FnOnce(&mut Self)) {
        if self.depth == MAX_DEPTH {
            self.refused = true;
            return;
        }
        let outer = self.indent;
        self.indent = if outer < 0 { 0 } else { outer + step };
        self.depth += 1;
        body(self);
        self.depth -= 1;
        self.indent = outer;
    }

    pub(super) fn put(&mut self, byte: u8) {
        self.out.push(byte);
        self.column += 1;
    }

    /// Writes text of `width` characters without line breaks.
    pub(super) fn put_text(&mut self, text: &[u8], width: usize) {
        self.out.extend_from_slice(text);
        self.column += width;
    }

    pub(super) fn put_break(&mut self) {
        self.out.push(b'\n');
        self.column = 0;
        self.indention = true;
    }

    /// Starts a new line unless this one is still blank up to the indentation, and fills up to it.
    pub(super) fn write_indent(&mut self) {
        let indent = self.indent.max(0).unsigned_abs();
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.put_break();
        }
        if self.column < indent {
            let missing = indent - self.column;
            self.out.resize(self.out.len() + missing, b' ');
            self.column = indent;
        }
        self.whitespace = true;
        self.indention = true;
    }

    /// Writes `-`, `?` or `:` as the first thing of a line.
    fn write_marker(&mut self, marker: u8) {
        self.separate();
        self.put(marker);
        self.whitespace = false;
    }

    /// Writes the space before a token, if one is needed.
    pub(super) fn separate(&mut self) {
        if !self.whitespace {
            self.put(b' ');
        }
    }

    /// Writes a token that needs no analysis.
    fn write_token(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.separate();
        let start = self.out.len();
        write(&mut self.out);
        self.column += self.out.len() - start;
        self.whitespace = false;
        self.indention = false;
    }
}

/// Whether go-yaml cannot find the end of the key in JSON text.
fn is_too_long_for_json(key: &[u8]) -> bool {
    if key.len() <= LONGEST_JSON_KEY / WIDEST_ESCAPE {
        return false;
    }
    let mut text = Vec::with_capacity(key.len() + 2);
    json::write_string(key, &mut text, Escape::Html);
    text.iter().filter(|byte| **byte & 0xc0 != 0x80).count() > LONGEST_JSON_KEY
}
