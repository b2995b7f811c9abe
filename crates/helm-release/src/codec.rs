//! How a release becomes the text in a Secret's `release` key: JSON, gzip, base64.

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use crate::Release;

/// The most bytes of JSON that a record may unpack to: a guard against bombs, far above what etcd could hold.
const MAX_UNPACKED: u64 = 256 << 20;

const GZIP_MAGIC: [u8; 3] = [0x1f, 0x8b, 0x08];

/// A record that can't be written or read.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// The release is not expressible as JSON, or the record's JSON is not a release.
    #[error("release record is not valid JSON")]
    Json(#[from] serde_json::Error),
    /// The record is not base64.
    #[error("release record is not valid base64")]
    Base64(#[from] base64::DecodeError),
    /// The record's gzip stream is broken or too large.
    #[error("release record can't be unpacked")]
    Gzip(#[from] std::io::Error),
}

/// Encodes a release as Helm does. The Kubernetes API adds its own base64 to what a Secret holds.
pub fn encode(release: &Release) -> Result<String, CodecError> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&serde_json::to_vec(release)?)?;
    Ok(STANDARD.encode(packed.finish()?))
}

/// Decodes what [`encode`], Helm 3 or Helm 4 wrote; records from before compression are read as well.
pub fn decode(record: &[u8]) -> Result<Release, CodecError> {
    let bytes = STANDARD.decode(record.trim_ascii_end())?;
    if !bytes.starts_with(&GZIP_MAGIC) {
        return Ok(serde_json::from_slice(&bytes)?);
    }
    let mut json = Vec::new();
    GzDecoder::new(bytes.as_slice())
        .take(MAX_UNPACKED)
        .read_to_end(&mut json)?;
    Ok(serde_json::from_slice(&json)?)
}
