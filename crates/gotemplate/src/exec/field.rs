//! Fields and methods: `.a.b`, `$x.a`, `(pipeline).a`.

use std::rc::Rc;

use super::Operand;
use super::interp::{At, Interp};
use super::invoke::Target;
use crate::ast::{Expr, Name};
use crate::exec::MissingKey;
use crate::{Any, AnyMap, Error, Kind, MapType, Object};

/// What follows the last name of a chain of fields.
struct Arguments<'a> {
    exprs: &'a [Expr],
    last: Option<Any>,
}

impl Arguments<'_> {
    const NONE: Self = Self { exprs: &[], last: None };

    fn is_empty(&self) -> bool {
        self.exprs.is_empty() && self.last.is_none()
    }
}

impl<'a> Interp<'a, '_> {
    /// Takes one field after the other; the last one, if it is a method, gets the arguments.
    pub(super) fn fields(
        &mut self,
        dot: &Operand,
        receiver: &Operand,
        node: &'a Expr,
        names: &'a [Name],
        exprs: &'a [Expr],
        last: Option<Any>,
    ) -> Result<Operand, Error> {
        let arguments = Arguments { exprs, last };
        let source = &self.template.source.text;
        let Some((last_name, names)) = names.split_last() else {
            return Ok(receiver.clone());
        };
        let Some((first_name, names)) = names.split_first() else {
            return self.field(dot, receiver, node, last_name.name_in(source), arguments);
        };
        let mut value = self.field(dot, receiver, node, first_name.name_in(source), Arguments::NONE)?;
        for name in names {
            value = self.field(dot, &value, node, name.name_in(source), Arguments::NONE)?;
        }
        self.field(dot, &value, node, last_name.name_in(source), arguments)
    }

    fn field(
        &mut self,
        dot: &Operand,
        receiver: &Operand,
        node: &'a Expr,
        name: &'a str,
        arguments: Arguments<'a>,
    ) -> Result<Operand, Error> {
        match &receiver.value {
            Any::Map(map) => {
                if !arguments.is_empty() {
                    return Err(self.fail(format!("{name} is not a method but has arguments")));
                }
                self.entry(map, name)
            }
            Any::Object(object) => match object.method(name) {
                Some(method) => {
                    let target = Target::Method(Rc::clone(object), method);
                    self.call(dot, &target, At::Expr(node), name, arguments.exprs, arguments.last)
                }
                None => self.object_field(object.as_ref(), receiver, name, &arguments),
            },
            Any::Invalid if self.run.missing_key == MissingKey::Error => {
                Err(self.fail_quoted("nil data; no entry for key ", name.as_bytes(), ""))
            }
            Any::Invalid => Ok(Operand::INVALID),
            Any::Nil => Err(self.fail(format!("nil pointer evaluating interface {{}}.{name}"))),
            _ => Err(self.no_field(receiver, name)),
        }
    }

    fn entry(&mut self, map: &AnyMap, name: &str) -> Result<Operand, Error> {
        let boxed = map.map_type() != MapType::String;
        match map.get(name.as_bytes()) {
            Some(value) => Ok(Operand { value, boxed }),
            None if boxed => self.missing(name, Any::Nil),
            None => self.missing(name, Any::string("")),
        }
    }

    fn object_field(
        &self,
        object: &dyn Object,
        receiver: &Operand,
        name: &str,
        arguments: &Arguments<'_>,
    ) -> Result<Operand, Error> {
        let kind = object.kind();
        if !matches!(kind, Kind::Struct | Kind::Ptr | Kind::Map) {
            return Err(self.no_field(receiver, name));
        }
        match object.field(name) {
            Some(_) if !arguments.is_empty() && kind != Kind::Map => {
                Err(self.fail(format!("{name} has arguments but cannot be invoked as function")))
            }
            _ if !arguments.is_empty() && kind == Kind::Map => {
                Err(self.fail(format!("{name} is not a method but has arguments")))
            }
            Some(value) => Ok(Operand::concrete(value)),
            None if kind == Kind::Map => self.missing(name, object.zero_entry()),
            None => Err(self.no_field(receiver, name)),
        }
    }

    /// What the options say of a key that is not there.
    fn missing(&self, name: &str, zero: Any) -> Result<Operand, Error> {
        match self.run.missing_key {
            MissingKey::Invalid => Ok(Operand::INVALID),
            MissingKey::Zero => Ok(Operand::concrete(zero)),
            MissingKey::Error => Err(self.fail_quoted("map has no entry for key ", name.as_bytes(), "")),
        }
    }

    #[cold]
    fn no_field(&self, receiver: &Operand, name: &str) -> Error {
        let type_name = if receiver.boxed {
            "interface {}"
        } else {
            receiver.value.type_name()
        };
        self.fail(format!("can't evaluate field {name} in type {type_name}"))
    }
}
