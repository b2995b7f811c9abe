//! Slash-separated paths, by their text alone. On Linux Go's functions for file system paths do the same.

use bstr::ByteSlice as _;
use govalue::Str;

entries! { Paths;
    "base"(String) -> String, base, "The last element of a path.";
    "dir"(String) -> String, dir, "All but the last element of a path, cleaned.";
    "clean"(String) -> String, clean, "The shortest path that means the same.";
    "ext"(String) -> String, ext, "The extension of a path's last element, with its dot.";
    "isAbs"(String) -> Bool, is_abs, "Tells whether a path starts at the root.";
    "osBase"(String) -> String, base, "As `base`, for paths of the file system.";
    "osDir"(String) -> String, dir, "As `dir`, for paths of the file system.";
    "osClean"(String) -> String, clean, "As `clean`, for paths of the file system.";
    "osExt"(String) -> String, ext, "As `ext`, for paths of the file system.";
    "osIsAbs"(String) -> Bool, is_abs, "As `isAbs`, for paths of the file system.";
}

fn base(path: &Str) -> &[u8] {
    if path.is_empty() {
        return b".";
    }
    let path = path.trim_end_with(|rune| rune == '/');
    match path.rsplit_str("/").next() {
        Some(b"") | None => b"/",
        Some(last) => last,
    }
}

fn dir(path: &Str) -> Vec<u8> {
    let end = path.rfind_byte(b'/').map_or(0, |slash| slash + 1);
    cleaned(&path[..end])
}

fn clean(path: &Str) -> Vec<u8> {
    cleaned(path)
}

fn cleaned(path: &[u8]) -> Vec<u8> {
    let root: &[u8] = if path.starts_with(b"/") { b"/" } else { b"" };
    let mut elements: Vec<&[u8]> = Vec::new();
    for element in path.split_str("/") {
        match (element, elements.last()) {
            (b"" | b".", _) => {}
            (b"..", Some(last)) if *last != b".." => {
                elements.pop();
            }
            (b"..", None) if !root.is_empty() => {}
            _ => elements.push(element),
        }
    }
    if elements.is_empty() && root.is_empty() {
        return b".".to_vec();
    }
    [root, &elements.join(&b'/')].concat()
}

fn ext(path: &Str) -> &[u8] {
    let last = path.rfind_byte(b'/').map_or(0, |slash| slash + 1);
    let name = &path[last..];
    name.rfind_byte(b'.').map_or(b"", |dot| &name[dot..])
}

fn is_abs(path: &Str) -> bool {
    path.starts_with(b"/")
}
