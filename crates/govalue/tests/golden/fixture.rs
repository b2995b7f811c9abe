//! Lines of Go's answers.

use std::path::PathBuf;

use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::Value;

/// One case.
pub(crate) struct Line(Value);

/// Calls `check` for each case of a file; the cases for which it returns a difference are reported together.
pub(crate) fn each(file: &str, check: impl Fn(&Line) -> Option<String>) {
    let folder = std::env::var_os("GOVALUE_GOLDEN").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden"),
        PathBuf::from,
    );
    let text = std::fs::read_to_string(folder.join(file)).unwrap();
    let lines: Vec<Line> = text
        .lines()
        .map(|line| Line(serde_json::from_str(line).unwrap()))
        .collect();
    assert!(!lines.is_empty(), "{file} is empty");
    let different: Vec<String> = lines
        .iter()
        .filter_map(|line| check(line).map(|what| format!("{}\n  {what}", line.0)))
        .collect();
    let shown = different.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
    assert!(
        different.is_empty(),
        "{} of {} cases of {file} differ:\n{shown}",
        different.len(),
        lines.len()
    );
}

/// What differs, if anything does.
pub(crate) fn compare<T: Copy + PartialEq + std::fmt::Debug>(what: &str, got: T, want: T) -> Option<String> {
    (got != want).then(|| format!("{what}: got {got:?}, want {want:?}"))
}

impl Line {
    /// The string `name`.
    pub(crate) fn str(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// The bytes under `name` or, in base64, under `name_b64`.
    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        match self.str(name) {
            Some(text) => text.as_bytes().to_vec(),
            None => BASE64_STANDARD
                .decode(self.str(&format!("{name}_b64")).unwrap())
                .unwrap(),
        }
    }

    /// The number `name`.
    pub(crate) fn int(&self, name: &str) -> Option<i64> {
        self.0.get(name)?.as_i64()
    }

    /// The boolean `name`.
    pub(crate) fn bool(&self, name: &str) -> bool {
        self.0[name].as_bool().unwrap()
    }

    /// The float64 whose bits are under `bits`.
    pub(crate) fn float(&self) -> f64 {
        f64::from_bits(u64::from_str_radix(self.str("bits").unwrap(), 16).unwrap())
    }
}
