//! The language of `--set-literal`: keys, one equals sign, and everything after it.

use govalue::{Map, Value};

use super::slots::{set, set_index, with_list, with_map, with_nested_list, with_nested_map};
use super::text::{self, Stop, Text};
use super::{MAX_LIST_LEVEL, MAX_NAME_LEVEL, StrvalsError};

/// Reads a line into values.
pub(super) fn parse(line: &str, values: &mut Map) -> Result<(), StrvalsError> {
    let mut text = Text::new(line);
    loop {
        match key(&mut text, values, 0) {
            Ok(()) => {}
            Err(Stop::End) => return Ok(()),
            Err(Stop::Error(error)) => return Err(error),
        }
    }
}

fn key(text: &mut Text<'_>, values: &mut Map, level: usize) -> Result<(), Stop> {
    let (name, mark) = text.until_literally(&['=', '[', '.']);
    match mark {
        None if name.is_empty() => Err(Stop::End),
        None => Err(StrvalsError::NoValue(name).into()),
        Some('=') => {
            set(values, &name, rest(text));
            Ok(())
        }
        Some('.') if level >= MAX_NAME_LEVEL => Err(StrvalsError::TooNested.into()),
        Some('.') => with_map(values, &name, |inner| key(text, inner, level + 1)),
        Some(_) => {
            let index = text.until_literally(&[']']);
            let index = text.index(index)?;
            with_list(values, &name, |list| item(text, list, index, level, 0))
        }
    }
}

fn item(text: &mut Text<'_>, list: &mut Vec<Value>, index: i64, level: usize, depth: usize) -> Result<(), Stop> {
    if index < 0 {
        return Err(StrvalsError::NegativeIndex(index).into());
    }
    let (between, mark) = text.until_literally(&['[', '.', '=']);
    match mark {
        _ if !between.is_empty() => Err(text::after_index(&between).into()),
        None => Err(Stop::End),
        Some('=') => Ok(set_index(list, index, rest(text))?),
        Some('.') => with_nested_map(list, index, |inner| key(text, inner, level)),
        Some(_) if depth >= MAX_LIST_LEVEL => Err(StrvalsError::TooManyIndexes.into()),
        Some(_) => {
            let next = text.until_literally(&[']']);
            let next = text.index(next)?;
            with_nested_list(list, index, |nested| item(text, nested, next, level, depth + 1))
        }
    }
}

/// Everything that is left, as a text.
fn rest(text: &mut Text<'_>) -> Value {
    text.until_literally(&[]).0.into()
}
