//! Runes of bytes that need not be UTF-8, as Go's `range` and `utf8` see them.

/// The first rune of `bytes` and its length in bytes: Go's `utf8.DecodeRune`.
///
/// `(None, 1)` stands for Go's `RuneError`: one byte that begins no valid sequence. (Others replace a truncated sequence
/// as a whole; Go replaces each of its bytes.) Empty input gives `(None, 0)`.
pub fn decode_rune(bytes: &[u8]) -> (Option<char>, usize) {
    match bstr::decode_utf8(bytes) {
        (None, size) => (None, size.min(1)),
        valid => valid,
    }
}

/// How many runes there are, each invalid byte counted as one: Go's `utf8.RuneCount`.
pub fn rune_count(bytes: &[u8]) -> usize {
    if bytes.is_ascii() {
        return bytes.len();
    }
    bytes
        .utf8_chunks()
        .map(|chunk| chunk.valid().chars().count() + chunk.invalid().len())
        .sum()
}

/// The first `count` runes of `bytes`.
pub fn take_runes(bytes: &[u8], count: usize) -> &[u8] {
    let mut end = 0;
    for _ in 0..count {
        match decode_rune(&bytes[end..]) {
            (_, 0) => break,
            (_, size) => end += size,
        }
    }
    &bytes[..end]
}

/// Appends a rune as UTF-8.
pub(crate) fn push(rune: char, out: &mut Vec<u8>) {
    out.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes());
}
