//! Versions: what is read, how it is printed, what is refused and why. Expectations are the Go library's.

use std::cmp::Ordering;

use gosemver::Version;

fn lenient(text: &str) -> String {
    Version::parse(text).map_or_else(|error| error.to_string(), |version| version.to_string())
}

fn strict(text: &str) -> String {
    Version::parse_strict(text).map_or_else(|error| error.to_string(), |version| version.to_string())
}

#[test]
fn lenient_parsing_completes_short_versions() {
    let cases = [
        ("1", "1.0.0"),
        ("v1.2", "1.2.0"),
        ("v1.02.3", "1.2.3"),
        ("1.2-beta.1+b.7", "1.2.0-beta.1+b.7"),
        ("1.2.3+b", "1.2.3+b"),
        ("1.2.3-a-b", "1.2.3-a-b"),
    ];
    for (text, expected) in cases {
        assert_eq!(lenient(text), expected, "{text}");
        assert_eq!(Version::parse(text).unwrap().original(), text);
    }
}

#[test]
fn refused_versions_have_the_go_librarys_reasons() {
    let too_big =
        "error parsing version segment: strconv.ParseUint: parsing \"18446744073709551616\": value out of range";
    let cases = [
        ("", "invalid semantic version"),
        ("1.2.3.4", "invalid semantic version"),
        ("V1.2", "invalid semantic version"),
        (" 1.2", "invalid semantic version"),
        ("1.2.3-01", "version segment starts with 0"),
        ("1.18446744073709551616", too_big),
    ];
    for (text, expected) in cases {
        assert_eq!(lenient(text), expected, "{text}");
    }
    assert_eq!(lenient(&"1".repeat(257)), "version string is too long (max 256 bytes)");
}

#[test]
fn strict_parsing_takes_only_what_the_specification_allows() {
    let cases = [
        ("1.2.3-rc.1+b", "1.2.3-rc.1+b"),
        ("", "version string empty"),
        ("1.2", "invalid semantic version"),
        ("v1.2.3", "invalid characters in version"),
        ("1.02.3", "version segment starts with 0"),
        ("1.2.3-", "invalid prerelease string"),
        ("1.2.3-01", "version segment starts with 0"),
        ("1.2.3+", "invalid metadata string"),
        (
            "18446744073709551616.0.0",
            "strconv.ParseUint: parsing \"18446744073709551616\": value out of range",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(strict(text), expected, "{text}");
    }
}

#[test]
fn pre_releases_are_ordered_part_by_part() {
    let ascending = [
        "1.0.0-1",
        "1.0.0-2",
        "1.0.0-11",
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-beta",
        "1.0.0",
        "1.0.1",
    ];
    for pair in ascending.windows(2) {
        let [left, right] = [pair[0], pair[1]].map(|text| Version::parse(text).unwrap());
        assert_eq!(left.compare(&right), Ordering::Less, "{pair:?}");
        assert_eq!(right.compare(&left), Ordering::Greater, "{pair:?}");
    }
    let [left, right] = ["1.0.0+a", "1.0+b"].map(|text| Version::parse(text).unwrap());
    assert_eq!(left.compare(&right), Ordering::Equal);
}

#[test]
fn increments_keep_the_prefix_and_drop_what_follows_the_numbers() {
    let version = Version::parse("v1.2.3-rc.1+b").unwrap();
    let originals = [version.next_patch(), version.next_minor(), version.next_major()];
    let originals = originals.map(|next| next.unwrap().original().to_owned());
    assert_eq!(originals, ["v1.2.3", "v1.3.0", "v2.0.0"]);
    let last = Version::parse("18446744073709551615.0.0").unwrap();
    assert_eq!(
        last.next_major().unwrap_err().to_string(),
        "major version increment would overflow uint64"
    );
}

#[test]
fn pre_release_and_metadata_are_checked_when_set() {
    let version = Version::parse("v1.2").unwrap();
    assert_eq!(version.with_prerelease("rc.1").unwrap().original(), "v1.2.0-rc.1");
    assert_eq!(version.with_metadata("b").unwrap().to_string(), "1.2.0+b");
    assert_eq!(
        version.with_prerelease("a..b").unwrap_err().to_string(),
        "invalid prerelease string"
    );
    assert_eq!(
        version.with_metadata("ü").unwrap_err().to_string(),
        "invalid metadata string"
    );
}
