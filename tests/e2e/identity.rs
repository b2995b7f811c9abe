//! Releases that are made in the name of a service account.

use serde_json::{Value, json};
use testkit::Request;

use crate::access::service_account;
use crate::cluster::create;
use crate::harness::{Operator, condition, message};
use crate::templates::text;

const CONFIG_MAP: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: '{{ .Release.Name }}-config'}
data: {text: '{{ .Values.text }}', found: '{{ (lookup \"v1\" \"ConfigMap\" .Release.Namespace \"given\").data.text }}'}
";

const HOOK: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: '{{ .Release.Name }}-hook', annotations: {helm.sh/hook: 'pre-install,pre-delete'}}
";

const SERVICE: &str = "\
{{ if .Values.port }}
apiVersion: v1
kind: Service
metadata: {name: '{{ .Release.Name }}'}
spec: {ports: [{port: {{ .Values.port }}}]}
{{ end }}
";

const WATCH: &str = "\
- {group: e2e.example.com, version: v1, kind: Demo, chart: demo, serviceAccountName: tenant}
";

/// An operator whose releases are made by the account `tenant`, which may do everything with `ConfigMap`s.
async fn operator(test: &str, watch: &str) -> Operator {
    let templates = [
        ("config.yaml", CONFIG_MAP),
        ("hook.yaml", HOOK),
        ("service.yaml", SERVICE),
    ];
    let operator = Operator::demo(test, &templates).await;
    operator.write("watches.yaml", watch);
    let namespace = &operator.namespace;
    let account =
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "tenant", "namespace": namespace}});
    create(&operator.client, &account).await;
    grant(
        &operator,
        "configmaps",
        &["get", "list", "create", "patch", "update", "delete"],
    )
    .await;
    let metadata = json!({"name": "given", "namespace": namespace});
    let given = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"text": "given"}});
    create(&operator.client, &given).await;
    operator.started()
}

/// Grants the tenant something in the operator's namespace.
async fn grant(operator: &Operator, resource: &str, verbs: &[&str]) {
    let rules = json!([{"apiGroups": [""], "resources": [resource], "verbs": verbs}]);
    bind(operator, resource, "tenant", rules).await;
}

