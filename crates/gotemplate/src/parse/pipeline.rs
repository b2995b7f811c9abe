//! Pipelines, commands and operands.

use govalue::Str;

use super::Parser;
use super::number;
use super::unquote::unquote;
use crate::Error;
use crate::ast::{Chain, Command, DOLLAR, Expr, Name, NameId, Pipe, Pos, Span};
use crate::quote::quote;
use crate::token::{Token, TokenKind};

/// The variables before a pipeline.
#[derive(Default)]
struct Decls {
    names: Vec<NameId>,
    is_assign: bool,
}

impl Parser<'_> {
    /// Declarations and commands up to the token `end`.
    pub(super) fn pipeline(&mut self, context: &str, end: TokenKind) -> Result<Pipe, Error> {
        let pos = Pos(self.peek_non_space().start);
        let decls = self.declarations(context)?;
        let begin = self.open.commands.len();
        loop {
            let token = self.next_non_space();
            match token.kind {
                kind if kind == end => break,
                TokenKind::Bool
                | TokenKind::CharConstant
                | TokenKind::Complex
                | TokenKind::Dot
                | TokenKind::Field
                | TokenKind::Identifier
                | TokenKind::Number
                | TokenKind::Nil
                | TokenKind::RawString
                | TokenKind::String
                | TokenKind::Variable
                | TokenKind::LeftParen => {
                    self.backup();
                    let command = self.command()?;
                    self.open.commands.push(command);
                }
                _ => return Err(self.unexpected(token, context)),
            }
        }
        self.check_pipeline(&self.open.commands[begin..], context)?;
        Ok(Pipe {
            pos,
            is_assign: decls.is_assign,
            decl: decls.names.into(),
            commands: self.open.commands.drain(begin..).collect(),
        })
    }

    fn declarations(&mut self, context: &str) -> Result<Decls, Error> {
        let mut decls = Decls::default();
        while self.peek_non_space().kind == TokenKind::Variable {
            let variable = self.next();
            // Space counts here: in `$x foo` the variable and the space must be put back.
            let after = self.peek();
            let next = self.peek_non_space();
            match next.kind {
                TokenKind::Assign | TokenKind::Declare => {
                    self.next_non_space();
                    decls.is_assign = next.kind == TokenKind::Assign;
                    self.declare(&mut decls, variable);
                    break;
                }
                TokenKind::Char if self.text_of(next) == b"," => {
                    self.next_non_space();
                    self.declare(&mut decls, variable);
                    self.check_second_declaration(context, &decls)?;
                }
                _ if after.kind == TokenKind::Space => {
                    self.backup3(variable, after);
                    break;
                }
                _ => {
                    self.backup2(variable);
                    break;
                }
            }
        }
        self.frame.declares_dollar |= !decls.is_assign && decls.names.contains(&DOLLAR);
        Ok(decls)
    }

    fn declare(&mut self, decls: &mut Decls, variable: Token) {
        let id = self.name_id(variable);
        decls.names.push(id);
        self.frame.visible.push(id);
    }

    /// After a comma: only `range` declares two variables.
    fn check_second_declaration(&mut self, context: &str, decls: &Decls) -> Result<(), Error> {
        if context != "range" || decls.names.len() >= 2 {
            return Err(self.fail(format!("too many declarations in {context}")));
        }
        match self.peek_non_space().kind {
            TokenKind::Variable | TokenKind::RightDelim | TokenKind::RightParen => Ok(()),
            _ => Err(self.fail("range can only initialize variables")),
        }
    }

    fn name_id(&mut self, variable: Token) -> NameId {
        self.frame.names.id(variable.span(), &self.source.text)
    }

    fn check_pipeline(&self, commands: &[Command], context: &str) -> Result<(), Error> {
        if commands.is_empty() {
            return Err(self.fail(format!("missing value for {context}")));
        }
        for (index, command) in commands.iter().enumerate().skip(1) {
            let constant = matches!(
                command.head,
                Expr::Bool(..) | Expr::Dot(_) | Expr::Nil(_) | Expr::Number(_) | Expr::String(..)
            );
            if constant {
                return Err(self.fail(format!("non executable command in pipeline stage {}", index + 1)));
            }
        }
        Ok(())
    }

    /// Operands with space between, up to a pipe, which is taken, or a right delimiter, which is left.
    fn command(&mut self) -> Result<Command, Error> {
        let pos = Pos(self.peek_non_space().start);
        let mut head = None;
        let begin = self.open.operands.len();
        loop {
            if let Some(operand) = self.operand()? {
                if head.is_none() {
                    head = Some(operand);
                } else {
                    self.open.operands.push(operand);
                }
            }
            let token = self.next();
            match token.kind {
                TokenKind::Space => continue,
                TokenKind::RightDelim | TokenKind::RightParen => self.backup(),
                TokenKind::Pipe => {}
                _ => return Err(self.unexpected(token, "operand")),
            }
            break;
        }
        let head = head.ok_or_else(|| self.fail("empty command"))?;
        let args = self.open.operands.drain(begin..).collect();
        Ok(Command { pos, head, args })
    }

    /// A term and the fields taken of it.
    fn operand(&mut self) -> Result<Option<Expr>, Error> {
        let Some(term) = self.term()? else { return Ok(None) };
        let token = self.peek();
        if token.kind != TokenKind::Field {
            return Ok(Some(match term {
                Expr::Field(pos, _) => Expr::Field(pos, self.take_fields()),
                term => term,
            }));
        }
        let pos = Pos(token.start);
        while self.peek().kind == TokenKind::Field {
            let token = self.next();
            self.open.fields.push(field_name(token));
        }
        let fields = self.take_fields();
        let literal = match term {
            Expr::Field(..) => return Ok(Some(Expr::Field(pos, fields))),
            Expr::Variable(_, name, _) => return Ok(Some(Expr::Variable(pos, name, fields))),
            Expr::Function(..) | Expr::Pipe(_) | Expr::Chain(_) => {
                return Ok(Some(Expr::Chain(Box::new(Chain {
                    pos,
                    operand: term,
                    fields,
                }))));
            }
            Expr::Bool(_, flag) => flag.to_string().into_bytes(),
            Expr::String(span, _) => span.of(&self.source.text).to_vec(),
            Expr::Number(number) => number.span.of(&self.source.text).to_vec(),
            Expr::Nil(_) => b"nil".to_vec(),
            Expr::Dot(_) => b".".to_vec(),
        };
        Err(self.fail([b"unexpected . after term ".as_slice(), &quote(&literal)].concat()))
    }

    fn take_fields(&mut self) -> Box<[Name]> {
        self.open.fields.drain(..).collect()
    }

    /// A term; the name of a field is left among the open ones, because more may follow.
    fn term(&mut self) -> Result<Option<Expr>, Error> {
        let token = self.next_non_space();
        let pos = Pos(token.start);
        Ok(Some(match token.kind {
            TokenKind::Identifier => self.function(token)?,
            TokenKind::Dot => Expr::Dot(pos),
            TokenKind::Nil => Expr::Nil(pos),
            TokenKind::Variable => self.variable(token)?,
            TokenKind::Field => {
                self.open.fields.push(field_name(token));
                Expr::Field(pos, Box::default())
            }
            TokenKind::Bool => Expr::Bool(pos, self.text_of(token) == b"true"),
            TokenKind::CharConstant | TokenKind::Complex | TokenKind::Number => {
                let (span, text) = (token.span(), self.text_of(token));
                let number = match token.kind {
                    TokenKind::CharConstant => number::character(span, text),
                    TokenKind::Complex => number::complex(text),
                    _ => number::number(span, text),
                };
                Expr::Number(Box::new(number.map_err(|detail| self.fail(detail))?))
            }
            TokenKind::LeftParen => {
                let pipe = self.nested(|parser| parser.pipeline("parenthesized pipeline", TokenKind::RightParen))?;
                Expr::Pipe(Box::new(pipe))
            }
            TokenKind::String | TokenKind::RawString => self.string(token)?,
            _ => {
                self.backup();
                return Ok(None);
            }
        }))
    }

    fn function(&self, token: Token) -> Result<Expr, Error> {
        let name = self.text_of(token);
        let callee = std::str::from_utf8(name)
            .ok()
            .and_then(|name| self.functions.find(name));
        match callee {
            Some(callee) => Ok(Expr::Function(Pos(token.start), callee)),
            None => Err(self.fail([b"function ".as_slice(), &quote(name), b" not defined"].concat())),
        }
    }

    fn variable(&mut self, token: Token) -> Result<Expr, Error> {
        let name = self.name_id(token);
        if name == DOLLAR || self.frame.visible.contains(&name) {
            return Ok(Expr::Variable(Pos(token.start), name, [].into()));
        }
        Err(self.fail([b"undefined variable ".as_slice(), &quote(self.text_of(token))].concat()))
    }

    fn string(&self, token: Token) -> Result<Expr, Error> {
        let quoted = self.text_of(token);
        let value = unquote(quoted).ok_or_else(|| self.fail("invalid syntax"))?;
        Ok(Expr::String(token.span(), Str::from(&*value)))
    }
}

/// The name in a token such as `.name`.
fn field_name(token: Token) -> Name {
    Span {
        pos: Pos(token.start + 1),
        end: Pos(token.end),
    }
}
