//! Reading TOML.

use std::collections::BTreeMap;

use gotemplate::Any;
use govalue::Str;

use super::number;
use super::scan::{Fault, Mark, ReadError, Scanner, is_newline, quoted};
use super::text;
use super::tree::{Node, Tables, into_entries, shown};

/// The deepest nesting of lists and inline tables. Go has no limit.
const MAX_DEPTH: usize = 1_000;

/// The tables of a text. A date becomes its text, where Go has a `time.Time`.
pub(crate) fn read(text: &[u8]) -> Result<BTreeMap<Str, Any>, ReadError> {
    let bare = [&b"\xff\xfe"[..], b"\xfe\xff", b"\xef\xbb\xbf"]
        .iter()
        .find_map(|mark| text.strip_prefix(*mark));
    let text = bare.unwrap_or(text);
    if text.iter().take(6).any(|byte| *byte == 0) {
        let message = "files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8";
        return Err(Fault {
            line: 1,
            message: message.into(),
        }
        .under(Str::default()));
    }
    let mut reader = Reader {
        scanner: Scanner::new(text),
        tables: Tables::default(),
        key: Str::default(),
        key_line: 1,
        depth: 0,
    };
    match reader.document() {
        Ok(()) => Ok(into_entries(reader.tables.root)),
        Err(fault) => Err(fault.under(reader.last_key())),
    }
}

struct Reader<'t> {
    scanner: Scanner<'t>,
    tables: Tables,
    /// The key whose value is being read; empty outside of values.
    key: Str,
    /// The line of the key or heading read last.
    key_line: usize,
    depth: usize,
}

