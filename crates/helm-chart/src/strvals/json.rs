//! JSON values in a line of `--set-json`, each up to where it ends and no further.

use govalue::Value;

use super::StrvalsError;
use super::text::Text;

/// Reads the value behind an equals sign, and the comma after it if there is one; no value is null.
pub(super) fn operand(text: &mut Text<'_>) -> Result<Value, StrvalsError> {
    if skip_blanks_and_comma(text) {
        return Ok(Value::Null);
    }
    let length = value_length(text.rest()).ok_or_else(|| StrvalsError::Json("unexpected EOF".to_owned()))?;
    let value = govalue::json::from_slice(&text.rest().as_bytes()[..length]);
    let value = value.map_err(|error| StrvalsError::Json(error.to_string()))?;
    text.skip(length);
    skip_blanks_and_comma(text);
    Ok(value.through_json())
}

/// Skips spaces and one comma; whether there was a comma or nothing else at all.
fn skip_blanks_and_comma(text: &mut Text<'_>) -> bool {
    let blanks = text.rest().len() - text.rest().trim_start().len();
    text.skip(blanks);
    text.rest().is_empty() || text.take(',')
}

/// The length of the JSON value that a text starts with, as far as its outline goes.
fn value_length(text: &str) -> Option<usize> {
    match text.bytes().next()? {
        b'{' | b'[' => nested_length(text),
        b'"' => string_length(text),
        b'-' | b'0'..=b'9' => Some(number_length(text)),
        _ => Some(
            text.find(|c: char| !c.is_ascii_alphabetic())
                .unwrap_or(text.len())
                .max(1)
                .min(literal_length(text)),
        ),
    }
}

/// The length that a literal would have.
fn literal_length(text: &str) -> usize {
    if text.starts_with('f') { 5 } else { 4 }
}

fn string_length(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (index, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(index + 1),
            _ => {}
        }
    }
    None
}

fn nested_length(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut index = 0;
    while let Some(&byte) = text.as_bytes().get(index) {
        match byte {
            b'"' => index += string_length(&text[index..])? - 1,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        index += 1;
        if depth == 0 {
            return Some(index);
        }
    }
    None
}

fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| {
        bytes[from.min(bytes.len())..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let mut end = usize::from(text.starts_with('-'));
    // A zero ends the whole part; what follows it is not of this number.
    end += if bytes.get(end) == Some(&b'0') { 1 } else { digits(end) };
    if bytes.get(end) == Some(&b'.') {
        end += 1 + digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        end += 1 + sign + digits(end + 1 + sign);
    }
    end.max(1)
}
