//! Arithmetic modulo a big odd number, in Montgomery's form: what finding big primes takes nearly all its time for.
//!
//! Numbers are little-endian words. Nothing here is constant-time: it makes keys, and never works with those of others.

/// An odd modulus whose highest bit is set.
#[derive(Clone, Debug)]
pub(super) struct Modulus {
    words: Vec<u64>,
    /// `-1 / words[0]` modulo 2^64.
    inverse: u64,
}

/// A number below a modulus, multiplied by 2^(64 * words).
pub(super) type Residue = Vec<u64>;

/// Bits of an exponent taken at once.
const WINDOW: usize = 4;

impl Modulus {
    pub(super) fn new(words: Vec<u64>) -> Self {
        // Newton's iteration doubles the valid bits: 5, 10, 20, 40, 80.
        let low = words.first().copied().unwrap_or(1);
        let mut inverse = low.wrapping_mul(3) ^ 2;
        for _ in 0..4 {
            inverse = inverse.wrapping_mul(2u64.wrapping_sub(low.wrapping_mul(inverse)));
        }
        Self {
            words,
            inverse: inverse.wrapping_neg(),
        }
    }

    /// One. The modulus is more than half of 2^(64 * words), so that taking it off once is all it needs.
    pub(super) fn one(&self) -> Residue {
        let mut carry = true;
        let negated = self.words.iter().map(|word| {
            let (negated, overflow) = (!word).overflowing_add(u64::from(carry));
            carry = overflow;
            negated
        });
        negated.collect()
    }

    /// Minus one.
    pub(super) fn minus_one(&self) -> Residue {
        let mut words = self.words.clone();
        subtract(&mut words, &self.one());
        words
    }

    /// Doubles a residue in place.
    pub(super) fn double(&self, value: &mut Residue) {
        let mut carry = 0;
        for word in value.iter_mut() {
            (*word, carry) = (*word << 1 | carry, *word >> 63);
        }
        self.reduce_once(value, carry);
    }

    /// Takes the modulus off a number that may be above it, once. `carry` is the word above the others.
    fn reduce_once(&self, value: &mut [u64], carry: u64) {
        if carry > 0 || !is_less(value, &self.words) {
            subtract(value, &self.words);
        }
    }

    /// The product, in `out`, which need not be cleared. `out` has two words more than the modulus.
    fn multiply_into(&self, left: &[u64], right: &[u64], out: &mut [u64]) {
        let length = self.words.len();
        let (modulus, right, out) = (&self.words[..length], &right[..length], &mut out[..length + 2]);
        out.fill(0);
        for &word in &left[..length] {
            let mut carry = 0;
            for index in 0..length {
                (out[index], carry) = word.carrying_mul_add(right[index], out[index], carry);
            }
            let (sum, overflow) = out[length].overflowing_add(carry);
            out[length] = sum;
            out[length + 1] = u64::from(overflow);
            let factor = out[0].wrapping_mul(self.inverse);
            let (_, mut carry) = factor.carrying_mul_add(modulus[0], out[0], 0);
            for index in 1..length {
                (out[index - 1], carry) = factor.carrying_mul_add(modulus[index], out[index], carry);
            }
            let (sum, overflow) = out[length].overflowing_add(carry);
            out[length - 1] = sum;
            out[length] = out[length + 1] + u64::from(overflow);
        }
        let (value, above) = out.split_at_mut(length);
        self.reduce_once(value, above[0]);
    }

    /// The product of two residues.
    pub(super) fn multiply(&self, left: &[u64], right: &[u64]) -> Residue {
        let mut out = vec![0; self.words.len() + 2];
        self.multiply_into(left, right, &mut out);
        out.truncate(self.words.len());
        out
    }

    /// Squares a residue `times` times.
    pub(super) fn square(&self, value: &mut Residue, times: usize) {
        let length = self.words.len();
        let mut out = vec![0; length + 2];
        for _ in 0..times {
            self.multiply_into(value, value, &mut out);
            value.copy_from_slice(&out[..length]);
        }
    }

    /// A power; the exponent is little-endian words.
    pub(super) fn power(&self, base: &Residue, exponent: &[u64]) -> Residue {
        let mut powers = vec![self.one(), base.clone()];
        for index in 2..1 << WINDOW {
            powers.push(self.multiply(&powers[index - 1], base));
        }
        let mut result = self.one();
        for word in exponent.iter().rev() {
            for shift in (0..64).step_by(WINDOW).rev() {
                self.square(&mut result, WINDOW);
                let digit = word >> shift & ((1 << WINDOW) - 1);
                if digit > 0 {
                    result = self.multiply(&result, &powers[usize::try_from(digit).unwrap_or(0)]);
                }
            }
        }
        result
    }

    /// Two to a power.
    pub(super) fn power_of_two(&self, exponent: &[u64]) -> Residue {
        let mut result = self.one();
        for word in exponent.iter().rev() {
            for shift in (0..64).rev() {
                self.square(&mut result, 1);
                if word >> shift & 1 > 0 {
                    self.double(&mut result);
                }
            }
        }
        result
    }

    /// The number that a residue stands for.
    pub(super) fn number(&self, value: &[u64]) -> Vec<u64> {
        let mut one = vec![0; self.words.len()];
        one[0] = 1;
        self.multiply(value, &one)
    }
}

/// Whether one number is less than another of as many words.
pub(super) fn is_less(left: &[u64], right: &[u64]) -> bool {
    left.iter().rev().lt(right.iter().rev())
}

/// Takes a number off another of as many words; it wraps around.
pub(super) fn subtract(from: &mut [u64], other: &[u64]) {
    let mut borrow = false;
    for (word, other) in from.iter_mut().zip(other) {
        let (difference, first) = word.overflowing_sub(*other);
        let (difference, second) = difference.overflowing_sub(u64::from(borrow));
        *word = difference;
        borrow = first || second;
    }
}
