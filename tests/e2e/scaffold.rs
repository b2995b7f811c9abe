//! A scaffolded project on a real API server: everything that was generated is taken, and the generated rights are enough.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cluster::control_plane;
use crate::harness::PATIENCE;

/// A project of its own, and the programs around it.
struct Project {
    folder: tempfile::TempDir,
    name: String,
    kubeconfig: String,
}

impl Project {
    async fn new(name: &str, args: &[&str]) -> Self {
        let kubeconfig = control_plane().await.kubeconfig().to_str().unwrap().to_owned();
        let project = Self {
            folder: tempfile::tempdir().unwrap(),
            name: format!("{name}-{}", std::process::id()),
            kubeconfig,
        };
        let domain = format!("{}.example.com", project.name);
        let init = ["init", "--project-name", &project.name, "--domain", &domain];
        project.command(env!("CARGO_BIN_EXE_chartwright"), &[&init[..], args].concat());
        project
    }

    /// Runs a program in the project; what it prints.
    fn command(&self, program: &str, args: &[&str]) -> String {
        let output = Command::new(program)
            .args(args)
            .current_dir(self.folder.path())
            .env("KUBECONFIG", &self.kubeconfig)
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {args:?}: {error}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn kubectl(&self, args: &[&str]) -> String {
        self.command(&kubectl(), args)
    }

    /// The server publishes a kind's schema some time after it has established the kind.
    fn wait_until_explained(&self, plural: &str) {
        let start = Instant::now();
        let explain = || {
            Command::new(kubectl())
                .args(["explain", plural])
                .env("KUBECONFIG", &self.kubeconfig)
                .output()
                .unwrap()
        };
        while !explain().status.success() {
            assert!(start.elapsed() < PATIENCE, "{plural} is not explained");
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    fn make(&self, target: &str) -> String {
        let kubectl = format!("KUBECTL={}", kubectl());
        let chartwright = format!("CHARTWRIGHT={}", env!("CARGO_BIN_EXE_chartwright"));
        self.command("make", &["-s", target, &kubectl, &chartwright])
    }

    /// Runs the operator as the account that the project gives it.
    fn run_as_its_account(&self) -> std::process::Child {
        let system = format!("{}-system", self.name);
        let account = format!("{}-controller-manager", self.name);
        let token = self.kubectl(&["create", "token", &account, "-n", &system]);
        let config = self.kubectl(&["config", "view", "--raw", "-o", "json"]);
        let mut config: Value = serde_json::from_str(&config).unwrap();
        config["users"][0]["user"] = serde_json::json!({"token": token.trim()});
        let path = self.folder.path().join("account.json");
        std::fs::write(&path, config.to_string()).unwrap();
        let log = std::fs::File::create(self.folder.path().join("operator.log")).unwrap();
        Command::new(env!("CARGO_BIN_EXE_chartwright"))
            .args(["run", "--metrics-bind-address", "0", "--health-probe-bind-address", "0"])
            .current_dir(self.folder.path())
            .env("KUBECONFIG", &path)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap()
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("operator.log")).unwrap_or_default()
    }
}

fn kubectl() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join("hack/kubectl.sh").to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_starter_project_runs_with_its_own_rights_only() {
    let project = Project::new("starter", &["--kind", "Starter", "--short-names", "sta"]).await;
    project.make("test");
    project.make("install");
    project.make("deploy");
    let deployment = format!("{}-controller-manager", project.name);
    let system = format!("{}-system", project.name);
    project.kubectl(&[
        "rollout",
        "status",
        "deployment",
        &deployment,
        "-n",
        &system,
        "--timeout",
        "60s",
    ]);
    project.kubectl(&["create", "namespace", &project.name]);
    let mut operator = project.run_as_its_account();
    project.kubectl(&["apply", "-n", &project.name, "-f", "samples"]);
    let ready = ["get", "sta", "starter-sample", "-n", &project.name, "-o", "json"];
    let start = Instant::now();
    loop {
        let resource: Value = serde_json::from_str(&project.kubectl(&ready)).unwrap();
        if crate::harness::condition(&resource, "Ready").is_some_and(|condition| condition["status"] == "True") {
            break;
        }
        assert!(start.elapsed() < PATIENCE, "not ready: {resource}\n{}", project.log());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    project.kubectl(&["delete", "-n", &project.name, "-f", "samples", "--timeout", "60s"]);
    operator.kill().unwrap();
    operator.wait().unwrap();
    assert!(!project.log().contains("forbidden"), "{}", project.log());
    project.make("undeploy");
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_the_server_takes_every_generated_file_and_explains_the_values() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let chart = root.join("helm-charts/book-store");
    let project = Project::new(
        "explained",
        &["--helm-chart", chart.to_str().unwrap(), "--kind", "Explained"],
    )
    .await;
    project.make("install");
    let plural = format!("explaineds.charts.{}.example.com", project.name);
    let wait = [
        "wait",
        "--for=condition=Established",
        "crd",
        &plural,
        "--timeout",
        "30s",
    ];
    project.kubectl(&wait);
    project.wait_until_explained(&plural);
    let explained = project.kubectl(&["explain", &format!("{plural}.spec.image.app")]);
    assert!(
        explained.contains("The image's name without tag and digest."),
        "{explained}"
    );
    let all = project.kubectl(&["explain", &format!("{plural}.spec")]);
    assert!(all.contains("replicaCount"), "{all}");
    let namespace = format!("{}-system", project.name);
    project.kubectl(&["create", "namespace", &namespace]);
    for folder in ["crd", "rbac", "manager", "default"] {
        let built = project.kubectl(&["kustomize", &format!("config/{folder}")]);
        let path = project.folder.path().join("built.yaml");
        // Without the prefix, what is built of a part alone is in a namespace that is not there.
        std::fs::write(
            &path,
            built.replace("namespace: system", &format!("namespace: {namespace}")),
        )
        .unwrap();
        project.kubectl(&["apply", "--server-side", "--dry-run=server", "-f", "built.yaml"]);
    }
    project.kubectl(&["apply", "--dry-run=server", "-n", &namespace, "-k", "config/samples"]);
    let wrong = "samples/wrong.yaml";
    let sample = std::fs::read_to_string(project.folder.path().join("samples/charts_v1alpha1_explained.yaml")).unwrap();
    let text = sample.replace("replicaCount: 1", "replicaCount: one");
    std::fs::write(project.folder.path().join(wrong), text).unwrap();
    let refused = Command::new(kubectl())
        .args(["apply", "--dry-run=server", "-n", &namespace, "-f", wrong])
        .current_dir(project.folder.path())
        .env("KUBECONFIG", &project.kubeconfig)
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(error.contains("spec.replicaCount"), "{error}");
    project.make("uninstall");
    project.kubectl(&["delete", "namespace", &namespace, "--wait=false"]);
}
