//! AES in CBC mode, as Sprig uses it: the password is the key, filled up with zeros; the vector stands before the text.

use aes::Aes256;
use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use gotemplate::FuncError;
use govalue::Str;

use crate::encoding::base64;
use crate::random::fill;

const BLOCK: usize = 16;
const KEY: usize = 32;

/// The cipher for a password, of which 32 bytes count.
fn cipher(password: &Str) -> Aes256 {
    let mut key = [0; KEY];
    let length = password.len().min(KEY);
    key[..length].copy_from_slice(&password.as_bytes()[..length]);
    Aes256::new(&key.into())
}

/// `encryptAES`
pub(super) fn encrypt(password: &Str, text: &Str) -> Result<Vec<u8>, FuncError> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let padding = BLOCK - text.len() % BLOCK;
    let mut out = vec![0; BLOCK];
    fill(&mut out)?;
    out.extend_from_slice(text.as_bytes());
    out.resize(out.len() + padding, u8::try_from(padding).unwrap_or(0));
    let cipher = cipher(password);
    let mut previous = [0; BLOCK];
    previous.copy_from_slice(&out[..BLOCK]);
    for chunk in out.chunks_exact_mut(BLOCK).skip(1) {
        let mut block = xor(chunk, &previous).into();
        cipher.encrypt_block(&mut block);
        chunk.copy_from_slice(&block);
        previous.copy_from_slice(&block);
    }
    Ok(base64::encode(&out))
}

/// `decryptAES`: where Sprig reads beyond what there is, the error is that of Go's runtime.
pub(super) fn decrypt(password: &Str, text: &Str) -> Result<Vec<u8>, FuncError> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let bytes = base64::decode(text.as_bytes())
        .map_err(|position| FuncError::new(format!("illegal base64 data at input byte {position}")))?;
    // Go's decoder leaves room for all that the text could have stood for.
    let capacity = text.len() / 4 * 3;
    if capacity < BLOCK {
        return Err(FuncError::runtime(format!(
            "slice bounds out of range [:{BLOCK}] with capacity {capacity}"
        )));
    }
    let Some((vector, encrypted)) = bytes.split_at_checked(BLOCK) else {
        return Err(FuncError::runtime(format!(
            "slice bounds out of range [{BLOCK}:{}]",
            bytes.len()
        )));
    };
    if encrypted.len() % BLOCK != 0 {
        return Err(FuncError::new("crypto/cipher: input not full blocks"));
    }
    let cipher = cipher(password);
    let mut out = Vec::with_capacity(encrypted.len());
    let mut previous = vector;
    for chunk in encrypted.chunks_exact(BLOCK) {
        let mut block = xor(chunk, &[0; BLOCK]).into();
        cipher.decrypt_block(&mut block);
        out.extend_from_slice(&xor(&block, previous));
        previous = chunk;
    }
    unpadded(out)
}

fn unpadded(mut out: Vec<u8>) -> Result<Vec<u8>, FuncError> {
    let Some(&padding) = out.last() else {
        return Err(FuncError::runtime("index out of range [-1]"));
    };
    let padding = usize::from(padding);
    match out.len().checked_sub(padding) {
        Some(length) => {
            out.truncate(length);
            Ok(out)
        }
        None => Err(FuncError::runtime(format!(
            "slice bounds out of range [:-{}]",
            padding - out.len()
        ))),
    }
}

/// The first 16 bytes of one, each exclusive-or that of the other.
fn xor(left: &[u8], right: &[u8]) -> [u8; BLOCK] {
    let mut out = [0; BLOCK];
    for (out, (left, right)) in out.iter_mut().zip(left.iter().zip(right)) {
        *out = left ^ right;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_survive_encryption_whatever_their_length() {
        let password = Str::from("a password that has more than thirty-two bytes");
        for length in [1, 15, 16, 17, 100] {
            let text = Str::from("x".repeat(length));
            let encrypted = Str::from(encrypt(&password, &text).unwrap());
            assert_eq!(decrypt(&password, &encrypted).unwrap(), text.as_bytes());
        }
    }

    #[test]
    fn broken_texts_fail_as_in_go() {
        let error = |text: &str| decrypt(&"a".into(), &text.into()).unwrap_err().to_string();
        assert_eq!(error("b"), "illegal base64 data at input byte 0");
        assert_eq!(
            error("YWJj"),
            "runtime error: slice bounds out of range [:16] with capacity 3"
        );
        assert_eq!(
            error("MDEyMzQ1Njc4OWFiY2RlZg=="),
            "runtime error: index out of range [-1]"
        );
        assert_eq!(
            error("MDEyMzQ1Njc4OWFiY2RlZjA="),
            "crypto/cipher: input not full blocks"
        );
        let text = Str::from("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
        let error = decrypt(&"b".into(), &text).unwrap_err();
        assert_eq!(error.to_string(), "runtime error: slice bounds out of range [:-226]");
    }
}
