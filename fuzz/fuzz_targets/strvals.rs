//! No line of `--set` and its like panics, hangs or takes memory without end.
//!
//! Each line of the input is one flag, its first byte says which, and all set the same values.

#![no_main]

use govalue::{Map, Value};
use helm_chart::strvals;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let mut values = Map::new();
    for line in input.lines().take(16) {
        let mut characters = line.chars();
        let kind = characters.next();
        let line = characters.as_str();
        // Errors leave what was set before them.
        let _ = match kind {
            Some('s') => strvals::set_string(line, &mut values),
            Some('j') => strvals::set_json(line, &mut values),
            Some('l') => strvals::set_literal(line, &mut values),
            Some('f') => strvals::set_file(line, &mut values, &mut |path| Ok(Value::from(path))),
            _ => strvals::set(line, &mut values),
        };
    }
});
