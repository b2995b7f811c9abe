//! Templates of charts that several scenarios use.

use serde_json::Value;

use crate::harness::Operator;

/// A `ConfigMap` that holds the value `text`.
pub(crate) const CONFIG_MAP: &str = "
apiVersion: v1
kind: ConfigMap
metadata: {name: '{{ .Release.Name }}-config'}
data: {text: '{{ .Values.text }}'}
";

/// What a release's [`CONFIG_MAP`] holds; `null` if it is not there.
pub(crate) async fn text(operator: &Operator, name: &str) -> Value {
    operator.get("v1", "ConfigMap", &format!("{name}-config")).await["data"]["text"].clone()
}

/// An empty `ConfigMap` that no value changes.
pub(crate) const FIXED_CONFIG_MAP: &str =
    "{apiVersion: v1, kind: ConfigMap, metadata: {name: '{{ .Release.Name }}-config'}}";

/// A Service that the API server refuses if the value `port` is not one.
pub(crate) const SERVICE: &str = "
apiVersion: v1
kind: Service
metadata: {name: '{{ .Release.Name }}'}
spec: {ports: [{name: http, port: {{ .Values.port | default 80 }}}]}
";
