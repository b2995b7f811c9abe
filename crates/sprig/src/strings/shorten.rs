//! Functions that cut a string, at bytes and not at characters.

use gotemplate::FuncError;
use govalue::Str;

pub(super) fn trunc(count: i64, text: &Str) -> Str {
    let length = size(text);
    if count < 0 {
        // A sum that is zero keeps everything, too: `trunc -5` of five bytes.
        return match usize::try_from(length.saturating_add(count)) {
            Ok(start @ 1..) => Str::from(&text.as_bytes()[start..]),
            _ => text.clone(),
        };
    }
    match usize::try_from(count) {
        Ok(end) if end < text.len() => Str::from(&text.as_bytes()[..end]),
        _ => text.clone(),
    }
}

pub(super) fn substr(start: i64, end: i64, text: &Str) -> Result<Str, FuncError> {
    let length = size(text);
    if start < 0 {
        return slice(text, None, Some(end));
    }
    if end < 0 || end > length {
        return slice(text, Some(start), None);
    }
    slice(text, Some(start), Some(end))
}

/// Go's `text[start:end]` with the panics of its runtime.
fn slice(text: &Str, start: Option<i64>, end: Option<i64>) -> Result<Str, FuncError> {
    let length = size(text);
    let out_of_range = |bounds: String| FuncError::runtime(format!("slice bounds out of range [{bounds}"));
    let last = end.unwrap_or(length);
    if last < 0 {
        return Err(out_of_range(format!(":{last}]")));
    }
    if last > length {
        return Err(out_of_range(format!(":{last}] with length {length}")));
    }
    let first = start.unwrap_or(0);
    if first > last {
        return Err(out_of_range(format!("{first}:{last}]")));
    }
    let range = usize::try_from(first).unwrap_or(0)..usize::try_from(last).unwrap_or(0);
    if range.len() == text.len() {
        return Ok(text.clone());
    }
    Ok(Str::from(&text.as_bytes()[range]))
}

pub(super) fn abbrev(width: i64, text: &Str) -> Str {
    if width < 4 {
        text.clone()
    } else {
        abbreviated(text, 0, width).into()
    }
}

pub(super) fn abbrevboth(left: i64, right: i64, text: &Str) -> Str {
    if right < 4 || left > 0 && right < 7 {
        text.clone()
    } else {
        abbreviated(text, left, right).into()
    }
}

/// At most `width` bytes of the text, around `offset`, with dots where something is missing. `width` is at least 4, and
/// at least 7 if `offset` is positive.
fn abbreviated(text: &[u8], offset: i64, width: i64) -> Vec<u8> {
    let Some(width) = usize::try_from(width).ok().filter(|width| *width < text.len()) else {
        return text.to_vec();
    };
    let kept = width.saturating_sub(3);
    let offset = usize::try_from(offset).unwrap_or(0).min(text.len() - kept);
    if offset <= 4 {
        return [&text[..kept], b"..."].concat();
    }
    let rest = if offset + kept < text.len() {
        abbreviated(&text[offset..], 0, to_int(kept))
    } else {
        text[text.len() - kept..].to_vec()
    };
    [b"...".as_slice(), &rest].concat()
}

fn size(text: &[u8]) -> i64 {
    to_int(text.len())
}

fn to_int(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}
