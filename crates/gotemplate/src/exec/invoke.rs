//! Calls functions and methods.

use std::rc::Rc;

use govalue::{Str, Value};

use super::Operand;
use super::interp::{At, Interp};
use crate::ast::{Callee, Expr, Special};
use crate::{Any, Args, Call, Elem, Error, FuncError, Function, Kind, MapType, Method, Object, Type};

/// The bytes of a string that cost as much as an item of a list.
const BYTES_PER_STEP: usize = 64;

/// The steps from which on a result costs any; what is smaller is part of its call's own step.
const LARGE: usize = 1_000;

/// What is called.
pub(super) enum Target {
    Function(&'static Function),
    Method(Rc<dyn Object>, &'static Method),
}

impl Target {
    fn params(&self) -> &'static [Type] {
        match self {
            Self::Function(function) => function.params,
            Self::Method(_, method) => method.params,
        }
    }

    fn variadic(&self) -> Option<Type> {
        match self {
            Self::Function(function) => function.variadic,
            Self::Method(_, method) => method.variadic,
        }
    }

    fn returns(&self) -> Type {
        match self {
            Self::Function(function) => function.returns,
            Self::Method(_, method) => method.returns,
        }
    }
}

impl<'a> Interp<'a, '_> {
    /// Calls a function by its name. `node` is what an error of the function names.
    pub(super) fn call_function(
        &mut self,
        dot: &Operand,
        callee: Callee,
        node: At<'a>,
        args: &'a [Expr],
        last: Option<Any>,
    ) -> Result<Operand, Error> {
        let target = Target::Function(callee.function);
        let name = callee.function.name;
        if callee.special == Special::None {
            return self.call(dot, &target, node, name, args, last);
        }
        self.check_arity(&target, name, args.len(), last.is_some())?;
        match callee.special {
            Special::And => self.short_circuit(dot, false, args, last),
            Special::Or => self.short_circuit(dot, true, args, last),
            Special::Call => self.call_value(dot, node, args, last),
            Special::None | Special::Slice => self.call_slice(dot, &target, node, args, last),
        }
    }

    pub(super) fn call(
        &mut self,
        dot: &Operand,
        target: &Target,
        node: At<'a>,
        name: &str,
        args: &'a [Expr],
        last: Option<Any>,
    ) -> Result<Operand, Error> {
        self.check_arity(target, name, args.len(), last.is_some())?;
        let mut argv = self.run.take_arguments();
        for (index, expr) in args.iter().enumerate() {
            argv.push(self.argument(dot, parameter(target, index), expr)?);
        }
        if let Some(last) = last {
            argv.push(self.validate(Operand::concrete(last), parameter(target, args.len()))?);
        }
        self.invoke(target, node, name, argv)
    }

    fn invoke(&mut self, target: &Target, node: At<'a>, name: &str, argv: Vec<Any>) -> Result<Operand, Error> {
        let result = match target {
            Target::Function(function) => {
                self.run.effects = self.run.effects.union(function.effects);
                let mut call = Call::new(self.templates, self.host, self.run);
                (function.call)(&mut call, Args::new(&argv))
            }
            Target::Method(receiver, method) => (method.call)(receiver.as_ref(), Args::new(&argv)),
        };
        self.run.give_arguments(argv);
        match result {
            Ok(value) => {
                self.spend_for(&value)?;
                Ok(returned(value, target.returns()))
            }
            Err(cause) => {
                self.at = node;
                Err(self.function_failed(name, cause))
            }
        }
    }

    /// A large result costs steps, so that few steps can't make many of them.
    fn spend_for(&mut self, value: &Any) -> Result<(), Error> {
        let size = match value {
            Any::String(text) => text.len() / BYTES_PER_STEP,
            Any::List(list) => list.items.len(),
            _ => 0,
        };
        if size < LARGE {
            return Ok(());
        }
        let spent = self.run.spend(size as u64);
        spent.map_err(|exceeded| self.exceeded(exceeded))
    }

    fn check_arity(&self, target: &Target, name: &str, args: usize, last: bool) -> Result<(), Error> {
        let (fixed, given) = (target.params().len(), args + usize::from(last));
        let detail = match target.variadic() {
            Some(_) if given >= fixed => return Ok(()),
            None if given == fixed => return Ok(()),
            Some(_) => format!("wrong number of args for {name}: want at least {fixed} got {args}"),
            None => format!("wrong number of args for {name}: want {fixed} got {given}"),
        };
        Err(self.fail(detail))
    }

