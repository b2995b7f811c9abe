//! What the operator serves: probes and metrics.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

use crate::access::service_account;
use crate::cluster::create;
use crate::harness::Operator;
use crate::templates::FIXED_CONFIG_MAP;

/// The address that the operator has logged with `message`.
pub(crate) async fn address(operator: &Operator, message: &str) -> String {
    operator
        .wait_for(message, || async {
            let log = operator.log();
            let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            let line = lines.into_iter().find(|line| line["message"] == message)?;
            Some(line["address"].as_str().unwrap().to_owned())
        })
        .await
}

async fn exchange(
    stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    path: &str,
    token: &str,
) -> (u16, String) {
    let mut request = hyper_util::rt::TokioIo::new(stream);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(&mut request).await.unwrap();
    let mut head = hyper::Request::get(path).header("host", "localhost");
    if !token.is_empty() {
        head = head.header("authorization", format!("Bearer {token}"));
    }
    let call = async move {
        let answer = sender
            .send_request(head.body(http_body_util::Empty::<&[u8]>::new()).unwrap())
            .await
            .unwrap();
        let status = answer.status().as_u16();
        let body = http_body_util::BodyExt::collect(answer.into_body())
            .await
            .unwrap()
            .to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    };
    // The connection ends with its sender.
    tokio::join!(call, connection).0
}

pub(crate) async fn get(address: &str, path: &str) -> (u16, String) {
    exchange(TcpStream::connect(address).await.unwrap(), path, "").await
}

/// The metrics of an operator that was told to serve them.
pub(crate) async fn scrape(operator: &Operator) -> (u16, String) {
    get(&address(operator, "serving metrics").await, "/metrics").await
}

