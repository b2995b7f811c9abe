//! Operators with the rights that are generated for their watches, and no others.

use serde_json::{Value, json};

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
    let operator = format!("system:serviceaccount:{0}-system:{0}-controller-manager", project.name);
    let error = project.refused(&["create", "configmap", "own", "-n", &namespace, "--as", &operator]);
    assert!(
        error.contains("forbidden"),
        "the operator itself may make nothing: {error}"
    );
    create(&project, &json!({"text": "one", "play": "failed", "before": "upgrade"}));
    let resource = rights(&project);
    let told = project
        .wait_for("the failure of the hook", || {
            let found = project.get(&[&resource, "demo", "-n", &namespace]);
            condition(&found, "ReleaseFailed").map(|_| message(&found, "ReleaseFailed"))
        })
        .await;
    assert!(told.contains("exit code 1"), "what the pod ended with: {told}");
    end(project);
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_the_web_page_shows_events_with_the_rights_that_turning_it_on_gives() {
    let mut project = running("right-web", &[("config.yaml", CONFIG_MAP)], "").await;
    let operator = format!("system:serviceaccount:{0}-system:{0}-controller-manager", project.name);
    let may = ["auth", "can-i", "list", "events", "--as", &operator];
    assert!(
        project.refused(&[&may[..], &["-q"]].concat()).is_empty(),
        "not without the page"
    );
    let list = "config/default/kustomization.yaml";
    let on = project
        .read(list)
        .replace("# components:\n#   - ../web", "components:\n  - ../web");
    project.write(list, &on);
    project.make("deploy");
    assert_eq!(project.kubectl(&may).trim(), "yes");
    let built = project.kubectl(&["kustomize", "config/default"]);
    assert!(built.contains("- --web-bind-address=:8090\n"), "{built}");
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
    let address = project.wait_for("the page's address", || served(&project.log())).await;
    let kind = rights(&project);
    let group = kind.split_once('.').unwrap().1;
    let page = format!("https://{address}/releases/Right.v1alpha1.{group}/{namespace}/demo");
    project.kubectl(&["create", "serviceaccount", "reader", "-n", &namespace]);
    let token = project.kubectl(&["create", "token", "reader", "-n", &namespace]);
    let header = format!("Authorization: Bearer {}", token.trim());
    let fetch = || project.command("curl", &["-sk", "--max-time", "20", "-H", &header, &page]);
    assert!(fetch().contains("Authorization denied"), "{}", fetch());
    let account = format!("{namespace}:reader");
    let reader = format!("{namespace}-web-reader");
    let binding = [
        "create",
        "clusterrolebinding",
        &reader,
        "--clusterrole",
        &reader,
        "--serviceaccount",
        &account,
    ];
    project.kubectl(&binding);
    project
        .wait_for("the events on the page", || {
            fetch().contains("<td class=\"name\">Installed</td>").then_some(())
        })
        .await;
    project.kubectl(&["delete", "clusterrolebinding", &reader]);
    end(project);
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
    let resource = rights(&project);
    let told = project
        .wait_for("the failure of the hook", || {
            let found = project.get(&[&resource, "demo", "-n", &namespace]);
            condition(&found, "ReleaseFailed").map(|_| message(&found, "ReleaseFailed"))
        })
        .await;
    assert!(told.contains("exit code 1"), "what the pod ended with: {told}");
    let operator = format!("system:serviceaccount:{0}-system:{0}-controller-manager", project.name);
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
