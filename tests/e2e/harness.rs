//! An operator under test: its process, its namespace, its project folder, and eyes on the cluster.

use std::fmt::Write as _;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use kube::Client;
use kube::api::{Api, DeleteParams, DynamicObject, ListParams, Patch, PatchParams};
use serde_json::{Value, json};
use testkit::unique_namespace;

use crate::cluster::{Requests, client, control_plane, copy_folder, create, define, resource};

/// How long a test waits for anything before it fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The definition of a kind of the group `e2e.example.com` without a schema, for charts that tests make up. `scope` is
/// `Namespaced` or `Cluster`.
pub(crate) fn definition(kind: &str, plural: &str, scope: &str) -> String {
    let singular = kind.to_lowercase();
    format!(
        "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: {plural}.e2e.example.com}}
spec:
  group: e2e.example.com
  scope: {scope}
  names: {{kind: {kind}, listKind: {kind}List, plural: {plural}, singular: {singular}}}
  versions:
    - name: v1
      served: true
      storage: true
      subresources: {{status: {{}}}}
      schema: {{openAPIV3Schema: {{type: object, x-kubernetes-preserve-unknown-fields: true}}}}
"
    )
}

/// An operator on the shared control plane, for one namespace.
pub(crate) struct Operator {
    pub(crate) namespace: String,
    pub(crate) client: Client,
    /// API version and kind of the custom resources.
    kind: (&'static str, &'static str),
    project: tempfile::TempDir,
    process: Option<Child>,
    env: Vec<(String, String)>,
    args: Vec<String>,
}

impl Operator {
    /// A project with the BookStore chart, in a fresh namespace; nothing runs yet.
    pub(crate) async fn book_store(test: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let operator = Self::new(test, ("charts.example.com/v1alpha1", "BookStore")).await;
        copy_folder(
            &root.join("helm-charts/book-store"),
            &operator.path("helm-charts/book-store"),
        );
        std::fs::copy(root.join("watches.yaml"), operator.path("watches.yaml")).unwrap();
        let definition = root.join("config/crd/bases/charts.example.com_bookstores.yaml");
        define(&operator.client, &std::fs::read_to_string(definition).unwrap()).await;
        operator
    }

    /// A project with a chart of these templates for the kind Demo, in a fresh namespace; nothing runs yet.
    pub(crate) async fn demo(test: &str, templates: &[(&str, &str)]) -> Self {
        let operator = Self::new(test, ("e2e.example.com/v1", "Demo")).await;
        operator.write(
            "watches.yaml",
            "- {group: e2e.example.com, version: v1, kind: Demo, chart: demo}\n",
        );
        operator.write("demo/Chart.yaml", "{apiVersion: v2, name: demo, version: 0.1.0}\n");
        for (name, text) in templates {
            operator.write(&format!("demo/templates/{name}"), text);
        }
        define(&operator.client, &definition("Demo", "demos", "Namespaced")).await;
        operator
    }

    /// A project with a chart that lies elsewhere for the kind Demo, in a fresh namespace; nothing runs yet.
    pub(crate) async fn of_chart(test: &str, chart: &Path) -> Self {
        let operator = Self::new(test, ("e2e.example.com/v1", "Demo")).await;
        let chart = chart.display();
        operator.write(
            "watches.yaml",
            &format!("- {{group: e2e.example.com, version: v1, kind: Demo, chart: {chart:?}}}\n"),
        );
        define(&operator.client, &definition("Demo", "demos", "Namespaced")).await;
        operator
    }

