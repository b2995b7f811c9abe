//! Edits of watches.yaml and of charts, without a restart.

use std::os::unix::fs::symlink;

use serde_json::json;

use crate::cluster::{create, define};
use crate::harness::{Operator, a_while, definition};
use crate::templates::{CONFIG_MAP, text};

const DEMO: &str = "- {group: e2e.example.com, version: v1, kind: Demo, chart: demo}\n";
const FILM: &str = "- {group: e2e.example.com, version: v1, kind: Film, chart: films}\n";

/// An operator that looks at nothing without a cause.
async fn operator(test: &str) -> Operator {
    let mut operator = Operator::demo(test, &[("config.yaml", CONFIG_MAP)]).await;
    operator.arg("--reconcile-period=0");
    operator.started()
}

async fn wait_for_text(operator: &Operator, name: &str, expected: &str) {
    operator
        .wait_for(&format!("{name} to say {expected}"), || async {
            (text(operator, name).await == expected).then_some(())
        })
        .await;
}

async fn create_film(operator: &Operator, name: &str) {
    let metadata = json!({"name": name, "namespace": operator.namespace});
    let film =
        json!({"apiVersion": "e2e.example.com/v1", "kind": "Film", "metadata": metadata, "spec": {"text": "film"}});
    create(&operator.client, &film).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_an_edit_of_watches_takes_effect_and_a_bad_one_is_told() {
    let operator = operator("edit-watches").await;
    operator.create("demo", json!({"text": "one"})).await;
    operator.wait_for_revision("demo", 1).await;
    operator.write(
        "watches.yaml",
        &DEMO.replace("chart: demo", "chart: demo, overrideValues: {text: two}"),
    );
    operator.wait_for_revision("demo", 2).await;
    assert_eq!(text(&operator, "demo").await, "two");

    operator.write("watches.yaml", &DEMO.replace("kind: Demo", "kind: [Demo"));
    operator.wait_for_log("what was read before stays in force").await;
    operator.edit("demo", json!({"spec": {"size": 1}})).await;
    operator.wait_for_revision("demo", 3).await;
    assert_eq!(text(&operator, "demo").await, "two");

    operator.write("watches.yaml", DEMO);
    operator.wait_for_revision("demo", 4).await;
    assert_eq!(text(&operator, "demo").await, "one");
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_kind_that_is_added_starts_and_one_that_is_removed_is_left_alone() {
    let operator = operator("edit-kinds").await;
    define(&operator.client, &definition("Film", "films", "Namespaced")).await;
    operator.create("demo", json!({"text": "one"})).await;
    operator.wait_for_revision("demo", 1).await;
    create_film(&operator, "film").await;
    operator.write("films/Chart.yaml", "{apiVersion: v2, name: films, version: 0.1.0}\n");
    operator.write("films/templates/config.yaml", CONFIG_MAP);
    operator.write("watches.yaml", &format!("{DEMO}{FILM}"));
    wait_for_text(&operator, "film", "film").await;
    // Objects of the new chart are watched as well.
    operator.delete_object("v1", "ConfigMap", "film-config").await;
    wait_for_text(&operator, "film", "film").await;

    operator.write("watches.yaml", FILM);
    operator.wait_for_log("no longer watched").await;
    operator.edit("demo", json!({"spec": {"text": "two"}})).await;
    let edit = json!({"data": {"text": "somebody's"}});
    operator.merge("v1", "ConfigMap", "demo-config", edit).await;
    create_film(&operator, "later").await;
    wait_for_text(&operator, "later", "film").await;
    a_while(0.5).await;
    assert_eq!(text(&operator, "demo").await, "somebody's");
    assert_eq!(
        operator.records().await,
        ["demo.v1 deployed", "film.v1 deployed", "later.v1 deployed"]
    );

    operator.write("watches.yaml", &format!("{FILM}{DEMO}"));
    operator.wait_for_revision("demo", 2).await;
    assert_eq!(text(&operator, "demo").await, "two");
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_chart_edit_takes_effect_and_a_bad_one_keeps_the_last_good_chart() {
    let operator = operator("edit-chart").await;
    operator.create("demo", json!({"text": "one"})).await;
    operator.wait_for_revision("demo", 1).await;
    operator.write(
        "demo/templates/config.yaml",
        &CONFIG_MAP.replace(".Values.text", "upper .Values.text"),
    );
    operator.wait_for_revision("demo", 2).await;
    assert_eq!(text(&operator, "demo").await, "ONE");

    operator.write("demo/Chart.yaml", "name: [\n");
    operator.wait_for_log("what was read before stays in force").await;
    operator.create("other", json!({"text": "other"})).await;
    operator.wait_for_revision("other", 1).await;
    assert_eq!(text(&operator, "other").await, "OTHER");

    // With another name, the objects have another label, which is watched then.
    operator.write("demo/Chart.yaml", "{apiVersion: v2, name: renamed, version: 0.2.0}\n");
    operator.wait_for_revision("demo", 3).await;
    operator.wait_for_revision("other", 2).await;
    operator.delete_object("v1", "ConfigMap", "demo-config").await;
    wait_for_text(&operator, "demo", "ONE").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_mounted_config_map_is_followed_through_its_links() {
    let mut operator = Operator::demo("mounted", &[("config.yaml", CONFIG_MAP)]).await;
    for (version, level) in [("..one", "one"), ("..two", "two")] {
        let watch = DEMO.replace(
            "chart: demo",
            &format!("chart: demo, overrideValues: {{text: {level}}}"),
        );
        operator.write(&format!("mounted/{version}/watches.yaml"), &watch);
    }
    symlink("..one", operator.path("mounted/..data")).unwrap();
    symlink("..data/watches.yaml", operator.path("mounted/watches.yaml")).unwrap();
    operator.arg("--reconcile-period=0");
    operator.arg("--watches-file=mounted/watches.yaml");
    operator.start();
    operator.create("demo", json!({"text": "spec"})).await;
    operator.wait_for_revision("demo", 1).await;
    assert_eq!(text(&operator, "demo").await, "one");
    // As the kubelet does it: a new folder, and then the link to it in one step.
    symlink("..two", operator.path("mounted/..data_tmp")).unwrap();
    std::fs::rename(operator.path("mounted/..data_tmp"), operator.path("mounted/..data")).unwrap();
    operator.wait_for_revision("demo", 2).await;
    assert_eq!(text(&operator, "demo").await, "two");
}
