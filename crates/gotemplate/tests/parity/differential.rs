//! Generated templates: the same output, and the same error, as real Go.

use std::fmt::Write as _;
use std::path::PathBuf;

use gotemplate::{FuncMap, parse};
use govalue::{Value, json};

use crate::generate::Generator;
use crate::oracle::Oracle;
use crate::render::{Case, Outcome};

/// How many answers are committed.
const COMMITTED: usize = 400;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

fn committed_answers() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/differential/answers.jsonl")
}

fn report(case: &Case, expected: &Outcome, found: &Outcome) -> String {
    format!(
        "--- {:?} missingkey={}\n  Go:   {expected:?}\n  here: {found:?}\n",
        case.text, case.missing_key
    )
}

/// What this crate is known to do otherwise: it refuses complex numbers, and gives up on templates that never end.
fn is_known(expected: &Outcome, found: &Outcome) -> bool {
    let says = |outcome: &Outcome, words: &str| outcome.error.as_ref().is_some_and(|text| text.contains(words));
    says(found, "complex numbers are not supported")
        || (says(expected, "exceeded maximum template depth") && says(found, "exceeded the limit"))
        || says(expected, "timeout: no answer")
}

#[test]
fn generated_templates_do_as_in_go() {
    let Some(mut oracle) = Oracle::start() else { return };
    let mut generator = Generator::new(number("CHARTWRIGHT_SEED").unwrap_or(1));
    let cases = number("CHARTWRIGHT_CASES").unwrap_or(2_000);
    let (mut differences, mut failures, mut text) = (0, 0, String::new());
    for _ in 0..cases {
        let case = generator.case();
        let (expected, found) = (case.in_go(&mut oracle), case.here());
        failures += u64::from(expected.error.is_some());
        if expected != found && !is_known(&expected, &found) {
            differences += 1;
            if differences <= 40 {
                let _ = write!(text, "{}", report(&case, &expected, &found));
            }
        }
    }
    println!("{cases} cases ({failures} of them errors), {differences} differences");
    assert!(differences == 0, "{differences} differences in {cases} cases:\n{text}");
}

#[test]
fn any_bytes_are_a_template_or_an_error() {
    let mut generator = Generator::new(7);
    let mut parsed = 0;
    for _ in 0..3_000 {
        let bytes = generator.bytes();
        match parse("t", bytes.as_slice(), &FuncMap::new()) {
            Ok(_) => parsed += 1,
            Err(error) => assert!(error.text().starts_with(b"template: t:"), "{error}"),
        }
    }
    assert!(parsed > 100, "{parsed} of 3000 are templates");
}

#[test]
fn committed_answers_are_given() {
    let mut generator = Generator::new(2_026);
    let cases: Vec<Case> = (0..COMMITTED).map(|_| generator.case()).collect();
    if std::env::var_os("CHARTWRIGHT_BLESS").is_some() {
        return bless(&cases);
    }
    let answers = std::fs::read_to_string(committed_answers()).unwrap();
    let answers: Vec<Value> = answers.lines().map(|line| json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), COMMITTED);
    for (case, answer) in cases.iter().zip(answers) {
        let answer = answer.into_map().unwrap();
        assert_eq!(
            answer.get("text".as_bytes()).and_then(Value::as_str),
            Some(&*case.text),
            "bless again"
        );
        let (expected, found) = (Outcome::of(&answer), case.here());
        assert!(
            expected == found || is_known(&expected, &found),
            "{}",
            report(case, &expected, &found)
        );
    }
}

fn bless(cases: &[Case]) {
    let mut oracle = Oracle::start().expect("CHARTWRIGHT_ORACLE must name the oracle's folder");
    let mut lines = String::new();
    for case in cases {
        let mut answer = case.in_go(&mut oracle).to_map();
        answer.insert("text".into(), Value::from(case.text.as_str()));
        lines.push_str(&json::to_string(&Value::Map(answer)).unwrap());
        lines.push('\n');
    }
    std::fs::create_dir_all(committed_answers().parent().unwrap()).unwrap();
    std::fs::write(committed_answers(), lines).unwrap();
}
