//! Random primes.

use std::sync::LazyLock;

use gotemplate::FuncError;

use super::montgomery::{Modulus, is_less};
use super::number::{add_small, from_bytes, minus_one, remainder_small};
use crate::random::fill;

/// Small primes are sieved out up to here.
const SIEVE_LIMIT: u32 = 1 << 16;

/// How many odd numbers after a random one are looked at before another one is drawn.
const SPAN: usize = 2048;

/// Rounds of the Miller-Rabin test with random bases, after one with base two. For random candidates of 256 bits and
/// more the chance of error is far below 2^-100.
const ROUNDS: usize = 16;

/// The odd primes below the limit.
static SMALL_PRIMES: LazyLock<Vec<u32>> = LazyLock::new(|| {
    let mut composite = vec![false; SIEVE_LIMIT as usize];
    let mut primes = Vec::new();
    for number in (3..SIEVE_LIMIT as usize).step_by(2) {
        if !composite[number] {
            primes.extend(u32::try_from(number));
            composite
                .iter_mut()
                .skip(number * number)
                .step_by(2 * number)
                .for_each(|flag| *flag = true);
        }
    }
    primes
});

/// Random words.
pub(super) fn random_words(count: usize) -> Result<Vec<u64>, FuncError> {
    let mut bytes = vec![0; 8 * count];
    fill(&mut bytes)?;
    Ok(from_bytes(&bytes))
}

/// A random prime of so many words, its two highest bits set, so that the product of two is of twice as many words.
pub(super) fn random_prime(words: usize) -> Result<Vec<u64>, FuncError> {
    loop {
        let mut start = random_words(words)?;
        start[0] |= 1;
        start[words - 1] |= 3 << 62;
        for offset in survivors(&start) {
            let mut candidate = start.clone();
            add_small(&mut candidate, offset);
            if candidate[words - 1] >> 62 == 3 && is_prime(&candidate)? {
                return Ok(candidate);
            }
        }
    }
}

/// The even offsets from an odd number to those that no small prime divides.
fn survivors(start: &[u64]) -> impl Iterator<Item = u64> + use<> {
    let mut composite = vec![false; SPAN];
    for &prime in SMALL_PRIMES.iter() {
        // The least index with start + 2 * index divisible by the prime.
        let (rest, prime) = (remainder_small(start, prime), u64::from(prime));
        let gap = (prime - rest) % prime;
        let first = if gap % 2 == 0 { gap / 2 } else { gap.midpoint(prime) };
        let (first, step) = (
            usize::try_from(first).unwrap_or(SPAN),
            usize::try_from(prime).unwrap_or(SPAN),
        );
        composite
            .iter_mut()
            .skip(first)
            .step_by(step)
            .for_each(|flag| *flag = true);
    }
    (0..)
        .step_by(2)
        .zip(composite)
        .filter(|(_, composite)| !composite)
        .map(|(offset, _)| offset)
}

/// Whether a small prime divides the number.
pub(super) fn has_small_factor(number: &[u64]) -> bool {
    SMALL_PRIMES.iter().any(|&prime| remainder_small(number, prime) == 0)
}

/// Whether a big odd number, its highest bit set, is prime.
pub(super) fn is_prime(number: &[u64]) -> Result<bool, FuncError> {
    let test = MillerRabin::new(number);
    if !test.passes(test.modulus.power_of_two(&test.odd)) {
        return Ok(false);
    }
    for _ in 0..ROUNDS {
        let base = loop {
            let base = random_words(number.len())?;
            if is_less(&base, number) {
                break base;
            }
        };
        // Any residue will do as a random base, also one that is taken to be in Montgomery's form already.
        if base.iter().any(|word| *word != 0) && !test.passes(test.modulus.power(&base, &test.odd)) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The test for one number: its predecessor is `odd * 2^twos`.
struct MillerRabin {
    modulus: Modulus,
    odd: Vec<u64>,
    twos: usize,
}

impl MillerRabin {
    fn new(number: &[u64]) -> Self {
        let mut odd = minus_one(number);
        let mut twos = 0;
        while odd[0] & 1 == 0 {
            let mut carry = 0;
            for word in odd.iter_mut().rev() {
                (*word, carry) = (*word >> 1 | carry, *word << 63);
            }
            twos += 1;
        }
        Self {
            modulus: Modulus::new(number.to_vec()),
            odd,
            twos,
        }
    }

    /// Whether a base, raised to `odd`, is no witness against the number.
    fn passes(&self, mut power: Vec<u64>) -> bool {
        let minus_one = self.modulus.minus_one();
        if power == self.modulus.one() || power == minus_one {
            return true;
        }
        for _ in 1..self.twos {
            self.modulus.square(&mut power, 1);
            if power == minus_one {
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primes_are_told_from_composites() {
        // 2^128 - 159 is the greatest prime below 2^128.
        assert!(is_prime(&[u64::MAX - 158, u64::MAX]).unwrap());
        assert!(!is_prime(&[u64::MAX - 156, u64::MAX]).unwrap());
        // (2^64 - 59) * (2^64 - 83): both factors are prime.
        let product = crate::crypto::number::multiply(&[u64::MAX - 58], &[u64::MAX - 82]);
        assert!(!is_prime(&product).unwrap());
    }

    #[test]
    fn random_primes_have_their_highest_bits_set() {
        let prime = random_prime(4).unwrap();
        assert_eq!(prime[3] >> 62, 3);
        assert!(is_prime(&prime).unwrap() && !has_small_factor(&prime));
    }
}
