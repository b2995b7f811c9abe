//! The functions that a template's text may name.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::Function;
use crate::ast::{Callee, Special};
use crate::builtins;

/// The functions that a template's text may name, besides Go's builtins, which are always there.
///
/// A function that is added under the name of an earlier one, or of a builtin, takes its place.
#[derive(Clone, Debug, Default)]
pub struct FuncMap {
    functions: HashMap<&'static str, &'static Function, BuildHasherDefault<NameHasher>>,
}

/// FNV-1a: the keys are short and all our own.
#[derive(Clone)]
struct NameHasher(u64);

impl Default for NameHasher {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for NameHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl FuncMap {
    /// No functions but Go's builtins.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a function under its name.
    pub fn insert(&mut self, function: &'static Function) {
        self.functions.insert(function.name, function);
    }

    /// The function `name`, builtin or not.
    pub fn get(&self, name: &str) -> Option<&'static Function> {
        self.find(name).map(|callee| callee.function)
    }

    /// Whether a builtin or an added function has the name.
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The function `name` with what the executor must know of it.
    pub(crate) fn find(&self, name: &str) -> Option<Callee> {
        if let Some(function) = self.functions.get(name).copied() {
            return Some(Callee {
                function,
                special: Special::None,
            });
        }
        let function = builtins::find(name)?;
        let special = match name {
            "and" => Special::And,
            "or" => Special::Or,
            "call" => Special::Call,
            "slice" => Special::Slice,
            _ => Special::None,
        };
        Some(Callee { function, special })
    }
}

impl Extend<&'static Function> for FuncMap {
    fn extend<I: IntoIterator<Item = &'static Function>>(&mut self, functions: I) {
        for function in functions {
            self.insert(function);
        }
    }
}

impl FromIterator<&'static Function> for FuncMap {
    fn from_iter<I: IntoIterator<Item = &'static Function>>(functions: I) -> Self {
        let mut map = Self::new();
        map.extend(functions);
        map
    }
}
