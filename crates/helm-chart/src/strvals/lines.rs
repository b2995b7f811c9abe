//! The language of `--set` and its relatives.

use govalue::{Map, Value};

use super::slots::{set, set_index, with_list, with_map, with_nested_list, with_nested_map};
use super::text::{self, Stop, Text};
use super::{MAX_LIST_LEVEL, MAX_NAME_LEVEL, Reader, StrvalsError, json};

/// Reads a line into values.
pub(super) fn parse(line: &str, values: &mut Map, reader: Reader<'_>) -> Result<(), StrvalsError> {
    let mut parser = Parser {
        text: Text::new(line),
        reader,
    };
    loop {
        match parser.key(values, 0) {
            Ok(()) => {}
            Err(Stop::End) => return Ok(()),
            Err(Stop::Error(error)) => return Err(error),
        }
    }
}

struct Parser<'a, 'r> {
    text: Text<'a>,
    reader: Reader<'r>,
}

/// What stands behind an equals sign.
enum Operand {
    /// Nothing; the line is over.
    Missing,
    /// A value.
    Value(Value),
}

impl Parser<'_, '_> {
    /// Reads one key, or what is left of one, and its value.
    fn key(&mut self, values: &mut Map, level: usize) -> Result<(), Stop> {
        let (key, mark) = self.text.until(&['=', '[', ',', '.']);
        match mark {
            None if key.is_empty() => Err(Stop::End),
            None => Err(StrvalsError::NoValue(key).into()),
            Some('[') => {
                let index = self.text.until(&[']']);
                let index = self.text.index(index)?;
                with_list(values, &key, |list| self.item(list, index, level, 0))
            }
            Some('=') => match self.operand()? {
                Operand::Value(value) => {
                    set(values, &key, value);
                    Ok(())
                }
                Operand::Missing => {
                    set(values, &key, "".into());
                    Err(Stop::End)
                }
            },
            Some(',') => Err(StrvalsError::NoValueBeforeComma(key).into()),
            Some(_) if level >= MAX_NAME_LEVEL => Err(StrvalsError::TooNested.into()),
            Some(_) => with_map(values, &key, |inner| self.key(inner, level + 1)),
        }
    }

    /// Reads what follows an index.
    fn item(&mut self, list: &mut Vec<Value>, index: i64, level: usize, depth: usize) -> Result<(), Stop> {
        if index < 0 {
            return Err(StrvalsError::NegativeIndex(index).into());
        }
        let (between, mark) = self.text.until(&['[', '.', '=']);
        match mark {
            _ if !between.is_empty() => Err(text::after_index(&between).into()),
            None => Err(Stop::End),
            Some('=') => match self.operand()? {
                Operand::Value(value) => Ok(set_index(list, index, value)?),
                Operand::Missing => Ok(set_index(list, index, "".into())?),
            },
            Some('[') if depth >= MAX_LIST_LEVEL => Err(StrvalsError::TooManyIndexes.into()),
            Some('[') => {
                let next = self.text.until(&[']']);
                let next = self.text.index(next)?;
                with_nested_list(list, index, |nested| self.item(nested, next, level, depth + 1))
            }
            Some(_) => with_nested_map(list, index, |inner| self.key(inner, level)),
        }
    }

    fn operand(&mut self) -> Result<Operand, Stop> {
        if matches!(self.reader, Reader::Json) {
            return json::operand(&mut self.text).map(Operand::Value).map_err(Stop::from);
        }
        if self.text.rest().is_empty() {
            return Ok(Operand::Missing);
        }
        if self.text.take('{') {
            return self.list().map(Operand::Value);
        }
        let (text, _) = self.text.until(&[',']);
        self.value(text).map(Operand::Value)
    }

    /// Reads a list behind its brace.
    fn list(&mut self) -> Result<Value, Stop> {
        let mut items = Vec::new();
        loop {
            let (text, mark) = self.text.until(&[',', '}']);
            match mark {
                None => return Err(StrvalsError::UnterminatedList.into()),
                Some('}') => {
                    self.text.take(',');
                    items.push(self.value(text)?);
                    return Ok(Value::List(items));
                }
                Some(_) => items.push(self.value(text)?),
            }
        }
    }

    fn value(&mut self, text: String) -> Result<Value, Stop> {
        match &mut self.reader {
            Reader::Typed => Ok(typed(text)),
            Reader::Text | Reader::Json => Ok(text.into()),
            Reader::File(read) => Ok(read(&text).map_err(StrvalsError::File)?),
        }
    }
}

/// The value that a text looks like: a number with a leading zero stays a text.
fn typed(text: String) -> Value {
    if text == "0" {
        return Value::Int(0);
    }
    if !text.starts_with('0')
        && let Ok(number) = text.parse::<i64>()
    {
        return Value::Int(number);
    }
    // Go's case folding knows one more small s.
    match text.replace('ſ', "s").to_ascii_lowercase().as_str() {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "null" => Value::Null,
        _ => text.into(),
    }
}
