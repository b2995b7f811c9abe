//! The interpreter of one template: where it is, what it may name, and its errors.

use std::any::Any as StdAny;

use govalue::Str;

use super::Operand;
use crate::ast::{Command, DOLLAR, Expr, NameId, Node, Pipe, Pos, Show, Shown, Span};
use crate::quote::quote;
use crate::run::{Exceeded, Run};
use crate::{Error, ErrorKind, FuncError, FuncErrorKind, Location, Template, Templates};

/// Executes one template and those that it calls with `{{template}}`.
pub(super) struct Interp<'a, 'r> {
    pub(super) templates: Templates<'a>,
    pub(super) host: &'a dyn StdAny,
    pub(super) run: &'r mut Run,
    pub(super) out: &'r mut Vec<u8>,
    pub(super) template: &'a Template,
    /// The node evaluated last, which errors name.
    pub(super) at: At<'a>,
    /// The index of `$` among the variables.
    pub(super) base: usize,
}

/// A node that an error can name.
#[derive(Clone, Copy)]
pub(super) enum At<'a> {
    Start,
    Node(&'a Node),
    Pipe(&'a Pipe),
    Command(&'a Command),
    Expr(&'a Expr),
}

impl<'a, 'r> Interp<'a, 'r> {
    pub(super) fn new(
        templates: Templates<'a>,
        template: &'a Template,
        host: &'a dyn StdAny,
        run: &'r mut Run,
        out: &'r mut Vec<u8>,
        base: usize,
    ) -> Self {
        Self {
            templates,
            host,
            run,
            out,
            template,
            at: At::Start,
            base,
        }
    }

    /// Executes the template.
    pub(super) fn run(&mut self, dot: &Operand) -> Result<(), Error> {
        self.check_stack()?;
        self.list(dot, &self.template.root).map(drop)
    }

    /// Counts a step of evaluation.
    #[inline]
    pub(super) fn step(&mut self) -> Result<(), Error> {
        self.run.step().map_err(|exceeded| self.exceeded(exceeded))
    }

    #[inline]
    pub(super) fn check_stack(&self) -> Result<(), Error> {
        self.run.check_stack().map_err(|exceeded| self.exceeded(exceeded))
    }

    // Variables.

    /// The variable declared last under the name.
    pub(super) fn variable(&self, name: NameId) -> Result<&Operand, Error> {
        if name == DOLLAR && !self.template.declares_dollar {
            return Ok(&self.run.variables[self.base].value);
        }
        let mut declared = self.run.variables[self.base..].iter().rev();
        match declared.find(|variable| variable.name == name) {
            Some(variable) => Ok(&variable.value),
            None => Err(self.undefined(name)),
        }
    }

    /// Assigns to the variable declared last under the name.
    pub(super) fn set_variable(&mut self, name: NameId, value: Operand) -> Result<(), Error> {
        let mut declared = self.run.variables[self.base..].iter_mut().rev();
        match declared.find(|variable| variable.name == name) {
            Some(variable) => {
                variable.value = value;
                Ok(())
            }
            None => Err(self.undefined(name)),
        }
    }

    #[cold]
    fn undefined(&self, name: NameId) -> Error {
        let name = self.template.names.text(name, &self.template.source.text);
        self.fail([b"undefined variable: ", name].concat())
    }

    // Errors.

    /// An error at the node evaluated last.
    #[cold]
    pub(super) fn fail(&self, detail: impl Into<Vec<u8>>) -> Error {
        self.error(ErrorKind::Evaluation, detail.into(), None)
    }

    /// An error with a quoted name in its text.
    #[cold]
    pub(super) fn fail_quoted(&self, before: &str, name: &[u8], after: &str) -> Error {
        self.fail([before.as_bytes(), &quote(name), after.as_bytes()].concat())
    }

    /// The error of the function or method `name`.
    #[cold]
    pub(super) fn function_failed(&self, name: &str, cause: FuncError) -> Error {
        let limited = cause.nested().map_or(cause.kind() == FuncErrorKind::Limit, |error| {
            error.kind() == ErrorKind::Limit
        });
        let kind = if limited { ErrorKind::Limit } else { ErrorKind::Function };
        self.error(kind, format!("error calling {name}: ").into_bytes(), Some(cause))
    }

    #[cold]
    pub(super) fn exceeded(&self, exceeded: Exceeded) -> Error {
        self.error(ErrorKind::Limit, exceeded.message().into(), None)
    }

    fn error(&self, kind: ErrorKind, detail: Vec<u8>, cause: Option<FuncError>) -> Error {
        let template = self.template;
        let shown = Shown::new(&template.source.text, &template.names);
        let (pos, context) = match self.at {
            At::Start => (Pos(0), Vec::new()),
            At::Node(node) => (node.pos(), shown.of(node)),
            At::Pipe(pipe) => (pipe.pos, shown.of(pipe)),
            At::Command(command) => (command.pos, shown.of(command)),
            At::Expr(expr) => (expr.pos(), shown.of(expr)),
        };
        let name = template.name.clone();
        Error::exec(
            kind,
            locate(template, pos),
            name,
            Str::from(context),
            Str::from(detail),
            cause,
        )
    }

    /// The text of a node of this template.
    pub(super) fn shown(&self, node: &impl Show) -> Vec<u8> {
        Shown::new(&self.template.source.text, &self.template.names).of(node)
    }
}

/// Line and column as Go counts them: the line from 1, the byte in the line from 0.
fn locate(template: &Template, pos: Pos) -> Location {
    let before = template.text(Span { pos: Pos(0), end: pos });
    let line_start = bstr::ByteSlice::rfind_byte(before, b'\n').map_or(0, |newline| newline + 1);
    let newlines = before.iter().filter(|byte| **byte == b'\n').count();
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Location {
        file: template.file().clone(),
        line: count(newlines + 1),
        column: Some(count(before.len() - line_start)),
    }
}
