//! Pipelines, commands and operands.

use govalue::Str;

use super::Parser;
use super::number;
use super::unquote::unquote;
use crate::Error;
use crate::ast::{Chain, Command, DOLLAR, Expr, Name, NameId, Pipe, Pos, Text};
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
        let mut commands = Vec::with_capacity(1);
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
                    commands.push(self.command()?);
                }
                _ => return Err(self.unexpected(token, context)),
            }
        }
        self.check_pipeline(&commands, context)?;
        Ok(Pipe {
            pos,
            is_assign: decls.is_assign,
            decl: decls.names,
            commands,
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
        let source = self.source;
        let name = source
            .text
            .get(variable.start as usize..variable.end as usize)
            .unwrap_or_default();
        let names = &mut self.frame.names;
        let index = names
            .iter()
            .position(|known| known.as_bytes() == name)
            .unwrap_or_else(|| {
                names.push(Str::from(name));
                names.len() - 1
            });
        NameId(u32::try_from(index).unwrap_or(u32::MAX))
    }

    fn check_pipeline(&self, commands: &[Command], context: &str) -> Result<(), Error> {
        if commands.is_empty() {
            return Err(self.fail(format!("missing value for {context}")));
        }
        for (index, command) in commands.iter().enumerate().skip(1) {
            let constant = matches!(
                command.head,
                Expr::Bool(..) | Expr::Dot(_) | Expr::Nil(_) | Expr::Number(_) | Expr::String(_)
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
        let mut args = Vec::new();
        loop {
            self.peek_non_space();
            if let Some(operand) = self.operand()? {
                if head.is_none() {
                    head = Some(operand);
                } else {
                    args.push(operand);
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
        Ok(Command { pos, head, args })
    }

    /// A term and the fields taken of it.
    fn operand(&mut self) -> Result<Option<Expr>, Error> {
        let Some(term) = self.term()? else { return Ok(None) };
        let token = self.peek();
        if token.kind != TokenKind::Field {
            return Ok(Some(term));
        }
        let pos = Pos(token.start);
        let mut fields = Vec::new();
        while self.peek().kind == TokenKind::Field {
            let token = self.next();
            fields.push(self.field_name(token));
        }
        let literal = match term {
            Expr::Field(_, first) => return Ok(Some(Expr::Field(pos, joined(first, fields)))),
            Expr::Variable(_, name, first) => return Ok(Some(Expr::Variable(pos, name, joined(first, fields)))),
            Expr::Function(..) | Expr::Pipe(_) | Expr::Chain(_) => {
                return Ok(Some(Expr::Chain(Box::new(Chain {
                    pos,
                    operand: term,
                    fields: fields.into(),
                }))));
            }
            Expr::Bool(_, flag) => flag.to_string().into_bytes(),
            Expr::String(text) => self
                .text_of(Token {
                    start: text.pos.0,
                    end: text.end.0,
                    ..token
                })
                .to_vec(),
            Expr::Number(number) => number.text.as_bytes().to_vec(),
            Expr::Nil(_) => b"nil".to_vec(),
            Expr::Dot(_) => b".".to_vec(),
        };
        Err(self.fail([b"unexpected . after term ".as_slice(), &quote(&literal)].concat()))
    }

    /// The name in a token such as `.name`. It is made of letters and digits, so it is UTF-8.
    fn field_name(&self, token: Token) -> Name {
        let name = self.text_of(token).get(1..).unwrap_or_default();
        std::str::from_utf8(name).unwrap_or_default().into()
    }

    fn term(&mut self) -> Result<Option<Expr>, Error> {
        let token = self.next_non_space();
        let pos = Pos(token.start);
        Ok(Some(match token.kind {
            TokenKind::Identifier => self.function(token)?,
            TokenKind::Dot => Expr::Dot(pos),
            TokenKind::Nil => Expr::Nil(pos),
            TokenKind::Variable => self.variable(token)?,
            TokenKind::Field => Expr::Field(pos, [self.field_name(token)].into()),
            TokenKind::Bool => Expr::Bool(pos, self.text_of(token) == b"true"),
            TokenKind::CharConstant | TokenKind::Complex | TokenKind::Number => {
                let text = self.text_of(token);
                let number = match token.kind {
                    TokenKind::CharConstant => number::character(pos, text),
                    TokenKind::Complex => number::complex(text),
                    _ => number::number(pos, text),
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
        if self.frame.visible.contains(&name) {
            return Ok(Expr::Variable(Pos(token.start), name, [].into()));
        }
        Err(self.fail([b"undefined variable ".as_slice(), &quote(self.text_of(token))].concat()))
    }

    fn string(&self, token: Token) -> Result<Expr, Error> {
        let quoted = self.text_of(token);
        let value = unquote(quoted).ok_or_else(|| self.fail("invalid syntax"))?;
        let (pos, end) = (Pos(token.start), Pos(token.end));
        Ok(Expr::String(Box::new(Text {
            pos,
            end,
            value: value.into(),
        })))
    }
}

fn joined(first: Box<[Name]>, more: Vec<Name>) -> Box<[Name]> {
    let mut names = first.into_vec();
    names.extend(more);
    names.into()
}
