//! What the operator refuses to start with, and what it waits for.

use serde_json::json;

use crate::cluster::define;
use crate::harness::{Operator, definition};
use crate::templates::FIXED_CONFIG_MAP;

/// Starts an operator that can't go on, after `break_it`; it must say each of `texts`.
async fn refuses(test: &str, break_it: impl Fn(&Operator), texts: &[&str]) {
    let mut operator = Operator::demo(test, &[("config.yaml", FIXED_CONFIG_MAP)]).await;
    break_it(&operator);
    operator.start();
    let status = operator.exit().await;
    let log = operator.log();
    assert_eq!(status.code(), Some(1), "{log}");
    for text in texts {
        assert!(log.contains(text), "{text:?} is not in:\n{log}");
    }
    assert!(!log.contains("panicked"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_missing_watches_file_is_named() {
    let break_it = |operator: &Operator| std::fs::remove_file(operator.path("watches.yaml")).unwrap();
    refuses("no-watches", break_it, &["watches.yaml", "No such file"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_mistakes_in_the_watches_file_are_named() {
    let break_it = |operator: &Operator| {
        operator.write(
            "watches.yaml",
            "- {group: e2e.example.com, version: v1, kind: Demo, chart: demo}
- {group: e2e.example.com, version: v1, kind: Demo, chart: demo}
- group: e2e.example.com
  version: v1
  kind: Film
  chrat: demo
- {group: e2e.example.com, version: v1, kind: Play, chart: no-such-folder}
",
        );
    };
    refuses(
        "bad-watches",
        break_it,
        &["watches.yaml", "Demo", "chrat", "no-such-folder"],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_watches_file_that_is_no_yaml_is_named() {
    let break_it = |operator: &Operator| operator.write("watches.yaml", "- group: [\n- x: }\n");
    refuses("no-yaml", break_it, &["watches.yaml"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_chart_with_a_syntax_error_is_named() {
    let break_it = |operator: &Operator| operator.write("demo/Chart.yaml", "name: [\n");
    refuses("broken-chart", break_it, &["Chart.yaml"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_kubeconfig_that_does_not_exist_is_named() {
    let mut operator = Operator::demo("no-kubeconfig", &[("config.yaml", FIXED_CONFIG_MAP)]).await;
    operator.env("KUBECONFIG", "/no/such/kubeconfig");
    operator.start();
    assert_eq!(operator.exit().await.code(), Some(1));
    assert!(operator.log().contains("KUBECONFIG"), "{}", operator.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_template_with_a_syntax_error_is_told_of_each_resource() {
    let operator = Operator::demo("broken-template", &[("config.yaml", FIXED_CONFIG_MAP)]).await;
    operator.write("demo/templates/bad.yaml", "a: 1\nb: {{ if }}\n");
    let mut operator = operator;
    operator.start();
    operator.create("demo", json!({})).await;
    // Whether it starts is up to the check of charts; either way the place is told.
    let told = "demo/templates/bad.yaml:2";
    operator
        .wait_for("the place to be told", || async {
            let demo = operator.resource("demo").await;
            let message = crate::harness::message(&demo, "ReleaseFailed");
            (message.contains(told) || operator.log().contains(told)).then_some(())
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_definition_that_is_not_installed_is_waited_for() {
    let mut operator = Operator::demo("late-definition", &[("config.yaml", FIXED_CONFIG_MAP)]).await;
    operator.write(
        "watches.yaml",
        "- {group: e2e.example.com, version: v1, kind: Tardy, chart: demo}\n",
    );
    operator.start();
    operator
        .wait_for_log("custom resource definition is not installed")
        .await;
    assert!(operator.log().contains("Tardy"), "{}", operator.log());
    define(&operator.client, &definition("Tardy", "tardies", "Namespaced")).await;
    let metadata = json!({"name": "demo", "namespace": operator.namespace});
    let object = json!({"apiVersion": "e2e.example.com/v1", "kind": "Tardy", "metadata": metadata, "spec": {}});
    crate::cluster::create(&operator.client, &object).await;
    operator
        .wait_for("the release", || async {
            (!operator.get("v1", "ConfigMap", "demo-config").await.is_null()).then_some(())
        })
        .await;
}
