//! Evaluates pipelines, commands and arguments.

use super::interp::{At, Interp};
use super::types::can_be_nil;
use super::{Operand, Variable};
use crate::ast::{Command, Expr, Pipe};
use crate::{Any, Error, Type};

impl<'a> Interp<'a, '_> {
    /// The value of the last command, out of its interface if it was in one; never [`Any::Nil`].
    pub(super) fn pipeline(&mut self, dot: &Operand, pipe: &'a Pipe) -> Result<Any, Error> {
        self.at = At::Pipe(pipe);
        let mut value = None;
        for command in &pipe.commands {
            value = Some(self.command(dot, command, value)?.unboxed().value);
        }
        let value = value.unwrap_or(Any::Invalid);
        for name in &pipe.decl {
            let operand = Operand::concrete(value.clone());
            if pipe.is_assign {
                self.set_variable(*name, operand)?;
            } else {
                self.run.variables.push(Variable {
                    name: *name,
                    value: operand,
                });
            }
        }
        Ok(value)
    }

    /// `last` is the value of the command before, which becomes the last argument.
    fn command(&mut self, dot: &Operand, command: &'a Command, last: Option<Any>) -> Result<Operand, Error> {
        self.step()?;
        let head = &command.head;
        match head {
            Expr::Function(_, callee) => {
                self.at = At::Expr(head);
                return self.call_function(dot, *callee, At::Command(command), &command.args, last);
            }
            Expr::Field(_, names) => {
                self.at = At::Expr(head);
                return self.fields(dot, dot, head, names, &command.args, last);
            }
            Expr::Variable(_, name, names) => {
                self.at = At::Expr(head);
                let value = self.variable(*name)?.clone();
                if names.is_empty() {
                    self.not_a_function(command, last.as_ref())?;
                    return Ok(value);
                }
                return self.fields(dot, &value, head, names, &command.args, last);
            }
            Expr::Chain(chain) => {
                self.at = At::Expr(head);
                let value = self.chain_operand(dot, &chain.operand)?;
                return self.fields(dot, &value, head, &chain.fields, &command.args, last);
            }
            Expr::Pipe(pipe) => {
                self.not_a_function(command, last.as_ref())?;
                self.check_stack()?;
                return Ok(Operand::concrete(self.pipeline(dot, pipe)?));
            }
            Expr::Dot(_) | Expr::Nil(_) | Expr::Bool(..) | Expr::Number(_) | Expr::String(..) => {}
        }
        self.at = At::Expr(head);
        self.not_a_function(command, last.as_ref())?;
        match head {
            Expr::Dot(_) => Ok(dot.clone()),
            Expr::Nil(_) => Err(self.fail("nil is not a command")),
            _ => self.untyped_constant(head).map(Operand::concrete),
        }
    }

    fn not_a_function(&self, command: &'a Command, last: Option<&Any>) -> Result<(), Error> {
        if command.args.is_empty() && last.is_none() {
            return Ok(());
        }
        Err(self.fail([b"can't give argument to non-function ", &*self.shown(&command.head)].concat()))
    }

    /// The value that a chain takes fields of.
    fn chain_operand(&mut self, dot: &Operand, operand: &'a Expr) -> Result<Operand, Error> {
        self.at = At::Expr(operand);
        match operand {
            Expr::Function(_, callee) => self.call_function(dot, *callee, At::Expr(operand), &[], None),
            Expr::Pipe(pipe) => {
                self.check_stack()?;
                Ok(Operand::concrete(self.pipeline(dot, pipe)?))
            }
            _ => Err(self.fail([b"can't take a field of ", &*self.shown(operand)].concat())),
        }
    }

    /// An argument for a parameter of the type `wanted`.
    pub(super) fn argument(&mut self, dot: &Operand, wanted: Type, expr: &'a Expr) -> Result<Any, Error> {
        match expr {
            Expr::Bool(..) | Expr::Number(_) | Expr::String(..) => {
                self.at = At::Expr(expr);
                self.typed_constant(expr, wanted)
            }
            Expr::Nil(_) => {
                self.at = At::Expr(expr);
                match wanted {
                    Type::Reflect => Ok(Any::Invalid),
                    _ if can_be_nil(wanted) => Ok(Any::Nil),
                    _ => Err(self.fail(format!("cannot assign nil to {}", wanted.name()))),
                }
            }
            _ => {
                let operand = self.operand(dot, expr)?;
                self.validate(operand, wanted)
            }
        }
    }

    /// The value of an argument with its static type.
    pub(super) fn operand(&mut self, dot: &Operand, expr: &'a Expr) -> Result<Operand, Error> {
        self.at = At::Expr(expr);
        match expr {
            Expr::Dot(_) => Ok(dot.clone()),
            Expr::Nil(_) => Ok(Operand::INVALID),
            Expr::Field(_, names) => self.fields(dot, dot, expr, names, &[], None),
            Expr::Variable(_, name, names) => {
                let value = self.variable(*name)?.clone();
                if names.is_empty() {
                    Ok(value)
                } else {
                    self.fields(dot, &value, expr, names, &[], None)
                }
            }
            Expr::Pipe(pipe) => {
                self.check_stack()?;
                Ok(Operand::concrete(self.pipeline(dot, pipe)?))
            }
            Expr::Function(_, callee) => self.call_function(dot, *callee, At::Expr(expr), &[], None),
            Expr::Chain(chain) => {
                let value = self.chain_operand(dot, &chain.operand)?;
                self.fields(dot, &value, expr, &chain.fields, &[], None)
            }
            Expr::Bool(..) | Expr::Number(_) | Expr::String(..) => self.untyped_constant(expr).map(Operand::concrete),
        }
    }
}
