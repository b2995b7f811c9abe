//! Several operators, of which one works.

use std::time::{Duration, Instant};

use kube::api::ListParams;
use serde_json::{Value, json};

use crate::harness::{Operator, a_while};

const CONFIG_MAP: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: '{{ .Release.Name }}-config'}
data: {message: {{ .Values.message | quote }}}
";

async fn candidate(test: &str) -> Operator {
    let mut operator = Operator::demo(test, &[("config.yaml", CONFIG_MAP)]).await;
    operator.arg("--leader-elect");
    operator.arg("--leader-election-id=e2e-leader");
    let namespace = operator.namespace.clone();
    operator.arg(&format!("--leader-election-namespace={namespace}"));
    operator
}

async fn lease(operator: &Operator) -> Value {
    operator.get("coordination.k8s.io/v1", "Lease", "e2e-leader").await["spec"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_another_operator_takes_over_from_a_leader_that_was_killed() {
    let mut first = candidate("takeover").await;
    let mut second = first.twin();
    first.start();
    first.wait_for_log("\"leading\"").await;
    second.start();
    second.wait_for_log("another operator leads").await;
    first.create("demo", json!({"message": "one"})).await;
    first.wait_for_condition("demo", "Deployed", "True").await;
    let held = lease(&first).await;
    assert_eq!(
        (&held["leaseDurationSeconds"], &held["leaseTransitions"]),
        (&json!(15), &json!(0))
    );
    assert!(first.log().contains(held["holderIdentity"].as_str().unwrap()), "{held}");
    assert!(!second.log().contains("watching custom resources"), "{}", second.log());

    let events = first.api("v1", "Event").list(&ListParams::default()).await.unwrap();
    let told = events
        .items
        .iter()
        .any(|event| event.data["reason"] == "LeaderElection" && event.data["involvedObject"]["kind"] == "Lease");
    assert!(told, "{events:?}");

    first.kill();
    let killed = Instant::now();
    first.edit("demo", json!({"spec": {"message": "two"}})).await;
    second
        .wait_for("the upgrade", || async {
            let object = second.get("v1", "ConfigMap", "demo-config").await;
            (object["data"]["message"] == "two").then_some(())
        })
        .await;
    assert!(killed.elapsed() < Duration::from_secs(30), "{:?}", killed.elapsed());
    a_while(1.0).await;
    assert_eq!(second.records().await, ["demo.v1 superseded", "demo.v2 deployed"]);
    assert_eq!(lease(&second).await["leaseTransitions"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_leader_that_stops_gives_the_lease_back() {
    let mut first = candidate("handover").await;
    let mut second = first.twin();
    first.start();
    first.wait_for_log("\"leading\"").await;
    second.start();
    second.wait_for_log("another operator leads").await;
    let (status, _) = first.terminate().await;
    assert!(status.success(), "{}", first.log());
    let stopped = Instant::now();
    second.wait_for_log("\"leading\"").await;
    assert!(stopped.elapsed() < Duration::from_secs(5), "{:?}", stopped.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_leader_that_lost_its_lease_stops_at_once() {
    let mut operator = candidate("usurped").await;
    operator.start();
    operator.wait_for_log("\"leading\"").await;
    let usurped = json!({"spec": {"holderIdentity": "somebody"}});
    operator
        .merge("coordination.k8s.io/v1", "Lease", "e2e-leader", usurped)
        .await;
    assert_eq!(operator.exit().await.code(), Some(1));
    assert!(
        operator
            .log()
            .contains("leader election lost: somebody has taken the Lease"),
        "{}",
        operator.log()
    );
    assert_eq!(lease(&operator).await["holderIdentity"], "somebody");
}
