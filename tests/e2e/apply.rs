//! How objects are applied: what is left to others, and what the server can't change in place.

use kube::api::{Api, DynamicObject, Patch, PatchParams};
use serde_json::{Value, json};

use crate::cluster::{create, define, resource};
use crate::command_line::printed;
use crate::harness::{Operator, a_while, message};

const DEPLOYMENT: &str = "
apiVersion: apps/v1
kind: Deployment
metadata:
  name: '{{ .Release.Name }}-app'
  annotations: {{ merge (dict \"note\" (.Values.note | default \"none\")) (.Values.annotations | default dict) | toJson }}
spec:
  replicas: {{ .Values.replicas | default 1 }}
  {{- with .Values.strategy }}
  strategy: {{ toJson . }}
  {{- end }}
  selector: {matchLabels: {app: '{{ .Values.app | default \"app\" }}'}}
  template:
    metadata: {labels: {app: '{{ .Values.app | default \"app\" }}'}}
    spec:
      containers:
      - name: app
        image: app
        env: {{ .Values.env | default list | toJson }}
";

const CONFIG_MAP: &str = "
apiVersion: v1
kind: ConfigMap
metadata: {name: '{{ .Release.Name }}-config'}
data: {text: '{{ .Values.text | default \"text\" }}'}
";

async fn scale(operator: &Operator, name: &str, replicas: u64) {
    let params = PatchParams {
        field_manager: Some("autoscaler".into()),
        ..PatchParams::default()
    };
    let patch = json!({"spec": {"replicas": replicas}});
    operator
        .api("apps/v1", "Deployment")
        .patch_scale(name, &params, &Patch::Merge(&patch))
        .await
        .unwrap();
}

/// Waits until a field of an object has a value.
async fn wait_for_value(operator: &Operator, (version, kind, name): (&str, &str, &str), pointer: &str, value: Value) {
    operator
        .wait_for(&format!("{pointer} of {kind} {name} to be {value}"), || async {
            let object = operator.get(version, kind, name).await;
            (object.pointer(pointer) == Some(&value)).then_some(())
        })
        .await;
}

async fn uid(operator: &Operator, (version, kind, name): (&str, &str, &str)) -> Value {
    operator.get(version, kind, name).await["metadata"]["uid"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_replicas_that_were_scaled_stay_over_100_reconciles() {
    const APP: (&str, &str, &str) = ("apps/v1", "Deployment", "demo-app");
    let operator = Operator::demo("scaled", &[("app.yaml", DEPLOYMENT)]).await.started();
    operator.create("demo", json!({"replicas": 1})).await;
    operator.wait_for_revision("demo", 1).await;
    let mut revision = 1;
    let mut note = "none".to_owned();
    for round in 0..100 {
        if round % 20 == 0 {
            scale(&operator, "demo-app", 3 + round / 20).await;
        }
        if round % 10 == 9 {
            note = format!("note {round}");
            revision += 1;
            operator.edit("demo", json!({"spec": {"note": note}})).await;
            operator.wait_for_revision("demo", revision).await;
        } else {
            let patch = json!({"metadata": {"annotations": {"note": "by hand"}}});
            operator.merge(APP.0, APP.1, APP.2, patch).await;
        }
        wait_for_value(&operator, APP, "/metadata/annotations/note", json!(note)).await;
        let app = operator.get(APP.0, APP.1, APP.2).await;
        assert_eq!(app["spec"]["replicas"], 3 + round / 20, "round {round}: {app}");
    }
    operator
        .merge(APP.0, APP.1, APP.2, json!({"spec": {"replicas": 9}}))
        .await;
    wait_for_value(&operator, APP, "/spec/replicas", json!(1)).await;
    scale(&operator, "demo-app", 4).await;
    operator.edit("demo", json!({"spec": {"replicas": 2}})).await;
    operator.wait_for_revision("demo", revision + 1).await;
    assert_eq!(operator.get(APP.0, APP.1, APP.2).await["spec"]["replicas"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_ignored_fields_are_left_as_they_are_until_the_chart_changes_them() {
    let config = |name: &str, annotations: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, annotations: {annotations}}}\n\
             data: {{a: '{{{{ .Values.a }}}}', b: '{{{{ .Values.b }}}}'}}\n"
        )
    };
    let annotated = config("second", "{chartwright.dev/drift-ignore: /data/a}");
    let operator = Operator::demo(
        "ignored",
        &[("a.yaml", &config("first-x", "{}")), ("b.yaml", &annotated)],
    )
    .await;
    operator.write(
        "watches.yaml",
        "- {group: e2e.example.com, version: v1, kind: Demo, chart: demo,\n\
         \x20  driftIgnore: [{group: '', kind: ConfigMap, name: 'first-*', pointers: [/data/a]}]}\n",
    );
    let operator = operator.started();
    operator.create("demo", json!({"a": "1", "b": "1"})).await;
    operator.wait_for_revision("demo", 1).await;
    let objects = [("v1", "ConfigMap", "first-x"), ("v1", "ConfigMap", "second")];
    for object in objects {
        let theirs = json!({"data": {"a": "theirs", "b": "theirs"}});
        operator.merge(object.0, object.1, object.2, theirs).await;
        wait_for_value(&operator, object, "/data", json!({"a": "theirs", "b": "1"})).await;
    }
    operator.edit("demo", json!({"spec": {"b": "2"}})).await;
    operator.wait_for_revision("demo", 2).await;
    for object in objects {
        wait_for_value(&operator, object, "/data", json!({"a": "theirs", "b": "2"})).await;
        // It was sent as it was found, and still is somebody else's to change.
        operator
            .merge(
                object.0,
                object.1,
                object.2,
                json!({"data": {"a": "again", "b": "theirs"}}),
            )
            .await;
        wait_for_value(&operator, object, "/data", json!({"a": "again", "b": "2"})).await;
    }
    operator.edit("demo", json!({"spec": {"a": "2"}})).await;
    operator.wait_for_revision("demo", 3).await;
    for object in objects {
        wait_for_value(&operator, object, "/data", json!({"a": "2", "b": "2"})).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_of_list_items_with_one_key_the_last_one_holds() {
    const APP: (&str, &str, &str) = ("apps/v1", "Deployment", "demo-app");
    const ENV: &str = "/spec/template/spec/containers/0/env";
    let operator = Operator::demo("duplicates", &[("app.yaml", DEPLOYMENT)]).await;
    // As Helm 3 has created it.
    let twice = json!([{"name": "A", "value": "1"}, {"name": "B", "value": "b"}, {"name": "A", "value": "2"}]);
    let marks = json!({"meta.helm.sh/release-name": "demo", "meta.helm.sh/release-namespace": operator.namespace});
    let container = json!({"name": "app", "image": "app", "env": twice});
    let metadata = json!({"name": "demo-app", "namespace": operator.namespace, "annotations": marks,
        "labels": {"app.kubernetes.io/managed-by": "Helm"}});
    let template = json!({"metadata": {"labels": {"app": "app"}}, "spec": {"containers": [container]}});
    let spec = json!({"selector": {"matchLabels": {"app": "app"}}, "template": template});
    let object = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec});
    create(&operator.client, &object).await;
    let operator = operator.started();
    operator.create("demo", json!({"env": twice})).await;
    operator.wait_for_revision("demo", 1).await;
    let last = json!([{"name": "B", "value": "b"}, {"name": "A", "value": "2"}]);
    wait_for_value(&operator, APP, ENV, last.clone()).await;

    operator.edit("demo", json!({"spec": {"note": "changed"}})).await;
    operator.wait_for_revision("demo", 2).await;
    wait_for_value(&operator, APP, ENV, last.clone()).await;
    let by_hand = json!({"metadata": {"annotations": {"note": "by hand"}}});
    operator.merge(APP.0, APP.1, APP.2, by_hand).await;
    wait_for_value(&operator, APP, "/metadata/annotations/note", json!("changed")).await;
    wait_for_value(&operator, APP, ENV, last).await;
    assert_eq!(operator.requests_at_rest().await.get().await, []);
    operator
        .wait_for("the event", || async {
            let told = operator.notes("DuplicateKey").await;
            told.iter()
                .any(|note| note.contains("containers/0/env` has name=A"))
                .then_some(())
        })
        .await;

    // Nothing of it is there to be migrated.
    operator.create("other", json!({"app": "other", "env": twice})).await;
    operator.wait_for_revision("other", 1).await;
    assert_eq!(
        operator
            .get(APP.0, APP.1, "other-app")
            .await
            .pointer(ENV)
            .unwrap()
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_strategy_changes_both_ways_in_one_upgrade() {
    let operator = Operator::demo("strategy", &[("app.yaml", DEPLOYMENT)]).await.started();
    let rolling = json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 2}});
    let recreate = json!({"type": "Recreate"});
    operator.create("demo", json!({})).await;
    operator.wait_for_revision("demo", 1).await;
    let steps = [
        &recreate,
        &json!({"type": "RollingUpdate"}),
        &recreate,
        &rolling,
        &recreate,
        &Value::Null,
    ];
    for (revision, strategy) in (2..).zip(steps) {
        operator.replace_spec("demo", json!({"strategy": strategy})).await;
        operator.wait_for_revision("demo", revision).await;
        let app = operator.get("apps/v1", "Deployment", "demo-app").await;
        let found = &app["spec"]["strategy"];
        match strategy["type"].as_str() {
            Some("Recreate") => assert_eq!(*found, recreate),
            _ => assert_eq!(found["type"], "RollingUpdate", "{found}"),
        }
        if *strategy == rolling {
            assert_eq!(found["rollingUpdate"]["maxSurge"], 2, "{found}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_what_can_not_be_changed_in_place_is_made_anew_only_where_it_is_wished() {
    const APP: (&str, &str, &str) = ("apps/v1", "Deployment", "demo-app");
    const JOB: (&str, &str, &str) = ("batch/v1", "Job", "demo-job");
    const CONFIG: (&str, &str, &str) = ("v1", "ConfigMap", "demo-config");
    let job = "
apiVersion: batch/v1
kind: Job
metadata: {name: '{{ .Release.Name }}-job'}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: job, image: '{{ .Values.job | default \"a\" }}'}]}}}
";
    let templates = [("app.yaml", DEPLOYMENT), ("job.yaml", job), ("config.yaml", CONFIG_MAP)];
    let operator = Operator::demo("immutable", &templates).await.started();
    operator.create("demo", json!({})).await;
    operator.wait_for_revision("demo", 1).await;
    let (app, config) = (uid(&operator, APP).await, uid(&operator, CONFIG).await);
    let first_job = uid(&operator, JOB).await;

    // A Job may be made anew by its nature.
    operator.edit("demo", json!({"spec": {"job": "b"}})).await;
    operator.wait_for_revision("demo", 2).await;
    assert_ne!(uid(&operator, JOB).await, first_job);
    let second_job = uid(&operator, JOB).await;
    let image = "/spec/template/spec/containers/0/image";
    wait_for_value(&operator, JOB, image, json!("b")).await;

    // A Deployment may not, unless it says so.
    operator
        .edit("demo", json!({"spec": {"app": "new", "text": "new"}}))
        .await;
    let failed = operator.wait_for_condition("demo", "ReleaseFailed", "True").await;
    let told = message(&failed, "ReleaseFailed");
    assert!(
        told.contains("spec.selector") && told.contains("field is immutable"),
        "{told}"
    );
    assert_eq!(uid(&operator, APP).await, app);
    scale(&operator, "demo-app", 3).await;
    let annotations = json!({"chartwright.dev/on-immutable": "recreate"});
    operator
        .edit("demo", json!({"spec": {"annotations": annotations}}))
        .await;
    operator.wait_for_revision("demo", 4).await;
    assert_ne!(uid(&operator, APP).await, app);
    wait_for_value(&operator, APP, "/spec/selector/matchLabels/app", json!("new")).await;
    assert_eq!(uid(&operator, CONFIG).await, config);
    assert_eq!(uid(&operator, JOB).await, second_job);
    // What was left alone still is.
    let by_hand = json!({"metadata": {"annotations": {"note": "by hand"}}});
    operator.merge(APP.0, APP.1, APP.2, by_hand).await;
    wait_for_value(&operator, APP, "/metadata/annotations/note", json!("none")).await;
    wait_for_value(&operator, APP, "/spec/replicas", json!(3)).await;
    let told = operator.notes("ObjectRecreated").await;
    assert!(
        told.iter()
            .any(|note| note.contains("Deployment") && note.contains("field is immutable")),
        "{told:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_claims_of_a_stateful_set_grow_and_its_pods_stay() {
    const SET: (&str, &str, &str) = ("apps/v1", "StatefulSet", "demo-db");
    const SIZE: &str = "/spec/resources/requests/storage";
    let set = "
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: '{{ .Release.Name }}-db'}
spec:
  replicas: 2
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: db}]}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec:
      accessModes: [ReadWriteOnce]
      storageClassName: kwok-volume
      resources: {requests: {storage: '{{ .Values.size | default \"1Gi\" }}'}}
