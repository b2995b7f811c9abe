//! The resolved tree: functions are references, variables numbered names, constants decoded.
//!
//! Nodes keep their byte offset; line and column are computed when an error needs them. `Show` writes a node as Go's
//! `String` method does, because error texts quote nodes.

mod show;

use govalue::Str;

use crate::Function;

pub(crate) use show::{Show, Shown};

/// A byte offset in the template's source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pos(pub(crate) u32);

/// A piece of the template's source, from a byte to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) pos: Pos,
    pub(crate) end: Pos,
}

/// A field's name, without the dot before it.
pub(crate) type Name = Span;

/// The number of a variable's name in its template's [`Names`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NameId(u32);

/// The name of `$`, in each template.
pub(crate) const DOLLAR: NameId = NameId(0);

/// The names of a template's variables: each where it stands first, but `$`, which needs no place.
#[derive(Debug, Default)]
pub(crate) struct Names(Vec<Span>);

/// A sequence of nodes.
#[derive(Debug, Default)]
pub(crate) struct List {
    pub(crate) nodes: Box<[Node]>,
}

/// An element of a template.
#[derive(Debug)]
pub(crate) enum Node {
    /// The source's bytes, as they are.
    Text(Span),
    /// A pipeline whose value is printed, unless it declares variables.
    Action(Pipe),
    /// `if` or `with`.
    If(Box<Branch>),
    /// `with`: an `if` that sets dot.
    With(Box<Branch>),
    /// `range`
    Range(Box<Branch>),
    /// `template`
    Template(Box<TemplateCall>),
    /// `break`
    Break(Pos),
    /// `continue`
    Continue(Pos),
}

/// What `if`, `with` and `range` have in common.
#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) pipe: Pipe,
    pub(crate) list: List,
    pub(crate) otherwise: Option<List>,
}

/// `{{template "name" pipeline}}`
#[derive(Debug)]
pub(crate) struct TemplateCall {
    pub(crate) pos: Pos,
    pub(crate) name: Str,
    pub(crate) pipe: Option<Pipe>,
}

/// Commands, the value of each the last argument of the next; and the variables that take the value.
#[derive(Debug)]
pub(crate) struct Pipe {
    pub(crate) pos: Pos,
    pub(crate) is_assign: bool,
    pub(crate) decl: Box<[NameId]>,
    pub(crate) commands: Box<[Command]>,
}

/// An operand, or a function with its arguments.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) pos: Pos,
    /// What is evaluated or called; the parser makes no command without it.
    pub(crate) head: Expr,
    pub(crate) args: Box<[Expr]>,
}

/// An operand.
#[derive(Debug)]
pub(crate) enum Expr {
    /// `.`
    Dot(Pos),
    /// `nil`
    Nil(Pos),
    /// `true`, `false`
    Bool(Pos, bool),
    /// A number.
    Number(Box<Number>),
    /// A string, and the literal, whose quotes and escapes stay in the source.
    String(Span, Str),
    /// `.a.b`
    Field(Pos, Box<[Name]>),
    /// `$x`, `$x.a.b`
    Variable(Pos, NameId, Box<[Name]>),
    /// `(pipeline).a.b`, `function.a.b`
    Chain(Box<Chain>),
    /// A function's name.
    Function(Pos, Callee),
    /// A parenthesised pipeline.
    Pipe(Box<Pipe>),
}

/// A function as the parser found it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Callee {
    pub(crate) function: &'static Function,
    pub(crate) special: Special,
}

/// The builtins that the executor knows, because they see more than their arguments' values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Special {
    /// An ordinary function.
    None,
    /// `and`: stops at the first argument that is false.
    And,
    /// `or`: stops at the first argument that is true.
    Or,
    /// `call`: its errors name the callee's source.
    Call,
    /// `slice`: refuses an index whose static type is an interface.
    Slice,
}

/// An operand with fields taken of its value.
#[derive(Debug)]
pub(crate) struct Chain {
    pub(crate) pos: Pos,
    pub(crate) operand: Expr,
    pub(crate) fields: Box<[Name]>,
}

/// A number in each type that can hold it, as Go's ideal constants.
#[derive(Debug)]
pub(crate) struct Number {
    pub(crate) span: Span,
    pub(crate) int: Option<i64>,
    pub(crate) uint: Option<u64>,
    pub(crate) float: Option<f64>,
    pub(crate) ideal: Ideal,
}

/// A number where nothing asks for a type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Ideal {
    /// An `int`.
    Int(i64),
    /// A `float64`.
    Float(f64),
    /// An integer that no `int` can hold.
    Overflow,
}

impl Span {
    /// The piece of `source`.
    pub(crate) fn of(self, source: &[u8]) -> &[u8] {
        source.get(self.pos.0 as usize..self.end.0 as usize).unwrap_or_default()
    }

    /// The piece of `source` that is a name; it is made of letters and digits, so it is UTF-8.
    pub(crate) fn name_in(self, source: &[u8]) -> &str {
        std::str::from_utf8(self.of(source)).unwrap_or_default()
    }
}

impl Names {
    /// The name's text.
    pub(crate) fn text<'s>(&self, id: NameId, source: &'s [u8]) -> &'s [u8] {
        match id {
            DOLLAR => b"$",
            NameId(number) => self
                .0
                .get(number as usize - 1)
                .map_or_else(Default::default, |span| span.of(source)),
        }
    }

    /// The number of the name at `span`, which is new or known.
    pub(crate) fn id(&mut self, span: Span, source: &[u8]) -> NameId {
        let name = span.of(source);
        if name == b"$" {
            return DOLLAR;
        }
        let known = self.0.iter().position(|known| known.of(source) == name);
        let index = known.unwrap_or_else(|| {
            self.0.push(span);
            self.0.len() - 1
        });
        NameId(u32::try_from(index + 1).unwrap_or(u32::MAX))
    }
}

impl Node {
    /// Where it begins, as Go counts: an action begins at its pipeline.
    pub(crate) fn pos(&self) -> Pos {
        match self {
            Self::Text(span) => span.pos,
            Self::Break(pos) | Self::Continue(pos) => *pos,
            Self::Action(pipe) => pipe.pos,
            Self::If(branch) | Self::With(branch) | Self::Range(branch) => branch.pipe.pos,
            Self::Template(call) => call.pos,
        }
    }
}

impl Expr {
    /// Where it begins; fields begin at their second part, as in Go.
    pub(crate) fn pos(&self) -> Pos {
        match self {
            Self::Dot(pos)
            | Self::Nil(pos)
            | Self::Bool(pos, _)
            | Self::Field(pos, _)
            | Self::Variable(pos, ..)
            | Self::Function(pos, _) => *pos,
            Self::Number(number) => number.span.pos,
            Self::String(span, _) => span.pos,
            Self::Chain(chain) => chain.pos,
            Self::Pipe(pipe) => pipe.pos,
        }
    }
}
