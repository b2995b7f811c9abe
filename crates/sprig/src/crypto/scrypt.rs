//! Scrypt (RFC 7914): a key from a password, at the cost of memory.

use std::num::NonZeroU32;

use ring::pbkdf2::{PBKDF2_HMAC_SHA256, derive};

/// Words of a block: 128 bytes eight times.
const WORDS: usize = 256;

/// Words that the mixing function works on.
const CHUNK: usize = 16;

type Block = [u32; WORDS];

/// Fills `key` with the key for the parameters N = `cost`, a power of two, r = 8 and p = `blocks`.
pub(super) fn scrypt(password: &[u8], salt: &[u8], cost: usize, blocks: usize, key: &mut [u8]) {
    let mut bytes = vec![0; blocks * WORDS * 4];
    derive(PBKDF2_HMAC_SHA256, NonZeroU32::MIN, salt, password, &mut bytes);
    let mut table = vec![[0; WORDS]; cost];
    for bytes in bytes.chunks_exact_mut(WORDS * 4) {
        let mut block = [0; WORDS];
        for (word, bytes) in block.iter_mut().zip(bytes.chunks_exact(4)) {
            *word = bytes.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte));
        }
        mix_with_memory(&mut block, &mut table);
        for (word, bytes) in block.iter().zip(bytes.chunks_exact_mut(4)) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
    }
    derive(PBKDF2_HMAC_SHA256, NonZeroU32::MIN, &bytes, password, key);
}

/// Fills the table from a block, then goes through it in an order that depends on what is in it.
fn mix_with_memory(block: &mut Block, table: &mut [Block]) {
    for entry in table.iter_mut() {
        *entry = *block;
        mix(block);
    }
    for _ in 0..table.len() {
        let index = block[WORDS - CHUNK] as usize & (table.len() - 1);
        for (word, other) in block.iter_mut().zip(&table[index]) {
            *word ^= other;
        }
        mix(block);
    }
}

/// Mixes a block's chunks one into the next; those of even numbers come first in the result.
fn mix(block: &mut Block) {
    let mut chunk = [0; CHUNK];
    chunk.copy_from_slice(&block[WORDS - CHUNK..]);
    let mut out = [0; WORDS];
    let (evens, odds) = out.split_at_mut(WORDS / 2);
    let pairs = evens.chunks_exact_mut(CHUNK).zip(odds.chunks_exact_mut(CHUNK));
    for (input, (even, odd)) in block.chunks_exact(2 * CHUNK).zip(pairs) {
        mix_chunk(&mut chunk, &input[..CHUNK]);
        even.copy_from_slice(&chunk);
        mix_chunk(&mut chunk, &input[CHUNK..]);
        odd.copy_from_slice(&chunk);
    }
    *block = out;
}

fn mix_chunk(chunk: &mut [u32; CHUNK], input: &[u32]) {
    for (word, other) in chunk.iter_mut().zip(input) {
        *word ^= other;
    }
    salsa20_8(chunk);
}

/// Eight rounds of Salsa20, added to what went in.
fn salsa20_8(chunk: &mut [u32; CHUNK]) {
    const COLUMNS: [[usize; 4]; 4] = [[0, 4, 8, 12], [5, 9, 13, 1], [10, 14, 2, 6], [15, 3, 7, 11]];
    const ROWS: [[usize; 4]; 4] = [[0, 1, 2, 3], [5, 6, 7, 4], [10, 11, 8, 9], [15, 12, 13, 14]];
    let mut state = *chunk;
    for _ in 0..4 {
        for [a, b, c, d] in COLUMNS.into_iter().chain(ROWS) {
            state[b] ^= state[a].wrapping_add(state[d]).rotate_left(7);
            state[c] ^= state[b].wrapping_add(state[a]).rotate_left(9);
            state[d] ^= state[c].wrapping_add(state[b]).rotate_left(13);
            state[a] ^= state[d].wrapping_add(state[c]).rotate_left(18);
        }
    }
    for (word, mixed) in chunk.iter_mut().zip(state) {
        *word = word.wrapping_add(mixed);
    }
}
