//! What the control plane's controllers have to say is in a file.

#![expect(clippy::unwrap_used, reason = "a test ends by panicking")]

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{Api, DeleteParams, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::runtime::wait::{await_condition, conditions};
use kube::{Client, Config};
use serde_json::{Value, json};
use testkit::unique_namespace;

const BUILD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../hack/build-control-plane.sh");

/// Whoever started it may read no further than to its first line: a pipe that nobody reads takes 64 KiB, and then stops
/// whoever writes to it.
#[tokio::test]
async fn errors_of_its_controllers_are_in_their_log_and_not_on_standard_error() {
    let folder = std::env::temp_dir().join(unique_namespace("logs"));
    fs::create_dir(&folder).unwrap();
    let (state, stderr) = (folder.join("state"), folder.join("stderr"));
    let binary = Command::new(BUILD).output().unwrap().stdout;
    let mut supervisor = Command::new(String::from_utf8(binary).unwrap().trim_end())
        .args(["up", "--until-stdin-closes", "--state"])
        .arg(&state)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(File::create(&stderr).unwrap())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(supervisor.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let told = fs::read_to_string(&stderr).unwrap();

    make_and_delete_a_kind(&state.join("kubeconfig")).await;
    let started = Instant::now();
    let has_errors = || {
        let log = fs::read_to_string(state.join("logs/own-controllers.log")).unwrap();
        log.lines().any(|line| line.starts_with('E'))
    };
    while !has_errors() {
        assert!(started.elapsed() < Duration::from_secs(30), "nobody missed the kind");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(fs::read_to_string(&stderr).unwrap(), told);

    drop(supervisor.stdin.take());
    assert!(supervisor.wait().unwrap().success());
    fs::remove_dir_all(folder).unwrap();
}

/// Deletes a kind after the garbage collector has had the time to watch it, which then fails.
async fn make_and_delete_a_kind(kubeconfig: &Path) {
    let kubeconfig = Kubeconfig::read_from(kubeconfig).unwrap();
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
        .await
        .unwrap();
    let definitions: Api<CustomResourceDefinition> = Api::all(Client::try_from(config).unwrap());
    let definition = serde_json::from_value(definition()).unwrap();
    definitions.create(&PostParams::default(), &definition).await.unwrap();
    let name = "things.logs.example.com";
    await_condition(definitions.clone(), name, conditions::is_crd_established())
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    definitions.delete(name, &DeleteParams::default()).await.unwrap();
}

fn definition() -> Value {
    let schema = json!({"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}});
    json!({
        "metadata": {"name": "things.logs.example.com"},
        "spec": {
            "group": "logs.example.com",
            "scope": "Namespaced",
            "names": {"plural": "things", "singular": "thing", "kind": "Thing", "listKind": "ThingList"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": schema}],
        },
    })
}
