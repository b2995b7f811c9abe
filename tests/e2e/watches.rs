//! What watches.yaml and `WATCH_NAMESPACE` ask for: selectors, override values, periods, groups, namespaces.

use std::time::{Duration, Instant};

use kube::api::{Api, DynamicObject, ListParams};
use serde_json::{Value, json};
use testkit::unique_namespace;

use crate::access::service_account;
use crate::cluster::{control_plane, create, define, resource};
use crate::harness::{Operator, a_while, definition};

const VALUES: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: '{{ .Release.Name }}-config'}
data:
  values: {{ omit .Values \"global\" | toJson | quote }}
";

const WATCH: &str = "- group: e2e.example.com\n  version: v1\n  kind: Demo\n  chart: demo\n";

async fn demo(test: &str, more: &str) -> Operator {
    let operator = Operator::demo(test, &[("config.yaml", VALUES)]).await;
    operator.write("watches.yaml", &format!("{WATCH}{more}"));
    operator
}

async fn create_labelled(operator: &Operator, name: &str, labels: Value) {
    let metadata = json!({"name": name, "namespace": operator.namespace, "labels": labels});
    let object = json!({"apiVersion": "e2e.example.com/v1", "kind": "Demo", "metadata": metadata, "spec": {}});
    create(&operator.client, &object).await;
}

/// The values that the release's `ConfigMap` shows.
async fn values(operator: &Operator, name: &str) -> Value {
    let object = operator.get("v1", "ConfigMap", &format!("{name}-config")).await;
    serde_json::from_str(object["data"]["values"].as_str().unwrap()).unwrap()
}

async fn selector_is_honoured(test: &str, all_namespaces: bool) {
    let mut operator = demo(test, "").await;
    let tier = operator.namespace.clone();
    let selector = format!("  selector:\n    matchExpressions:\n    - {{key: tier, operator: In, values: [{tier}]}}\n");
    operator.write("watches.yaml", &format!("{WATCH}{selector}"));
    if all_namespaces {
        operator.env("WATCH_NAMESPACE", "");
    }
    create_labelled(&operator, "without", json!({})).await;
    create_labelled(&operator, "with", json!({"tier": tier})).await;
    operator.start();
    operator.wait_for_condition("with", "Deployed", "True").await;
    a_while(0.5).await;
    let without = operator.resource("without").await;
    assert_eq!(
        (&without["status"], &without["metadata"]["finalizers"]),
        (&Value::Null, &Value::Null)
    );
    operator
        .edit("without", json!({"metadata": {"labels": {"tier": tier}}}))
        .await;
    operator.wait_for_condition("without", "Deployed", "True").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_selector_is_honoured_in_one_namespace() {
    selector_is_honoured("selector-one", false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_selector_is_honoured_in_all_namespaces() {
    selector_is_honoured("selector-all", true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_resource_that_lost_its_label_is_still_uninstalled() {
    let operator = demo("lost-label", "  selector: {matchLabels: {tier: gold}}\n")
        .await
        .started();
    create_labelled(&operator, "demo", json!({"tier": "gold"})).await;
    operator.wait_for_condition("demo", "Deployed", "True").await;
    operator
        .edit("demo", json!({"metadata": {"labels": {"tier": null}}}))
        .await;
    operator.wait_for_log("no longer selected").await;
    operator.delete("demo").await;
    operator.wait_until_gone("demo").await;
    assert_eq!(operator.get("v1", "ConfigMap", "demo-config").await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_override_values_win_and_are_told() {
    let overrides = r#"  overrideValues:
    image.tag: ${E2E_TAG}
    image.repository: '{{ ("$E2E_IMAGE" | split ":")._0 }}'
    message: a=b,c=d
    unset: $E2E_NOT_SET
    flag: true
"#;
    let mut operator = demo("overrides", overrides).await;
    operator.env("E2E_TAG", "9.9");
    operator.env("E2E_IMAGE", "shop/books:1.2");
    operator.start();
    operator
        .create(
            "demo",
            json!({"image": {"tag": "1.0", "pull": "Always"}, "count": 3, "unset": "x"}),
        )
        .await;
    operator.wait_for_condition("demo", "Deployed", "True").await;
    let expected = json!({
        "image": {"tag": "9.9", "repository": "shop/books", "pull": "Always"},
        "message": "a=b,c=d", "unset": "", "flag": "true", "count": 3,
    });
    assert_eq!(values(&operator, "demo").await, expected);
    let notes = override_notes(&operator).await;
    assert!(
        notes
            .iter()
            .any(|note| note.contains("image.tag") && note.contains("9.9")),
        "{notes:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_override_values_can_be_kept_out_of_events() {
    let mut operator = demo("suppressed", "  overrideValues: {password: tell-nobody}\n").await;
    operator.arg("--suppress-override-values");
    operator.start();
    operator.create("demo", json!({})).await;
    operator.wait_for_condition("demo", "Deployed", "True").await;
    let notes = override_notes(&operator).await;
    assert!(
        notes
            .iter()
            .all(|note| note.contains("password") && note.contains("****")),
        "{notes:?}"
    );
    assert!(!notes.join("\n").contains("tell-nobody"), "{notes:?}");
}

/// The texts of the events about overrides; waits until there is one.
async fn override_notes(operator: &Operator) -> Vec<String> {
    operator
        .wait_for("an event about overrides", || async {
            let events = operator.api("v1", "Event").list(&ListParams::default()).await.unwrap();
            let about = |event: &DynamicObject| {
                event.data["reason"] == "OverrideValuesInUse" && event.data["type"] == "Warning"
            };
            let notes: Vec<String> = events
                .items
                .iter()
                .filter(|event| about(event))
                .map(|event| event.data["message"].as_str().unwrap().to_owned())
                .collect();
            (!notes.is_empty()).then_some(notes)
        })
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_the_annotation_beats_the_file_beats_the_flag_in_periods() {
    let mut operator = demo("periods", "  watchDependentResources: false\n  reconcilePeriod: 3s\n").await;
    operator.arg("--reconcile-period=10m");
    operator.start();
    operator.create("demo", json!({})).await;
    operator.wait_for_condition("demo", "Deployed", "True").await;
    repaired(&operator).await;
    let by_file = repaired(&operator).await;
    assert!(
        by_file > Duration::from_secs(2) && by_file < Duration::from_secs(8),
        "{by_file:?}"
    );
    let period = "helm.sdk.operatorframework.io/reconcile-period";
    operator
        .edit("demo", json!({"metadata": {"annotations": {period: "300ms"}}}))
        .await;
    repaired(&operator).await;
    let by_annotation = repaired(&operator).await;
    assert!(by_annotation < Duration::from_secs(2), "{by_annotation:?}");
}

/// Edits the `ConfigMap`; how long it took to be as the chart says again.
async fn repaired(operator: &Operator) -> Duration {
    let start = Instant::now();
    operator
        .merge("v1", "ConfigMap", "demo-config", json!({"data": {"values": "drifted"}}))
        .await;
    operator
        .wait_for("the ConfigMap to be repaired", || async {
            let object = operator.get("v1", "ConfigMap", "demo-config").await;
            (object["data"]["values"] != "drifted").then_some(())
        })
        .await;
    start.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_bad_period_is_told_and_holds_nothing_up() {
    let operator = demo("bad-period", "").await.started();
    let annotations = json!({"helm.sdk.operatorframework.io/reconcile-period": "5x"});
    let metadata = json!({"name": "demo", "namespace": operator.namespace, "annotations": annotations});
    let object = json!({"apiVersion": "e2e.example.com/v1", "kind": "Demo", "metadata": metadata, "spec": {}});
    create(&operator.client, &object).await;
    let demo = operator.wait_for_condition("demo", "Deployed", "True").await;
    assert!(
        demo["status"].to_string().contains("`5x` is not a duration"),
        "{}",
        demo["status"]
    );
    operator.delete("demo").await;
    operator.wait_until_gone("demo").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_one_kind_in_two_groups_is_two_kinds() {
    let operator = demo("groups", &WATCH.replace("e2e.example.com", "other.e2e.example.com")).await;
    let other = definition("Demo", "demos", "Namespaced").replace("e2e.example.com", "other.e2e.example.com");
    define(&operator.client, &other).await;
    let operator = operator.started();
    operator.create("one", json!({"from": "one"})).await;
    let metadata = json!({"name": "other", "namespace": operator.namespace});
    let spec = json!({"from": "other"});
    let object = json!({"apiVersion": "other.e2e.example.com/v1", "kind": "Demo", "metadata": metadata, "spec": spec});
    create(&operator.client, &object).await;
    for name in ["one", "other"] {
        operator
            .wait_for(&format!("the release {name}"), || async {
                let found = !operator
                    .get("v1", "ConfigMap", &format!("{name}-config"))
                    .await
                    .is_null();
                found.then_some(())
            })
            .await;
        assert_eq!(values(&operator, name).await, json!({"from": name}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_nothing_outside_of_the_watched_namespaces_is_asked_for() {
    let cluster_role = "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: '{{ .Release.Namespace }}-role'}
rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]
";
    let mut operator = Operator::demo(
        "two-namespaces",
        &[("config.yaml", VALUES), ("role.yaml", cluster_role)],
    )
    .await;
    let second = unique_namespace("second");
    let outside = unique_namespace("outside");
    for name in [&second, &outside] {
        create(
            &operator.client,
            &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}),
        )
        .await;
    }
    let account = service_account(&operator, "cluster-admin").await;
    operator.write("kubeconfig", &account.kubeconfig().await);
    let kubeconfig = operator.path("kubeconfig").to_str().unwrap().to_owned();
    operator.env("KUBECONFIG", &kubeconfig);
    let namespaces = format!("{}, {second} ,", operator.namespace);
    operator.env("WATCH_NAMESPACE", &namespaces);
    operator.start();
    for namespace in [&operator.namespace, &second, &outside] {
        let metadata = json!({"name": "demo", "namespace": namespace});
        let object = json!({"apiVersion": "e2e.example.com/v1", "kind": "Demo", "metadata": metadata, "spec": {}});
        create(&operator.client, &object).await;
    }
    let role = format!("{}-role", operator.namespace);
    let roles: Api<DynamicObject> = Api::all_with(
        operator.client.clone(),
        &resource("rbac.authorization.k8s.io/v1", "ClusterRole"),
    );
    let of_second: Api<DynamicObject> =
        Api::namespaced_with(operator.client.clone(), &second, &resource("v1", "ConfigMap"));
    operator.wait_for_condition("demo", "Deployed", "True").await;
    let found = || async { of_second.get_opt("demo-config").await.unwrap() };
    operator.wait_for("the release of the second namespace", found).await;
    roles.delete(&role, &kube::api::DeleteParams::default()).await.unwrap();
    let found = || async { roles.get_opt(&role).await.unwrap() };
    operator.wait_for("the ClusterRole to be back", found).await;

    let requests = control_plane().await.requests().unwrap();
    let own: Vec<_> = requests
        .iter()
        .filter(|request| request.user == account.user())
        .collect();
    assert!(own.len() > 10, "{own:?}");
    let cluster_scoped = ["", "clusterroles", "customresourcedefinitions"];
    let is_outside = |request: &&&testkit::Request| {
        if request.namespace.is_empty() {
            !cluster_scoped.contains(&request.resource.as_str())
        } else {
            request.namespace != operator.namespace && request.namespace != second
        }
    };
    let outside: Vec<_> = own.iter().filter(is_outside).collect();
    assert!(outside.is_empty(), "{outside:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_cluster_scoped_resource_has_its_release_in_the_configured_namespace() {
    let operator = Operator::demo("cluster-scoped", &[("config.yaml", VALUES)]).await;
    let namespace = operator.namespace.clone();
    let watch = WATCH.replace("kind: Demo", "kind: Region") + &format!("  releaseNamespace: {namespace}\n");
    operator.write("watches.yaml", &watch);
    define(&operator.client, &definition("Region", "regions", "Cluster")).await;
    let operator = operator.started();
    let object =
        json!({"apiVersion": "e2e.example.com/v1", "kind": "Region", "metadata": {"name": namespace}, "spec": {}});
    create(&operator.client, &object).await;
    let name = format!("{namespace}-config");
    let config = operator
        .wait_for("the release", || async {
            Some(operator.get("v1", "ConfigMap", &name).await).filter(|object| !object.is_null())
        })
        .await;
    assert_eq!(config["metadata"]["ownerReferences"][0]["kind"], "Region");
    let regions: Api<DynamicObject> = Api::all_with(operator.client.clone(), &resource("e2e.example.com/v1", "Region"));
    let deployed = || async {
        let region = serde_json::to_value(regions.get(&namespace).await.unwrap()).unwrap();
        crate::harness::condition(&region, "Deployed")
            .is_some_and(|it| it["status"] == "True")
            .then_some(())
    };
    operator.wait_for("the status", deployed).await;
    assert_eq!(operator.records().await, [format!("{namespace}.v1 deployed")]);
    regions
        .delete(&namespace, &kube::api::DeleteParams::default())
        .await
        .unwrap();
    let gone = || async { regions.get_opt(&namespace).await.unwrap().is_none().then_some(()) };
    operator.wait_for("the resource to be gone", gone).await;
    assert_eq!(operator.get("v1", "ConfigMap", &name).await, Value::Null);
    assert!(operator.records().await.is_empty());
}
