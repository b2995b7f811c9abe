//! Custom resources that are scaled: by kubectl, and by an autoscaler.

use serde_json::Value;

use crate::harness::condition;
use crate::project::Project;

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: '{{ .Release.Name }}-web'}
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels: {release: '{{ .Release.Name }}', app: web}
    matchExpressions: [{key: tier, operator: In, values: [front, back]}]
  template:
    metadata: {labels: {app: web, release: '{{ .Release.Name }}', tier: front}}
    spec: {containers: [{name: web, image: web, resources: {requests: {cpu: 100m}}}]}
";

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_resource_with_one_workload_is_scaled_as_that_one_is() {
    let chart = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| std::fs::write(chart.path().join(path), text).unwrap();
    std::fs::create_dir(chart.path().join("templates")).unwrap();
    write("Chart.yaml", "{apiVersion: v2, name: scaled, version: 0.1.0}\n");
    write("values.yaml", "replicas: 1\n");
    write("templates/web.yaml", DEPLOYMENT);
    let mut project = Project::new("scaled", &["--helm-chart", chart.path().to_str().unwrap()]).await;
    project.make("install");
    project.make("deploy");
    let namespace = project.name.clone();
    project.kubectl(&["create", "namespace", &namespace]);
    project.run_as_its_account();
    project.kubectl(&["apply", "-n", &namespace, "-k", "config/samples"]);
    let group = format!("charts.scaled-{}.example.com", std::process::id());
    let resource = format!("scaleds.{group}");
    project.wait_until_ready(&resource, "scaled-sample", &namespace).await;

    let raw = |path: &str| -> Value { serde_json::from_str(&project.kubectl(&["get", "--raw", path])).unwrap() };
    let of_resource = format!("/apis/{group}/v1alpha1/namespaces/{namespace}/scaleds/scaled-sample/scale");
    let of_workload = format!("/apis/apps/v1/namespaces/{namespace}/deployments/scaled-sample-web/scale");
    let selector = raw(&of_workload)["status"]["selector"].clone();
    assert_eq!(selector, "app=web,release=scaled-sample,tier in (back,front)");
    assert_eq!(raw(&of_resource)["status"]["selector"], selector);

    let object = format!("{resource}/scaled-sample");
    project.kubectl(&["scale", &object, "-n", &namespace, "--replicas", "3"]);
    project
        .wait_for("three pods", || {
            (raw(&of_resource)["status"]["replicas"] == 3).then_some(())
        })
        .await;
    assert_eq!(raw(&of_workload)["spec"]["replicas"], 3);

    // An autoscaler finds the pods; here, nobody tells what they use.
    project.kubectl(&[
        "autoscale",
        &object,
        "-n",
        &namespace,
        "--cpu-percent",
        "50",
        "--min",
        "1",
        "--max",
        "5",
    ]);
    let reason = project
        .wait_for("the autoscaler to look for the pods' metrics", || {
            let found = project.get(&["hpa", "scaled-sample", "-n", &namespace]);
            condition(&found, "ScalingActive").and_then(|condition| condition["reason"].as_str().map(str::to_owned))
        })
        .await;
    assert_eq!(reason, "FailedGetResourceMetric");
    project.kubectl(&["delete", "hpa", "scaled-sample", "-n", &namespace]);
    project.kubectl(&["delete", &object, "-n", &namespace, "--timeout", "60s"]);
    project.end_unrefused();
    project.kubectl(&["delete", "namespace", &namespace, "--wait=false"]);
    project.make("undeploy");
}
