//! The operator's process ends and begins.

use std::time::Duration;

use serde_json::json;

use crate::cluster::of_resource;
use crate::harness::{Operator, a_while, condition, message};

#[tokio::test(flavor = "multi_thread")]
async fn e2e_an_operator_that_is_killed_while_it_installs_converges() {
    let mut operator = Operator::book_store("killed").await;
    operator
        .create("books", json!({"serviceAccount": {"create": true}}))
        .await;
    for delay in [60, 90, 120, 150, 180, 210, 250, 300] {
        operator.start();
        a_while(f64::from(delay) / 1000.0).await;
        operator.kill();
    }
    operator.start();
    operator.wait_for_revision("books", 1).await;
    let names = ["books-app", "books-mongodb"];
    assert_eq!(operator.names("apps/v1", "Deployment").await, names);
    assert_eq!(operator.names("v1", "Service").await, names);
    assert_eq!(operator.records().await, ["books.v1 deployed"]);
}

/// Kills at points that are known: each object is seen to exist, and what follows it is not there yet.
#[tokio::test(flavor = "multi_thread")]
async fn e2e_an_operator_that_is_killed_between_two_objects_converges() {
    let job = "
apiVersion: batch/v1
kind: Job
metadata: {name: '{{ .Release.Name }}-EVENT', annotations: {helm.sh/hook: EVENT, helm.sh/hook-delete-policy: hook-succeeded}}
spec:
  template:
    metadata: {annotations: {play.chartwright.dev/delay: 1s}}
    spec: {restartPolicy: Never, containers: [{name: main, image: x}]}
";
    let config = "{apiVersion: v1, kind: ConfigMap, metadata: {name: '{{ .Release.Name }}-config'}}";
    let (before, after) = (
        job.replace("EVENT", "pre-install"),
        job.replace("EVENT", "post-install"),
    );
    let templates = [
        ("before.yaml", &*before),
        ("after.yaml", &*after),
        ("config.yaml", config),
    ];
    let mut operator = Operator::demo("killed-between", &templates).await.started();
    operator.create("demo", json!({})).await;
    for (api_version, kind, name) in [
        ("v1", "Secret", "sh.helm.release.v1.demo.v1"),
        ("batch/v1", "Job", "demo-pre-install"),
        ("v1", "ConfigMap", "demo-config"),
    ] {
        let exists = || async { (!operator.get(api_version, kind, name).await.is_null()).then_some(()) };
        operator.wait_for(name, exists).await;
        operator.kill();
        assert_eq!(operator.records().await, ["demo.v1 pending-install"], "after {name}");
        operator.start();
    }
    operator.wait_for_revision("demo", 1).await;
    assert_eq!(operator.records().await, ["demo.v1 deployed"]);
    assert_eq!(operator.names("batch/v1", "Job").await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_an_operator_that_is_killed_while_it_uninstalls_leaves_nothing() {
    let mut operator = Operator::book_store("killed-uninstall").await.started();
    operator
        .create("books", json!({"serviceAccount": {"create": true}}))
        .await;
    operator.wait_for_revision("books", 1).await;
    operator.kill();
    operator.delete("books").await;
    for delay in [80, 120, 160, 200] {
        operator.start();
        a_while(f64::from(delay) / 1000.0).await;
        operator.kill();
    }
    operator.start();
    operator.wait_until_gone("books").await;
    assert_eq!(operator.names("apps/v1", "Deployment").await, Vec::<String>::new());
    assert_eq!(operator.names("v1", "Service").await, Vec::<String>::new());
    assert_eq!(operator.names("v1", "Secret").await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_restart_looks_at_each_release_once_and_writes_nothing() {
    let mut operator = Operator::book_store("restart").await.started();
    operator.create("books", json!({})).await;
    operator.create("films", json!({})).await;
    operator.wait_for_revision("books", 1).await;
    operator.wait_for_revision("films", 1).await;
    operator.requests_at_rest().await;
    operator.terminate().await;
    let requests = operator.requests().await;
    operator.arg("--log-level=chartwright=debug");
    operator.start();
    operator
        .wait_for("both to be looked at", || async {
            (operator.log().matches("planned").count() >= 2).then_some(())
        })
        .await;
    a_while(2.0).await;
    assert_eq!(requests.writes().await, []);
    assert_eq!(operator.log().matches("planned").count(), 2);
    let all = requests.get().await;
    let records = [
        "get sh.helm.release.v1.books.v1",
        "get sh.helm.release.v1.books.v2",
        "get sh.helm.release.v1.films.v1",
        "get sh.helm.release.v1.films.v2",
        "list ",
        "list ",
    ];
    assert_eq!(
        of_resource(&all, "secrets"),
        records,
        "the records of each release, once, and that they end with the last revision"
    );
    let names = [
        "get books-app",
        "get books-mongodb",
        "get films-app",
        "get films-mongodb",
    ];
    let lists_of_watches = |found: Vec<String>| {
        found
            .into_iter()
            .filter(|request| request != "list ")
            .collect::<Vec<_>>()
    };
    assert_eq!(lists_of_watches(of_resource(&all, "services")), names);
    assert_eq!(lists_of_watches(of_resource(&all, "deployments")), names);

    // Drift is noticed as before.
    operator.delete_object("v1", "Service", "films-app").await;
    operator
        .wait_for("the Service to be back", || async {
            (!operator.get("v1", "Service", "films-app").await.is_null()).then_some(())
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_what_happened_while_no_operator_ran_is_made_good() {
    let mut operator = Operator::book_store("meanwhile").await.started();
    operator.create("books", json!({"replicaCount": 1})).await;
    operator.create("films", json!({})).await;
    operator.create("plays", json!({})).await;
    for name in ["books", "films", "plays"] {
        operator.wait_for_revision(name, 1).await;
    }
    operator.terminate().await;
    operator.edit("books", json!({"spec": {"replicaCount": 2}})).await;
    operator.delete("films").await;
    operator
        .merge("apps/v1", "Deployment", "plays-app", json!({"spec": {"replicas": 3}}))
        .await;
    operator.start();
    operator.wait_for_revision("books", 2).await;
    operator.wait_until_gone("films").await;
    operator
        .wait_for("the replicas to be back", || async {
            (operator.get("apps/v1", "Deployment", "plays-app").await["spec"]["replicas"] == 1).then_some(())
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_an_idle_operator_stops_within_a_second() {
    let mut operator = Operator::book_store("stop").await.started();
    operator.create("books", json!({})).await;
    operator.wait_for_revision("books", 1).await;
    let (status, took) = operator.terminate().await;
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(1), "{took:?}");
    assert!(operator.log().contains("chartwright has stopped"), "{}", operator.log());
}

/// As bitnami's charts do with the passwords that they drew at the install.
#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_chart_that_refuses_an_upgrade_does_so_only_when_there_is_one() {
    let template = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: '{{ .Release.Name }}-config'}
data:
  password: {{ randAlphaNum 9 }}
  {{- if .Release.IsUpgrade }}
  given: {{ required \"give the password again\" .Values.password }}
  {{- end }}
";
    let mut operator = Operator::demo("refuses-upgrade", &[("config.yaml", template)])
        .await
        .started();
    operator.create("demo", json!({})).await;
    operator.wait_for_revision("demo", 1).await;
    operator.terminate().await;
    operator.start();
    operator
        .wait_for_log("nothing has changed, so the release stays as it is")
        .await;
    operator.requests_at_rest().await;
    let demo = operator.wait_for_revision("demo", 1).await;
    assert!(condition(&demo, "Irreconcilable").is_none(), "{demo}");

    // An edit is an upgrade.
    operator.edit("demo", json!({"spec": {"text": "new"}})).await;
    let demo = operator.wait_for_condition("demo", "Irreconcilable", "True").await;
    let told = message(&demo, "Irreconcilable");
    assert!(told.contains("give the password again"), "{told}");
    operator.edit("demo", json!({"spec": {"password": "secret"}})).await;
    operator.wait_for_revision("demo", 2).await;
}
