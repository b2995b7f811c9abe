//! Operators with the rights that are generated for their watches, and no others.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::cluster::requests_of;
use crate::harness::{condition, message};
use crate::project::Project;

const CONFIG_MAP: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: '{{ .Release.Name }}-config'}
data: {text: '{{ .Values.text }}'}
";

/// A hook that fails or not, as kwok plays pods.
const HOOK: &str = "\
apiVersion: batch/v1
kind: Job
metadata: {name: '{{ .Release.Name }}-before', annotations: {helm.sh/hook: 'pre-{{ .Values.before }}'}}
spec:
  backoffLimit: 0
  template:
    metadata: {annotations: {play.chartwright.dev/pod: '{{ .Values.play }}'}}
    spec: {restartPolicy: Never, containers: [{name: before, image: before}]}
";

/// Claims that the operator may have to expand.
const CLAIMS: &str = "\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: '{{ .Release.Name }}-set'}
spec:
  serviceName: none
  replicas: 0
  selector: {matchLabels: {app: '{{ .Release.Name }}'}}
  template:
    metadata: {labels: {app: '{{ .Release.Name }}'}}
    spec: {containers: [{name: main, image: main}]}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
";

/// A project of a chart with these templates, its kind `Right` watched with `watch` besides, deployed in the cluster; its
/// operator runs.
async fn running(name: &str, templates: &[(&str, &str)], watch: &str) -> Project {
    let chart = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| std::fs::write(chart.path().join(path), text).unwrap();
    std::fs::create_dir(chart.path().join("templates")).unwrap();
    write("Chart.yaml", "{apiVersion: v2, name: right, version: 0.1.0}\n");
    write("values.yaml", "text: none\nplay: completed\nbefore: install\n");
    for (path, text) in templates {
        write(&format!("templates/{path}"), text);
    }
    let mut project = Project::new(name, &["--helm-chart", chart.path().to_str().unwrap()]).await;
    let entry = "  chart: helm-charts/right\n";
    let watches = project.read("watches.yaml");
    project.write("watches.yaml", &watches.replace(entry, &format!("{entry}{watch}")));
    project.chartwright(&["create", "api", "--helm-chart", "helm-charts/right", "--force"]);
    project.make("install");
    project.make("deploy");
    project.kubectl(&["create", "namespace", &project.name]);
    project.run_as_its_account();
    project
}

fn create(project: &Project, spec: &Value) {
    let group = project.read("watches.yaml");
    let group = group.lines().find_map(|line| line.strip_prefix("- group: ")).unwrap();
    let metadata = json!({"name": "demo", "namespace": project.name});
    let resource =
        json!({"apiVersion": format!("{group}/v1alpha1"), "kind": "Right", "metadata": metadata, "spec": spec});
    project.write("demo.json", &resource.to_string());
    project.kubectl(&["apply", "-f", "demo.json"]);
}

/// The kind's resource, in whose name there are others on the shared control plane.
fn rights(project: &Project) -> String {
    let built = project.read("config/crd/kustomization.yaml");
    let file = built
        .lines()
        .find_map(|line| line.trim().strip_prefix("- bases/"))
        .unwrap();
    let (group, plural) = file.trim_end_matches(".yaml").rsplit_once('_').unwrap();
    format!("{plural}.{group}")
}

fn text(project: &Project) -> Value {
    project.get(&["configmap", "demo-config", "-n", &project.name])["data"]["text"].clone()
}

