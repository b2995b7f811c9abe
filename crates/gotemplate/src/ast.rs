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

/// The number of a variable's name in its template's table of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NameId(pub(crate) u32);

/// The name of `$`, in each template's table.
pub(crate) const DOLLAR: NameId = NameId(0);

/// A sequence of nodes.
#[derive(Debug, Default)]
pub(crate) struct List {
    pub(crate) nodes: Vec<Node>,
}

/// An element of a template.
#[derive(Debug)]
pub(crate) enum Node {
    /// The source's bytes from `pos` to `end`, as they are.
    Text { pos: Pos, end: Pos },
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
    pub(crate) decl: Vec<NameId>,
    pub(crate) commands: Vec<Command>,
}

/// An operand, or a function with its arguments.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) pos: Pos,
    /// What is evaluated or called; the parser makes no command without it.
    pub(crate) head: Expr,
    pub(crate) args: Vec<Expr>,
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
    /// A string.
    String(Box<Text>),
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

/// A field's name.
pub(crate) type Name = Box<str>;

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

/// A string constant and how it was written.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) pos: Pos,
    /// The end of the literal, whose quotes and escapes stay in the source.
    pub(crate) end: Pos,
    pub(crate) value: Str,
}

/// A number in each type that can hold it, as Go's ideal constants.
#[derive(Debug)]
pub(crate) struct Number {
    pub(crate) pos: Pos,
    pub(crate) text: Str,
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

impl Node {
    /// Where it begins, as Go counts: an action begins at its pipeline.
    pub(crate) fn pos(&self) -> Pos {
        match self {
            Self::Text { pos, .. } | Self::Break(pos) | Self::Continue(pos) => *pos,
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
            Self::Number(number) => number.pos,
            Self::String(text) => text.pos,
            Self::Chain(chain) => chain.pos,
            Self::Pipe(pipe) => pipe.pos,
        }
    }
}
