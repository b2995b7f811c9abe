//! The chart's tests, on demand.

use std::fmt::Write as _;

use helm_kube::{Record, TestRun};
use helm_release::{Hook, HookEvent};
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, LogParams};

use crate::error::chain;
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

/// Which of a release's tests are run, by their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TestFilter {
    /// Only these; all if empty.
    pub only: Vec<String>,
    /// All but these.
    pub except: Vec<String>,
}

impl TestFilter {
    /// Whether a hook is run if it is a test.
    pub fn takes(&self, hook: &Hook) -> bool {
        (self.only.is_empty() || self.only.contains(&hook.name)) && !self.except.contains(&hook.name)
    }
}

/// A run of tests for somebody who waits for its end.
#[derive(Debug)]
pub struct Tested {
    /// The record, with how each test ended.
    pub record: Record,
    /// What the pods of tests have printed, if it was asked for.
    pub logs: String,
    /// What went wrong, the first test that failed before all else.
    pub failures: Vec<Error>,
}

/// Runs tests of a stored revision as `helm test` does: one after the other until one fails. Their logs are read when
/// all have ended, before any is deleted. What the custom resource asked for, and how that went, stays in the record.
pub async fn run_tests(cx: &Context, record: &Record, filter: &TestFilter, with_logs: bool) -> Result<Tested, Error> {
    let mut record = record.clone();
    record.marks.stage = None;
    let mut order = Hook::order(record.release.hooks(), HookEvent::Test);
    order.retain(|index| filter.takes(&record.release.hooks()[*index]));
    let ran = hooks::run_some(cx, &mut record, HookEvent::Test, &order).await;
    let mut logs = String::new();
    let read = if with_logs {
        read_logs(cx, &record, &order, &mut logs).await
    } else {
        Vec::new()
    };
    let cleaned = hooks::clean_up(cx, &mut record, HookEvent::Test, &ran).await;
    record.marks.stage = None;
    cx.secrets.update(&mut record).await?;
    let failures = ran.outcome.err().into_iter().chain(read).chain(cleaned.err());
    Ok(Tested {
        failures: failures.collect(),
        record,
        logs,
    })
}

/// Adds what all containers of these tests have printed, as far as they are pods. A pod that can't be read is the last.
async fn read_logs(cx: &Context, record: &Record, order: &[usize], logs: &mut String) -> Vec<Error> {
    let pods: Api<Pod> = Api::namespaced(cx.cluster.client().clone(), &record.release.namespace);
    let mut failures = Vec::new();
    let hooks = order.iter().map(|index| &record.release.hooks()[*index]);
    for hook in hooks.filter(|hook| hook.kind == "Pod") {
        let name = &hook.name;
        let unreadable = |what: String, source| Error::Log {
            what,
            source: Box::new(source),
        };
        let pod = match pods.get(name).await {
            Ok(pod) => pod,
            Err(error) => {
                failures.push(unreadable(format!("pod {name}"), error));
                break;
            }
        };
        for container in containers(pod) {
            let params = LogParams {
                container: Some(container.clone()),
                ..LogParams::default()
            };
            match pods.logs(name, &params).await {
                Ok(log) => {
                    let _ = writeln!(logs, "POD LOGS: {name} ({container})\n{log}");
                }
                Err(error) => failures.push(unreadable(format!("container {container} of pod {name}"), error)),
            }
        }
    }
    failures
}

/// The names of a pod's containers, those that run first before the others.
fn containers(pod: Pod) -> Vec<String> {
    let spec = pod.spec.unwrap_or_default();
    let all = spec.init_containers.unwrap_or_default().into_iter();
    all.chain(spec.containers).map(|container| container.name).collect()
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

    use super::*;

    #[test]
    fn tests_are_chosen_by_name() {
        let hook = |name: &str| Hook {
            name: name.into(),
            ..Hook::default()
        };
        let taken = |only: &[&str], except: &[&str]| -> Vec<&str> {
            let texts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
            let filter = TestFilter {
                only: texts(only),
                except: texts(except),
            };
            ["a", "b", "c"]
                .into_iter()
                .filter(|name| filter.takes(&hook(name)))
                .collect()
        };
        assert_eq!(taken(&[], &[]), ["a", "b", "c"]);
        assert_eq!(taken(&["a", "c"], &[]), ["a", "c"]);
        assert_eq!(taken(&[], &["b"]), ["a", "c"]);
        assert_eq!(taken(&["a", "b"], &["b"]), ["a"]);
    }

    #[test]
    fn each_new_text_asks_for_one_run() {
        let record = |tests: Option<(&str, Option<bool>)>| Record {
            marks: Marks {
                tests: tests.map(|(asked, passed)| TestRun {
                    asked: asked.into(),
                    revision: 1,
                    passed,
                    message: String::new(),
                }),
                ..Marks::default()
            },
            ..Record::default()
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
