//! Go's `unicode` on single characters: simple case mapping and general categories.

use std::sync::LazyLock;

use ::regex::Regex;
use govalue::decode_rune;

/// The characters of a Go string with their sizes in bytes; an invalid byte is U+FFFD, as in Go's `range`.
pub(crate) fn runes(mut bytes: &[u8]) -> impl Iterator<Item = (char, usize)> {
    std::iter::from_fn(move || {
        let (rune, size) = decode_rune(bytes);
        bytes = bytes.get(size..)?;
        (size > 0).then(|| (rune.unwrap_or(char::REPLACEMENT_CHARACTER), size))
    })
}

/// A string of the characters that `map` makes of each character: Go's `strings.Map`.
pub(crate) fn map_runes(text: &[u8], map: impl FnMut(char) -> char) -> String {
    runes(text).map(|(rune, _)| rune).map(map).collect()
}

/// Go's `unicode.ToLower`: the simple mapping, always one character.
pub(crate) fn to_lower(rune: char) -> char {
    if rune == '\u{130}' {
        return 'i';
    }
    single(rune.to_lowercase(), rune)
}

/// Go's `unicode.ToUpper`: the simple mapping, always one character.
pub(crate) fn to_upper(rune: char) -> char {
    let offset = match rune {
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => 8,
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => 9,
        _ => return single(rune.to_uppercase(), rune),
    };
    char::from_u32(u32::from(rune) + offset).unwrap_or(rune)
}

/// Go's `unicode.ToTitle`: as [`to_upper`], but for digraphs and Georgian.
pub(crate) fn to_title(rune: char) -> char {
    match rune {
        '\u{1c4}'..='\u{1c6}' => '\u{1c5}',
        '\u{1c7}'..='\u{1c9}' => '\u{1c8}',
        '\u{1ca}'..='\u{1cc}' => '\u{1cb}',
        '\u{1f1}'..='\u{1f3}' => '\u{1f2}',
        '\u{10d0}'..='\u{10fa}' | '\u{10fd}'..='\u{10ff}' => rune,
        _ => to_upper(rune),
    }
}

/// A full case mapping's only character; the character itself where the mapping has several.
fn single(mut mapped: impl Iterator<Item = char>, rune: char) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(only), None) => only,
        _ => rune,
    }
}

macro_rules! categories {
    ($($(#[$doc:meta])* $name:ident = $ascii:ident or $pattern:literal;)*) => {$(
        $(#[$doc])*
        pub(crate) fn $name(rune: char) -> bool {
            static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new($pattern).ok());
            if rune.is_ascii() {
                return $ascii(rune);
            }
            PATTERN.as_ref().is_some_and(|pattern| pattern.is_match(rune.encode_utf8(&mut [0; 4])))
        }
    )*};
}

categories! {
    /// Go's `unicode.IsUpper`: the category Lu.
    is_upper = ascii_upper or r"^\p{Lu}$";
    /// Go's `unicode.IsLower`: the category Ll.
    is_lower = ascii_lower or r"^\p{Ll}$";
    /// Go's `unicode.IsTitle`: the category Lt.
    is_title = never or r"^\p{Lt}$";
    /// Go's `unicode.IsLetter`: the categories L.
    is_letter = ascii_letter or r"^\p{L}$";
    /// Go's `unicode.IsDigit`: the category Nd.
    is_digit = ascii_digit or r"^\p{Nd}$";
    /// Go's `unicode.IsNumber`: the categories N.
    is_number = ascii_digit or r"^\p{N}$";
    /// Go's `unicode.IsPunct`: the categories P.
    is_punct = ascii_punct or r"^\p{P}$";
}

fn ascii_upper(rune: char) -> bool {
    rune.is_ascii_uppercase()
}

fn ascii_lower(rune: char) -> bool {
    rune.is_ascii_lowercase()
}

fn ascii_letter(rune: char) -> bool {
    rune.is_ascii_alphabetic()
}

fn ascii_digit(rune: char) -> bool {
    rune.is_ascii_digit()
}

/// Symbols are not punctuation to Unicode, though they are to ASCII.
fn ascii_punct(rune: char) -> bool {
    rune.is_ascii_punctuation() && !matches!(rune, '$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~')
}

fn never(_: char) -> bool {
    false
}
