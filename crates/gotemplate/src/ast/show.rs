//! Writes nodes as Go's `String` methods do.

use super::{Branch, Command, Expr, List, Name, NameId, Names, Node, Pipe, Span, TemplateCall};
use crate::quote::quote;

/// A node that can be written with the source and the names of its template at hand.
pub(crate) trait Show {
    /// Appends the node's text.
    fn show(&self, shown: &mut Shown<'_>);
}

/// Text being written, and what nodes refer to.
pub(crate) struct Shown<'a> {
    source: &'a [u8],
    names: &'a Names,
    text: Vec<u8>,
}

impl<'a> Shown<'a> {
    /// Nothing yet, for nodes of a template with this source and these variable names.
    pub(crate) fn new(source: &'a [u8], names: &'a Names) -> Self {
        Self {
            source,
            names,
            text: Vec::new(),
        }
    }

    /// The text of `node`.
    pub(crate) fn of(mut self, node: &(impl Show + ?Sized)) -> Vec<u8> {
        node.show(&mut self);
        self.text
    }

    fn push(&mut self, text: impl AsRef<[u8]>) {
        self.text.extend_from_slice(text.as_ref());
    }

    fn source(&mut self, span: Span) {
        self.text.extend_from_slice(span.of(self.source));
    }

    fn name(&mut self, id: NameId) {
        self.text.extend_from_slice(self.names.text(id, self.source));
    }

    fn fields(&mut self, fields: &[Name]) {
        for field in fields {
            self.push(".");
            self.source(*field);
        }
    }

    fn parenthesised(&mut self, expr: &Expr) {
        if let Expr::Pipe(pipe) = expr {
            self.push("(");
            pipe.show(self);
            self.push(")");
        } else {
            expr.show(self);
        }
    }

    fn branch(&mut self, word: &str, branch: &Branch) {
        self.push("{{");
        self.push(word);
        self.push(" ");
        branch.pipe.show(self);
        self.push("}}");
        branch.list.show(self);
        if let Some(otherwise) = &branch.otherwise {
            self.push("{{else}}");
            otherwise.show(self);
        }
        self.push("{{end}}");
    }
}

impl Show for List {
    fn show(&self, shown: &mut Shown<'_>) {
        for node in &self.nodes {
            node.show(shown);
        }
    }
}

impl Show for Node {
    fn show(&self, shown: &mut Shown<'_>) {
        match self {
            Self::Text(span) => shown.source(*span),
            Self::Action(pipe) => {
                shown.push("{{");
                pipe.show(shown);
                shown.push("}}");
            }
            Self::If(branch) => shown.branch("if", branch),
            Self::With(branch) => shown.branch("with", branch),
            Self::Range(branch) => shown.branch("range", branch),
            Self::Template(call) => call.show(shown),
            Self::Break(_) => shown.push("{{break}}"),
            Self::Continue(_) => shown.push("{{continue}}"),
        }
    }
}

impl Show for TemplateCall {
    fn show(&self, shown: &mut Shown<'_>) {
        shown.push("{{template ");
        shown.push(quote(self.name.as_bytes()));
        if let Some(pipe) = &self.pipe {
            shown.push(" ");
            pipe.show(shown);
        }
        shown.push("}}");
    }
}

impl Show for Pipe {
    fn show(&self, shown: &mut Shown<'_>) {
        for (index, name) in self.decl.iter().enumerate() {
            if index > 0 {
                shown.push(", ");
            }
            shown.name(*name);
        }
        if !self.decl.is_empty() {
            shown.push(if self.is_assign { " = " } else { " := " });
        }
        for (index, command) in self.commands.iter().enumerate() {
            if index > 0 {
                shown.push(" | ");
            }
            command.show(shown);
        }
    }
}

impl Show for Command {
    fn show(&self, shown: &mut Shown<'_>) {
        shown.parenthesised(&self.head);
        for arg in &self.args {
            shown.push(" ");
            shown.parenthesised(arg);
        }
    }
}

impl Show for Expr {
    fn show(&self, shown: &mut Shown<'_>) {
        match self {
            Self::Dot(_) => shown.push("."),
            Self::Nil(_) => shown.push("nil"),
            Self::Bool(_, flag) => shown.push(if *flag { "true" } else { "false" }),
            Self::Number(number) => shown.source(number.span),
            Self::String(span, _) => shown.source(*span),
            Self::Field(_, fields) => shown.fields(fields),
            Self::Variable(_, name, fields) => {
                shown.name(*name);
                shown.fields(fields);
            }
            Self::Chain(chain) => {
                shown.parenthesised(&chain.operand);
                shown.fields(&chain.fields);
            }
            Self::Function(_, callee) => shown.push(callee.function.name),
            Self::Pipe(pipe) => pipe.show(shown),
        }
    }
}
