//! Prints a value with one verb, its elements with the same.

use std::rc::Rc;

use govalue::{Str, Value};

use super::MAX_DEPTH;
use super::layout::{Flags, Spec};
use super::scalar::{Integer, write_address, write_bool, write_bytes_as_text, write_float, write_integer, write_text};
use crate::{Any, AnyList, AnyMap, Kind, MapType, Object};

/// Where a value stands, which decides how Go names a `[]byte` and a nil.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Argument,
    Element,
}

/// Prints with one verb's flags.
pub(super) struct Printer<'o> {
    out: &'o mut Vec<u8>,
    spec: Spec,
    depth: usize,
    /// The maps around the current value, by address.
    path: Vec<*const AnyMap>,
}

impl<'o> Printer<'o> {
    pub(super) fn new(out: &'o mut Vec<u8>, spec: Spec) -> Self {
        Self {
            out,
            spec,
            depth: 0,
            path: Vec::new(),
        }
    }

    /// Prints an argument of `Printf`, or of `Print` with the verb `v`.
    pub(super) fn argument(&mut self, arg: &Any, verb: char) {
        match (arg, verb) {
            (Any::Invalid | Any::Nil, 'T' | 'v') => self.spec.pad(b"<nil>", self.out),
            (_, 'T') => self.spec.pad(self.spec.truncate(arg.type_name().as_bytes()), self.out),
            (_, 'p') => match address(arg) {
                Some(address) => write_address(address, &self.spec, self.out),
                None => self.bad_verb(arg, verb),
            },
            // For %w, Go looks for an error to wrap before it looks inside.
            (Any::Invalid | Any::Nil, _) | (Any::List(_) | Any::Map(_) | Any::Object(_), 'w') => {
                self.bad_verb(arg, verb);
            }
            _ => self.value(arg, verb, Place::Argument),
        }
    }

    fn value(&mut self, value: &Any, verb: char, place: Place) {
        let (spec, out) = (&self.spec, &mut *self.out);
        let known = match value {
            Any::Invalid | Any::Nil if spec.has(Flags::GO_SYNTAX) => {
                return out.extend_from_slice(b"interface {}(nil)");
            }
            Any::Invalid | Any::Nil => return out.extend_from_slice(b"<nil>"),
            Any::Bool(flag) => write_bool(*flag, verb, spec, out),
            Any::Int(number) | Any::Int64(number) => write_integer(Integer::signed(*number), verb, spec, out),
            Any::Int32(number) => write_integer(Integer::signed(i64::from(*number)), verb, spec, out),
            Any::Uint8(number) => write_integer(Integer::unsigned(u64::from(*number)), verb, spec, out),
            Any::Uint64(number) => write_integer(Integer::unsigned(*number), verb, spec, out),
            Any::Float64(number) => write_float(*number, verb, spec, out),
            Any::String(text) => write_text(text.as_bytes(), verb, spec, out),
            Any::Bytes(bytes) => return self.bytes(bytes, verb, place),
            Any::List(list) => return self.list(list, verb),
            Any::Map(map) => return self.map(map, verb),
            Any::Object(object) => return self.object(value, object.as_ref(), verb),
        };
        if !known {
            self.bad_verb(value, verb);
        }
    }

    /// Prints the complaint about a verb that does not fit the value: `%!d(string=hi)`.
    pub(super) fn bad_verb(&mut self, value: &Any, verb: char) {
        self.out.extend_from_slice(b"%!");
        self.rune(verb);
        self.out.push(b'(');
        self.type_and_value(value);
        self.out.push(b')');
    }

    /// Prints `string=hi`, or `<nil>`.
    pub(super) fn type_and_value(&mut self, value: &Any) {
        if let Any::Invalid | Any::Nil = value {
            return self.out.extend_from_slice(b"<nil>");
        }
        self.out.extend_from_slice(value.type_name().as_bytes());
        self.out.push(b'=');
        self.value(value, 'v', Place::Argument);
    }

