//! Documents and hooks are sorted as Helm sorts them. The cases are random files; what they become is the answer of
//! real Helm (`goracle`, operation `sort-manifests`).

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::error::Error;

use helm_release::sort_manifests;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Case {
    files: BTreeMap<String, String>,
    want: Value,
}

fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// What Helm's answer has of a hook, without what it leaves out. Helm 3 trims its text.
fn hook(hook: &helm_release::Hook) -> Value {
    let mut value = serde_json::to_value(hook).unwrap();
    value["manifest"] = hook.manifest.trim_end().into();
    value.as_object_mut().unwrap().retain(|_, field| *field != Value::Null);
    value
}

/// A list of Helm's answer; Go writes an empty one as null.
fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

#[test]
fn random_files_are_sorted_as_helm_sorts_them() {
    for line in include_str!("sorting.jsonl").lines() {
        let case: Case = serde_json::from_str(line).unwrap();
        match sort_manifests(&case.files) {
            Err(error) => assert_eq!(case.want["err"], chain(&error), "{:?}", case.files),
            Ok(sorted) => {
                let ours: Vec<(&str, &str)> = sorted
                    .manifests
                    .iter()
                    .map(|one| (one.path.as_str(), one.content.trim_end()))
                    .collect();
                assert!(case.want["err"].is_null(), "Helm refuses: {}", case.want);
                let theirs: Vec<(&str, &str)> = list(&case.want["manifests"])
                    .iter()
                    .map(|one| (one["name"].as_str().unwrap(), one["content"].as_str().unwrap()))
                    .collect();
                assert_eq!(ours, theirs);
                let ours: Vec<Value> = sorted.hooks.iter().map(hook).collect();
                assert_eq!(ours, list(&case.want["hooks"]), "{:?}", case.files);
            }
        }
    }
}
