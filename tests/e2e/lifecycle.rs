//! A BookStore's life: install, upgrade, company, deletion.

use kube::api::{Patch, PatchParams};
use serde_json::{Value, json};

use crate::cluster::{Requests, create, of_resource};
use crate::harness::{Operator, a_while, condition};

/// The four objects of a default BookStore.
const OBJECTS: [(&str, &str, &str); 4] = [
    ("apps/v1", "Deployment", "app"),
    ("apps/v1", "Deployment", "mongodb"),
    ("v1", "Service", "app"),
    ("v1", "Service", "mongodb"),
];

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_book_store_becomes_a_release() {
    let operator = Operator::book_store("install").await.started();
    operator.create("books", json!({"replicaCount": 2})).await;
    let book_store = operator.wait_for_condition("books", "Ready", "True").await;

    for (api_version, kind, suffix) in OBJECTS {
        let object = operator.get(api_version, kind, &format!("books-{suffix}")).await;
        let owner = &object["metadata"]["ownerReferences"][0];
        assert_eq!(owner["uid"], book_store["metadata"]["uid"], "{object}");
        assert_eq!(owner["controller"], true);
        assert_eq!(owner["blockOwnerDeletion"], true);
        assert_eq!(object["metadata"]["labels"]["app.kubernetes.io/managed-by"], "Helm");
        assert_eq!(
            object["metadata"]["labels"]["helm.sdk.operatorframework.io/chart"],
            "book-store"
        );
        assert_eq!(object["metadata"]["annotations"]["meta.helm.sh/release-name"], "books");
        assert_eq!(
            object["metadata"]["annotations"]["meta.helm.sh/release-namespace"],
            operator.namespace
        );
    }
    assert_eq!(
        operator.get("apps/v1", "Deployment", "books-app").await["spec"]["replicas"],
        2
    );
    let record = operator.get("v1", "Secret", "sh.helm.release.v1.books.v1").await;
    assert_eq!(record["type"], "helm.sh/release.v1");
    assert_eq!(record["metadata"]["labels"]["status"], "deployed");
    assert_eq!(
        record["metadata"]["ownerReferences"][0]["uid"],
        book_store["metadata"]["uid"]
    );
    let deployed = condition(&book_store, "Deployed").unwrap();
    assert_eq!(deployed["reason"], "InstallSuccessful");
    assert!(
        deployed["message"]
            .as_str()
            .unwrap()
            .contains("The book store books runs"),
        "{deployed}"
    );
    assert_eq!(condition(&book_store, "Initialized").unwrap()["status"], "True");
    assert_eq!(condition(&book_store, "ReleaseFailed"), None);
    assert_eq!(condition(&book_store, "Irreconcilable"), None);
    assert_eq!(book_store["status"]["deployedRelease"]["name"], "books");
    assert_eq!(book_store["status"]["revision"], 1);
    let finalizers = &book_store["metadata"]["finalizers"];
    assert_eq!(finalizers, &json!(["helm.sdk.operatorframework.io/uninstall-release"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_an_edit_makes_one_revision_and_one_write_per_changed_object() {
    let operator = Operator::book_store("edit").await.started();
    operator.create("books", json!({"replicaCount": 1})).await;
    operator.wait_for_revision("books", 1).await;
    let requests = operator.requests().await;
    operator.edit("books", json!({"spec": {"replicaCount": 3}})).await;
    let book_store = operator.wait_for_revision("books", 2).await;

    assert_eq!(
        condition(&book_store, "Deployed").unwrap()["reason"],
        "UpgradeSuccessful"
    );
    assert_eq!(operator.records().await, ["books.v1 superseded", "books.v2 deployed"]);
    assert_eq!(
        operator.get("apps/v1", "Deployment", "books-app").await["spec"]["replicas"],
        3
    );
    let writes = requests.writes().await;
    assert_eq!(of_resource(&writes, "deployments"), ["patch books-app"]);
    assert_eq!(of_resource(&writes, "services"), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_an_edit_that_changes_no_value_makes_no_revision() {
    let operator = Operator::book_store("no-op").await.started();
    operator.create("books", json!({"replicaCount": 1})).await;
    operator.wait_for_revision("books", 1).await;
    let requests = operator.requests_at_rest().await;
    operator
        .edit(
            "books",
            json!({"metadata": {"annotations": {"example.com/note": "hello"}}}),
        )
        .await;
    operator.edit("books", json!({"spec": {"replicaCount": 1}})).await;
    a_while(1.5).await;
    assert_eq!(requests.writes().await, []);
    assert_eq!(operator.records().await, ["books.v1 deployed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_field_that_leaves_the_values_leaves_the_object() {
    let operator = Operator::book_store("field-leaves").await.started();
    let env = json!([{"name": "COLOUR", "value": "red"}]);
    operator
        .create("books", json!({"extraEnv": env, "commonLabels": {"shelf": "one"}}))
        .await;
    operator.wait_for_revision("books", 1).await;
    let deployment = || operator.get("apps/v1", "Deployment", "books-app");
    let names = |deployment: &Value| {
        let env = deployment["spec"]["template"]["spec"]["containers"][0]["env"]
            .as_array()
            .unwrap();
        env.iter()
            .map(|variable| variable["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&deployment().await), ["MONGODB_HOST", "MONGODB_PORT", "COLOUR"]);
    // Somebody else's field stays.
    operator
        .merge(
            "apps/v1",
            "Deployment",
            "books-app",
            json!({"metadata": {"labels": {"theirs": "yes"}}}),
        )
        .await;
    operator
        .edit("books", json!({"spec": {"extraEnv": null, "commonLabels": null}}))
        .await;
    operator.wait_for_revision("books", 2).await;
    let now = deployment().await;
    assert_eq!(names(&now), ["MONGODB_HOST", "MONGODB_PORT"]);
    assert_eq!(now["metadata"]["labels"].get("shelf"), None);
    assert_eq!(now["metadata"]["labels"]["theirs"], "yes");
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_an_object_that_leaves_the_values_is_deleted() {
    let operator = Operator::book_store("object-leaves").await.started();
    operator
        .create("books", json!({"serviceAccount": {"create": true}}))
        .await;
    operator.wait_for_revision("books", 1).await;
    assert_eq!(operator.names("v1", "ServiceAccount").await, ["books", "default"]);
    operator
        .edit("books", json!({"spec": {"serviceAccount": {"create": false}}}))
        .await;
    operator.wait_for_revision("books", 2).await;
    assert_eq!(operator.names("v1", "ServiceAccount").await, ["default"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_deletion_of_a_book_store_leaves_nothing() {
    let operator = Operator::book_store("delete").await.started();
    let persistence = json!({"enabled": true, "retentionPolicy": {"whenDeleted": "Delete"}});
    operator
        .create(
            "books",
            json!({"persistence": persistence, "serviceAccount": {"create": true}}),
        )
        .await;
    operator.wait_for_condition("books", "Ready", "True").await;
    assert_eq!(
        operator.names("v1", "PersistentVolumeClaim").await,
        ["data-books-mongodb-0"]
    );
    operator.delete("books").await;
    operator.wait_until_gone("books").await;
    for (api_version, kind) in [
        ("apps/v1", "Deployment"),
        ("apps/v1", "StatefulSet"),
        ("v1", "Service"),
        ("v1", "Secret"),
    ] {
        assert_eq!(operator.names(api_version, kind).await, Vec::<String>::new(), "{kind}");
    }
    assert_eq!(operator.names("v1", "ServiceAccount").await, ["default"]);
    operator
        .wait_for("pods and claims to be collected", || async {
            let pods = operator.names("v1", "Pod").await;
            let claims = operator.names("v1", "PersistentVolumeClaim").await;
            (pods.is_empty() && claims.is_empty()).then_some(())
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_two_book_stores_live_side_by_side() {
    let operator = Operator::book_store("side-by-side").await.started();
    operator.create("books", json!({"replicaCount": 1})).await;
    operator.create("films", json!({"replicaCount": 2})).await;
    operator.wait_for_revision("books", 1).await;
    operator.wait_for_revision("films", 1).await;
    let requests = operator.requests().await;
    operator.edit("films", json!({"spec": {"replicaCount": 1}})).await;
    operator.wait_for_revision("films", 2).await;
    assert_eq!(
        of_resource(&requests.writes().await, "deployments"),
        ["patch films-app"]
    );
    operator.delete("films").await;
    operator.wait_until_gone("films").await;
    let names = ["books-app", "books-mongodb"];
    assert_eq!(operator.names("apps/v1", "Deployment").await, names);
    assert_eq!(operator.names("v1", "Service").await, names);
    assert_eq!(operator.records().await, ["books.v1 deployed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_the_same_name_in_two_namespaces_is_two_releases() {
    let mut operator = Operator::book_store("two-namespaces").await;
    let first = operator.namespace.clone();
    let second = format!("{first}-2");
    create(
        &operator.client,
        &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": second}}),
    )
    .await;
    operator.env("WATCH_NAMESPACE", &format!("{first}, {second}"));
    operator.start();
    for (namespace, replicas) in [(&first, 1), (&second, 2)] {
        operator.namespace.clone_from(namespace);
        operator.create("books", json!({"replicaCount": replicas})).await;
    }
    for (namespace, replicas) in [(&first, 1), (&second, 2)] {
        operator.namespace.clone_from(namespace);
        operator.wait_for_revision("books", 1).await;
        assert_eq!(
            operator.get("apps/v1", "Deployment", "books-app").await["spec"]["replicas"],
            replicas
        );
    }
    let requests = Requests::in_namespace(&first).await;
    operator.delete("books").await;
    operator.wait_until_gone("books").await;
    assert_eq!(requests.writes().await, []);
    operator.namespace.clone_from(&first);
    assert_eq!(operator.records().await, ["books.v1 deployed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_settled_release_costs_no_request() {
    let mut operator = Operator::book_store("settled").await;
    operator.arg("--reconcile-period=1s");
    operator.start();
    operator.create("books", json!({})).await;
    operator.wait_for_revision("books", 1).await;
    let requests = operator.requests_at_rest().await;
    a_while(3.5).await;
    assert_eq!(requests.get().await, [], "three periods without a cause");
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_chart_that_changes_on_disk_upgrades_each_resource_once() {
    let mut operator = Operator::book_store("chart-changes").await;
    operator.arg("--reconcile-period=1s");
    operator.start();
    operator.create("books", json!({})).await;
    operator.wait_for_revision("books", 1).await;
    let values = std::fs::read_to_string(operator.path("helm-charts/book-store/values.yaml")).unwrap();
    operator.write(
        "helm-charts/book-store/values.yaml",
        &values.replace("replicaCount: 1", "replicaCount: 2"),
    );
    operator.wait_for_revision("books", 2).await;
    assert_eq!(
        operator.get("apps/v1", "Deployment", "books-app").await["spec"]["replicas"],
        2
    );
    a_while(1.5).await;
    assert_eq!(operator.records().await, ["books.v1 superseded", "books.v2 deployed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_an_upgrade_sends_what_is_new_and_reads_no_object() {
    let operator = Operator::book_store("upgrade-reads").await.started();
    operator.create("books", json!({})).await;
    operator.wait_for_revision("books", 1).await;
    let requests = operator.requests_at_rest().await;
    operator.edit("books", json!({"spec": {"replicaCount": 2}})).await;
    operator.wait_for_revision("books", 2).await;
    let requests = requests.get().await;
    assert_eq!(of_resource(&requests, "deployments"), ["patch books-app"]);
    assert_eq!(of_resource(&requests, "services"), [""; 0]);
    let records = of_resource(&requests, "secrets");
    let reads = records
        .iter()
        .filter(|request| !request.starts_with("update") && !request.starts_with("create"));
    let reads: Vec<&str> = reads.map(String::as_str).collect();
    let (last, next) = ("get sh.helm.release.v1.books.v1", "get sh.helm.release.v1.books.v2");
    assert_eq!(reads, [last, next, "list "]);

    // What the watch tells of an object that somebody scales says too little.
    let scale = json!({"spec": {"replicas": 3}});
    let deployments = operator.api("apps/v1", "Deployment");
    deployments
        .patch_scale("books-app", &PatchParams::default(), &Patch::Merge(&scale))
        .await
        .unwrap();
    let requests = operator.requests_at_rest().await;
    operator
        .edit("books", json!({"spec": {"podAnnotations": {"a": "b"}}}))
        .await;
    operator.wait_for_revision("books", 3).await;
    let of_deployments = of_resource(&requests.get().await, "deployments");
    let expected = ["get books-app", "patch books-app", "patch books-mongodb"];
    assert_eq!(of_deployments, expected);
    let deployment = operator.get("apps/v1", "Deployment", "books-app").await;
    assert_eq!(deployment["spec"]["replicas"], 3, "it was scaled, and is left as it is");
}
