//! The commands that look at releases.

use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::cluster::control_plane;
use crate::harness::Operator;
use crate::oracle::{helm, run_helm};

pub(crate) async fn chartwright(operator: &Operator, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chartwright"));
    command
        .args(args)
        .args(["--namespace", &operator.namespace])
        .env("KUBECONFIG", control_plane().await.kubeconfig());
    tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap()
}

/// What a command prints; it must succeed.
pub(crate) async fn printed(operator: &Operator, args: &[&str]) -> String {
    let output = chartwright(operator, args).await;
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

async fn two_revisions(test: &str) -> Operator {
    let operator = Operator::book_store(test).await.started();
    operator.create("books", json!({"replicaCount": 1})).await;
    operator.wait_for_revision("books", 1).await;
    operator.edit("books", json!({"spec": {"replicaCount": 2}})).await;
    operator.wait_for_revision("books", 2).await;
    operator
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_history_and_get_print_what_helm_prints() {
    let operator = two_revisions("cli-history").await;
    let ours: Value = serde_json::from_str(&printed(&operator, &["history", "books", "-o", "json"]).await).unwrap();
    let theirs = helm(&operator, "helm3", &["history", "books", "-o", "json"]).await;
    let mut theirs: Value = serde_json::from_str(&theirs).unwrap();
    for (ours, theirs) in ours.as_array().unwrap().iter().zip(theirs.as_array_mut().unwrap()) {
        // Helm prints the time in its own zone's notation.
        theirs["updated"] = ours["updated"].clone();
    }
    assert_eq!(ours, theirs);
    let table = printed(&operator, &["history", "books"]).await;
    assert_eq!(table.lines().count(), 3, "{table}");

    for (ours, theirs) in [
        (
            &["get", "values", "books"][..],
            &["get", "values", "books", "-o", "yaml"][..],
        ),
        (
            &["get", "values", "books", "--all"],
            &["get", "values", "books", "--all", "-o", "yaml"],
        ),
        (
            &["get", "values", "books", "--revision", "1"],
            &["get", "values", "books", "--revision", "1", "-o", "yaml"],
        ),
        (&["get", "manifest", "books"], &["get", "manifest", "books"]),
        (&["get", "hooks", "books"], &["get", "hooks", "books"]),
    ] {
        let wanted = helm(&operator, "helm3", theirs).await;
        assert_eq!(printed(&operator, ours).await.trim(), wanted.trim(), "{ours:?}");
    }
    let notes = printed(&operator, &["get", "notes", "books"]).await;
    assert!(notes.contains("The book store books runs"), "{notes}");

    let output = chartwright(&operator, &["get", "values", "books", "--revision", "7"]).await;
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && told.contains("revision 7 is not kept; there are 1, 2"),
        "{told}"
    );
    let output = chartwright(&operator, &["history", "nobody"]).await;
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && told.contains("nobody has no records"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_status_tells_how_each_object_is() {
    let mut operator = two_revisions("cli-status").await;
    // Nobody mends what the status is to tell of.
    operator.terminate().await;
    operator.delete_object("v1", "Service", "books-mongodb").await;
    let selector = json!({"spec": {"selector": {"app.kubernetes.io/component": "x"}}});
    operator.merge("v1", "Service", "books-app", selector).await;
    let status: Value = serde_json::from_str(&printed(&operator, &["status", "books", "-o", "json"]).await).unwrap();
    assert_eq!(
        (&status["revision"], &status["status"]),
        (&json!(2), &json!("deployed"))
    );
    let state = |kind: &str, name: &str| {
        let objects = status["objects"].as_array().unwrap();
        let found = objects
            .iter()
            .find(|it| it["kind"] == kind && it["name"] == name)
            .unwrap();
        [found["state"].clone(), found["message"].clone()]
    };
    assert_eq!(state("Deployment", "books-app")[0], "ready");
    assert_eq!(state("Service", "books-mongodb")[0], "missing");
    let [word, why] = state("Service", "books-app");
    assert_eq!(word, "drifted");
    assert!(why.as_str().unwrap().contains("/spec/selector"), "{why}");
    let text = printed(&operator, &["status", "books"]).await;
    for line in ["NAME: books", "REVISION: 2", "STATUS: deployed", "NOTES:"] {
        assert!(text.contains(line), "{text}");
    }
}

/// Two pods with an init container, the second of which does what the value `play` says.
const TESTS: &str = "
{{- range list (list \"second\" 5 (.Values.play | default \"completed\")) (list \"first\" -5 \"completed\") }}
---
apiVersion: v1
kind: Pod
metadata:
  name: '{{ $.Release.Name }}-{{ index . 0 }}'
  annotations:
    helm.sh/hook: test
    helm.sh/hook-weight: {{ index . 1 | quote }}
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
    play.chartwright.dev/pod: {{ index . 2 }}
    play.chartwright.dev/log: \"one line\\nof the {{ index . 0 }} test\\n\"
spec:
  restartPolicy: Never
  initContainers: [{name: before, image: x}]
  containers: [{name: main, image: x}]
{{- end }}
";

/// The text with the times of runs left out.
fn without_times(text: &str) -> String {
    let lines = text.trim().lines().map(|line| {
        let kept = ["Last Started:", "Last Completed:"]
            .into_iter()
            .find(|start| line.starts_with(start));
        kept.unwrap_or(line)
    });
    lines.collect::<Vec<&str>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_tests_are_run_and_told_of_as_by_helm() {
    let runs: [&[&str]; 5] = [
        &["test", "demo"],
        &["test", "demo", "--logs", "--timeout", "1m"],
        &["test", "demo", "--filter=name=nobody"],
        &["test", "demo", "--filter", "name=demo-first"],
        &[
            "test",
            "demo",
            "--filter",
            "!name=demo-first,name=demo-second",
            "--logs",
        ],
    ];
    let text = |output: &[u8]| without_times(&String::from_utf8_lossy(output));
    for (play, passes) in [("completed", true), ("failed", false)] {
        let mut operator = Operator::demo("cli-test", &[("tests.yaml", TESTS)]).await.started();
        operator.create("demo", json!({"play": play})).await;
        operator.wait_for_revision("demo", 1).await;
        operator.terminate().await;
        let mut ours = Vec::new();
        for args in runs {
            ours.push((chartwright(&operator, args).await, operator.names("v1", "Pod").await));
        }
        assert_eq!(operator.records().await, ["demo.v1 deployed"]);
        for (args, (ours, our_pods)) in runs.iter().zip(&ours) {
            let theirs = run_helm(&operator, "helm4", args).await;
            assert_eq!(text(&ours.stdout), text(&theirs.stdout), "{play} {args:?}");
            assert_eq!(ours.status.code(), theirs.status.code(), "{play} {args:?}");
            assert_eq!(*our_pods, operator.names("v1", "Pod").await, "{play} {args:?}");
        }
        let (first, _) = &ours[0];
        assert_eq!(first.status.success(), passes);
        let told = String::from_utf8_lossy(&first.stderr);
        assert_eq!(told.contains("test hook Pod"), !passes, "{told}");
        let logs = text(&ours[1].0.stdout);
        assert!(
            logs.contains("POD LOGS: demo-second (main)\none line\nof the second test"),
            "{logs}"
        );
        // Helm's command takes our marks off the record.
        let orphan = chartwright(&operator, &["test", "demo"]).await;
        let told = String::from_utf8_lossy(&orphan.stderr);
        assert!(told.contains("belongs to no custom resource"), "{told}");
        operator.start();
        operator.wait_for_log("Adopted release").await;
        let again = chartwright(&operator, &["test", "demo"]).await;
        assert_eq!(again.status.success(), passes, "{again:?}");
        assert_eq!(operator.records().await, ["demo.v1 deployed"]);
    }
}
