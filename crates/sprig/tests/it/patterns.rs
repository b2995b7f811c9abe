//! Random regular expressions, compared with Go's: `SPRIG_CALLS=50000 cargo test -p sprig random_patterns`.
//!
//! Each is tried on a random text by all functions that take one.

use govalue::quote;

use crate::data::data;
use crate::differential::{Random, lossless};
use crate::oracle::Oracle;
use crate::render::{functions, render};

/// Elements of patterns, right and wrong.
const ELEMENTS: &[&str] = &[
    "a",
    "b",
    "c",
    "x",
    "é",
    "k",
    "s",
    "S",
    "1",
    "_",
    "-",
    " ",
    "\n",
    ".",
    "𝒳",
    "ſ",
    "K",
    r"\d",
    r"\D",
    r"\w",
    r"\W",
    r"\s",
    r"\S",
    r"\b",
    r"\B",
    "^",
    "$",
    r"\A",
    r"\z",
    "[abc]",
    "[^abc]",
    "[a-z]",
    "[^a-z]",
    r"[\d-x]",
    r"[\w.-]",
    "[[:alpha:]]",
    "[[:^alpha:]]",
    "[[:word:]]",
    "[[:foo:]]",
    "[a-",
    "[z-a]",
    "[]a]",
    "[^]a]",
    r"[a\]b]",
    r"\.",
    r"\x41",
    r"\x{e9}",
    r"\x{110000}",
    r"\101",
    r"\8",
    r"\0",
    r"\n",
    r"\Q.*\E",
    r"\Qab",
    r"\C",
    r"\Z",
    r"\pL",
    r"\PL",
    r"\p{Lu}",
    r"\p{^Lu}",
    r"\P{^Lu}",
    r"\p{Greek}",
    r"\p{greek}",
    r"\p{Foo}",
    r"\p{L",
    r"\p",
    "(?i)",
    "(?s)",
    "(?m)",
    "(?U)",
    "(?i-s)",
    "(?-)",
    "(?i:",
    "(?:",
    "(?P<n>",
    "(?<n>",
    "(?P<>",
    "(?P<n",
    "(?=",
    "(",
    "(",
    ")",
    ")",
    "|",
    "|",
    "*",
    "+",
    "?",
    "*?",
    "+?",
    "??",
    "{2}",
    "{0}",
    "{1,2}",
    "{2,}",
    "{,3}",
    "{3,2}",
    "{1001}",
    "{2}?",
    "{01}",
    "**",
    "}",
    "{",
    "]",
    "(a|b)",
    "(a*)",
    "(|a)",
    "()",
    "\\",
    ".*",
    ".*?",
    r"[^\n]",
    "[k-s]",
    r"[^\W]",
    r"\_",
    r"\q",
    "foo",
    "\"",
    "`",
    r"\07",
    r"\x4",
    r"\x{}",
    "[[:alpha:]-z]",
    r"[a-\d]",
    "[-a]",
    "[a-]",
];

/// Parts of patterns that are right on their own.
const PARTS: &[&str] = &[
    "a", "b", "c", ".", r"\w", r"\d", "[ab]", "[^a]", "é", r"\b", "^", "$", "", "(?i:k)", r"\s", "-",
];

const REPETITIONS: &[&str] = &["*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,3}?", "{2,}"];

const TEXTS: &[&str] = &[
    "a",
    "b",
    "c",
    "ab",
    "abc",
    "foo",
    "bar",
    "x",
    "é",
    "K",
    "k",
    "ſ",
    "s",
    "S",
    "1",
    "23",
    "_",
    "-",
    " ",
    "\n",
    ".",
    "/",
    ":",
    "=",
    "ß",
    "Ω",
    "д",
    "𝒳",
    "A",
    "B",
    "\0",
    "nginx:1.2.3",
    "key=value",
    "$",
    "{",
    "}",
];

const REPLACEMENTS: &[&str] = &[
    "",
    "x",
    "$1",
    "${1}",
    "$1x",
    "${1}x",
    "$n",
    "${n}",
    "$$",
    "$",
    "${",
    "${1",
    "<$0>",
    "$2$1",
    "$01",
    "$é",
    "$1é",
    "$ {1}",
    "$999999999",
    "$1_",
    "a$",
];

fn joined(random: &mut Random, pieces: &[&str], most: usize) -> String {
    (0..random.below(most + 1)).map(|_| random.pick(pieces)).collect()
}

/// A pattern whose parentheses match.
fn balanced(random: &mut Random, depth: usize) -> String {
    match random.below(20) {
        _ if depth == 0 => random.pick(PARTS).to_owned(),
        0..7 => random.pick(PARTS).to_owned(),
        7..11 => balanced(random, depth - 1) + &balanced(random, depth - 1),
        11..14 => format!("({}|{})", balanced(random, depth - 1), balanced(random, depth - 1)),
        14..16 => format!("({})", balanced(random, depth - 1)),
        16..18 => format!("(?:{}){}", balanced(random, depth - 1), random.pick(REPETITIONS)),
        _ => balanced(random, depth - 1) + random.pick(REPETITIONS),
    }
}

fn template(random: &mut Random) -> String {
    let pattern = if random.below(2) == 0 {
        balanced(random, 4)
    } else {
        joined(random, ELEMENTS, 7)
    };
    let mut text = joined(random, TEXTS, 8).into_bytes();
    if random.below(6) == 0 {
        let at = random.below(text.len() + 1);
        text.splice(at..at, [0xff]);
    }
    let (pattern, text) = (quote(pattern.as_bytes()), quote(&text));
    let (replacement, limit) = (
        quote(random.pick(REPLACEMENTS).as_bytes()),
        random.pick(&["-1", "-1", "0", "1", "2", "3"]),
    );
    let call = |name: &str, rest: &str| format!("{{{{ {name} {pattern} {text} {rest} }}}}\u{1}");
    [
        call("regexMatch", ""),
        call("mustRegexMatch", ""),
        call("regexFind", ""),
        call("regexFindAll", &format!("{limit} | toJson")),
        call("regexReplaceAll", &replacement),
        call("regexReplaceAllLiteral", &replacement),
        call("regexSplit", &format!("{limit} | toJson")),
    ]
    .concat()
}

#[test]
fn random_patterns_match_as_in_go() {
    let Some(calls) = std::env::var("SPRIG_CALLS").ok().and_then(|calls| calls.parse().ok()) else {
        return;
    };
    let (mut random, mut oracle, ours) = (Random(0x2545_f491_4f6c_dd1d), Oracle::start(), functions());
    let mut failures = Vec::new();
    for _ in 0..calls {
        let template = template(&mut random);
        let (expected, answer) = (oracle.render(&template), render(&template, data(), &ours));
        if lossless(&answer) != lossless(&expected) {
            failures.push(format!(
                "{template}\n  Go:   {}\n  here: {}",
                expected.to_line(),
                answer.to_line()
            ));
        }
    }
    let shown = failures.len().min(20);
    assert!(
        failures.is_empty(),
        "{} of {calls} differ:\n{}",
        failures.len(),
        failures[..shown].join("\n")
    );
}
