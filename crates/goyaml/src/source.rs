//! The characters of a stream: encodings, byte order marks and what YAML does not allow.

use std::borrow::Cow;

/// go-yaml reads a stream in pieces of this many bytes, so trouble in a later piece is not seen before it is needed.
const PIECE: usize = 512;

const MARK_UTF8: &[u8] = b"\xef\xbb\xbf";
const MARK_UTF16_LITTLE: &[u8] = b"\xff\xfe";
const MARK_UTF16_BIG: &[u8] = b"\xfe\xff";

/// The text of a stream as UTF-8.
pub(crate) struct Source<'a> {
    /// The text, or what can be read before the fault.
    pub(crate) text: Cow<'a, [u8]>,
    /// What is wrong with the character after the text.
    pub(crate) fault: Option<&'static str>,
}

#[derive(Clone, Copy, PartialEq)]
enum Encoding {
    Utf8,
    Utf16Little,
    Utf16Big,
}

impl<'a> Source<'a> {
    pub(crate) fn new(input: &'a [u8]) -> Self {
        let (encoding, mark) = if input.starts_with(MARK_UTF16_LITTLE) {
            (Encoding::Utf16Little, 2)
        } else if input.starts_with(MARK_UTF16_BIG) {
            (Encoding::Utf16Big, 2)
        } else if input.starts_with(MARK_UTF8) {
            (Encoding::Utf8, 3)
        } else {
            (Encoding::Utf8, 0)
        };
        if encoding == Encoding::Utf8 && is_clean(&input[mark..]) {
            return Self {
                text: Cow::Borrowed(&input[mark..]),
                fault: None,
            };
        }
        transcode(input, mark, encoding)
    }
}

/// Whether the bytes are UTF-8 without the characters that YAML refuses.
fn is_clean(bytes: &[u8]) -> bool {
    let is_suspect = |byte: u8| (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0x7f;
    // Without a way out of the inner loop the compiler looks at many bytes at once.
    let has_suspect = |piece: &[u8]| piece.iter().fold(false, |found, byte| found | is_suspect(*byte));
    if bytes.chunks(PIECE).any(has_suspect) {
        return false;
    }
    bytes.is_ascii() || std::str::from_utf8(bytes).is_ok_and(|text| text.chars().all(is_allowed))
}

fn is_allowed(character: char) -> bool {
    matches!(character,
        '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Decodes character by character, up to the piece that holds the first fault.
fn transcode<'a>(input: &[u8], mark: usize, encoding: Encoding) -> Source<'a> {
    let mut text = Vec::with_capacity(input.len());
    let mut at = mark;
    let mut piece_end = PIECE;
    let mut piece_text = 0;
    while at < input.len() {
        let limit = piece_end.min(input.len());
        match decode(&input[at..limit], encoding) {
            Ok((character, width)) if is_allowed(character) => {
                text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                at += width;
            }
            Err(Fault::Incomplete(_)) if limit < input.len() => {
                piece_end = at + PIECE;
                piece_text = text.len();
            }
            // The end of the stream is found out about only after the characters before it.
            Err(Fault::Incomplete(problem)) => {
                return Source {
                    text: Cow::Owned(text),
                    fault: Some(problem),
                };
            }
            found => {
                let problem = match found {
                    Err(Fault::Wrong(problem)) => problem,
                    _ => "control characters are not allowed",
                };
                text.truncate(piece_text);
                return Source {
                    text: Cow::Owned(text),
                    fault: Some(problem),
                };
            }
        }
        if at == piece_end {
            piece_end = at + PIECE;
            piece_text = text.len();
        }
    }
    Source {
        text: Cow::Owned(text),
        fault: None,
    }
}

enum Fault {
    /// More bytes are needed.
    Incomplete(&'static str),
    Wrong(&'static str),
}

/// The first character of `bytes`, which are not empty, and its width.
fn decode(bytes: &[u8], encoding: Encoding) -> Result<(char, usize), Fault> {
    match encoding {
        Encoding::Utf8 => decode_utf8(bytes),
        Encoding::Utf16Little => decode_utf16(bytes, u16::from_le_bytes),
        Encoding::Utf16Big => decode_utf16(bytes, u16::from_be_bytes),
    }
}

fn decode_utf8(bytes: &[u8]) -> Result<(char, usize), Fault> {
    let first = bytes[0];
    let (width, start) = match first {
        0..=0x7f => (1, first),
        0xc0..=0xdf => (2, first & 0x1f),
        0xe0..=0xef => (3, first & 0x0f),
        0xf0..=0xf7 => (4, first & 0x07),
        _ => return Err(Fault::Wrong("invalid leading UTF-8 octet")),
    };
    let Some(rest) = bytes.get(1..width) else {
        return Err(Fault::Incomplete("incomplete UTF-8 octet sequence"));
    };
    let mut code = u32::from(start);
    for octet in rest {
        if octet & 0xc0 != 0x80 {
            return Err(Fault::Wrong("invalid trailing UTF-8 octet"));
        }
        code = (code << 6) + u32::from(octet & 0x3f);
    }
    let least = [0, 0, 0x80, 0x800, 0x10000][width];
    if code < least {
        return Err(Fault::Wrong("invalid length of a UTF-8 sequence"));
    }
    char::from_u32(code)
        .map(|character| (character, width))
        .ok_or(Fault::Wrong("invalid Unicode character"))
}

fn decode_utf16(bytes: &[u8], unit: impl Fn([u8; 2]) -> u16) -> Result<(char, usize), Fault> {
    let Some(first) = bytes.first_chunk().map(|pair| unit(*pair)) else {
        return Err(Fault::Incomplete("incomplete UTF-16 character"));
    };
    if let Some(character) = char::from_u32(first.into()) {
        return Ok((character, 2));
    }
    if first & 0xfc00 == 0xdc00 {
        return Err(Fault::Wrong("unexpected low surrogate area"));
    }
    let Some(second) = bytes.get(2..).and_then(<[u8]>::first_chunk).map(|pair| unit(*pair)) else {
        return Err(Fault::Incomplete("incomplete UTF-16 surrogate pair"));
    };
    match char::decode_utf16([first, second]).next() {
        Some(Ok(character)) => Ok((character, 4)),
        _ => Err(Fault::Wrong("expected low surrogate area")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(input: &[u8]) -> (String, Option<&'static str>) {
        let source = Source::new(input);
        (String::from_utf8(source.text.into_owned()).unwrap(), source.fault)
    }

    #[test]
    fn utf_16_is_read_by_its_byte_order_mark() {
        assert_eq!(read(b"\xff\xfea\0:\0 \0=\xd8\0\xde"), ("a: 😀".into(), None));
        assert_eq!(read(b"\xfe\xff\0a"), ("a".into(), None));
        assert_eq!(
            read(b"\xfe\xff\0a\0"),
            ("a".into(), Some("incomplete UTF-16 character"))
        );
    }

    #[test]
    fn a_fault_hides_its_whole_piece_and_nothing_before() {
        let mut input = vec![b'a'; 600];
        input[599] = 0;
        let (text, fault) = read(&input);
        assert_eq!((text.len(), fault), (512, Some("control characters are not allowed")));
        assert_eq!(
            read(b"\xef\xbb\xbfa\xff"),
            (String::new(), Some("invalid leading UTF-8 octet"))
        );
        assert_eq!(
            read(b"a\xe2\x80"),
            ("a".into(), Some("incomplete UTF-8 octet sequence"))
        );
    }
}
