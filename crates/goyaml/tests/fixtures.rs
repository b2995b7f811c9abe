//! Go's answers, kept: each line of `encode/*.jsonl` and `decode/*.jsonl` is a request to the test oracle and its answer.
//!
//! `tests/regenerate.py` writes them from the requests, with the oracle built from Helm's own modules.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::fs;
use std::path::Path;

use govalue::Value;
use serde_json::Value as Json;

/// The cases of a file, with their line numbers.
fn cases(file: &str) -> Vec<(usize, Json)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(file);
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .enumerate()
        .map(|(at, line)| (at + 1, serde_json::from_str(line).unwrap()))
        .collect()
}

/// The oracle's tagged value: plain numbers are float64, `{"$int64": "5"}` and the like are typed.
fn untag(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => Value::Float(number.as_f64().unwrap()),
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => items.iter().map(untag).collect(),
        Json::Object(entries) => match entries.iter().next() {
            Some((tag, number)) if tag == "$int64" => Value::Int(number.as_str().unwrap().parse().unwrap()),
            Some((tag, inner)) if tag == "$map" => map(inner.as_object().unwrap()),
            _ => map(entries),
        },
    }
}

fn map(entries: &serde_json::Map<String, Json>) -> Value {
    entries
        .iter()
        .map(|(key, value)| (key.as_str(), untag(value)))
        .collect()
}

/// The oracle's answer, in which `err` stands for a failure.
fn answer(case: &Json) -> Result<&str, &str> {
    case["ok"].as_str().ok_or_else(|| case["err"].as_str().unwrap())
}

fn check_encode(file: &str, write: fn(&Value) -> Result<String, goyaml::Error>) {
    for (line, case) in cases(file) {
        let ours = write(&untag(&case["value"])).map_err(|error| error.to_string());
        assert_eq!(
            ours.as_deref().map_err(String::as_str),
            answer(&case),
            "{file}:{line}: {}",
            case["value"]
        );
    }
}

#[test]
fn strings_are_written_as_go_writes_them() {
    check_encode("encode/strings.jsonl", goyaml::to_string);
}

#[test]
fn values_are_written_as_go_writes_them() {
    check_encode("encode/values.jsonl", goyaml::to_string);
}

#[test]
fn pretty_yaml_is_what_helm_4_writes() {
    check_encode("encode/pretty.jsonl", goyaml::to_string_pretty);
}

#[test]
fn documents_are_read_as_go_reads_them() {
    for (line, case) in cases("decode/documents.jsonl") {
        let text = case["text"].as_str().unwrap();
        let ours = goyaml::from_str_unstructured(text).map_err(|error| bare(&error));
        let go = case["json"].as_str().map(|json| govalue::json::from_str(json).unwrap());
        let go = go.ok_or_else(|| case["err"].as_str().unwrap().to_owned());
        assert_eq!(ours, go.map(without_negative_zero), "line {line}: {text:?}");
    }
}

/// `-0` is 0 to Kubernetes' decoder, which looks for an integer first.
fn without_negative_zero(value: Value) -> Value {
    match value {
        Value::Float(0.0) => Value::Int(0),
        Value::List(items) => items.into_iter().map(without_negative_zero).collect(),
        Value::Map(map) => map
            .into_iter()
            .map(|(key, value)| (key, without_negative_zero(value)))
            .collect(),
        other => other,
    }
}

#[test]
fn strict_reading_refuses_what_go_refuses() {
    for (line, case) in cases("decode/strict.jsonl") {
        let ours = goyaml::from_str_strict(case["text"].as_str().unwrap())
            .err()
            .map(|error| bare(&error));
        assert_eq!(ours.as_deref(), case["err"].as_str(), "line {line}: {}", case["text"]);
    }
}

/// The text without what sigs.k8s.io/yaml's `Unmarshal` puts before that of its `YAMLToJSON`.
fn bare(error: &goyaml::Error) -> String {
    error.problem().to_string()
}