    /// `and` and `or`: the first argument that decides, or the last one.
    fn short_circuit(
        &mut self,
        dot: &Operand,
        wanted: bool,
        args: &'a [Expr],
        last: Option<Any>,
    ) -> Result<Operand, Error> {
        let mut value = Any::Invalid;
        for arg in args {
            value = self.argument(dot, Type::Reflect, arg)?;
            if value.truth() == wanted {
                return Ok(Operand::concrete(value));
            }
        }
        Ok(Operand::concrete(last.unwrap_or(value)))
    }

    /// `slice`: Go looks into the interface of what is sliced, but not of the indexes.
    fn call_slice(
        &mut self,
        dot: &Operand,
        target: &Target,
        node: At<'a>,
        args: &'a [Expr],
        last: Option<Any>,
    ) -> Result<Operand, Error> {
        let mut argv = self.run.take_arguments();
        for (index, arg) in args.iter().enumerate() {
            let operand = self.operand(dot, arg)?;
            let refused = index > 0 && (operand.boxed || matches!(operand.value, Any::Nil));
            argv.push(if refused { Any::object(Boxed) } else { operand.value });
        }
        argv.extend(last);
        self.invoke(target, node, "slice", argv)
    }

    /// `call`: templates see no function values, so all that is left are Go's errors.
    fn call_value(
        &mut self,
        dot: &Operand,
        node: At<'a>,
        args: &'a [Expr],
        last: Option<Any>,
    ) -> Result<Operand, Error> {
        let mut values = Vec::with_capacity(args.len());
        for arg in args {
            values.push(self.argument(dot, Type::Reflect, arg)?);
        }
        let name = args.first().map(|arg| self.shown(arg));
        values.extend(last);
        let function = values.first().unwrap_or(&Any::Invalid);
        let message = match function {
            Any::Invalid | Any::Nil => b"call of nil".to_vec(),
            value => {
                let name = name.unwrap_or_else(|| reflect_string(value));
                [b"non-function ", &*name, b" of type ", value.type_name().as_bytes()].concat()
            }
        };
        self.at = node;
        Err(self.function_failed("call", FuncError::new(message)))
    }
}

/// An index that Go's `slice` sees as an interface and refuses, whatever is inside.
#[derive(Debug)]
struct Boxed;

impl Object for Boxed {
    fn type_name(&self) -> &'static str {
        "interface {}"
    }

    fn kind(&self) -> Kind {
        Kind::Invalid
    }

    fn display(&self) -> Str {
        Str::default()
    }

    fn to_value(&self) -> Value {
        Value::Null
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// The type that the argument at `index` must have.
fn parameter(target: &Target, index: usize) -> Type {
    target
        .params()
        .get(index)
        .copied()
        .or(target.variadic())
        .unwrap_or(Type::Any)
}

/// Go's `reflect.Value.String`.
fn reflect_string(value: &Any) -> Vec<u8> {
    match value {
        Any::String(text) => text.as_bytes().to_vec(),
        other => format!("<{} Value>", other.type_name()).into_bytes(),
    }
}

/// The result as Go sees it: where the function's type is no interface, nil is the type's zero value.
fn returned(value: Any, returns: Type) -> Operand {
    match (value, returns) {
        (value, Type::Any) => Operand::boxed(value),
        (Any::Nil | Any::Invalid, Type::String) => Operand::concrete(Any::string("")),
        (Any::Nil | Any::Invalid, Type::AnyList) => Operand::concrete(Any::nil_list()),
        (Any::Nil | Any::Invalid, Type::StringList) => Operand::concrete(Any::nil_strings()),
        (Any::Nil | Any::Invalid, Type::IntList) => Operand::concrete(Any::typed_list(Elem::Int, Vec::new())),
        (Any::Nil | Any::Invalid, Type::AnyMap) => Operand::concrete(Any::nil_map()),
        (Any::Nil | Any::Invalid, Type::StringMap) => {
            Operand::concrete(Any::typed_map(MapType::String, <_>::default()))
        }
        (value, _) => Operand::concrete(value),
    }
}
