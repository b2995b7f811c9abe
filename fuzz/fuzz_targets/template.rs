//! No text makes the template lexer or parser panic or hang, nor the printing of what was parsed or of the error.

#![no_main]

use std::sync::LazyLock;

use gotemplate::{FuncMap, parse};
use libfuzzer_sys::fuzz_target;

static FUNCTIONS: LazyLock<FuncMap> = LazyLock::new(|| helm_engine::functions().collect());

fuzz_target!(|text: &[u8]| {
    match parse("fuzz", text, &FUNCTIONS) {
        Ok(parsed) => {
            for template in parsed.templates() {
                template.to_source();
            }
        }
        Err(error) => {
            assert!(error.location().is_some_and(|location| location.line > 0));
            assert!(!error.to_string().is_empty());
        }
    }
});
