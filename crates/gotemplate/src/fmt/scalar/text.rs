//! Strings and bytes: `%s %q %x %X`.

use govalue::{Charset, can_backquote, write_quoted};

use crate::fmt::layout::{Flags, Spec};

/// Appends a string.
pub(in crate::fmt) fn write_text(text: &[u8], verb: char, spec: &Spec, out: &mut Vec<u8>) -> bool {
    match verb {
        'v' if spec.has(Flags::GO_SYNTAX) => quoted(text, spec, out),
        'v' | 's' => spec.pad(spec.truncate(text), out),
        _ => return write_bytes_as_text(text, verb, spec, out),
    }
    true
}

/// Appends bytes under the verbs that treat them as a string.
pub(in crate::fmt) fn write_bytes_as_text(bytes: &[u8], verb: char, spec: &Spec, out: &mut Vec<u8>) -> bool {
    match verb {
        's' => spec.pad(spec.truncate(bytes), out),
        'q' => quoted(bytes, spec, out),
        'x' | 'X' => hexadecimal(bytes, verb, spec, out),
        _ => return false,
    }
    true
}

fn quoted(text: &[u8], spec: &Spec, out: &mut Vec<u8>) {
    let text = spec.truncate(text);
    let mut literal = Vec::with_capacity(text.len() + 2);
    if spec.has(Flags::SHARP) && can_backquote(text) {
        literal.push(b'`');
        literal.extend_from_slice(text);
        literal.push(b'`');
    } else {
        let charset = if spec.has(Flags::PLUS) {
            Charset::Ascii
        } else {
            Charset::Printable
        };
        write_quoted(text, charset, &mut literal);
    }
    spec.pad(&literal, out);
}

/// Appends two digits for each byte; the precision counts bytes.
fn hexadecimal(bytes: &[u8], verb: char, spec: &Spec, out: &mut Vec<u8>) {
    let bytes = &bytes[..bytes.len().min(spec.precision.unwrap_or(usize::MAX))];
    let (alphabet, prefix) = if verb == 'X' {
        (b"0123456789ABCDEF", b"0X")
    } else {
        (b"0123456789abcdef", b"0x")
    };
    let spaced = spec.has(Flags::SPACE);
    let mut text = Vec::with_capacity(2 * bytes.len() + 2);
    for (index, byte) in bytes.iter().enumerate() {
        if spaced && index > 0 {
            text.push(b' ');
        }
        if spec.has(Flags::SHARP) && (spaced || index == 0) {
            text.extend_from_slice(prefix);
        }
        text.push(alphabet[usize::from(byte >> 4)]);
        text.push(alphabet[usize::from(byte & 0xf)]);
    }
    spec.pad(&text, out);
}
