//! Object identifiers, as their encoded content.

pub(super) const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
pub(super) const SHA256_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];
pub(super) const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
pub(super) const ECDSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
pub(super) const ECDSA_WITH_SHA384: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3];
pub(super) const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
pub(super) const P384: &[u8] = &[0x2b, 0x81, 0x04, 0, 34];
pub(super) const P224: &[u8] = &[0x2b, 0x81, 0x04, 0, 33];
pub(super) const P521: &[u8] = &[0x2b, 0x81, 0x04, 0, 35];
pub(super) const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

pub(super) const COMMON_NAME: &[u8] = &[0x55, 4, 3];
pub(super) const SUBJECT_KEY_ID: &[u8] = &[0x55, 29, 14];
pub(super) const KEY_USAGE: &[u8] = &[0x55, 29, 15];
pub(super) const SUBJECT_ALT_NAME: &[u8] = &[0x55, 29, 17];
pub(super) const BASIC_CONSTRAINTS: &[u8] = &[0x55, 29, 19];
pub(super) const AUTHORITY_KEY_ID: &[u8] = &[0x55, 29, 35];
pub(super) const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 29, 37];
pub(super) const SERVER_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 1];
pub(super) const CLIENT_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 2];

/// The dotted form.
pub(super) fn dotted(content: &[u8]) -> String {
    let mut arcs = Vec::new();
    let mut arc = 0u64;
    for byte in content {
        arc = arc << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            arcs.push(std::mem::take(&mut arc));
        }
    }
    let first = arcs.first().copied().unwrap_or(0);
    let root = (first / 40).min(2);
    let head = [root, first - 40 * root];
    let texts = head.iter().chain(arcs.iter().skip(1)).map(ToString::to_string);
    texts.collect::<Vec<_>>().join(".")
}
