//! Records are Helm's: ours read Helm's, and what we write reads back.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use govalue::Value;
use helm_release::{ChartRecord, Hook, HookEvent, HookExecution, HookPhase, Info, Release, Status, decode, encode};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::json;

/// A record that Helm 3.22's storage encoded (`goracle`, operation `release-encode`).
const BY_HELM: &str = include_str!("record.txt");

#[test]
fn a_record_of_helm_is_read() {
    let release = decode(BY_HELM.as_bytes()).unwrap();
    assert_eq!(
        (release.name.as_str(), release.namespace.as_str(), release.version),
        ("books", "shop", 3)
    );
    assert_eq!(release.info.status, Status::Superseded);
    assert_eq!(release.info.last_deployed, "2026-01-02T03:04:06.7+01:00");
    assert_eq!(release.chart.name(), "book-store");
    assert_eq!(
        release.config.get("x").and_then(govalue::Value::as_int),
        Some(1_000_000)
    );
    assert_eq!(release.hooks()[0].events, [HookEvent::PreInstall]);
    assert_eq!(release.hooks()[0].weight, -1);
}

#[test]
fn broken_records_are_errors() {
    for record in ["", "!", "AAAA", "H4sIAAAA", "e30="] {
        assert!(decode(record.as_bytes()).is_err(), "{record}");
    }
}

/// Data as JSON has it. Integers are those that a float64 has as well, since Go reads all numbers into one; floats are
/// no integers, since Go writes `5.0` as `5`.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-(1_i64 << 53)..1 << 53).prop_map(Value::from),
        (-1_000_000_i32..1_000_000).prop_map(|number| Value::from(f64::from(number) + 0.125)),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..5)
                .prop_map(|map| map.into_iter().collect::<Value>()),
        ]
    })
}

fn maps() -> impl Strategy<Value = Value> {
    prop::collection::btree_map("[a-z.]{1,8}", values(), 0..6).prop_map(|map| map.into_iter().collect::<Value>())
}

fn times() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.123456789+01:00"])
        .prop_map(str::to_owned)
}

fn statuses() -> impl Strategy<Value = Status> {
    use Status::{
        Deployed, Failed, PendingInstall, PendingRollback, PendingUpgrade, Superseded, Uninstalled, Uninstalling,
        Unknown,
    };
    let all = [
        Unknown,
        Deployed,
        Uninstalled,
        Superseded,
        Failed,
        Uninstalling,
        PendingInstall,
        PendingUpgrade,
        PendingRollback,
    ];
    prop::sample::select(all.to_vec())
}

fn events() -> impl Strategy<Value = Vec<HookEvent>> {
    use HookEvent::{
        PostDelete, PostInstall, PostRollback, PostUpgrade, PreDelete, PreInstall, PreRollback, PreUpgrade, Test,
    };
    let all = [
        PreInstall,
        PostInstall,
        PreDelete,
        PostDelete,
        PreUpgrade,
        PostUpgrade,
        PreRollback,
        PostRollback,
        Test,
    ];
    prop::sample::subsequence(all.to_vec(), 0..4)
}

fn runs() -> impl Strategy<Value = HookExecution> {
    use HookPhase::{Failed, Never, Running, Succeeded, Unknown};
    let phases = prop::sample::select(vec![Unknown, Running, Succeeded, Failed, Never]);
    (times(), times(), phases).prop_map(|(started_at, completed_at, phase)| HookExecution {
        started_at,
        completed_at,
        phase,
    })
}

prop_compose! {
    fn hooks()(
        name in "[a-z]{0,9}", kind in "[A-Z][a-z]{0,9}", path in "[a-z/]{0,20}", manifest in any::<String>(), events in events(),
        last_run in runs(), weight in any::<i64>(), delete_policies in prop::collection::vec("[a-z-]{1,9}", 0..3),
        output_log_policies in prop::collection::vec("[a-z-]{1,9}", 0..3),
    ) -> Hook {
        Hook { name, kind, path, manifest, events, last_run, weight, delete_policies, output_log_policies }
    }
}

prop_compose! {
    fn infos()(
        first_deployed in times(), last_deployed in times(), deleted in times(), description in any::<String>(),
        status in statuses(), notes in any::<String>(),
    ) -> Info {
        Info { first_deployed, last_deployed, deleted, description, status, notes }
    }
}

prop_compose! {
    fn releases()(
        name in "[a-z]{1,20}", namespace in "[a-z]{1,20}", version in 1_u32.., manifest in "(---\n[ -~é\n]{0,40}){0,3}",
        info in infos(), config in maps(), values in maps(), description in "\\PC{1,20}", hooks in prop::collection::vec(hooks(), 1..4),
    ) -> Release {
        let metadata = [("name", &*name), ("version", "1.2.3"), ("apiVersion", "v2"), ("description", &*description)];
        let metadata = metadata.map(|(key, text)| (key, Value::from(text)));
        Release {
            chart: ChartRecord { metadata: Value::from_iter(metadata), values },
            hooks: Some(hooks),
            name, namespace, version, manifest, info, config,
            ..Release::default()
        }
    }
}

proptest! {
    #[test]
    fn a_release_reads_back_what_was_written(release in releases()) {
        prop_assert_eq!(decode(encode(&release).unwrap().as_bytes()).unwrap(), release);
    }
}

/// How many releases Go is asked to read.
const RELEASES: usize = 300;

#[test]
fn go_reads_what_was_written() {
    // `make test` says where the oracle is; without one there is nobody to ask.
    let Some(folder) = std::env::var_os("CHARTWRIGHT_ORACLE") else {
        return;
    };
    let mut runner = TestRunner::deterministic();
    let releases: Vec<Release> = (0..RELEASES)
        .map(|_| releases().new_tree(&mut runner).unwrap().current())
        .collect();
    let mut oracle = Command::new(Path::new(&folder).join("goracle"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut questions = oracle.stdin.take().unwrap();
    let answers = BufReader::new(oracle.stdout.take().unwrap());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for release in &releases {
                let question = json!({"op": "release-decode", "data": encode(release).unwrap()});
                writeln!(questions, "{question}").unwrap();
            }
            drop(questions);
        });
        let mut count = 0;
        for (release, line) in releases.iter().zip(answers.lines()) {
            let answer: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
            let found: Release = serde_json::from_value(answer["release"].clone()).unwrap();
            assert_eq!(found, as_go_has_it(release.clone()), "{answer}");
            count += 1;
        }
        assert_eq!(count, RELEASES);
    });
    oracle.wait().unwrap();
}

/// Go leaves out what is empty: a map of values, a list of hooks' words.
fn as_go_has_it(mut release: Release) -> Release {
    if release.config == Value::empty_map() {
        release.config = Value::Null;
    }
    release
}
