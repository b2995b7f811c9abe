//! A release that another tool made and that is then handed to us: nothing of it may move.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use kube::ResourceExt;
use kube::api::ListParams;
use serde_json::json;

use crate::cluster::{control_plane, resource as kind_of};
use crate::harness::{Operator, condition};
use crate::oracle::{helm, program, try_helm};
use crate::parity::{Case, RELEASE, Reach, differences, objects_of};
use crate::snapshot::{Snapshot, at_rest};

/// Who makes the release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Maker {
    /// Helm 3, in two revisions.
    Helm3,
    /// Helm 4, in two revisions.
    Helm4,
    /// Helm 3 in the way of helm-operator: under its name as the field manager, for a custom resource that owns the
    /// objects and the record, in one revision.
    HelmOperator,
    /// helm-operator-plugins, for the custom resource, in one revision.
    HelmOperatorPlugins,
}

impl Maker {
    /// Whether it makes the custom resource as well.
    fn is_operator(self) -> bool {
        matches!(self, Self::HelmOperator | Self::HelmOperatorPlugins)
    }
}

/// What a workload or pod may not lose: its UID and its generation.
type Standing = BTreeMap<(String, String), (String, i64)>;

/// Lets `maker` make the release, hands it over, and tells how many workloads and pods stood still.
///
/// # Errors
/// What moved, one thing a line, or what failed.
pub(crate) async fn hand_over(case: &Case, maker: Maker, reach: Reach) -> Result<usize, String> {
    let mut operator = Operator::of_chart("adoption", &case.chart).await;
    operator.write("values.json", &case.values.to_string());
    let before = Snapshot::take(&operator.client).await;
    make(&operator, case, maker).await?;
    let here = async || Snapshot::take(&operator.client).await.of_namespace(&operator.namespace);
    let (made, stood) = (at_rest(here).await.comparable(), standing(&operator).await);
    let records = operator.records().await;

    operator.arg("--log-level=chartwright=debug");
    operator.start();
    if !maker.is_operator() {
        operator.create(RELEASE, case.values.clone()).await;
    }
    let adopted = async || operator.log().contains("Adopted release").then_some(());
    let revision = u64::try_from(records.len()).unwrap();
    let resource = operator.wait_for("the release to be ours", || async {
        let resource = operator.resource(RELEASE).await;
        let is = |kind: &str| condition(&resource, kind).is_some_and(|condition| condition["status"] == "True");
        // The status may be another operator's still.
        let is_out = is("Deployed") && resource["status"]["revision"].is_u64();
        (is_out || is("ReleaseFailed") || is("Irreconcilable")).then_some(resource)
    });
    let resource = resource.await;
    let here = async || Snapshot::take(&operator.client).await.of_namespace(&operator.namespace);
    let kept = at_rest(here).await.comparable();
    let mut told = Vec::new();
    if adopted().await.is_none() || resource["status"]["revision"] != revision {
        told.push(format!("it is not adopted: {}", resource["status"]["conditions"]));
    }
    if operator.records().await != records {
        told.push(format!(
            "records: {records:?} before, {:?} now",
            operator.records().await
        ));
    }
    for (id, stood) in &stood {
        let stands = standing(&operator).await.get(id).cloned();
        if stands.as_ref() != Some(stood) {
            told.push(format!("{id:?}: UID and generation {stood:?} before, {stands:?} now"));
        }
    }
    differences("handed over", &made, &kept, &BTreeMap::new(), &mut told);
    operator.delete(RELEASE).await;
    operator.wait_until_gone(RELEASE).await;
    operator.terminate().await;
    let left = Snapshot::take(&operator.client).await;
    let left = match reach {
        Reach::Release => left.of_namespace(&operator.namespace),
        Reach::Cluster => left.since(&before),
    };
    left.delete(&operator.client).await;
    if told.is_empty() {
        Ok(stood.len())
    } else {
        Err(told.join("\n"))
    }
}

