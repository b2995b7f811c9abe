//! Private keys: reading and writing them, their public halves, signing.

use gotemplate::FuncError;
use govalue::Str;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};

use super::der::{self, context_constructed};
use super::reader::Reader;
use super::{dsa, oid, pem, rsa};
use crate::random::fill;

/// A private key.
#[derive(Debug)]
pub(super) enum PrivateKey {
    /// RSA as PKCS #1 has it, and its public half.
    Rsa { der: Vec<u8>, public: Vec<u8> },
    /// A point of an elliptic curve.
    Ec {
        curve: &'static Curve,
        scalar: Vec<u8>,
        point: Vec<u8>,
    },
    /// The seed of an Ed25519 key.
    Ed25519 { seed: [u8; 32] },
    /// DSA as OpenSSL has it; it signs no certificates.
    Dsa { der: Vec<u8> },
}

/// The public half of a key, as certificates have it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PublicKey {
    /// The identifier of its algorithm, encoded.
    pub(super) algorithm: Vec<u8>,
    pub(super) bits: Vec<u8>,
}

/// An elliptic curve that Go knows.
#[derive(Debug)]
pub(super) struct Curve {
    oid: &'static [u8],
    /// Bytes of a coordinate.
    size: usize,
    /// How it signs, for the curves that can.
    signing: Option<(&'static EcdsaSigningAlgorithm, &'static [u8])>,
}

static CURVES: [Curve; 4] = [
    Curve {
        oid: oid::P256,
        size: 32,
        signing: Some((&ECDSA_P256_SHA256_ASN1_SIGNING, oid::ECDSA_WITH_SHA256)),
    },
    Curve {
        oid: oid::P384,
        size: 48,
        signing: Some((&ECDSA_P384_SHA384_ASN1_SIGNING, oid::ECDSA_WITH_SHA384)),
    },
    Curve {
        oid: oid::P224,
        size: 28,
        signing: None,
    },
    Curve {
        oid: oid::P521,
        size: 66,
        signing: None,
    },
];

/// `genPrivateKey`: a new key of a type, as PEM.
pub(super) fn generate_pem(kind: &Str) -> Result<Vec<u8>, FuncError> {
    let key = match kind.as_bytes() {
        b"" | b"rsa" => PrivateKey::rsa(4096)?,
        b"dsa" => PrivateKey::Dsa { der: dsa::generate()? },
        b"ecdsa" => PrivateKey::ec()?,
        b"ed25519" => {
            let mut seed = [0; 32];
            fill(&mut seed)?;
            PrivateKey::Ed25519 { seed }
        }
        other => return Ok([b"Unknown type ", other].concat()),
    };
    Ok(key.to_pem().into_bytes())
}

impl PrivateKey {
    /// A new RSA key of so many bits.
    pub(super) fn rsa(bits: usize) -> Result<Self, FuncError> {
        Self::from_pkcs1(&rsa::generate(bits)?).map_err(FuncError::new)
    }

