//! Parses a template's text into a resolved tree.
//!
//! The grammar, the errors and their order are Go's; so is the lookahead of three tokens, because an error names the line
//! of the token read last.

mod control;
mod number;
mod pipeline;
mod unquote;

use std::sync::Arc;

use govalue::Str;

use crate::ast::{Command, Expr, List, NameId, Names, Node, Span};
use crate::lex::{Lexer, LoopWords};
use crate::quote::quote;
use crate::set::{self, Source};
use crate::token::{Token, TokenKind};
use crate::{Error, FuncMap, Location, Parsed, Template};

/// Parentheses and control structures within each other, at most. Go has 10,000 for parentheses and none for the rest, on
/// a stack that grows; this many fit a thread of 2 MiB.
const MAX_NESTING: usize = 400;

/// Parses `text` under the name `name`; the templates that it defines come with it.
///
/// A function that is neither in `functions` nor a builtin is an error, as in Go.
///
/// ```
/// use gotemplate::{FuncMap, parse};
/// let error = parse("x", b"{{ nosuch }}", &FuncMap::new()).unwrap_err();
/// assert_eq!(error.to_string(), r#"template: x:1: function "nosuch" not defined"#);
/// ```
pub fn parse(name: impl Into<Str>, text: impl Into<Str>, functions: &FuncMap) -> Result<Parsed, Error> {
    let name = name.into();
    let source = Arc::new(Source {
        file: name.clone(),
        text: text.into(),
    });
    let breaks = LoopWords {
        break_ok: !functions.contains("break"),
        continue_ok: !functions.contains("continue"),
    };
    let mut parser = Parser {
        lexer: Lexer::new(&source.text, breaks),
        source: &source,
        functions,
        templates: Vec::new(),
        frame: Frame::default(),
        open: Open::default(),
        nesting: 0,
    };
    if u32::try_from(source.text.len()).is_err() {
        return Err(parser.fail("a template of 4 GiB or more is not supported"));
    }
    let root = parser.parse_text()?;
    let main = parser.add(name, root)?;
    Ok(Parsed {
        main,
        templates: parser.templates,
    })
}

/// The state of parsing one text.
struct Parser<'s> {
    lexer: Lexer<'s>,
    source: &'s Arc<Source>,
    functions: &'s FuncMap,
    templates: Vec<Arc<Template>>,
    frame: Frame,
    open: Open,
    nesting: usize,
}

/// What the lists under way have so far, the innermost list's last: a list that is done moves out in one piece.
#[derive(Default)]
struct Open {
    nodes: Vec<Node>,
    commands: Vec<Command>,
    operands: Vec<Expr>,
    fields: Vec<Span>,
}

/// What belongs to one template: the text's own, a `define` or a `block`.
#[derive(Default)]
struct Frame {
    /// Lookahead. `tokens[0]` is the token read last.
    tokens: [Token; 3],
    peeked: usize,
    names: Names,
    /// The variables declared; `$` always is.
    visible: Vec<NameId>,
    declares_dollar: bool,
    /// The left delimiter of the action under way.
    action: Option<Token>,
    range_depth: usize,
}

/// What a list of nodes may hold or end with.
enum Item {
    Node(Node),
    Stop(Stop),
}

/// What ends a list of nodes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    End,
    Else,
}

impl Stop {
    fn text(self) -> &'static str {
        match self {
            Self::End => "{{end}}",
            Self::Else => "{{else}}",
        }
    }
}

// Tokens.
impl Parser<'_> {
    #[inline]
    fn next(&mut self) -> Token {
        match self.frame.peeked.checked_sub(1) {
            Some(peeked) => {
                self.frame.peeked = peeked;
                self.frame.tokens[peeked]
            }
            None => self.scan(),
        }
    }

    /// Reads a token. Apart from [`Parser::next`], which is called several times for each, so that that one stays small.
    #[inline(never)]
    fn scan(&mut self) -> Token {
        let token = self.lexer.next_token();
        self.frame.tokens[0] = token;
        token
    }

    fn backup(&mut self) {
        self.frame.peeked += 1;
    }

    /// Steps back over two tokens: the one read last, and `before` it.
    fn backup2(&mut self, before: Token) {
        self.frame.tokens[1] = before;
        self.frame.peeked = 2;
    }

    /// Steps back over three tokens: the one read last, `middle` and `first` before it.
    fn backup3(&mut self, first: Token, middle: Token) {
        self.frame.tokens[1] = middle;
        self.frame.tokens[2] = first;
        self.frame.peeked = 3;
    }

    #[inline]
    fn peek(&mut self) -> Token {
        let token = self.next();
        self.backup();
        token
    }

    fn next_non_space(&mut self) -> Token {
        loop {
            let token = self.next();
            if token.kind != TokenKind::Space {
                return token;
            }
        }
    }

    fn peek_non_space(&mut self) -> Token {
        let token = self.next_non_space();
        self.backup();
        token
    }

    fn expect(&mut self, kind: TokenKind, context: &str) -> Result<Token, Error> {
        let token = self.next_non_space();
        if token.kind == kind {
            Ok(token)
        } else {
            Err(self.unexpected(token, context))
        }
    }

    fn text_of(&self, token: Token) -> &[u8] {
        token.span().of(&self.source.text)
    }

    fn line_of(&self, token: Token) -> u32 {
        let before = self.source.text.get(..token.start as usize).unwrap_or_default();
        let newlines = before.iter().filter(|byte| **byte == b'\n').count();
        u32::try_from(newlines).map_or(u32::MAX, |newlines| newlines.saturating_add(1))
    }

    fn column_of(&self, token: Token) -> u32 {
        let before = self.source.text.get(..token.start as usize).unwrap_or_default();
        let bytes = before.iter().rev().take_while(|byte| **byte != b'\n').count();
        u32::try_from(bytes).unwrap_or(u32::MAX)
    }
}

