//! A project as its user has it: a folder that `chartwright init` has filled, and the programs around it.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::cluster::control_plane;
use crate::harness::{PATIENCE, condition};

/// A project of its own.
pub(crate) struct Project {
    folder: tempfile::TempDir,
    /// Its name, of which there is no other.
    pub(crate) name: String,
    kubeconfig: String,
    operator: Option<Child>,
}

impl Project {
    /// A project with kinds of a domain of its own.
    pub(crate) async fn new(name: &str, args: &[&str]) -> Self {
        let domain = format!("{name}-{}.example.com", std::process::id());
        Self::in_domain(name, &domain, args).await
    }

    /// A project with kinds of this domain.
    pub(crate) async fn in_domain(name: &str, domain: &str, args: &[&str]) -> Self {
        let kubeconfig = control_plane().await.kubeconfig().to_str().unwrap().to_owned();
        let project = Self {
            folder: tempfile::tempdir().unwrap(),
            name: format!("{name}-{}", std::process::id()),
            kubeconfig,
            operator: None,
        };
        let init = ["init", "--project-name", &project.name, "--domain", domain];
        project.chartwright(&[&init[..], args].concat());
        project
    }

    /// The namespace that the operator is deployed in.
    pub(crate) fn system(&self) -> String {
        format!("{}-system", self.name)
    }

    /// The operator's account there, as RBAC names it.
    pub(crate) fn account(&self) -> String {
        format!(
            "system:serviceaccount:{}:{}-controller-manager",
            self.system(),
            self.name
        )
    }

    /// Where the project is.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        std::fs::write(self.folder().join(path), text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.folder().join(path)).unwrap()
    }

    fn prepared(&self, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(args)
            .current_dir(self.folder())
            .env("KUBECONFIG", &self.kubeconfig);
        command
    }

    /// Runs a program in the project; what it prints.
    pub(crate) fn command(&self, program: &str, args: &[&str]) -> String {
        let output = self.prepared(program, args).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {args:?}: {error}");
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn chartwright(&self, args: &[&str]) -> String {
        self.command(env!("CARGO_BIN_EXE_chartwright"), args)
    }

    pub(crate) fn kubectl(&self, args: &[&str]) -> String {
        self.command(&kubectl(), args)
    }

    /// What kubectl says when it fails.
    pub(crate) fn refused(&self, args: &[&str]) -> String {
        let output = self.prepared(&kubectl(), args).output().unwrap();
        assert!(!output.status.success(), "{args:?} did not fail");
        String::from_utf8(output.stderr).unwrap()
    }

    /// An object as JSON.
    pub(crate) fn get(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.kubectl(&[&["get", "-o", "json"], args].concat())).unwrap()
    }

    pub(crate) fn make(&self, target: &str) -> String {
        let kubectl = format!("KUBECTL={}", kubectl());
        let chartwright = format!("CHARTWRIGHT={}", env!("CARGO_BIN_EXE_chartwright"));
        // `kubectl delete` waits as long as a namespace takes, for ever if need be.
        self.command("timeout", &["120", "make", "-s", target, &kubectl, &chartwright])
    }

    /// Waits until `probe` gives something.
    pub(crate) async fn wait_for<T>(&self, what: &str, probe: impl Fn() -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(found) = probe() {
                return found;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "waited in vain for {what}; the operator's log:\n{}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// The server publishes a kind's schema some time after it has established the kind.
    pub(crate) async fn wait_until_explained(&self, plural: &str) {
        let explained = || self.prepared(&kubectl(), &["explain", plural]).output().unwrap();
        self.wait_for(&format!("{plural} to be explained"), || {
            explained().status.success().then_some(())
        })
        .await;
    }

    /// Waits until a custom resource is ready at its generation.
    pub(crate) async fn wait_until_ready(&self, resource: &str, name: &str, namespace: &str) -> Value {
        self.wait_for(&format!("{name} to be ready"), || {
            let found = self.get(&[resource, name, "-n", namespace]);
            let current = found["status"]["observedGeneration"] == found["metadata"]["generation"];
            let ready = condition(&found, "Ready").is_some_and(|condition| condition["status"] == "True");
            (current && ready).then_some(found)
        })
        .await
    }

    /// Runs the operator as the account that the project gives it, with the rights of that one.
    pub(crate) fn run_as_its_account(&mut self) {
        self.run_as_its_account_with(&["--metrics-bind-address=0"]);
    }

    /// The same with other flags.
    pub(crate) fn run_as_its_account_with(&mut self, flags: &[&str]) {
        let account = format!("{}-controller-manager", self.name);
        let token = self.kubectl(&["create", "token", &account, "-n", &self.system()]);
        let config = self.kubectl(&["config", "view", "--raw", "-o", "json"]);
        let mut config: Value = serde_json::from_str(&config).unwrap();
        config["users"][0]["user"] = json!({"token": token.trim()});
        self.write("account.json", &config.to_string());
        let log = std::fs::File::create(self.folder().join("operator.log")).unwrap();
        let operator = Command::new(env!("CARGO_BIN_EXE_chartwright"))
            .args(["run", "--health-probe-bind-address=0"])
            .args(flags)
            .current_dir(self.folder())
            .env("KUBECONFIG", self.folder().join("account.json"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        self.operator = Some(operator);
    }

    /// What the operator has logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder().join("operator.log")).unwrap_or_default()
    }

    /// Ends the operator, which was never refused anything.
    pub(crate) fn end_unrefused(&mut self) {
        if let Some(mut operator) = self.operator.take() {
            operator.kill().unwrap();
            operator.wait().unwrap();
        }
        assert!(!self.log().contains("forbidden"), "{}", self.log());
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        if let Some(mut operator) = self.operator.take() {
            // A test that has failed already.
            let _ = operator.kill();
            let _ = operator.wait();
        }
    }
}

/// What kubectl is told to have a merge patch made.
pub(crate) fn merge_patch<'a>(kind: &'a str, name: &'a str, patch: &'a str, namespace: &'a str) -> [&'a str; 9] {
    ["patch", kind, name, "--type", "merge", "-p", patch, "-n", namespace]
}

fn kubectl() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join("hack/kubectl.sh").to_str().unwrap().to_owned()
}
