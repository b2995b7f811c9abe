//! Big numbers outside of a modulus: products, division by small numbers, bytes. Little-endian words.

/// The product.
pub(super) fn multiply(left: &[u64], right: &[u64]) -> Vec<u64> {
    let mut out = vec![0; left.len() + right.len()];
    for (index, &word) in left.iter().enumerate() {
        let mut carry = 0;
        for (out, &other) in out[index..].iter_mut().zip(right) {
            (*out, carry) = word.carrying_mul_add(other, *out, carry);
        }
        out[index + right.len()] = carry;
    }
    out
}

/// Adds a small number; it wraps around.
pub(super) fn add_small(words: &mut [u64], small: u64) {
    let mut carry = small;
    for word in words {
        let (sum, overflow) = word.overflowing_add(carry);
        *word = sum;
        carry = overflow.into();
    }
}

/// Takes off one; the number is not zero.
pub(super) fn minus_one(words: &[u64]) -> Vec<u64> {
    let mut words = words.to_vec();
    for word in &mut words {
        let (difference, borrow) = word.overflowing_sub(1);
        *word = difference;
        if !borrow {
            break;
        }
    }
    words
}

/// Divides in place and returns the remainder. The divisor is not zero.
pub(super) fn divide_small(words: &mut [u64], divisor: u64) -> u64 {
    let mut rest = 0;
    for word in words.iter_mut().rev() {
        let value = u128::from(rest) << 64 | u128::from(*word);
        #[expect(clippy::cast_possible_truncation, reason = "the remainder is less than the divisor")]
        {
            *word = (value / u128::from(divisor)) as u64;
            rest = (value % u128::from(divisor)) as u64;
        }
    }
    rest
}

/// The remainder of a division by a number that fits half a word, which is fast.
pub(super) fn remainder_small(words: &[u64], divisor: u32) -> u64 {
    let divisor = u64::from(divisor);
    words.iter().rev().fold(0, |rest, word| {
        let rest = (rest << 32 | word >> 32) % divisor;
        (rest << 32 | word & 0xffff_ffff) % divisor
    })
}

/// How many bits the number has.
pub(super) fn bit_length(words: &[u64]) -> usize {
    let top = words.iter().rposition(|word| *word != 0);
    top.map_or(0, |top| 64 * (top + 1) - words[top].leading_zeros() as usize)
}

/// Big-endian bytes, leading zeros included.
pub(super) fn to_bytes(words: &[u64]) -> Vec<u8> {
    words.iter().rev().flat_map(|word| word.to_be_bytes()).collect()
}

/// The words of native bytes.
pub(super) fn from_bytes(bytes: &[u8]) -> Vec<u64> {
    let word = |chunk: &[u8]| chunk.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    bytes.chunks(8).map(word).collect()
}
