//! Walks the nodes of a template.

use std::rc::Rc;

use super::interp::{At, Interp};
use super::{Operand, Variable};
use crate::ast::{Branch, DOLLAR, List, Node, Pipe, TemplateCall};
use crate::{Any, AnyList, AnyMap, Error, Kind, MapType, Object, fmt};

/// How a walk ended: at the end, or at a word that ends an iteration.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
}

impl<'a> Interp<'a, '_> {
    pub(super) fn list(&mut self, dot: &Operand, list: &'a List) -> Result<Flow, Error> {
        for node in &list.nodes {
            match self.node(dot, node)? {
                Flow::Next => {}
                ended => return Ok(ended),
            }
        }
        Ok(Flow::Next)
    }

    fn node(&mut self, dot: &Operand, node: &'a Node) -> Result<Flow, Error> {
        self.at = At::Node(node);
        self.step()?;
        match node {
            Node::Text(span) => {
                let text = self.template.text(*span);
                self.write(text)?;
            }
            Node::Action(pipe) => {
                let value = self.pipeline(dot, pipe)?;
                if pipe.decl.is_empty() {
                    self.at = At::Node(node);
                    self.print(&value, pipe)?;
                }
            }
            Node::If(branch) => return self.condition(dot, branch, false),
            Node::With(branch) => return self.condition(dot, branch, true),
            Node::Range(branch) => return self.range(dot, branch),
            Node::Template(call) => self.template(dot, call)?,
            Node::Break(_) => return Ok(Flow::Break),
            Node::Continue(_) => return Ok(Flow::Continue),
        }
        Ok(Flow::Next)
    }

    fn write(&mut self, text: &[u8]) -> Result<(), Error> {
        self.out.extend_from_slice(text);
        self.run.write(text.len()).map_err(|exceeded| self.exceeded(exceeded))
    }

    fn print(&mut self, value: &Any, pipe: &'a Pipe) -> Result<(), Error> {
        match value {
            Any::String(text) => return self.write(text.as_bytes()),
            Any::Object(object) if object.kind() == Kind::Func => {
                let action = self.shown(pipe);
                let type_name = object.type_name().as_bytes();
                return Err(self.fail([b"can't print {{", &*action, b"}} of type ", type_name].concat()));
            }
            Any::Object(object) => {
                if let Some(text) = object.printed() {
                    return self.write(text.as_bytes());
                }
            }
            Any::List(_) | Any::Map(_) => {
                self.run
                    .check_text_of(std::slice::from_ref(value))
                    .map_err(|exceeded| self.exceeded(exceeded))?;
            }
            _ => {}
        }
        let before = self.out.len();
        fmt::write_value(value, self.out);
        let written = self.out.len() - before;
        self.run.write(written).map_err(|exceeded| self.exceeded(exceeded))
    }

    fn condition(&mut self, dot: &Operand, branch: &'a Branch, sets_dot: bool) -> Result<Flow, Error> {
        let mark = self.run.variables.len();
        let value = self.pipeline(dot, &branch.pipe)?;
        let flow = if value.truth() {
            if sets_dot {
                self.list(&Operand::concrete(value), &branch.list)?
            } else {
                drop(value);
                self.list(dot, &branch.list)?
            }
        } else {
            match &branch.otherwise {
                Some(list) => self.list(dot, list)?,
                None => Flow::Next,
            }
        };
        self.run.variables.truncate(mark);
        Ok(flow)
    }

    fn template(&mut self, dot: &Operand, call: &'a TemplateCall) -> Result<(), Error> {
        let Some(template) = self.templates.get(call.name.as_bytes()) else {
            return Err(self.fail_quoted("template ", call.name.as_bytes(), " not defined"));
        };
        if self.run.depth == self.run.max_depth() {
            return Err(self.fail(format!("exceeded maximum template depth ({})", self.run.max_depth())));
        }
        self.check_stack()?;
        let dot = match &call.pipe {
            Some(pipe) => Operand::concrete(self.pipeline(dot, pipe)?),
            None => Operand::INVALID,
        };
        let base = self.run.variables.len();
        self.run.variables.push(Variable {
            name: DOLLAR,
            value: dot.clone(),
        });
        let outer = (self.template, self.base);
        (self.template, self.base) = (template, base);
        self.run.depth += 1;
        self.list(&dot, &template.root)?;
        self.run.depth -= 1;
        (self.template, self.base) = outer;
        self.run.variables.truncate(base);
        Ok(())
    }

    // Range.

    fn range(&mut self, dot: &Operand, branch: &'a Branch) -> Result<Flow, Error> {
        let mark = self.run.variables.len();
        let value = self.pipeline(dot, &branch.pipe)?;
        let flow = if self.iterate(&value, branch)? {
            Flow::Next
        } else {
            match &branch.otherwise {
                Some(list) => self.list(dot, list)?,
                None => Flow::Next,
            }
        };
        self.run.variables.truncate(mark);
        // A `break` in the `else` ends this range and no other.
        Ok(if flow == Flow::Break { Flow::Next } else { flow })
    }

    /// Walks the body for each element; tells whether there was one.
    fn iterate(&mut self, value: &Any, branch: &'a Branch) -> Result<bool, Error> {
        match value {
            Any::Invalid | Any::Nil => Ok(false),
            Any::List(list) => self.iterate_list(list, branch),
            Any::Map(map) => self.iterate_map(map, branch),
            Any::Bytes(bytes) => {
                let bytes = bytes.clone();
                self.iterate_all(branch, bytes.iter().map(|byte| Operand::concrete(Any::Uint8(*byte))))
            }
            Any::Object(object) => self.iterate_object(object.as_ref(), branch),
            Any::Int(count) => self.iterate_count(value, *count, Any::Int, branch),
            Any::Int64(count) => self.iterate_count(value, *count, Any::Int64, branch),
            Any::Int32(count) => {
                let make = |number| Any::Int32(i32::try_from(number).unwrap_or_default());
                self.iterate_count(value, i64::from(*count), make, branch)
            }
            Any::Uint8(count) => {
                let make = |number| Any::Uint8(u8::try_from(number).unwrap_or_default());
                self.iterate_count(value, i64::from(*count), make, branch)
            }
            Any::Uint64(count) => {
                let make = |number: i64| Any::Uint64(number.unsigned_abs());
                self.iterate_count(value, i64::try_from(*count).unwrap_or(i64::MAX), make, branch)
            }
            Any::Bool(_) | Any::Float64(_) | Any::String(_) => Err(self.cannot_iterate(value)),
        }
    }

    fn iterate_list(&mut self, list: &Rc<AnyList>, branch: &'a Branch) -> Result<bool, Error> {
        let list = Rc::clone(list);
        let boxed = list.elem == crate::Elem::Any;
        self.iterate_all(
            branch,
            list.items.iter().map(|item| Operand {
                value: item.clone(),
                boxed,
            }),
        )
    }

    fn iterate_all(&mut self, branch: &'a Branch, items: impl Iterator<Item = Operand>) -> Result<bool, Error> {
        let mut any = false;
        for (index, item) in (0..).zip(items) {
            any = true;
            if self.iteration(branch, Operand::concrete(Any::Int(index)), &item)? == Flow::Break {
                break;
            }
        }
        Ok(any)
    }

    fn iterate_map(&mut self, map: &Rc<AnyMap>, branch: &'a Branch) -> Result<bool, Error> {
        let boxed = map.map_type() != MapType::String;
        let entries = map.snapshot();
        let any = !entries.is_empty();
        for (key, value) in entries {
            if self.iteration(branch, Operand::concrete(Any::String(key)), &Operand { value, boxed })? == Flow::Break {
                break;
            }
        }
        Ok(any)
    }

    fn iterate_object(&mut self, object: &dyn Object, branch: &'a Branch) -> Result<bool, Error> {
        let Some(entries) = object.entries() else {
            return Err(self.fail([b"range can't iterate over ", object.display().as_bytes()].concat()));
        };
        let any = !entries.is_empty();
        for (key, value) in entries {
            if self.iteration(branch, Operand::concrete(key), &Operand::concrete(value))? == Flow::Break {
                break;
            }
        }
        Ok(any)
    }

    /// `range` over an integer: from 0 up to it.
    fn iterate_count(
        &mut self,
        value: &Any,
        count: i64,
        make: impl Fn(i64) -> Any,
        branch: &'a Branch,
    ) -> Result<bool, Error> {
        if branch.pipe.decl.len() > 1 {
            let mut detail = b"can't use ".to_vec();
            fmt::write_value(value, &mut detail);
            detail.extend_from_slice(b" to iterate over more than one variable");
            return Err(self.fail(detail));
        }
        for number in 0..count {
            if self.iteration(branch, Operand::INVALID, &Operand::concrete(make(number)))? == Flow::Break {
                break;
            }
        }
        Ok(count > 0)
    }

    fn iteration(&mut self, branch: &'a Branch, index: Operand, element: &Operand) -> Result<Flow, Error> {
        let mark = self.run.variables.len();
        self.step()?;
        match (&branch.pipe.decl[..], branch.pipe.is_assign) {
            ([], _) => {}
            ([only], true) => self.set_variable(*only, element.clone())?,
            ([first, second, ..], true) => {
                self.set_variable(*first, index)?;
                self.set_variable(*second, element.clone())?;
            }
            (decl, false) => {
                // The pipeline declared them: they are on top of the stack.
                self.run.variables[mark - 1].value = element.clone();
                if decl.len() > 1 {
                    self.run.variables[mark - 2].value = index;
                }
            }
        }
        let flow = self.list(element, &branch.list)?;
        self.run.variables.truncate(mark);
        Ok(flow)
    }

    #[cold]
    fn cannot_iterate(&self, value: &Any) -> Error {
        let mut detail = b"range can't iterate over ".to_vec();
        fmt::write_value(value, &mut detail);
        self.fail(detail)
    }
}
