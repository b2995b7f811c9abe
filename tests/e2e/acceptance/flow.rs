//! The flow of operator-sdk's own end-to-end test, with the phrases that it looks for in the log.

use serde_json::{Value, json};

use crate::harness::Operator;

const TEMPLATES: &[(&str, &str)] = &[
    (
        "statefulset.yaml",
        "
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: '{{ .Release.Name }}-memcached', namespace: '{{ .Release.Namespace }}'}
spec:
  replicas: {{ .Values.replicaCount }}
  serviceName: '{{ .Release.Name }}-memcached'
  selector: {matchLabels: {app.kubernetes.io/instance: '{{ .Release.Name }}'}}
  template:
    metadata: {labels: {app.kubernetes.io/instance: '{{ .Release.Name }}'}}
    spec: {containers: [{name: memcached, image: 'memcached:1.6'}]}
",
    ),
    (
        "service.yaml",
        "
apiVersion: v1
kind: Service
metadata:
  name: '{{ .Release.Name }}-memcached'
  namespace: '{{ .Release.Namespace }}'
  labels: {app.kubernetes.io/instance: '{{ .Release.Name }}'}
spec:
  selector: {app.kubernetes.io/instance: '{{ .Release.Name }}'}
  ports: [{name: memcached, port: 11211}]
",
    ),
];

const SET: &str = "sample-memcached";

async fn wait_for_replicas(operator: &Operator, wanted: u64) {
    operator
        .wait_for(&format!("{wanted} replicas to be ready"), || async {
            let set = operator.get("apps/v1", "StatefulSet", SET).await;
            let found = [&set["spec"]["replicas"], &set["status"]["readyReplicas"]];
            (found == [&json!(wanted); 2]).then_some(())
        })
        .await;
}

/// Waits until the log has `phrase` that many times.
async fn wait_for_phrase(operator: &Operator, phrase: &str, times: usize) {
    operator
        .wait_for(&format!("{phrase:?} in the log"), || async {
            (operator.log().matches(phrase).count() >= times).then_some(())
        })
        .await;
}

/// Scenario 54.
#[tokio::test(flavor = "multi_thread")]
async fn e2e_the_flow_of_operator_sdks_own_test_passes() {
    let mut operator = Operator::demo("upstream-flow", TEMPLATES).await;
    operator.write("demo/values.yaml", "replicaCount: 3\n");
    operator.arg("--metrics-bind-address=127.0.0.1:0");
    operator.start();
    operator.create("sample", json!({"replicaCount": 1})).await;
    wait_for_phrase(&operator, "Installed release", 1).await;
    let sample = operator.wait_for_revision("sample", 1).await;
    assert_eq!(sample["status"]["deployedRelease"]["name"], "sample");
    wait_for_replicas(&operator, 1).await;
    let service = operator.get("v1", "Service", SET).await;
    assert_eq!(service["metadata"]["labels"]["app.kubernetes.io/instance"], "sample");

    operator
        .merge("apps/v1", "StatefulSet", SET, json!({"spec": {"replicas": 2}}))
        .await;
    wait_for_phrase(&operator, "Reconciled release", 1).await;
    wait_for_replicas(&operator, 1).await;
    operator.edit("sample", json!({"spec": {"replicaCount": 2}})).await;
    wait_for_phrase(&operator, "Upgraded release", 1).await;
    wait_for_replicas(&operator, 2).await;
    let series = format!(
        "resource_created_at_seconds{{group=\"e2e.example.com\",kind=\"Demo\",name=\"sample\",namespace=\"{}\",version=\"v1\"}} ",
        operator.namespace
    );
    let (status, metrics) = crate::metrics::scrape(&operator).await;
    assert_eq!(status, 200);
    assert!(metrics.contains(&series), "{metrics}");

    let wait = json!({"metadata": {"annotations": {"helm.sdk.operatorframework.io/uninstall-wait": "true"}}});
    operator.edit("sample", wait).await;
    let held = |finalizers: Value| json!({"metadata": {"finalizers": finalizers}});
    operator
        .merge("apps/v1", "StatefulSet", SET, held(json!(["example.com/hold"])))
        .await;
    operator.delete("sample").await;
    wait_for_phrase(&operator, "Uninstall wait", 1).await;
    let told = operator.wait_for_condition("sample", "Deployed", "False").await;
    let told = crate::harness::message(&told, "Deployed");
    assert!(told.contains("Waiting until all resources are deleted"), "{told}");
    operator.merge("apps/v1", "StatefulSet", SET, held(Value::Null)).await;
    wait_for_phrase(&operator, "Removing finalizer", 1).await;
    operator.wait_until_gone("sample").await;

    operator.create("sample", json!({"replicaCount": 1})).await;
    wait_for_phrase(&operator, "Installed release", 2).await;
    operator.delete("sample").await;
    wait_for_phrase(&operator, "Uninstalled release", 2).await;
    wait_for_phrase(&operator, "Removing finalizer", 2).await;
    operator.wait_until_gone("sample").await;
}
