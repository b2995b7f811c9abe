//! ASN.1's distinguished encoding: writing it.

pub(super) const BOOLEAN: u8 = 1;
pub(super) const INTEGER: u8 = 2;
pub(super) const BIT_STRING: u8 = 3;
pub(super) const OCTET_STRING: u8 = 4;
pub(super) const NULL: u8 = 5;
pub(super) const OBJECT_IDENTIFIER: u8 = 6;
pub(super) const UTF8_STRING: u8 = 12;
pub(super) const PRINTABLE_STRING: u8 = 19;
pub(super) const UTC_TIME: u8 = 23;
pub(super) const GENERALIZED_TIME: u8 = 24;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// A tag of the context, for a primitive value.
pub(super) const fn context(number: u8) -> u8 {
    0x80 | number
}

/// A tag of the context, for a value made of others.
pub(super) const fn context_constructed(number: u8) -> u8 {
    0xa0 | number
}

/// A value with its tag and length.
pub(super) fn value(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut out = vec![tag];
    let bytes = length.to_be_bytes();
    let bytes = &bytes[bytes.iter().take_while(|byte| **byte == 0).count().min(bytes.len() - 1)..];
    if length >= 0x80 {
        out.extend(u8::try_from(bytes.len()).map(|count| 0x80 | count));
    }
    out.extend_from_slice(bytes);
    out.extend_from_slice(content);
    out
}

/// A value made of others.
pub(super) fn constructed(tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    value(tag, &parts.concat())
}

pub(super) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    constructed(SEQUENCE, parts)
}

/// A number that is not negative, from big-endian bytes.
pub(super) fn integer(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let bytes = &bytes[zeros..];
    if bytes.first().is_none_or(|byte| byte & 0x80 != 0) {
        return value(INTEGER, &[&[0], bytes].concat());
    }
    value(INTEGER, bytes)
}

/// Whole bytes as a string of bits.
pub(super) fn bit_string(bytes: &[u8]) -> Vec<u8> {
    value(BIT_STRING, &[&[0], bytes].concat())
}

pub(super) fn octet_string(bytes: &[u8]) -> Vec<u8> {
    value(OCTET_STRING, bytes)
}

/// An object identifier from its encoded content.
pub(super) fn object_identifier(content: &[u8]) -> Vec<u8> {
    value(OBJECT_IDENTIFIER, content)
}

pub(super) fn null() -> Vec<u8> {
    value(NULL, &[])
}
