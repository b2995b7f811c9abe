//! Real Helm, as a command.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::Value;

use crate::cluster::control_plane;
use crate::harness::Operator;

/// The folder with real Helm 3 and Helm 4: `CHARTWRIGHT_ORACLE`, else built now.
pub(crate) fn oracle() -> &'static Path {
    static ORACLE: OnceLock<PathBuf> = OnceLock::new();
    ORACLE.get_or_init(|| {
        if let Some(folder) = std::env::var_os("CHARTWRIGHT_ORACLE") {
            return folder.into();
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("hack/build-oracle.sh");
        let output = Command::new(script)
            .args(["helm3", "helm4"])
            .stderr(std::process::Stdio::inherit())
            .output()
            .unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap().trim().into()
    })
}

/// The path of `helm3` or `helm4`.
pub(crate) async fn program(version: &str) -> PathBuf {
    tokio::task::spawn_blocking(oracle).await.unwrap().join(version)
}

/// Runs Helm in the operator's namespace. `version` is `helm3`, `helm4`, or the path of a program that is one of them
/// under another name.
pub(crate) async fn run_helm(operator: &Operator, version: &str, args: &[&str]) -> Output {
    let kubeconfig = control_plane().await.kubeconfig();
    let home = operator.path("helm-home");
    let mut command = Command::new(program(version).await);
    command
        .args(args)
        .args(["--namespace", &operator.namespace])
        .env("KUBECONFIG", kubeconfig)
        .env("HOME", &home);
    for kind in ["CACHE", "CONFIG", "DATA"] {
        command.env(format!("HELM_{kind}_HOME"), home.join(kind));
    }
    tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap()
}

/// Runs Helm in the operator's namespace: what it prints, or what it complains of.
pub(crate) async fn try_helm(operator: &Operator, version: &str, args: &[&str]) -> Result<String, String> {
    let output = run_helm(operator, version, args).await;
    if output.status.success() {
        Ok(String::from_utf8(output.stdout).unwrap())
    } else {
        let complaint = String::from_utf8_lossy(&output.stderr);
        Err(format!("{version} {args:?}: {complaint}"))
    }
}

/// Runs Helm in the operator's namespace and returns what it prints.
pub(crate) async fn helm(operator: &Operator, version: &str, args: &[&str]) -> String {
    let output = try_helm(operator, version, args).await;
    assert!(output.is_ok(), "{}", output.unwrap_err());
    output.unwrap()
}

/// The same with the output as JSON.
pub(crate) async fn helm_json(operator: &Operator, version: &str, args: &[&str]) -> Value {
    let args = [args, &["--output", "json"]].concat();
    serde_json::from_str(&helm(operator, version, &args).await).unwrap()
}
