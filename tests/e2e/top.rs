//! `chartwright top` next to a running operator.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::json;

use crate::cluster::control_plane;
use crate::harness::Operator;
use crate::metrics::address;
use crate::templates::FIXED_CONFIG_MAP;

async fn operator(test: &str) -> (Operator, String) {
    let mut operator = Operator::demo(test, &[("config.yaml", FIXED_CONFIG_MAP)]).await;
    operator.arg("--metrics-bind-address=127.0.0.1:0");
    operator.start();
    let url = format!("http://{}/metrics", address(&operator, "serving metrics").await);
    operator.create("shop", json!({})).await;
    operator.wait_for_condition("shop", "Ready", "True").await;
    (operator, url)
}

/// Runs the command in a folder without a project.
async fn once(operator: &Operator, args: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_chartwright"));
    command
        .args(["top", "--once", "--namespace", &operator.namespace])
        .args(args)
        .current_dir(folder.path())
        .env("KUBECONFIG", control_plane().await.kubeconfig());
    let run = move || (command.output().unwrap(), folder).0;
    tokio::task::spawn_blocking(run).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_top_once_prints_the_work_and_the_releases() {
    let (mut operator, url) = operator("top-once").await;
    let output = once(&operator, &["--metrics-url", &url]).await;
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    for expected in [
        "Operator v",
        "memory ",
        "Queue ",
        "API requests ",
        "Releases 1  ready 1\n",
        "NAMESPACE",
    ] {
        assert!(text.contains(expected), "{expected:?} is not in\n{text}");
    }
    let row = text.lines().find(|line| line.starts_with(&operator.namespace)).unwrap();
    let cells: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(cells[1..6], ["shop", "Demo", "ready", "1", "1"], "{text}");

    // Without metrics, the project tells what are releases; without either, nothing does.
    operator.terminate().await;
    let output = once(&operator, &["--metrics-url", &url]).await;
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && errors.contains("nothing tells which kinds are releases"),
        "{errors}"
    );
    let file = operator.path("watches.yaml");
    let text = std::fs::read_to_string(&file)
        .unwrap()
        .replace("chart: demo", &format!("chart: {:?}", operator.path("demo")));
    std::fs::write(&file, text).unwrap();
    let output = once(
        &operator,
        &["--metrics-url", &url, "--watches-file", file.to_str().unwrap()],
    )
    .await;
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.contains("No metrics.") && text.contains("Releases 1  ready 1\n"),
        "{output:?}"
    );
    assert!(text.contains(&format!("Problem: no metrics from {url}")), "{text}");
}

/// The command on a terminal of its own, and what it has drawn so far.
struct Screen {
    process: Child,
    drawn: Arc<Mutex<String>>,
}

impl Screen {
    /// `script` gives the command a terminal.
    async fn open(operator: &Operator, url: &str) -> Self {
        let command = format!(
            "stty rows 24 cols 120; exec {} top --namespace {} --metrics-url {url} --interval 200ms",
            env!("CARGO_BIN_EXE_chartwright"),
            operator.namespace
        );
        let mut process = Command::new("script")
            .args(["--quiet", "--return", "--command", &command, "/dev/null"])
            .env("KUBECONFIG", control_plane().await.kubeconfig())
            .env("TERM", "xterm-256color")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = process.stdout.take().unwrap();
        let drawn = Arc::new(Mutex::new(String::new()));
        let sink = Arc::clone(&drawn);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                sink.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..count]));
            }
        });
        Self { process, drawn }
    }

    fn press(&mut self, keys: &str) {
        let stdin = self.process.stdin.as_mut().unwrap();
        stdin.write_all(keys.as_bytes()).unwrap();
        stdin.flush().unwrap();
    }

    async fn wait_for(&self, operator: &Operator, text: &str) {
        let shown = || async { self.drawn.lock().unwrap().contains(text).then_some(()) };
        operator.wait_for(&format!("{text:?} on the screen"), shown).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_top_draws_on_a_terminal_until_q() {
    let (operator, url) = operator("top-screen").await;
    let mut screen = Screen::open(&operator, &url).await;
    screen.wait_for(&operator, "releases by status").await;
    screen.wait_for(&operator, "shop").await;
    screen.press("s");
    screen.wait_for(&operator, "name").await;
    screen.press("\r");
    screen.wait_for(&operator, "InstallSuccessful").await;
    screen.press("q");
    let mut process = screen.process;
    let status = tokio::task::spawn_blocking(move || process.wait().unwrap())
        .await
        .unwrap();
    assert!(status.success(), "{status}");
    // The terminal is as it was: the other screen is left.
    assert!(screen.drawn.lock().unwrap().contains("\u{1b}[?1049l"));
}