async fn make(operator: &Operator, case: &Case, maker: Maker) -> Result<(), String> {
    let values = operator.path("values.json");
    let chart = case.chart.to_str().unwrap();
    let args = [RELEASE, chart, "--values", values.to_str().unwrap(), "--timeout", "2m"];
    let run = async |version: &str, verb: &str| try_helm(operator, version, &[&[verb], &args[..]].concat()).await;
    match maker {
        Maker::Helm3 => {
            run("helm3", "install").await?;
            run("helm3", "upgrade").await?;
        }
        Maker::Helm4 => {
            run("helm4", "install").await?;
            run("helm4", "upgrade").await?;
        }
        Maker::HelmOperator => {
            // Helm takes the name of its program for that of the field manager.
            let program = as_helm_operator(operator).await;
            operator.create(RELEASE, case.values.clone()).await;
            run(program.to_str().unwrap(), "install").await?;
            mark(operator, case).await;
        }
        Maker::HelmOperatorPlugins => {
            let mut peer = Peer::start(operator).await;
            operator.create(RELEASE, case.values.clone()).await;
            let resource = operator.wait_for("the peer's release", || async {
                let resource = operator.resource(RELEASE).await;
                let is = |kind: &str| condition(&resource, kind).is_some_and(|condition| condition["status"] == "True");
                (is("Deployed") || is("ReleaseFailed") || is("Irreconcilable")).then_some(resource)
            });
            let resource = resource.await;
            peer.stop();
            if condition(&resource, "Deployed").is_none_or(|condition| condition["status"] != "True") {
                return Err(format!("the peer can't install it: {:#}", resource["status"]));
            }
        }
    }
    Ok(())
}

/// A running helm-operator-plugins.
struct Peer(Child);

impl Peer {
    /// Starts it on the operator's watches, for its namespace.
    async fn start(operator: &Operator) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("hack/build-peer.sh");
        let build = move || Command::new(script).stderr(Stdio::inherit()).output().unwrap();
        let built = tokio::task::spawn_blocking(build).await.unwrap();
        assert!(built.status.success());
        let child = Command::new(String::from_utf8(built.stdout).unwrap().trim())
            .args(["run", "--metrics-bind-address=0", "--health-probe-bind-address=0"])
            .current_dir(operator.path(""))
            .env("KUBECONFIG", control_plane().await.kubeconfig())
            .env("WATCH_NAMESPACE", &operator.namespace)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }

    fn stop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have been stopped before.
        let _ = self.0.kill();
    }
}

async fn as_helm_operator(operator: &Operator) -> PathBuf {
    let link = operator.path("helm-operator");
    std::os::unix::fs::symlink(program("helm3").await, &link).unwrap();
    link
}

/// What helm-operator puts on the custom resource, the record and the objects, besides what Helm does.
async fn mark(operator: &Operator, case: &Case) {
    let owner = operator.resource(RELEASE).await;
    let reference = json!([{
        "apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": RELEASE, "uid": owner["metadata"]["uid"],
        "controller": true, "blockOwnerDeletion": true,
    }]);
    let finalizers = json!(["helm.sdk.operatorframework.io/uninstall-release"]);
    operator
        .edit(RELEASE, json!({"metadata": {"finalizers": finalizers}}))
        .await;
    let record = format!("sh.helm.release.v1.{RELEASE}.v1");
    let owned = json!({"metadata": {"ownerReferences": reference}});
    operator.merge_as("helm-operator", "v1", "Secret", &record, owned).await;
    let metadata = std::fs::read_to_string(case.chart.join("Chart.yaml")).unwrap();
    let metadata = serde_json::to_value(goyaml::from_str(&metadata).unwrap()).unwrap();
    let labels = json!({"helm.sdk.operatorframework.io/chart": metadata["name"]});
    let manifest = helm(operator, "helm3", &["get", "manifest", RELEASE]).await;
    for (id, object) in objects_of(&manifest) {
        let api_version = object["apiVersion"].as_str().unwrap();
        // The cluster-scoped ones carry the annotations of an owner in its stead.
        let is_here = !operator.get(api_version, &id.kind, &id.name).await.is_null();
        if is_here {
            let marks = json!({"metadata": {"labels": labels, "ownerReferences": reference}});
            operator
                .merge_as("helm-operator", api_version, &id.kind, &id.name, marks)
                .await;
        }
    }
}

/// Workloads and pods of the namespace.
async fn standing(operator: &Operator) -> Standing {
    let mut found = Standing::new();
    for (api_version, kind) in [
        ("apps/v1", "Deployment"),
        ("apps/v1", "StatefulSet"),
        ("apps/v1", "DaemonSet"),
        ("v1", "Pod"),
    ] {
        let api = operator.api(api_version, kind);
        for object in api.list(&ListParams::default()).await.unwrap() {
            let is_hook = object.annotations().contains_key("helm.sh/hook");
            if !is_hook {
                let stands = (object.uid().unwrap(), object.metadata.generation.unwrap_or_default());
                found.insert((kind_of(api_version, kind).plural, object.name_any()), stands);
            }
        }
    }
    found
}
