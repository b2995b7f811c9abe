//! What the table must cover.

use std::collections::BTreeSet;
use std::fs;

use crate::fixtures::{cases, files};

/// All functions of Sprig 3.3 that Helm leaves in.
const SPRIG: &str = include_str!("../fixtures/functions");

fn names() -> BTreeSet<&'static str> {
    sprig::functions().map(|function| function.name).collect()
}

#[test]
fn the_table_has_all_functions_that_helm_takes_from_sprig_and_no_others() {
    let expected: BTreeSet<&str> = SPRIG.lines().collect();
    assert_eq!(
        names().difference(&expected).collect::<Vec<_>>(),
        Vec::<&&str>::new(),
        "unknown to Sprig"
    );
    assert_eq!(
        expected.difference(&names()).collect::<Vec<_>>(),
        Vec::<&&str>::new(),
        "missing here"
    );
    assert_eq!(sprig::functions().count(), expected.len(), "a name occurs twice");
}

#[test]
fn every_function_of_the_table_has_fixtures() {
    let texts: Vec<String> = files()
        .iter()
        .map(|file| fs::read_to_string(file).expect("a fixture is UTF-8"))
        .collect();
    let mut words = BTreeSet::new();
    for (template, _) in texts.iter().flat_map(|text| cases(text)) {
        words.extend(template.split(|rune: char| !rune.is_alphanumeric() && rune != '_'));
    }
    let missing: Vec<_> = names().into_iter().filter(|name| !words.contains(name)).collect();
    assert!(missing.is_empty(), "without a fixture: {missing:?}");
}

#[test]
fn the_reference_describes_every_function_under_its_heading() {
    let reference = sprig::reference();
    for entry in sprig::entries() {
        assert!(
            reference.contains(&format!("\n## {}\n", entry.group.title())),
            "{}",
            entry.group.title()
        );
        let row = format!("| `{}", entry.function.name);
        assert!(reference.contains(&row), "{}", entry.function.name);
        assert!(
            entry.summary.ends_with('.'),
            "{}: {}",
            entry.function.name,
            entry.summary
        );
    }
}
