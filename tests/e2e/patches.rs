//! Patches of a watch.

use serde_json::json;

use crate::harness::{Operator, message};

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: '{{ .Release.Name }}-web', labels: {app: web}}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - {name: web, image: 'nginx:{{ .Values.tag }}'}
        - {name: helper, image: 'helper:1'}
";

/// watches.yaml with a patch of these annotations and a second container's image.
fn watches(name: &str, image: &str) -> String {
    format!(
        "- group: e2e.example.com
  version: v1
  kind: Demo
  chart: demo
  patches:
    - target: {{group: apps, kind: Deployment, name: '{name}', labelSelector: app=web}}
      patch: |
        spec:
          template:
            spec:
              priorityClassName: system-cluster-critical
              containers: [{{name: helper, image: '{image}'}}]
    - optional: true
      patch: |
        apiVersion: v1
        kind: Service
        metadata: {{name: web}}
        spec: {{type: NodePort}}
"
    )
}

async fn images(operator: &Operator) -> Vec<String> {
    let live = operator.get("apps/v1", "Deployment", "demo-web").await;
    let containers = live["spec"]["template"]["spec"]["containers"].as_array().cloned();
    let mut images: Vec<String> = containers
        .unwrap_or_default()
        .iter()
        .map(|container| format!("{} {}", container["name"], container["image"]).replace('"', ""))
        .collect();
    images.sort();
    images
}

async fn wait_for_images(operator: &Operator, wanted: [&str; 2]) {
    let what = format!("{wanted:?}");
    operator
        .wait_for(&what, || async { (images(operator).await == wanted).then_some(()) })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_patches_are_part_of_the_release_and_held() {
    let operator = Operator::demo("patches", &[("web.yaml", DEPLOYMENT)]).await;
    operator.write("watches.yaml", &watches(".*-web", "mirror/helper:2"));
    let operator = operator.started();
    operator.create("demo", json!({"tag": "1"})).await;
    operator.wait_for_revision("demo", 1).await;
    assert_eq!(images(&operator).await, ["helper mirror/helper:2", "web nginx:1"]);

    // What somebody changes of the patched fields is taken back, to what the patch says.
    let containers = json!([{"name": "helper", "image": "helper:1"}, {"name": "web", "image": "nginx:1"}]);
    let theirs = json!({"spec": {"template": {"spec": {"containers": containers}}}});
    operator.merge("apps/v1", "Deployment", "demo-web", theirs).await;
    wait_for_images(&operator, ["helper mirror/helper:2", "web nginx:1"]).await;
    assert_eq!(operator.records().await, ["demo.v1 deployed"]);

    // A patch is an input of the release: another one is a revision, which says so.
    operator.write("watches.yaml", &watches(".*-web", "mirror/helper:3"));
    operator.wait_for_revision("demo", 2).await;
    assert_eq!(images(&operator).await, ["helper mirror/helper:3", "web nginx:1"]);

    // One that fits nothing is told and changes nothing.
    operator.write("watches.yaml", &watches("nobody", "mirror/helper:4"));
    let resource = operator.wait_for_condition("demo", "Irreconcilable", "True").await;
    let told = message(&resource, "Irreconcilable");
    assert!(
        told.contains("name `nobody`") && told.contains("matches no document"),
        "{told}"
    );
    assert_eq!(images(&operator).await, ["helper mirror/helper:3", "web nginx:1"]);
}
