//! Go's number literals, as ideal constants: each in all types that can hold it.

use govalue::number::{parse_float, parse_int, parse_uint};

use crate::ast::{Ideal, Number, Span};
use crate::quote::quote;

use super::unquote::unquote_rune;

/// A number, or Go's words for what is wrong with it.
pub(super) fn number(span: Span, text: &[u8]) -> Result<Number, Vec<u8>> {
    if text.last() == Some(&b'i') {
        return complex(text);
    }
    let (int, uint) = (parse_int(text, 0, 64).ok(), parse_uint(text, 0, 64).ok());
    // Go finds -0 to be an unsigned number too.
    let uint = uint.or((int == Some(0)).then_some(0));
    if int.is_some() || uint.is_some() {
        #[expect(clippy::cast_precision_loss, reason = "Go's conversion loses it as well")]
        let float = int.map(|number| number as f64).or(uint.map(|number| number as f64));
        let ideal = match int {
            _ if written_as_float(text) => Ideal::Float(float.unwrap_or_default()),
            Some(int) => Ideal::Int(int),
            None => Ideal::Overflow,
        };
        return Ok(Number {
            span,
            int,
            uint,
            float,
            ideal,
        });
    }
    let Ok(float) = parse_float(text) else {
        return Err([b"illegal number syntax: ".as_slice(), &quote(text)].concat());
    };
    if !text.iter().any(|byte| b".eEpP".contains(byte)) {
        return Err([b"integer overflow: ".as_slice(), &quote(text)].concat());
    }
    Ok(of_float(span, text, float))
}

/// A character constant, or Go's words for what is wrong with it.
pub(super) fn character(span: Span, text: &[u8]) -> Result<Number, Vec<u8>> {
    let code = unquote_rune(text)?;
    let (int, uint, float) = (i64::from(code), u64::from(code), f64::from(code));
    let ideal = Ideal::Int(int);
    Ok(Number {
        span,
        int: Some(int),
        uint: Some(uint),
        float: Some(float),
        ideal,
    })
}

/// Complex numbers exist in Go's templates, but nothing in reach of a chart takes one.
pub(super) fn complex(text: &[u8]) -> Result<Number, Vec<u8>> {
    Err([b"complex numbers are not supported: ".as_slice(), &quote(text)].concat())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "whether the conversion is exact is the question"
)]
fn of_float(span: Span, text: &[u8], float: f64) -> Number {
    let int = (float as i64 as f64 == float && float < 9_223_372_036_854_775_808.0).then_some(float as i64);
    let uint = (float as u64 as f64 == float && float < 18_446_744_073_709_551_616.0).then_some(float as u64);
    let ideal = match int {
        Some(int) if !written_as_float(text) => Ideal::Int(int),
        _ => Ideal::Float(float),
    };
    Number {
        span,
        int,
        uint,
        float: Some(float),
        ideal,
    }
}

/// Whether the text, where nothing asks for a type, means a float64.
fn written_as_float(text: &[u8]) -> bool {
    let has = |set: &[u8]| text.iter().any(|byte| set.contains(byte));
    let is_hex_int = text.len() > 2 && text[0] == b'0' && matches!(text[1], b'x' | b'X') && !has(b"pP");
    !is_hex_int && has(b".eEpP")
}
