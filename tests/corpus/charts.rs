//! The charts of the corpus.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::adoption::Maker;
use crate::parity::Case;

/// The corpus' folder and its list of cases.
pub(crate) struct Corpus {
    folder: PathBuf,
    cases: Vec<Value>,
}

impl Corpus {
    /// The corpus that `CORPUS` names. Ends the process if there is none.
    pub(crate) fn find() -> Self {
        let folder = std::env::var_os("CORPUS")
            .map(PathBuf::from)
            .unwrap_or_default()
            .join("dev");
        let list = folder.join("cases.json");
        let Ok(text) = std::fs::read_to_string(&list) else {
            println!("no corpus: set CORPUS to the folder that holds dev/");
            std::process::exit(2);
        };
        let cases = serde_json::from_str(&text).unwrap();
        Self { folder, cases }
    }

    /// The case of that id.
    pub(crate) fn case(&self, id: &str) -> Case {
        let found = self.cases.iter().find(|case| case["id"] == id);
        let found = found.unwrap_or_else(|| panic!("the corpus has no case {id}"));
        let values = found["values"].as_str().map_or_else(
            || json!({}),
            |name| {
                let text = std::fs::read_to_string(self.folder.join(name)).unwrap();
                serde_json::to_value(goyaml::from_str(&text).unwrap()).unwrap()
            },
        );
        Case {
            chart: self.folder.join(found["chart"].as_str().unwrap()),
            values,
        }
    }
}

/// The ids of the cases to compare: those that `CASES` names, else [`PARITY`].
pub(crate) fn compared() -> Vec<String> {
    match std::env::var("CASES") {
        Ok(ids) => ids.split_whitespace().map(str::to_owned).collect(),
        Err(_) => PARITY.iter().map(|id| (*id).to_owned()).collect(),
    }
}

/// What is installed next to Helm: workloads of all kinds, hooks, definitions, subcharts, RBAC, jobs, webhooks.
const PARITY: &[&str] = &[
    "VictoriaMetrics+helm-charts/victoria-metrics-cluster/default",
    "VictoriaMetrics+helm-charts/victoria-metrics-single/default",
    "bitnami+charts/airflow/vib",
    "bitnami+charts/cassandra/vib",
    "bitnami+charts/clickhouse/vib",
    "bitnami+charts/consul/vib",
    "bitnami+charts/elasticsearch/vib",
    "bitnami+charts/etcd/vib",
    "bitnami+charts/fluentd/vib",
    "bitnami+charts/grafana-loki/vib",
    "bitnami+charts/kafka/vib",
    "bitnami+charts/keycloak/vib",
    "bitnami+charts/mariadb-galera/vib",
    "bitnami+charts/metallb/vib",
    "bitnami+charts/mongodb/vib",
    "bitnami+charts/nats/vib",
    "bitnami+charts/nginx-ingress-controller/vib",
    "bitnami+charts/oauth2-proxy/vib",
    "bitnami+charts/postgresql/vib",
    "bitnami+charts/prometheus/vib",
    "bitnami+charts/rabbitmq/vib",
    "bitnami+charts/redis/vib",
    "bitnami+charts/wordpress/vib",
    "cert-manager+cert-manager/cert-manager/default",
    "external-secrets+external-secrets/external-secrets/default",
    "fluxcd-community+helm-charts/flux2/default",
    "hashicorp+vault-helm/vault/default",
    "kedacore+charts/keda/default",
    "kubernetes+autoscaler/vertical-pod-autoscaler/default",
    "kubernetes+ingress-nginx/ingress-nginx/default",
    "nats-io+k8s/nats/default",
    "newrelic+helm-charts/nri-bundle/default",
    "prometheus-community+helm-charts/prometheus-node-exporter/default",
    "prometheus-community+helm-charts/prometheus-operator-admission-webhook/default",
    "prometheus-community+helm-charts/prometheus/default",
    "stakater+Reloader/reloader/default",
    "strimzi+strimzi-kafka-operator/strimzi-kafka-operator/default",
    "vmware-tanzu+helm-charts/velero/ci-test",
];

/// What others make and hand over.
pub(crate) const ADOPTED: &[(Maker, &str)] = &[
    (Maker::Helm3, "bitnami+charts/cassandra/vib"),
    (Maker::Helm3, "bitnami+charts/elasticsearch/vib"),
    (Maker::Helm3, "bitnami+charts/kafka/vib"),
    (Maker::Helm3, "bitnami+charts/mongodb/vib"),
    (Maker::Helm3, "bitnami+charts/postgresql/vib"),
    (Maker::Helm3, "bitnami+charts/rabbitmq/vib"),
    (Maker::Helm3, "bitnami+charts/redis/vib"),
    (Maker::Helm3, "bitnami+charts/wordpress/vib"),
    (Maker::Helm3, "kubernetes+ingress-nginx/ingress-nginx/default"),
    (Maker::Helm3, "prometheus-community+helm-charts/prometheus/default"),
    (Maker::Helm4, "bitnami+charts/cassandra/vib"),
    (Maker::Helm4, "bitnami+charts/elasticsearch/vib"),
    (Maker::Helm4, "bitnami+charts/kafka/vib"),
    (Maker::Helm4, "bitnami+charts/mongodb/vib"),
    (Maker::Helm4, "bitnami+charts/postgresql/vib"),
    (Maker::Helm4, "bitnami+charts/rabbitmq/vib"),
    (Maker::Helm4, "bitnami+charts/redis/vib"),
    (Maker::Helm4, "bitnami+charts/wordpress/vib"),
    (Maker::Helm4, "kubernetes+ingress-nginx/ingress-nginx/default"),
    (Maker::Helm4, "prometheus-community+helm-charts/prometheus/default"),
    (Maker::HelmOperatorPlugins, "bitnami+charts/mongodb/vib"),
    (Maker::HelmOperatorPlugins, "bitnami+charts/redis/vib"),
    (
        Maker::HelmOperatorPlugins,
        "prometheus-community+helm-charts/prometheus/default",
    ),
    (Maker::HelmOperator, "bitnami+charts/mongodb/vib"),
    (Maker::HelmOperator, "bitnami+charts/redis/vib"),
    (
        Maker::HelmOperator,
        "prometheus-community+helm-charts/prometheus/default",
    ),
];

/// What draws random numbers, makes certificates, reads the clock or looks up its own passwords.
pub(crate) const STABLE: &[&str] = &[
    "bitnami+charts/mariadb/default",
    "bitnami+charts/metallb/default",
    "bitnami+charts/nats/default",
    "bitnami+charts/postgresql/default",
    "bitnami+charts/redis/default",
    "cert-manager+cert-manager/cert-manager/default",
    "codecentric+helm-charts/keycloak/default",
    "elastic+helm-charts/elasticsearch/default",
];
