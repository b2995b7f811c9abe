//! Hooks on the way in and out.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{Operator, a_while, message};
use crate::templates::FIXED_CONFIG_MAP;

/// A Job that runs at `events` until the test lets it, if the value `hang` says so.
fn job(name: &str, events: &str) -> String {
    format!(
        "
apiVersion: batch/v1
kind: Job
metadata:
  name: '{{{{ .Release.Name }}}}-{name}'
  annotations: {{helm.sh/hook: '{events}'}}
spec:
  backoffLimit: 0
  template:
    metadata:
      annotations:
        play.chartwright.dev/pod: {{{{ .Values.play | default \"completed\" }}}}
        play.chartwright.dev/log: \"migrating\\nno such table\\n\"
    spec: {{restartPolicy: Never, containers: [{{name: main, image: x}}]}}
"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_the_record_is_pending_while_a_hook_runs() {
    let templates = [
        ("job.yaml", &*job("before", "pre-install")),
        ("config.yaml", FIXED_CONFIG_MAP),
    ];
    let operator = Operator::demo("pending", &templates).await.started();
    operator.create("demo", json!({"play": "running"})).await;
    operator
        .wait_for("the hook", || async {
            (operator.names("batch/v1", "Job").await == ["demo-before"]).then_some(())
        })
        .await;
    assert_eq!(operator.records().await, ["demo.v1 pending-install"]);
    assert_eq!(operator.get("v1", "ConfigMap", "demo-config").await, Value::Null);
    assert_ne!(
        operator.resource("demo").await["metadata"]["finalizers"],
        Value::Null,
        "it is on before anything else"
    );

    // The hook never ends; the deletion does not wait for it.
    let start = Instant::now();
    operator.delete("demo").await;
    operator.wait_until_gone("demo").await;
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(operator.records().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_hooks_run_once_each() {
    let templates = [
        ("before.yaml", &*job("before", "pre-install")),
        ("after.yaml", &*job("after", "post-install,post-upgrade")),
        ("going.yaml", &*job("going", "pre-delete")),
        ("config.yaml", FIXED_CONFIG_MAP),
    ];
    let operator = Operator::demo("hooks", &templates).await.started();
    let requests = operator.requests().await;
    operator.create("demo", json!({})).await;
    operator.wait_for_revision("demo", 1).await;
    operator.edit("demo", json!({"spec": {"text": "two"}})).await;
    operator.wait_for_revision("demo", 2).await;
    operator.delete("demo").await;
    operator.wait_until_gone("demo").await;
    let writes = requests.writes().await;
    let posts: Vec<&str> = writes
        .iter()
        .filter(|r| r.resource == "jobs" && r.verb == "create" && r.code == 201)
        .map(|r| r.name.as_str())
        .collect();
    assert_eq!(posts, ["demo-before", "demo-after", "demo-after", "demo-going"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_hook_that_fails_fails_the_install() {
    let templates = [
        ("job.yaml", &*job("before", "pre-install")),
        ("config.yaml", FIXED_CONFIG_MAP),
    ];
    let operator = Operator::demo("hook-fails", &templates).await.started();
    operator.create("demo", json!({"play": "failed"})).await;
    let demo = operator.wait_for_condition("demo", "ReleaseFailed", "True").await;
    let told = message(&demo, "ReleaseFailed");
    assert!(told.contains("pre-install hook Job"), "{told}");
    assert!(
        told.contains("backoff limit: exit code 1: migrating\nno such table"),
        "{told}"
    );
    assert_eq!(operator.get("v1", "ConfigMap", "demo-config").await, Value::Null);
    operator.edit("demo", json!({"spec": {"play": "completed"}})).await;
    operator.wait_for_revision("demo", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_hook_that_hangs_holds_up_no_other_release() {
    let templates = [
        ("job.yaml", &*job("before", "pre-install")),
        ("config.yaml", FIXED_CONFIG_MAP),
    ];
    let mut operator = Operator::demo("hook-hangs", &templates).await;
    operator.arg("--max-concurrent-reconciles=1");
    operator.arg("--hook-timeout=2s");
    operator.start();
    operator.create("slow", json!({"play": "running"})).await;
    a_while(0.3).await;
    operator.create("quick", json!({})).await;
    operator.wait_for_revision("quick", 1).await;
    let slow = operator.wait_for_condition("slow", "ReleaseFailed", "True").await;
    assert!(
        message(&slow, "ReleaseFailed").contains("did not end within 2 s"),
        "{slow}"
    );
}
