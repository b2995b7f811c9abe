//! A scaffolded project on a real API server: everything that was generated is taken, and the generated rights are enough.

use std::path::Path;
use std::process::Command;

use crate::project::Project;

#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_starter_project_runs_with_its_own_rights_only() {
    let mut project = Project::new("starter", &["--kind", "Starter", "--short-names", "sta"]).await;
    let (name, system) = (project.name.clone(), project.system());
    project.make("test");
    project.make("install");
    project.make("deploy");
    let deployment = format!("deployment/{name}-controller-manager");
    project.kubectl(&["rollout", "status", &deployment, "-n", &system, "--timeout", "60s"]);
    project.kubectl(&["create", "namespace", &name]);
    project.run_as_its_account();
    project.kubectl(&["apply", "-n", &name, "-f", "samples"]);
    project.wait_until_ready("sta", "starter-sample", &name).await;
    project.kubectl(&["delete", "-n", &name, "-f", "samples", "--timeout", "60s"]);
    project.end_unrefused();
    project.make("undeploy");
    let left = project.kubectl(&[
        "get",
        "clusterroles,clusterrolebindings,customresourcedefinitions",
        "-o",
        "name",
    ]);
    assert!(!left.contains(&name), "{left}");
}

/// What is only for the project's owner to decide, and rules for events and autoscalers, whose versions no rule tells.
const WARNINGS: &[&str] = &[
    "csv.Spec.Icon not specified",
    "channel(s) [\"alpha\"] are not following the recommended naming convention",
    "this bundle is using APIs which were deprecated and removed in v1.25",
];

/// What `make bundle` writes has no fault in the eyes of operator-framework.
#[tokio::test(flavor = "multi_thread")]
async fn e2e_operator_framework_finds_no_fault_with_the_bundle() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let chart = root.join("helm-charts/book-store");
    let project = Project::new(
        "bundled",
        &["--helm-chart", chart.to_str().unwrap(), "--kind", "Bundled"],
    )
    .await;
    project.make("bundle");
    let oracle = std::env::var("CHARTWRIGHT_ORACLE").expect("hack/test.sh sets CHARTWRIGHT_ORACLE");
    let validate = || {
        let validator = Path::new(&oracle).join("olm");
        let output = Command::new(validator)
            .arg(project.folder().join("bundle"))
            .output()
            .unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    let (fits, told) = validate();
    assert!(fits, "{told}");
    let unknown: Vec<&str> = told
        .lines()
        .filter(|line| !WARNINGS.iter().any(|known| line.contains(known)))
        .collect();
    assert_eq!(unknown, [""; 0]);
    // It does find faults.
    let path = "bundle/manifests";
    let version = format!("{path}/{}.clusterserviceversion.yaml", project.name);
    let text = project.read(&version);
    project.write(&version, &text.replace("bundleds.charts.", "bundleds.others."));
    let (fits, told) = validate();
    assert!(!fits && told.contains("owned CRD"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_the_server_takes_every_generated_file_and_explains_the_values() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let chart = root.join("helm-charts/book-store");
    let project = Project::new(
        "explained",
        &["--helm-chart", chart.to_str().unwrap(), "--kind", "Explained"],
    )
    .await;
    project.make("install");
    let plural = format!("explaineds.charts.{}.example.com", project.name);
    project.kubectl(&[
        "wait",
        "--for=condition=Established",
        "crd",
        &plural,
        "--timeout",
        "30s",
    ]);
    project.wait_until_explained(&plural).await;
    let explained = project.kubectl(&["explain", &format!("{plural}.spec.image.app")]);
    assert!(
        explained.contains("The image's name without tag and digest."),
        "{explained}"
    );
    let all = project.kubectl(&["explain", &format!("{plural}.spec")]);
    assert!(all.contains("replicaCount"), "{all}");
    let namespace = project.system();
    project.kubectl(&["create", "namespace", &namespace]);
    let built = |folder: &str| project.kubectl(&["kustomize", &format!("config/{folder}")]);
    // Kinds that a plain cluster does not serve are only built.
    for folder in ["manifests", "prometheus", "scorecard"] {
        assert!(!built(folder).is_empty(), "{folder}");
    }
    for folder in ["crd", "rbac", "manager", "default", "network-policy", "samples"] {
        // Without the prefix, what is built of a part alone is in a namespace that is not there.
        let text = built(folder).replace("namespace: system", &format!("namespace: {namespace}"));
        project.write("built.yaml", &text);
        let dry_run = ["apply", "--server-side", "--dry-run=server", "-f", "built.yaml"];
        match folder {
            "samples" => project.kubectl(&[&dry_run[..], &["-n", &namespace]].concat()),
            _ => project.kubectl(&dry_run),
        };
    }
    let sample = project.read("samples/charts_v1alpha1_explained.yaml");
    project.write(
        "samples/wrong.yaml",
        &sample.replace("replicaCount: 1", "replicaCount: one"),
    );
    let error = project.refused(&[
        "apply",
        "--dry-run=server",
        "-n",
        &namespace,
        "-f",
        "samples/wrong.yaml",
    ]);
    assert!(error.contains("spec.replicaCount"), "{error}");
    project.make("uninstall");
    project.kubectl(&["delete", "namespace", &namespace, "--wait=false"]);
}
