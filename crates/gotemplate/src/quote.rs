//! Go's `%q` and `%#U`, for error texts.

/// The text as a Go string literal.
pub(crate) fn quote(text: &[u8]) -> Vec<u8> {
    govalue::quote(text).into_bytes()
}

/// Go's name of a character: `U+0040 '@'`, the character itself only where it can be printed.
pub(crate) fn char_name(character: char) -> String {
    let code = u32::from(character);
    if govalue::is_print(character) {
        format!("U+{code:04X} '{character}'")
    } else {
        format!("U+{code:04X}")
    }
}
