//! The end of a release, as the reference operators' users know it.

use serde_json::{Value, json};

use super::{config, demo};
use crate::cluster::create;

/// Scenario 37.
#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_deletion_leaves_kept_objects_only() {
    let operator = demo("delete-all").await.started();
    operator.create("one", json!({})).await;
    operator.wait_for_revision("one", 1).await;
    assert_ne!(config(&operator, "hook").await, Value::Null);
    operator.edit("one", json!({"spec": {"message": "second"}})).await;
    operator.wait_for_revision("one", 2).await;
    operator.delete("one").await;
    operator.wait_until_gone("one").await;
    assert_eq!(operator.records().await, Vec::<String>::new());
    assert_eq!(operator.get("apps/v1", "Deployment", "one").await, Value::Null);
    for suffix in ["cm", "hook"] {
        assert_eq!(config(&operator, suffix).await, Value::Null, "{suffix}");
    }
    let kept = config(&operator, "kept").await;
    assert_eq!(kept["metadata"].get("ownerReferences"), None, "{kept}");
    assert_eq!(kept["data"]["message"], "second");
}

/// Scenario 40: what either of the reference operators has put its finalizer on can be deleted.
#[tokio::test(flavor = "multi_thread")]
async fn e2e_the_finalizers_of_both_references_are_taken_off() {
    let ours = "helm.sdk.operatorframework.io/uninstall-release";
    let theirs = "uninstall-helm-release";
    let operator = demo("finalizers").await.started();
    for (name, finalizers) in [
        ("one", vec![theirs]),
        ("two", vec![ours]),
        ("three", vec![ours, theirs]),
    ] {
        let metadata = json!({"name": name, "namespace": operator.namespace, "finalizers": finalizers});
        let object = json!({"apiVersion": "e2e.example.com/v1", "kind": "Demo", "metadata": metadata, "spec": {}});
        create(&operator.client, &object).await;
        operator.wait_for_revision(name, 1).await;
        operator.delete(name).await;
        operator.wait_until_gone(name).await;
        assert_eq!(operator.get("apps/v1", "Deployment", name).await, Value::Null);
        let uninstalled = format!("\"Uninstalled release\",\"release\":\"{}/{name}\"", operator.namespace);
        assert_eq!(operator.log().matches(&uninstalled).count(), 1, "{}", operator.log());
    }
}
