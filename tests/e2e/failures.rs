//! What can't be brought out is told in a condition, and hurts nothing that runs.

use serde_json::{Value, json};

use crate::cluster::of_resource;
use crate::harness::{Operator, a_while, condition, definition, message};
use crate::templates::{CONFIG_MAP, SERVICE};

/// The events of the namespace with this reason: how many there are, and how often each happened.
async fn events(operator: &Operator, reason: &str) -> Vec<i64> {
    let list = operator
        .api("events.k8s.io/v1", "Event")
        .list(&kube::api::ListParams::default())
        .await
        .unwrap();
    let events = list
        .items
        .iter()
        .map(|event| &event.data)
        .filter(|event| event["reason"] == reason);
    events
        .map(|event| event["series"]["count"].as_i64().unwrap_or(1))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_each_cause_of_a_failure_has_an_event_and_the_same_one_is_counted() {
    let operator = Operator::demo("causes", &[("config.yaml", CONFIG_MAP), ("service.yaml", SERVICE)])
        .await
        .started();
    operator.create("demo", json!({"text": "one", "port": 80})).await;
    operator.wait_for_revision("demo", 1).await;
    for (port, count) in [(99_991, 1), (99_992, 2)] {
        operator.edit("demo", json!({"spec": {"port": port}})).await;
        let told = operator
            .wait_for(&format!("the refusal of port {port}"), || async {
                let notes = operator.notes("UpgradeError").await;
                notes.last()?.contains(&port.to_string()).then_some(notes)
            })
            .await;
        assert_eq!(told.len(), count, "{told:?}");
    }
    // A failure that comes back after another one is the first one again.
    operator.edit("demo", json!({"spec": {"port": 99_991}})).await;
    operator
        .wait_for("the first refusal to be counted up", || async {
            let mut counts = events(&operator, "UpgradeError").await;
            counts.sort_unstable();
            (counts == [1, 2]).then_some(())
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_value_that_the_schema_refuses_is_told_with_its_path() {
    let operator = Operator::book_store("schema").await;
    let schema = "helm-charts/book-store/values.schema.json";
    let text = std::fs::read_to_string(operator.path(schema)).unwrap();
    let mut object: Value = serde_json::from_str(&text).unwrap();
    object["properties"]["replicaCount"]["maximum"] = json!(5);
    operator.write(schema, &object.to_string());
    let operator = operator.started();
    operator.create("books", json!({"replicaCount": 1})).await;
    operator.wait_for_revision("books", 1).await;
    let manifest = operator.resource("books").await["status"]["deployedRelease"]["manifest"].clone();

    let requests = operator.requests().await;
    operator.edit("books", json!({"spec": {"replicaCount": 9}})).await;
    let book_store = operator.wait_for_condition("books", "Irreconcilable", "True").await;
    assert!(
        message(&book_store, "Irreconcilable").contains("replicaCount"),
        "{book_store}"
    );
    assert_eq!(condition(&book_store, "Ready").unwrap()["status"], "False");
    assert_eq!(condition(&book_store, "Stalled").unwrap()["status"], "True");
    assert_eq!(condition(&book_store, "Deployed").unwrap()["status"], "True");
    assert_eq!(book_store["status"]["deployedRelease"]["manifest"], manifest);
    assert_eq!(book_store["status"]["objects"], 4);

    // What runs is still looked after.
    operator.delete_object("v1", "Service", "books-app").await;
    operator
        .wait_for("the Service to be back", || async {
            (!operator.get("v1", "Service", "books-app").await.is_null()).then_some(())
        })
        .await;
    assert_eq!(
        of_resource(&requests.writes().await, "deployments"),
        Vec::<String>::new()
    );
    assert_eq!(operator.records().await, ["books.v1 deployed"]);
    assert_eq!(events(&operator, "ReconcileError").await, [1]);

    operator.edit("books", json!({"spec": {"replicaCount": 2}})).await;
    let book_store = operator.wait_for_revision("books", 2).await;
    assert_eq!(condition(&book_store, "Irreconcilable"), None);
    assert_eq!(condition(&book_store, "Stalled"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_template_error_is_told_with_its_place() {
    let operator = Operator::book_store("template-error").await.started();
    let no_target = json!({"enabled": true, "targetCPUUtilizationPercentage": null});
    operator.create("films", json!({"autoscaling": no_target})).await;
    operator.create("books", json!({})).await;
    operator.wait_for_revision("books", 1).await;
    operator.replace_spec("books", json!({"autoscaling": no_target})).await;

    let place = "book-store/templates/hpa.yaml:4:4";
    let film_store = operator.wait_for_condition("films", "ReleaseFailed", "True").await;
    assert_eq!(
        condition(&film_store, "ReleaseFailed").unwrap()["reason"],
        "InstallError"
    );
    assert!(message(&film_store, "ReleaseFailed").contains(place), "{film_store}");
    assert_eq!(condition(&film_store, "Deployed").unwrap()["status"], "False");
    let book_store = operator.wait_for_condition("books", "Irreconcilable", "True").await;
    assert!(message(&book_store, "Irreconcilable").contains(place), "{book_store}");
    assert!(
        message(&book_store, "Irreconcilable").contains("autoscaling needs"),
        "{book_store}"
    );
    assert_eq!(condition(&book_store, "Deployed").unwrap()["status"], "True");
    assert_eq!(operator.records().await, ["books.v1 deployed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_refused_spec_keeps_its_status_over_a_restart() {
    let mut operator = Operator::book_store("refused-restart").await.started();
    operator.create("books", json!({})).await;
    operator.wait_for_revision("books", 1).await;
    let no_target = json!({"enabled": true, "targetCPUUtilizationPercentage": null});
    operator.replace_spec("books", json!({"autoscaling": no_target})).await;
    let before = operator.wait_for_condition("books", "Irreconcilable", "True").await;
    operator.terminate().await;
    operator.delete_object("v1", "Service", "books-app").await;
    operator.start();
    operator
        .wait_for("the Service to be back", || async {
            (!operator.get("v1", "Service", "books-app").await.is_null()).then_some(())
        })
        .await;
    a_while(0.5).await;
    let after = operator.resource("books").await;
    assert_eq!(after["status"]["deployedRelease"], before["status"]["deployedRelease"]);
    assert_eq!(after["status"]["objects"], 4);
    assert_eq!(
        condition(&after, "Irreconcilable"),
        condition(&before, "Irreconcilable")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_an_upgrade_that_the_api_server_refuses_is_tried_again_at_growing_intervals() {
    let operator = Operator::demo("refused", &[("config.yaml", CONFIG_MAP), ("service.yaml", SERVICE)])
        .await
        .started();
    operator.create("demo", json!({"text": "one", "port": 80})).await;
    operator.wait_for_revision("demo", 1).await;
    operator
        .edit("demo", json!({"spec": {"text": "two", "port": 99_999}}))
        .await;
    let demo = operator.wait_for_condition("demo", "ReleaseFailed", "True").await;
    assert_eq!(condition(&demo, "ReleaseFailed").unwrap()["reason"], "UpgradeError");
    assert!(message(&demo, "ReleaseFailed").contains("99999"), "{demo}");
    assert_eq!(condition(&demo, "Deployed").unwrap()["status"], "True");
    assert_eq!(demo["status"]["revision"], 1);

    a_while(3.0).await;
    let tries = operator.log().matches("failed to reconcile").count();
    assert!((2..=4).contains(&tries), "{tries} tries in three seconds");
    assert_eq!(operator.records().await, ["demo.v1 deployed", "demo.v2 failed"]);
    assert_eq!(
        events(&operator, "UpgradeError").await,
        [1],
        "the same failure is told once"
    );

    // The change does not wait for the end of the interval.
    operator.edit("demo", json!({"spec": {"port": 81}})).await;
    let demo = operator.wait_for_revision("demo", 3).await;
    assert_eq!(condition(&demo, "ReleaseFailed"), None);
    assert_eq!(
        operator.get("v1", "ConfigMap", "demo-config").await["data"]["text"],
        "two"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_failed_install_is_put_right_by_the_next_edit() {
    let operator = Operator::demo(
        "failed-install",
        &[("config.yaml", CONFIG_MAP), ("service.yaml", SERVICE)],
    )
    .await;
    operator.write(
        "demo/templates/extra.yaml",
        "{{ with .Values.extra }}{apiVersion: v1, kind: ConfigMap, metadata: {name: {{ . }}}}{{ end }}",
    );
    let operator = operator.started();
    operator
        .create("demo", json!({"text": "one", "port": 99_999, "extra": "odd"}))
        .await;
    let demo = operator.wait_for_condition("demo", "ReleaseFailed", "True").await;
    assert_eq!(condition(&demo, "ReleaseFailed").unwrap()["reason"], "InstallError");
    assert_eq!(operator.records().await, ["demo.v1 failed"]);
    assert!(operator.names("v1", "ConfigMap").await.contains(&"odd".to_owned()));
    operator
        .edit("demo", json!({"spec": {"port": 80, "extra": null}}))
        .await;
    operator.wait_for_revision("demo", 1).await;
    assert_eq!(operator.records().await, ["demo.v1 deployed"]);
    assert!(
        !operator.names("v1", "ConfigMap").await.contains(&"odd".to_owned()),
        "left by the first attempt"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_an_object_of_somebody_else_is_left_alone() {
    let operator = Operator::book_store("foreign-object").await.started();
    let ports = json!([{"name": "http", "port": 8080}]);
    let metadata = json!({"name": "books-app", "namespace": operator.namespace});
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"ports": ports}});
    crate::cluster::create(&operator.client, &service).await;
    let before = operator.get("v1", "Service", "books-app").await;
    operator.create("books", json!({})).await;
    let book_store = operator.wait_for_condition("books", "ReleaseFailed", "True").await;
    let told = message(&book_store, "ReleaseFailed");
    assert!(
        told.contains("Service") && told.contains("books-app") && told.contains("managed-by"),
        "{told}"
    );
    operator.delete("books").await;
    operator.wait_until_gone("books").await;
    assert_eq!(operator.get("v1", "Service", "books-app").await, before);
    assert_eq!(operator.names("v1", "Service").await, ["books-app"]);
    assert_eq!(operator.names("v1", "Secret").await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_name_that_helm_does_not_take_is_told() {
    let operator = Operator::book_store("long-name").await.started();
    let name = "b".repeat(54);
    operator.create(&name, json!({})).await;
    let book_store = operator.wait_for_condition(&name, "Irreconcilable", "True").await;
    assert!(message(&book_store, "Irreconcilable").contains("53"), "{book_store}");
    operator.delete(&name).await;
    operator.wait_until_gone(&name).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_two_kinds_do_not_share_a_release() {
    let mut operator = Operator::demo("shared-name", &[("config.yaml", CONFIG_MAP)]).await;
    let films = definition("Film", "films", "Namespaced");
    crate::cluster::define(&operator.client, &films).await;
    operator.write(
        "watches.yaml",
        "- {group: e2e.example.com, version: v1, kind: Demo, chart: demo}\n- {group: e2e.example.com, version: v1, kind: Film, chart: demo}\n",
    );
    operator.start();
    operator.create("demo", json!({"text": "one"})).await;
    operator.wait_for_revision("demo", 1).await;
    let metadata = json!({"name": "demo", "namespace": operator.namespace});
    let film =
        json!({"apiVersion": "e2e.example.com/v1", "kind": "Film", "metadata": metadata, "spec": {"text": "two"}});
    crate::cluster::create(&operator.client, &film).await;
    let film = || operator.get("e2e.example.com/v1", "Film", "demo");
    operator
        .wait_for("the Film to be refused", || async {
            message(&film().await, "Irreconcilable")
                .contains("belongs to Demo demo")
                .then_some(())
        })
        .await;
    operator.delete_object("e2e.example.com/v1", "Film", "demo").await;
    operator
        .wait_for("the Film to be gone", || async { film().await.is_null().then_some(()) })
        .await;
    assert_eq!(
        operator.get("v1", "ConfigMap", "demo-config").await["data"]["text"],
        "one"
    );
    assert_eq!(operator.records().await, ["demo.v1 deployed"]);
}
