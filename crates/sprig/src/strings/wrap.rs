//! Line breaks at a column.

use bstr::ByteSlice as _;
use gotemplate::FuncError;
use govalue::Str;

use crate::text::check_bytes;

/// What happens to a word that is longer than a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LongWord {
    Keep,
    Break,
}

pub(super) fn wrap(width: i64, text: &Str) -> Vec<u8> {
    wrapped(text, width, b"\n", LongWord::Keep)
}

pub(super) fn wrap_with(width: i64, line_break: &Str, text: &Str) -> Result<Vec<u8>, FuncError> {
    let line_break = if line_break.is_empty() {
        b"\n"
    } else {
        line_break.as_bytes()
    };
    check_bytes(line_break.len().checked_mul(text.len() + 1))?;
    Ok(wrapped(text, width, line_break, LongWord::Break))
}

/// Lines of at most `width` bytes, broken at single spaces, which the break replaces; spaces that start a line go.
fn wrapped(text: &[u8], width: i64, line_break: &[u8], long_word: LongWord) -> Vec<u8> {
    let width = usize::try_from(width.max(1)).unwrap_or(usize::MAX);
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while rest.len() > width {
        if rest[0] == b' ' {
            rest = &rest[1..];
            continue;
        }
        let (line, next) = match rest[..=width].rfind_byte(b' ') {
            Some(space) => (space, space + 1),
            None if long_word == LongWord::Break => (width, width),
            None => match rest[width..].find_byte(b' ') {
                Some(space) => (width + space, width + space + 1),
                None => break,
            },
        };
        out.extend_from_slice(&rest[..line]);
        out.extend_from_slice(line_break);
        rest = &rest[next..];
    }
    out.extend_from_slice(rest);
    out
}
