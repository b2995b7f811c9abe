//! Making RSA keys.

use gotemplate::FuncError;

use super::der;
use super::montgomery::Modulus;
use super::number::{add_small, divide_small, minus_one, multiply, remainder_small, to_bytes};
use super::prime::random_prime;

/// The public exponent of all keys.
const EXPONENT: u32 = 65_537;

/// A new key of so many bits, a multiple of 128, as PKCS #1 has it.
pub(super) fn generate(bits: usize) -> Result<Vec<u8>, FuncError> {
    let words = bits / 128;
    let (p, p_less) = suitable_prime(words)?;
    let (q, q_less) = loop {
        let other = suitable_prime(words)?;
        // Never seen, but the standard asks for primes that are not near each other.
        if other.0[words - 1] != p[words - 1] || other.0[words - 2] != p[words - 2] {
            break other;
        }
    };
    let (p, p_less, q, q_less) = if p.iter().rev().gt(q.iter().rev()) {
        (p, p_less, q, q_less)
    } else {
        (q, q_less, p, p_less)
    };
    let n = multiply(&p, &q);
    let d = inverse_of_exponent(&multiply(&p_less, &q_less));
    let numbers = [
        n,
        vec![EXPONENT.into()],
        d,
        p.clone(),
        q.clone(),
        inverse_of_exponent(&p_less),
        inverse_of_exponent(&q_less),
        inverse(&q, &p),
    ];
    let version = [der::integer(&[0])];
    let numbers = numbers.iter().map(|number| der::integer(&to_bytes(number)));
    Ok(der::sequence(&version.into_iter().chain(numbers).collect::<Vec<_>>()))
}

/// A prime and its predecessor, which the public exponent does not divide.
fn suitable_prime(words: usize) -> Result<(Vec<u64>, Vec<u64>), FuncError> {
    loop {
        let prime = random_prime(words)?;
        let less = minus_one(&prime);
        if remainder_small(&less, EXPONENT) != 0 {
            return Ok((prime, less));
        }
    }
}

/// The inverse of the public exponent modulo a number: the multiple of the number just below it, divided.
fn inverse_of_exponent(modulus: &[u64]) -> Vec<u64> {
    let exponent = u64::from(EXPONENT);
    let rest = remainder_small(modulus, EXPONENT);
    // The exponent is prime, so that a power inverts.
    let inverse = power_small(rest, exponent - 2, exponent);
    let mut value = multiply(modulus, &[exponent - inverse]);
    add_small(&mut value, 1);
    divide_small(&mut value, exponent);
    value.truncate(modulus.len());
    value
}

fn power_small(mut base: u64, mut exponent: u64, modulus: u64) -> u64 {
    let mut result = 1;
    while exponent > 0 {
        if exponent & 1 > 0 {
            result = result * base % modulus;
        }
        base = base * base % modulus;
        exponent >>= 1;
    }
    result
}

/// The inverse of a number below a prime.
fn inverse(number: &[u64], prime: &[u64]) -> Vec<u64> {
    let modulus = Modulus::new(prime.to_vec());
    let exponent = minus_one(&minus_one(prime));
    // The number is taken for a residue, which stands for less than it by the residue of one; its inverse for more.
    let power = modulus.power(&number.to_vec(), &exponent);
    modulus.number(&modulus.number(&power))
}
