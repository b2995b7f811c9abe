//! The samples as their README tells to try them: a project of the chart, its own rights and no others, the resource.

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use crate::harness::condition;
use crate::project::{Project, merge_patch};

fn sample(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(path)
}

/// A project of a sample's chart with its operator running; its resource, called `name`, is ready.
async fn running(kind: &str, name: &str) -> Project {
    let chart = sample(kind).join("chart");
    let mut project = Project::in_domain(kind, "example.com", &["--helm-chart", chart.to_str().unwrap()]).await;
    project.make("install");
    project.make("deploy");
    let namespace = project.name.clone();
    project.kubectl(&["create", "namespace", &namespace]);
    project.run_as_its_account();
    let file = sample(kind).join(format!("{kind}.yaml"));
    project.kubectl(&["apply", "-n", &namespace, "-f", file.to_str().unwrap()]);
    project.wait_until_ready(&plural(kind), name, &namespace).await;
    project
}

fn plural(kind: &str) -> String {
    format!("{}s", kind.replace('-', ""))
}

/// Everything goes with the resource, and the operator was never refused anything.
fn end(mut project: Project, kind: &str, name: &str) {
    let namespace = project.name.clone();
    project.kubectl(&["delete", &plural(kind), name, "-n", &namespace, "--timeout", "60s"]);
    project.end_unrefused();
    project.kubectl(&["delete", "namespace", &namespace, "--wait=false"]);
    project.make("undeploy");
}

/// What kubectl prints of one object in a column; cells may be empty, and stand below their heads.
fn column(project: &Project, kind: &str, name: &str, column: &str) -> String {
    let text = project.kubectl(&["get", &plural(kind), name, "-n", &project.name]);
    let (heads, cells) = text.split_once('\n').unwrap();
    let start = heads.find(column).unwrap();
    let width = heads[start..].find("  ").map_or(usize::MAX, |end| {
        end + heads[start + end..].chars().take_while(|c| *c == ' ').count()
    });
    cells
        .chars()
        .skip(start)
        .take(width)
        .collect::<String>()
        .trim()
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_an_application_runs_is_reached_and_scales() {
    let project = running("application", "hello").await;
    let namespace = project.name.clone();
    let service = project.get(&["service", "hello", "-n", &namespace]);
    assert_eq!(service.pointer("/spec/ports/0/port"), Some(&json!(80)));
    let replicas = |count: u64| {
        let project = &project;
        let namespace = &namespace;
        async move {
            project
                .wait_for(&format!("{count} pods"), || {
                    let found = project.get(&["deployment", "hello", "-n", namespace]);
                    (found["status"]["readyReplicas"] == count).then_some(())
                })
                .await;
        }
    };
    replicas(2).await;
    project.kubectl(&["scale", "application/hello", "--replicas", "4", "-n", &namespace]);
    replicas(4).await;
    let typo = r#"{"spec":{"ports":[{"name":"http","containerPort":"http"}]}}"#;
    let error = project.refused(&merge_patch("application", "hello", typo, &namespace));
    assert!(error.contains("spec.ports[0].containerPort"), "{error}");
    let closed = r#"{"spec":{"ports":[]}}"#;
    project.kubectl(&merge_patch("application", "hello", closed, &namespace));
    project.wait_until_ready("application", "hello", &namespace).await;
    project.refused(&["get", "service", "hello", "-n", &namespace]);
    end(project, "application", "hello");
}

/// At most one pod on a node: the local control plane has one node, so that one of three is ready.
const ONE_A_NODE: &str = r#"{"spec":{"affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[
    {"topologyKey":"kubernetes.io/hostname","labelSelector":{"matchLabels":{"app.kubernetes.io/instance":"karate"}}}]}}}}"#;

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_dojo_keeps_its_password_and_tells_how_many_pods_are_ready() {
    let project = running("dojo", "karate").await;
    let namespace = project.name.clone();
    let secret = || project.get(&["secret", "karate-database", "-n", &namespace])["data"].clone();
    let first = secret();
    assert!(
        first["password"].as_str().is_some_and(|text| text.len() > 40),
        "32 characters as base64"
    );
    let ingress = project.get(&["ingress", "karate", "-n", &namespace]);
    assert_eq!(
        ingress.pointer("/spec/rules/0/host"),
        Some(&json!("karate.example.com"))
    );
    for (name, expected) in [
        ("REPLICAS", "3/3"),
        ("AVAILABLE", "True"),
        ("PROGRESSING", "False"),
        ("DEGRADED", "False"),
        ("REVISION", "1"),
    ] {
        assert_eq!(column(&project, "dojo", "karate", name), expected, "{name}");
    }

    let more = r#"{"spec":{"database":{"port":5433}}}"#;
    project.kubectl(&merge_patch("dojo", "karate", more, &namespace));
    project.wait_until_ready("dojo", "karate", &namespace).await;
    assert_eq!(secret()["password"], first["password"], "an upgrade keeps the password");
    assert_ne!(secret()["uri"], first["uri"]);

    project.kubectl(&merge_patch("dojo", "karate", ONE_A_NODE, &namespace));
    // The pods of before are let go one by one, so that first there are too many and then too few.
    project.kubectl(&["delete", "replicasets", "--all", "-n", &namespace]);
    project
        .wait_for("one of three pods to be ready", || {
            (column(&project, "dojo", "karate", "REPLICAS") == "1/3").then_some(())
        })
        .await;
    assert_eq!(column(&project, "dojo", "karate", "PROGRESSING"), "True");
    end(project, "dojo", "karate");
}

