//! Random strings and numbers, drawn from the operating system's generator.

mod source;

use gotemplate::FuncError;
use govalue::{Str, decode_rune};

pub(crate) use self::source::{Source, fill};
use crate::encoding::base64;
use crate::text::check_bytes;

entries! { Random;
    "randAlphaNum"(Int) -> String [RANDOM], try alphanumeric, "So many random letters and digits.";
    "randAlpha"(Int) -> String [RANDOM], try alphabetic, "So many random letters.";
    "randNumeric"(Int) -> String [RANDOM], try numeric, "So many random digits.";
    "randAscii"(Int) -> String [RANDOM], try ascii, "So many random printable ASCII characters.";
    "randBytes"(Int) -> String [RANDOM], try bytes, "So many random bytes, in base64.";
    "randInt"(Int, Int) -> Int [RANDOM], try int, "A random number from the first argument up to, but not including, the second.";
    "shuffle"(String) -> String [RANDOM], try shuffle, "The text's characters in random order.";
}

const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const DIGITS: &[u8] = b"0123456789";
const LETTERS_AND_DIGITS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

fn alphanumeric(count: i64) -> Result<Vec<u8>, FuncError> {
    text(count, |source| source.pick(LETTERS_AND_DIGITS))
}

fn alphabetic(count: i64) -> Result<Vec<u8>, FuncError> {
    text(count, |source| source.pick(LETTERS))
}

fn numeric(count: i64) -> Result<Vec<u8>, FuncError> {
    text(count, |source| source.pick(DIGITS))
}

fn ascii(count: i64) -> Result<Vec<u8>, FuncError> {
    text(count, |source| Ok(b' ' + u8::try_from(source.below(95)?).unwrap_or(0)))
}

/// So many characters; none for a negative count, whose error Sprig drops.
fn text(count: i64, draw: impl Fn(&mut Source) -> Result<u8, FuncError>) -> Result<Vec<u8>, FuncError> {
    let count = length(count.max(0))?;
    let mut source = Source::default();
    (0..count).map(|_| draw(&mut source)).collect()
}

fn length(count: i64) -> Result<usize, FuncError> {
    let length = usize::try_from(count).map_err(|_| FuncError::runtime("makeslice: len out of range"))?;
    check_bytes(Some(length))
}

fn bytes(count: i64) -> Result<Vec<u8>, FuncError> {
    let mut bytes = vec![0; length(count)?];
    fill(&mut bytes)?;
    Ok(base64::encode(&bytes))
}

fn int(min: i64, max: i64) -> Result<i64, FuncError> {
    let span = max.wrapping_sub(min);
    if span <= 0 {
        return Err(FuncError::new("invalid argument to Intn"));
    }
    let drawn = Source::default().below(span.unsigned_abs())?;
    Ok(min.wrapping_add_unsigned(drawn))
}

fn shuffle(text: &Str) -> Result<Vec<u8>, FuncError> {
    let mut runes = runes(text.as_bytes());
    let mut source = Source::default();
    for last in (1..runes.len()).rev() {
        let other = usize::try_from(source.below(last as u64 + 1)?).unwrap_or(0);
        runes.swap(last, other);
    }
    Ok(runes.into_iter().collect::<String>().into_bytes())
}

/// The text's runes; as in Go, each invalid byte is one U+FFFD.
fn runes(mut text: &[u8]) -> Vec<char> {
    let mut runes = Vec::with_capacity(text.len());
    while !text.is_empty() {
        let (rune, size) = decode_rune(text);
        runes.push(rune.unwrap_or(char::REPLACEMENT_CHARACTER));
        text = &text[size.max(1)..];
    }
    runes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_have_the_length_and_the_alphabet_asked_for() {
        let all = |text: Vec<u8>, allowed: fn(&u8) -> bool| text.len() == 4000 && text.iter().all(allowed);
        assert!(all(alphanumeric(4000).unwrap(), u8::is_ascii_alphanumeric));
        assert!(all(alphabetic(4000).unwrap(), u8::is_ascii_alphabetic));
        assert!(all(numeric(4000).unwrap(), u8::is_ascii_digit));
        assert!(all(ascii(4000).unwrap(), |byte| (b' '..=b'~').contains(byte)));
        let used: std::collections::BTreeSet<_> = alphanumeric(4000).unwrap().into_iter().collect();
        assert_eq!(used.len(), LETTERS_AND_DIGITS.len());
    }

    #[test]
    fn bad_counts_are_answered_as_sprig_answers_them() {
        assert_eq!(alphanumeric(-1).unwrap(), b"");
        assert_eq!(
            bytes(-1).unwrap_err().to_string(),
            "runtime error: makeslice: len out of range"
        );
        assert_eq!(int(5, 5).unwrap_err().to_string(), "invalid argument to Intn");
        assert_eq!(int(5, 4).unwrap_err().to_string(), "invalid argument to Intn");
    }

    #[test]
    fn numbers_are_within_their_bounds_and_reach_both_ends() {
        let drawn: std::collections::BTreeSet<_> = (0..500).map(|_| int(-2, 3).unwrap()).collect();
        assert_eq!(drawn.into_iter().collect::<Vec<_>>(), [-2, -1, 0, 1, 2]);
        assert_eq!(int(i64::MIN, i64::MIN + 1).unwrap(), i64::MIN);
    }

    #[test]
    fn shuffling_keeps_the_characters() {
        let mut shuffled = runes(&shuffle(&Str::from("añb€c😀")).unwrap());
        shuffled.sort_unstable();
        assert_eq!(shuffled, ['a', 'b', 'c', 'ñ', '€', '😀']);
        assert_eq!(shuffle(&Str::from(&b"\xff"[..])).unwrap(), "\u{fffd}".as_bytes());
    }
}
