//! `--post-renderer`: a program that gets the manifests and writes what they should be.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context as _, anyhow, bail};

/// The program and its arguments.
pub(super) struct PostRenderer {
    pub(super) program: String,
    pub(super) args: Vec<String>,
}

impl PostRenderer {
    /// What the program makes of the manifests. What it says on its standard error is told if it fails.
    pub(super) fn run(&self, manifests: String) -> anyhow::Result<String> {
        let program = &self.program;
        let mut child = Command::new(program)
            .args(&self.args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("failed to start the post-renderer {program}"))?;
        let input = child.stdin.take();
        // On a thread of its own: the program may write before it has read everything. One that reads nothing is fine.
        let feed = thread::spawn(move || input.map(|mut input| input.write_all(manifests.as_bytes())));
        let output = child
            .wait_with_output()
            .with_context(|| format!("failed to wait for {program}"))?;
        // How the feeding ended is told by what the program did with it.
        let _ = feed.join();
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!(
                "error while running post render on files: error while running command {program}. error output:\n{said}: {}",
                output.status
            );
        }
        String::from_utf8(output.stdout).map_err(|_| anyhow!("what the post-renderer {program} wrote is not UTF-8"))
    }
}
