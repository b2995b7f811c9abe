//! The calls whose answers are kept.

use std::path::Path;

use gotemplate::{Any, fmt};
use govalue::{Str, Value};

use crate::tagged::{any, read, text};

/// What our `fmt` answers to a request, and to a `sprint` request as a `Println`.
pub(crate) fn answer(request: &Value) -> (Str, Option<Str>) {
    let args: Vec<Any> = request
        .get("args")
        .and_then(Value::as_list)
        .unwrap_or_default()
        .iter()
        .map(any)
        .collect();
    let mut out = Vec::new();
    if let Some(format) = text(request, "format") {
        fmt::sprintf(format.as_bytes(), &args, &mut out);
        return (out.into(), None);
    }
    fmt::print(&args, &mut out);
    let mut line = Vec::new();
    fmt::println(&args, &mut line);
    (out.into(), Some(line.into()))
}

/// What is different from the oracle's answer, if anything is.
pub(crate) fn difference(request: &Value, want: &Value) -> Option<String> {
    let (got, line) = answer(request);
    let agree = Some(&got) == text(want, "ok").as_ref() && (line.is_none() || line == text(want, "ln"));
    (!agree).then(|| format!("{request:?}\n   got {got:?} {line:?}\n  want {want:?}"))
}

fn compare(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fmt");
    let file = |suffix: &str| std::fs::read_to_string(folder.join(format!("{name}{suffix}"))).unwrap();
    let (requests, wants) = (file(".jsonl"), file(".want.jsonl"));
    assert_eq!(requests.lines().count(), wants.lines().count());
    let different: Vec<String> = requests
        .lines()
        .zip(wants.lines())
        .filter_map(|(request, want)| difference(&read(request), &read(want)))
        .collect();
    let shown = different.iter().take(30).cloned().collect::<Vec<_>>().join("\n");
    assert!(different.is_empty(), "{} calls differ:\n{shown}", different.len());
}

#[test]
fn sprintf_writes_what_go_writes() {
    compare("sprintf");
}

#[test]
fn print_and_println_put_spaces_where_go_puts_them() {
    compare("sprint");
}
