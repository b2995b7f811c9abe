//! Strings, in their four forms.

use super::scan::{Fault, Mark, Scanner, is_newline};

/// The contents of a string whose opening quote was taken: `'` or `"`, on one line.
pub(super) fn single(scanner: &mut Scanner<'_>, quote: char) -> Result<Vec<u8>, Fault> {
    let start = scanner.mark();
    loop {
        let before = scanner.mark();
        match scanner.next()? {
            None if quote == '"' => return Err(scanner.fault("unexpected EOF; expected '\"'")),
            None => return Err(scanner.fault("unexpected EOF; expected \"'\"")),
            Some(next) if is_newline(next) => {
                return Err(scanner.fault_before("strings cannot contain newlines"));
            }
            Some('\\') if quote == '"' => escape(scanner, start)?,
            Some(next) if next == quote => {
                let end = scanner.mark();
                scanner.rewind(before);
                let raw = scanner.since(start);
                let contents = if quote == '"' {
                    unescaped(scanner, raw)
                } else {
                    Ok(raw.to_vec())
                };
                scanner.rewind(end);
                return contents;
            }
            Some(_) => {}
        }
    }
}

/// The contents of a string over several lines, whose three opening quotes were taken.
pub(super) fn multiline(scanner: &mut Scanner<'_>, quote: char) -> Result<Vec<u8>, Fault> {
    let start = scanner.mark();
    loop {
        let before = scanner.mark();
        match scanner.next()? {
            None => {
                let quotes = quote.to_string().repeat(3);
                let around = if quote == '"' { '\'' } else { '"' };
                return Err(scanner.fault(format!("unexpected EOF; expected {around}{quotes}{around}")));
            }
            Some('\\') if quote == '"' => {
                if !scanner.peek()?.is_some_and(is_newline) {
                    escape(scanner, start)?;
                }
            }
            Some(next) if next == quote => {
                if closes(scanner, quote)? {
                    let end = scanner.mark();
                    scanner.rewind(before);
                    let raw = without_first_newline(scanner.since(start));
                    let contents = if quote == '"' {
                        unescaped(scanner, &joined(raw))
                    } else {
                        Ok(raw.to_vec())
                    };
                    scanner.rewind(end);
                    return contents;
                }
                scanner.rewind(before);
                scanner.next()?;
            }
            Some(_) => {}
        }
    }
}

/// Whether the quote just taken is the first of the three that close the string: up to two more may stand before them.
fn closes(scanner: &mut Scanner<'_>, quote: char) -> Result<bool, Fault> {
    let mut quotes = 1;
    while scanner.accept(quote)? {
        quotes += 1;
        if quotes == 6 {
            let around = if quote == '"' { '\'' } else { '"' };
            let message = format!("unexpected {around}{}{around}", quote.to_string().repeat(6));
            return Err(scanner.fault(message));
        }
    }
    Ok(quotes == 3)
}

/// Looks at what follows a backslash, in a string that began at `start`.
fn escape(scanner: &mut Scanner<'_>, start: Mark) -> Result<(), Fault> {
    let digits = match scanner.next()? {
        Some('e' | 'b' | 't' | 'n' | 'f' | 'r' | '"' | ' ' | '\t' | '\\') => return Ok(()),
        Some('x') => (2, "two", 'x'),
        Some('u') => (4, "four", 'u'),
        Some('U') => (8, "eight", 'U'),
        other => {
            let other = other.unwrap_or('\0');
            return Err(scanner.fault(format!("invalid escape in string '\\{other}'")));
        }
    };
    for _ in 0..digits.0 {
        if !scanner.next()?.is_some_and(|digit| digit.is_ascii_hexdigit()) {
            let (_, count, letter) = digits;
            let found = govalue::quote(scanner.since(start));
            let message = format!("expected {count} hexadecimal digits after '\\{letter}', but got {found} instead");
            return Err(scanner.fault(message));
        }
    }
    Ok(())
}

fn without_first_newline(raw: &[u8]) -> &[u8] {
    raw.strip_prefix(b"\n")
        .or_else(|| raw.strip_prefix(b"\r\n"))
        .unwrap_or(raw)
}

/// The text without the backslashes that end lines, and without the white space that follows them.
fn joined(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        out.extend_from_slice(before);
        let blanks = after
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
            .count();
        if after[..blanks].contains(&b'\n') {
            rest = &after[blanks..];
        } else {
            let taken = after.len().min(1);
            out.push(b'\\');
            out.extend_from_slice(&after[..taken]);
            rest = &after[taken..];
        }
    }
    out.extend_from_slice(rest);
    out
}

/// The text with its escapes replaced; [`escape`] has looked at them.
fn unescaped(scanner: &Scanner<'_>, raw: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        out.extend_from_slice(&rest[..at]);
        let code = rest.get(at + 1).copied().unwrap_or_default();
        let digits = match code {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            _ => 0,
        };
        let end = (at + 2 + digits).min(rest.len());
        match code {
            b'b' => out.push(8),
            b't' => out.push(b'\t'),
            b'n' => out.push(b'\n'),
            b'f' => out.push(12),
            b'r' => out.push(b'\r'),
            b'e' => out.push(27),
            b'"' | b'\\' => out.push(code),
            b'x' | b'u' | b'U' => {
                let digits = String::from_utf8_lossy(&rest[at + 2..end]);
                let character = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                let invalid = || scanner.fault(format!("Escaped character '\\u{digits}' is not valid UTF-8."));
                out.extend_from_slice(character.ok_or_else(invalid)?.encode_utf8(&mut [0; 4]).as_bytes());
            }
            _ => return Err(scanner.fault(format!("invalid escape: '\\{}'", char::from(code)))),
        }
        rest = &rest[end..];
    }
    out.extend_from_slice(rest);
    Ok(out)
}
