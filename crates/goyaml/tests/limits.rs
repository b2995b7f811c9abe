//! No input may panic, overflow a small stack or take without bounds.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::thread;

use govalue::Value;
use goyaml::{from_str, from_str_strict, parse_tree, to_string, to_string_pretty};
use proptest::prelude::*;

/// Tokio's worker threads and Rust's test threads have stacks of this size.
const STACK: usize = 2 * 1024 * 1024;

fn on_small_stack<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> T {
    thread::Builder::new()
        .stack_size(STACK)
        .spawn(body)
        .unwrap()
        .join()
        .unwrap()
}

fn read_all(document: &[u8]) {
    let _ = from_str_strict(document);
    let _ = goyaml::documents(document).count();
    let _ = parse_tree(document);
    if let Ok(value) = from_str(document) {
        let _ = to_string(&value);
        let _ = to_string_pretty(&value);
    }
}

#[test]
fn nesting_to_the_limit_fits_a_small_stack() {
    on_small_stack(|| {
        for document in [
            format!("{}{}", "[".repeat(499), "]".repeat(499)),
            "{a: ".repeat(499) + "1" + &"}".repeat(499),
            (0..450).map(|depth| " ".repeat(depth) + "a:\n").collect(),
            "- ".repeat(499) + "x",
        ] {
            let value = from_str(&document).unwrap();
            assert_eq!(value, value.clone());
            let text = to_string(&value).unwrap();
            assert_eq!(from_str(&text).unwrap(), value);
            to_string_pretty(&value).unwrap();
            parse_tree(&document).unwrap();
        }
    });
}

#[test]
fn nesting_beyond_the_limit_is_an_error() {
    on_small_stack(|| {
        for document in [
            "[".repeat(5000),
            "[".repeat(100_000),
            "- ".repeat(20_000),
            "? ".repeat(20_000),
        ] {
            let closed = document.clone() + &"]".repeat(document.len());
            assert!(from_str(&closed).is_err());
            assert!(parse_tree(&document).is_err());
        }
        let error = from_str("[".repeat(10_001)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "error converting YAML to JSON: yaml: exceeded max depth of 10000"
        );
    });
}

#[test]
fn a_value_nested_too_deep_is_not_written() {
    on_small_stack(|| {
        let deep = (0..700).fold(Value::Null, |inner, _| Value::List(vec![inner]));
        assert_eq!(
            to_string(&deep).unwrap_err().to_string(),
            "yaml: exceeded max depth of 500"
        );
        assert_eq!(
            to_string_pretty(&deep).unwrap_err().to_string(),
            "yaml: exceeded max depth of 500"
        );
    });
}

#[test]
fn aliases_that_multiply_are_refused() {
    let mut bomb = String::from("a: &a [x, x, x, x, x, x, x, x, x]\n");
    for (name, inner) in ('b'..='i').zip('a'..) {
        let items = vec![format!("*{inner}"); 9].join(", ");
        bomb.extend([format!("{name}: &{name} [{items}]\n")]);
    }
    let expected = "error converting YAML to JSON: yaml: document contains excessive aliasing";
    assert_eq!(from_str(&bomb).unwrap_err().to_string(), expected);
    assert_eq!(parse_tree(&bomb).unwrap_err().to_string(), expected);
}

/// Pieces of YAML that mean something, to be put together in any order.
const FRAGMENTS: &[&str] = &[
    "a",
    "key",
    ": ",
    ":",
    "\n",
    "\n  ",
    "\n- ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "&a ",
    "*a",
    "!!str ",
    "!!int ",
    "!x ",
    "|\n  ",
    ">-\n",
    "|2",
    "'",
    "\"",
    "\\",
    "\\x4",
    "#",
    " # c",
    "---",
    "\n...\n",
    "%YAML 1.1\n",
    "%TAG ! x\n",
    "? ",
    "<<: ",
    "~",
    "0x1F",
    "1e3",
    ".inf",
    "2001-01-01",
    "\t",
    "\r\n",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "é",
    "😀",
    "@",
    "!<x>",
    "%41",
];

fn fragment() -> impl Strategy<Value = String> {
    prop_oneof![4 => prop::sample::select(FRAGMENTS).prop_map(str::to_owned), 1 => ".{0,8}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn random_bytes_never_panic(document in prop::collection::vec(any::<u8>(), 0..200)) {
        read_all(&document);
    }

    #[test]
    fn shuffled_yaml_never_panics(fragments in prop::collection::vec(fragment(), 0..40)) {
        read_all(fragments.concat().as_bytes());
    }

    #[test]
    fn what_is_written_is_read_again(text in "\\PC{0,120}", key in "[ -~]{1,30}") {
        let value = Value::from_iter([(key, Value::from(text))]);
        let written = to_string(&value).unwrap();
        prop_assert_eq!(from_str(&written).unwrap(), value);
    }
}
