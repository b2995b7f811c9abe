//! Executes templates over data.

mod constant;
mod field;
mod interp;
mod invoke;
mod pipeline;
mod types;
mod walk;

use std::any::Any as StdAny;

use govalue::Str;
use interp::Interp;

use crate::ast::{DOLLAR, NameId};
use crate::memory::CycleGuard;
use crate::quote::quote;
use crate::run::Run;
use crate::{Any, Effects, Error, Limits, Template, Templates};

/// How an execution treats missing keys, and what it may use.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// What a missing key of a map gives.
    pub missing_key: MissingKey,
    /// What the execution may use.
    pub limits: Limits,
}

/// Go's `missingkey` option: what a field gives for a key that its map has not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingKey {
    /// No value, printed as `<no value>`: Go's default.
    #[default]
    Invalid,
    /// The zero value of the map's elements, as Helm has it.
    Zero,
    /// An error, as Helm's strict mode has it.
    Error,
}

/// What an execution did besides writing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What the output depends on besides templates and data.
    pub effects: Effects,
    /// Commands and nodes evaluated.
    pub steps: u64,
}

/// Executions that share a host, a budget and effects: those of one render of a chart.
#[derive(Debug)]
pub struct Execution<'h> {
    host: &'h dyn StdAny,
    run: Run,
    /// Outlives `run`, which holds values.
    _cycles: CycleGuard,
}

/// A variable of a template that is being executed.
#[derive(Debug)]
pub(crate) struct Variable {
    pub(crate) name: NameId,
    pub(crate) value: Operand,
}

/// A value and whether its static type is an interface: what a `reflect.Value` knows.
#[derive(Clone, Debug)]
pub(crate) struct Operand {
    pub(crate) value: Any,
    /// Whether it was taken from where Go has an `interface {}`; [`Any::Nil`] always was.
    pub(crate) boxed: bool,
}

impl<'h> Execution<'h> {
    /// Nothing executed yet. Functions get `host` from [`crate::Call::host`].
    pub fn new(options: &Options, host: &'h dyn StdAny) -> Self {
        Self {
            host,
            run: Run::new(options),
            _cycles: CycleGuard::new(),
        }
    }

    /// Executes the template `name` over `data`; what it writes is appended to `out`, also where it fails later on.
    pub fn execute<'t>(
        &mut self,
        templates: impl Into<Templates<'t>>,
        name: &[u8],
        data: Any,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let templates = templates.into();
        let template = templates.get(name).ok_or_else(|| no_template(templates, name))?;
        self.run.mark_stack();
        run_template(templates, template, self.host, &mut self.run, data, out)
    }

    /// What was done so far.
    pub fn outcome(&self) -> Outcome {
        Outcome {
            effects: self.run.effects,
            steps: self.run.steps_taken(),
        }
    }
}

/// Executes one template as an [`Execution`] of its own.
pub fn execute<'t>(
    templates: impl Into<Templates<'t>>,
    name: &[u8],
    data: Any,
    options: &Options,
    host: &dyn StdAny,
    out: &mut Vec<u8>,
) -> Result<Outcome, Error> {
    let mut execution = Execution::new(options, host);
    execution.execute(templates, name, data, out)?;
    Ok(execution.outcome())
}

/// Go's error for a name that no template has.
pub(crate) fn no_template(templates: Templates<'_>, name: &[u8]) -> Error {
    let mut text = b"template: no template ".to_vec();
    text.extend_from_slice(&quote(name));
    text.extend_from_slice(b" associated with template ");
    text.extend_from_slice(&quote(templates.name().as_bytes()));
    Error::no_template(Str::from(text))
}

/// Executes `template`, where the names in it mean `templates`.
pub(crate) fn run_template<'a>(
    templates: Templates<'a>,
    template: &'a Template,
    host: &'a dyn StdAny,
    run: &mut Run,
    data: Any,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let dot = Operand::concrete(data).unboxed();
    let base = run.variables.len();
    run.variables.push(Variable {
        name: DOLLAR,
        value: dot.clone(),
    });
    let result = Interp::new(templates, template, host, run, out, base).run(&dot);
    run.variables.truncate(base);
    result
}

impl Operand {
    /// No value: Go's zero `reflect.Value`.
    pub(crate) const INVALID: Self = Self {
        value: Any::Invalid,
        boxed: false,
    };

    /// A value whose static type is its own.
    pub(crate) fn concrete(value: Any) -> Self {
        Self { value, boxed: false }
    }

    /// A value where Go has an `interface {}`.
    pub(crate) fn boxed(value: Any) -> Self {
        Self { value, boxed: true }
    }

    /// What is inside the interface: a nil one has nothing.
    pub(crate) fn unboxed(self) -> Self {
        match self.value {
            Any::Nil => Self::INVALID,
            value => Self::concrete(value),
        }
    }
}