/// Grants an account of the operator's namespace something there.
pub(crate) async fn bind(operator: &Operator, name: &str, account: &str, rules: Value) {
    let metadata = json!({"name": name, "namespace": operator.namespace});
    let group = "rbac.authorization.k8s.io";
    let api_version = format!("{group}/v1");
    let role = json!({"apiVersion": api_version, "kind": "Role", "metadata": metadata, "rules": rules});
    create(&operator.client, &role).await;
    let binding = json!({
        "apiVersion": api_version, "kind": "RoleBinding", "metadata": metadata,
        "roleRef": {"apiGroup": group, "kind": "Role", "name": name},
        "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": operator.namespace}],
    });
    create(&operator.client, &binding).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_release_is_made_kept_and_deleted_in_its_accounts_name() {
    let operator = operator("identity", WATCH).await;
    let requests = operator.requests().await;
    operator.create("demo", json!({"text": "one"})).await;
    operator.wait_for_revision("demo", 1).await;
    let config = operator.get("v1", "ConfigMap", "demo-config").await;
    assert_eq!(config["data"]["found"], "given");
    let edit = json!({"data": {"text": "somebody's"}});
    operator.merge("v1", "ConfigMap", "demo-config", edit).await;
    operator
        .wait_for("the drift to be repaired", || async {
            (text(&operator, "demo").await == "one").then_some(())
        })
        .await;
    operator.edit("demo", json!({"spec": {"text": "two"}})).await;
    operator.wait_for_revision("demo", 2).await;
    operator.delete("demo").await;
    operator.wait_until_gone("demo").await;

    let tenant = format!("system:serviceaccount:{}:tenant", operator.namespace);
    let asked = requests.get().await;
    let by = |request: &&Request, who: &str| request.impersonated == who;
    let of_objects: Vec<_> = asked
        .iter()
        .filter(|request| request.resource == "configmaps")
        .collect();
    for verb in ["get", "create", "patch", "delete"] {
        assert!(
            of_objects.iter().any(|request| request.verb == verb),
            "{verb}: {of_objects:#?}"
        );
    }
    // What is listed is for the operator's own watch.
    let wrong: Vec<_> = of_objects
        .iter()
        .filter(|request| request.verb != "list" && !by(request, &tenant))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let own: Vec<_> = asked
        .iter()
        .filter(|request| matches!(request.resource.as_str(), "secrets" | "demos"))
        .collect();
    assert!(own.len() > 5, "{own:#?}");
    assert!(own.iter().all(|request| by(request, "")), "{own:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_missing_rights_are_named_before_the_first_write() {
    let operator = operator("missing-rights", WATCH).await;
    let requests = operator.requests().await;
    operator.create("greedy", json!({"text": "one", "port": 80})).await;
    let greedy = operator.wait_for_condition("greedy", "ReleaseFailed", "True").await;
    assert_eq!(condition(&greedy, "ReleaseFailed").unwrap()["reason"], "InstallError");
    let namespace = &operator.namespace;
    let verbs = ["create", "delete", "get", "patch"].map(|verb| format!("{verb} services in namespace {namespace}"));
    let expected = format!(
        "system:serviceaccount:{namespace}:tenant may not: {}; grant these rights",
        verbs.join(", ")
    );
    assert_eq!(message(&greedy, "ReleaseFailed"), expected);
    let writes = requests.writes().await;
    let others: Vec<_> = writes.iter().filter(|request| request.resource != "demos").collect();
    assert!(others.is_empty(), "{others:#?}");

    // Nobody else is concerned.
    operator.create("modest", json!({"text": "one"})).await;
    operator.wait_for_revision("modest", 1).await;
    assert_eq!(operator.records().await, ["modest.v1 deployed"]);
    grant(&operator, "services", &["get", "create", "patch", "delete"]).await;
    operator.wait_for_condition("greedy", "Deployed", "True").await;
    assert_eq!(text(&operator, "greedy").await, "one");
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_resource_names_its_account_where_its_watch_lets_it() {
    let watch = WATCH.replace(
        "serviceAccountName: tenant",
        "serviceAccountName: nobody, serviceAccountAnnotation: true",
    );
    let operator = operator("named-account", &watch).await;
    let annotation = "chartwright.dev/service-account-name";
    operator.create("demo", json!({"text": "one"})).await;
    let demo = operator.wait_for_condition("demo", "Ready", "False").await;
    assert!(!demo["status"].to_string().contains("AllObjectsReady"), "{demo}");
    operator
        .edit("demo", json!({"metadata": {"annotations": {annotation: "tenant"}}}))
        .await;
    operator.wait_for_revision("demo", 1).await;

    operator.write("watches.yaml", WATCH);
    operator.wait_for_log("watches.yaml has changed").await;
    operator
        .create_annotated("other", json!({annotation: "nobody"}), json!({"text": "one"}))
        .await;
    let other = operator.wait_for_revision("other", 1).await;
    assert!(
        message(&other, "Initialized").contains("serviceAccountAnnotation"),
        "{other}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_all_rights_that_the_operator_lacks_are_named_at_its_first_failure() {
    let mut operator = Operator::demo("operator-rights", &[("service.yaml", SERVICE)]).await;
    let account = service_account(&operator, "").await;
    for (name, group, resources) in [
        ("core", "", json!(["secrets", "events"])),
        ("demos", "e2e.example.com", json!(["*"])),
    ] {
        let rules = json!([{"apiGroups": [group], "resources": resources, "verbs": ["*"]}]);
        bind(&operator, name, &account.name, rules).await;
    }
    operator.write("kubeconfig", &account.kubeconfig().await);
    let kubeconfig = operator.path("kubeconfig").to_str().unwrap().to_owned();
    operator.env("KUBECONFIG", &kubeconfig);
    operator.start();
    operator.create("demo", json!({"port": 80})).await;
    let demo = operator.wait_for_condition("demo", "ReleaseFailed", "True").await;
    let namespace = &operator.namespace;
    let verbs = ["create", "delete", "get", "patch"].map(|verb| format!("{verb} services in namespace {namespace}"));
    let expected = format!("the operator may not: {}; grant these rights", verbs.join(", "));
    assert_eq!(message(&demo, "ReleaseFailed"), expected);
    let rules = json!([{"apiGroups": [""], "resources": ["services"], "verbs": ["*"]}]);
    bind(&operator, "services", &account.name, rules).await;
    operator.wait_for_condition("demo", "Deployed", "True").await;
}
