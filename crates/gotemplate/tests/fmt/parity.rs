//! Random calls, compared with the oracle's answers as they come.

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use gotemplate::Any;
use govalue::json::{self, Escape};
use govalue::{Str, Value};

use crate::golden::difference;
use crate::random::Random;
use crate::tagged::{any, read, text};

fn cases() -> usize {
    std::env::var("CHARTWRIGHT_CASES").map_or(5_000, |count| count.parse().unwrap())
}

/// Sends requests to the oracle and calls `check` with each and its answer; fails with what it returns.
fn compare(requests: &[Value], check: impl Fn(&Value, &Value) -> Option<String>) {
    // `make test` says where the oracle is; without one there is nothing to compare with.
    let Some(folder) = std::env::var_os("CHARTWRIGHT_ORACLE") else {
        return;
    };
    let mut oracle = Command::new(Path::new(&folder).join("goracle"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut questions = BufWriter::new(oracle.stdin.take().unwrap());
    let answers = BufReader::new(oracle.stdout.take().unwrap());
    let different: Vec<String> = std::thread::scope(|scope| {
        scope.spawn(move || {
            for request in requests {
                writeln!(questions, "{}", json::to_string(request).unwrap()).unwrap();
            }
        });
        requests
            .iter()
            .zip(answers.lines())
            .filter_map(|(request, line)| check(request, &read(&line.unwrap())))
            .collect()
    });
    oracle.wait().unwrap();
    let shown = different.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
    assert!(
        different.is_empty(),
        "{} of {} differ:\n{shown}",
        different.len(),
        requests.len()
    );
}

fn seed() -> u64 {
    std::env::var("CHARTWRIGHT_SEED").map_or(1, |seed| seed.parse().unwrap())
}

#[test]
fn random_sprintf_calls_agree_with_go() {
    let mut random = Random::new(seed());
    let requests: Vec<Value> = (0..cases()).map(|_| random.call()).collect();
    compare(&requests, difference);
}

#[test]
fn random_values_have_the_same_json_in_go() {
    let mut random = Random::new(seed() + 1);
    let requests: Vec<Value> = (0..cases()).map(|_| random.encoding()).collect();
    compare(&requests, |request, want| {
        let value: Any = any(request.get("value").unwrap());
        let mut out = Vec::new();
        let got = match json::write(&value, &mut out, Escape::Html) {
            Ok(()) => Str::from(out),
            Err(error) => error.to_string().into(),
        };
        let want = text(want, "ok").or_else(|| text(want, "err")).unwrap();
        (got != want).then(|| format!("{request:?}\n   got {got:?}\n  want {want:?}"))
    });
}