/// Serves one file, and says where.
struct Rates {
    server: std::process::Child,
    url: String,
}

impl Drop for Rates {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

const RATES: &str = r#"{"amount":1.0,"base":"EUR","date":"2026-11-20","rates":{"CHF":0.93,"USD":1.16}}"#;

/// Python's file server: the rates are in its folder under the name `latest`.
fn rates(folder: &Path) -> Rates {
    std::fs::write(folder.join("latest"), RATES).unwrap();
    let (server, address) = crate::sources::file_server(folder);
    Rates {
        server,
        url: format!("{address}/latest"),
    }
}

/// Runs the job of the `CronJob` as its pod would: with its script, its environment, and its account's token.
fn fetch(project: &Project, cron_job: &Value) {
    let namespace = &project.name;
    let pod = &cron_job["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    let folder = project.folder().join("pod");
    let account = folder.join("account");
    std::fs::create_dir_all(&account).unwrap();
    let script = project.get(&["configmap", "euro-script", "-n", namespace]);
    std::fs::write(folder.join("fetch.sh"), script["data"]["fetch.sh"].as_str().unwrap()).unwrap();
    let name = pod["serviceAccountName"].as_str().unwrap();
    let token = project.kubectl(&["create", "token", name, "-n", namespace]);
    std::fs::write(account.join("token"), token.trim()).unwrap();
    std::fs::write(account.join("namespace"), namespace).unwrap();
    let config: Value = serde_json::from_str(&project.kubectl(&["config", "view", "--raw", "-o", "json"])).unwrap();
    let cluster = &config["clusters"][0]["cluster"];
    let authority = BASE64
        .decode(cluster["certificate-authority-data"].as_str().unwrap())
        .unwrap();
    std::fs::write(account.join("ca.crt"), authority).unwrap();
    let server = cluster["server"].as_str().unwrap().trim_start_matches("https://");
    let (host, port) = server.rsplit_once(':').unwrap();
    let variables = pod["containers"][0]["env"].as_array().unwrap();
    let output = Command::new("sh")
        .arg(folder.join("fetch.sh"))
        .envs(variables.iter().map(|variable| {
            let text = |key: &str| variable[key].as_str().unwrap().to_owned();
            (text("name"), text("value"))
        }))
        .env("ACCOUNT", &account)
        .env("KUBERNETES_SERVICE_HOST", host)
        .env("KUBERNETES_SERVICE_PORT", port)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_exchange_rates_are_fetched_and_are_no_drift() {
    let project = running("exchange-rate", "euro").await;
    let namespace = project.name.clone();
    let folder = tempfile::tempdir().unwrap();
    let rates = rates(folder.path());
    let here = json!({"spec": {"url": rates.url}}).to_string();
    project.kubectl(&merge_patch("exchangerate", "euro", &here, &namespace));
    let ready = project.wait_until_ready("exchangerate", "euro", &namespace).await;
    let cron_job = project.get(&["cronjob", "euro-fetch", "-n", &namespace]);
    assert_eq!(cron_job["spec"]["schedule"], "30 16 * * 1-5");
    fetch(&project, &cron_job);
    let kept = || project.get(&["configmap", "euro-rates", "-n", &namespace])["data"]["rates.json"].clone();
    assert_eq!(kept(), RATES);
    // An upgrade goes over all objects, and leaves the job's data alone.
    let suspended = r#"{"spec":{"suspend":true}}"#;
    project.kubectl(&merge_patch("exchangerate", "euro", suspended, &namespace));
    let later = project.wait_until_ready("exchangerate", "euro", &namespace).await;
    let revision = |resource: &Value| resource["status"]["revision"].as_u64().unwrap();
    assert_eq!(revision(&later), revision(&ready) + 1);
    assert_eq!(kept(), RATES);
    let wrong = r#"{"spec":{"base":"Euro"}}"#;
    let error = project.refused(&merge_patch("exchangerate", "euro", wrong, &namespace));
    assert!(error.contains("spec.base"), "{error}");
    end(project, "exchange-rate", "euro");
}

/// A class of the project's name whose volumes may grow, and one volume of it.
fn create_growing_volume(project: &Project) {
    let name = &project.name;
    let class = json!({
        "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": name},
        "provisioner": "kubernetes.io/no-provisioner", "allowVolumeExpansion": true,
    });
    let volume = json!({
        "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name},
        "spec": {
            "storageClassName": name, "capacity": {"storage": "100Gi"}, "accessModes": ["ReadWriteOnce"],
            "hostPath": {"path": "/"},
        },
    });
    project.write(
        "volume.json",
        &json!({"apiVersion": "v1", "kind": "List", "items": [class, volume]}).to_string(),
    );
    project.kubectl(&["create", "-f", "volume.json"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_stateful_book_stores_claim_grows() {
    let chart = sample("../helm-charts/book-store");
    let mut project = Project::new("stateful", &["--helm-chart", chart.to_str().unwrap()]).await;
    let namespace = project.name.clone();
    create_growing_volume(&project);
    project.make("install");
    project.make("deploy");
    project.kubectl(&["create", "namespace", &namespace]);
    project.run_as_its_account();
    // The BookStores of other tests are of another group.
    let group = format!("charts.{namespace}.example.com");
    let resource = format!("bookstores.{group}");
    let text = std::fs::read_to_string(sample("stateful-book-store/stateful-book-store.yaml")).unwrap();
    let class = format!("    enabled: true\n    storageClass: {namespace}\n");
    let text = text
        .replace("charts.example.com", &group)
        .replace("    enabled: true\n", &class);
    project.write("library.yaml", &text);
    project.kubectl(&["apply", "-n", &namespace, "-f", "library.yaml"]);
    project.wait_until_ready(&resource, "library", &namespace).await;
    let pod = || project.get(&["pod", "library-mongodb-0", "-n", &namespace])["metadata"]["uid"].clone();
    let before = pod();
    project.write("library.yaml", &text.replace("size: 8Gi", "size: 20Gi"));
    project.kubectl(&["apply", "-n", &namespace, "-f", "library.yaml"]);
    let ready = project.wait_until_ready(&resource, "library", &namespace).await;
    let claim = project.get(&["pvc", "data-library-mongodb-0", "-n", &namespace]);
    assert_eq!(claim.pointer("/spec/resources/requests/storage"), Some(&json!("20Gi")));
    assert_eq!(pod(), before, "the database goes on");
    assert!(condition(&ready, "ReleaseFailed").is_none(), "{ready}");
    project.kubectl(&["delete", &resource, "library", "-n", &namespace, "--timeout", "60s"]);
    project.end_unrefused();
    project.kubectl(&["delete", "namespace", &namespace, "--wait=false"]);
    project.make("undeploy");
}
