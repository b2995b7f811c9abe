//! An operator's process: what it is given, and what it takes.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::options::Subject;

/// How long any operator may take for anything.
pub(crate) const PATIENCE: Duration = Duration::from_mins(20);

/// Clock ticks a second, in which Linux tells processor time on all its architectures.
const TICKS: u64 = 100;

/// An operator that runs; killed when dropped.
pub(crate) struct Process {
    child: Child,
    health: u16,
    started: Instant,
}

/// What a process holds in memory, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    /// Resident: its own pages and those of its files.
    pub(crate) resident: u64,
    /// The most that it ever had.
    pub(crate) peak: u64,
    /// Its own pages alone.
    pub(crate) own: u64,
}

impl Process {
    /// Starts it in a project's folder; its log goes to `log`.
    pub(crate) fn start(subject: &Subject, project: &Path, kubeconfig: &Path, log: &Path) -> Result<Self> {
        let health = free_port()?;
        let mut words = subject.command.split_whitespace();
        let program = words.next().context("a subject needs a command")?;
        let log = File::options().create(true).append(true).open(log)?;
        let started = Instant::now();
        let child = Command::new(program)
            .args(words)
            .args([
                "--metrics-bind-address=0",
                &format!("--health-probe-bind-address=127.0.0.1:{health}"),
            ])
            .current_dir(project)
            .env("KUBECONFIG", kubeconfig)
            .env_remove("WATCH_NAMESPACE")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("start {program}"))?;
        Ok(Self { child, health, started })
    }

    /// Waits until it says that it is ready; how long that took from its start.
    pub(crate) async fn ready(&self) -> Result<Duration> {
        while !is_ready(self.health).await.unwrap_or_default() {
            if self.started.elapsed() > PATIENCE {
                bail!("the operator does not become ready");
            }
            sleep(Duration::from_millis(2)).await;
        }
        Ok(self.started.elapsed())
    }

    /// The processor time that it has used.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The second field is the program's name in parentheses and may have anything in it.
        let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let ticks: u64 = after_name
            .split_whitespace()
            .skip(11)
            .take(2)
            .map(|field| field.parse::<u64>().unwrap_or_default())
            .sum();
        Ok(Duration::from_millis(ticks * 1_000 / TICKS))
    }

    /// The processor time that it has used since it had used `before`.
    pub(crate) fn cpu_since(&self, before: Duration) -> Result<Duration> {
        Ok(self.cpu()?.saturating_sub(before))
    }

    /// What it holds in memory now.
    pub(crate) fn memory(&self) -> Result<Memory> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let bytes = |key: &str| -> Result<u64> {
            let line = status.lines().find_map(|line| line.strip_prefix(key));
            let number = line
                .and_then(|line| line.split_whitespace().next())
                .context("no such line")?;
            Ok(number.parse::<u64>()? * 1024)
        };
        Ok(Memory {
            resident: bytes("VmRSS:")?,
            peak: bytes("VmHWM:")?,
            own: bytes("RssAnon:")?,
        })
    }

    /// Asks it to stop (SIGTERM); how long that took.
    pub(crate) async fn stop(mut self) -> Result<Duration> {
        let start = Instant::now();
        Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()?;
        while self.child.try_wait()?.is_none() {
            if start.elapsed() > PATIENCE {
                bail!("the operator does not stop");
            }
            sleep(Duration::from_millis(1)).await;
        }
        Ok(start.elapsed())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has ended already where this fails.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

async fn is_ready(port: u16) -> Result<bool> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream
        .write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer.starts_with("HTTP/1.1 200"))
}