";
    let operator = Operator::demo("expansion", &[("db.yaml", set)]).await.started();
    operator.create("demo", json!({})).await;
    operator.wait_for_revision("demo", 1).await;
    let before = uid(&operator, SET).await;
    let pods = || async {
        let mut uids = Vec::new();
        for name in ["demo-db-0", "demo-db-1"] {
            uids.push(uid(&operator, ("v1", "Pod", name)).await);
        }
        uids
    };
    let first_pods = pods().await;

    // The class does not allow it.
    operator.edit("demo", json!({"spec": {"size": "2Gi"}})).await;
    let failed = operator.wait_for_condition("demo", "ReleaseFailed", "True").await;
    let told = message(&failed, "ReleaseFailed");
    assert!(
        told.contains("claims of StatefulSet") && told.contains("can't grow"),
        "{told}"
    );
    assert!(
        told.contains("storageclass that provisions the pvc must support resize"),
        "{told}"
    );
    assert_eq!(uid(&operator, SET).await, before);

    let classes: Api<DynamicObject> =
        Api::all_with(operator.client.clone(), &resource("storage.k8s.io/v1", "StorageClass"));
    let patch = json!({"allowVolumeExpansion": true});
    classes
        .patch("kwok-volume", &PatchParams::default(), &Patch::Merge(&patch))
        .await
        .unwrap();
    operator.wait_for_revision("demo", 2).await;
    assert_ne!(uid(&operator, SET).await, before);
    assert_eq!(pods().await, first_pods);
    for claim in ["data-demo-db-0", "data-demo-db-1"] {
        let claim = operator.get("v1", "PersistentVolumeClaim", claim).await;
        assert_eq!(claim.pointer(SIZE), Some(&json!("2Gi")), "{claim}");
    }
    let pod = operator.get("v1", "Pod", "demo-db-0").await;
    let owner = &pod["metadata"]["ownerReferences"][0]["uid"];
    assert_eq!(*owner, uid(&operator, SET).await, "the new one has taken the pods over");

    // They never shrink.
    operator.edit("demo", json!({"spec": {"size": "1Gi"}})).await;
    let failed = operator.wait_for_condition("demo", "ReleaseFailed", "True").await;
    let told = message(&failed, "ReleaseFailed");
    assert!(
        told.contains("updates to statefulset spec for fields other than"),
        "{told}"
    );
    assert_eq!(pods().await, first_pods);
}

