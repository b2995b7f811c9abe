//! `chartwright version`: what this binary was built from.

use std::env::consts::{ARCH, OS};

/// The version of the Kubernetes API whose types are built in.
const KUBERNETES: &str = "v1.33";

/// The version, with a `v`.
pub const VERSION: &str = concat!("v", env!("CARGO_PKG_VERSION"));

/// The commit; `unknown` if this was not built from a git work tree in release mode.
pub const COMMIT: &str = env!("CHARTWRIGHT_COMMIT");

/// Prints one line.
#[expect(clippy::print_stdout, reason = "that is the command")]
pub(super) fn run() {
    let rustc = env!("CHARTWRIGHT_RUSTC");
    println!(
        "chartwright version: {VERSION:?}, commit: {COMMIT:?}, kubernetes version: {KUBERNETES:?}, \
         rustc version: {rustc:?}, platform: \"{OS}/{ARCH}\""
    );
}
