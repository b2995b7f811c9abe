//! The end of a release.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{Operator, a_while, message};

const CONFIG_MAP: &str = "
apiVersion: v1
kind: ConfigMap
metadata:
  name: '{{ .Release.Name }}-config'
  {{- with .Values.policy }}
  annotations: {helm.sh/resource-policy: {{ . }}}
  {{- end }}
";

#[tokio::test(flavor = "multi_thread")]
async fn e2e_objects_that_the_chart_keeps_stay_without_an_owner() {
    let operator = Operator::demo("keep", &[("config.yaml", CONFIG_MAP)]).await.started();
    // Kept from its first revision on, and kept only by a later one.
    operator.create("always", json!({"policy": "keep"})).await;
    operator.create("later", json!({})).await;
    operator.wait_for_revision("always", 1).await;
    operator.wait_for_revision("later", 1).await;
    let config_map = |name: &str| {
        let name = format!("{name}-config");
        let operator = &operator;
        async move { operator.get("v1", "ConfigMap", &name).await }
    };
    assert_eq!(config_map("always").await["metadata"].get("ownerReferences"), None);
    assert_ne!(config_map("later").await["metadata"]["ownerReferences"], Value::Null);
    operator.edit("later", json!({"spec": {"policy": "keep"}})).await;
    operator.wait_for_revision("later", 2).await;
    for name in ["always", "later"] {
        operator.delete(name).await;
        operator.wait_until_gone(name).await;
    }
    a_while(1.0).await;
    for name in ["always", "later"] {
        let kept = config_map(name).await;
        assert_eq!(
            kept["metadata"]["annotations"]["helm.sh/resource-policy"], "keep",
            "{name}"
        );
        assert_eq!(kept["metadata"].get("ownerReferences"), None, "{name}");
    }
    assert_eq!(operator.records().await, Vec::<String>::new());

    // What was kept is taken up again by a release of that name.
    operator.create("always", json!({"policy": "keep"})).await;
    operator.wait_for_revision("always", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_an_object_that_is_held_by_a_finalizer_is_waited_for() {
    let operator = Operator::demo("held", &[("config.yaml", CONFIG_MAP)]).await.started();
    operator.create("demo", json!({})).await;
    operator.wait_for_revision("demo", 1).await;
    operator
        .merge(
            "v1",
            "ConfigMap",
            "demo-config",
            json!({"metadata": {"finalizers": ["example.com/hold"]}}),
        )
        .await;
    operator.delete("demo").await;
    let demo = operator.wait_for_condition("demo", "Deployed", "False").await;
    let told = message(&demo, "Deployed");
    assert!(told.starts_with("Waiting until all resources are deleted."), "{told}");
    assert!(
        told.contains("demo-config") && told.contains("example.com/hold"),
        "{told}"
    );
    a_while(2.5).await;
    let start = Instant::now();
    operator
        .merge(
            "v1",
            "ConfigMap",
            "demo-config",
            json!({"metadata": {"finalizers": null}}),
        )
        .await;
    operator.wait_until_gone("demo").await;
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_release_whose_chart_is_broken_is_uninstalled_by_its_record() {
    let operator = Operator::demo("broken-chart", &[("config.yaml", CONFIG_MAP)])
        .await
        .started();
    operator.create("demo", json!({})).await;
    operator.wait_for_revision("demo", 1).await;
    operator.write("demo/Chart.yaml", "name: [\n");
    // Objects without an owner reference show that it is not the garbage collector's work.
    operator
        .merge(
            "v1",
            "ConfigMap",
            "demo-config",
            json!({"metadata": {"ownerReferences": null}}),
        )
        .await;
    operator.delete("demo").await;
    operator.wait_until_gone("demo").await;
    assert_eq!(operator.get("v1", "ConfigMap", "demo-config").await, Value::Null);
    assert_eq!(operator.records().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_resource_whose_records_were_removed_by_hand_goes() {
    let operator = Operator::book_store("no-record").await.started();
    operator.create("books", json!({})).await;
    operator.wait_for_revision("books", 1).await;
    operator
        .delete_object("v1", "Secret", "sh.helm.release.v1.books.v1")
        .await;
    operator.delete("books").await;
    operator.wait_until_gone("books").await;
}
