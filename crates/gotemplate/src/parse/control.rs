//! Actions: control structures, template calls, and pipelines that are printed.

use govalue::Str;

use super::unquote::unquote;
use super::{Item, Parser, Stop};
use crate::Error;
use crate::ast::{Branch, List, Node, Pos, TemplateCall};
use crate::token::{Token, TokenKind};

/// Which control structure.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Control {
    If,
    With,
    Range,
}

impl Control {
    fn word(self) -> &'static str {
        match self {
            Self::If => "if",
            Self::With => "with",
            Self::Range => "range",
        }
    }

    /// The keyword that may follow an `else` at once.
    fn chained(self) -> Option<TokenKind> {
        match self {
            Self::If => Some(TokenKind::If),
            Self::With => Some(TokenKind::With),
            Self::Range => None,
        }
    }

    fn node(self, branch: Branch) -> Node {
        let branch = Box::new(branch);
        match self {
            Self::If => Node::If(branch),
            Self::With => Node::With(branch),
            Self::Range => Node::Range(branch),
        }
    }
}

impl Parser<'_> {
    /// The left delimiter is past.
    pub(super) fn action(&mut self) -> Result<Item, Error> {
        let token = self.next_non_space();
        let node = match token.kind {
            TokenKind::Block => self.block()?,
            TokenKind::Break => {
                self.loop_word("{{break}}")?;
                Node::Break(Pos(token.start))
            }
            TokenKind::Continue => {
                self.loop_word("{{continue}}")?;
                Node::Continue(Pos(token.start))
            }
            TokenKind::Else => return self.else_word().map(|()| Item::Stop(Stop::Else)),
            TokenKind::End => {
                self.expect(TokenKind::RightDelim, "end")?;
                return Ok(Item::Stop(Stop::End));
            }
            TokenKind::If => self.control(Control::If)?,
            TokenKind::Range => self.control(Control::Range)?,
            TokenKind::Template => self.template_call()?,
            TokenKind::With => self.control(Control::With)?,
            _ => {
                self.backup();
                self.peek();
                Node::Action(self.pipeline("command", TokenKind::RightDelim)?)
            }
        };
        Ok(Item::Node(node))
    }

    fn loop_word(&mut self, action: &str) -> Result<(), Error> {
        let token = self.next_non_space();
        if token.kind != TokenKind::RightDelim {
            return Err(self.unexpected(token, action));
        }
        if self.frame.range_depth == 0 {
            return Err(self.fail(format!("{action} outside {{{{range}}}}")));
        }
        Ok(())
    }

    /// An `if` or `with` after the `else` is left to the control structure that the `else` belongs to.
    fn else_word(&mut self) -> Result<(), Error> {
        let token = self.peek_non_space();
        if !matches!(token.kind, TokenKind::If | TokenKind::With) {
            self.expect(TokenKind::RightDelim, "else")?;
        }
        Ok(())
    }

    fn control(&mut self, control: Control) -> Result<Node, Error> {
        self.nested(|parser| {
            let visible = parser.frame.visible.len();
            let branch = parser.branch(control)?;
            parser.frame.visible.truncate(visible);
            Ok(control.node(branch))
        })
    }

    fn branch(&mut self, control: Control) -> Result<Branch, Error> {
        let in_range = usize::from(control == Control::Range);
        let pipe = self.pipeline(control.word(), TokenKind::RightDelim)?;
        self.frame.range_depth += in_range;
        let (list, stop) = self.item_list()?;
        self.frame.range_depth -= in_range;
        let otherwise = match stop {
            Stop::End => None,
            Stop::Else => Some(self.otherwise(control)?),
        };
        Ok(Branch { pipe, list, otherwise })
    }

    /// What follows an `else`. A chained `if` ends with the one `{{end}}` that there is.
    fn otherwise(&mut self, control: Control) -> Result<List, Error> {
        if control.chained() == Some(self.peek().kind) {
            self.next();
            let node = self.control(control)?;
            return Ok(List {
                nodes: Box::new([node]),
            });
        }
        let (list, stop) = self.item_list()?;
        if stop != Stop::End {
            return Err(self.fail(format!("expected end; found {}", stop.text())));
        }
        Ok(list)
    }

    /// `{{block "name" pipeline}} list {{end}}`: a definition and its call.
    fn block(&mut self) -> Result<Node, Error> {
        const CONTEXT: &str = "block clause";
        let token = self.next_non_space();
        let name = self.template_name(token, CONTEXT)?;
        let pipe = self.pipeline(CONTEXT, TokenKind::RightDelim)?;
        self.nested(|parser| {
            let outer = std::mem::take(&mut parser.frame);
            let (root, stop) = parser.item_list()?;
            let inner = std::mem::replace(&mut parser.frame, outer);
            if stop != Stop::End {
                return Err(parser.fail(format!("unexpected {} in {CONTEXT}", stop.text())));
            }
            let outer = std::mem::replace(&mut parser.frame, inner);
            parser.add(name.clone(), root)?;
            parser.frame = outer;
            Ok(())
        })?;
        Ok(Node::Template(Box::new(TemplateCall {
            pos: Pos(token.start),
            name,
            pipe: Some(pipe),
        })))
    }

    fn template_call(&mut self) -> Result<Node, Error> {
        const CONTEXT: &str = "template clause";
        let token = self.next_non_space();
        let name = self.template_name(token, CONTEXT)?;
        let pipe = if self.next_non_space().kind == TokenKind::RightDelim {
            None
        } else {
            self.backup();
            Some(self.pipeline(CONTEXT, TokenKind::RightDelim)?)
        };
        Ok(Node::Template(Box::new(TemplateCall {
            pos: Pos(token.start),
            name,
            pipe,
        })))
    }

    pub(super) fn template_name(&mut self, token: Token, context: &str) -> Result<Str, Error> {
        match token.kind {
            TokenKind::String | TokenKind::RawString => unquote(self.text_of(token))
                .map(|name| Str::from(&*name))
                .ok_or_else(|| self.fail("invalid syntax")),
            _ => Err(self.unexpected(token, context)),
        }
    }
}
