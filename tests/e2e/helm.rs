//! Real Helm and our records.

use serde_json::json;

use crate::harness::Operator;
use crate::oracle::{helm, helm_json};

fn documents(manifest: &str) -> Vec<&str> {
    manifest
        .split("\n---\n")
        .map(|document| document.trim_start_matches("---").trim())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_helm_3_and_helm_4_read_our_records() {
    let operator = Operator::book_store("helm-reads").await.started();
    operator.create("books", json!({"replicaCount": 1})).await;
    operator.wait_for_revision("books", 1).await;
    let spec = json!({"replicaCount": 2, "service": {"app": {"type": "NodePort"}}});
    operator.edit("books", json!({"spec": spec})).await;
    let book_store = operator.wait_for_revision("books", 2).await;
    operator.write("values.json", &spec.to_string());
    let (chart, values) = (operator.path("helm-charts/book-store"), operator.path("values.json"));

    for version in ["helm3", "helm4"] {
        let list = helm_json(&operator, version, &["list"]).await;
        assert_eq!(list.as_array().unwrap().len(), 1, "{list}");
        assert_eq!(list[0]["name"], "books");
        assert_eq!(list[0]["status"], "deployed");
        assert_eq!(list[0]["revision"], "2");
        assert!(list[0]["chart"].as_str().unwrap().starts_with("book-store-"), "{list}");

        let history = helm_json(&operator, version, &["history", "books"]).await;
        let told: Vec<_> = history
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| (&entry["revision"], &entry["status"], &entry["description"]))
            .collect();
        assert_eq!(
            told,
            [
                (&json!(1), &json!("superseded"), &json!("Install complete")),
                (
                    &json!(2),
                    &json!("deployed"),
                    &json!("Upgrade complete: spec changed: replicaCount, service")
                )
            ]
        );

        assert_eq!(helm_json(&operator, version, &["get", "values", "books"]).await, spec);
        assert_eq!(
            helm_json(&operator, version, &["get", "values", "books", "--revision", "1"]).await,
            json!({"replicaCount": 1})
        );
        let all = helm_json(&operator, version, &["get", "values", "books", "--all"]).await;
        assert_eq!(all["service"]["mongodb"]["port"], 27017);

        let status = helm_json(&operator, version, &["status", "books"]).await;
        assert_eq!(status["info"]["status"], "deployed");
        assert_eq!(status["version"], 2);
        let notes = helm(&operator, version, &["get", "notes", "books"]).await;
        assert!(notes.contains("The book store books runs"), "{notes}");

        let stored = helm(&operator, version, &["get", "manifest", "books"]).await;
        let args = [
            "template",
            "books",
            chart.to_str().unwrap(),
            "--values",
            values.to_str().unwrap(),
        ];
        let rendered = helm(&operator, version, &args).await;
        if version == "helm4" {
            assert_eq!(stored.trim(), rendered.trim());
        }
        // Helm 3 trims each document.
        let told = book_store["status"]["deployedRelease"]["manifest"].as_str().unwrap();
        assert_eq!(documents(told), documents(&rendered), "{version}");
        assert_eq!(documents(&stored), documents(&rendered), "{version}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_release_that_helm_uninstalls_is_installed_again() {
    let operator = Operator::book_store("helm-uninstalls").await.started();
    operator.create("books", json!({})).await;
    operator.wait_for_revision("books", 1).await;
    for version in ["helm3", "helm4"] {
        let uid = operator.get("v1", "Service", "books-app").await["metadata"]["uid"].clone();
        helm(&operator, version, &["uninstall", "books"]).await;
        operator
            .wait_for("the release to be back", || async {
                let service = operator.get("v1", "Service", "books-app").await;
                let list = operator.records().await;
                let is_deployed = list.len() == 1 && list[0].ends_with(" deployed");
                (!service.is_null() && service["metadata"]["uid"] != uid && is_deployed).then_some(())
            })
            .await;
        operator.wait_for_condition("books", "Ready", "True").await;
        let names = ["books-app", "books-mongodb"];
        assert_eq!(operator.names("apps/v1", "Deployment").await, names);
        assert_eq!(operator.names("v1", "Service").await, names);
        assert_eq!(helm_json(&operator, version, &["list"]).await[0]["status"], "deployed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_rollback_by_helm_is_rolled_forward() {
    let operator = Operator::book_store("helm-rolls-back").await.started();
    operator.create("books", json!({"replicaCount": 1})).await;
    operator.wait_for_revision("books", 1).await;
    operator.edit("books", json!({"spec": {"replicaCount": 2}})).await;
    operator.wait_for_revision("books", 2).await;
    for (version, revision) in [("helm3", 4), ("helm4", 6)] {
        helm(&operator, version, &["rollback", "books", "1"]).await;
        operator.wait_for_revision("books", revision).await;
        assert_eq!(
            operator.get("apps/v1", "Deployment", "books-app").await["spec"]["replicas"],
            2
        );
        let last = operator.records().await.pop();
        assert_eq!(last, Some(format!("books.v{revision} deployed")), "{version}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_release_that_helm_made_is_adopted() {
    let mut operator = Operator::book_store("helm-made").await;
    let chart = operator.path("helm-charts/book-store");
    let chart = chart.to_str().unwrap();
    helm(
        &operator,
        "helm3",
        &["install", "books", chart, "--set", "replicaCount=2"],
    )
    .await;
    helm(&operator, "helm4", &["install", "films", chart]).await;
    let uid = operator.get("apps/v1", "Deployment", "books-app").await["metadata"]["uid"].clone();
    operator.start();
    // The same values: the revision stays. Others: an upgrade.
    operator.create("books", json!({"replicaCount": 2})).await;
    operator.create("films", json!({"replicaCount": 3})).await;
    operator.wait_for_revision("books", 1).await;
    operator.wait_for_revision("films", 2).await;
    let deployment = operator.get("apps/v1", "Deployment", "books-app").await;
    assert_eq!(deployment["metadata"]["uid"], uid);
    assert_eq!(deployment["metadata"]["ownerReferences"][0]["name"], "books");
    assert_eq!(
        operator.get("apps/v1", "Deployment", "films-app").await["spec"]["replicas"],
        3
    );
    assert_eq!(
        helm_json(&operator, "helm3", &["list"]).await.as_array().unwrap().len(),
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_release_of_another_chart_is_left_alone() {
    let config = "{apiVersion: v1, kind: ConfigMap, metadata: {name: '{{ .Release.Name }}-config'}}";
    let mut operator = Operator::demo("helm-foreign", &[("config.yaml", config)]).await;
    operator.write("other/Chart.yaml", "{apiVersion: v2, name: other, version: 0.1.0}\n");
    operator.write("other/templates/config.yaml", config);
    helm(
        &operator,
        "helm3",
        &["install", "demo", operator.path("other").to_str().unwrap()],
    )
    .await;
    let before = operator.get("v1", "ConfigMap", "demo-config").await;
    operator.start();
    operator.create("demo", json!({})).await;
    let demo = operator.wait_for_condition("demo", "Irreconcilable", "True").await;
    assert!(
        crate::harness::message(&demo, "Irreconcilable").contains("made from chart `other`"),
        "{demo}"
    );
    operator.delete("demo").await;
    operator.wait_until_gone("demo").await;
    assert_eq!(operator.get("v1", "ConfigMap", "demo-config").await, before);
    assert_eq!(operator.records().await, ["demo.v1 deployed"]);
}
