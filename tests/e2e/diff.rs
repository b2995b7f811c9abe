//! `chartwright diff`: it tells what the operator then does.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::access::service_account;
use crate::cluster::{control_plane, create};
use crate::harness::Operator;

const SHOP: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - name: shop
          image: example.com/shop:{{ .Values.tag | default \"1\" }}
          env:
            - {name: A, value: a}
            {{- if .Values.b }}
            - {name: B, value: b}
            {{- end }}
";

const SECRET: &str = "
apiVersion: v1
kind: Secret
metadata: {name: shop}
stringData: {password: {{ .Values.password | default \"swordfish\" | quote }}, user: admin}
";

const RANDOM: &str = "
apiVersion: v1
kind: ConfigMap
metadata: {name: random}
data: {text: {{ randAlphaNum 8 | quote }}}
";

const EXTRA: &str = "
{{- if .Values.extra }}
apiVersion: v1
kind: ConfigMap
metadata: {name: extra}
data: {a: b}
{{- end }}
";

/// A release that runs, and nobody who brings anything about any more.
async fn at_rest(test: &str, spec: Value) -> Operator {
    let templates = [
        ("a.yaml", SHOP),
        ("b.yaml", SECRET),
        ("c.yaml", RANDOM),
        ("d.yaml", EXTRA),
    ];
    let mut operator = Operator::demo(test, &templates).await.started();
    operator.create("shop", spec).await;
    operator.wait_for_revision("shop", 1).await;
    operator.terminate().await;
    operator
}

/// Runs the command in the project's folder, with `stdin`.
async fn diff(operator: &Operator, args: &[&str], stdin: &str) -> Output {
    let kubeconfig = control_plane().await.kubeconfig().to_owned();
    diff_with(operator, &kubeconfig, args, stdin).await
}

/// The same with somebody's kubeconfig.
async fn diff_with(operator: &Operator, kubeconfig: &Path, args: &[&str], stdin: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chartwright"));
    command
        .arg("diff")
        .args(args)
        .args(["--namespace", &operator.namespace])
        .current_dir(operator.path(""))
        .env("KUBECONFIG", kubeconfig)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let stdin = stdin.to_owned();
    let run = move || {
        let mut child = command.spawn().unwrap();
        // A command that refuses its arguments reads nothing.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        child.wait_with_output().unwrap()
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

/// What is printed; the exit code must be `code`.
async fn told(operator: &Operator, args: &[&str], stdin: &str, code: i32) -> String {
    let output = diff(operator, args, stdin).await;
    let errors = String::from_utf8_lossy(&output.stderr);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(code), "{text}{errors}");
    if code > 1 { errors.into_owned() } else { text }
}

fn edited(spec: &Value) -> String {
    json!({"apiVersion": "e2e.example.com/v1", "kind": "Demo", "metadata": {"name": "shop"}, "spec": spec}).to_string()
}

/// The lines that differ, without headings.
fn changed(text: &str) -> Vec<&str> {
    let is_heading = |line: &&str| line.starts_with("---") || line.starts_with("+++");
    let differs = |line: &&str| line.starts_with(['-', '+']);
    text.lines().filter(differs).filter(|line| !is_heading(line)).collect()
}

/// Each of these lines is one that differs.
fn expect_changed(text: &str, lines: &[&str]) {
    let changed = changed(text);
    for line in lines {
        assert!(changed.contains(line), "{line}:\n{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_diff_of_an_edit_tells_what_the_operator_then_does() {
    let before = json!({"replicas": 1, "b": true});
    let mut operator = at_rest("diff-edit", before.clone()).await;
    // Nothing changes: neither the server's defaults are told, nor what the chart draws at random.
    assert_eq!(told(&operator, &["-f", "-"], &edited(&before), 0).await, "");
    assert_eq!(told(&operator, &["shop"], "", 0).await, "");

    // The item that leaves was made by a create request, whose fields no apply takes away.
    let after = json!({"replicas": 2, "password": "opensesame", "extra": true});
    let requests = operator.requests().await;
    let text = told(&operator, &["-f", "-"], &edited(&after), 1).await;
    let requests = requests.get().await;
    let is_dry = |uri: &str| uri.contains("dryRun=All");
    assert!(requests.iter().any(|request| is_dry(&request.uri)));
    for request in requests {
        let reads = ["get", "list", "watch"].contains(&request.verb.as_str());
        assert!(reads || is_dry(&request.uri), "{request:?}");
    }
    let namespace = &operator.namespace;
    for heading in [
        format!("--- live/apps.v1.Deployment.{namespace}.shop\n+++ merged/apps.v1.Deployment.{namespace}.shop\n@@ "),
        format!("--- live/v1.Secret.{namespace}.shop\n+++ merged/v1.Secret.{namespace}.shop\n@@ "),
        format!("--- /dev/null\n+++ merged/v1.ConfigMap.{namespace}.extra\n@@ -0,0 "),
    ] {
        assert!(text.contains(&heading), "{heading}:\n{text}");
    }
    let (secret, rest) = text.split_once("--- live/v1.ConfigMap").unwrap();
    expect_changed(secret, &["-  password: '*** (before)'", "+  password: '*** (after)'"]);
    expect_changed(
        rest,
        &[
            "-  replicas: 1",
            "+  replicas: 2",
            "-        - name: B",
            "-          value: b",
        ],
    );
    let secrets = ["swordfish", "opensesame", "c3dvcmRmaXNo", "b3BlbnNlc2FtZQ=="];
    assert!(!secrets.iter().any(|secret| text.contains(secret)), "{text}");

    operator.replace_spec("shop", after.clone()).await;
    operator.start();
    operator.wait_for_revision("shop", 2).await;
    operator.terminate().await;
    assert_eq!(told(&operator, &["-f", "-"], &edited(&after), 0).await, "");
    let live = operator.get("apps/v1", "Deployment", "shop").await;
    assert_eq!(live["spec"]["replicas"], 2);
    assert_eq!(
        live["spec"]["template"]["spec"]["containers"][0]["env"],
        json!([{"name": "A", "value": "a"}])
    );

    // What goes is told as well, and what somebody else did to the release.
    operator
        .merge("apps/v1", "Deployment", "shop", json!({"spec": {"replicas": 7}}))
        .await;
    let text = told(&operator, &["shop"], "", 1).await;
    assert_eq!(changed(&text), ["-  replicas: 7", "+  replicas: 2"], "{text}");
    let text = told(
        &operator,
        &["-f", "-"],
        &edited(&json!({"replicas": 2, "password": "opensesame"})),
        1,
    )
    .await;
    assert!(
        text.contains(&format!(
            "--- live/v1.ConfigMap.{}.extra\n+++ /dev/null\n",
            operator.namespace
        )),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_diff_of_the_chart_on_disk_and_of_what_is_not_there_yet() {
    let operator = at_rest("diff-chart", json!({"replicas": 1})).await;
    operator.write(
        "demo/templates/a.yaml",
        &SHOP.replace("matchLabels: {app", "matchLabels: {new"),
    );
    let errors = told(&operator, &["shop"], "", 2).await;
    assert!(
        errors.contains("failed to apply Deployment") && errors.contains("field is immutable"),
        "{errors}"
    );
    operator.write("demo/templates/a.yaml", &SHOP.replace("default \"1\"", "default \"2\""));
    let text = told(&operator, &["shop"], "", 1).await;
    let lines = changed(&text);
    assert!(
        lines.contains(&"-      - image: example.com/shop:1") || lines.iter().any(|line| line.ends_with("shop:1")),
        "{text}"
    );
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with('+') && line.ends_with("image: example.com/shop:2")),
        "{text}"
    );
    assert!(!text.contains("'***'"), "an unchanged Secret is not told of:\n{text}");

    let new = edited(&json!({"replicas": 3})).replace("\"shop\"", "\"other\"");
    // Another release has objects of these names.
    let errors = told(&operator, &["-f", "-"], &new, 2).await;
    assert!(errors.contains("can't be taken over"), "{errors}");
    for name in ["a.yaml", "b.yaml", "c.yaml"] {
        operator.write(&format!("demo/templates/{name}"), "");
    }
    let extra = edited(&json!({"extra": true})).replace("\"shop\"", "\"other\"");
    let text = told(&operator, &["-f", "-"], &extra, 1).await;
    assert!(text.starts_with("--- /dev/null\n+++ merged/v1.ConfigMap."), "{text}");
    assert!(changed(&text).iter().all(|line| line.starts_with('+')), "{text}");
    assert!(text.contains("meta.helm.sh/release-name: other"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_diff_of_two_revisions_and_what_it_refuses() {
    let mut operator = at_rest("diff-revisions", json!({"replicas": 1})).await;
    operator
        .replace_spec("shop", json!({"replicas": 2, "password": "opensesame"}))
        .await;
    operator.start();
    operator.wait_for_revision("shop", 2).await;
    operator.terminate().await;
    let text = told(&operator, &["shop", "--revision", "1"], "", 1).await;
    assert_eq!(
        text,
        told(&operator, &["shop", "--revision", "1", "--revision", "2"], "", 1).await
    );
    assert!(
        text.contains("--- revision-1/apps.v1.Deployment.shop\n+++ revision-2/apps.v1.Deployment.shop\n"),
        "{text}"
    );
    expect_changed(
        &text,
        &[
            "-  replicas: 1",
            "+  replicas: 2",
            "-  password: '*** (before)'",
            "+  password: '*** (after)'",
        ],
    );
    assert!(!text.contains("opensesame"), "{text}");
    assert_eq!(
        told(&operator, &["shop", "--revision", "2", "--revision", "2"], "", 0).await,
        ""
    );

    let foreign = "{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}";
    let missing = edited(&json!({}))
        .replace("\"spec\":{},", "")
        .replace(",\"spec\":{}", "");
    let cases: &[(&[&str], &str, &str)] = &[
        (
            &["shop", "--revision", "7"],
            "",
            "revision 7 is not kept; there are 1, 2",
        ),
        (&["nobody"], "", "has no resource nobody of a kind in watches.yaml"),
        (&["-f", "nothing.yaml"], "", "failed to read nothing.yaml"),
        (&["-f", "-"], "", "has no custom resource in it"),
        (&["-f", "-"], foreign, "no watch of watches.yaml is about ConfigMap x"),
        (&["-f", "-"], &missing, "spec of the custom resource is missing"),
        (&["--nonsense"], "", "--nonsense"),
        (&[], "", "required"),
    ];
    for (args, stdin, reason) in cases {
        let errors = told(&operator, args, stdin, 2).await;
        assert!(errors.contains(reason), "{args:?}: {errors}");
    }
    operator
        .edit(
            "shop",
            json!({"metadata": {"annotations": {"chartwright.dev/paused": "true"}}}),
        )
        .await;
    let output = diff(
        &operator,
        &["-f", "-"],
        &edited(&json!({"replicas": 9, "password": "opensesame"})),
    )
    .await;
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("is paused"),
        "{output:?}"
    );
}

/// A hook that has a Secret's data in it, and one that has not.
const HOOKS: &str = "
apiVersion: v1
kind: Secret
metadata: {name: before, annotations: {helm.sh/hook: 'pre-install,pre-upgrade'}}
stringData: {password: {{ .Values.password | quote }}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: after, annotations: {helm.sh/hook: 'post-install,post-upgrade'}}
data: {size: {{ .Values.size | quote }}}
";

#[tokio::test(flavor = "multi_thread")]
async fn e2e_diff_tells_of_hooks_whose_text_changes() {
    let before = json!({"size": "small", "password": "swordfish"});
    let mut operator = Operator::demo("diff-hooks", &[("d.yaml", EXTRA), ("hooks.yaml", HOOKS)])
        .await
        .started();
    operator.create("shop", before.clone()).await;
    operator.wait_for_revision("shop", 1).await;
    operator.terminate().await;
    assert_eq!(told(&operator, &["-f", "-"], &edited(&before), 0).await, "");
    let after = json!({"size": "large", "password": "opensesame", "extra": true});
    let text = told(&operator, &["-f", "-"], &edited(&after), 1).await;
    let (objects, hooks) = text.split_once("--- deployed-hooks/").unwrap();
    assert!(objects.contains("+++ merged/v1.ConfigMap."), "{text}");
    assert!(hooks.contains("\n+++ rendered-hooks/v1.ConfigMap.after\n"), "{text}");
    expect_changed(
        hooks,
        &[
            "-  size: small",
            "+  size: large",
            "-  password: '*** (before)'",
            "+  password: '*** (after)'",
        ],
    );
    assert!(!text.contains("opensesame") && !text.contains("swordfish"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_diff_asks_in_the_name_of_the_release_s_account() {
    let operator = Operator::demo("diff-account", &[("d.yaml", EXTRA)]).await;
    let watch = "- {group: e2e.example.com, version: v1, kind: Demo, chart: demo, serviceAccountName: tenant}\n";
    operator.write("watches.yaml", watch);
    let namespace = &operator.namespace;
    let metadata = json!({"name": "tenant", "namespace": namespace});
    create(
        &operator.client,
        &json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}),
    )
    .await;
    let resource = edited(&json!({"extra": true}));
    operator.create("shop", json!({"extra": true})).await;
    // The account may do nothing yet, and that is told as the operator tells it.
    let errors = told(&operator, &["shop"], "", 2).await;
    assert!(
        errors.contains(&format!("system:serviceaccount:{namespace}:tenant")),
        "{errors}"
    );
    assert!(errors.contains("create configmaps in namespace"), "{errors}");
    let text = told(&operator, &["shop", "--as-self"], "", 1).await;
    assert!(text.contains("+++ merged/v1.ConfigMap."), "{text}");
    let rules = json!([{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["create", "get", "patch"]}]);
    crate::identity::bind(&operator, "tenant", "tenant", rules).await;
    let requests = operator.requests().await;
    told(&operator, &["-f", "-"], &resource, 1).await;
    let asked = requests.get().await;
    let of_objects = asked.iter().filter(|request| request.resource == "configmaps");
    let tenant = format!("system:serviceaccount:{namespace}:tenant");
    assert!(of_objects.clone().count() > 0 && of_objects.clone().all(|request| request.impersonated == tenant));

    // Who may not act for others is told what to do.
    let account = service_account(&operator, "").await;
    let all = json!([{"apiGroups": ["*"], "resources": ["*"], "verbs": ["create", "get", "list", "patch", "watch"]}]);
    crate::identity::bind(&operator, "asker", &account.name, all).await;
    let kubeconfig = operator.path("asker.json");
    std::fs::write(&kubeconfig, account.kubeconfig().await).unwrap();
    let output = diff_with(&operator, Path::new(&kubeconfig), &["shop"], "").await;
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        errors.contains("cannot impersonate") && errors.contains("--as-self"),
        "{errors}"
    );
    let output = diff_with(&operator, Path::new(&kubeconfig), &["shop", "--as-self"], "").await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
}
