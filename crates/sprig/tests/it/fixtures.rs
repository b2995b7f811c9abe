//! Templates with the answers of real Sprig, a file for each group of functions.
//!
//! A template is a line; the line after it is its answer, as [`Answer::to_line`] writes it. Lines of `#` are headings.

use std::fs;
use std::path::{Path, PathBuf};

use crate::data::data;
use crate::oracle::Oracle;
use crate::render::{Answer, functions, render};

/// The fixture files.
pub(crate) fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let entries = fs::read_dir(folder).expect("there is a folder of fixtures");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    files
}

/// The templates of a file, with the line of the answer to each if there is one.
pub(crate) fn cases(text: &str) -> Vec<(&str, Option<&str>)> {
    let mut cases = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if line.starts_with(['=', '~', '!']) {
            cases
                .last_mut()
                .map(|(_, answer)| *answer = Some(line))
                .expect("an answer follows a template");
        } else {
            cases.push((line, None));
        }
    }
    cases
}

#[test]
fn every_fixture_is_answered_as_by_sprig() {
    if std::env::var_os("UPDATE_GOLDENS").is_some() {
        update();
    }
    let functions = functions();
    let (mut failures, mut count) = (Vec::new(), 0);
    for file in files() {
        let text = fs::read_to_string(&file).expect("a fixture is UTF-8");
        for (template, expected) in cases(&text) {
            let answer = render(template, data(), &functions).to_line();
            count += 1;
            if expected != Some(answer.as_str()) {
                let name = file.file_name().unwrap_or_default().display();
                failures.push(format!(
                    "{name}: {template}\n  Go:   {}\n  here: {answer}",
                    expected.unwrap_or("none")
                ));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {count} differ:\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert!(count > 500, "only {count} fixtures");
}

/// Asks real Sprig for all answers again and writes them.
fn update() {
    let mut oracle = Oracle::start();
    for file in files() {
        let text = fs::read_to_string(&file).expect("a fixture is UTF-8");
        let mut lines = Vec::new();
        for line in text.lines().filter(|line| !line.starts_with(['=', '~', '!'])) {
            lines.push(line.to_owned());
            if !line.is_empty() && !line.starts_with('#') {
                lines.push(oracle.render(line).to_line());
            }
        }
        fs::write(&file, lines.join("\n") + "\n").expect("a fixture can be written");
    }
}

#[test]
fn an_answer_is_written_in_one_line() {
    assert_eq!(Answer::Output("a\n\"b\"".into()).to_line(), r#"= "a\n\"b\"""#);
    assert_eq!(Answer::Output(vec![b'a', 0xff].into()).to_line(), "~ \"a\u{ff}\"");
}
