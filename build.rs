//! Tells the binary what it is built from: `chartwright version` and `helm_operator_build_info` say it.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let rustc = std::env::var("RUSTC")
        .ok()
        .and_then(|rustc| output(Command::new(rustc).arg("--version")));
    let rustc = rustc.unwrap_or_else(|| "unknown".to_owned());
    println!(
        "cargo::rustc-env=CHARTWRIGHT_RUSTC={}",
        rustc.strip_prefix("rustc ").unwrap_or(&rustc)
    );
    println!(
        "cargo::rustc-env=CHARTWRIGHT_COMMIT={}",
        commit().unwrap_or_else(|| "unknown".to_owned())
    );
}

/// The commit of a release build. A debug build has none, so that a commit does not rebuild it.
fn commit() -> Option<String> {
    if std::env::var("PROFILE").ok()? != "release" {
        return None;
    }
    let folder = output(Command::new("git").args(["rev-parse", "--absolute-git-dir"]))?;
    println!("cargo::rerun-if-changed={folder}/HEAD");
    if let Some(branch) = output(Command::new("git").args(["symbolic-ref", "HEAD"])) {
        println!("cargo::rerun-if-changed={folder}/{branch}");
    }
    output(Command::new("git").args(["rev-parse", "HEAD"]))
}

fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