/// A definition of the kind `kind` in these versions, the first of which is stored.
fn definition(kind: &str, versions: &[(&str, bool)]) -> String {
    let plural = format!("{}s", kind.to_lowercase());
    let schema = json!({"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}});
    let versions: Vec<Value> = versions
        .iter()
        .enumerate()
        .map(|(index, (name, served))| json!({"name": name, "served": served, "storage": index == 0, "schema": schema}))
        .collect();
    let names =
        json!({"kind": kind, "plural": plural, "singular": kind.to_lowercase(), "listKind": format!("{kind}List")});
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.apply.example.com")},
        "spec": {"group": "apply.example.com", "scope": "Namespaced", "names": names, "versions": versions},
    })
    .to_string()
}

async fn stored_definition(operator: &Operator, name: &str) -> Value {
    let kind = resource("apiextensions.k8s.io/v1", "CustomResourceDefinition");
    let definitions: Api<DynamicObject> = Api::all_with(operator.client.clone(), &kind);
    serde_json::to_value(definitions.get_opt(name).await.unwrap()).unwrap()
}

async fn delete_definition(operator: &Operator, name: &str) {
    let kind = resource("apiextensions.k8s.io/v1", "CustomResourceDefinition");
    let definitions: Api<DynamicObject> = Api::all_with(operator.client.clone(), &kind);
    definitions
        .delete(name, &kube::api::DeleteParams::default())
        .await
        .unwrap();
    operator
        .wait_for("the definition to be gone", || async {
            definitions.get_opt(name).await.unwrap().is_none().then_some(())
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_namespaces_definitions_and_their_resources_come_at_the_first_try() {
    let object = |version: &str, kind: &str, name: &str, namespace: &str| {
        format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}, namespace: '{namespace}'}}\n")
    };
    let group = "apply.example.com/v1";
    let namespace = "{{ .Release.Namespace }}-own";
    let gadget = object(group, "Gadget", "gadget", namespace);
    let widget = object(group, "Widget", "widget", namespace);
    let gear = object(group, "Gear", "gear", "{{ .Release.Namespace }}");
    let hook = definition("Gear", &[("v1", true)]).replace(
        "\"metadata\":{",
        "\"metadata\":{\"annotations\":{\"helm.sh/hook\":\"pre-install\"},",
    );
    let templates = [
        ("gadget.yaml", gadget.as_str()),
        ("widget.yaml", &widget),
        ("gear.yaml", &gear),
        ("definition.yaml", &definition("Gadget", &[("v1", true)])),
        ("hook.yaml", &hook),
        ("namespace.yaml", &object("v1", "Namespace", namespace, "")),
    ];
    let operator = Operator::demo("first-try", &templates).await;
    operator.write("demo/crds/widget.yaml", &definition("Widget", &[("v1", true)]));
    let operator = operator.started();
    operator.create("demo", json!({})).await;
    operator.wait_for_revision("demo", 1).await;
    let log = operator.log();
    assert!(!log.contains("failed"), "{log}");
    let own = format!("{}-own", operator.namespace);
    for kind in ["Gadget", "Widget"] {
        let api: Api<DynamicObject> = Api::namespaced_with(operator.client.clone(), &own, &resource(group, kind));
        assert!(api.get_opt(&kind.to_lowercase()).await.unwrap().is_some(), "{kind}");
    }
    assert!(!operator.get(group, "Gear", "gear").await.is_null());
}

