//! Digests of texts.

use govalue::Str;
use ring::digest::{self, Algorithm};

pub(super) fn sha1(text: &Str) -> String {
    digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, text)
}

pub(super) fn sha256(text: &Str) -> String {
    digest(&digest::SHA256, text)
}

pub(super) fn sha512(text: &Str) -> String {
    digest(&digest::SHA512, text)
}

fn digest(algorithm: &'static Algorithm, text: &Str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digest = digest::digest(algorithm, text.as_bytes());
    let mut out = String::with_capacity(2 * digest.as_ref().len());
    for byte in digest.as_ref() {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    out
}

/// RFC 1950's checksum.
pub(super) fn adler32(text: &Str) -> String {
    /// The largest prime below 2^16.
    const MODULUS: u32 = 65_521;
    /// How many bytes may be added up before the sums could overflow.
    const RUN: usize = 5552;
    let (mut low, mut high) = (1, 0);
    for run in text.as_bytes().chunks(RUN) {
        for &byte in run {
            low += u32::from(byte);
            high += low;
        }
        low %= MODULUS;
        high %= MODULUS;
    }
    (high << 16 | low).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_go() {
        let text = Str::from("hello");
        assert_eq!(sha1(&text), "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d");
        assert_eq!(
            sha256(&text),
            "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
        );
        assert!(sha512(&text).starts_with("9b71d224bd62f3785d96d46ad3ea3d73"));
        assert_eq!(adler32(&text), "103547413");
        assert_eq!(adler32(&Str::from(vec![0xff; 100_000])), "345649196");
    }
}
