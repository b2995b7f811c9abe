//! Tells the binary what it is built from: `chartwright version` and `helm_operator_build_info` say it.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    link_at_fixed_addresses();
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

/// Leaves out what would let the program be loaded anywhere. Some ten thousand addresses need not be put right at each
/// start, and the pages that they are in stay the file's: docs/decisions tells what that saves and costs.
fn link_at_fixed_addresses() {
    let target = |part: &str| std::env::var(format!("CARGO_CFG_TARGET_{part}")).unwrap_or_default();
    if target("OS") == "linux" && target("ENV") == "gnu" {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}

/// The commit of a release build: what `CHARTWRIGHT_COMMIT` says, for builds without a repository, or git. A debug build
/// has none, so that a commit does not rebuild it.
fn commit() -> Option<String> {
    println!("cargo::rerun-if-env-changed=CHARTWRIGHT_COMMIT");
    if std::env::var("PROFILE").ok()? != "release" {
        return None;
    }
    if let Some(commit) = std::env::var("CHARTWRIGHT_COMMIT")
        .ok()
        .filter(|commit| !commit.is_empty())
    {
        return Some(commit);
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
