//! What documents say of the code is what the code says. `UPDATE_DOCS=1 cargo test --test documents` writes the generated
//! parts anew.
#![expect(clippy::unwrap_used, reason = "a test ends by panicking, wherever it is")]

use std::path::Path;

const MARK: &str = "<!-- From here on: generated from Sprig's table. -->\n";

#[test]
fn every_function_is_documented() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/functions.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (written, generated) = page.split_once(MARK).unwrap();
    let reference = sprig::reference();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, format!("{written}{MARK}{reference}")).unwrap();
    } else {
        assert_eq!(generated, reference, "run UPDATE_DOCS=1 cargo test --test documents");
    }
    for function in helm_engine::functions() {
        assert!(
            page.contains(&format!("`{}", function.name)),
            "{} is missing",
            function.name
        );
    }
}

#[test]
fn every_acceptance_scenario_has_its_tests() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/ACCEPTANCE.md")).unwrap();
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    let tests = end_to_end_tests(&root.join("tests/e2e"));
    for (row, number) in rows.iter().zip(1..) {
        assert!(row.starts_with(&format!("| {number} |")), "scenario {number}: {row}");
        let named = row.split('`').filter(|word| word.contains("::e2e_"));
        for name in named.clone() {
            assert!(tests.contains(name), "scenario {number}: there is no test {name}");
        }
        assert!(
            named.count() > 0 || row.contains("No test:") || row.contains("Not end to end"),
            "scenario {number} names no test"
        );
    }
    assert_eq!(rows.len(), 58);
}

/// The end-to-end tests below a folder, as `module::function`.
fn end_to_end_tests(folder: &Path) -> std::collections::BTreeSet<String> {
    let mut found = std::collections::BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(end_to_end_tests(&path));
            continue;
        }
        let module = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let functions = text
            .split("fn ")
            .filter_map(|rest| rest.split_once('('))
            .map(|(name, _)| name);
        found.extend(
            functions
                .filter(|name| name.starts_with("e2e_"))
                .map(|name| format!("{module}::{name}")),
        );
    }
    found
}
