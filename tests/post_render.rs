//! What is changed of rendered manifests: `--post-render-patches`, and `--post-renderer` as real Helm has it.
//!
//! Without `CHARTWRIGHT_ORACLE`, the folder with real Helm, its part has nothing to compare with.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A release with hooks, so that it shows what a post-renderer gets.
fn template(program: &Path, args: &[&str]) -> Output {
    let chart = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/charts/hooks-weights/chart");
    let mut command = Command::new(program);
    command
        .args(["template", "rel"])
        .arg(chart)
        .args(["-n", "ns"])
        .args(args);
    command.output().unwrap()
}

fn ours(args: &[&str]) -> Output {
    template(Path::new(env!("CARGO_BIN_EXE_chartwright")), args)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_post_renderer_does_what_it_does_with_helm() {
    let Some(oracle) = std::env::var_os("CHARTWRIGHT_ORACLE") else {
        return;
    };
    let helm = PathBuf::from(oracle).join("helm3");
    let cases: &[&[&str]] = &[
        &["--post-renderer", "sed", "--post-renderer-args", "s/name:/nom:/"],
        &[
            "--post-renderer",
            "sed",
            "--post-renderer-args",
            "-es/name:/nom,/",
            "--post-renderer-args",
            "-es/kind/k/",
        ],
        &["--post-renderer", "/bin/cat", "--include-crds", "--no-hooks"],
        &["--post-renderer", "true"],
        &["--post-renderer", "false"],
        &[
            "--post-renderer",
            "sed",
            "--post-renderer-args",
            "--no-such-flag",
            "--debug",
        ],
    ];
    for args in cases {
        let [theirs, ours] = [template(&helm, args), ours(args)];
        assert_eq!(text(&ours.stdout), text(&theirs.stdout), "{args:?}");
        assert_eq!(ours.status.code(), theirs.status.code(), "{args:?}");
    }
}

#[test]
fn a_post_renderer_that_is_not_there_or_fails_is_named() {
    for (program, reason) in [
        ("no-such-program", "failed to start the post-renderer no-such-program"),
        (
            "false",
            "error while running post render on files: error while running command false",
        ),
    ] {
        let output = ours(&["--post-renderer", program]);
        let complaint = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{complaint}");
        assert!(complaint.contains(reason), "{complaint}");
    }
}

#[test]
fn patches_of_a_file_change_manifests_and_hooks() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let all = write(
        "all.yaml",
        "- {target: {name: .*}, patch: 'metadata: {labels: {patched: \"yes\"}}'}\n",
    );
    let plain = text(&ours(&[]).stdout);
    let documents = plain.matches("\nkind: ").count();
    assert!(documents > 2 && plain.contains("helm.sh/hook"), "{plain}");
    let output = ours(&["--post-render-patches", &all, "--post-renderer", "cat"]);
    let patched = text(&output.stdout);
    assert_eq!(
        patched.matches("    patched: \"yes\"\n").count(),
        documents,
        "{}",
        text(&output.stderr)
    );

    let none = write("none.yaml", "- {target: {name: nobody}, patch: 'a: b'}\n");
    let wrong = write(
        "wrong.yaml",
        "- {target: {names: a}, patch: 'a: b'}\n- {patch: 'a: b'}\n",
    );
    for (file, complaint) in [
        (
            &none,
            "patch 1 (name `nobody`) matches no document of the release".to_owned(),
        ),
        (
            &wrong,
            format!("{wrong}:1:13: unknown key `names`, did you mean `name`?"),
        ),
        (
            &wrong,
            format!("{wrong}:2:11: `patch`: a patch without a `target` must be a map with"),
        ),
    ] {
        let output = ours(&["--post-render-patches", file]);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), String::new()));
        assert!(text(&output.stderr).contains(&complaint), "{}", text(&output.stderr));
    }
}
