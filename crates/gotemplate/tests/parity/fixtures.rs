//! Fixtures: one file per case, `---` between its parts, the last part from the oracle.
//!
//! * `tests/exec`: data (the oracle's tagged JSON, perhaps after a line `missingkey: error`), template, output.
//! * `tests/lex`, `tests/parse`: template, the templates in it as Go prints their trees.
//!
//! An error is `error: ` and Go's text, after what was written before it.

use std::fs;
use std::path::{Path, PathBuf};

use gotemplate::{FuncMap, TemplateSet, parse};
use govalue::{Map, Value, json};

use crate::oracle::Oracle;
use crate::render::{Case, Outcome};

const SEPARATOR: &str = "\n---\n";

/// A fixture's file.
struct Fixture {
    path: PathBuf,
    parts: Vec<String>,
}

impl Fixture {
    fn all(folder: &str) -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
        let mut paths: Vec<PathBuf> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        paths.sort();
        let read = |path: PathBuf| {
            let text = fs::read_to_string(&path).unwrap();
            Self {
                parts: text.split(SEPARATOR).map(str::to_owned).collect(),
                path,
            }
        };
        paths.into_iter().map(read).collect()
    }

    /// Compares the last part with `found`, or, with an oracle, replaces it by what `ask` says.
    fn check(&self, inputs: usize, oracle: &mut Option<Oracle>, ask: impl FnOnce(&mut Oracle) -> String, found: &str) {
        if let Some(oracle) = oracle {
            let text = self.parts[..inputs].join(SEPARATOR) + SEPARATOR + &ask(oracle) + "\n";
            return fs::write(&self.path, text).unwrap();
        }
        let expected = self.parts[inputs].strip_suffix('\n').unwrap_or(&self.parts[inputs]);
        assert_eq!(expected, found, "in {}", self.path.display());
    }
}

/// The oracle, if the fixtures shall be written anew.
fn blessing() -> Option<Oracle> {
    std::env::var_os("CHARTWRIGHT_BLESS").and_then(|_| Oracle::start())
}

#[test]
fn templates_execute_as_in_go() {
    let mut oracle = blessing();
    for fixture in Fixture::all("exec") {
        let (header, data) = match fixture.parts[0].split_once('\n') {
            Some((first, rest)) if first.starts_with("missingkey: ") => (first, rest),
            _ => ("missingkey: zero", fixture.parts[0].as_str()),
        };
        let missing_key = ["zero", "error", "default"]
            .into_iter()
            .find(|word| header.ends_with(word))
            .unwrap();
        let case = Case {
            text: fixture.parts[1].clone(),
            data: json::from_str(data).unwrap(),
            missing_key,
        };
        fixture.check(
            2,
            &mut oracle,
            |oracle| shown(&case.in_go(oracle)),
            &shown(&case.here()),
        );
    }
}

fn shown(outcome: &Outcome) -> String {
    match &outcome.error {
        Some(error) => format!("{}error: {error}", outcome.output),
        None => outcome.output.clone(),
    }
}

#[test]
fn texts_are_split_into_tokens_as_in_go() {
    check_trees("lex");
}

#[test]
fn trees_print_themselves_as_in_go() {
    check_trees("parse");
}

fn check_trees(folder: &str) {
    let mut oracle = blessing();
    for fixture in Fixture::all(folder) {
        let text = fixture.parts[0].clone();
        let ask = |oracle: &mut Oracle| {
            let case = Case {
                text: text.clone(),
                data: Value::Null,
                missing_key: "default",
            };
            trees_of(&oracle.ask(&case.request("lexparse")))
        };
        fixture.check(1, &mut oracle, ask, &trees_here(&text));
    }
}

fn trees_of(answer: &Map) -> String {
    if let Some(error) = answer.get("err".as_bytes()).and_then(Value::as_str) {
        return format!("error: {error}");
    }
    let trees = answer.get("trees".as_bytes()).and_then(Value::as_map).unwrap();
    let lines = trees
        .iter()
        .map(|(name, tree)| format!("[{name}] {}", tree.as_str().unwrap()));
    lines.collect::<Vec<_>>().join("\n")
}

fn trees_here(text: &str) -> String {
    let parsed = match parse("t", text.as_bytes(), &FuncMap::new()) {
        Ok(parsed) => parsed,
        Err(error) => return format!("error: {error}"),
    };
    let mut set = TemplateSet::new("gotpl");
    set.add(&parsed);
    let mut lines: Vec<String> = set
        .iter()
        .map(|template| format!("[{}] {}", template.name(), template.to_source()))
        .collect();
    lines.sort();
    lines.join("\n")
}
