//! Reading certificates, as far as signing others needs it, with the errors of Go's parser.

use crate::crypto::der::{self, context, context_constructed};
use crate::crypto::key::PublicKey;
use crate::crypto::oid;
use crate::crypto::reader::Reader;

/// What an issuer's certificate says.
#[derive(Debug)]
pub(in crate::crypto) struct Issuer {
    /// The encoded name.
    pub(super) subject: Vec<u8>,
    /// The public key's algorithm and bits; `None` for algorithms that Go does not know.
    pub(super) public_key: Option<PublicKey>,
    pub(super) key_id: Option<Vec<u8>>,
}

impl Issuer {
    /// Reads a certificate.
    pub(in crate::crypto) fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        let malformed = "x509: malformed certificate";
        let mut outer = Reader::new(bytes);
        let mut certificate = outer.inside(der::SEQUENCE).ok_or(malformed)?;
        let is_alone = outer.is_empty();
        let mut content = certificate
            .inside(der::SEQUENCE)
            .ok_or("x509: malformed tbs certificate")?;
        let version = version(&mut content)?;
        let serial = content.integer().ok_or("x509: malformed serial number")?;
        if serial[0] & 0x80 != 0 {
            return Err("x509: negative serial number");
        }
        let inner = content
            .content(der::SEQUENCE)
            .ok_or("x509: malformed signature algorithm identifier")?;
        let outer = certificate
            .content(der::SEQUENCE)
            .ok_or("x509: malformed algorithm identifier")?;
        if inner != outer {
            return Err("x509: inner and outer signature algorithm identifiers don't match");
        }
        Reader::new(inner)
            .content(der::OBJECT_IDENTIFIER)
            .ok_or("x509: malformed OID")?;
        name(&mut content)?;
        validity(&mut content)?;
        let subject = name(&mut content)?;
        let public_key = public_key(&mut content)?;
        content.element(context(1));
        content.element(context(2));
        let key_id = if version == 2 { key_id(&mut content)? } else { None };
        certificate
            .content(der::BIT_STRING)
            .ok_or("x509: malformed signature")?;
        if !is_alone {
            return Err("x509: trailing data");
        }
        Ok(Self {
            subject,
            public_key,
            key_id,
        })
    }
}

/// The version, from 0.
fn version(content: &mut Reader<'_>) -> Result<u8, &'static str> {
    let Some(mut version) = content.inside(context_constructed(0)) else {
        return Ok(0);
    };
    match version.integer() {
        Some([version @ 0..3]) => Ok(*version),
        Some([0..0x80, ..]) => Err("x509: invalid version"),
        _ => Err("x509: malformed version"),
    }
}

/// A name, whole. Go takes what is no sequence for a malformed issuer, wherever it stands.
fn name(content: &mut Reader<'_>) -> Result<Vec<u8>, &'static str> {
    let name = content.element(der::SEQUENCE).ok_or("x509: malformed issuer")?;
    let mut sets = Reader::new(name.content);
    while !sets.is_empty() {
        let mut set = sets.inside(der::SET).ok_or("x509: invalid RDNSequence")?;
        while !set.is_empty() {
            let mut attribute = set
                .inside(der::SEQUENCE)
                .ok_or("x509: invalid RDNSequence: invalid attribute")?;
            attribute
                .content(der::OBJECT_IDENTIFIER)
                .ok_or("x509: invalid RDNSequence: invalid attribute type")?;
            attribute
                .any()
                .ok_or("x509: invalid RDNSequence: invalid attribute value")?;
        }
    }
    Ok(name.whole.to_vec())
}

fn validity(content: &mut Reader<'_>) -> Result<(), &'static str> {
    let mut validity = content.inside(der::SEQUENCE).ok_or("x509: malformed validity")?;
    for _ in 0..2 {
        match validity.any().map(|element| element.tag) {
            Some(der::UTC_TIME | der::GENERALIZED_TIME) => {}
            _ => return Err("x509: unsupported time format"),
        }
    }
    Ok(())
}

fn public_key(content: &mut Reader<'_>) -> Result<Option<PublicKey>, &'static str> {
    let mut info = content.inside(der::SEQUENCE).ok_or("x509: malformed spki")?;
    let algorithm = info
        .element(der::SEQUENCE)
        .ok_or("x509: malformed public key algorithm identifier")?;
    let known = Reader::new(algorithm.content)
        .content(der::OBJECT_IDENTIFIER)
        .ok_or("x509: malformed OID")?;
    let bits = info
        .content(der::BIT_STRING)
        .ok_or("x509: malformed subjectPublicKey")?;
    let bits = bits.strip_prefix(&[0]).ok_or("x509: malformed subjectPublicKey")?;
    let is_known = [oid::RSA, oid::EC, oid::ED25519].contains(&known);
    Ok(is_known.then(|| PublicKey {
        algorithm: algorithm.whole.to_vec(),
        bits: bits.to_vec(),
    }))
}

/// The identifier of the subject's key among the extensions.
fn key_id(content: &mut Reader<'_>) -> Result<Option<Vec<u8>>, &'static str> {
    let Some(mut extensions) = content.inside(context_constructed(3)) else {
        return Ok(None);
    };
    let mut extensions = extensions.inside(der::SEQUENCE).ok_or("x509: malformed extensions")?;
    let mut key_id = None;
    while !extensions.is_empty() {
        let mut extension = extensions.inside(der::SEQUENCE).ok_or("x509: malformed extension")?;
        let oid = extension
            .content(der::OBJECT_IDENTIFIER)
            .ok_or("x509: malformed extension OID field")?;
        let is_critical = extension.content(der::BOOLEAN).is_some_and(|flag| flag == [0xff]);
        let value = extension
            .content(der::OCTET_STRING)
            .ok_or("x509: malformed extension value field")?;
        if oid == oid::SUBJECT_KEY_ID {
            if is_critical {
                return Err("x509: subject key identifier incorrectly marked critical");
            }
            let id = Reader::new(value).content(der::OCTET_STRING);
            key_id = Some(id.ok_or("x509: invalid subject key identifier")?.to_vec());
        }
    }
    Ok(key_id)
}
