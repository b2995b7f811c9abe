//! Releases of our own charts next to those of real Helm; `make e2e-corpus` does the same with other people's charts.

use std::path::Path;

use serde_json::{Value, json};

use crate::adoption::{Maker, hand_over};
use crate::harness::Operator;
use crate::parity::{Case, Reach, compare};
use crate::stability::hold;

/// Jobs at the events, some with weights against their names, and what uninstall is to leave.
const HOOKED: &str = r#"
{{- range list
      (list "pre-install" "a" 5 "before-hook-creation")
      (list "pre-install" "b" -5 "before-hook-creation")
      (list "post-install" "c" 0 "before-hook-creation,hook-succeeded")
      (list "pre-delete" "d" 5 "before-hook-creation")
      (list "pre-delete" "e" -5 "before-hook-creation")
      (list "post-delete" "f" 0 "hook-succeeded,hook-failed") }}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ $.Release.Name }}-{{ index . 1 }}
  annotations:
    helm.sh/hook: {{ index . 0 }}
    helm.sh/hook-weight: {{ index . 2 | quote }}
    helm.sh/hook-delete-policy: {{ index . 3 }}
spec:
  template:
    spec: {restartPolicy: Never, containers: [{name: main, image: x}]}
{{- end }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: before, annotations: {helm.sh/hook: pre-install, helm.sh/hook-weight: "-9"}}
data: {k: v}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: kept, annotations: {helm.sh/resource-policy: keep}}
---
apiVersion: v1
kind: Secret
metadata: {name: plain}
stringData: {password: secret}
data: {other: c2VjcmV0}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: text}
data:
  text: |
    a line
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: "{{ .Release.Namespace }}-reads"}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
"#;

/// Everything that differs from one render to the next.
const RANDOM: &str = r#"
{{- $ca := genCA "ca" 365 }}
{{- $cert := genSignedCert "x" nil (list "x.example.com") 365 $ca }}
{{- $old := lookup "v1" "Secret" .Release.Namespace "looked-up" }}
apiVersion: v1
kind: Secret
metadata: {name: random}
stringData:
  password: {{ randAlphaNum 20 }}
  crt: {{ $cert.Cert | b64enc }}
  key: {{ $cert.Key | b64enc }}
  id: {{ uuidv4 }}
---
apiVersion: v1
kind: Secret
metadata: {name: looked-up}
data:
  password: {{ if $old }}{{ $old.data.password }}{{ else }}{{ randAlphaNum 20 | b64enc }}{{ end }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: clock}
data: {now: {{ now | quote }}, revision: {{ .Release.Revision | quote }}, upgrade: {{ .Release.IsUpgrade | quote }}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: rolled}
spec:
  selector: {matchLabels: {app: rolled}}
  template:
    metadata: {labels: {app: rolled}, annotations: {roll: {{ randAlphaNum 5 | quote }}}}
    spec: {containers: [{name: main, image: x}]}
"#;

fn book_store(values: Value) -> Case {
    Case {
        chart: Path::new(env!("CARGO_MANIFEST_DIR")).join("helm-charts/book-store"),
        values,
    }
}

/// Makes a chart of one template in `folder`.
fn chart_of(folder: &Path, template: &str) -> Case {
    std::fs::create_dir_all(folder.join("templates")).unwrap();
    std::fs::write(
        folder.join("Chart.yaml"),
        "{apiVersion: v2, name: demo, version: 0.1.0}\n",
    )
    .unwrap();
    std::fs::write(folder.join("templates/all.yaml"), template).unwrap();
    Case {
        chart: folder.to_owned(),
        values: json!({}),
    }
}

/// At least so many objects and requests for hooks are the same.
async fn assert_parity(case: &Case, objects: usize, hooks: usize) {
    let told = compare(case, Reach::Release).await.unwrap();
    assert!(told.differences.is_empty(), "{}", told.differences.join("\n"));
    assert!(told.objects >= objects && told.hooks >= hooks, "{told:?}");
    assert!(told.record.1 < told.record.0, "our record is the smaller one: {told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_book_store_is_what_helm_makes_of_it() {
    let persistence = json!({"enabled": true});
    assert_parity(
        &book_store(json!({"replicaCount": 2, "persistence": persistence})),
        6,
        0,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_hooks_run_as_helm_runs_them() {
    let folder = tempfile::tempdir().unwrap();
    assert_parity(&chart_of(folder.path(), HOOKED), 5, 7).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_what_helm_and_helm_operator_made_stands_still_when_it_is_handed_over() {
    let case = book_store(json!({"replicaCount": 2, "persistence": {"enabled": true}}));
    for maker in [Maker::Helm3, Maker::Helm4, Maker::HelmOperator] {
        let stood = hand_over(&case, maker, Reach::Release).await;
        // A Deployment, a StatefulSet and their three pods.
        assert_eq!(stood, Ok(5), "{maker:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_hundred_looks_at_a_chart_of_random_output_change_nothing() {
    let mut operator = Operator::demo("random", &[("all.yaml", RANDOM)]).await;
    let looks = hold(&mut operator, json!({}), 100).await;
    assert!(looks.is_ok(), "{looks:?}");
}
