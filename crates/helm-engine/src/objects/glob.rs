//! Patterns of `.Files.Glob`: those of Go's gobwas/glob with `/` between the elements of a name.

use govalue::decode_rune;

/// A parsed pattern.
#[derive(Debug)]
pub(super) struct Glob(Vec<Part>);

#[derive(Debug)]
enum Part {
    /// The text itself.
    Text(Vec<u8>),
    /// `*`: anything within one element.
    Any,
    /// `**`: anything.
    Super,
    /// `?`: one character that is no `/`.
    Single,
    /// `[a-z]`, `[abc]` and their opposites: one character, which may be a `/`.
    Class { ranges: Vec<(u32, u32)>, negated: bool },
    /// `{a,b}`: one of several patterns.
    OneOf(Vec<Vec<Part>>),
}

/// The deepest nesting of `{`.
const MAX_NESTING: usize = 100;

impl Glob {
    /// Reads a pattern; `None` if it is malformed.
    pub(super) fn parse(pattern: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(pattern).ok()?;
        let mut reader = Reader {
            rest: text.chars().collect(),
            at: 0,
        };
        let mut alternatives = reader.alternatives(0)?;
        Some(Self(alternatives.swap_remove(0)))
    }

    /// Whether the whole of `name` matches.
    pub(super) fn matches(&self, name: &[u8]) -> bool {
        matches(&mut Vec::from([self.0.as_slice()]), name)
    }
}

struct Reader {
    rest: Vec<char>,
    at: usize,
}

impl Reader {
    fn next(&mut self) -> Option<char> {
        let next = self.rest.get(self.at).copied();
        self.at += usize::from(next.is_some());
        next
    }

    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    /// Patterns up to the `}` that ends them, or the end of the text; outside of braces there is one.
    fn alternatives(&mut self, nesting: usize) -> Option<Vec<Vec<Part>>> {
        let mut all = vec![Vec::new()];
        loop {
            let Some(next) = self.next() else { return Some(all) };
            let part = match next {
                '{' if nesting == MAX_NESTING => return None,
                '{' => Part::OneOf(self.alternatives(nesting + 1)?),
                '}' if nesting > 0 => return Some(all),
                ',' if nesting > 0 => {
                    all.push(Vec::new());
                    continue;
                }
                '[' => self.class()?,
                '?' => Part::Single,
                '*' if self.peek() == Some('*') => {
                    self.at += 1;
                    Part::Super
                }
                '*' => Part::Any,
                _ => {
                    self.at -= 1;
                    Part::Text(self.text(if nesting > 0 { "?*[{}," } else { "?*[{" }))
                }
            };
            all.last_mut()?.push(part);
        }
    }

    /// Text up to one of `breakers`; a backslash takes the next character as it is.
    fn text(&mut self, breakers: &str) -> Vec<u8> {
        let mut text = String::new();
        while let Some(next) = self.peek() {
            if breakers.contains(next) {
                break;
            }
            self.at += 1;
            match next {
                '\\' => text.extend(self.next()),
                _ => text.push(next),
            }
        }
        text.into_bytes()
    }

    /// What follows `[`.
    fn class(&mut self) -> Option<Part> {
        let negated = self.peek() == Some('!');
        self.at += usize::from(negated);
        let first = self.next()?;
        let ranges = if self.peek() == Some('-') {
            self.at += 1;
            let last = self.next()?;
            if last < first {
                return None;
            }
            vec![(u32::from(first), u32::from(last))]
        } else {
            self.at -= 1;
            let text = String::from_utf8(self.text("]")).ok()?;
            text.chars()
                .map(|character| (u32::from(character), u32::from(character)))
                .collect()
        };
        let closed = self.next() == Some(']') && !ranges.is_empty();
        closed.then_some(Part::Class { ranges, negated })
    }
}

/// Whether `name` matches the patterns on the stack, the topmost first, one after the other. The stack is as it was when
/// this returns.
fn matches(stack: &mut Vec<&[Part]>, name: &[u8]) -> bool {
    let Some(parts) = stack.pop() else {
        return name.is_empty();
    };
    let matched = match parts.split_first() {
        None => matches(stack, name),
        Some((part, rest)) => {
            stack.push(rest);
            let matched = matches_part(part, stack, name);
            stack.pop();
            matched
        }
    };
    stack.push(parts);
    matched
}

fn matches_part<'p>(part: &'p Part, stack: &mut Vec<&'p [Part]>, name: &[u8]) -> bool {
    match part {
        Part::Text(text) => name
            .strip_prefix(text.as_slice())
            .is_some_and(|rest| matches(stack, rest)),
        Part::Any => {
            let end = name.iter().position(|byte| *byte == b'/').unwrap_or(name.len());
            (0..=end).any(|at| matches(stack, &name[at..]))
        }
        Part::Super => (0..=name.len()).any(|at| matches(stack, &name[at..])),
        Part::Single => match decode(name) {
            Some((character, rest)) => character != u32::from(b'/') && matches(stack, rest),
            None => false,
        },
        Part::Class { ranges, negated } => match decode(name) {
            Some((character, rest)) => {
                let within = ranges.iter().any(|(first, last)| (*first..=*last).contains(&character));
                within != *negated && matches(stack, rest)
            }
            None => false,
        },
        Part::OneOf(alternatives) => alternatives.iter().any(|alternative| {
            stack.push(alternative);
            let matched = matches(stack, name);
            stack.pop();
            matched
        }),
    }
}

/// The first character and what follows it.
fn decode(name: &[u8]) -> Option<(u32, &[u8])> {
    if name.is_empty() {
        return None;
    }
    let (character, size) = decode_rune(name);
    Some((
        u32::from(character.unwrap_or(char::REPLACEMENT_CHARACTER)),
        &name[size..],
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pattern, name, and whether gobwas/glob 0.2.3 says that they match.
    const CASES: &[(&str, &str, bool)] = &[
        ("*.txt", "a.txt", true),
        ("*.txt", "d/a.txt", false),
        ("**.txt", "d/a.txt", true),
        ("**/x", "a/b/x", true),
        ("**/x", "x", false),
        ("d/*", "d/", true),
        ("d/?", "d/é", true),
        ("d?a", "d/a", false),
        ("{a,b/**}", "b/c/d", true),
        ("{a,b}c", "bc", true),
        ("x{,y}", "x", true),
        ("{a,{b,c}d}", "cd", true),
        ("[!a]b", "/b", true),
        ("[a-c]x", "bx", true),
        ("[abc]x", "dx", false),
        ("a\\*", "a*", true),
        ("{a,b", "b", true),
        ("a,b}", "a,b}", true),
        ("", "", true),
        ("", "a", false),
    ];

    #[test]
    fn names_match_as_gobwas_glob_has_it() {
        for (pattern, name, expected) in CASES {
            let glob = Glob::parse(pattern.as_bytes()).unwrap();
            assert_eq!(glob.matches(name.as_bytes()), *expected, "{pattern} {name}");
        }
    }

    #[test]
    fn malformed_classes_are_refused() {
        for pattern in ["[", "[]", "[a", "[c-a]", "[a-b-c]", "[]a]", "[!"] {
            assert!(Glob::parse(pattern.as_bytes()).is_none(), "{pattern}");
        }
    }
}