impl Reader<'_> {
    /// The whole path of the key that an error is under.
    fn last_key(&self) -> Str {
        let context = shown(&self.tables.context);
        match (context.is_empty(), self.key.is_empty()) {
            (_, true) => context.into(),
            (true, false) => self.key.clone(),
            (false, false) => format!("{context}.{}", self.key).into(),
        }
    }

    fn document(&mut self) -> Result<(), Fault> {
        loop {
            let mark = self.scanner.mark();
            match self.scanner.next()? {
                None => return Ok(()),
                Some(' ' | '\t' | '\n' | '\r') => continue,
                Some('#') => {
                    self.scanner.skip_comment()?;
                    continue;
                }
                Some('[') => self.heading()?,
                Some(_) => {
                    self.scanner.rewind(mark);
                    let outer = self.tables.context.clone();
                    self.entry()?;
                    self.tables.context = outer;
                    self.key = Str::default();
                }
            }
            self.end_of_line()?;
        }
    }

    fn end_of_line(&mut self) -> Result<(), Fault> {
        self.scanner.skip_blanks()?;
        match self.scanner.next()? {
            None => Ok(()),
            Some('#') => self.scanner.skip_comment(),
            Some(next) if is_newline(next) => Ok(()),
            other => {
                let other = quoted(other);
                Err(self.scanner.fault(format!(
                    "expected a top-level item to end with a newline, comment, or EOF, but got {other} instead"
                )))
            }
        }
    }

    /// `[a.b]` or `[[a.b]]`; the first bracket was taken.
    fn heading(&mut self) -> Result<(), Fault> {
        let is_list = self.scanner.accept('[')?;
        let mut path = Vec::new();
        loop {
            path.push(self.heading_part()?);
            if path.len() == 1 {
                self.key_line = self.scanner.line;
            }
            self.scanner.skip_blanks()?;
            match self.scanner.next()? {
                Some('.') => {}
                Some(']') => break,
                other => {
                    let other = quoted(other);
                    let message = format!("expected '.' or ']' to end table name, but got {other} instead");
                    return Err(self.scanner.fault(message));
                }
            }
        }
        if is_list {
            let next = self.scanner.next()?;
            if next != Some(']') {
                let next = quoted(next);
                let message = format!("expected end of table array name delimiter ']', but got {next} instead");
                return Err(self.scanner.fault(message));
            }
        }
        let entered = self.tables.enter(&path, is_list);
        self.at_key(entered)?;
        self.tables.set_type(None, false);
        Ok(())
    }

    fn heading_part(&mut self) -> Result<Str, Fault> {
        self.scanner.skip_blanks()?;
        match self.scanner.peek()? {
            None | Some(']') => Err(self
                .scanner
                .fault("unexpected end of table name (table names cannot be empty)")),
            Some('.') => Err(self
                .scanner
                .fault("unexpected table separator (table names cannot be empty)")),
            Some(_) => self.name(),
        }
    }

    /// A part of a key, in quotes or not.
    fn name(&mut self) -> Result<Str, Fault> {
        for quote in ['"', '\''] {
            if self.scanner.accept(quote)? {
                return Ok(text::single(&mut self.scanner, quote)?.into());
            }
        }
        let start = self.scanner.mark();
        self.scanner
            .skip(|next| next.is_ascii_alphanumeric() || matches!(next, '_' | '-'))?;
        Ok(self.scanner.since(start).into())
    }

    /// `a.b = value`, in the table that keys go into, which is another one afterwards if the key has a dot. Gives the
    /// key's parts, and whatever the value is.
    fn entry(&mut self) -> Result<Vec<Str>, Fault> {
        let path = self.path()?;
        let (last, parents) = path.split_last().unwrap_or((&self.key, &[]));
        self.key = last.clone();
        for parent in parents {
            let entered = self.tables.enter_implicit(parent);
            self.at_key(entered)?;
        }
        let (node, is_list) = self.value(false)?;
        let key = self.key.clone();
        let set = self.tables.set(&key, node);
        self.at_key(set)?;
        self.tables.set_type(Some(&key), is_list);
        Ok(path)
    }

    fn path(&mut self) -> Result<Vec<Str>, Fault> {
        self.scanner.skip_blanks()?;
        match self.scanner.peek()? {
            None | Some('=') => return Err(self.scanner.fault("unexpected '=': key name appears blank")),
            Some('.') => return Err(self.scanner.fault("unexpected '.': keys cannot start with a '.'")),
            Some(_) => {}
        }
        let mut path = Vec::new();
        loop {
            self.scanner.skip_blanks()?;
            match self.scanner.peek()? {
                None | Some('=') => return Err(self.scanner.fault("unexpected '='")),
                Some('.') => return Err(self.scanner.fault("unexpected '.'")),
                Some(_) => path.push(self.name()?),
            }
            if path.len() == 1 {
                self.key_line = self.scanner.line;
            }
            self.scanner.skip_blanks()?;
            match self.scanner.next()? {
                Some('.') => {}
                Some('=') => return Ok(path),
                None => return Err(self.scanner.fault("unexpected EOF; expected key separator '='")),
                other => {
                    let message = format!("expected '.' or '=', but got {} instead", quoted(other));
                    return Err(self.blame(other, message));
                }
            }
        }
    }

    /// A fault of the character just taken; a newline belongs to the line that it ends.
    fn blame(&self, character: Option<char>, message: String) -> Fault {
        if character == Some('\n') {
            self.scanner.fault_before(message)
        } else {
            self.scanner.fault(message)
        }
    }

    /// A value, and whether it is a list.
    fn value(&mut self, in_list: bool) -> Result<(Node, bool), Fault> {
        self.scanner.skip_blanks()?;
        let start = self.scanner.mark();
        let first = self.scanner.next()?;
        let plain = match first {
            Some('[') => return Ok((self.deeper(Self::list)?, true)),
            Some('{') => return Ok((self.deeper(|reader| reader.inline_table(in_list))?, false)),
            Some(quote @ ('"' | '\'')) => self.string(quote)?,
            Some('.') => return Err(self.scanner.fault("floats must start with a digit, not '.'")),
            Some('-' | '+') => number::signed(&mut self.scanner, start)?,
            Some('0'..='9') => {
                self.scanner.rewind(start);
                number::number_or_date(&mut self.scanner)?
            }
            Some('i' | 'n') => self.infinity_or_word(start)?,
            Some(letter) if letter.is_alphabetic() => {
                self.scanner.rewind(start);
                self.word()?
            }
            None => return Err(self.scanner.fault("unexpected EOF; expected value")),
            other => return Err(self.blame(other, format!("expected value but found {} instead", quoted(other)))),
        };
        Ok((Node::Plain(plain), false))
    }

    fn deeper(&mut self, body: impl FnOnce(&mut Self) -> Result<Node, Fault>) -> Result<Node, Fault> {
        if self.depth == MAX_DEPTH {
            return Err(self.scanner.fault("nested too deeply"));
        }
        self.depth += 1;
        let node = body(self);
        self.depth -= 1;
        node
    }

    fn string(&mut self, quote: char) -> Result<Any, Fault> {
        let second = self.scanner.mark();
        if self.scanner.accept(quote)? {
            if self.scanner.accept(quote)? {
                return text::multiline(&mut self.scanner, quote).map(Any::string);
            }
            self.scanner.rewind(second);
        }
        text::single(&mut self.scanner, quote).map(Any::string)
    }

    /// What begins with `i` or `n`, which was taken. Go's lexer does not go back all the way when it is no number.
    fn infinity_or_word(&mut self, start: Mark) -> Result<Any, Fault> {
        let mut back = start;
        for wanted in [['n', 'f'], ['a', 'n']] {
            let before = self.scanner.mark();
            if self.scanner.accept(wanted[0])? {
                if self.scanner.accept(wanted[1])? {
                    return number::float(&self.scanner, start);
                }
                back = before;
            }
        }
        self.scanner.rewind(back);
        self.word()
    }

    fn word(&mut self) -> Result<Any, Fault> {
        let start = self.scanner.mark();
        self.scanner.skip(char::is_alphabetic)?;
        match self.scanner.since(start) {
            b"true" => Ok(Any::Bool(true)),
            b"false" => Ok(Any::Bool(false)),
            other => Err(self
                .scanner
                .fault(format!("expected value but found {} instead", govalue::quote(other)))),
        }
    }

    fn list(&mut self) -> Result<Node, Fault> {
        let key = self.key.clone();
        self.tables.set_type(Some(&key), true);
        let mut items = Vec::new();
        loop {
            match self.after_space()? {
                Some(']') => return Ok(Node::List(items)),
                Some(',') => {
                    self.scanner.next()?;
                    return Err(self.scanner.fault("unexpected comma"));
                }
                _ => items.push(self.value(true)?.0),
            }
            match self.after_space()? {
                Some(',') => {
                    self.scanner.next()?;
                }
                Some(']') => return Ok(Node::List(items)),
                other => {
                    self.scanner.next()?;
                    let other = shown_or_end(other);
                    let message = format!("expected a comma (',') or array terminator (']'), but got {other}");
                    return Err(self.scanner.fault(message));
                }
            }
        }
    }

    /// The next character that is no space and in no comment; a closing bracket or brace is taken.
    fn after_space(&mut self) -> Result<Option<char>, Fault> {
        loop {
            self.scanner.skip(|next| matches!(next, ' ' | '\t' | '\n' | '\r'))?;
            match self.scanner.peek()? {
                Some('#') => self.scanner.skip_comment()?,
                Some(close @ (']' | '}')) => {
                    self.scanner.next()?;
                    return Ok(Some(close));
                }
                other => return Ok(other),
            }
        }
    }

    fn inline_table(&mut self, in_list: bool) -> Result<Node, Fault> {
        let (outer_context, outer_key) = (self.tables.context.clone(), self.key.clone());
        let mut context = outer_context.clone();
        context.push(std::mem::take(&mut self.key));
        self.tables.context.clone_from(&context);
        self.tables.mark_implicit();
        let entered = self.tables.enter(&context, in_list);
        self.at_key(entered)?;
        let context = self.tables.context.clone();
        self.inline_entries(&context)?;
        self.tables.context = outer_context;
        self.key = outer_key;
        Ok(self.tables.take_inline(&context))
    }

    fn inline_entries(&mut self, context: &[Str]) -> Result<(), Fault> {
        loop {
            match self.after_space()? {
                Some('}') => return Ok(()),
                Some(',') => {
                    self.scanner.next()?;
                    return Err(self.scanner.fault("unexpected comma"));
                }
                _ => {}
            }
            self.entry()?;
            self.tables.context = context.to_vec();
            match self.after_space()? {
                Some('}') => return Ok(()),
                Some(',') => {
                    self.scanner.next()?;
                }
                other => {
                    self.scanner.next()?;
                    let other = shown_or_end(other);
                    let message =
                        format!("expected a comma or an inline table terminator '}}', but got {other} instead");
                    return Err(self.scanner.fault(message));
                }
            }
        }
    }

    /// A fault of the key or heading read last.
    fn at_key<T>(&self, result: Result<T, String>) -> Result<T, Fault> {
        result.map_err(|message| Fault {
            line: self.key_line,
            message,
        })
    }
}

fn shown_or_end(character: Option<char>) -> String {
    character.map_or_else(|| "end of file".to_owned(), |character| format!("'{character}'"))
}
