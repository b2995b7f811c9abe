//! The control plane's workloads come to the state that charts wait for.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test ends by panicking")]

use std::time::Duration;

use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{Namespace, PersistentVolumeClaim, Pod, Service};
use k8s_openapi::serde::Serialize;
use k8s_openapi::serde::de::DeserializeOwned;
use k8s_openapi::{Metadata, NamespaceResourceScope};
use kube::api::{Api, DeleteParams, ObjectMeta, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::runtime::wait::{Condition, await_condition, conditions};
use kube::{Client, Config, Resource};
use serde_json::{Value, json};
use testkit::{ControlPlane, unique_namespace};

#[tokio::test]
async fn a_deployment_becomes_available() {
    let test = Test::start("deployment").await;
    let spec = json!({"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": pod_template("Always")});
    test.create::<Deployment>(spec, conditions::is_deployment_completed())
        .await;
}

#[tokio::test]
async fn the_pods_of_a_stateful_set_become_ready_with_their_claims_bound() {
    let test = Test::start("stateful set").await;
    let claims = json!([{"metadata": {"name": "data"}, "spec": claim()}]);
    let spec = json!({"replicas": 2, "serviceName": "db", "selector": {"matchLabels": {"app": "web"}},
        "template": pod_template("Always"), "volumeClaimTemplates": claims});
    let all_ready = |set: Option<&StatefulSet>| set.and_then(|set| set.status.as_ref()?.ready_replicas) == Some(2);
    test.create::<StatefulSet>(spec, all_ready).await;
    test.wait::<PersistentVolumeClaim>("data-subject-1", is_bound).await;
}

#[tokio::test]
async fn a_job_completes_and_one_whose_pod_plays_failed_fails() {
    let test = Test::start("job").await;
    test.create::<Job>(
        json!({"template": pod_template("Never")}),
        conditions::is_job_completed(),
    )
    .await;

    let test = Test::start("failing job").await;
    let mut template = pod_template("Never");
    template["metadata"]["annotations"] = json!({"play.chartwright.dev/pod": "failed"});
    let failed = |job: Option<&Job>| job.and_then(|job| job.status.as_ref()?.failed) == Some(1);
    test.create::<Job>(json!({"backoffLimit": 0, "template": template}), failed)
        .await;
}

#[tokio::test]
async fn a_hook_pod_succeeds() {
    let test = Test::start("pod").await;
    let succeeded = |pod: Option<&Pod>| pod.and_then(|pod| pod.status.as_ref()?.phase.as_deref()) == Some("Succeeded");
    test.create::<Pod>(pod_template("Never")["spec"].clone(), succeeded)
        .await;
}

#[tokio::test]
async fn a_claim_is_bound() {
    Test::start("claim")
        .await
        .create::<PersistentVolumeClaim>(claim(), is_bound)
        .await;
}

#[tokio::test]
async fn a_load_balancer_gets_an_address() {
    let spec = json!({"type": "LoadBalancer", "selector": {"app": "web"}, "ports": [{"port": 80}]});
    Test::start("service")
        .await
        .create::<Service>(spec, conditions::is_service_loadbalancer_provisioned())
        .await;
}

#[tokio::test]
async fn a_namespace_with_pods_is_gone_soon_after_its_deletion() {
    let test = Test::start("namespace").await;
    test.create::<Pod>(pod_template("Always")["spec"].clone(), conditions::is_pod_running())
        .await;
    let namespaces: Api<Namespace> = Api::all(test.client.clone());
    let uid = namespaces.get(&test.namespace).await.unwrap().metadata.uid.unwrap();
    namespaces
        .delete(&test.namespace, &DeleteParams::default())
        .await
        .unwrap();
    let gone = await_condition(namespaces, &test.namespace, conditions::is_deleted(&uid));
    tokio::time::timeout(Duration::from_secs(10), gone)
        .await
        .expect("in time")
        .unwrap();
}

#[tokio::test]
async fn what_a_client_asked_for_can_be_read_back() {
    let test = Test::start("audit").await;
    let requests = ControlPlane::shared().requests().unwrap();
    let made = requests
        .iter()
        .find(|r| r.resource == "namespaces" && r.name == test.namespace)
        .unwrap();
    assert_eq!(
        (made.user.as_str(), made.verb.as_str(), made.code),
        ("admin", "create", 201)
    );
}

/// A namespace of a test's own.
struct Test {
    client: Client,
    namespace: String,
}

impl Test {
    async fn start(name: &str) -> Self {
        // The first call starts the control plane, which blocks.
        let plane = tokio::task::spawn_blocking(ControlPlane::shared).await.unwrap();
        let kubeconfig = Kubeconfig::read_from(plane.kubeconfig()).unwrap();
        let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
            .await
            .unwrap();
        let client = Client::try_from(config).unwrap();
        let namespace = unique_namespace(name);
        let metadata = ObjectMeta {
            name: Some(namespace.clone()),
            ..ObjectMeta::default()
        };
        let object = Namespace {
            metadata,
            ..Namespace::default()
        };
        Api::all(client.clone())
            .create(&PostParams::default(), &object)
            .await
            .unwrap();
        Self { client, namespace }
    }

    /// Makes an object named `subject` with this spec and waits until it is as it should be.
    async fn create<K: Object>(&self, spec: Value, condition: impl Condition<K>) {
        let object =
            json!({"apiVersion": K::API_VERSION, "kind": K::KIND, "metadata": {"name": "subject"}, "spec": spec});
        let api: Api<K> = Api::namespaced(self.client.clone(), &self.namespace);
        api.create(&PostParams::default(), &serde_json::from_value(object).unwrap())
            .await
            .unwrap();
        self.wait("subject", condition).await;
    }

    async fn wait<K: Object>(&self, name: &str, condition: impl Condition<K>) {
        let api: Api<K> = Api::namespaced(self.client.clone(), &self.namespace);
        let met = tokio::time::timeout(Duration::from_secs(20), await_condition(api, name, condition)).await;
        met.unwrap_or_else(|_| panic!("{} {name} is not as it should be after 20 s", K::KIND))
            .unwrap();
    }
}

/// What all kinds of this test have in common.
trait Object:
    k8s_openapi::Resource
    + Resource<DynamicType = (), Scope = NamespaceResourceScope>
    + Metadata<Ty = ObjectMeta>
    + Clone
    + std::fmt::Debug
    + Serialize
    + DeserializeOwned
    + Send
    + 'static
{
}

impl<K> Object for K where
    K: k8s_openapi::Resource
        + Resource<DynamicType = (), Scope = NamespaceResourceScope>
        + Metadata<Ty = ObjectMeta>
        + Clone
        + std::fmt::Debug
        + Serialize
        + DeserializeOwned
        + Send
        + 'static
{
}

fn pod_template(restart_policy: &str) -> Value {
    let containers = json!([{"name": "main", "image": "registry.example/app:1"}]);
    json!({
        "metadata": {"labels": {"app": "web"}},
        "spec": {"restartPolicy": restart_policy, "containers": containers},
    })
}

fn claim() -> Value {
    json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}})
}

fn is_bound(claim: Option<&PersistentVolumeClaim>) -> bool {
    claim.and_then(|claim| claim.status.as_ref()?.phase.as_deref()) == Some("Bound")
}
