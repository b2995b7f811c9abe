//! X.509 certificates: making them as Go's `CreateCertificate` does, and reading what an issuer's says.

mod parse;

use gotemplate::FuncError;
use govalue::{Str, quote};
use ring::digest;

use super::der::{self, context, context_constructed};
use super::key::PrivateKey;
use super::oid;
use crate::date::Time;

pub(super) use self::parse::Issuer;

/// What a certificate is to say.
#[derive(Debug)]
pub(super) struct Template<'a> {
    pub(super) common_name: &'a Str,
    /// Addresses of 4 or 16 bytes.
    pub(super) ips: Vec<Vec<u8>>,
    pub(super) dns_names: Vec<Str>,
    pub(super) not_before: Time,
    pub(super) not_after: Time,
    pub(super) serial: [u8; 16],
    pub(super) is_authority: bool,
}

/// Signature and encipherment of keys, as bits from the highest on, and how many of the eight are unused.
const USAGE: [u8; 2] = [5, 0b1010_0000];

/// These and signing certificates.
const USAGE_OF_AUTHORITY: [u8; 2] = [2, 0b1010_0100];

/// Makes a certificate for `key`, signed by `signer`; without an issuer it issues itself. Errors have Go's words.
pub(super) fn create(
    template: &Template<'_>,
    issuer: Option<&Issuer>,
    key: &PrivateKey,
    signer: &PrivateKey,
) -> Result<Vec<u8>, FuncError> {
    let signature_algorithm = signer.signature_algorithm().map_err(FuncError::new)?;
    let public = key.public().map_err(FuncError::new)?;
    let subject = name(template.common_name)?;
    let public_info = der::sequence(&[public.algorithm, der::bit_string(&public.bits)]);
    if let Some(issuer) = issuer {
        let signing = signer.public().map_err(FuncError::new)?;
        if issuer.public_key.as_ref().is_some_and(|known| *known != signing) {
            return Err(FuncError::new(
                "x509: provided PrivateKey doesn't match parent's PublicKey",
            ));
        }
    }
    let issuer_name = issuer.map_or(&subject, |issuer| &issuer.subject);
    let issuer_key_id = issuer
        .and_then(|issuer| issuer.key_id.as_deref())
        .filter(|_| *issuer_name != subject);
    let extensions = extensions(template, &subject, &public.bits, issuer_key_id)?;
    let content = der::sequence(&[
        der::value(context_constructed(0), &der::integer(&[2])),
        der::integer(&template.serial),
        signature_algorithm.clone(),
        issuer_name.clone(),
        der::sequence(&[time(&template.not_before)?, time(&template.not_after)?]),
        subject,
        public_info,
        der::value(context_constructed(3), &extensions),
    ]);
    let signature = signer.sign(&content).map_err(FuncError::new)?;
    Ok(der::sequence(&[
        content,
        signature_algorithm,
        der::bit_string(&signature),
    ]))
}

/// A name that has a common name only, or nothing.
fn name(common_name: &Str) -> Result<Vec<u8>, FuncError> {
    if common_name.is_empty() {
        return Ok(der::sequence(&[]));
    }
    let text = common_name.as_bytes();
    if common_name.to_str().is_none() {
        return Err(FuncError::new("asn1: string not valid UTF-8"));
    }
    let tag = if text.iter().all(|byte| is_printable(*byte)) {
        der::PRINTABLE_STRING
    } else {
        der::UTF8_STRING
    };
    let attribute = der::sequence(&[der::object_identifier(oid::COMMON_NAME), der::value(tag, text)]);
    Ok(der::sequence(&[der::value(der::SET, &attribute)]))
}

/// The characters of ASN.1's `PrintableString`.
fn is_printable(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&byte)
}

/// A time to the second; the short form where that is clear.
fn time(time: &Time) -> Result<Vec<u8>, FuncError> {
    let year = time.face().date.year;
    match year {
        1950..2050 => Ok(der::value(der::UTC_TIME, &time.format(b"060102150405Z"))),
        0..10_000 => Ok(der::value(der::GENERALIZED_TIME, &time.format(b"20060102150405Z"))),
        _ => Err(FuncError::new(
            "asn1: structure error: cannot represent time as GeneralizedTime",
        )),
    }
}

fn extensions(
    template: &Template<'_>,
    subject: &[u8],
    public: &[u8],
    issuer_key_id: Option<&[u8]>,
) -> Result<Vec<u8>, FuncError> {
    let authority = template.is_authority;
    let usage = if authority { USAGE_OF_AUTHORITY } else { USAGE };
    let constraints = if authority {
        vec![der::value(der::BOOLEAN, &[0xff])]
    } else {
        Vec::new()
    };
    let uses = [
        der::object_identifier(oid::SERVER_AUTH),
        der::object_identifier(oid::CLIENT_AUTH),
    ];
    let mut extensions = vec![
        extension(oid::KEY_USAGE, true, &der::value(der::BIT_STRING, &usage)),
        extension(oid::EXTENDED_KEY_USAGE, false, &der::sequence(&uses)),
        extension(oid::BASIC_CONSTRAINTS, true, &der::sequence(&constraints)),
    ];
    if authority {
        // RFC 7093: the first 160 bits of the key's SHA-256.
        let digest = digest::digest(&digest::SHA256, public);
        extensions.push(extension(
            oid::SUBJECT_KEY_ID,
            false,
            &der::octet_string(&digest.as_ref()[..20]),
        ));
    }
    if let Some(id) = issuer_key_id.filter(|id| !id.is_empty()) {
        let id = der::sequence(&[der::value(context(0), id)]);
        extensions.push(extension(oid::AUTHORITY_KEY_ID, false, &id));
    }
    if !template.dns_names.is_empty() || !template.ips.is_empty() {
        let is_critical = subject == der::sequence(&[]);
        extensions.push(extension(
            oid::SUBJECT_ALT_NAME,
            is_critical,
            &alternative_names(template)?,
        ));
    }
    Ok(der::sequence(&extensions))
}

fn extension(oid: &[u8], is_critical: bool, content: &[u8]) -> Vec<u8> {
    let mut parts = vec![der::object_identifier(oid)];
    if is_critical {
        parts.push(der::value(der::BOOLEAN, &[0xff]));
    }
    parts.push(der::octet_string(content));
    der::sequence(&parts)
}

fn alternative_names(template: &Template<'_>) -> Result<Vec<u8>, FuncError> {
    let mut names = Vec::new();
    for name in &template.dns_names {
        if !name.is_ascii() {
            let message = format!("x509: {} cannot be encoded as an IA5String", quote(name.as_bytes()));
            return Err(FuncError::new(message));
        }
        names.push(der::value(context(2), name.as_bytes()));
    }
    names.extend(template.ips.iter().map(|ip| der::value(context(7), ip)));
    Ok(der::sequence(&names))
}
