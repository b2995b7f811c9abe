//! Keys, certificates, ciphers and hashes.

mod certificate;
mod cipher;
mod der;
mod dsa;
mod hash;
mod key;
mod montgomery;
mod number;
mod oid;
mod password;
mod pem;
mod prime;
mod reader;
mod rsa;
mod scrypt;
mod x509;

use self::certificate::{
    authority, authority_with_key, custom, self_signed, self_signed_with_key, signed, signed_with_key,
};
use self::cipher::{decrypt, encrypt};
use self::hash::{adler32, sha1, sha256, sha512};
use self::key::generate_pem;
use self::password::{bcrypt, derive_password, htpasswd};

entries! { Crypto;
    "sha1sum"(String) -> String, sha1, "The text's SHA-1, in hexadecimal.";
    "sha256sum"(String) -> String, sha256, "The text's SHA-256, in hexadecimal.";
    "sha512sum"(String) -> String, sha512, "The text's SHA-512, in hexadecimal.";
    "adler32sum"(String) -> String, adler32, "The text's Adler-32, in decimal.";
    "bcrypt"(String) -> String [RANDOM], try bcrypt, "The password's hash by bcrypt, of cost 10.";
    "htpasswd"(String, String) -> String [RANDOM], try htpasswd, "A line of Apache's password file: name and bcrypt hash.";
    "derivePassword"(Uint32, String, String, String, String) -> String, raw derive_password, "A site's password: from a counter, a form (`maximum`, `long`, `medium`, `short`, `basic`, `pin`), the master password, the user and the site.";
    "genPrivateKey"(String) -> String [RANDOM], try generate_pem, "A new private key: `rsa` of 4096 bits, `dsa`, `ecdsa` or `ed25519`.";
    "genCA"(String, Int) -> Named("sprig.certificate") [RANDOM CLOCK], raw authority, "A certificate authority with a name for so many days: `.Cert` and `.Key`.";
    "genCAWithKey"(String, Int, String) -> Named("sprig.certificate") [RANDOM CLOCK], raw authority_with_key, "`genCA` with the private key given.";
    "genSelfSignedCert"(String, AnyList, AnyList, Int) -> Named("sprig.certificate") [RANDOM CLOCK], raw self_signed, "A certificate that signs itself: name, addresses, other names, days.";
    "genSelfSignedCertWithKey"(String, AnyList, AnyList, Int, String) -> Named("sprig.certificate") [RANDOM CLOCK], raw self_signed_with_key, "`genSelfSignedCert` with the private key given.";
    "genSignedCert"(String, AnyList, AnyList, Int, Named("sprig.certificate")) -> Named("sprig.certificate") [RANDOM CLOCK], raw signed, "A certificate that an authority signs: name, addresses, other names, days, authority.";
    "genSignedCertWithKey"(String, AnyList, AnyList, Int, Named("sprig.certificate"), String) -> Named("sprig.certificate") [RANDOM CLOCK], raw signed_with_key, "`genSignedCert` with the private key given.";
    "buildCustomCert"(String, String) -> Named("sprig.certificate"), try custom, "A certificate from certificate and key, both PEM in base64.";
    "encryptAES"(String, String) -> String [RANDOM], try encrypt, "Encrypts a text, second, with AES and a password, first.";
    "decryptAES"(String, String) -> String, try decrypt, "Decrypts what `encryptAES` made.";
}
