//! Packed charts: gzipped tar archives, unpacked in memory and within limits.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use tar::EntryType;

use super::folder::without_mark;
use super::{ArchiveError, MAX_CHART_SIZE, MAX_FILE_SIZE};
use crate::chart::File;

/// Unpacks an archive. The first element of every path, the chart's folder, is dropped.
pub(super) fn unpack(bytes: &[u8]) -> Result<Vec<File>, ArchiveError> {
    // The limits below are on files; this one also ends an archive of endless headers.
    let unzipped = MultiGzDecoder::new(bytes).take(MAX_CHART_SIZE * 2);
    let mut archive = tar::Archive::new(unzipped);
    let mut files = Vec::new();
    let mut remaining = MAX_CHART_SIZE;
    for entry in archive.entries()? {
        let mut entry = entry?;
        let header = entry.header();
        let path = entry.path_bytes().into_owned();
        if header.entry_type() == EntryType::Directory || path.ends_with(b"/") || is_extension(header.entry_type()) {
            continue;
        }
        let name = file_name(&path)?;
        let size = entry.size();
        if size > remaining {
            return Err(ArchiveError::TooLarge);
        }
        if size > MAX_FILE_SIZE {
            return Err(ArchiveError::FileTooLarge(path));
        }
        let mut data = Vec::new();
        entry.read_to_end(&mut data)?;
        remaining = remaining.saturating_sub(data.len() as u64);
        if remaining == 0 || (data.len() as u64) < size {
            return Err(ArchiveError::TooLarge);
        }
        files.push(File {
            name: name.into(),
            data: without_mark(&data).into(),
        });
    }
    if files.is_empty() {
        Err(ArchiveError::Empty)
    } else {
        Ok(files)
    }
}

/// Whether an entry only describes others.
fn is_extension(entry_type: EntryType) -> bool {
    matches!(entry_type, EntryType::XGlobalHeader | EntryType::XHeader)
}

/// The path below the chart's folder, cleaned, or why it must not be unpacked.
fn file_name(path: &[u8]) -> Result<Vec<u8>, ArchiveError> {
    // Archives made on Windows may have backslashes.
    let separator = if path.contains(&b'\\') { b'\\' } else { b'/' };
    let mut elements = path.split(|&byte| byte == separator);
    let folder = elements.next().unwrap_or_default();
    let name = elements.collect::<Vec<_>>().join(&b'/');
    if name.starts_with(b"/") {
        return Err(ArchiveError::AbsolutePath);
    }
    let name = clean(&name);
    if name == b"." {
        return Err(ArchiveError::OutsideFolder(path.to_vec()));
    }
    if name.starts_with(b"..") {
        return Err(ArchiveError::ParentFolder);
    }
    if matches!(name[..], [drive, b':', b'/', ..] if drive.is_ascii_alphabetic()) {
        return Err(ArchiveError::IllegalName);
    }
    if folder == b"Chart.yaml" {
        return Err(ArchiveError::ChartFileOutside);
    }
    Ok(name)
}

/// A relative path without empty elements, `.` and resolvable `..`: Go's `path.Clean`.
fn clean(path: &[u8]) -> Vec<u8> {
    let mut kept: Vec<&[u8]> = Vec::new();
    for element in path.split(|&byte| byte == b'/') {
        match element {
            b"" | b"." => {}
            b".." if kept.last().is_some_and(|last| *last != b"..") => {
                kept.pop();
            }
            _ => kept.push(element),
        }
    }
    if kept.is_empty() {
        b".".to_vec()
    } else {
        kept.join(&b'/')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(path: &str) -> String {
        match file_name(path.as_bytes()) {
            Ok(name) => String::from_utf8(name).unwrap(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn paths_are_cleaned_and_kept_inside_the_chart() {
        let cases = [
            ("app/Chart.yaml", "Chart.yaml"),
            ("app/./templates//x.yaml", "templates/x.yaml"),
            ("app\\templates\\x.yaml", "templates/x.yaml"),
            ("app/templates/../x", "x"),
            ("app/..x", "chart illegally references parent directory"),
            ("app/../../x", "chart illegally references parent directory"),
            ("app//etc/passwd", "chart illegally contains absolute paths"),
            ("/etc/passwd", "etc/passwd"),
            (
                "app",
                "chart illegally contains content outside the base directory: \"app\"",
            ),
            ("app/c:/x", "chart contains illegally named files"),
            ("Chart.yaml/x", "chart yaml not in base directory"),
            (
                "Chart.yaml",
                "chart illegally contains content outside the base directory: \"Chart.yaml\"",
            ),
        ];
        for (path, expected) in cases {
            assert_eq!(name(path), expected, "{path}");
        }
    }
}
