//! Identities for operators and for those who look at them.

use k8s_openapi::api::authentication::v1::{TokenRequest, TokenRequestSpec};
use k8s_openapi::api::core::v1::ServiceAccount;
use kube::Api;
use kube::api::PostParams;
use serde_json::{Value, json};
use testkit::unique_namespace;

use crate::cluster::{control_plane, create};
use crate::harness::Operator;

/// A service account with a token.
pub(crate) struct Account {
    namespace: String,
    pub(crate) name: String,
    pub(crate) token: String,
}

/// Makes an account in the operator's namespace; `role` is a cluster role that it gets everywhere, if not empty.
pub(crate) async fn service_account(operator: &Operator, role: &str) -> Account {
    let name = unique_namespace("account");
    let metadata = json!({"name": name, "namespace": operator.namespace});
    create(
        &operator.client,
        &json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}),
    )
    .await;
    if !role.is_empty() {
        let binding = json!({
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": name},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
            "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": operator.namespace}],
        });
        create(&operator.client, &binding).await;
    }
    let api: Api<ServiceAccount> = Api::namespaced(operator.client.clone(), &operator.namespace);
    let request = TokenRequest {
        spec: TokenRequestSpec::default(),
        ..TokenRequest::default()
    };
    let answer = api
        .create_token_request(&name, &PostParams::default(), &request)
        .await
        .unwrap();
    Account {
        namespace: operator.namespace.clone(),
        name,
        token: answer.status.unwrap().token,
    }
}

impl Account {
    /// The user's name in the audit log.
    pub(crate) fn user(&self) -> String {
        format!("system:serviceaccount:{}:{}", self.namespace, self.name)
    }

    /// A kubeconfig of the shared control plane for this account.
    pub(crate) async fn kubeconfig(&self) -> String {
        let text = std::fs::read_to_string(control_plane().await.kubeconfig()).unwrap();
        let mut config: Value = serde_json::to_value(goyaml::from_str(text).unwrap()).unwrap();
        config["users"][0]["user"] = json!({"token": self.token});
        config.to_string()
    }
}
