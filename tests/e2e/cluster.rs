//! The control plane as a test sees it: a client with a name of its own, and the requests of everybody else.

use std::path::Path;
use std::time::{Duration, Instant};

use kube::api::{Api, DynamicObject, Patch, PatchParams, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::{ApiResource, GroupVersionKind};
use kube::{Client, Config};
use serde_json::Value;
use testkit::{ControlPlane, Request};

use crate::harness::{PATIENCE, condition};

/// The `User-Agent` of the tests themselves.
const AGENT: &str = "e2e";

/// The shared control plane; the first call starts it, which takes seconds.
pub(crate) async fn control_plane() -> &'static ControlPlane {
    tokio::task::spawn_blocking(ControlPlane::shared).await.unwrap()
}

/// A client for the shared control plane's administrator.
pub(crate) async fn client() -> Client {
    let kubeconfig = Kubeconfig::read_from(control_plane().await.kubeconfig()).unwrap();
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
        .await
        .unwrap();
    config
        .headers
        .push(("user-agent".parse().unwrap(), AGENT.parse().unwrap()));
    Client::try_from(config).unwrap()
}

/// The kind's resource, its plural made by Kubernetes' own rule.
pub(crate) fn resource(api_version: &str, kind: &str) -> ApiResource {
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind))
}

fn api_of(client: &Client, object: &Value) -> Api<DynamicObject> {
    let resource = resource(object["apiVersion"].as_str().unwrap(), object["kind"].as_str().unwrap());
    match object["metadata"]["namespace"].as_str() {
        Some(namespace) => Api::namespaced_with(client.clone(), namespace, &resource),
        None => Api::all_with(client.clone(), &resource),
    }
}

/// Creates an object.
pub(crate) async fn create(client: &Client, object: &Value) {
    let body = serde_json::from_value(object.clone()).unwrap();
    api_of(client, object)
        .create(&PostParams::default(), &body)
        .await
        .unwrap();
}

/// Applies a definition and waits until it is served.
pub(crate) async fn define(client: &Client, text: &str) {
    let object = serde_json::to_value(goyaml::from_str(text).unwrap()).unwrap();
    let api = api_of(client, &object);
    let name = object["metadata"]["name"].as_str().unwrap();
    let params = PatchParams::apply("e2e").force();
    api.patch(name, &params, &Patch::Apply(&object)).await.unwrap();
    let start = Instant::now();
    loop {
        let live = serde_json::to_value(api.get(name).await.unwrap()).unwrap();
        if condition(&live, "Established").is_some_and(|condition| condition["status"] == "True") {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "{name} is not established");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What others than the tests asked in a namespace after this was made. The control plane's controllers are not among
/// them, and neither are events, which tell of work and are none.
pub(crate) struct Requests {
    namespace: String,
    before: usize,
}

impl Requests {
    /// From now on.
    pub(crate) async fn in_namespace(namespace: &str) -> Self {
        Self {
            namespace: namespace.to_owned(),
            before: all().await.len(),
        }
    }

    /// All of them but watches.
    pub(crate) async fn get(&self) -> Vec<Request> {
        let concerns = |request: &Request| {
            request.namespace == self.namespace
                && request.user == "admin"
                && request.agent != AGENT
                && request.verb != "watch"
                && request.resource != "events"
        };
        all().await.into_iter().skip(self.before).filter(concerns).collect()
    }

    /// Those that change something.
    pub(crate) async fn writes(&self) -> Vec<Request> {
        let is_write = |request: &Request| !matches!(request.verb.as_str(), "get" | "list");
        self.get().await.into_iter().filter(is_write).collect()
    }
}

/// How many requests there were so far.
pub(crate) async fn request_count() -> usize {
    all().await.len()
}

/// The requests of others than the tests after the first `before` of all.
pub(crate) async fn requests_since(before: usize) -> Vec<Request> {
    let requests = all().await.into_iter().skip(before);
    requests
        .filter(|request| request.user == "admin" && request.agent != AGENT)
        .collect()
}

/// All requests of a user.
pub(crate) async fn requests_of(user: &str) -> Vec<Request> {
    all().await.into_iter().filter(|request| request.user == user).collect()
}

async fn all() -> Vec<Request> {
    let plane = control_plane().await;
    tokio::task::spawn_blocking(|| plane.requests().unwrap()).await.unwrap()
}

/// The requests for `resource`, as `verb name`, sorted.
pub(crate) fn of_resource(requests: &[Request], resource: &str) -> Vec<String> {
    let mut found: Vec<String> = requests
        .iter()
        .filter(|request| request.resource == resource)
        .map(|request| format!("{} {}", request.verb, request.name))
        .collect();
    found.sort();
    found
}

/// Copies a folder with all that is in it.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
