//! What others do to the objects of a release.

use serde_json::{Value, json};

use super::{config, demo, scribble, wait_for_message};
use crate::cluster::define;
use crate::harness::{Operator, a_while, definition};

/// Scenarios 7 and 8: the watch sees it, long before the period of ten minutes.
#[tokio::test(flavor = "multi_thread")]
async fn e2e_drift_is_seen_by_the_watch_and_mended_with_all_marks() {
    let mut operator = demo("drift-watch").await;
    operator.arg("--reconcile-period=10m");
    operator.start();
    operator.create("one", json!({})).await;
    operator.wait_for_revision("one", 1).await;
    let before = config(&operator, "cm").await;
    scribble(&operator, "cm").await;
    wait_for_message(&operator, "cm", "hello").await;
    operator.delete_object("v1", "ConfigMap", "one-cm").await;
    let after = wait_for_message(&operator, "cm", "hello").await;
    assert_ne!(after["metadata"]["uid"], before["metadata"]["uid"]);
    for key in ["labels", "annotations", "ownerReferences"] {
        assert_eq!(after["metadata"][key], before["metadata"][key], "{key}");
    }
}

/// Scenario 10.
#[tokio::test(flavor = "multi_thread")]
async fn e2e_kept_and_owned_objects_are_mended_also_after_a_restart() {
    let mut operator = demo("drift-kept").await.started();
    operator.create("one", json!({})).await;
    operator.wait_for_revision("one", 1).await;
    for order in [["cm", "kept"], ["kept", "cm"]] {
        for suffix in order {
            scribble(&operator, suffix).await;
            wait_for_message(&operator, suffix, "hello").await;
        }
        operator.terminate().await;
        operator.start();
    }
    for suffix in ["kept", "cm"] {
        scribble(&operator, suffix).await;
        wait_for_message(&operator, suffix, "hello").await;
    }
}

/// Scenario 11.
#[tokio::test(flavor = "multi_thread")]
async fn e2e_what_others_add_survives_the_repair_of_drift() {
    let operator = demo("drift-foreign").await.started();
    operator.create("one", json!({})).await;
    operator.wait_for_revision("one", 1).await;
    let additions = json!({"metadata": {"labels": {"theirs": "yes"}}, "data": {"theirs": "too"}});
    operator.merge("v1", "ConfigMap", "one-cm", additions).await;
    scribble(&operator, "cm").await;
    let object = wait_for_message(&operator, "cm", "hello").await;
    assert_eq!(object["metadata"]["labels"]["theirs"], "yes");
    assert_eq!(object["data"]["theirs"], "too");

    let containers = json!([{"name": "main", "image": "odd"}, {"name": "sidecar", "image": "theirs"}]);
    let patch = json!({"spec": {"template": {"spec": {"containers": containers}}}});
    operator.merge("apps/v1", "Deployment", "one", patch).await;
    let images = || async {
        let deployment = operator.get("apps/v1", "Deployment", "one").await;
        let containers = deployment["spec"]["template"]["spec"]["containers"].clone();
        let image = |name: &str| {
            let found = containers.as_array().unwrap().iter().find(|it| it["name"] == name);
            found.map_or(Value::Null, |container| container["image"].clone())
        };
        (image("main") == "busybox").then(|| image("sidecar"))
    };
    assert_eq!(operator.wait_for("the image to be back", images).await, "theirs");
}

/// Scenarios 12 and 13.
#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_custom_kinds_fields_are_mended_and_its_status_is_nobodys_business() {
    let part =
        "{apiVersion: e2e.example.com/v1, kind: Part, metadata: {name: one}, spec: {size: 1, deep: {list: [a, b]}}}";
    let operator = Operator::demo("drift-custom", &[("part.yaml", part)]).await;
    define(&operator.client, &definition("Part", "parts", "Namespaced")).await;
    let operator = operator.started();
    operator.create("one", json!({})).await;
    operator.wait_for_revision("one", 1).await;
    let patch = json!({"spec": {"size": 2, "theirs": true, "deep": {"list": ["a", "b", "c"]}}});
    operator.merge("e2e.example.com/v1", "Part", "one", patch).await;
    let mended = || async {
        let part = operator.get("e2e.example.com/v1", "Part", "one").await;
        (part["spec"]["size"] == 1).then_some(part)
    };
    let part = operator.wait_for("the size to be back", mended).await;
    assert_eq!(
        part["spec"],
        json!({"size": 1, "theirs": true, "deep": {"list": ["a", "b"]}})
    );

    let requests = operator.requests_at_rest().await;
    let status = kube::api::Patch::Merge(json!({"status": {"phase": "Whatever"}}));
    operator
        .api("e2e.example.com/v1", "Part")
        .patch_status("one", &kube::api::PatchParams::default(), &status)
        .await
        .unwrap();
    a_while(1.0).await;
    assert!(requests.get().await.is_empty(), "{:?}", requests.get().await);
}
