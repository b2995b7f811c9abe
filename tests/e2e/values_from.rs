//! Values from Secrets and `ConfigMap`s.

use serde_json::{Value, json};

use crate::cluster::{create, of_resource};
use crate::harness::{Operator, a_while, condition, message};

/// What the release got for values, and a Secret made of one of them.
const CHART: [(&str, &str); 2] = [
    (
        "config.yaml",
        "\
apiVersion: v1
kind: ConfigMap
metadata: {name: '{{ .Release.Name }}-config'}
data: {values: {{ omit .Values \"db\" \"global\" | toJson | quote }}}
",
    ),
    (
        "secret.yaml",
        "\
{{- if eq .Values.mood \"bad\" }}{{ fail (printf \"no release for %s\" .Values.db.password) }}{{ end }}
apiVersion: v1
kind: Secret
metadata: {name: '{{ .Release.Name }}-db'}
stringData: {password: {{ .Values.db.password | quote }}}
",
    ),
];

const WATCH: &str = "\
- group: e2e.example.com
  version: v1
  kind: Demo
  chart: demo
  valuesFrom:
    - {kind: ConfigMap, name: defaults}
    - {kind: Secret, name: db, valuesKey: pass, targetPath: db.password}
    - {kind: Secret, name: extra, optional: true}
  overrideValues: {level: override}
";

async fn operator(test: &str) -> Operator {
    let mut operator = Operator::demo(test, &CHART).await;
    operator.write("watches.yaml", WATCH);
    operator.write("demo/values.yaml", "{mood: good, size: 0, db: {password: none}}\n");
    operator.arg("--reconcile-period=10m");
    operator.arg("--log-level=trace");
    operator.started()
}

async fn make(operator: &Operator, kind: &str, name: &str, data: Value) {
    let metadata = json!({"name": name, "namespace": operator.namespace});
    let field = if kind == "Secret" { "stringData" } else { "data" };
    create(
        &operator.client,
        &json!({"apiVersion": "v1", "kind": kind, "metadata": metadata, field: data}),
    )
    .await;
}

async fn values(operator: &Operator) -> Value {
    let config = operator.get("v1", "ConfigMap", "demo-config").await;
    serde_json::from_str(config["data"]["values"].as_str().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_values_come_from_sources_and_a_change_of_one_upgrades() {
    let mut operator = operator("sources").await;
    let defaults = "size: 1\nlevel: source\nfrom: defaults\nbig: 9007199254740993\n";
    make(&operator, "ConfigMap", "defaults", json!({"values.yaml": defaults})).await;
    make(&operator, "Secret", "db", json!({"pass": "0123,45"})).await;
    operator.create("demo", json!({"size": 2})).await;
    operator.wait_for_revision("demo", 1).await;
    let mut expected = json!({
        "size": 2, "level": "override", "from": "defaults", "big": 9_007_199_254_740_993_i64, "mood": "good",
    });
    assert_eq!(values(&operator).await, expected);
    let secret = operator.get("v1", "Secret", "demo-db").await;
    assert_eq!(secret["data"]["password"], "MDEyMyw0NQ==");

    operator
        .merge("v1", "Secret", "db", json!({"stringData": {"pass": "another"}}))
        .await;
    operator.wait_for_revision("demo", 2).await;
    let secret = operator.get("v1", "Secret", "demo-db").await;
    assert_eq!(secret["data"]["password"], "YW5vdGhlcg==");

    // One that is optional counts from when it is there.
    make(&operator, "Secret", "extra", json!({"values.yaml": "more: true"})).await;
    operator.wait_for_revision("demo", 3).await;
    expected["more"] = json!(true);
    assert_eq!(values(&operator).await, expected);

    // What others do to the object makes no revision.
    operator
        .merge(
            "v1",
            "ConfigMap",
            "defaults",
            json!({"metadata": {"labels": {"a": "b"}}}),
        )
        .await;
    let requests = operator.requests_at_rest().await;
    a_while(1.0).await;
    assert_eq!(requests.get().await, [], "a source that does not change costs nothing");
    assert_eq!(operator.records().await.len(), 3);

    operator.terminate().await;
    let requests = operator.requests().await;
    operator.start();
    let is_read = || async {
        let asked = of_resource(&requests.get().await, "secrets");
        asked.contains(&"get db".to_owned()).then_some(())
    };
    operator.wait_for("the sources to be read again", is_read).await;
    operator.requests_at_rest().await;
    assert_eq!(
        requests.writes().await,
        [],
        "a restart reads the sources and writes nothing"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_source_that_is_missing_is_told_and_heals() {
    let operator = operator("missing-source").await;
    make(&operator, "Secret", "db", json!({"other": "x"})).await;
    operator.create("demo", json!({})).await;
    let told = |text: String| {
        let operator = &operator;
        async move {
            operator
                .wait_for(&text, || async {
                    let demo = operator.resource("demo").await;
                    let condition = condition(&demo, "Irreconcilable")?;
                    let is_told = condition["message"].as_str()?.contains(&text);
                    (is_told && condition["reason"] == "ErrorGettingValues").then_some(())
                })
                .await;
        }
    };
    told(format!(
        "ConfigMap {}/defaults of `valuesFrom` does not exist",
        operator.namespace
    ))
    .await;
    let demo = operator.resource("demo").await;
    assert_eq!(condition(&demo, "Stalled").unwrap()["status"], "True");
    make(&operator, "ConfigMap", "defaults", json!({"values.yaml": "size: 1"})).await;
    told(format!(
        "Secret {}/db of `valuesFrom` has no key `pass`",
        operator.namespace
    ))
    .await;
    operator
        .merge("v1", "Secret", "db", json!({"stringData": {"pass": "secret"}}))
        .await;
    operator.wait_for_revision("demo", 1).await;
    assert_eq!(values(&operator).await["size"], 1);

    // What is deployed stays when a source goes, and is kept as it is.
    operator.delete_object("v1", "ConfigMap", "defaults").await;
    told("defaults of `valuesFrom` does not exist".into()).await;
    operator.delete_object("v1", "ConfigMap", "demo-config").await;
    operator
        .wait_for("the object to be back", || async {
            let config = operator.get("v1", "ConfigMap", "demo-config").await;
            (!config.is_null()).then_some(())
        })
        .await;
    make(&operator, "ConfigMap", "defaults", json!({"values.yaml": "size: 3"})).await;
    operator.wait_for_revision("demo", 2).await;
    assert_eq!(values(&operator).await["size"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_what_a_secret_says_is_told_nowhere() {
    let operator = operator("told-nowhere").await;
    make(&operator, "ConfigMap", "defaults", json!({"values.yaml": "size: 1"})).await;
    make(&operator, "Secret", "db", json!({"pass": "canary-one"})).await;
    operator.create("demo", json!({})).await;
    operator.wait_for_revision("demo", 1).await;
    operator
        .merge("v1", "Secret", "db", json!({"stringData": {"pass": "canary-two"}}))
        .await;
    operator.wait_for_revision("demo", 2).await;
    operator.edit("demo", json!({"spec": {"mood": "bad"}})).await;
    let demo = operator.wait_for_condition("demo", "Irreconcilable", "True").await;
    assert!(
        message(&demo, "Irreconcilable").contains("no release for ****"),
        "{demo}"
    );
    make(
        &operator,
        "Secret",
        "extra",
        json!({"values.yaml": "canary-three: [\n"}),
    )
    .await;
    operator
        .wait_for("the source to be found faulty", || async {
            let demo = operator.resource("demo").await;
            message(&demo, "Irreconcilable")
                .contains("is not a map of values")
                .then_some(())
        })
        .await;
    let events = operator
        .api("v1", "Event")
        .list(&kube::api::ListParams::default())
        .await
        .unwrap();
    let events = serde_json::to_string(&events).unwrap();
    assert!(events.contains("no release for ****"), "{events}");
    for text in [operator.log(), operator.resource("demo").await.to_string(), events] {
        assert!(!text.contains("canary-"), "{text}");
        assert!(!text.contains("Y2FuYXJ5"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_only_the_named_sources_are_asked_for() {
    let operator = operator("named-sources").await;
    make(&operator, "ConfigMap", "defaults", json!({"values.yaml": "size: 1"})).await;
    make(&operator, "Secret", "db", json!({"pass": "secret"})).await;
    let requests = operator.requests().await;
    operator.create("demo", json!({})).await;
    operator.wait_for_revision("demo", 1).await;
    let asked = requests.get().await;
    let of_secrets = of_resource(&asked, "secrets");
    assert!(of_secrets.contains(&"get db".to_owned()), "{of_secrets:?}");
    let unnamed: Vec<_> = asked
        .iter()
        .filter(|request| request.resource == "secrets" && request.verb == "list")
        .filter(|request| request.name.is_empty() && !request.uri.contains("labelSelector"))
        .collect();
    assert!(unnamed.is_empty(), "{unnamed:#?}");
}
