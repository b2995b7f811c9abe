//! Scenarios of the reference operators that no other module shows; docs/ACCEPTANCE.md maps all of them to their tests.
//!
//! The chart is the one that the scenarios ask for: a `ConfigMap` with data from the values, a `Deployment`, and by
//! their values a `ClusterRole`, a kept `ConfigMap` and one as a hook. No template names a namespace.

mod deletion;
mod drift;
mod flow;
mod install;
mod settled;

use serde_json::{Value, json};

use crate::harness::Operator;

const TEMPLATES: &[(&str, &str)] = &[
    (
        "config.yaml",
        "
apiVersion: v1
kind: ConfigMap
metadata: {name: '{{ .Release.Name }}-cm'}
data: {message: '{{ .Values.message }}'}
",
    ),
    (
        "deployment.yaml",
        "
apiVersion: apps/v1
kind: Deployment
metadata: {name: '{{ .Release.Name }}'}
spec:
  selector: {matchLabels: {app: '{{ .Release.Name }}'}}
  template:
    metadata: {labels: {app: '{{ .Release.Name }}'}}
    spec: {containers: [{name: main, image: '{{ .Values.image }}'}]}
",
    ),
    (
        "role.yaml",
        "
{{- if .Values.role }}
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: '{{ .Release.Namespace }}-{{ .Release.Name }}'}
rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]
{{- end }}
",
    ),
    (
        "elsewhere.yaml",
        "
{{- with .Values.elsewhere }}
apiVersion: v1
kind: ConfigMap
metadata: {name: '{{ $.Release.Name }}-elsewhere', namespace: '{{ . }}'}
{{- end }}
",
    ),
    (
        "kept.yaml",
        "
apiVersion: v1
kind: ConfigMap
metadata: {name: '{{ .Release.Name }}-kept', annotations: {helm.sh/resource-policy: keep}}
data: {message: '{{ .Values.message }}'}
",
    ),
    (
        "hook.yaml",
        "
apiVersion: v1
kind: ConfigMap
metadata: {name: '{{ .Release.Name }}-hook', annotations: {helm.sh/hook: pre-install}}
",
    ),
    ("NOTES.txt", "{{ .Release.Name }} says {{ .Values.message }}\n"),
];

/// An operator for the chart; it does not run yet.
async fn demo(test: &str) -> Operator {
    let operator = Operator::demo(test, TEMPLATES).await;
    operator.write("demo/values.yaml", "message: hello\nimage: busybox\nrole: false\n");
    operator
}

/// The `ConfigMap` of the release `one`; `suffix` tells which.
async fn config(operator: &Operator, suffix: &str) -> Value {
    operator.get("v1", "ConfigMap", &format!("one-{suffix}")).await
}

/// Waits until a `ConfigMap` of the release `one` says `message`.
async fn wait_for_message(operator: &Operator, suffix: &str, message: &str) -> Value {
    operator
        .wait_for(&format!("one-{suffix} to say {message}"), || async {
            let object = config(operator, suffix).await;
            (object["data"]["message"] == message).then_some(object)
        })
        .await
}

/// Writes another message into a `ConfigMap` of the release `one`, by hand.
async fn scribble(operator: &Operator, suffix: &str) {
    let patch = json!({"data": {"message": "scribbled"}});
    operator.merge("v1", "ConfigMap", &format!("one-{suffix}"), patch).await;
}
