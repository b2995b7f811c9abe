//! The command line of `run`: what is refused before anything is asked of a cluster.

#![expect(clippy::unwrap_used, reason = "a test ends by panicking")]

use std::process::{Command, Output};

const BOOK_STORE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/helm-charts/book-store");

/// Runs the operator with a file that watches nothing, or one that says `watches`, and with no cluster.
fn run(watches: &str, env: &[(&str, &str)], args: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("watches.yaml"), watches).unwrap();
    Command::new(env!("CARGO_BIN_EXE_chartwright"))
        .arg("run")
        .args(args)
        .current_dir(folder.path())
        .env_clear()
        .env("KUBECONFIG", folder.path().join("no-kubeconfig"))
        .envs(env.iter().copied())
        .output()
        .unwrap()
}

fn refuses(watches: &str, env: &[(&str, &str)], args: &[&str], reason: &str) {
    let output = run(watches, env, args);
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{args:?}: {text}");
    assert!(text.contains(reason), "{args:?}: {reason:?} is not in:\n{text}");
}

/// The operator got as far as to look for a cluster.
fn accepts(env: &[(&str, &str)], args: &[&str]) -> String {
    let output = run("[]", env, args);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("no-kubeconfig"), "{args:?}: {text}");
    text
}

#[test]
fn flags_that_make_no_sense_end_the_operator() {
    let cases: &[(&[&str], &str)] = &[
        (&["--no-such-flag"], "--no-such-flag"),
        (&["--config=x"], "--config"),
        (&["--max-concurrent-reconciles=0"], "above 0"),
        (&["--max-concurrent-reconciles=-1"], "above 0"),
        (&["--reconcile-period=-1s"], "is not a duration"),
        (&["--reconcile-period=5x"], "is not a duration"),
        (&["--leader-elect=perhaps"], "true or false"),
        (&["--metrics-bind-address=here"], "is not an address"),
        (
            &["--metrics-bind-address=:1", "--metrics-addr=:1"],
            "only one of --metrics-bind-address and --metrics-addr",
        ),
        (
            &["--leader-elect", "--enable-leader-election"],
            "only one of --leader-elect and --enable-leader-election",
        ),
        (&["--leader-elect"], "LeaderElectionID must be configured"),
        (
            &["--leader-elect", "--leader-election-id=x"],
            "--leader-election-namespace",
        ),
        (&["--metrics-require-rbac"], "--metrics-secure"),
        (&["--metrics-cert-path=certs"], "--metrics-secure"),
        (&["--kube-api-qps=-1"], "0 or above"),
        (&["--kube-api-qps=many"], "0 or above"),
        (&["--kube-api-burst=0"], "--kube-api-burst"),
        (&["--zap-log-level=loud"], "debug, info"),
        (&["--zap-encoder=xml"], "xml"),
        (
            &["--watches-file=nowhere.yaml"],
            "failed to read watches file nowhere.yaml",
        ),
    ];
    for (args, reason) in cases {
        refuses("[]", &[], args, reason);
    }
}

#[test]
fn flags_of_helm_operator_are_accepted_in_all_their_forms() {
    let cases: &[&[&str]] = &[
        &[],
        &["--reconcile-period", "0"],
        &[
            "--reconcile-period=1s",
            "--reconcile-period=2s",
            "--leader-elect",
            "--leader-elect=false",
        ],
        &["--max-concurrent-reconciles=16", "--watches-file=./watches.yaml"],
        &["--metrics-bind-address=0", "--health-probe-bind-address=0"],
        &["--metrics-secure", "--metrics-require-rbac=T", "--enable-http2=1"],
        &["--leader-elect=false", "--suppress-override-values=TRUE"],
        &[
            "--metrics-secure",
            "--metrics-cert-path=certs",
            "--metrics-cert-name=a",
            "--metrics-cert-key=b",
        ],
        &["--kube-api-qps=2.5", "--kube-api-burst=5"],
        &["--kube-api-qps=0"],
        &[
            "--leader-elect=true",
            "--leader-election-id=x",
            "--leader-election-namespace=y",
        ],
        &[
            "--zap-devel",
            "--zap-encoder=console",
            "--zap-log-level=DEBUG",
            "--zap-stacktrace-level=panic",
        ],
        &[
            "--zap-devel=false",
            "--zap-log-level=5",
            "--zap-time-encoding=rfc3339nano",
        ],
    ];
    for args in cases {
        assert!(!accepts(&[], args).contains("deprecated"), "{args:?}");
    }
}

#[test]
fn old_names_are_accepted_and_told() {
    let told = accepts(&[], &["--metrics-addr=:9"]);
    assert!(
        told.contains("--metrics-addr has been deprecated, use --metrics-bind-address\n"),
        "{told}"
    );
    let namespace = "--leader-election-namespace=x";
    let told = accepts(&[("OPERATOR_NAME", "lease")], &["--enable-leader-election", namespace]);
    assert!(
        told.contains("--enable-leader-election has been deprecated, use --leader-elect\n"),
        "{told}"
    );
    assert!(
        told.contains("OPERATOR_NAME has been deprecated, use --leader-election-id\n"),
        "{told}"
    );
}

#[test]
fn a_release_namespace_must_be_watched() {
    let watch = format!("- {{version: v1, kind: Book, chart: {BOOK_STORE}, releaseNamespace: away}}\n");
    let reason = "releaseNamespace away of v1 Book is not in WATCH_NAMESPACE (here,there)";
    refuses(&watch, &[("WATCH_NAMESPACE", "here, there")], &[], reason);
}

#[test]
fn all_mistakes_of_a_watches_file_are_told_at_once() {
    let watches = "- {kind: Book, chart: nowhere, chrat: x}\n";
    for reason in [
        "3 mistakes",
        "./watches.yaml:1:3: a watch needs a `version`",
        "no such file",
        "did you mean `chart`",
    ] {
        refuses(watches, &[], &[], reason);
    }
}

#[test]
fn every_shell_has_its_completion_script() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = Command::new(env!("CARGO_BIN_EXE_chartwright"))
            .args(["completion", shell])
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{shell}");
        for word in ["history", "template", "watches-file"] {
            assert!(text.contains(word), "{shell} does not know {word}");
        }
    }
}
