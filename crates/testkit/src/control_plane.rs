//! The local control plane: builds it, starts it, and ends it with the process that started it.

mod request;

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{self, Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

pub use self::request::Request;

/// The script that prints the path of the control plane's binary, and builds it first if need be.
const BUILD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../hack/build-control-plane.sh");

/// A running control plane; what is real in it and what is played is told in `hack/control-plane/README.md`.
///
/// It ends when this value is dropped and also when the process is killed: its supervisor runs until its standard
/// input closes, and the other end of that is here.
#[derive(Debug)]
pub struct ControlPlane {
    supervisor: Child,
    ready: Ready,
}

/// The line by which the supervisor tells that the control plane can be used.
#[derive(Debug, Deserialize)]
struct Ready {
    kubeconfig: PathBuf,
    server: String,
    state: PathBuf,
}

impl ControlPlane {
    /// Starts a control plane with a state folder of its own and waits until pods can be made.
    ///
    /// On a machine that has never built one, this takes minutes, with progress on standard error.
    pub fn start() -> Result<Self> {
        Self::start_with(&[])
    }

    /// Starts one in which nothing acts on workloads: what is measured there is the client and the API server.
    pub fn start_only_api() -> Result<Self> {
        Self::start_with(&["--only-api"])
    }

    fn start_with(flags: &[&str]) -> Result<Self> {
        let binary = build()?;
        let state = fresh_state_folder();
        let mut supervisor = Command::new(&binary)
            .arg("up")
            .args(["--until-stdin-closes", "--remove-state"])
            .args(flags)
            .arg("--state")
            .arg(&state)
            .arg("--audit-log")
            .arg(audit_log(&state))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("start {}", binary.display()))?;
        let ready = wait_until_ready(&mut supervisor)?;
        Ok(Self { supervisor, ready })
    }

    /// The control plane that all tests of this process share, started by the first that asks for it.
    ///
    /// # Panics
    ///
    /// When it cannot be started: no test that needs it can go on.
    #[expect(clippy::panic, reason = "a test ends by panicking")]
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<ControlPlane> = OnceLock::new();
        SHARED.get_or_init(|| Self::start().unwrap_or_else(|error| panic!("start the control plane: {error:#}")))
    }

    /// The kubeconfig file of a cluster administrator.
    pub fn kubeconfig(&self) -> &Path {
        &self.ready.kubeconfig
    }

    /// The API server's address, such as `https://127.0.0.1:41993`.
    pub fn server(&self) -> &str {
        &self.ready.server
    }

    /// The folder with the control plane's files; the components' logs are in its `logs`. It is gone afterwards.
    pub fn state(&self) -> &Path {
        &self.ready.state
    }

    /// The supervisor's process id.
    pub fn pid(&self) -> u32 {
        self.supervisor.id()
    }

    /// All requests that the API server has answered so far, oldest first, except what the control plane's own
    /// components read. A watch is in the list once it has begun, and again when it has ended.
    pub fn requests(&self) -> Result<Vec<Request>> {
        let file = audit_log(self.state());
        let log = fs::read_to_string(&file).with_context(|| format!("read {}", file.display()))?;
        request::parse(&log).with_context(|| format!("read {}", file.display()))
    }
}

impl Drop for ControlPlane {
    fn drop(&mut self) {
        drop(self.supervisor.stdin.take());
        // It has ended in any case; how is nobody's concern any more.
        let _ = self.supervisor.wait();
    }
}

/// Where the control plane's binary is, after it has been built if need be.
fn build() -> Result<PathBuf> {
    let output = Command::new(BUILD)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("run {BUILD}"))?;
    if !output.status.success() {
        bail!("{BUILD} failed with {}", output.status);
    }
    let path = String::from_utf8(output.stdout).with_context(|| format!("read what {BUILD} prints"))?;
    Ok(PathBuf::from(path.trim_end()))
}

/// The supervisor's one line, or what it had to say instead.
fn wait_until_ready(supervisor: &mut Child) -> Result<Ready> {
    let mut line = String::new();
    if let Some(stdout) = supervisor.stdout.take() {
        BufReader::new(stdout)
            .read_line(&mut line)
            .context("wait for the control plane")?;
    }
    if !line.is_empty() {
        return serde_json::from_str(&line).with_context(|| format!("read the control plane's answer {line:?}"));
    }
    let mut reason = String::new();
    if let Some(mut stderr) = supervisor.stderr.take() {
        stderr
            .read_to_string(&mut reason)
            .context("read why the control plane ended")?;
    }
    let status = supervisor.wait().context("wait for the control plane's end")?;
    bail!("the control plane ended with {status}: {reason}")
}

/// A folder that no other control plane uses. The supervisor makes it, and removes it at its end.
fn fresh_state_folder() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    env::temp_dir().join(format!("chartwright-{}-{count}", process::id()))
}

fn audit_log(state: &Path) -> PathBuf {
    state.join("audit.log")
}
