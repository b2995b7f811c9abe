//! What follows a failure, and what somebody asks for: failure policies, rollbacks, hooks over restarts, tests, records.

use kube::api::{Api, DeleteParams, DynamicObject, PostParams};
use serde_json::{Value, json};

use crate::cluster::{create, resource};
use crate::harness::{Operator, a_while, condition, message};
use crate::oracle::{helm, try_helm};
use crate::templates::{CONFIG_MAP, SERVICE, text};

/// A Job that runs at `events`; what becomes of it is the value `play`, after the time in the value `delay`.
fn job(name: &str, annotations: &str) -> String {
    format!(
        "
apiVersion: batch/v1
kind: Job
metadata: {{name: '{{{{ .Release.Name }}}}-{name}', annotations: {{{annotations}}}}}
spec:
  backoffLimit: 0
  template:
    metadata:
      annotations:
        play.chartwright.dev/pod: {{{{ .Values.play | default \"completed\" }}}}
        play.chartwright.dev/delay: {{{{ .Values.delay | default \"0s\" }}}}
    spec: {{restartPolicy: Never, containers: [{{name: main, image: x}}]}}
"
    )
}

async fn annotate(operator: &Operator, name: &str, key: &str, value: Value) {
    let patch = json!({"metadata": {"annotations": {format!("chartwright.dev/{key}"): value}}});
    operator.edit(name, patch).await;
}

async fn count_creates(requests: &crate::cluster::Requests, resource: &str, name: &str) -> usize {
    let is_it = |request: &&testkit::Request| {
        request.verb == "create" && request.resource == resource && request.name == name && request.code == 201
    };
    requests.writes().await.iter().filter(is_it).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_the_policy_rollback_goes_back_once_and_waits() {
    let operator = Operator::demo(
        "policy-rollback",
        &[("config.yaml", CONFIG_MAP), ("service.yaml", SERVICE)],
    )
    .await;
    operator.write(
        "watches.yaml",
        "- {group: e2e.example.com, version: v1, kind: Demo, chart: demo, failurePolicy: rollback}\n",
    );
    let mut operator = operator.started();
    operator.create("demo", json!({"text": "one"})).await;
    operator.wait_for_revision("demo", 1).await;
    operator
        .edit("demo", json!({"spec": {"text": "two", "port": 99_999}}))
        .await;
    let demo = operator.wait_for_condition("demo", "Stalled", "True").await;
    let told = message(&demo, "ReleaseFailed");
    assert!(told.contains("Rollback to 1") && told.contains("99999"), "{told}");
    assert_eq!(condition(&demo, "Deployed").unwrap()["status"], "True");
    assert_eq!(demo["status"]["revision"], 3);
    assert_eq!(text(&operator, "demo").await, "one");
    let records = ["demo.v1 superseded", "demo.v2 failed", "demo.v3 deployed"];
    assert_eq!(operator.records().await, records);

    // No loop, also over a restart; what is deployed is looked after.
    let requests = operator.requests_at_rest().await;
    a_while(2.0).await;
    assert_eq!(requests.writes().await, []);
    operator.terminate().await;
    operator.start();
    operator.wait_for_log("waiting for a change").await;
    operator
        .merge("v1", "ConfigMap", "demo-config", json!({"data": {"text": "drift"}}))
        .await;
    operator
        .wait_for("the text to be back", || async {
            (text(&operator, "demo").await == "one").then_some(())
        })
        .await;
    assert_eq!(operator.records().await, records);
    let demo = operator.resource("demo").await;
    assert!(message(&demo, "ReleaseFailed").contains("99999"), "{demo}");

    operator.edit("demo", json!({"spec": {"port": 81}})).await;
    let demo = operator.wait_for_revision("demo", 4).await;
    assert_eq!(condition(&demo, "ReleaseFailed"), None);
    assert_eq!(text(&operator, "demo").await, "two");
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_the_policy_keep_leaves_what_is_there_and_waits() {
    let operator = Operator::demo("policy-keep", &[("config.yaml", CONFIG_MAP), ("service.yaml", SERVICE)])
        .await
        .started();
    operator.create("demo", json!({"text": "one"})).await;
    annotate(&operator, "demo", "failure-policy", json!("keep")).await;
    operator.wait_for_revision("demo", 1).await;
    operator
        .edit("demo", json!({"spec": {"text": "two", "port": 99_999}}))
        .await;
    let demo = operator.wait_for_condition("demo", "Stalled", "True").await;
    assert!(message(&demo, "ReleaseFailed").contains("99999"), "{demo}");
    let requests = operator.requests_at_rest().await;
    a_while(2.0).await;
    assert_eq!(requests.writes().await, []);
    assert_eq!(operator.records().await, ["demo.v1 deployed", "demo.v2 failed"]);
    assert_eq!(
        text(&operator, "demo").await,
        "two",
        "what was sent before the failure stays"
    );
    // Another policy counts at once.
    annotate(&operator, "demo", "failure-policy", json!("rollback")).await;
    operator
        .wait_for("the old text", || async {
            (text(&operator, "demo").await == "one").then_some(())
        })
        .await;
    annotate(&operator, "demo", "failure-policy", json!("sometimes")).await;
    operator
        .wait_for("the mistake to be told", || async {
            let demo = operator.resource("demo").await;
            message(&demo, "Initialized")
                .contains("retry, rollback, keep")
                .then_some(())
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_revision_that_is_asked_for_is_gone_back_to() {
    let operator = Operator::demo("rollback-to", &[("config.yaml", CONFIG_MAP)])
        .await
        .started();
    operator.create("demo", json!({"text": "one"})).await;
    operator.wait_for_revision("demo", 1).await;
    operator.edit("demo", json!({"spec": {"text": "two"}})).await;
    operator.wait_for_revision("demo", 2).await;
    assert_eq!(
        operator.notes("Upgraded").await,
        ["Upgraded to revision 2: spec changed: text"]
    );

    annotate(&operator, "demo", "rollback-to", json!("7")).await;
    let demo = operator.wait_for_condition("demo", "ReleaseFailed", "True").await;
    assert!(
        message(&demo, "ReleaseFailed").contains("revision 7 is not among"),
        "{demo}"
    );
    annotate(&operator, "demo", "rollback-to", json!("1")).await;
    operator.wait_for_revision("demo", 3).await;
    assert_eq!(text(&operator, "demo").await, "one");
    // It stays there whatever the spec says, until the annotation goes.
    operator.edit("demo", json!({"spec": {"text": "three"}})).await;
    operator.wait_for_revision("demo", 3).await;
    assert_eq!(text(&operator, "demo").await, "one");
    annotate(&operator, "demo", "rollback-to", Value::Null).await;
    operator.wait_for_revision("demo", 4).await;
    assert_eq!(text(&operator, "demo").await, "three");
    let records = operator.records().await;
    assert_eq!(records.len(), 4, "{records:?}");
}

/// Refuses configuration of the namespace whose text is `two`, as an admission webhook does.
async fn deny_two(operator: &Operator) {
    let name = operator.namespace.clone();
    let rule = json!({"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["configmaps"]});
    let policy = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy", "metadata": {"name": name},
        "spec": {
            "matchConstraints": {"resourceRules": [rule]},
            "validations": [{"expression": "!has(object.data) || !('text' in object.data) || object.data.text != 'two'",
                "message": "two is not allowed here"}],
        },
    });
    let selector = json!({"matchLabels": {"kubernetes.io/metadata.name": name}});
    let binding = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": name},
        "spec": {"policyName": name, "validationActions": ["Deny"], "matchResources": {"namespaceSelector": selector}},
    });
    create(&operator.client, &policy).await;
    create(&operator.client, &binding).await;
    let probe =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "probe"}, "data": {"text": "two"}});
    let probe: DynamicObject = serde_json::from_value(probe).unwrap();
    let params = PostParams {
        dry_run: true,
        ..PostParams::default()
    };
    let api = operator.api("v1", "ConfigMap");
    operator
        .wait_for("the policy to count", || async {
            api.create(&params, &probe).await.is_err().then_some(())
        })
        .await;
}

async fn allow_two(operator: &Operator) {
    for kind in ["ValidatingAdmissionPolicyBinding", "ValidatingAdmissionPolicy"] {
        let resource = resource("admissionregistration.k8s.io/v1", kind);
        let api: Api<DynamicObject> = Api::all_with(operator.client.clone(), &resource);
        api.delete(&operator.namespace, &DeleteParams::default()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_an_upgrade_that_is_denied_heals_when_the_cause_is_gone() {
    let operator = Operator::demo("denied", &[("config.yaml", CONFIG_MAP)]).await.started();
    operator.create("demo", json!({"text": "one"})).await;
    operator.create("other", json!({"text": "one"})).await;
    operator.wait_for_revision("demo", 1).await;
    operator.wait_for_revision("other", 1).await;
    deny_two(&operator).await;
    operator.edit("demo", json!({"spec": {"text": "two"}})).await;
    let demo = operator.wait_for_condition("demo", "ReleaseFailed", "True").await;
    assert!(
        message(&demo, "ReleaseFailed").contains("two is not allowed here"),
        "{demo}"
    );
    assert_eq!(condition(&demo, "Deployed").unwrap()["status"], "True");
    operator.edit("other", json!({"spec": {"text": "three"}})).await;
    operator.wait_for_revision("other", 2).await;
    a_while(2.0).await;
    let of_demo = |records: Vec<String>| -> Vec<String> {
        records
            .into_iter()
            .filter(|record| record.starts_with("demo."))
            .collect()
    };
    assert_eq!(
        of_demo(operator.records().await),
        ["demo.v1 deployed", "demo.v2 failed"]
    );
    let tries = operator.log().matches("failed to reconcile").count();
    assert!((2..=8).contains(&tries), "{tries} tries");

    allow_two(&operator).await;
    let demo = operator.wait_for_revision("demo", 2).await;
    assert_eq!(condition(&demo, "ReleaseFailed"), None);
    assert_eq!(text(&operator, "demo").await, "two");
    assert_eq!(
        of_demo(operator.records().await),
        ["demo.v1 superseded", "demo.v2 deployed"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_hook_that_fails_for_ever_adds_one_revision_and_tells_why() {
    let hook = job(
        "before",
        "helm.sh/hook: pre-upgrade, helm.sh/hook-delete-policy: 'before-hook-creation,hook-failed'",
    );
    let operator = Operator::demo("hook-upgrade", &[("config.yaml", CONFIG_MAP), ("hook.yaml", &*hook)])
        .await
        .started();
    operator.create("demo", json!({"text": "one"})).await;
    operator.wait_for_revision("demo", 1).await;
    operator
        .edit("demo", json!({"spec": {"text": "two", "play": "failed"}}))
        .await;
    let demo = operator.wait_for_condition("demo", "ReleaseFailed", "True").await;
    let told = message(&demo, "ReleaseFailed");
    assert!(
        told.contains("pre-upgrade hook Job") && told.contains("exit code"),
        "{told}"
    );
    a_while(3.0).await;
    let records = operator.records().await;
    assert_eq!(records.len(), 2, "{records:?}");
    assert_eq!(text(&operator, "demo").await, "one");
    operator.edit("demo", json!({"spec": {"play": "completed"}})).await;
    operator.wait_for_revision("demo", 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_hook_that_runs_while_the_operator_is_killed_is_waited_for() {
    let needed = "
apiVersion: v1
kind: ConfigMap
metadata:
  name: '{{ .Release.Name }}-needed'
  annotations: {helm.sh/hook: 'pre-install', helm.sh/hook-weight: '-5', helm.sh/hook-delete-policy: hook-succeeded}
";
    let hook = job(
        "before",
        "helm.sh/hook: 'pre-install,post-install', helm.sh/hook-delete-policy: 'before-hook-creation,hook-succeeded'",
    );
    let templates = [
        ("needed.yaml", needed),
        ("hook.yaml", &*hook),
        ("config.yaml", CONFIG_MAP),
    ];
    let mut operator = Operator::demo("hook-killed", &templates).await.started();
    let requests = operator.requests().await;
    operator.create("demo", json!({"text": "one", "delay": "3s"})).await;
    let exists = || async {
        let job = operator.get("batch/v1", "Job", "demo-before").await;
        (!job.is_null()).then_some(job["metadata"]["uid"].clone())
    };
    let first = operator.wait_for("the hook", exists).await;
    assert_ne!(
        operator.get("v1", "ConfigMap", "demo-needed").await,
        Value::Null,
        "what a later hook may need stays until all have run"
    );
    operator.kill();
    assert_eq!(count_creates(&requests, "jobs", "demo-before").await, 1);
    operator.start();
    let second = || async {
        let job = operator.get("batch/v1", "Job", "demo-before").await;
        (!job.is_null() && job["metadata"]["uid"] != first).then_some(())
    };
    operator.wait_for("the hook of the second event", second).await;
    assert_eq!(text(&operator, "demo").await, "one", "the first event is over");
    operator.kill();
    operator.start();
    operator.wait_for_revision("demo", 1).await;
    assert_eq!(
        count_creates(&requests, "jobs", "demo-before").await,
        2,
        "once for each event"
    );
    assert_eq!(count_creates(&requests, "configmaps", "demo-needed").await, 1);
    assert_eq!(operator.names("batch/v1", "Job").await, Vec::<String>::new());
    assert_eq!(operator.get("v1", "ConfigMap", "demo-needed").await, Value::Null);
    assert_eq!(operator.records().await, ["demo.v1 deployed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_tests_run_when_somebody_asks_for_them() {
    let test = job("test", "helm.sh/hook: test");
    let operator = Operator::demo("tests", &[("config.yaml", CONFIG_MAP), ("test.yaml", &*test)])
        .await
        .started();
    operator.create("demo", json!({"text": "one"})).await;
    let demo = operator.wait_for_revision("demo", 1).await;
    assert_eq!(condition(&demo, "Tested"), None);
    assert_eq!(operator.names("batch/v1", "Job").await, Vec::<String>::new());
    annotate(&operator, "demo", "run-tests", json!("first")).await;
    let demo = operator.wait_for_condition("demo", "Tested", "True").await;
    assert_eq!(message(&demo, "Tested"), "revision 1: the test passed");
    assert_eq!(operator.names("batch/v1", "Job").await, ["demo-test"]);

    operator.edit("demo", json!({"spec": {"play": "failed"}})).await;
    let demo = operator.wait_for_revision("demo", 2).await;
    assert_eq!(
        message(&demo, "Tested"),
        "revision 1: the test passed",
        "not run again by itself"
    );
    annotate(&operator, "demo", "run-tests", json!("second")).await;
    let demo = operator.wait_for_condition("demo", "Tested", "False").await;
    assert!(message(&demo, "Tested").contains("revision 2: test hook Job"), "{demo}");
    assert_eq!(condition(&demo, "Ready").unwrap()["status"], "True");
    assert_eq!(operator.notes("TestsPassed").await.len(), 1);
    assert_eq!(operator.notes("TestsFailed").await.len(), 1);
    assert_eq!(operator.records().await, ["demo.v1 superseded", "demo.v2 deployed"]);
}

/// Letters that do not pack well.
fn noise(bytes: usize) -> String {
    let mut state = 7_u64;
    let letter = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-"[(state >> 58) as usize])
    };
    std::iter::repeat_with(letter).take(bytes).collect()
}

/// Helm's commands do not see the release, and so can do it no harm.
async fn assert_helm_leaves_alone(operator: &Operator) {
    let before = operator.requests_at_rest().await;
    for version in ["helm3", "helm4"] {
        let listed = helm(operator, version, &["list"]).await;
        assert_eq!(listed.lines().count(), 1, "only the headings: {listed}");
        let refused = [
            (&["status", "demo"][..], "no revision for release"),
            (&["get", "manifest", "demo"], "no revision for release"),
            (&["rollback", "demo", "1"], "no revision for release"),
            (&["uninstall", "demo"], "no release provided"),
        ];
        for (args, reason) in refused {
            let told = try_helm(operator, version, args).await.unwrap_err();
            assert!(told.contains(reason), "{version} {args:?}: {told}");
        }
    }
    let writes = before.writes().await;
    assert!(writes.is_empty(), "{writes:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_record_that_is_too_large_for_a_secret_takes_several() {
    let file = "
apiVersion: v1
kind: ConfigMap
metadata: {name: '{{ .Release.Name }}-NUMBER'}
data: {text: '{{ .Files.Get \"NUMBER.txt\" }}'}
";
    let (one, two) = (file.replace("NUMBER", "1"), file.replace("NUMBER", "2"));
    let templates = [("one.yaml", &*one), ("two.yaml", &*two), ("config.yaml", CONFIG_MAP)];
    let operator = Operator::demo("large", &templates).await;
    let noise = noise(1_500_000);
    operator.write("demo/1.txt", &noise[..750_000]);
    operator.write("demo/2.txt", &noise[750_000..]);
    let mut operator = operator.started();
    let secrets = || async { operator.names("v1", "Secret").await.len() };
    operator.create("demo", json!({"text": "one"})).await;
    let demo = operator.wait_for_revision("demo", 1).await;
    assert!(
        message(&demo, "RecordSplit").contains("Helm's own command can't"),
        "{demo}"
    );
    assert!(operator.notes("RecordSplit").await[0].contains("revision 1"));
    assert_eq!(secrets().await, 2);
    operator.edit("demo", json!({"spec": {"text": "two"}})).await;
    operator.wait_for_revision("demo", 2).await;
    assert_eq!(operator.records().await, ["demo.v1 superseded", "demo.v2 deployed"]);
    assert_eq!(secrets().await, 4, "no part is left over");
    assert_helm_leaves_alone(&operator).await;
    operator.terminate().await;
    operator.start();
    operator.wait_for_log("watching custom resources").await;
    operator.delete("demo").await;
    operator.wait_until_gone("demo").await;
    assert_eq!(operator.names("v1", "Secret").await, Vec::<String>::new());
    assert_eq!(operator.get("v1", "ConfigMap", "demo-2").await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_release_without_a_readable_record_is_uninstalled_by_its_marks() {
    for (test, broken) in [("unreadable", true), ("no-records", false)] {
        let operator = Operator::demo(test, &[("config.yaml", CONFIG_MAP)]).await.started();
        operator.create("demo", json!({"text": "one"})).await;
        operator.create("other", json!({"text": "one"})).await;
        operator.wait_for_revision("demo", 1).await;
        operator.wait_for_revision("other", 1).await;
        // Without an owner reference, the garbage collector can't have done it.
        let metadata = json!({"metadata": {"ownerReferences": null}});
        operator.merge("v1", "ConfigMap", "demo-config", metadata.clone()).await;
        let record = "sh.helm.release.v1.demo.v1";
        if broken {
            operator
                .merge("v1", "Secret", record, json!({"data": {"release": "bm90IGEgcmVjb3Jk"}}))
                .await;
        } else {
            operator.delete_object("v1", "Secret", record).await;
        }
        operator.delete("demo").await;
        operator.wait_until_gone("demo").await;
        assert_eq!(
            operator.get("v1", "ConfigMap", "demo-config").await,
            Value::Null,
            "{test}"
        );
        assert_eq!(operator.records().await, ["other.v1 deployed"], "{test}");
        assert_eq!(text(&operator, "other").await, "one");
        assert_eq!(operator.notes("RecordUnreadable").await.len(), usize::from(broken));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_an_unreadable_record_of_the_deployed_revision_stops_an_upgrade() {
    let operator = Operator::demo("unreadable-upgrade", &[("config.yaml", CONFIG_MAP)])
        .await
        .started();
    operator.create("demo", json!({"text": "one"})).await;
    operator.wait_for_revision("demo", 1).await;
    let data = operator.get("v1", "Secret", "sh.helm.release.v1.demo.v1").await["data"].clone();
    operator
        .merge(
            "v1",
            "Secret",
            "sh.helm.release.v1.demo.v1",
            json!({"data": {"release": "AAAA"}}),
        )
        .await;
    operator.edit("demo", json!({"spec": {"text": "two"}})).await;
    let demo = operator.wait_for_condition("demo", "Irreconcilable", "True").await;
    assert!(
        message(&demo, "Irreconcilable").contains("sh.helm.release.v1.demo.v1 can't be read"),
        "{demo}"
    );
    operator
        .merge("v1", "Secret", "sh.helm.release.v1.demo.v1", json!({"data": data}))
        .await;
    operator.wait_for_revision("demo", 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_release_of_another_chart_is_adopted_where_that_is_asked_for() {
    let mut operator = Operator::demo("adopt-foreign", &[("config.yaml", CONFIG_MAP)]).await;
    operator.write("other/Chart.yaml", "{apiVersion: v2, name: other, version: 0.1.0}\n");
    operator.write("other/templates/config.yaml", CONFIG_MAP);
    let chart = operator.path("other");
    let args = ["install", "demo", chart.to_str().unwrap(), "--set", "text=one"];
    helm(&operator, "helm4", &args).await;
    let uid = operator.get("v1", "ConfigMap", "demo-config").await["metadata"]["uid"].clone();
    operator.start();
    operator.create("demo", json!({"text": "two"})).await;
    operator.wait_for_condition("demo", "Irreconcilable", "True").await;
    annotate(&operator, "demo", "adopt", json!("true")).await;
    operator.wait_for_revision("demo", 2).await;
    let config = operator.get("v1", "ConfigMap", "demo-config").await;
    assert_eq!(config["metadata"]["uid"], uid);
    assert_eq!(config["data"]["text"], "two");
    let notes = operator.notes("Upgraded").await;
    assert!(
        notes[0].contains("release adopted") && !notes[0].contains("two"),
        "{notes:?}"
    );
}
