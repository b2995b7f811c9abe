//! Constraints against the Go library: every constraint of the table with every version, and the reasons for some.

use gosemver::{Constraints, Version};

/// From Masterminds/semver 3.5.0: a line of versions, then per constraint one bit a version (1 = met) and the reasons
/// for the versions of [`EXPLAINED`], or its error.
const TABLE: &str = include_str!("constraints.tsv");

/// The versions, by position, whose refusals the table explains.
const EXPLAINED: [usize; 6] = [0, 7, 14, 19, 23, 29];

fn versions() -> Vec<Version> {
    let line = TABLE.lines().next().expect("the table has a first line");
    let texts = line
        .strip_prefix("versions\t")
        .expect("the first line lists the versions")
        .split(' ');
    texts
        .map(|text| Version::parse(text).expect("the table's versions are good"))
        .collect()
}

#[test]
fn every_constraint_accepts_the_versions_the_go_library_accepts() {
    let versions = versions();
    let mut checked = 0;
    for line in TABLE.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let Ok(constraints) = Constraints::parse(fields[0]) else {
            assert_eq!(fields[1], "error", "{line}");
            continue;
        };
        let bits: String = versions
            .iter()
            .map(|v| if constraints.check(v) { '1' } else { '0' })
            .collect();
        assert_eq!(bits, fields[1], "{line}");
        checked += bits.len();
    }
    assert!(checked > 77 * 30, "only {checked} pairs");
}

#[test]
fn refusals_are_explained_in_the_go_librarys_words() {
    let versions = versions();
    for line in TABLE.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        match Constraints::parse(fields[0]) {
            Err(error) => assert_eq!(["error", &error.to_string()], fields[1..], "{line}"),
            Ok(constraints) => {
                let reasons = EXPLAINED.map(|index| constraints.validate(&versions[index]).err().unwrap_or_default());
                assert_eq!(reasons.map(|reasons| reasons.join("; ")), fields[2..], "{line}");
            }
        }
    }
}

#[test]
fn limits_on_length_and_groups_are_reported() {
    let error = |text: String| Constraints::parse(&text).unwrap_err().to_string();
    assert_eq!(error("1".repeat(513)), "constraint string is too long (max 512 bytes)");
    assert_eq!(error(vec!["1"; 33].join("||")), "too many constraint groups (max 32)");
    assert!(Constraints::parse(&vec!["1"; 32].join("||")).is_ok());
}
