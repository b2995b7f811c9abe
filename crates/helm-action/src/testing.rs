//! The chart's tests, on demand.

use helm_kube::{Record, TestRun};
use helm_release::{Hook, HookEvent};

use crate::deploy::chain;
use crate::{Context, Error, hooks};

/// Whether `asked` asks for a run that the record has not seen the end of.
pub fn wants_test(record: &Record, asked: Option<&str>) -> bool {
    let done = |tests: &TestRun| Some(tests.asked.as_str()) == asked && tests.passed.is_some();
    asked.is_some() && !record.marks.tests.as_ref().is_some_and(done)
}

/// Runs the test hooks of a deployed revision, and notes in its record what asked for it and how it went. A run that was
/// cut off goes on where it ended.
pub async fn test(cx: &Context, record: &Record, asked: &str) -> Result<Record, Error> {
    let mut record = record.clone();
    let is_cut_off = record.marks.tests.as_ref().is_some_and(|tests| tests.asked == asked);
    if !is_cut_off {
        record.marks.stage = None;
    }
    let revision = record.release.version;
    let run = |passed, message| TestRun {
        asked: asked.to_owned(),
        revision,
        passed,
        message,
    };
    record.marks.tests = Some(run(None, String::new()));
    let outcome = hooks::run(cx, &mut record, HookEvent::Test).await;
    let count = Hook::order(record.release.hooks(), HookEvent::Test).len();
    record.marks.tests = Some(match outcome {
        Err(error) if error.is_transient() => return Err(error),
        Err(error) => run(Some(false), chain(&error)),
        Ok(()) => run(Some(true), passed(count)),
    });
    record.marks.stage = None;
    cx.secrets.update(&mut record).await?;
    Ok(record)
}

fn passed(count: usize) -> String {
    match count {
        0 => "the chart has no tests".into(),
        1 => "the test passed".into(),
        count => format!("{count} tests passed"),
    }
}

#[cfg(test)]
mod tests {
    use helm_kube::Marks;
    use helm_release::Release;

    use super::*;

    #[test]
    fn each_new_text_asks_for_one_run() {
        let record = |tests: Option<(&str, Option<bool>)>| Record {
            release: Release::default(),
            inputs: None,
            marks: Marks {
                tests: tests.map(|(asked, passed)| TestRun {
                    asked: asked.into(),
                    revision: 1,
                    passed,
                    message: String::new(),
                }),
                ..Marks::default()
            },
            owner: None,
            parts: Vec::new(),
        };
        let cases = [
            (None, None, false),
            (None, Some("a"), true),
            (Some(("a", Some(true))), Some("a"), false),
            (Some(("a", Some(false))), Some("a"), false),
            (Some(("a", None)), Some("a"), true),
            (Some(("a", Some(true))), Some("b"), true),
            (Some(("a", Some(true))), None, false),
        ];
        for (tests, asked, wanted) in cases {
            assert_eq!(wants_test(&record(tests), asked), wanted, "{tests:?} {asked:?}");
        }
    }
}