    /// An empty project in a fresh namespace; nothing runs yet.
    pub(crate) async fn new(test: &str, kind: (&'static str, &'static str)) -> Self {
        let client = client().await;
        let namespace = unique_namespace(test);
        let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}});
        create(&client, &object).await;
        let mut operator = Self {
            namespace,
            client,
            kind,
            project: tempfile::tempdir().unwrap(),
            process: None,
            env: Vec::new(),
            args: Vec::new(),
        };
        operator.env("KUBECONFIG", control_plane().await.kubeconfig().to_str().unwrap());
        let namespace = operator.namespace.clone();
        operator.env("WATCH_NAMESPACE", &namespace);
        operator
    }

    /// The same with its process running.
    pub(crate) fn started(mut self) -> Self {
        self.start();
        self
    }

    /// Another operator for the same namespace, with a copy of the project; it does not run yet.
    pub(crate) fn twin(&self) -> Self {
        let project = tempfile::tempdir().unwrap();
        copy_folder(self.project.path(), project.path());
        Self {
            namespace: self.namespace.clone(),
            client: self.client.clone(),
            kind: self.kind,
            project,
            process: None,
            env: self.env.clone(),
            args: self.args.clone(),
        }
    }

    /// A path below the project's folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.project.path().join(name)
    }

    /// Writes a file of the project.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Adds an argument for the next start.
    pub(crate) fn arg(&mut self, arg: &str) {
        self.args.push(arg.to_owned());
    }

    /// Sets an environment variable for the next start.
    pub(crate) fn env(&mut self, name: &str, value: &str) {
        self.env.push((name.to_owned(), value.to_owned()));
    }

    /// Starts the operator's process; its log goes to `operator.log` in the project.
    pub(crate) fn start(&mut self) {
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.path("operator.log"))
            .unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_chartwright"))
            .arg("run")
            .args(&self.args)
            .args(self.no_addresses())
            .current_dir(self.project.path())
            .envs(self.env.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        self.process = Some(child);
    }

    /// Operators of tests that run side by side serve nothing, unless a test says where.
    fn no_addresses(&self) -> Vec<&'static str> {
        let flags = ["--metrics-bind-address", "--health-probe-bind-address"];
        let missing = flags
            .into_iter()
            .filter(|flag| !self.args.iter().any(|arg| arg.starts_with(flag)));
        missing.flat_map(|flag| [flag, "0"]).collect()
    }

    /// The id of the operator's process.
    pub(crate) fn id(&self) -> u32 {
        self.process.as_ref().unwrap().id()
    }

    /// Kills the operator without a warning (SIGKILL).
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Asks the operator to stop (SIGTERM); how it ended, and how long that took.
    pub(crate) async fn terminate(&mut self) -> (ExitStatus, Duration) {
        let start = Instant::now();
        let pid = self.process.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        (self.exit().await, start.elapsed())
    }

    /// Waits until the operator has ended by itself.
    pub(crate) async fn exit(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.process.as_mut().unwrap().try_wait().unwrap() {
                self.process = None;
                return status;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "the operator goes on; its log:\n{}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// What the operator has logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.path("operator.log")).unwrap_or_default()
    }

    /// Waits until the operator has logged `text`.
    pub(crate) async fn wait_for_log(&self, text: &str) {
        self.wait_for(&format!("{text:?} in the log"), || async {
            self.log().contains(text).then_some(())
        })
        .await;
    }

    /// The requests of the operator in its namespace, from when it has come to rest.
    pub(crate) async fn requests_at_rest(&self) -> Requests {
        loop {
            let requests = self.requests().await;
            a_while(0.4).await;
            if requests.get().await.is_empty() {
                return requests;
            }
        }
    }

    /// The requests of the operator in its namespace from now on.
    pub(crate) async fn requests(&self) -> Requests {
        Requests::in_namespace(&self.namespace).await
    }

    /// Objects of a kind in the operator's namespace.
    pub(crate) fn api(&self, api_version: &str, kind: &str) -> Api<DynamicObject> {
        Api::namespaced_with(self.client.clone(), &self.namespace, &resource(api_version, kind))
    }

    /// An object of the namespace as JSON, `null` if it is not there.
    pub(crate) async fn get(&self, api_version: &str, kind: &str, name: &str) -> Value {
        let object = self.api(api_version, kind).get_opt(name).await.unwrap();
        object.map_or(Value::Null, |object| serde_json::to_value(object).unwrap())
    }

    /// The names of all objects of a kind in the namespace, sorted.
    pub(crate) async fn names(&self, api_version: &str, kind: &str) -> Vec<String> {
        let list = self.api(api_version, kind).list(&ListParams::default()).await.unwrap();
        let mut names: Vec<String> = list
            .items
            .into_iter()
            .filter_map(|object| object.metadata.name)
            .collect();
        names.sort();
        names
    }

    /// The notes of the namespace's events with this reason, oldest first.
    pub(crate) async fn notes(&self, reason: &str) -> Vec<String> {
        let api = self.api("events.k8s.io/v1", "Event");
        let list = api.list(&ListParams::default()).await.unwrap();
        let mut events: Vec<Value> = list.items.into_iter().map(|event| event.data).collect();
        events.retain(|event| event["reason"] == reason);
        events.sort_by_key(|event| event["eventTime"].as_str().unwrap().to_owned());
        let notes = events.iter().map(|event| event["note"].as_str().unwrap().to_owned());
        notes.collect()
    }

    /// The release records of the namespace, as `name.vREVISION status`, sorted.
    pub(crate) async fn records(&self) -> Vec<String> {
        let list = self
            .api("v1", "Secret")
            .list(&ListParams::default().labels("owner=helm"))
            .await
            .unwrap();
        let mut records: Vec<String> = list
            .items
            .iter()
            .map(|object| {
                let label = |key: &str| object.metadata.labels.as_ref().unwrap()[key].clone();
                format!("{}.v{} {}", label("name"), label("version"), label("status"))
            })
            .collect();
        records.sort();
        records
    }

    /// Merges into an object of the namespace, as somebody else than the operator.
    pub(crate) async fn merge(&self, api_version: &str, kind: &str, name: &str, patch: Value) {
        self.merge_as("somebody", api_version, kind, name, patch).await;
    }

    /// Merges into an object of the namespace under the name of a field manager.
    pub(crate) async fn merge_as(&self, manager: &str, api_version: &str, kind: &str, name: &str, patch: Value) {
        let params = PatchParams {
            field_manager: Some(manager.into()),
            ..PatchParams::default()
        };
        self.api(api_version, kind)
            .patch(name, &params, &Patch::Merge(&patch))
            .await
            .unwrap();
    }

    /// Deletes an object of the namespace.
    pub(crate) async fn delete_object(&self, api_version: &str, kind: &str, name: &str) {
        self.api(api_version, kind)
            .delete(name, &DeleteParams::default())
            .await
            .unwrap();
    }

    /// Makes a custom resource.
    pub(crate) async fn create(&self, name: &str, spec: Value) {
        self.create_annotated(name, json!({}), spec).await;
    }

    /// Makes a custom resource with annotations.
    pub(crate) async fn create_annotated(&self, name: &str, annotations: Value, spec: Value) {
        let metadata = json!({"name": name, "namespace": self.namespace, "annotations": annotations});
        let object = json!({"apiVersion": self.kind.0, "kind": self.kind.1, "metadata": metadata, "spec": spec});
        create(&self.client, &object).await;
    }

    /// A custom resource, `null` if it is not there.
    pub(crate) async fn resource(&self, name: &str) -> Value {
        self.get(self.kind.0, self.kind.1, name).await
    }

    /// Merges into a custom resource.
    pub(crate) async fn edit(&self, name: &str, patch: Value) {
        self.merge(self.kind.0, self.kind.1, name, patch).await;
    }

    /// Puts a custom resource's spec in place of the one that it has; a merge could not set anything to null.
    pub(crate) async fn replace_spec(&self, name: &str, spec: Value) {
        let patch = json!([{"op": "replace", "path": "/spec", "value": spec}]);
        let patch = Patch::Json::<()>(serde_json::from_value(patch).unwrap());
        self.api(self.kind.0, self.kind.1)
            .patch(name, &PatchParams::default(), &patch)
            .await
            .unwrap();
    }

    /// Deletes a custom resource; it goes when its release is gone.
    pub(crate) async fn delete(&self, name: &str) {
        self.delete_object(self.kind.0, self.kind.1, name).await;
    }

    /// Waits until a custom resource is gone.
    pub(crate) async fn wait_until_gone(&self, name: &str) {
        let gone = || async { self.resource(name).await.is_null().then_some(()) };
        self.wait_for(&format!("{name} to be gone"), gone).await;
    }

    /// Waits until a condition about the current generation has a status.
    pub(crate) async fn wait_for_condition(&self, name: &str, kind: &str, status: &str) -> Value {
        self.wait_for(&format!("{name} to have {kind}={status}"), || async {
            let object = self.resource(name).await;
            let current = object["status"]["observedGeneration"] == object["metadata"]["generation"];
            let found = condition(&object, kind).is_some_and(|condition| condition["status"] == status);
            (current && found).then_some(object)
        })
        .await
    }

    /// Waits until the release is at a revision, and everything in it ready.
    pub(crate) async fn wait_for_revision(&self, name: &str, revision: u64) -> Value {
        self.wait_for(&format!("{name} to be ready at revision {revision}"), || async {
            let object = self.resource(name).await;
            let current = object["status"]["observedGeneration"] == object["metadata"]["generation"];
            let ready = condition(&object, "Ready").is_some_and(|condition| condition["status"] == "True");
            (current && ready && object["status"]["revision"] == revision).then_some(object)
        })
        .await
    }

    /// Waits until `probe` gives something; fails with the operator's log if it never does.
    pub(crate) async fn wait_for<T, F: Future<Output = Option<T>>>(&self, what: &str, probe: impl Fn() -> F) -> T {
        let start = Instant::now();
        loop {
            if let Some(found) = probe().await {
                return found;
            }
            let seen = match start.elapsed() {
                elapsed if elapsed < PATIENCE => None,
                _ => Some(self.state().await),
            };
            assert!(
                seen.is_none(),
                "waited in vain for {what}; what there is:\n{}the operator's log:\n{}",
                seen.unwrap_or_default(),
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The custom resources and workloads of the namespace, without their specs: what a failed wait is told with.
    async fn state(&self) -> String {
        let kinds = [
            self.kind,
            ("apps/v1", "Deployment"),
            ("apps/v1", "StatefulSet"),
            ("v1", "Pod"),
        ];
        let mut text = String::new();
        for (api_version, kind) in kinds {
            let list = self.api(api_version, kind).list(&ListParams::default()).await;
            for object in list.map(|list| list.items).unwrap_or_default() {
                let version = object.metadata.resource_version.unwrap_or_default();
                let mut status = object.data["status"].clone();
                status["deployedRelease"]["manifest"].take();
                writeln!(
                    text,
                    "{kind} {} at {version}: {status}",
                    object.metadata.name.unwrap_or_default()
                )
                .unwrap();
            }
        }
        text
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A condition of an object.
pub(crate) fn condition<'a>(object: &'a Value, kind: &str) -> Option<&'a Value> {
    object["status"]["conditions"]
        .as_array()?
        .iter()
        .find(|condition| condition["type"] == kind)
}

/// The message of a condition.
pub(crate) fn message(object: &Value, kind: &str) -> String {
    condition(object, kind)
        .map(|condition| condition["message"].as_str().unwrap_or_default().to_owned())
        .unwrap_or_default()
}

/// Some time for things to happen that should not.
pub(crate) async fn a_while(seconds: f64) {
    tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
}
