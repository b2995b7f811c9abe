//! What the lexer finds in a template's text.

use crate::ast::{Pos, Span};

/// A piece of the source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    /// Its first byte.
    pub(crate) start: u32,
    /// The byte after its last.
    pub(crate) end: u32,
}

/// What a token is. Keywords come last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TokenKind {
    /// The text is no template; the lexer knows why.
    #[default]
    Error,
    /// `true`, `false`
    Bool,
    /// Any other printable ASCII character, such as a comma.
    Char,
    /// `'x'`
    CharConstant,
    /// `1+2i`
    Complex,
    /// `=`
    Assign,
    /// `:=`
    Declare,
    /// The end of the text.
    Eof,
    /// `.name`
    Field,
    /// `name`
    Identifier,
    /// `{{`
    LeftDelim,
    /// `(`
    LeftParen,
    /// A number, perhaps a malformed one.
    Number,
    /// `|`
    Pipe,
    /// A string in back quotes.
    RawString,
    /// `}}`
    RightDelim,
    /// `)`
    RightParen,
    /// Space between arguments.
    Space,
    /// A string in double quotes.
    String,
    /// Text outside of actions.
    Text,
    /// `$`, `$name`
    Variable,
    /// `block`
    Block,
    /// `break`
    Break,
    /// `continue`
    Continue,
    /// `.`
    Dot,
    /// `define`
    Define,
    /// `else`
    Else,
    /// `end`
    End,
    /// `if`
    If,
    /// `nil`
    Nil,
    /// `range`
    Range,
    /// `template`
    Template,
    /// `with`
    With,
}

impl Token {
    /// Where it stands.
    pub(crate) fn span(self) -> Span {
        Span {
            pos: Pos(self.start),
            end: Pos(self.end),
        }
    }
}

impl TokenKind {
    /// The keyword `word`, if it is one.
    pub(crate) fn keyword(word: &[u8]) -> Option<Self> {
        Some(match word {
            b"block" => Self::Block,
            b"break" => Self::Break,
            b"continue" => Self::Continue,
            b"define" => Self::Define,
            b"else" => Self::Else,
            b"end" => Self::End,
            b"if" => Self::If,
            b"nil" => Self::Nil,
            b"range" => Self::Range,
            b"template" => Self::Template,
            b"with" => Self::With,
            _ => return None,
        })
    }

    /// Whether it is a keyword.
    pub(crate) fn is_keyword(self) -> bool {
        self >= Self::Block
    }
}
