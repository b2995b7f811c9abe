//! Releases that nobody touches stay as they are, whatever their charts do.

use serde_json::json;

use super::demo;
use crate::harness::{Operator, a_while};

/// A period so short that many of them pass in a second.
const PERIOD: &str = "--reconcile-period=100ms";

/// Scenario 6.
#[tokio::test(flavor = "multi_thread")]
async fn e2e_periods_in_which_nothing_changed_write_nothing() {
    let mut operator = demo("no-op").await;
    operator.arg(PERIOD);
    operator.start();
    operator.create("one", json!({})).await;
    let before = operator.wait_for_revision("one", 1).await;
    let requests = operator.requests().await;
    a_while(1.0).await;
    let writes = requests.writes().await;
    assert!(writes.is_empty(), "{writes:?}");
    let after = operator.resource("one").await;
    assert_eq!(
        after["metadata"]["resourceVersion"],
        before["metadata"]["resourceVersion"]
    );
}

/// Scenarios 43 and 44: neither reads of the cluster nor random numbers, times or revisions make new revisions.
#[tokio::test(flavor = "multi_thread")]
async fn e2e_random_output_and_lookups_make_no_revisions() {
    let secret = "
{{- $old := lookup `v1` `Secret` .Release.Namespace `one-secret` }}
apiVersion: v1
kind: Secret
metadata: {name: one-secret}
data:
  password: {{ dig `data` `password` (randAlphaNum 12 | b64enc) $old | quote }}
";
    // As charts keep a password that a hook needs before anything else is there.
    let hook = secret.replace("one-secret", "one-hook").replace(
        "metadata: {name: one-hook}",
        "metadata: {name: one-hook, annotations: {helm.sh/hook: pre-install}}",
    );
    let config = "
apiVersion: v1
kind: ConfigMap
metadata: {name: one-cm}
data:
  random: {{ randAlphaNum 12 | quote }}
  now: {{ now | quote }}
  revision: {{ .Release.Revision | quote }}
  upgrade: {{ .Release.IsUpgrade | quote }}
";
    let mut operator = Operator::demo(
        "random",
        &[("secret.yaml", secret), ("hook.yaml", &hook), ("config.yaml", config)],
    )
    .await;
    operator.arg(PERIOD);
    operator.start();
    operator.create("one", json!({})).await;
    operator.wait_for_revision("one", 1).await;
    let objects = || async {
        let secret = operator.get("v1", "Secret", "one-secret").await;
        let hook = operator.get("v1", "Secret", "one-hook").await;
        let config = operator.get("v1", "ConfigMap", "one-cm").await;
        [secret["data"].clone(), hook["data"].clone(), config["data"].clone()]
    };
    let before = objects().await;
    a_while(1.5).await;
    let touch = json!({"metadata": {"annotations": {"touched": "yes"}}});
    operator.edit("one", touch).await;
    a_while(0.5).await;
    assert_eq!(operator.records().await, ["one.v1 deployed"]);
    assert_eq!(objects().await, before);
}
