//! Many releases at once: none in the way of another, none that costs anything while nothing happens.

use serde_json::{Value, json};

use crate::harness::{Operator, condition};

/// A Deployment whose pod plays the part that the resource gives it.
const DEPLOYMENT: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: '{{ .Release.Name }}'}
spec:
  selector: {matchLabels: {app: '{{ .Release.Name }}'}}
  template:
    metadata:
      labels: {app: '{{ .Release.Name }}'}
      annotations: {play.chartwright.dev/pod: {{ .Values.play | default \"ready\" }}}
    spec: {containers: [{name: main, image: x}]}
";

/// An operator that works on two releases at once, with 50 releases that are deployed and never become ready.
async fn crowded(test: &str) -> (Operator, Vec<String>) {
    let mut operator = Operator::demo(test, &[("deployment.yaml", DEPLOYMENT)]).await;
    operator.arg("--max-concurrent-reconciles=2");
    operator.start();
    let names: Vec<String> = (0..50).map(|number| format!("never-{number}")).collect();
    for name in &names {
        operator.create(name, json!({"play": "unready"})).await;
    }
    for name in &names {
        operator.wait_for_condition(name, "Deployed", "True").await;
    }
    (operator, names)
}

fn status<'a>(object: &'a Value, kind: &str) -> &'a str {
    condition(object, kind).map_or("", |condition| condition["status"].as_str().unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_releases_that_never_become_ready_hold_up_nobody() {
    let (operator, names) = crowded("never").await;
    operator.create("good", json!({})).await;
    operator.wait_for_revision("good", 1).await;
    operator.edit("good", json!({"spec": {"text": "two"}})).await;
    operator.wait_for_revision("good", 2).await;
    operator.delete_object("apps/v1", "Deployment", "good").await;
    operator
        .wait_for("the Deployment to be back", || async {
            (operator.get("apps/v1", "Deployment", "good").await != Value::Null).then_some(())
        })
        .await;
    operator.delete("good").await;
    operator.wait_until_gone("good").await;
    // The others were no more ready all that time, and one of them still can be.
    for name in &names {
        assert_eq!(status(&operator.resource(name).await, "Ready"), "False", "{name}");
    }
    operator.edit(&names[0], json!({"spec": {"play": "ready"}})).await;
    operator.wait_for_revision(&names[0], 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_restart_with_many_releases_writes_nothing() {
    let (mut operator, names) = crowded("many").await;
    operator.requests_at_rest().await;
    operator.kill();
    let requests = operator.requests().await;
    operator.start();
    operator
        .wait_for("each release to be read", || async {
            let requests = requests.get().await;
            let histories = requests.iter().filter(|request| request.resource == "secrets");
            (histories.count() >= names.len()).then_some(())
        })
        .await;
    operator.requests_at_rest().await;
    let all = requests.get().await;
    let of = |resource: &str, verb: &str| {
        let found = all.iter().filter(|request| request.resource == resource);
        found.filter(|request| request.verb == verb).count()
    };
    assert_eq!(of("secrets", "list"), names.len(), "each release is looked at once");
    assert_eq!(of("deployments", "get"), names.len(), "and each object of it");
    assert!(requests.writes().await.is_empty(), "{:?}", requests.writes().await);
}
