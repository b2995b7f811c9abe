//! Making DSA keys: of 2048 bits, with a subgroup of 256.

use gotemplate::FuncError;

use super::der;
use super::montgomery::{Modulus, is_less};
use super::number::{add_small, bit_length, multiply, to_bytes};
use super::prime::{has_small_factor, is_prime, random_prime, random_words};

/// Words of the modulus and of the order of the subgroup.
const P_WORDS: usize = 32;
const Q_WORDS: usize = 4;

/// A new key with parameters of its own, as OpenSSL writes it.
pub(super) fn generate() -> Result<Vec<u8>, FuncError> {
    let order = random_prime(Q_WORDS)?;
    let (prime, cofactor) = modulus_for(&order)?;
    let modulus = Modulus::new(prime.clone());
    // Two to the cofactor generates the subgroup, unless it is one, which it never is.
    let generator = modulus.power_of_two(&cofactor);
    let secret = loop {
        let secret = random_words(Q_WORDS)?;
        if is_less(&secret, &order) && secret.iter().any(|word| *word != 0) {
            break secret;
        }
    };
    let public = modulus.number(&modulus.power(&generator, &secret));
    let numbers = [vec![0], prime, order, modulus.number(&generator), public, secret];
    Ok(der::sequence(&numbers.map(|number| der::integer(&to_bytes(&number)))))
}

/// A prime with one more than a multiple of `q`, and the factor.
fn modulus_for(q: &[u64]) -> Result<(Vec<u64>, Vec<u64>), FuncError> {
    loop {
        let mut cofactor = random_words(P_WORDS - Q_WORDS)?;
        cofactor[0] &= !1;
        let mut p = multiply(q, &cofactor);
        add_small(&mut p, 1);
        if bit_length(&p) == 64 * P_WORDS && !has_small_factor(&p) && is_prime(&p)? {
            return Ok((p, cofactor));
        }
    }
}