// Errors.
impl Parser<'_> {
    fn fail(&self, detail: impl Into<Vec<u8>>) -> Error {
        let token = self.frame.tokens[0];
        let location = Location {
            file: self.source.file.clone(),
            line: self.line_of(token),
            column: Some(self.column_of(token)),
        };
        Error::parse(location, detail.into())
    }

    fn unexpected(&self, token: Token, context: &str) -> Error {
        if token.kind != TokenKind::Error {
            return self.fail([b"unexpected ", &*self.describe(token), b" in ", context.as_bytes()].concat());
        }
        let mut detail = self.lexer.error().to_vec();
        if let Some(line) = self.frame.action.map(|action| self.line_of(action))
            && line != self.line_of(token)
        {
            let action = if detail.ends_with(b" action") { "" } else { " in action" };
            detail.extend_from_slice(format!("{action} started at {}:{line}", self.source.file).as_bytes());
        }
        self.fail(detail)
    }

    /// The token as Go's errors show it.
    fn describe(&self, token: Token) -> Vec<u8> {
        let text = self.text_of(token);
        match token.kind {
            TokenKind::Eof => b"EOF".to_vec(),
            kind if kind.is_keyword() => [b"<", text, b">"].concat(),
            _ if text.len() > 10 => {
                let short: usize = bstr::ByteSlice::char_indices(text)
                    .take(10)
                    .map(|(start, end, _)| end - start)
                    .sum();
                [&*quote(&text[..short]), b"..."].concat()
            }
            _ => quote(text),
        }
    }
}

// Templates.
impl Parser<'_> {
    /// The text as a whole, with the definitions in it.
    fn parse_text(&mut self) -> Result<List, Error> {
        while self.peek().kind != TokenKind::Eof {
            if self.peek().kind == TokenKind::LeftDelim {
                let delim = self.next();
                if self.next_non_space().kind == TokenKind::Define {
                    self.definition()?;
                    continue;
                }
                self.backup2(delim);
            }
            match self.text_or_action()? {
                Item::Node(node) => self.open.nodes.push(node),
                Item::Stop(stop) => return Err(self.fail(format!("unexpected {}", stop.text()))),
            }
        }
        Ok(self.list_since(0))
    }

    /// `{{define "name"}} list {{end}}`, from the name on.
    fn definition(&mut self) -> Result<(), Error> {
        const CONTEXT: &str = "define clause";
        let outer = std::mem::take(&mut self.frame);
        let token = self.next_non_space();
        let name = self.template_name(token, CONTEXT)?;
        self.expect(TokenKind::RightDelim, CONTEXT)?;
        let (root, stop) = self.item_list()?;
        if stop != Stop::End {
            return Err(self.fail(format!("unexpected {} in {CONTEXT}", stop.text())));
        }
        self.add(name, root)?;
        self.frame = outer;
        Ok(())
    }

    /// Adds the frame's template. A second one of its name is an error, unless one of the two is empty.
    fn add(&mut self, name: Str, root: List) -> Result<Arc<Template>, Error> {
        let is_empty = set::is_empty(&root, self.source);
        let template = Arc::new(Template {
            name,
            source: Arc::clone(self.source),
            root,
            names: std::mem::take(&mut self.frame.names),
            declares_dollar: self.frame.declares_dollar,
            is_empty,
        });
        let Some(earlier) = self.templates.iter_mut().find(|earlier| earlier.name == template.name) else {
            self.templates.push(Arc::clone(&template));
            return Ok(template);
        };
        if earlier.is_empty {
            *earlier = Arc::clone(&template);
            return Ok(template);
        }
        if is_empty {
            return Ok(Arc::clone(earlier));
        }
        let name = quote(template.name.as_bytes());
        Err(self.fail([b"template: multiple definition of template ".as_slice(), &name].concat()))
    }

    /// Nodes up to an `{{end}}` or `{{else}}`.
    fn item_list(&mut self) -> Result<(List, Stop), Error> {
        let begin = self.open.nodes.len();
        while self.peek_non_space().kind != TokenKind::Eof {
            match self.text_or_action()? {
                Item::Node(node) => self.open.nodes.push(node),
                Item::Stop(stop) => return Ok((self.list_since(begin), stop)),
            }
        }
        Err(self.fail("unexpected EOF"))
    }

    fn list_since(&mut self, begin: usize) -> List {
        List {
            nodes: self.open.nodes.drain(begin..).collect(),
        }
    }

    fn text_or_action(&mut self) -> Result<Item, Error> {
        let token = self.next_non_space();
        match token.kind {
            TokenKind::Text => Ok(Item::Node(Node::Text(token.span()))),
            TokenKind::LeftDelim => {
                self.frame.action = Some(token);
                let item = self.action()?;
                self.frame.action = None;
                Ok(item)
            }
            _ => Err(self.unexpected(token, "input")),
        }
    }

    /// Goes one level deeper, for the time of `parse`.
    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        if self.nesting >= MAX_NESTING {
            return Err(self.fail("max expression depth exceeded"));
        }
        self.nesting += 1;
        let result = parse(self);
        self.nesting -= 1;
        result
    }
}