    fn rune(&mut self, rune: char) {
        self.out.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn bytes(&mut self, bytes: &Str, verb: char, place: Place) {
        if write_bytes_as_text(bytes, verb, &self.spec, self.out) {
            return;
        }
        let type_name = if place == Place::Argument && verb == 'v' {
            "[]byte"
        } else {
            "[]uint8"
        };
        self.open(type_name, b"[");
        for (index, byte) in bytes.iter().enumerate() {
            self.separate(index);
            self.value(&Any::Uint8(*byte), verb, Place::Element);
        }
        self.close();
    }

    fn list(&mut self, list: &AnyList, verb: char) {
        if list.elem.is_nil() && self.spec.has(Flags::GO_SYNTAX) {
            return self.nil(list.elem.slice_name());
        }
        if !self.enter() {
            return;
        }
        self.open(list.elem.slice_name(), b"[");
        for (index, item) in list.items.iter().enumerate() {
            self.separate(index);
            self.value(item, verb, Place::Element);
        }
        self.close();
        self.depth -= 1;
    }

    /// A nil slice or map in Go's syntax.
    fn nil(&mut self, type_name: &str) {
        self.out.extend_from_slice(type_name.as_bytes());
        self.out.extend_from_slice(b"(nil)");
    }

    fn map(&mut self, map: &Rc<AnyMap>, verb: char) {
        if map.map_type() == MapType::Nil && self.spec.has(Flags::GO_SYNTAX) {
            return self.nil(map.map_type().name());
        }
        let identity = Rc::as_ptr(map);
        if self.path.contains(&identity) {
            return self.out.extend_from_slice(b"%!(CYCLE)");
        }
        if !self.enter() {
            return;
        }
        self.path.push(identity);
        self.open(map.map_type().name(), b"map[");
        map.with(|entries| {
            for (index, (key, item)) in entries.iter().enumerate() {
                self.separate(index);
                if !write_text(key.as_bytes(), verb, &self.spec, self.out) {
                    self.bad_verb(&Any::String(key.clone()), verb);
                }
                self.out.push(b':');
                self.value(item, verb, Place::Element);
            }
        });
        self.close();
        self.path.pop();
        self.depth -= 1;
    }

    /// Prints a host's object: its text under the verbs for strings, what it consists of under others.
    fn object(&mut self, value: &Any, object: &dyn Object, verb: char) {
        if matches!(verb, 'v' | 's' | 'x' | 'X' | 'q') {
            // There is no Go syntax of a host's object; its text is the closest.
            let spec = self.spec.without(Flags::GO_SYNTAX);
            write_text(object.display().as_bytes(), verb, &spec, self.out);
            return;
        }
        let known = match (object.kind(), object.to_value()) {
            (Kind::Map | Kind::Slice, _) => return self.entries(object, verb),
            (Kind::Int | Kind::Int32 | Kind::Int64, Value::Int(number)) => {
                write_integer(Integer::signed(number), verb, &self.spec, self.out)
            }
            (Kind::Uint8 | Kind::Uint64, Value::Int(number)) => {
                write_integer(Integer::unsigned(number.unsigned_abs()), verb, &self.spec, self.out)
            }
            (Kind::Float64, Value::Float(number)) => write_float(number, verb, &self.spec, self.out),
            (Kind::Bool, Value::Bool(flag)) => write_bool(flag, verb, &self.spec, self.out),
            _ => false,
        };
        if !known {
            self.bad_verb(value, verb);
        }
    }

    fn entries(&mut self, object: &dyn Object, verb: char) {
        if !self.enter() {
            return;
        }
        let is_map = object.kind() == Kind::Map;
        self.open(object.type_name(), if is_map { b"map[" } else { b"[" });
        for (index, (key, item)) in object.entries().unwrap_or_default().iter().enumerate() {
            self.separate(index);
            if is_map {
                self.value(key, verb, Place::Element);
                self.out.push(b':');
            }
            self.value(item, verb, Place::Element);
        }
        self.close();
        self.depth -= 1;
    }

    fn enter(&mut self) -> bool {
        if self.depth == MAX_DEPTH {
            self.out.extend_from_slice(b"%!(DEPTH)");
            return false;
        }
        self.depth += 1;
        true
    }

    fn open(&mut self, type_name: &str, bracket: &[u8]) {
        if self.spec.has(Flags::GO_SYNTAX) {
            self.out.extend_from_slice(type_name.as_bytes());
            self.out.push(b'{');
        } else {
            self.out.extend_from_slice(bracket);
        }
    }

    fn separate(&mut self, index: usize) {
        if index > 0 {
            self.out
                .extend_from_slice(if self.spec.has(Flags::GO_SYNTAX) { b", " } else { b" " });
        }
    }

    fn close(&mut self) {
        self.out.push(if self.spec.has(Flags::GO_SYNTAX) { b'}' } else { b']' });
    }
}

/// The address that `%p` prints of maps, slices, pointers and functions.
fn address(arg: &Any) -> Option<u64> {
    let address = match arg {
        Any::List(list) => Rc::as_ptr(list).addr(),
        Any::Map(map) => Rc::as_ptr(map).addr(),
        Any::Bytes(bytes) => bytes.as_bytes().as_ptr().addr(),
        Any::Object(object) if matches!(object.kind(), Kind::Ptr | Kind::Map | Kind::Slice | Kind::Func) => {
            Rc::as_ptr(object).addr()
        }
        _ => return None,
    };
    u64::try_from(address).ok()
}
