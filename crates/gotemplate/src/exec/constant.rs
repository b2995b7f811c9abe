//! Constants: what a literal is where a type is asked for, and where none is.

use super::interp::Interp;
use crate::ast::{Expr, Ideal, Number};
use crate::{Any, Error, Type};

impl<'a> Interp<'a, '_> {
    /// A literal where nothing asks for a type.
    pub(super) fn untyped_constant(&self, expr: &'a Expr) -> Result<Any, Error> {
        match expr {
            Expr::Bool(_, flag) => Ok(Any::Bool(*flag)),
            Expr::String(_, text) => Ok(Any::String(text.clone())),
            Expr::Number(number) => match number.ideal {
                Ideal::Int(int) => Ok(Any::Int(int)),
                Ideal::Float(float) => Ok(Any::Float64(float)),
                Ideal::Overflow => Err(self.fail([&*self.shown(expr), b" overflows int"].concat())),
            },
            _ => Err(self.fail([b"can't evaluate command ", &*self.shown(expr)].concat())),
        }
    }

    /// A literal for a parameter of the type `wanted`.
    pub(super) fn typed_constant(&self, expr: &'a Expr, wanted: Type) -> Result<Any, Error> {
        let expected = |what: &str| {
            let text = self.shown(expr);
            self.fail([b"expected ", what.as_bytes(), b"; found ", &text].concat())
        };
        match wanted {
            Type::Any | Type::Reflect => self.untyped_constant(expr),
            Type::Bool => match expr {
                Expr::Bool(_, flag) => Ok(Any::Bool(*flag)),
                _ => Err(expected("bool")),
            },
            Type::String => match expr {
                Expr::String(_, text) => Ok(Any::String(text.clone())),
                _ => Err(expected("string")),
            },
            Type::Int => number_of(expr, |number| number.int.map(Any::Int)).ok_or_else(|| expected("integer")),
            Type::Int64 => number_of(expr, |number| number.int.map(Any::Int64)).ok_or_else(|| expected("integer")),
            Type::Uint32 => {
                // Go cuts the number down to 32 bits.
                let cut = |uint: u64| Any::Int(i64::try_from(uint & u64::from(u32::MAX)).unwrap_or_default());
                number_of(expr, |number| number.uint.map(cut)).ok_or_else(|| expected("unsigned integer"))
            }
            Type::Float64 => number_of(expr, |number| number.float.map(Any::Float64)).ok_or_else(|| expected("float")),
            Type::AnyList | Type::StringList | Type::IntList | Type::AnyMap | Type::StringMap | Type::Named(_) => {
                let (text, wanted) = (self.shown(expr), wanted.name().as_bytes());
                Err(self.fail([b"can't handle ", &*text, b" for arg of type ", wanted].concat()))
            }
        }
    }
}

fn number_of(expr: &Expr, read: impl Fn(&Number) -> Option<Any>) -> Option<Any> {
    match expr {
        Expr::Number(number) => read(number),
        _ => None,
    }
}
