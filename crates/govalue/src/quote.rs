//! Go's string literals: `strconv.Quote` and its kin.

mod printable;

pub use printable::is_print;

use crate::rune::{self, decode_rune};

/// Which runes a quoted literal may contain unescaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// Whatever [`is_print`] allows: `strconv.Quote`.
    Printable,
    /// Printable ASCII only: `strconv.QuoteToASCII`.
    Ascii,
}

/// Go's `strconv.Quote`: the text in double quotes, with Go's escapes.
///
/// ```
/// assert_eq!(govalue::quote(b"a\n\"\xff\" \xc2\xad"), r#""a\n\"\xff\" \u00ad""#);
/// ```
pub fn quote(text: &[u8]) -> String {
    let mut out = Vec::with_capacity(text.len() + 2);
    write_quoted(text, Charset::Printable, &mut out);
    // Invalid bytes are escaped, so that only whole characters are left.
    String::from_utf8(out).unwrap_or_default()
}

/// Appends `text` in double quotes, as [`quote`] returns it.
pub fn write_quoted(text: &[u8], charset: Charset, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text;
    while !rest.is_empty() {
        let plain = rest.iter().position(|&byte| !is_plain(byte)).unwrap_or(rest.len());
        out.extend_from_slice(&rest[..plain]);
        rest = &rest[plain..];
        match decode_rune(rest) {
            (Some(rune), size) => {
                write_escaped(rune, '"', charset, out);
                rest = &rest[size..];
            }
            (None, 0) => {}
            (None, size) => {
                write_hex(out, "\\x", u32::from(rest[0]), 2);
                rest = &rest[size..];
            }
        }
    }
    out.push(b'"');
}

/// Appends a rune in single quotes, as Go's `strconv.QuoteRune` writes it.
pub fn write_quoted_rune(rune: char, charset: Charset, out: &mut Vec<u8>) {
    out.push(b'\'');
    write_escaped(rune, '\'', charset, out);
    out.push(b'\'');
}

/// Whether Go can write the text between backquotes: `strconv.CanBackquote`.
pub fn can_backquote(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| {
        text.chars()
            .all(|rune| !matches!(rune, '\0'..='\x08' | '\n'..='\x1f' | '`' | '\x7f' | '\u{feff}'))
    })
}

/// Whether a byte stands for itself in every literal in double quotes.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\'
}

fn write_escaped(rune: char, quote: char, charset: Charset, out: &mut Vec<u8>) {
    if rune == quote || rune == '\\' {
        out.push(b'\\');
        rune::push(rune, out);
        return;
    }
    if is_print(rune) && (charset == Charset::Printable || rune.is_ascii()) {
        rune::push(rune, out);
        return;
    }
    match rune {
        '\x07' => out.extend_from_slice(b"\\a"),
        '\x08' => out.extend_from_slice(b"\\b"),
        '\x0c' => out.extend_from_slice(b"\\f"),
        '\n' => out.extend_from_slice(b"\\n"),
        '\r' => out.extend_from_slice(b"\\r"),
        '\t' => out.extend_from_slice(b"\\t"),
        '\x0b' => out.extend_from_slice(b"\\v"),
        '\0'..='\x1f' | '\x7f' => write_hex(out, "\\x", rune.into(), 2),
        '\u{80}'..='\u{ffff}' => write_hex(out, "\\u", rune.into(), 4),
        _ => write_hex(out, "\\U", rune.into(), 8),
    }
}

/// Appends `prefix` and the low `digits` hexadecimal digits of `number`.
pub(crate) fn write_hex(out: &mut Vec<u8>, prefix: &str, number: u32, digits: u32) {
    out.extend_from_slice(prefix.as_bytes());
    for place in (0..digits).rev() {
        out.push(b"0123456789abcdef"[(number >> (4 * place) & 0xf) as usize]);
    }
}