    /// A new key on P-256.
    fn ec() -> Result<Self, FuncError> {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new());
        let document = document.map_err(|_| FuncError::new("failed to generate private key"))?;
        Self::from_pkcs8(document.as_ref()).map_err(FuncError::new)
    }

    /// The key in the first block of a PEM text, or what Sprig says is wrong with it.
    pub(super) fn from_pem(text: &[u8]) -> Result<Self, Vec<u8>> {
        let block = pem::decode(text).ok_or(b"no PEM data in input")?;
        let (label, bytes) = (block.label.as_slice(), block.bytes.as_slice());
        let failed = |what: &'static str| move |error: String| format!("{what}: {error}").into_bytes();
        match label {
            b"PRIVATE KEY" => Self::from_pkcs8(bytes).map_err(failed("decoding PEM as PKCS#8")),
            b"RSA PRIVATE KEY" => Self::from_pkcs1(bytes).map_err(failed("parsing RSA private key from PEM")),
            b"EC PRIVATE KEY" => Self::from_sec1(bytes, None).map_err(failed("parsing EC private key from PEM")),
            b"DSA PRIVATE KEY" => match integers(bytes, 6) {
                Some(_) => Ok(Self::Dsa { der: bytes.to_vec() }),
                None => Err(failed("parsing DSA private key from PEM")(malformed(bytes))),
            },
            _ if label.ends_with(b" PRIVATE KEY") => Err([b"invalid private key type ", label].concat()),
            _ => Err([b"no private key data in PEM block of type ", label].concat()),
        }
    }

    fn from_pkcs1(bytes: &[u8]) -> Result<Self, String> {
        let Some(numbers) = integers(bytes, 9) else {
            return Err(misplaced(bytes, "PKCS1").unwrap_or_else(|| malformed(bytes)));
        };
        if numbers[0] != [0] && numbers[0] != [1] {
            return Err("x509: unsupported private key version".to_owned());
        }
        if numbers[1..]
            .iter()
            .any(|number| number == &[0] || number[0] & 0x80 != 0)
        {
            return Err("x509: private key contains zero or negative value".to_owned());
        }
        let public = der::sequence(&[der::integer(numbers[1]), der::integer(numbers[2])]);
        Ok(Self::Rsa {
            der: bytes.to_vec(),
            public,
        })
    }

    fn from_pkcs8(bytes: &[u8]) -> Result<Self, String> {
        let parsed = || {
            let mut key = Reader::new(bytes).inside(der::SEQUENCE)?;
            key.integer()?;
            let mut algorithm = key.inside(der::SEQUENCE)?;
            let oid = algorithm.content(der::OBJECT_IDENTIFIER)?;
            Some((oid, algorithm, key.content(der::OCTET_STRING)?))
        };
        let Some((oid, mut parameters, key)) = parsed() else {
            return Err(misplaced(bytes, "PKCS8").unwrap_or_else(|| malformed(bytes)));
        };
        match oid {
            oid::RSA => Self::from_pkcs1(key)
                .map_err(|error| format!("x509: failed to parse RSA private key embedded in PKCS#8: {error}")),
            oid::EC => Self::from_sec1(key, parameters.content(der::OBJECT_IDENTIFIER))
                .map_err(|error| format!("x509: failed to parse EC private key embedded in PKCS#8: {error}")),
            oid::ED25519 if !parameters.is_empty() => Err("x509: invalid Ed25519 private key parameters".to_owned()),
            oid::ED25519 => {
                let seed = Reader::new(key).content(der::OCTET_STRING);
                let seed = seed.ok_or_else(|| format!("x509: invalid Ed25519 private key: {}", malformed(key)))?;
                let length = seed.len();
                let seed = seed.try_into();
                seed.map(|seed| Self::Ed25519 { seed })
                    .map_err(|_| format!("x509: invalid Ed25519 private key length: {length}"))
            }
            other => Err(format!(
                "x509: PKCS#8 wrapping contained private key with unknown algorithm: {}",
                oid::dotted(other)
            )),
        }
    }

    fn from_sec1(bytes: &[u8], curve: Option<&[u8]>) -> Result<Self, String> {
        let parsed = || {
            let mut key = Reader::new(bytes).inside(der::SEQUENCE)?;
            let (version, scalar) = (key.integer()?, key.content(der::OCTET_STRING)?);
            let named = key
                .inside(context_constructed(0))
                .and_then(|mut named| named.content(der::OBJECT_IDENTIFIER));
            let point = key
                .inside(context_constructed(1))
                .and_then(|mut point| point.content(der::BIT_STRING));
            Some((version, scalar, named, point))
        };
        let Some((version, scalar, named, point)) = parsed() else {
            let error = || format!("x509: failed to parse EC private key: {}", malformed(bytes));
            return Err(misplaced(bytes, "EC").unwrap_or_else(error));
        };
        if version != [1] {
            let version = version.iter().fold(0i64, |value, byte| value << 8 | i64::from(*byte));
            return Err(format!("x509: unknown EC private key version {version}"));
        }
        let curve = curve
            .or(named)
            .and_then(|oid| CURVES.iter().find(|curve| curve.oid == oid));
        let curve = curve.ok_or("x509: unknown elliptic curve")?;
        let zeros = scalar.len().saturating_sub(curve.size);
        let (extra, scalar) = scalar.split_at(zeros);
        if extra.iter().any(|byte| *byte != 0) {
            return Err("x509: invalid private key length".to_owned());
        }
        let scalar = [vec![0; curve.size - scalar.len()], scalar.to_vec()].concat();
        let point = point.and_then(|bits| bits.strip_prefix(&[0])).unwrap_or_default();
        if point.len() != 2 * curve.size + 1 {
            return Err("x509: an EC private key needs its public key, uncompressed".to_owned());
        }
        Ok(Self::Ec {
            curve,
            scalar,
            point: point.to_vec(),
        })
    }

    /// The key in the form in which Sprig prints it.
    pub(super) fn to_pem(&self) -> String {
        match self {
            Self::Rsa { der, .. } => pem::encode("RSA PRIVATE KEY", der),
            Self::Dsa { der } => pem::encode("DSA PRIVATE KEY", der),
            Self::Ec { curve, scalar, point } => {
                let parts = [
                    der::integer(&[1]),
                    der::octet_string(scalar),
                    der::value(context_constructed(0), &der::object_identifier(curve.oid)),
                    der::value(context_constructed(1), &der::bit_string(point)),
                ];
                pem::encode("EC PRIVATE KEY", &der::sequence(&parts))
            }
            Self::Ed25519 { seed } => {
                let algorithm = der::sequence(&[der::object_identifier(oid::ED25519)]);
                let key = der::octet_string(&der::octet_string(seed));
                pem::encode("PRIVATE KEY", &der::sequence(&[der::integer(&[0]), algorithm, key]))
            }
        }
    }

    /// Its public half.
    pub(super) fn public(&self) -> Result<PublicKey, String> {
        let (algorithm, bits) = match self {
            Self::Rsa { public, .. } => (vec![der::object_identifier(oid::RSA), der::null()], public.clone()),
            Self::Ec { curve, point, .. } => (
                vec![der::object_identifier(oid::EC), der::object_identifier(curve.oid)],
                point.clone(),
            ),
            Self::Ed25519 { seed } => {
                let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|error| error.to_string())?;
                (
                    vec![der::object_identifier(oid::ED25519)],
                    pair.public_key().as_ref().to_vec(),
                )
            }
            Self::Dsa { .. } => return Err("x509: unsupported public key type: *dsa.PublicKey".to_owned()),
        };
        Ok(PublicKey {
            algorithm: der::sequence(&algorithm),
            bits,
        })
    }

    /// The identifier of the algorithm that it signs with.
    pub(super) fn signature_algorithm(&self) -> Result<Vec<u8>, String> {
        match self {
            Self::Rsa { .. } => Ok(der::sequence(&[
                der::object_identifier(oid::SHA256_WITH_RSA),
                der::null(),
            ])),
            Self::Ec {
                curve: Curve {
                    signing: Some((_, oid)),
                    ..
                },
                ..
            } => Ok(der::sequence(&[der::object_identifier(oid)])),
            Self::Ec { .. } => Err("x509: signing with P-224 and P-521 is not supported".to_owned()),
            Self::Ed25519 { .. } => Ok(der::sequence(&[der::object_identifier(oid::ED25519)])),
            Self::Dsa { .. } => Err("x509: certificate private key does not implement crypto.Signer".to_owned()),
        }
    }

    /// Signs a message.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        let random = SystemRandom::new();
        let failed = |_| "crypto: signing failed".to_owned();
        match self {
            Self::Rsa { der, .. } => {
                let pair = RsaKeyPair::from_der(der).map_err(|error| format!("crypto/rsa: unusable key: {error}"))?;
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .map_err(failed)?;
                Ok(signature)
            }
            Self::Ec {
                curve:
                    Curve {
                        signing: Some((algorithm, _)),
                        ..
                    },
                scalar,
                point,
            } => {
                let pair = EcdsaKeyPair::from_private_key_and_public_key(algorithm, scalar, point, &random)
                    .map_err(|error| format!("crypto/ecdsa: unusable key: {error}"))?;
                Ok(pair.sign(&random, message).map_err(failed)?.as_ref().to_vec())
            }
            Self::Ed25519 { seed } => {
                let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|error| error.to_string())?;
                Ok(pair.sign(message).as_ref().to_vec())
            }
            Self::Ec { .. } | Self::Dsa { .. } => self.signature_algorithm(),
        }
    }
}