/// A demo operator that serves on free ports.
async fn serving(test: &str) -> Operator {
    let mut operator = Operator::demo(test, &[("config.yaml", FIXED_CONFIG_MAP)]).await;
    operator.arg("--metrics-bind-address=127.0.0.1:0");
    operator.arg("--health-probe-bind-address=127.0.0.1:0");
    operator
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_metrics_tell_of_releases_until_they_are_gone() {
    let operator = serving("metrics").await.started();
    let (metrics, health) = (
        address(&operator, "serving metrics").await,
        address(&operator, "serving health probes").await,
    );
    operator.create("demo", json!({})).await;
    operator.wait_for_condition("demo", "Ready", "True").await;
    let drifted = json!({"metadata": {"labels": {"app.kubernetes.io/managed-by": "somebody"}}});
    operator.merge("v1", "ConfigMap", "demo-config", drifted).await;
    operator.wait_for_log("Reconciled release").await;

    let namespace = &operator.namespace;
    let created = format!(
        "resource_created_at_seconds{{group=\"e2e.example.com\",kind=\"Demo\",name=\"demo\",namespace=\"{namespace}\",version=\"v1\"}} "
    );
    let expected = [
        "helm_operator_build_info{commit=\"unknown\",version=\"v",
        "controller_runtime_reconcile_total{controller=\"demo-controller\",result=\"requeue_after\"} ",
        "controller_runtime_max_concurrent_reconciles{controller=\"demo-controller\"} ",
        "controller_runtime_active_workers{controller=\"demo-controller\"} 0\n",
        "controller_runtime_reconcile_time_seconds_count{controller=\"demo-controller\"} ",
        "workqueue_depth{controller=\"demo-controller\",name=\"demo-controller\"} 0\n",
        "rest_client_requests_total{code=\"200\",host=\"127.0.0.1:",
        "chartwright_releases{kind=\"Demo\",status=\"deployed\"} 1\n",
        &format!("chartwright_drift_repaired_total{{kind=\"Demo\",name=\"demo\",namespace=\"{namespace}\"}} 1\n"),
        "chartwright_render_seconds_count{chart=\"demo\"} 1\n",
        "process_resident_memory_bytes ",
        &format!("chartwright_release_revision{{kind=\"Demo\",name=\"demo\",namespace=\"{namespace}\"}} 1\n"),
        &created,
    ];
    for line in expected {
        operator
            .wait_for(&format!("the metric {line}"), || async {
                let (status, text) = get(&metrics, "/metrics").await;
                assert_eq!(status, 200);
                text.contains(line).then_some(())
            })
            .await;
    }
    assert_eq!(get(&health, "/healthz").await, (200, "ok".to_owned()));
    assert_eq!(get(&health, "/readyz?verbose").await, (200, "ok".to_owned()));
    assert_eq!(get(&metrics, "/debug/state").await.0, 404, "it is off");

    operator.delete("demo").await;
    operator.wait_until_gone("demo").await;
    operator
        .wait_for("the metric to be gone", || async {
            (!get(&metrics, "/metrics").await.1.contains(&created)).then_some(())
        })
        .await;
}

/// A hook, and an object that can't be rendered where a value says so.
const HOOK_AND_REFUSAL: &str = "
apiVersion: v1
kind: ConfigMap
metadata: {name: before, annotations: {helm.sh/hook: pre-install}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: config}
data: {text: '{{ if .Values.bad }}{{ fail \"no\" }}{{ end }}'}
";

#[tokio::test(flavor = "multi_thread")]
async fn e2e_hooks_are_timed_and_failures_that_only_a_change_can_help_are_counted() {
    let mut operator = Operator::demo("hook-metrics", &[("all.yaml", HOOK_AND_REFUSAL)]).await;
    operator.arg("--metrics-bind-address=127.0.0.1:0");
    operator.start();
    operator.create("demo", json!({})).await;
    operator.wait_for_revision("demo", 1).await;
    operator.edit("demo", json!({"spec": {"bad": true}})).await;
    operator.wait_for_condition("demo", "Irreconcilable", "True").await;
    let counted = [
        "chartwright_hook_seconds_count{event=\"pre-install\",result=\"success\"} 1\n",
        "controller_runtime_reconcile_errors_total{controller=\"demo-controller\"} 1\n",
        "controller_runtime_terminal_reconcile_errors_total{controller=\"demo-controller\"} 1\n",
        "workqueue_retries_total{controller=\"demo-controller\",name=\"demo-controller\"} 0\n",
    ];
    for line in counted {
        operator
            .wait_for(&format!("the metric {line}"), || async {
                scrape(&operator).await.1.contains(line).then_some(())
            })
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_the_state_tells_of_each_release_and_of_no_values() {
    let mut operator = serving("state").await;
    operator.arg("--debug-state");
    operator.start();
    let metrics = address(&operator, "serving metrics").await;
    operator.create("demo", json!({"password": "canary"})).await;
    operator.wait_for_condition("demo", "Ready", "True").await;
    let drifted = json!({"metadata": {"labels": {"app.kubernetes.io/managed-by": "somebody"}}});
    operator.merge("v1", "ConfigMap", "demo-config", drifted).await;
    let object = format!("{}/demo", operator.namespace);
    operator.wait_for_log(r#""cause":"drift of ConfigMap"#).await;
    let (state, release) = operator
        .wait_for("the state to tell of the last look", || async {
            let (status, text) = get(&metrics, "/debug/state").await;
            let state: Value = (status == 200).then(|| serde_json::from_str(&text).unwrap())?;
            let release = state["watches"][0]["releases"][0].clone();
            let is_told = release["lastLook"]["result"] == "requeue_after" && release["nextLook"].is_object();
            is_told.then_some((state, release))
        })
        .await;
    assert!(release["lastLook"]["seconds"].is_number(), "{release}");
    assert!(!state.to_string().contains("canary"), "{state}");
    assert_eq!(
        (
            &release["resource"],
            &release["phase"],
            &release["revision"],
            &release["objects"],
            &release["failures"]
        ),
        (&json!(object), &json!("deployed"), &json!(1), &json!(1), &json!(0)),
        "{release}"
    );
    assert!(release["nextLook"]["inSeconds"].as_f64().unwrap() > 0.0, "{release}");
    let kinds = state["dependents"].as_array().unwrap();
    assert!(
        kinds.contains(&json!({"kind": "v1 ConfigMap", "watches": 1, "objects": 1})),
        "{state}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_log_lines_of_a_reconcile_name_object_revision_and_cause() {
    let operator = Operator::demo("log-lines", &[("config.yaml", FIXED_CONFIG_MAP)])
        .await
        .started();
    operator.create("demo", json!({})).await;
    operator.wait_for_revision("demo", 1).await;
    operator.edit("demo", json!({"spec": {"a": 1}})).await;
    operator.wait_for_revision("demo", 2).await;
    let object = format!("{}/demo", operator.namespace);
    let log = operator.log();
    let lines: Vec<Value> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    for (message, revision, cause) in [("Installed release", 1, "creation"), ("Upgraded release", 2, "spec")] {
        let line = lines.iter().find(|line| line["message"] == message).unwrap();
        let span = json!({"name": "reconcile", "kind": "Demo", "object": object, "revision": revision, "cause": cause});
        assert_eq!(line["span"], span, "{line}");
    }
}

/// The metrics that queries of the dashboard and the alerts ask for.
fn asked_for() -> std::collections::BTreeSet<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config/monitoring");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let dashboard: Value = serde_json::from_str(&read("dashboard.json")).unwrap();
    let alerts = goyaml::from_str(read("alerts.yaml")).unwrap();
    let mut queries = Vec::new();
    collect_queries(&dashboard, &mut queries);
    collect_queries(&serde_json::to_value(alerts).unwrap(), &mut queries);
    assert!(queries.len() > 15, "{queries:?}");
    // A name of our families has an underscore, as has one of PromQL's functions, but none of our labels.
    let is_name = |word: &&str| word.contains('_') && *word != "histogram_quantile";
    let words = queries
        .iter()
        .flat_map(|query| query.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
    words
        .filter(is_name)
        .map(|word| word.trim_end_matches("_bucket").to_owned())
        .collect()
}

fn collect_queries(value: &Value, queries: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match value.as_str() {
                    Some(text) if matches!(key.as_str(), "expr" | "query") && text.contains('_') => {
                        queries.push(text.replace("label_values", ""));
                    }
                    _ => collect_queries(value, queries),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_queries(item, queries)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_the_dashboard_and_the_alerts_ask_for_what_is_served() {
    let mut operator = serving("dashboard").await;
    let namespace = operator.namespace.clone();
    operator.arg("--leader-elect");
    operator.arg("--leader-election-id=dashboard");
    operator.arg(&format!("--leader-election-namespace={namespace}"));
    operator.start();
    operator.create("demo", json!({})).await;
    operator.wait_for_condition("demo", "Ready", "True").await;
    let drifted = json!({"metadata": {"labels": {"app.kubernetes.io/managed-by": "somebody"}}});
    operator.merge("v1", "ConfigMap", "demo-config", drifted).await;
    operator.wait_for_log("Reconciled release").await;
    let (_, metrics) = scrape(&operator).await;
    let served: Vec<&str> = metrics
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next())
        .collect();
    let missing: Vec<String> = asked_for()
        .into_iter()
        .filter(|name| !served.contains(&name.as_str()))
        .collect();
    assert_eq!(missing, Vec::<String>::new(), "served are {served:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_an_operator_is_ready_when_it_has_listed_everything() {
    let mut operator = serving("not-ready").await;
    operator.write(
        "watches.yaml",
        "- {group: e2e.example.com, version: v1, kind: Nowhere, chart: demo}\n",
    );
    operator.start();
    let health = address(&operator, "serving health probes").await;
    operator
        .wait_for_log("custom resource definition is not installed")
        .await;
    let (status, text) = get(&health, "/readyz").await;
    assert_eq!(
        (status, text.as_str()),
        (503, "e2e.example.com/v1 Nowhere: its definition is not installed\n")
    );
    assert_eq!(get(&health, "/healthz").await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_metrics_over_tls_are_shown_to_those_who_may_get_them() {
    let mut operator = serving("secure").await;
    operator.arg("--metrics-secure");
    operator.arg("--metrics-require-rbac=true");
    operator.arg("--web-bind-address=127.0.0.1:0");
    operator.arg("--debug-state");
    operator.start();
    let metrics = address(&operator, "serving metrics").await;
    let role = format!("{}-metrics", operator.namespace);
    let rules = json!([{"nonResourceURLs": ["/metrics"], "verbs": ["get"]}]);
    let object = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": role}, "rules": rules});
    create(&operator.client, &object).await;
    let reader = service_account(&operator, &role).await;
    let nobody = service_account(&operator, "").await;

    assert_eq!(secure(&metrics, "/metrics", "").await.0, 401);
    assert_eq!(secure(&metrics, "/metrics", "no-such-token").await.0, 401);
    assert_eq!(secure(&metrics, "/metrics", &nobody.token).await.0, 403);
    let (status, text) = secure(&metrics, "/metrics", &reader.token).await;
    assert_eq!(status, 200, "{text}");
    assert_eq!(secure(&metrics, "/debug/state", &nobody.token).await.0, 403);
    assert_eq!(secure(&metrics, "/debug/state", &reader.token).await.0, 200);
    assert!(text.contains("helm_operator_build_info"), "{text}");
    assert_eq!(get(&metrics, "/metrics").await.0, 400, "HTTP on the port of HTTPS");

    let web = address(&operator, "serving the web page").await;
    assert_eq!(secure(&web, "/releases", "").await.0, 401);
    assert_eq!(
        secure(&web, "/releases", &reader.token).await.0,
        403,
        "metrics are another path"
    );
    let role = format!("{}-web", operator.namespace);
    let rules = json!([{"nonResourceURLs": ["/releases"], "verbs": ["get"]}]);
    let object = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": role}, "rules": rules});
    create(&operator.client, &object).await;
    let visitor = service_account(&operator, &role).await;
    let (status, text) = secure(&web, "/releases", &visitor.token).await;
    assert!(
        status == 200 && text.contains("There are no releases yet"),
        "{status}: {text}"
    );
    assert_eq!(secure(&web, "/releases/a/b/c", &visitor.token).await.0, 404);
    assert_eq!(secure(&web, "/releases/a/b/c", &reader.token).await.0, 403);
}

async fn secure(address: &str, path: &str, token: &str) -> (u16, String) {
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate(ring::default_provider())))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    exchange(stream, path, token).await
}

/// Trusts everybody, as a client of a self-signed certificate must.
#[derive(Debug)]
struct AnyCertificate(CryptoProvider);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        tokio_rustls::rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        tokio_rustls::rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
