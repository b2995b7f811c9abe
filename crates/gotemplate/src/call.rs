//! What a function may reach besides its arguments: the host, the templates, the budget.

use std::any::Any as StdAny;

use govalue::Str;

use crate::exec::{self, Options};
use crate::run::Run;
use crate::{Any, Effects, FuncError, Overlay, Template, Templates};

/// What a function may reach besides its arguments.
#[derive(Debug)]
pub struct Call<'a> {
    templates: Option<Templates<'a>>,
    host: &'a dyn StdAny,
    run: Access<'a>,
}

/// The execution that a call belongs to, or one of its own for a call outside of any.
#[derive(Debug)]
enum Access<'a> {
    Shared(&'a mut Run),
    Own(Box<Run>),
}

impl Call<'_> {
    /// A call outside of any render, for tests of functions that need none: no host, no templates, default limits.
    pub fn detached() -> Self {
        Self {
            templates: None,
            host: &(),
            run: Access::Own(Box::new(Run::new(&Options::default()))),
        }
    }
}

impl<'a> Call<'a> {
    /// A call from a template.
    pub(crate) fn new(templates: Templates<'a>, host: &'a dyn StdAny, run: &'a mut Run) -> Self {
        Self {
            templates: Some(templates),
            host,
            run: Access::Shared(run),
        }
    }

    /// What the host passed to the execution, if it is a `T`.
    pub fn host<T: 'static>(&self) -> Result<&'a T, FuncError> {
        self.host
            .downcast_ref()
            .ok_or_else(|| FuncError::new(format!("no {} in this execution", std::any::type_name::<T>())))
    }

    /// The templates that can be named here, to put an [`Overlay`] over them.
    pub fn templates(&self) -> Result<Templates<'a>, FuncError> {
        self.templates
            .ok_or_else(|| FuncError::new("no templates in this execution"))
    }

    /// Remembers that the result depends on more than the arguments.
    pub fn add_effects(&mut self, effects: Effects) {
        let run = self.run();
        run.effects = run.effects.union(effects);
    }

    /// Takes `steps` from the execution's budget: for functions whose work grows with a number they are given.
    pub fn spend(&mut self, steps: u64) -> Result<(), FuncError> {
        Ok(self.run().spend(steps)?)
    }

    /// Fails if the text of `values` would be nested too deeply or exceed the limit of output: for functions that write
    /// lists and maps. A map that contains itself, which a template can make, fails here.
    pub fn check_text_of(&mut self, values: &[Any]) -> Result<(), FuncError> {
        Ok(self.run().check_text_of(values)?)
    }

    /// The string that `write` writes, without an allocation but the string's own.
    pub fn text(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Any {
        let run = self.run();
        let mut out = run.take_buffer();
        write(&mut out);
        let text = Str::from(out.as_slice());
        run.give_buffer(out);
        Any::String(text)
    }

    /// Executes the template `name` as Go's `ExecuteTemplate` and gives what it wrote.
    pub fn execute(&mut self, name: &[u8], data: Any) -> Result<Str, FuncError> {
        let templates = self.templates()?;
        let Some(template) = templates.get(name) else {
            return Err(exec::no_template(templates, name).into());
        };
        self.nested(templates, template, data)
    }

    /// Executes the main template of an overlay over it and what is below, and gives what it wrote.
    pub fn execute_overlay(&mut self, overlay: &Overlay<'_>, data: Any) -> Result<Str, FuncError> {
        self.nested(Templates::Overlay(overlay), overlay.main(), data)
    }

    fn nested(&mut self, templates: Templates<'_>, template: &Template, data: Any) -> Result<Str, FuncError> {
        let host = self.host;
        let run = self.run();
        let mut out = run.take_buffer();
        let result = exec::run_template(templates, template, host, run, data, &mut out);
        let text = Str::from(out.as_slice());
        run.give_buffer(out);
        result.map(|()| text).map_err(FuncError::from)
    }

    fn run(&mut self) -> &mut Run {
        match &mut self.run {
            Access::Shared(run) => run,
            Access::Own(run) => run,
        }
    }
}
