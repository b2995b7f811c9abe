//! Go's `filepath.Match` on Unix, on bytes.

/// The pattern is malformed, as far as it was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadPattern;

/// The last element of a path: Go's `filepath.Base` on Unix.
pub(crate) fn base(path: &[u8]) -> &[u8] {
    if path.is_empty() {
        return b".";
    }
    let end = path.iter().rposition(|&byte| byte != b'/').map_or(0, |last| last + 1);
    let path = &path[..end];
    let start = path.iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1);
    if path.is_empty() { b"/" } else { &path[start..] }
}

/// Whether the pattern matches the whole name. A fault behind the first part that does not match goes unnoticed.
pub(super) fn matches(mut pattern: &[u8], mut name: &[u8]) -> Result<bool, BadPattern> {
    while !pattern.is_empty() {
        let (after_stars, has_star) = skip_stars(pattern);
        let (chunk, rest) = after_stars.split_at(chunk_length(after_stars));
        pattern = rest;
        if has_star && chunk.is_empty() {
            return Ok(!name.contains(&b'/'));
        }
        let is_last = pattern.is_empty();
        let Some(left) = find_chunk(chunk, name, has_star, is_last)? else {
            return Ok(false);
        };
        name = left;
    }
    Ok(name.is_empty())
}

/// What is left of the name behind the first place where the chunk matches.
fn find_chunk<'a>(chunk: &[u8], name: &'a [u8], has_star: bool, is_last: bool) -> Result<Option<&'a [u8]>, BadPattern> {
    let mut start = 0;
    loop {
        if let Some(left) = match_chunk(chunk, &name[start..])?
            && (left.is_empty() || !is_last)
        {
            return Ok(Some(left));
        }
        // A star does not reach over a separator.
        if !has_star || start == name.len() || name[start] == b'/' {
            return Ok(None);
        }
        start += 1;
    }
}

fn skip_stars(pattern: &[u8]) -> (&[u8], bool) {
    let stars = pattern.iter().take_while(|&&byte| byte == b'*').count();
    (&pattern[stars..], stars > 0)
}

/// The length of the part before the next star that is not in a class.
fn chunk_length(pattern: &[u8]) -> usize {
    let mut in_class = false;
    let mut index = 0;
    while index < pattern.len() {
        match pattern[index] {
            b'\\' => index += 1,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'*' if !in_class => return index,
            _ => {}
        }
        index += 1;
    }
    pattern.len()
}

/// Matches a part without stars at the start of a name; reads it to its end even when it does not match.
fn match_chunk<'a>(mut chunk: &[u8], name: &'a [u8]) -> Result<Option<&'a [u8]>, BadPattern> {
    let mut left = Some(name);
    while let Some((&first, after)) = chunk.split_first() {
        let name = left.filter(|name| !name.is_empty());
        chunk = after;
        match first {
            b'[' => {
                let (rune, rest) = name.map_or((None, None), |name| {
                    let (rune, length) = govalue::decode_rune(name);
                    (Some(rune.unwrap_or(char::REPLACEMENT_CHARACTER)), Some(&name[length..]))
                });
                let (is_in_class, after) = match_class(chunk, rune)?;
                chunk = after;
                left = rest.filter(|_| is_in_class);
            }
            b'?' => {
                left = name
                    .filter(|name| name[0] != b'/')
                    .map(|name| &name[govalue::decode_rune(name).1..]);
            }
            _ => {
                let literal = if first == b'\\' {
                    *chunk.first().ok_or(BadPattern)?
                } else {
                    first
                };
                if first == b'\\' {
                    chunk = &chunk[1..];
                }
                left = name.and_then(|name| name.strip_prefix(&[literal]));
            }
        }
    }
    Ok(left)
}

/// Reads a class behind its bracket: whether the rune is in it, and what follows it.
fn match_class(mut class: &[u8], rune: Option<char>) -> Result<(bool, &[u8]), BadPattern> {
    let negated = class.starts_with(b"^");
    class = &class[usize::from(negated)..];
    let mut found = false;
    let mut ranges = 0;
    loop {
        if ranges > 0
            && let Some(rest) = class.strip_prefix(b"]")
        {
            return Ok((found != negated, rest));
        }
        let (low, rest) = class_rune(class)?;
        let (high, rest) = match rest.strip_prefix(b"-") {
            Some(rest) => class_rune(rest)?,
            None => (low, rest),
        };
        found |= rune.is_some_and(|rune| (low..=high).contains(&rune));
        ranges += 1;
        class = rest;
    }
}

/// Reads a possibly escaped rune of a class; something must follow it.
fn class_rune(class: &[u8]) -> Result<(char, &[u8]), BadPattern> {
    let class = match class.first() {
        None | Some(b'-' | b']') => return Err(BadPattern),
        Some(b'\\') => &class[1..],
        Some(_) => class,
    };
    let (rune, length) = govalue::decode_rune(class);
    let rest = &class[length..];
    rune.filter(|_| !rest.is_empty())
        .map(|rune| (rune, rest))
        .ok_or(BadPattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_go() {
        let cases: [(&str, &str, Option<bool>); 24] = [
            ("abc", "abc", Some(true)),
            ("*", "abc", Some(true)),
            ("*c", "abc", Some(true)),
            ("a*", "ab/c", Some(false)),
            ("a*/b", "abc/b", Some(true)),
            ("a*/b", "a/c/b", Some(false)),
            ("a*b*c*d*e*/f", "axbxcxdxe/f", Some(true)),
            ("a*b?c*x", "abxbbxdbxebxczzx", Some(true)),
            ("a*b?c*x", "abxbbxdbxebxczzy", Some(false)),
            ("ab[c]", "abc", Some(true)),
            ("ab[b-d]", "abc", Some(true)),
            ("ab[^e-g]", "abc", Some(true)),
            ("ab[^c]", "abc", Some(false)),
            ("a\\*b", "a*b", Some(true)),
            ("a?b", "aüb", Some(true)),
            ("a[^a]b", "aüb", Some(true)),
            ("[a-ζ]*", "α", Some(true)),
            ("a?b", "a/b", Some(false)),
            ("[\\]a]", "]", Some(true)),
            ("[]a]", "]", None),
            ("[-]", "-", None),
            ("[a-", "a", None),
            ("a[", "a", None),
            ("*x", "xxx", Some(true)),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(
                matches(pattern.as_bytes(), name.as_bytes()).ok(),
                expected,
                "{pattern} {name}"
            );
        }
    }

    #[test]
    fn the_last_element_is_found_as_in_go() {
        for (path, expected) in [
            ("", "."),
            ("/", "/"),
            ("//", "/"),
            ("a/b", "b"),
            ("a/b//", "b"),
            ("a", "a"),
            ("..", ".."),
        ] {
            assert_eq!(base(path.as_bytes()), expected.as_bytes(), "{path}");
        }
    }
}
