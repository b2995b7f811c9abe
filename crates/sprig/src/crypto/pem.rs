//! PEM blocks, as Go's `encoding/pem` reads and writes them.

use crate::encoding::base64;

/// Bytes of text in a line.
const LINE: usize = 64;

/// A block.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// What it says it is, such as `CERTIFICATE`.
    pub(super) label: Vec<u8>,
    pub(super) bytes: Vec<u8>,
}

/// Writes a block without headers.
pub(super) fn encode(label: &str, bytes: &[u8]) -> String {
    let text = base64::encode(bytes);
    let lines = text
        .chunks(LINE)
        .flat_map(|line| [line, b"\n"])
        .flatten()
        .map(|byte| char::from(*byte));
    format!(
        "-----BEGIN {label}-----\n{}-----END {label}-----\n",
        lines.collect::<String>()
    )
}

/// The first block of a text.
pub(super) fn decode(text: &[u8]) -> Option<Block> {
    let mut rest = text;
    loop {
        let end = find(rest, b"\n-----END ")?;
        let after_end = &rest[end + b"\n-----END ".len()..];
        if let Some(block) = block_before(&rest[..=end], after_end) {
            return Some(block);
        }
        rest = after_end;
    }
}

/// The block that ends where a text does, if it is one: `body` ends with a newline, `trailer` follows `-----END `.
fn block_before(body: &[u8], trailer: &[u8]) -> Option<Block> {
    let start = body.windows(11).rposition(|window| window == b"-----BEGIN ")?;
    if start > 0 && body[start - 1] != b'\n' {
        return None;
    }
    let (first, mut content) = line(&body[start + 11..]);
    let label = first.strip_suffix(b"-----")?;
    let end = trailer.strip_prefix(label)?.strip_prefix(b"-----")?;
    if !line(end).0.is_empty() {
        return None;
    }
    loop {
        let (header, after) = line(content);
        if !header.contains(&b':') {
            break;
        }
        content = after;
    }
    let text: Vec<u8> = content
        .iter()
        .copied()
        .filter(|byte| !matches!(byte, b' ' | b'\t'))
        .collect();
    Some(Block {
        label: label.to_vec(),
        bytes: base64::decode(&text).ok()?,
    })
}

/// The first line without spaces at its end, and what is after it.
fn line(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| *byte == b'\n');
    let (line, rest) = end.map_or((text, &text[text.len()..]), |end| (&text[..end], &text[end + 1..]));
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let spaces = line
        .iter()
        .rev()
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count();
    (&line[..line.len() - spaces], rest)
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_read_as_they_were_written() {
        for length in [0, 1, 47, 48, 49, 100] {
            let bytes: Vec<u8> = (0..length).collect();
            let text = format!("some text\n{}and more", encode("TEST KEY", &bytes));
            assert_eq!(
                decode(text.as_bytes()),
                Some(Block {
                    label: b"TEST KEY".to_vec(),
                    bytes
                })
            );
        }
    }

    #[test]
    fn headers_and_broken_blocks_are_skipped() {
        let text =
            b"-----BEGIN A-----\nYWJj\n-----END B-----\n-----BEGIN C-----\nProc-Type: x\n\nYWJj\n-----END C-----";
        assert_eq!(decode(text).unwrap().bytes, b"abc");
        assert_eq!(decode(b"-----BEGIN A-----\n!!!!\n-----END A-----\n"), None);
        assert_eq!(decode(b"no block"), None);
    }
}
