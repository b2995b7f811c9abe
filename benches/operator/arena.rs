//! Where an operator is measured: a fresh control plane, a project, and a client with a name of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use futures::{StreamExt as _, TryStreamExt as _};
use kube::api::{Api, DeleteParams, DynamicObject, Patch, PatchParams, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::{ApiResource, GroupVersionKind};
use kube::{Client, Config};
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::ControlPlane;
use tokio::time::sleep;

use crate::changes::Changes;
use crate::options::{Options, Subject};
use crate::process::Process;

/// The `User-Agent` of the bench itself.
pub(crate) const AGENT: &str = "bench";

/// The namespace of everything that is measured.
pub(crate) const NAMESPACE: &str = "bench";

/// How many requests of ours are under way at once in a burst.
const DRIVERS: usize = 8;

/// A control plane with the BookStore's definition, and the operator's project.
pub(crate) struct Arena {
    pub(crate) plane: Arc<ControlPlane>,
    pub(crate) client: Client,
    project: TempDir,
    log: PathBuf,
}

impl Arena {
    pub(crate) async fn open(name: &str, options: &Options) -> Result<Self> {
        let start = if options.controllers {
            ControlPlane::start
        } else {
            ControlPlane::start_only_api
        };
        let plane = Arc::new(tokio::task::spawn_blocking(start).await??);
        let project = tempfile::tempdir()?;
        std::fs::copy(
            options.project.join("watches.yaml"),
            project.path().join("watches.yaml"),
        )?;
        copy_folder(
            &options.project.join("helm-charts"),
            &project.path().join("helm-charts"),
        )?;
        let log = match &options.logs {
            Some(folder) => std::path::absolute(folder)?.join(format!("{name}.log")),
            None => project.path().join("operator.log"),
        };
        let arena = Self {
            client: client(&plane).await?,
            plane,
            project,
            log,
        };
        arena
            .apply(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}))
            .await?;
        let definition = options
            .project
            .join("config/crd/bases/charts.example.com_bookstores.yaml");
        let definition = goyaml::from_str(&std::fs::read_to_string(definition)?)?;
        arena.define(&serde_json::to_value(definition)?).await?;
        Ok(arena)
    }

    /// Starts the operator.
    pub(crate) fn start(&self, subject: &Subject) -> Result<Process> {
        Process::start(subject, self.project.path(), self.plane.kubeconfig(), &self.log)
    }

    /// The objects of a kind in the namespace.
    pub(crate) fn api(&self, api_version: &str, kind: &str) -> Api<DynamicObject> {
        Api::namespaced_with(self.client.clone(), NAMESPACE, &resource(api_version, kind))
    }

    /// The `BookStores`.
    pub(crate) fn stores(&self) -> Api<DynamicObject> {
        self.api("charts.example.com/v1alpha1", "BookStore")
    }

    /// What becomes of the `BookStores` from now on.
    pub(crate) async fn changes(&self) -> Changes {
        Changes::of(self.stores()).await
    }

    /// Makes `BookStores`, several at once.
    pub(crate) async fn create(&self, names: &[String]) -> Result<()> {
        let api = self.stores();
        each(names, async |name| {
            let object = json!({"apiVersion": "charts.example.com/v1alpha1", "kind": "BookStore",
                "metadata": {"name": name}, "spec": {"replicaCount": 1}});
            let object = serde_json::from_value(object)?;
            api.create(&PostParams::default(), &object).await?;
            Ok(())
        })
        .await
    }

    /// Asks `BookStores` for another number of replicas, several at once.
    pub(crate) async fn scale(&self, names: &[String], replicas: u32) -> Result<()> {
        let api = self.stores();
        let patch = json!({"spec": {"replicaCount": replicas}});
        each(names, async |name| {
            api.patch(name, &PatchParams::default(), &Patch::Merge(&patch)).await?;
            Ok(())
        })
        .await
    }

    /// Deletes `BookStores`, several at once.
    pub(crate) async fn delete(&self, names: &[String]) -> Result<()> {
        let api = self.stores();
        each(names, async |name| {
            api.delete(name, &DeleteParams::default()).await?;
            Ok(())
        })
        .await
    }

    /// Applies an object of any kind.
    pub(crate) async fn apply(&self, object: &Value) -> Result<()> {
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
        let resource = resource(
            text("/apiVersion").unwrap_or_default(),
            text("/kind").unwrap_or_default(),
        );
        let api: Api<DynamicObject> = match text("/metadata/namespace") {
            Some(namespace) => Api::namespaced_with(self.client.clone(), namespace, &resource),
            None => Api::all_with(self.client.clone(), &resource),
        };
        let name = text("/metadata/name").context("an object needs a name")?;
        api.patch(name, &PatchParams::apply(AGENT).force(), &Patch::Apply(object))
            .await?;
        Ok(())
    }

    /// Applies a definition and waits until it is served.
    pub(crate) async fn define(&self, definition: &Value) -> Result<()> {
        self.apply(definition).await?;
        let resource = resource("apiextensions.k8s.io/v1", "CustomResourceDefinition");
        let api: Api<DynamicObject> = Api::all_with(self.client.clone(), &resource);
        let name = definition["metadata"]["name"].as_str().unwrap_or_default();
        for _ in 0..1_000 {
            let live = api.get(name).await?;
            let conditions = live.data.pointer("/status/conditions").and_then(Value::as_array);
            let is_established =
                |condition: &Value| condition["type"] == "Established" && condition["status"] == "True";
            if conditions.is_some_and(|conditions| conditions.iter().any(is_established)) {
                return Ok(());
            }
            sleep(Duration::from_millis(20)).await;
        }
        bail!("the definition of {name} is not established")
    }
}

/// Does something with each item, several at once.
pub(crate) async fn each<T>(items: &[T], work: impl AsyncFn(&T) -> Result<()>) -> Result<()> {
    futures::stream::iter(items)
        .map(|item| work(item))
        .buffer_unordered(DRIVERS)
        .try_collect()
        .await
}

/// Names of resources: `burst-0`, `burst-1` ...
pub(crate) fn names(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{prefix}-{number}")).collect()
}

pub(crate) fn resource(api_version: &str, kind: &str) -> ApiResource {
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind))
}

async fn client(plane: &ControlPlane) -> Result<Client> {
    let kubeconfig = Kubeconfig::read_from(plane.kubeconfig())?;
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await?;
    config.headers.push(("user-agent".parse()?, AGENT.parse()?));
    Ok(Client::try_from(config)?)
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
