//! The floor: what an install must write, written by a bare client that reads nothing, decides nothing and renders
//! nothing, in an arena of its own.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use futures::future::try_join_all;
use futures::{StreamExt as _, TryStreamExt as _};
use kube::api::{Api, DynamicObject, Patch, PatchParams, PostParams};
use serde_json::{Value, json};
use tokio::sync::mpsc::unbounded_channel;

use crate::arena::{AGENT, Arena, NAMESPACE, names, resource};
use crate::changes::is_deployed;
use crate::figures::Figures;
use crate::options::{Options, Subject};

/// Everything that the operator left behind for one release, to be written again under other names.
struct Model {
    /// The UID of the resource, which the objects refer to.
    uid: String,
    store: Value,
    record: Value,
    objects: Vec<Value>,
}

/// What a release of the subject is made of stands in for all: it is installed once, and its writes are repeated.
pub(crate) async fn measure(subject: &Subject, options: &Options, figures: &mut Figures) -> Result<()> {
    if options.concurrency == 0 {
        return Ok(());
    }
    let arena = Arena::open("floor", options).await?;
    let model = Model::take(&arena, subject).await?;
    let names = names("floor", options.count);
    let (created, mut waiting) = unbounded_channel();
    let start = Instant::now();
    let make = async {
        for chunk in names.chunks(options.concurrency) {
            arena.create(chunk).await?;
            for name in chunk {
                created.send(name.clone())?;
            }
        }
        drop(created);
        anyhow::Ok(())
    };
    let waiting = futures::stream::poll_fn(move |cx| waiting.poll_recv(cx));
    let write = waiting
        .map(Ok)
        .try_for_each_concurrent(options.concurrency, |name| model.write(&arena, name));
    futures::try_join!(make, write)?;
    figures.time(format!("burst of {}, the floor", options.count), start.elapsed());
    Ok(())
}

impl Model {
    async fn take(arena: &Arena, subject: &Subject) -> Result<Self> {
        let process = arena.start(subject)?;
        process.ready().await?;
        let mut changes = arena.changes().await;
        let name = "model".to_owned();
        arena.create(std::slice::from_ref(&name)).await?;
        changes
            .wait("installed", [name.clone()], |change| is_deployed(change, ""))
            .await?;
        tokio::time::sleep(Duration::from_secs(2)).await;
        process.stop().await?;
        let get = async |api_version: &str, kind: &str, name: &str| -> Result<Value> {
            let object = arena.api(api_version, kind).get(name).await?;
            Ok(bare(serde_json::to_value(object)?))
        };
        let uid = arena
            .stores()
            .get(&name)
            .await?
            .metadata
            .uid
            .context("an object has a UID")?;
        let store = get("charts.example.com/v1alpha1", "BookStore", &name).await?;
        let record = get("v1", "Secret", &format!("sh.helm.release.v1.{name}.v1")).await?;
        let mut objects = Vec::new();
        for (api_version, kind) in [("v1", "Service"), ("apps/v1", "Deployment")] {
            for part in ["app", "mongodb"] {
                objects.push(get(api_version, kind, &format!("{name}-{part}")).await?);
            }
        }
        Ok(Self {
            uid,
            store,
            record,
            objects,
        })
    }

    /// Finalizer, record, objects (services, then deployments), record again, event, status.
    async fn write(&self, arena: &Arena, name: String) -> Result<()> {
        let stores = arena.stores();
        let finalizers = json!({"metadata": {"finalizers": ["bench.example.com/finalizer"]}});
        let owner = stores
            .patch(&name, &PatchParams::default(), &Patch::Merge(&finalizers))
            .await?;
        let owner = owner.metadata.uid.context("an object has a UID")?;
        let renamed = |object: &Value| self.renamed(object, &name, &owner);
        let record = renamed(&self.record)?;
        create(arena, &record).await?;
        for pair in self.objects.chunks(2) {
            let pair = pair.iter().map(renamed).collect::<Result<Vec<_>>>()?;
            try_join_all(pair.iter().map(|object| create(arena, object))).await?;
        }
        let secrets: Api<DynamicObject> = arena.api("v1", "Secret");
        let record_name = record["metadata"]["name"].as_str().unwrap_or_default();
        let again = serde_json::from_value(record.clone())?;
        secrets.replace(record_name, &PostParams::default(), &again).await?;
        create(arena, &event(&name, &owner)).await?;
        let status = json!({"status": renamed(&self.store)?["status"]});
        stores
            .patch_status(&name, &PatchParams::default(), &Patch::Merge(&status))
            .await?;
        Ok(())
    }

    fn renamed(&self, object: &Value, name: &str, owner: &str) -> Result<Value> {
        let text = object.to_string().replace("model", name).replace(&self.uid, owner);
        Ok(serde_json::from_str(&text)?)
    }
}

/// The object without what the server put in.
fn bare(mut object: Value) -> Value {
    let is_workload = object["kind"] == "Deployment" || object["kind"] == "Service";
    if let Some(metadata) = object["metadata"].as_object_mut() {
        for key in [
            "uid",
            "resourceVersion",
            "creationTimestamp",
            "generation",
            "managedFields",
        ] {
            metadata.remove(key);
        }
    }
    if is_workload && let Some(object) = object.as_object_mut() {
        object.remove("status");
        if let Some(spec) = object.get_mut("spec").and_then(Value::as_object_mut) {
            spec.remove("clusterIP");
            spec.remove("clusterIPs");
        }
        if let Some(ports) = object.get_mut("spec").and_then(|spec| spec.get_mut("ports")) {
            for port in ports.as_array_mut().into_iter().flatten() {
                port.as_object_mut().map(|port| port.remove("nodePort"));
            }
        }
    }
    object
}

async fn create(arena: &Arena, object: &Value) -> Result<()> {
    let text = |key: &str| object[key].as_str().unwrap_or_default();
    let api: Api<DynamicObject> = Api::namespaced_with(
        arena.client.clone(),
        NAMESPACE,
        &resource(text("apiVersion"), text("kind")),
    );
    let body = serde_json::from_value(object.clone())?;
    let params = PostParams {
        field_manager: Some(AGENT.into()),
        ..PostParams::default()
    };
    api.create(&params, &body).await?;
    Ok(())
}

fn event(name: &str, owner: &str) -> Value {
    json!({
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": {"generateName": "bench-", "namespace": NAMESPACE},
        "eventTime": k8s_openapi::jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.000000Z").to_string(),
        "reportingController": AGENT,
        "reportingInstance": AGENT,
        "action": "Install",
        "reason": "Installed",
        "type": "Normal",
        "note": "Installed revision 1",
        "regarding": {"apiVersion": "charts.example.com/v1alpha1", "kind": "BookStore", "name": name,
            "namespace": NAMESPACE, "uid": owner},
    })
}
