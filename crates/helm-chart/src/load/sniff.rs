//! What a file is that should be an archive and is not.

use std::path::Path;

use super::ArchiveError;

/// Refuses a file that does not begin like a gzip stream, saying what it begins like.
pub(super) fn ensure_archive(path: &Path, bytes: &[u8]) -> Result<(), ArchiveError> {
    if bytes.starts_with(b"\x1f\x8b\x08") {
        return Ok(());
    }
    let is_yaml = path.to_str().is_some_and(|path| {
        // Helm compares case-sensitively.
        [".yml", ".yaml"].iter().any(|extension| path.ends_with(extension))
    });
    if is_yaml {
        return Err(ArchiveError::YamlFile(path.to_owned()));
    }
    Err(ArchiveError::ContentType {
        path: path.to_owned(),
        content_type: content_type(bytes),
    })
}

/// The little of the content sniffing standard that tells apart what people take for charts.
fn content_type(bytes: &[u8]) -> &'static str {
    let head = &bytes[..bytes.len().min(512)];
    let is_binary = |&byte: &u8| byte < 0x09 || byte == 0x0b || (0x0e..0x20).contains(&byte) && byte != 0x1b;
    match head {
        _ if head.starts_with(b"PK\x03\x04") => "application/zip",
        _ if head.starts_with(b"%PDF-") => "application/pdf",
        _ if head.starts_with(b"\x89PNG\r\n\x1a\n") => "image/png",
        // Helm looks at a buffer of 512 bytes, so a shorter text is followed by zeros and counts as binary.
        _ if head.len() < 512 || head.iter().any(is_binary) => "application/octet-stream",
        _ => "text/plain; charset=utf-8",
    }
}
