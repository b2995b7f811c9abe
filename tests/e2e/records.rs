//! Release records as they are stored.

use helm_kube::{Record, Secrets};
use helm_release::{Info, Release, Status};
use serde_json::{Value, json};

use crate::cluster::create;
use crate::harness::{Operator, message};
use crate::oracle::helm;
use crate::templates::CONFIG_MAP;

/// Two readers of one record: the second to write it must read it again first.
#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_record_that_somebody_else_has_written_is_not_written_over() {
    let operator = Operator::demo("records-conflict", &[]).await;
    let secrets = Secrets::new(operator.client.clone(), &operator.namespace);
    let release = Release {
        name: "one".into(),
        namespace: operator.namespace.clone(),
        version: 1,
        ..Release::default()
    };
    let mut ours = Record {
        release,
        ..Record::default()
    };
    secrets.create(&mut ours).await.unwrap();
    let mut theirs = secrets.history("one", false).await.unwrap().0.remove(0);
    theirs.release.info = Info {
        status: Status::Deployed,
        ..Info::default()
    };
    secrets.update(&mut theirs).await.unwrap();
    secrets.update(&mut theirs).await.unwrap();

    let error = secrets.update(&mut ours).await.unwrap_err();
    assert!(error.is_conflict(), "{error}");
    let stored = secrets.history("one", false).await.unwrap().0.remove(0);
    assert_eq!(stored.release.info.status, Status::Deployed);

    // What was deleted is made again.
    secrets.delete(&stored).await.unwrap();
    secrets.update(&mut theirs).await.unwrap();
    assert_eq!(secrets.history("one", false).await.unwrap().0.len(), 1);
}

/// What helm-operator-plugins' driver for chunks, which a program in Go has to ask for, keeps in the place of Helm's record.
#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_record_in_chunks_is_left_alone_and_its_release_taken_over_without_it() {
    let mut operator = Operator::demo("records-chunks", &[("config.yaml", CONFIG_MAP)]).await;
    let chart = operator.path("demo");
    let args = ["install", "demo", chart.to_str().unwrap(), "--set", "text=one"];
    helm(&operator, "helm3", &args).await;
    let before = operator.get("v1", "ConfigMap", "demo-config").await;
    let name = "sh.helm.release.v1.demo.v1";
    operator.delete_object("v1", "Secret", name).await;
    let labels =
        json!({"name": "demo", "owner": "plugins", "status": "deployed", "version": "1", "key": name, "type": "index"});
    let index = json!({
        "apiVersion": "v1", "kind": "Secret", "type": "operatorframework.io/index.v1",
        "metadata": {"name": name, "namespace": operator.namespace, "labels": labels},
        "stringData": {"extraChunks": "[]", "chunk": "gzip"},
    });
    create(&operator.client, &index).await;
    operator.start();
    operator.create("demo", json!({"text": "one"})).await;
    let demo = operator.wait_for_condition("demo", "ReleaseFailed", "True").await;
    assert!(message(&demo, "ReleaseFailed").contains("already exists"), "{demo}");
    assert_eq!(operator.get("v1", "ConfigMap", "demo-config").await, before);
    let kept = operator.get("v1", "Secret", name).await;
    assert_eq!(kept["type"], index["type"], "{kept}");

    operator.delete_object("v1", "Secret", name).await;
    operator.wait_for_revision("demo", 1).await;
    let after = operator.get("v1", "ConfigMap", "demo-config").await;
    let uid = |object: &Value| object["metadata"]["uid"].clone();
    assert_eq!(uid(&after), uid(&before));
}
