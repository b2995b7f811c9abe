//! What an install and an upgrade leave behind.

use kube::api::{Api, DynamicObject};
use serde_json::{Value, json};
use testkit::unique_namespace;

use super::{config, demo};
use crate::cluster::{create, resource};
use crate::harness::{condition, message};

const CHART_LABEL: &str = "helm.sdk.operatorframework.io/chart";

fn assert_helm_marks(object: &Value, namespace: &str) {
    let metadata = &object["metadata"];
    assert_eq!(metadata["labels"]["app.kubernetes.io/managed-by"], "Helm", "{object}");
    assert_eq!(metadata["labels"][CHART_LABEL], "demo", "{object}");
    let annotations = &metadata["annotations"];
    assert_eq!(annotations["meta.helm.sh/release-name"], "one", "{object}");
    assert_eq!(annotations["meta.helm.sh/release-namespace"], namespace, "{object}");
}

fn assert_owned(object: &Value, owner: &Value) {
    let reference = &object["metadata"]["ownerReferences"][0];
    assert_eq!(reference["uid"], owner["metadata"]["uid"], "{object}");
    assert_eq!(
        (&reference["controller"], &reference["blockOwnerDeletion"]),
        (&json!(true), &json!(true)),
        "{object}"
    );
}

fn assert_annotated_only(object: &Value, namespace: &str) {
    let metadata = &object["metadata"];
    assert_eq!(metadata.get("ownerReferences"), None, "{object}");
    let annotations = &metadata["annotations"];
    assert_eq!(annotations["operator-sdk/primary-resource"], format!("{namespace}/one"));
    assert_eq!(
        annotations["operator-sdk/primary-resource-type"],
        "Demo.e2e.example.com"
    );
}

/// Scenarios 1 to 3.
#[tokio::test(flavor = "multi_thread")]
async fn e2e_an_install_has_its_conditions_owners_and_marks() {
    let operator = demo("install-marks").await.started();
    let elsewhere = unique_namespace("elsewhere");
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": elsewhere}});
    create(&operator.client, &namespace).await;
    operator
        .create("one", json!({"role": true, "elsewhere": elsewhere}))
        .await;
    let one = operator.wait_for_revision("one", 1).await;
    assert_eq!(condition(&one, "Initialized").unwrap()["status"], "True");
    let deployed = condition(&one, "Deployed").unwrap();
    assert_eq!(
        (&deployed["status"], &deployed["reason"], &deployed["message"]),
        (&json!("True"), &json!("InstallSuccessful"), &json!("one says hello"))
    );
    assert_eq!(one["status"]["deployedRelease"]["name"], "one");
    for (kind, status) in [("Progressing", "True"), ("Degraded", "False")] {
        let is_ready = condition(&one, "Ready").unwrap()["status"] == "True";
        let expected = if is_ready { "False" } else { status };
        assert_eq!(condition(&one, kind).unwrap()["status"], expected, "{one}");
    }
    operator.wait_for_condition("one", "Available", "True").await;

    let record = operator.get("v1", "Secret", "sh.helm.release.v1.one.v1").await;
    let labels = &record["metadata"]["labels"];
    assert_eq!(
        (&labels["owner"], &labels["name"], &labels["status"], &labels["version"]),
        (&json!("helm"), &json!("one"), &json!("deployed"), &json!("1"))
    );
    assert_owned(&record, &one);
    let deployment = operator.get("apps/v1", "Deployment", "one").await;
    for object in [&config(&operator, "cm").await, &deployment] {
        assert_helm_marks(object, &operator.namespace);
        assert_owned(object, &one);
    }
    let kind = resource("rbac.authorization.k8s.io/v1", "ClusterRole");
    let roles: Api<DynamicObject> = Api::all_with(operator.client.clone(), &kind);
    let role = roles.get(&format!("{}-one", operator.namespace)).await.unwrap();
    let others: Api<DynamicObject> =
        Api::namespaced_with(operator.client.clone(), &elsewhere, &resource("v1", "ConfigMap"));
    let other = others.get("one-elsewhere").await.unwrap();
    for object in [role, other] {
        let object = serde_json::to_value(object).unwrap();
        assert_helm_marks(&object, &operator.namespace);
        assert_annotated_only(&object, &operator.namespace);
    }
    let kept = config(&operator, "kept").await;
    assert_helm_marks(&kept, &operator.namespace);
    assert_annotated_only(&kept, &operator.namespace);
}

/// Scenario 5.
#[tokio::test(flavor = "multi_thread")]
async fn e2e_an_upgrade_has_its_reason_and_manifest() {
    let operator = demo("upgrade-reason").await.started();
    operator.create("one", json!({"message": "first"})).await;
    operator.wait_for_revision("one", 1).await;
    operator.edit("one", json!({"spec": {"message": "second"}})).await;
    let one = operator.wait_for_revision("one", 2).await;
    assert_eq!(condition(&one, "Deployed").unwrap()["reason"], "UpgradeSuccessful");
    assert_eq!(message(&one, "Deployed"), "one says second");
    let manifest = one["status"]["deployedRelease"]["manifest"].as_str().unwrap();
    assert!(manifest.contains("message: 'second'"), "{manifest}");
    assert_eq!(config(&operator, "cm").await["data"]["message"], "second");
    assert_eq!(operator.records().await, ["one.v1 superseded", "one.v2 deployed"]);
}

/// Scenario 35.
#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_resource_without_a_spec_is_told_so_and_can_be_deleted() {
    let operator = demo("no-spec").await.started();
    let metadata = json!({"name": "one", "namespace": operator.namespace});
    let object = json!({"apiVersion": "e2e.example.com/v1", "kind": "Demo", "metadata": metadata});
    create(&operator.client, &object).await;
    let one = operator.wait_for_condition("one", "Irreconcilable", "True").await;
    let told = condition(&one, "Irreconcilable").unwrap();
    assert_eq!(told["reason"], "ErrorGettingValues");
    assert!(
        told["message"]
            .as_str()
            .unwrap()
            .starts_with("spec of the custom resource is missing"),
        "{told}"
    );
    assert_eq!(operator.records().await, Vec::<String>::new());
    operator.delete("one").await;
    operator.wait_until_gone("one").await;
}

/// Scenario 36.
#[tokio::test(flavor = "multi_thread")]
async fn e2e_an_emptied_spec_has_the_charts_defaults_again() {
    let operator = demo("emptied").await.started();
    operator.create("one", json!({"message": "mine"})).await;
    operator.wait_for_revision("one", 1).await;
    assert_eq!(config(&operator, "cm").await["data"]["message"], "mine");
    operator.replace_spec("one", json!({})).await;
    operator.wait_for_revision("one", 2).await;
    assert_eq!(config(&operator, "cm").await["data"]["message"], "hello");
}