/// The versions of a definition; none if it is not there.
async fn versions(operator: &Operator, name: &str) -> Vec<String> {
    let live = stored_definition(operator, name).await;
    let versions = live["spec"]["versions"].as_array().into_iter().flatten();
    versions
        .map(|version| version["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_definitions_are_skipped_created_or_replaced_as_the_watch_asks() {
    const TOOL: &str = "tools.apply.example.com";
    const FILE: &str = "demo/crds/tool.yaml";
    let old = definition("Tool", &[("v1", true)]);
    let both = definition("Tool", &[("v2", true), ("v1", true)]);
    let mut operator = Operator::demo("crds", &[("config.yaml", CONFIG_MAP)]).await;
    let steps: [(&str, &str, &[&str]); 4] = [
        ("skip", &old, &[]),
        ("create", &old, &["v1"]),
        ("create", &both, &["v1"]),
        ("createReplace", &both, &["v2", "v1"]),
    ];
    operator.create("demo", json!({})).await;
    for (revision, (policy, chart, expected)) in (1..).zip(steps) {
        operator.kill();
        let watch = format!("- {{group: e2e.example.com, version: v1, kind: Demo, chart: demo, crds: {policy}}}\n");
        operator.write("watches.yaml", &watch);
        operator.write(FILE, chart);
        operator
            .edit("demo", json!({"spec": {"text": format!("revision {revision}")}}))
            .await;
        operator.start();
        operator.wait_for_revision("demo", revision).await;
        assert_eq!(versions(&operator, TOOL).await, expected, "{policy}");
    }

    operator.write(FILE, &definition("Tool", &[("v2", true)]));
    operator.edit("demo", json!({"spec": {"text": "drop v1"}})).await;
    let failed = operator.wait_for_condition("demo", "ReleaseFailed", "True").await;
    let told = message(&failed, "ReleaseFailed");
    assert!(told.contains("objects may be stored in v1"), "{told}");
    operator.delete("demo").await;
    operator.wait_until_gone("demo").await;
    assert_eq!(
        versions(&operator, TOOL).await,
        ["v2", "v1"],
        "definitions are never deleted"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_objects_of_a_kind_that_is_no_longer_served_count_as_gone() {
    let relic = "apiVersion: apply.example.com/v1\nkind: Relic\nmetadata: {name: '{{ .Release.Name }}'}\n";
    let idol = "apiVersion: apply.example.com/v1beta1\nkind: Idol\nmetadata: {name: '{{ .Release.Name }}'}\n";
    let templates = [("relic.yaml", relic), ("idol.yaml", idol), ("config.yaml", CONFIG_MAP)];
    let mut operator = Operator::demo("unserved", &templates).await;
    define(&operator.client, &definition("Relic", &[("v1", true)])).await;
    define(
        &operator.client,
        &definition("Idol", &[("v1", true), ("v1beta1", true)]),
    )
    .await;
    operator.start();
    for name in ["upgraded", "uninstalled", "paused"] {
        operator.create(name, json!({})).await;
        operator.wait_for_revision(name, 1).await;
    }
    operator.kill();
    delete_definition(&operator, "relics.apply.example.com").await;
    define(
        &operator.client,
        &definition("Idol", &[("v1", true), ("v1beta1", false)]),
    )
    .await;
    for name in ["relic.yaml", "idol.yaml"] {
        std::fs::remove_file(operator.path(&format!("demo/templates/{name}"))).unwrap();
    }
    operator.delete("uninstalled").await;
    let pause = json!({"metadata": {"annotations": {"chartwright.dev/paused": "true"}}});
    operator.edit("paused", pause).await;
    operator.start();
    operator.wait_for_revision("upgraded", 2).await;
    operator.wait_until_gone("uninstalled").await;
    operator
        .wait_for_log("the server no longer serves apply.example.com/v1 Relic")
        .await;
    // Of a kind that is served in another version, nothing is left behind.
    assert_eq!(operator.names("apply.example.com/v1", "Idol").await, ["paused"]);
    operator
        .wait_for("the paused release to be told of", || async {
            let told = message(&operator.resource("paused").await, "Paused");
            told.contains("upgraded to revision 2").then_some(())
        })
        .await;
    let status = printed(&operator, &["status", "paused"]).await;
    let state = |kind: &str| {
        let row = status.lines().find(|line| line.starts_with(kind))?;
        row.split_whitespace().nth(2).map(str::to_owned)
    };
    assert_eq!(state("Relic").as_deref(), Some("missing"), "{status}");
    assert_eq!(state("Idol").as_deref(), Some("ready"), "{status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_an_object_that_somebody_put_in_the_place_of_ours_is_not_taken_over() {
    const CONFIG: (&str, &str, &str) = ("v1", "ConfigMap", "demo-config");
    let mut operator = Operator::demo("replaced", &[("config.yaml", CONFIG_MAP)]).await;
    operator.start();
    operator.create("demo", json!({})).await;
    operator.wait_for_revision("demo", 1).await;
    // Marks that are taken off ours are put back.
    let unmarked = json!({"metadata": {"labels": {"app.kubernetes.io/managed-by": null}}});
    operator.merge(CONFIG.0, CONFIG.1, CONFIG.2, unmarked).await;
    let mark = "/metadata/labels/app.kubernetes.io~1managed-by";
    wait_for_value(&operator, CONFIG, mark, json!("Helm")).await;

    operator.kill();
    operator.delete_object(CONFIG.0, CONFIG.1, CONFIG.2).await;
    let metadata = json!({"name": CONFIG.2, "namespace": operator.namespace});
    let theirs = json!({"apiVersion": CONFIG.0, "kind": CONFIG.1, "metadata": metadata, "data": {"text": "theirs"}});
    create(&operator.client, &theirs).await;
    operator.start();
    let refused = operator.wait_for_condition("demo", "Irreconcilable", "True").await;
    let told = message(&refused, "Irreconcilable");
    assert!(
        told.contains("ConfigMap") && told.contains("can't be taken over"),
        "{told}"
    );
    a_while(1.0).await;
    let live = operator.get(CONFIG.0, CONFIG.1, CONFIG.2).await;
    assert_eq!(live["data"], json!({"text": "theirs"}));
    operator.delete_object(CONFIG.0, CONFIG.1, CONFIG.2).await;
    wait_for_value(&operator, CONFIG, "/data/text", json!("text")).await;
    operator.wait_for_revision("demo", 1).await;
}
