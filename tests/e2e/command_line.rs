//! The commands that look at releases.

use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::cluster::control_plane;
use crate::harness::Operator;
use crate::oracle::helm;

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
