//! What annotations of a custom resource ask for.

use kube::api::ListParams;
use serde_json::{Value, json};

use crate::cluster::{Requests, of_resource};
use crate::harness::{Operator, a_while, condition, message};
use crate::oracle::helm_json;
use crate::templates::{CONFIG_MAP, text};

const PREFIX: &str = "helm.sdk.operatorframework.io/";

async fn operator(test: &str) -> Operator {
    let mut operator = Operator::demo(test, &[("config.yaml", CONFIG_MAP)]).await;
    operator.arg("--reconcile-period=0");
    operator.started()
}

async fn annotate(operator: &Operator, name: &str, annotations: Value) {
    operator
        .edit(name, json!({"metadata": {"annotations": annotations}}))
        .await;
}

async fn wait_for_message(operator: &Operator, kind: &str, expected: &str) -> Value {
    operator
        .wait_for(&format!("{kind} to say {expected:?}"), || async {
            let demo = operator.resource("demo").await;
            message(&demo, kind).contains(expected).then_some(demo)
        })
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_paused_release_is_told_of_and_not_touched() {
    let operator = operator("paused").await;
    operator.create("demo", json!({"text": "one"})).await;
    operator.wait_for_revision("demo", 1).await;
    annotate(&operator, "demo", json!({"chartwright.dev/paused": "true"})).await;
    let demo = wait_for_message(&operator, "Paused", "paused by annotation").await;
    assert_eq!(condition(&demo, "Ready").unwrap()["status"], "True", "{demo}");

    let requests = operator.requests_at_rest().await;
    operator.edit("demo", json!({"spec": {"text": "two"}})).await;
    let demo = wait_for_message(&operator, "Paused", "upgraded to revision 2").await;
    assert_eq!(condition(&demo, "Ready").unwrap()["status"], "False", "{demo}");
    assert_eq!(condition(&demo, "Ready").unwrap()["reason"], "Paused", "{demo}");
    let edit = json!({"data": {"text": "somebody's"}});
    operator.merge("v1", "ConfigMap", "demo-config", edit).await;
    wait_for_message(&operator, "Paused", "`/data/text` would be brought back").await;
    operator.delete_object("v1", "ConfigMap", "demo-config").await;
    wait_for_message(&operator, "Paused", "demo-config would be made again").await;
    operator.delete("demo").await;
    wait_for_message(&operator, "Paused", "would be uninstalled").await;
    let writes = requests.writes().await;
    let of_status = |request: &&testkit::Request| request.resource == "demos" && request.subresource == "status";
    let others: Vec<_> = writes.iter().filter(|request| !of_status(request)).collect();
    assert!(others.is_empty(), "{others:#?}");
    assert_eq!(operator.records().await, ["demo.v1 deployed"]);

    annotate(&operator, "demo", json!({"chartwright.dev/paused": null})).await;
    operator.wait_until_gone("demo").await;
    assert_eq!(operator.records().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_paused_release_whose_record_cannot_be_read_promises_no_install() {
    let operator = operator("paused-unreadable").await;
    operator.create("demo", json!({"text": "one"})).await;
    operator.wait_for_revision("demo", 1).await;
    annotate(&operator, "demo", json!({"chartwright.dev/paused": "true"})).await;
    wait_for_message(&operator, "Paused", "paused by annotation").await;
    let record = "sh.helm.release.v1.demo.v1";
    let broken = json!({"data": {"release": "AAAA"}});
    operator.merge("v1", "Secret", record, broken).await;
    operator.edit("demo", json!({"spec": {"text": "two"}})).await;
    let demo = wait_for_message(&operator, "Irreconcilable", "demo.v1 can't be read").await;
    assert_eq!(message(&demo, "Paused"), "paused by annotation", "{demo}");
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_resource_may_be_made_paused_and_goes_on_when_it_is_not() {
    let mut operator = Operator::demo("made-paused", &[("config.yaml", CONFIG_MAP)]).await;
    operator.arg("--reconcile-period=0");
    operator.create("demo", json!({"text": "one"})).await;
    annotate(&operator, "demo", json!({"chartwright.dev/paused": "true"})).await;
    operator.start();
    let demo = wait_for_message(&operator, "Paused", "revision 1 would be installed").await;
    assert_eq!(demo["metadata"]["finalizers"], Value::Null);
    assert_eq!(text(&operator, "demo").await, Value::Null);
    annotate(&operator, "demo", json!({"chartwright.dev/paused": "false"})).await;
    let demo = operator.wait_for_revision("demo", 1).await;
    assert_eq!(condition(&demo, "Paused"), None, "{demo}");
    assert_eq!(text(&operator, "demo").await, "one");
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_reconcile_now_is_answered_once() {
    let mut operator = Operator::demo("reconcile-now", &[("config.yaml", CONFIG_MAP)]).await;
    operator.write(
        "watches.yaml",
        "- {group: e2e.example.com, version: v1, kind: Demo, chart: demo, watchDependentResources: false}\n",
    );
    operator.arg("--reconcile-period=0");
    operator.start();
    operator.create("demo", json!({"text": "one"})).await;
    operator.wait_for_revision("demo", 1).await;
    let edit = || {
        operator.merge(
            "v1",
            "ConfigMap",
            "demo-config",
            json!({"data": {"text": "somebody's"}}),
        )
    };
    edit().await;
    a_while(0.5).await;
    assert_eq!(text(&operator, "demo").await, "somebody's", "nobody looks");
    for value in ["1", "2"] {
        annotate(&operator, "demo", json!({"chartwright.dev/reconcile-now": value})).await;
        operator
            .wait_for("the drift to be repaired", || async {
                (text(&operator, "demo").await == "one").then_some(())
            })
            .await;
        operator.requests_at_rest().await;
        edit().await;
    }
    assert_eq!(operator.records().await, ["demo.v1 deployed"]);
}

/// A hook at each point of a release's life.
fn hooks() -> String {
    let hook = |event: &str| {
        format!(
            "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: '{{{{ .Release.Name }}}}-{event}'\n  \
             annotations: {{helm.sh/hook: {event}}}\n"
        )
    };
    [
        "pre-install",
        "post-install",
        "pre-upgrade",
        "post-upgrade",
        "pre-delete",
        "post-delete",
    ]
    .map(hook)
    .concat()
}

/// The hooks that have run since, sorted.
async fn hooks_of(requests: &Requests, name: &str) -> Vec<String> {
    let created = of_resource(&requests.writes().await, "configmaps");
    let event = |line: &String| Some(line.strip_prefix(&format!("create {name}-"))?.to_owned());
    created
        .iter()
        .filter_map(event)
        .filter(|event| event != "config")
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_hooks_are_left_out_of_the_operation_that_an_annotation_names() {
    let hooks = hooks();
    let operator = Operator::demo("disable-hooks", &[("config.yaml", CONFIG_MAP), ("hooks.yaml", &hooks)])
        .await
        .started();
    let all = [
        vec!["post-install", "pre-install"],
        vec!["post-upgrade", "pre-upgrade"],
        vec!["post-delete", "pre-delete"],
    ];
    for (index, disabled) in ["", "install", "upgrade", "uninstall"].into_iter().enumerate() {
        let name = format!("demo{index}");
        let mut annotations = json!({});
        if !disabled.is_empty() {
            annotations[format!("{PREFIX}{disabled}-disable-hooks")] = json!("true");
        }
        let mut expected = all.clone();
        match disabled {
            "install" => expected[0].clear(),
            "upgrade" => expected[1].clear(),
            "uninstall" => expected[2].clear(),
            _ => {}
        }
        let requests = operator.requests().await;
        operator
            .create_annotated(&name, annotations, json!({"text": "one"}))
            .await;
        operator.wait_for_revision(&name, 1).await;
        assert_eq!(
            hooks_of(&requests, &name).await,
            expected[0],
            "install, {disabled} disabled"
        );
        let requests = operator.requests().await;
        operator.edit(&name, json!({"spec": {"text": "two"}})).await;
        operator.wait_for_revision(&name, 2).await;
        assert_eq!(
            hooks_of(&requests, &name).await,
            expected[1],
            "upgrade, {disabled} disabled"
        );
        let requests = operator.requests().await;
        operator.delete(&name).await;
        operator.wait_until_gone(&name).await;
        assert_eq!(
            hooks_of(&requests, &name).await,
            expected[2],
            "uninstall, {disabled} disabled"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_descriptions_are_in_the_records() {
    let operator = operator("descriptions").await;
    let annotations = json!({
        format!("{PREFIX}install-description"): "for the fair",
        format!("{PREFIX}upgrade-description"): "after the fair",
    });
    operator
        .create_annotated("demo", annotations, json!({"text": "one"}))
        .await;
    operator.wait_for_revision("demo", 1).await;
    operator.edit("demo", json!({"spec": {"text": "two"}})).await;
    operator.wait_for_revision("demo", 2).await;
    let history = helm_json(&operator, "helm3", &["history", "demo"]).await;
    assert_eq!(history[0]["description"], "for the fair", "{history}");
    assert_eq!(history[1]["description"], "after the fair", "{history}");
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_override_values_are_told_once_per_attempt_and_not_at_its_retries() {
    let bad =
        "{{ if eq .Values.text \"bad\" }}\n---\n{apiVersion: v1, kind: Service, metadata: {name: bad}}\n{{ end }}";
    let mut operator = Operator::demo("told-once", &[("config.yaml", CONFIG_MAP), ("bad.yaml", bad)]).await;
    operator.write(
        "watches.yaml",
        "- {group: e2e.example.com, version: v1, kind: Demo, chart: demo, overrideValues: {level: high}}\n",
    );
    operator.start();
    operator.create("demo", json!({"text": "bad"})).await;
    let failures = || async {
        let log = operator.log();
        log.matches("failed to reconcile").count()
    };
    operator
        .wait_for("three attempts", || async { (failures().await >= 3).then_some(()) })
        .await;
    assert_eq!(told(&operator).await, 1);
    operator.edit("demo", json!({"spec": {"text": "good"}})).await;
    operator.wait_for_condition("demo", "Ready", "True").await;
    operator
        .wait_for("the second event", || async {
            (told(&operator).await == 2).then_some(())
        })
        .await;
}

/// How often override values were told.
async fn told(operator: &Operator) -> u64 {
    let events = operator
        .api("events.k8s.io/v1", "Event")
        .list(&ListParams::default())
        .await
        .unwrap();
    let count = |event: &kube::api::DynamicObject| {
        let repeats = event.data.pointer("/series/count").and_then(Value::as_u64);
        repeats.unwrap_or(1)
    };
    let of_overrides = events
        .items
        .iter()
        .filter(|event| event.data["reason"] == "OverrideValuesInUse");
    of_overrides.map(count).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_the_event_of_an_uninstall_says_what_the_annotation_says() {
    let operator = operator("uninstall-description").await;
    let annotations = json!({format!("{PREFIX}uninstall-description"): "moved to another cluster"});
    operator.create_annotated("demo", annotations, json!({})).await;
    operator.wait_for_revision("demo", 1).await;
    operator.delete("demo").await;
    operator.wait_until_gone("demo").await;
    let events = operator.api("events.k8s.io/v1", "Event");
    let events = events.list(&ListParams::default()).await.unwrap().items;
    let told: Vec<&Value> = events
        .iter()
        .filter(|event| event.data["reason"] == "Uninstalled")
        .map(|event| &event.data["note"])
        .collect();
    assert_eq!(told, ["Uninstalled release: moved to another cluster"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_forced_upgrade_or_rollback_takes_away_what_others_added() {
    let operator = operator("force").await;
    let data = async || {
        let config = operator.get("v1", "ConfigMap", "demo-config").await;
        (config["data"].clone(), config["metadata"]["uid"].clone())
    };
    operator.create("demo", json!({"text": "one"})).await;
    operator.wait_for_revision("demo", 1).await;
    let (_, uid) = data().await;
    let add = json!({"data": {"added": "by somebody"}});
    operator.merge("v1", "ConfigMap", "demo-config", add.clone()).await;
    operator.edit("demo", json!({"spec": {"text": "two"}})).await;
    operator.wait_for_revision("demo", 2).await;
    let kept = json!({"text": "two", "added": "by somebody"});
    assert_eq!(data().await, (kept, uid.clone()), "an upgrade leaves it");

    annotate(&operator, "demo", json!({format!("{PREFIX}upgrade-force"): "true"})).await;
    operator.edit("demo", json!({"spec": {"text": "three"}})).await;
    operator.wait_for_revision("demo", 3).await;
    assert_eq!(
        data().await,
        (json!({"text": "three"}), uid.clone()),
        "a forced one does not"
    );

    operator.merge("v1", "ConfigMap", "demo-config", add).await;
    annotate(&operator, "demo", json!({"chartwright.dev/rollback-to": "2"})).await;
    operator.wait_for_revision("demo", 4).await;
    let kept = json!({"text": "two", "added": "by somebody"});
    assert_eq!(data().await, (kept, uid.clone()), "a rollback has its own annotation");
    let forced = json!({format!("{PREFIX}rollback-force"): "true", "chartwright.dev/rollback-to": "1"});
    annotate(&operator, "demo", forced).await;
    operator.wait_for_revision("demo", 5).await;
    assert_eq!(data().await, (json!({"text": "one"}), uid));
}