fn end(mut project: Project) {
    let namespace = project.name.clone();
    project.kubectl(&[
        "delete",
        &rights(&project),
        "demo",
        "-n",
        &namespace,
        "--ignore-not-found",
        "--timeout",
        "60s",
    ]);
    project.end_unrefused();
    project.kubectl(&["delete", "namespace", &namespace, "--wait=false"]);
    project.make("undeploy");
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_sources_of_values_are_read_and_watched_with_the_generated_rights() {
    let watch = "  valuesFrom: [{kind: Secret, name: extra, valuesKey: text, targetPath: text}]\n";
    let project = running("right-sources", &[("config.yaml", CONFIG_MAP)], watch).await;
    let namespace = project.name.clone();
    let literal = |text: &str| format!("--from-literal=text={text}");
    project.kubectl(&[
        "create",
        "secret",
        "generic",
        "extra",
        &literal("one"),
        "-n",
        &namespace,
    ]);
    create(&project, &json!({}));
    project.wait_until_ready(&rights(&project), "demo", &namespace).await;
    assert_eq!(text(&project), "one");
    let two = r#"{"stringData":{"text":"two"}}"#;
    project.kubectl(&["patch", "secret", "extra", "-n", &namespace, "-p", two]);
    project
        .wait_for("the change of the Secret", || (text(&project) == "two").then_some(()))
        .await;
    end(project);
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_an_account_makes_releases_with_the_generated_right_to_act_as_it() {
    let watch = "  serviceAccountName: tenant\n";
    let templates = [
        ("config.yaml", CONFIG_MAP),
        ("hook.yaml", HOOK),
        ("claims.yaml", CLAIMS),
    ];
    let project = running("right-account", &templates, watch).await;
    let namespace = project.name.clone();
    let account = format!("{namespace}:tenant");
    project.kubectl(&["create", "serviceaccount", "tenant", "-n", &namespace]);
    // The generated role of accounts that make releases, and no other.
    let role = format!("{namespace}-right-release-role");
    let binding = [
        "create",
        "rolebinding",
        "tenant",
        "--clusterrole",
        &role,
        "--serviceaccount",
        &account,
    ];
    project.kubectl(&[&binding[..], &["-n", &namespace]].concat());
    create(&project, &json!({"text": "one"}));
    project.wait_until_ready(&rights(&project), "demo", &namespace).await;
    let drift = r#"{"data":{"text":"somebody's"}}"#;
    project.kubectl(&["patch", "configmap", "demo-config", "-n", &namespace, "-p", drift]);
    project
        .wait_for("the drift to be repaired", || (text(&project) == "one").then_some(()))
        .await;
    let operator = project.account();
    let error = project.refused(&["create", "configmap", "own", "-n", &namespace, "--as", &operator]);
    assert!(
        error.contains("forbidden"),
        "the operator itself may make nothing: {error}"
    );
    create(&project, &json!({"text": "one", "play": "failed", "before": "upgrade"}));
    expect_failed_hook(&project).await;
    end(project);
}

/// Waits until the hook's failure is told, with what its pod ended with.
async fn expect_failed_hook(project: &Project) {
    let resource = rights(project);
    let told = project
        .wait_for("the failure of the hook", || {
            let found = project.get(&[&resource, "demo", "-n", &project.name]);
            condition(&found, "ReleaseFailed").map(|_| message(&found, "ReleaseFailed"))
        })
        .await;
    assert!(told.contains("exit code 1"), "what the pod ended with: {told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_project_with_the_web_page_has_all_rights_that_it_needs_and_no_others() {
    let templates = [("config.yaml", CONFIG_MAP), ("hook.yaml", HOOK)];
    let mut project = running("right-web", &templates, "").await;
    let operator = project.account();
    let may = ["auth", "can-i", "list", "events", "--as", &operator];
    let refused = project.refused(&[&may[..], &["-q"]].concat());
    assert!(refused.is_empty(), "not without the page: {refused}");
    turn_page_on(&project);
    assert_eq!(project.kubectl(&may).trim(), "yes");
    project.end_unrefused();
    // As it is deployed: with a leader, and only for those who may see it.
    let lease = format!("--leader-election-namespace={}", project.system());
    project.run_as_its_account_with(&[
        "--leader-elect",
        "--leader-election-id=right",
        &lease,
        "--metrics-bind-address=0",
        "--metrics-secure",
        "--metrics-require-rbac",
        "--web-bind-address=127.0.0.1:0",
    ]);
    let namespace = project.name.clone();
    create(&project, &json!({}));
    project.wait_until_ready(&rights(&project), "demo", &namespace).await;
    look_at_page(&project).await;
    live_through(&project).await;
    assert_eq!(unused(&project, &operator).await, [""; 0]);
    end(project);
}

fn turn_page_on(project: &Project) {
    let list = "config/default/kustomization.yaml";
    let text = project.read(list);
    project.write(
        list,
        &text.replace("# components:\n#   - ../web", "components:\n  - ../web"),
    );
    project.make("deploy");
    let built = project.kubectl(&["kustomize", "config/default"]);
    assert!(built.contains("- --web-bind-address=:8090\n"), "{built}");
}

/// The page shows the release's events to whoever has the role for readers, and nothing to others.
async fn look_at_page(project: &Project) {
    let (namespace, kind) = (&project.name, rights(project));
    let address = project.wait_for("the page's address", || served(&project.log())).await;
    let group = kind.split_once('.').unwrap().1;
    let page = format!("https://{address}/releases/Right.v1alpha1.{group}/{namespace}/demo");
    let fetch_as = |account: &str| {
        let token = project.kubectl(&["create", "token", account, "-n", namespace]);
        let header = format!("Authorization: Bearer {}", token.trim());
        project.command("curl", &["-sk", "--max-time", "20", "-H", &header, &page])
    };
    for account in ["reader", "stranger"] {
        project.kubectl(&["create", "serviceaccount", account, "-n", namespace]);
    }
    let account = format!("--serviceaccount={namespace}:reader");
    let reader = format!("{namespace}-web-reader");
    project.kubectl(&[
        "create",
        "clusterrolebinding",
        &reader,
        "--clusterrole",
        &reader,
        &account,
    ]);
    let event = "<td class=\"name\">Installed</td>";
    project
        .wait_for("the events on the page", || {
            fetch_as("reader").contains(event).then_some(())
        })
        .await;
    let denied = fetch_as("stranger");
    assert!(denied.contains("Authorization denied"), "{denied}");
    project.kubectl(&["delete", "clusterrolebinding", &reader]);
}

/// What else happens to a release: drift, and the same again; an upgrade whose hook fails, and one that succeeds; its end.
async fn live_through(project: &Project) {
    let (namespace, kind) = (&project.name, rights(project));
    for _ in 0..2 {
        let drift = r#"{"data":{"text":"somebody's"}}"#;
        project.kubectl(&["patch", "configmap", "demo-config", "-n", namespace, "-p", drift]);
        project
            .wait_for("the drift to be repaired", || (text(project) == "none").then_some(()))
            .await;
    }
    create(project, &json!({"text": "one", "play": "failed", "before": "upgrade"}));
    let is_failed = |condition: &Value| condition["status"] == "True";
    project
        .wait_for("the failure of the hook", || {
            let found = project.get(&[&kind, "demo", "-n", namespace]);
            condition(&found, "ReleaseFailed").is_some_and(is_failed).then_some(())
        })
        .await;
    create(
        project,
        &json!({"text": "two", "play": "completed", "before": "upgrade"}),
    );
    project
        .wait_for("the upgrade", || (text(project) == "two").then_some(()))
        .await;
    project.wait_until_ready(&kind, "demo", namespace).await;
    project.kubectl(&["delete", &kind, "demo", "-n", namespace, "--timeout", "60s"]);
}

/// What is granted and yet never asked for in a request of its own: the API server wants it of whoever sets an owner
/// reference that holds the owner up.
const IMPLIED: &str = "update rights/finalizers";

/// The generated rights that the operator has not used.
async fn unused(project: &Project, operator: &str) -> Vec<String> {
    let right = |verb: &str, resource: &str| format!("{verb} {resource}");
    let requests = requests_of(operator).await;
    let used: BTreeSet<String> = requests
        .iter()
        .map(|request| match request.subresource.as_str() {
            "" => right(&request.verb, &request.resource),
            inner => right(&request.verb, &format!("{}/{inner}", request.resource)),
        })
        .chain([IMPLIED.to_owned()])
        .collect();
    let mut granted = BTreeSet::new();
    for role in project.chartwright(&["rbac"]).split("---\n") {
        let role = serde_json::to_value(goyaml::from_str(role).unwrap()).unwrap();
        for rule in role["rules"].as_array().unwrap() {
            let list = |key: &str| rule[key].as_array().unwrap().iter().map(|item| item.as_str().unwrap());
            for verb in list("verbs") {
                granted.extend(list("resources").map(|resource| right(verb, resource)));
            }
        }
    }
    granted.difference(&used).cloned().collect()
}

/// Where the log says that the page is.
fn served(log: &str) -> Option<String> {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut found = lines.filter(|line| line["message"] == "serving the web page");
    Some(found.next()?["address"].as_str()?.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_failed_hook_is_explained_with_the_generated_rights() {
    let templates = [("config.yaml", CONFIG_MAP), ("hook.yaml", HOOK)];
    let project = running("right-hook", &templates, "").await;
    let namespace = project.name.clone();
    create(&project, &json!({"play": "failed"}));
    expect_failed_hook(&project).await;
    let operator = project.account();
    let may = [
        "auth",
        "can-i",
        "get",
        "pods",
        "--subresource=log",
        "-n",
        &namespace,
        "--as",
        &operator,
    ];
    assert_eq!(project.kubectl(&may).trim(), "yes");
    end(project);
}
