//! The order of values, and what comes of sources that make no sense.

use std::path::Path;

use helm_kube::Gvk;
use serde_json::json;

use super::*;
use crate::sources::Source;
use crate::watches::{Override, SourceKind, ValuesFrom};

fn entry(key: &str, target_path: Option<&str>) -> ValuesFrom {
    ValuesFrom {
        kind: SourceKind::Secret,
        name: "db".into(),
        key: key.into(),
        target_path: target_path.map(str::to_owned),
        optional: false,
    }
}

fn join_all(entries: &[(Option<&str>, Option<&str>)]) -> Result<serde_json::Value, String> {
    let entries: Vec<_> = entries.iter().map(|(path, text)| (entry("k", *path), *text)).collect();
    let found: Vec<_> = entries
        .iter()
        .map(|(entry, text)| Found {
            entry,
            source: Source {
                kind: SourceKind::Secret,
                namespace: "shop".into(),
                name: "db".into(),
            },
            text: text.map(str::to_owned),
        })
        .collect();
    join(&found)
        .map(|map| serde_json::to_value(Value::Map(map)).unwrap())
        .map_err(|error| crate::error::chain(&error))
}

#[test]
fn later_sources_win_and_texts_stay_texts() {
    for (sources, expected) in [
        (vec![], json!({})),
        (vec![(None, None)], json!({})),
        (vec![(None, Some(""))], json!({})),
        (
            vec![(None, Some("a: {b: 1, c: 2}")), (None, Some("a: {b: 3}\nd: [1]"))],
            json!({"a": {"b": 3, "c": 2}, "d": [1]}),
        ),
        (
            vec![(None, Some("a: {b: 1}")), (Some("a.b"), Some("007,{x}\\\n"))],
            json!({"a": {"b": "007,{x}\\\n"}}),
        ),
        (
            vec![(Some("a[1]"), Some("true")), (None, Some("big: 9007199254740993"))],
            json!({"a": [null, "true"], "big": 9_007_199_254_740_993_i64}),
        ),
    ] {
        assert_eq!(join_all(&sources), Ok(expected));
    }
}

#[test]
fn what_is_wrong_with_a_source_is_told_without_what_it_says() {
    for (sources, expected) in [
        (
            vec![(None, Some("hunter2"))],
            "key `k` of Secret shop/db is not a map of values in YAML",
        ),
        (
            vec![(None, Some("a: hunter2\n b: [\n"))],
            "key `k` of Secret shop/db is not a map of values in YAML (see line 2)",
        ),
        (
            vec![(None, Some("a: hunter2")), (Some("a.b"), Some("x"))],
            "key `k` of Secret shop/db can't be put at `a.b`: what an earlier source has there is no map",
        ),
    ] {
        assert_eq!(join_all(&sources), Err(expected.to_owned()));
    }
}

#[test]
fn the_spec_wins_over_sources_and_overrides_over_both() {
    let mut watch = Watch::new(Gvk::new("shop.example.com/v1", "Book"), Path::new("chart"));
    let over = Override {
        key: "tag".into(),
        value: "9".into(),
    };
    watch.override_values.push(over).unwrap();
    let object: DynamicObject = serde_json::from_value(json!({
        "apiVersion": "shop.example.com/v1", "kind": "Book", "metadata": {"name": "x"},
        "spec": {"size": 2, "tag": "1", "db": {"user": "me"}, "gone": null},
    }))
    .unwrap();
    let sources = goyaml::map_from_str("{size: 1, tag: 0, db: {password: p, user: you}, gone: here, rest: 1}").unwrap();
    let values = of(&object, &watch, sources).unwrap();
    assert_eq!(
        serde_json::to_value(Value::Map(values.values)).unwrap(),
        json!({"size": 2, "tag": "9", "db": {"password": "p", "user": "me"}, "gone": null, "rest": 1})
    );
}
