//! Passwords: hashed with bcrypt, or derived with Master Password's algorithm.

use blowfish::Blowfish;
use gotemplate::{Any, Args, Call, FuncError};
use govalue::Str;
use ring::hmac;

use super::scrypt::scrypt;
use crate::random::fill;

/// The logarithm of the rounds of bcrypt.
const COST: u32 = 10;

/// Bcrypt's alphabet for base64.
const ALPHABET: &[u8; 64] = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// The longest password that bcrypt takes all of.
const MAX_LENGTH: usize = 72;

/// `bcrypt`: the password's hash, or why there is none.
pub(super) fn bcrypt(password: &Str) -> Result<String, FuncError> {
    if password.len() > MAX_LENGTH {
        return Ok("failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes".to_owned());
    }
    let mut salt = [0; 16];
    fill(&mut salt)?;
    let hash = hash(password.as_bytes(), &salt, COST);
    Ok(format!("$2a${COST:02}${}{}", encode(&salt), encode(&hash)))
}

/// `htpasswd`: a line of Apache's password file.
pub(super) fn htpasswd(user: &Str, password: &Str) -> Result<Vec<u8>, FuncError> {
    if user.as_bytes().contains(&b':') {
        return Ok([b"invalid username: ", user.as_bytes()].concat());
    }
    Ok([user.as_bytes(), b":", bcrypt(password)?.as_bytes()].concat())
}

/// Bcrypt's 23 bytes for a password of at most 72.
fn hash(password: &[u8], salt: &[u8; 16], cost: u32) -> [u8; 23] {
    let mut key = password.to_vec();
    key.push(0);
    key.truncate(MAX_LENGTH);
    let mut cipher = Blowfish::bc_init_state();
    cipher.salted_expand_key(salt, &key);
    for _ in 0..1u32 << cost {
        cipher.bc_expand_key(&key);
        cipher.bc_expand_key(salt);
    }
    let mut out = [0; 24];
    for (text, out) in b"OrpheanBeholderScryDoubt".chunks_exact(8).zip(out.chunks_exact_mut(8)) {
        let word = |bytes: &[u8]| bytes.iter().fold(0, |word, byte| word << 8 | u32::from(*byte));
        let mut pair = [word(&text[..4]), word(&text[4..])];
        for _ in 0..64 {
            pair = cipher.bc_encrypt(pair);
        }
        out[..4].copy_from_slice(&pair[0].to_be_bytes());
        out[4..].copy_from_slice(&pair[1].to_be_bytes());
    }
    let [hash @ .., _] = out;
    hash
}

/// Bcrypt's base64, which has no padding.
fn encode(bytes: &[u8]) -> String {
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let byte = |index: usize| usize::from(group.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        out.extend((0..=group.len()).map(|index| char::from(ALPHABET[bits >> (18 - 6 * index) & 63])));
    }
    out
}

/// The forms of derived passwords, each letter a class of characters.
const FORMS: [(&str, &[&str]); 6] = [
    ("maximum", &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"]),
    (
        "long",
        &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
    ),
    ("medium", &["CvcnoCvc", "CvcCvcno"]),
    ("short", &["Cvcn"]),
    ("basic", &["aaanaaan", "aannaaan", "aaannaaa"]),
    ("pin", &["nnnn"]),
];

/// The characters that a letter of a form stands for.
fn characters(letter: u8) -> &'static [u8] {
    match letter {
        b'V' => b"AEIOU",
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'A' => b"AEIOUBCDFGHJKLMNPQRSTVWXYZ",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}

/// What all salts of Master Password begin with.
const SEED: &[u8] = b"com.lyndir.masterpassword";

/// `derivePassword`: a site's password from a master password, a counter and a form.
pub(super) fn derive_password(_: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    let counter = u32::try_from(args.int(0)?).unwrap_or(u32::MAX);
    let (kind, password, user, site) = (args.string(1)?, args.string(2)?, args.string(3)?, args.string(4)?);
    let Some((_, forms)) = FORMS.iter().find(|(name, _)| kind.as_bytes() == name.as_bytes()) else {
        return Ok(Any::string(
            [b"cannot find password template ", kind.as_bytes()].concat(),
        ));
    };
    let salt = [SEED, &length(user), user.as_bytes()].concat();
    let mut key = [0; 64];
    scrypt(password.as_bytes(), &salt, 32_768, 2, &mut key);
    let message = [SEED, &length(site), site.as_bytes(), &counter.to_be_bytes()].concat();
    let seed = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &message);
    let seed = seed.as_ref();
    let form = forms[usize::from(seed[0]) % forms.len()].as_bytes();
    let letters = form.iter().zip(&seed[1..]).map(|(letter, byte)| {
        let characters = characters(*letter);
        characters[usize::from(*byte) % characters.len()]
    });
    Ok(Any::string(letters.collect::<Vec<_>>()))
}

/// A text's length in four bytes.
fn length(text: &Str) -> [u8; 4] {
    u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bcrypt_hashes_are_those_of_go() {
        // A vector that Go's package is tested with.
        let salt: [u8; 16] = decode("XajjQvNhvvRt5GSeFk1xFe");
        let hashed = encode(&hash(b"allmine", &salt, 10));
        assert_eq!(hashed, "yqRrsxkhBkUiQeg0dt.wU1qD4aFDcga");
    }

    fn decode(text: &str) -> [u8; 16] {
        let sextets: Vec<_> = text
            .bytes()
            .map(|byte| ALPHABET.iter().position(|c| *c == byte).unwrap())
            .collect();
        let bits = sextets
            .iter()
            .flat_map(|sextet| (0..6).rev().map(move |bit| sextet >> bit & 1));
        let bits: Vec<_> = bits.collect();
        let byte = |bits: &[usize]| u8::try_from(bits.iter().fold(0, |byte, bit| byte << 1 | bit)).unwrap();
        bits.chunks_exact(8).map(byte).collect::<Vec<_>>().try_into().unwrap()
    }

    #[test]
    fn long_passwords_and_names_with_colons_are_refused_in_the_result() {
        assert_eq!(
            bcrypt(&"x".repeat(73).into()).unwrap(),
            "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes"
        );
        assert_eq!(htpasswd(&"a:b".into(), &"c".into()).unwrap(), b"invalid username: a:b");
        assert!(bcrypt(&"x".repeat(72).into()).unwrap().starts_with("$2a$10$"));
    }
}
