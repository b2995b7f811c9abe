//! Why a revision is made, for its record and its event. No values: they may be secret.

use govalue::Value;
use helm_kube::Record;

use crate::Desired;

/// The most paths that are named.
const MAX_PATHS: usize = 10;

/// What differs between a revision and the one that takes its place: which inputs, and the paths of the values.
///
/// Empty where nothing is known to differ, such as at a first install.
pub fn cause(before: Option<&Record>, desired: &Desired) -> String {
    let Some(before) = before else { return String::new() };
    let mut causes = Vec::new();
    if before.inputs.is_none() {
        causes.push("release adopted".to_owned());
    }
    let changed = changed_sources(before.marks.sources.as_deref(), desired.sources.as_deref());
    let is_of_values = |name: &&str| !OTHER_SOURCES.contains(name);
    let paths = changed_paths(&before.release.config, &desired.config);
    if !paths.is_empty() {
        let mut names: Vec<&str> = changed.iter().copied().filter(is_of_values).collect();
        if names.is_empty() {
            names.push("values");
        }
        causes.push(format!("{} changed: {}", names.join(" and "), some(&paths)));
    }
    let versions = [&before.release.chart, &desired.chart].map(|chart| chart.version().to_owned());
    if versions[0] != versions[1] {
        causes.push(format!("chart changed: {} to {}", versions[0], versions[1]));
    } else if changed.contains(&"chart") {
        causes.push("chart changed".to_owned());
    }
    for name in ["cluster", "patches", "lookup"] {
        if changed.contains(&name) {
            causes.push(format!("{name} changed"));
        }
    }
    causes.join("; ")
}

/// Sources that are not of values.
const OTHER_SOURCES: &[&str] = &["chart", "cluster", "patches", "lookup"];

/// The names of the sources (`name=digest` words) that are not what they were.
fn changed_sources<'a>(before: Option<&str>, after: Option<&'a str>) -> Vec<&'a str> {
    let (Some(before), Some(after)) = (before, after) else {
        return Vec::new();
    };
    let known: Vec<&str> = before.split(' ').collect();
    let differs = |word: &&str| !known.contains(word);
    let names = after.split(' ').filter(differs).filter_map(|word| word.split_once('='));
    names.map(|(name, _)| name).collect()
}

fn some(paths: &[String]) -> String {
    let named = paths[..paths.len().min(MAX_PATHS)].join(", ");
    match paths.len().saturating_sub(MAX_PATHS) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// The paths at which two values differ: of maps those of their entries, of anything else its own.
fn changed_paths(before: &Value, after: &Value) -> Vec<String> {
    let mut paths = Vec::new();
    // Values that were never given and values without an entry are the same.
    let empty = Value::empty_map();
    let given = |value| if matches!(value, &Value::Null) { &empty } else { value };
    compare(given(before), given(after), "", &mut paths);
    paths
}

fn compare(before: &Value, after: &Value, path: &str, paths: &mut Vec<String>) {
    if before == after {
        return;
    }
    let (Value::Map(old), Value::Map(new)) = (before, after) else {
        return paths.push(if path.is_empty() { ".".into() } else { path.to_owned() });
    };
    let keys = old.keys().chain(new.keys().filter(|key| !old.contains_key(*key)));
    for key in keys {
        let below = join(path, &key.to_lossy());
        match (old.get(key), new.get(key)) {
            (Some(old), Some(new)) => compare(old, new, &below, paths),
            (None, None) => {}
            _ => paths.push(below),
        }
    }
}

fn join(path: &str, key: &str) -> String {
    let key = if key.contains('.') {
        format!("\"{key}\"")
    } else {
        key.to_owned()
    };
    if path.is_empty() { key } else { format!("{path}.{key}") }
}

#[cfg(test)]
mod tests {
    use helm_kube::Marks;
    use helm_release::{ChartRecord, Release};
    use serde_json::json;

    use super::*;

    fn value(json: serde_json::Value) -> Value {
        serde_json::from_value(json).unwrap()
    }

    fn chart(version: &str) -> ChartRecord {
        ChartRecord {
            metadata: value(json!({"name": "demo", "version": version})),
            ..ChartRecord::default()
        }
    }

    fn desired(config: serde_json::Value, version: &str, sources: &str) -> Desired {
        Desired {
            sources: Some(sources.into()),
            config: value(config),
            chart: chart(version),
            ..Desired::default()
        }
    }

    fn record(config: serde_json::Value, inputs: Option<&str>, sources: Option<&str>) -> Record {
        Record {
            release: Release {
                config: value(config),
                chart: chart("0.1.0"),
                ..Release::default()
            },
            inputs: inputs.map(str::to_owned),
            marks: Marks {
                sources: sources.map(str::to_owned),
                ..Marks::default()
            },
            ..Record::default()
        }
    }

    #[test]
    fn a_revision_tells_which_inputs_and_paths_changed_and_no_value() {
        let before = || {
            record(
                json!({"a": 1, "b": {"c": [1], "d.e": "x"}}),
                Some("i"),
                Some("spec=1 chart=1 lookup=1"),
            )
        };
        let same = json!({"a": 1, "b": {"c": [1], "d.e": "x"}});
        let cases = [
            (
                desired(
                    json!({"a": 2, "b": {"c": [1, 2], "d.e": "secret"}}),
                    "0.1.0",
                    "spec=2 chart=1 lookup=1",
                ),
                "spec changed: a, b.c, b.\"d.e\"",
            ),
            (
                desired(
                    json!({"a": 1, "b": {"c": [1]}, "f": {}}),
                    "0.1.0",
                    "spec=2 overrides=1 chart=1 lookup=1",
                ),
                "spec and overrides changed: b.\"d.e\", f",
            ),
            (
                desired(json!("text"), "0.1.0", "spec=2 chart=1 lookup=1"),
                "spec changed: .",
            ),
            (
                desired(same.clone(), "0.2.0", "spec=1 chart=2 lookup=1"),
                "chart changed: 0.1.0 to 0.2.0",
            ),
            (
                desired(same.clone(), "0.1.0", "spec=1 chart=2 lookup=1"),
                "chart changed",
            ),
            (
                desired(same.clone(), "0.1.0", "spec=1 chart=1 lookup=2"),
                "lookup changed",
            ),
            (
                desired(same.clone(), "0.1.0", "spec=1 chart=1 patches=1 lookup=1"),
                "patches changed",
            ),
            (desired(same.clone(), "0.1.0", "spec=1 chart=1 lookup=1"), ""),
        ];
        for (desired, text) in cases {
            assert_eq!(cause(Some(&before()), &desired), text);
        }
        assert_eq!(cause(None, &desired(same.clone(), "0.1.0", "")), "");
        let helms = record(json!(null), None, None);
        assert_eq!(
            cause(Some(&helms), &desired(json!({"a": 1}), "0.1.0", "spec=1")),
            "release adopted; values changed: a"
        );
        let many: serde_json::Map<_, _> = (0..13).map(|n| (format!("k{n:02}"), json!(n))).collect();
        let text = cause(
            Some(&record(json!({}), Some("i"), None)),
            &desired(many.into(), "0.1.0", ""),
        );
        assert!(text.ends_with("k08, k09 and 3 more"), "{text}");
    }
}