/// The first so many numbers of a sequence that holds at least these.
fn integers(bytes: &[u8], count: usize) -> Option<Vec<&[u8]>> {
    let mut reader = Reader::new(bytes).inside(der::SEQUENCE)?;
    (0..count).map(|_| reader.integer()).collect()
}

/// What Go says of a key in another format than its label promises.
fn misplaced(bytes: &[u8], expected: &str) -> Option<String> {
    let mut reader = Reader::new(bytes).inside(der::SEQUENCE)?;
    reader.integer()?;
    let found = match reader.any()?.tag {
        der::SEQUENCE => "PKCS8",
        der::OCTET_STRING => "EC",
        der::INTEGER => "PKCS1",
        _ => return None,
    };
    (found != expected)
        .then(|| format!("x509: failed to parse private key (use Parse{found}PrivateKey instead for this key format)"))
}

/// What Go's `encoding/asn1` says of bytes that are none, as nearly as it needs to be.
fn malformed(bytes: &[u8]) -> String {
    let is_truncated = match Reader::new(bytes).any() {
        Some(element) => element.tag == der::SEQUENCE,
        None => true,
    };
    if is_truncated {
        "asn1: syntax error: sequence truncated".to_owned()
    } else {
        "asn1: structure error: tags don't match".to_owned()
    }
}
