//! Floats: `%v %g %G %e %E %f %F %b %x %X`.

use govalue::number::{self, FloatStyle};

use crate::fmt::layout::{Flags, Spec};

/// Appends a float.
pub(in crate::fmt) fn write_float(number: f64, verb: char, spec: &Spec, out: &mut Vec<u8>) -> bool {
    let (style, precision) = match verb {
        'v' | 'g' | 'G' => (FloatStyle::General, None),
        'e' | 'E' => (FloatStyle::Exponent, Some(6)),
        'f' | 'F' => (FloatStyle::Fixed, Some(6)),
        'b' => (FloatStyle::Binary, None),
        'x' | 'X' => (FloatStyle::Hexadecimal, None),
        _ => return false,
    };
    if spec.is_plain() {
        let start = out.len();
        number::write_float(out, number, style, precision);
        if number.is_finite() && verb.is_ascii_uppercase() {
            out[start..].make_ascii_uppercase();
        }
        return true;
    }
    let precision = spec.precision.or(precision);
    let mut text = signed_text(number, style, precision);
    if text[0] == b'+' && spec.has(Flags::SPACE) && !spec.has(Flags::PLUS) {
        text[0] = b' ';
    }
    if !number.is_finite() {
        let bare = number.is_nan() && !spec.has(Flags::SPACE) && !spec.has(Flags::PLUS);
        spec.without(Flags::ZERO).pad(&text[usize::from(bare)..], out);
        return true;
    }
    if verb.is_ascii_uppercase() {
        text.make_ascii_uppercase();
    }
    if spec.has(Flags::SHARP) && verb != 'b' {
        text = keep_zeros(&text, verb, precision);
    }
    lay_out(&text, spec, out);
    true
}

/// Go's text of a number, always with a sign.
fn signed_text(number: f64, style: FloatStyle, precision: Option<usize>) -> Vec<u8> {
    let mut text = vec![b'+'];
    number::write_float(&mut text, number, style, precision);
    if let Some(b'-' | b'+') = text.get(1) {
        text.remove(0);
    }
    text
}

/// The `#` flag: always a decimal point, and for `%g` and `%x` the trailing zeros that were dropped.
fn keep_zeros(text: &[u8], verb: char, precision: Option<usize>) -> Vec<u8> {
    let marker: &[u8] = if matches!(verb, 'x' | 'X') { b"pP" } else { b"eE" };
    let tail = text.iter().position(|byte| marker.contains(byte)).unwrap_or(text.len());
    let (mantissa, exponent) = text.split_at(tail);
    let mut kept = mantissa.to_vec();
    let mut wanted = match verb {
        'v' | 'g' | 'G' | 'x' => precision.unwrap_or(6),
        _ => 0,
    };
    // Go counts the x of a hexadecimal number as a digit.
    let significant = mantissa[1..]
        .iter()
        .filter(|byte| **byte != b'.')
        .skip_while(|byte| **byte == b'0')
        .count();
    wanted = wanted.saturating_sub(significant);
    if !mantissa.contains(&b'.') {
        if mantissa[1..] == *b"0" {
            wanted = wanted.saturating_sub(1);
        }
        kept.push(b'.');
    }
    kept.resize(kept.len() + wanted, b'0');
    kept.extend_from_slice(exponent);
    kept
}

/// Appends a number whose first byte is its sign; a plus is left out unless the flags ask for one.
fn lay_out(text: &[u8], spec: &Spec, out: &mut Vec<u8>) {
    let (sign, digits) = text.split_at(1);
    if sign == b"+" && !spec.has(Flags::PLUS) {
        return spec.pad(digits, out);
    }
    let missing = spec.width.unwrap_or(0).saturating_sub(text.len());
    if spec.pads_with_zeros() && missing > 0 {
        out.extend_from_slice(sign);
        spec.fill(missing, out);
        out.extend_from_slice(digits);
    } else {
        spec.pad(text, out);
    }
}
