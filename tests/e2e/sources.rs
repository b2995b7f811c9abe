//! Charts from elsewhere: a chart repository that real Helm made, and a real registry that real Helm pushed to.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use crate::oracle::oracle;

/// A folder with packed charts, and what serves them.
struct Served {
    folder: tempfile::TempDir,
    server: Child,
    address: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Real Helm 3.
fn helm(folder: &Path, args: &[&str]) -> String {
    let mut command = Command::new(oracle().join("helm3"));
    for variable in ["HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"] {
        command.env(variable, folder.join("helm"));
    }
    checked(command.args(args).current_dir(folder))
}

fn checked(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert!(status.success(), "{command:?}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

/// Packs the BookStore's chart in three versions.
fn packed() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let chart = Path::new(env!("CARGO_MANIFEST_DIR")).join("helm-charts/book-store");
    for version in ["1.0.0", "1.1.0", "2.0.0-rc.1"] {
        helm(
            folder.path(),
            &["package", chart.to_str().unwrap(), "--version", version],
        );
    }
    folder
}

/// Python's file server of a folder, and its address, which is in the first line of what it says.
pub(crate) fn file_server(folder: &Path) -> (Child, String) {
    let mut server = Command::new("python3")
        .args(["-u", "-m", "http.server", "0", "--bind", "127.0.0.1"])
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let line = first_line(&mut server);
    let port = line.split("port ").nth(1).unwrap().split(' ').next().unwrap();
    (server, format!("http://127.0.0.1:{port}"))
}

/// A chart repository, which is a file server.
fn repository() -> Served {
    let folder = packed();
    helm(folder.path(), &["repo", "index", "."]);
    let (server, address) = file_server(folder.path());
    Served {
        folder,
        server,
        address,
    }
}

/// A registry with the charts in `charts/`.
fn registry() -> Served {
    let folder = packed();
    let build = Path::new(env!("CARGO_MANIFEST_DIR")).join("hack/build-registry.sh");
    let program = checked(Command::new(build).stderr(Stdio::inherit()));
    let mut server = Command::new(program.trim())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let address = format!("oci://{}/charts", first_line(&mut server).trim());
    for version in ["1.0.0", "1.1.0", "2.0.0-rc.1"] {
        let archive = format!("book-store-{version}.tgz");
        helm(folder.path(), &["push", &archive, &address, "--plain-http"]);
    }
    Served {
        folder,
        server,
        address,
    }
}

fn first_line(server: &mut Child) -> String {
    let mut line = String::new();
    let mut output = BufReader::new(server.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    // Nobody reads the rest, which is short.
    std::thread::spawn(move || output.read_to_end(&mut Vec::new()));
    line
}

fn init(args: &[&str]) -> (tempfile::TempDir, Output) {
    let project = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_chartwright"))
        .args(["init", "--domain", "example.com", "--project-name", "books"])
        .args(args)
        .current_dir(project.path())
        .output()
        .unwrap();
    (project, output)
}

/// The version of the chart that a project was made of.
fn version(args: &[&str]) -> String {
    let (project, output) = init(args);
    assert!(
        output.status.success(),
        "{args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let chart = std::fs::read_to_string(project.path().join("helm-charts/book-store/Chart.yaml")).unwrap();
    chart
        .lines()
        .find_map(|line| line.strip_prefix("version: "))
        .unwrap()
        .to_owned()
}

/// The error; nothing was written.
fn refused(args: &[&str]) -> String {
    let (project, output) = init(args);
    assert!(!output.status.success(), "{args:?}");
    assert_eq!(std::fs::read_dir(project.path()).unwrap().count(), 0, "{args:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn e2e_a_chart_comes_from_a_chart_repository() {
    let served = repository();
    let from = ["--helm-chart", "book-store", "--helm-chart-repo", &served.address];
    assert_eq!(version(&from), "1.1.0");
    assert_eq!(
        version(&[&from[..], &["--helm-chart-version", "~1.0"]].concat()),
        "1.0.0"
    );
    assert_eq!(
        version(&[&from[..], &["--helm-chart-version", "2.0.0-rc.1"]].concat()),
        "2.0.0-rc.1"
    );
    assert_eq!(
        version(&["--helm-chart", &format!("{}/book-store-1.0.0.tgz", served.address)]),
        "1.0.0"
    );
    let error = refused(&[&from[..], &["--helm-chart-version", "9"]].concat());
    assert!(error.contains("has no version of book-store like that"), "{error}");
    let error = refused(&["--helm-chart", "films", "--helm-chart-repo", &served.address]);
    assert!(error.contains("has no chart films"), "{error}");
    std::fs::write(served.folder.path().join("book-store-1.1.0.tgz"), "something else").unwrap();
    let error = refused(&from);
    assert!(error.contains("what was fetched has the digest"), "{error}");
    let error = refused(&["--helm-chart", "x", "--helm-chart-repo", "http://127.0.0.1:1"]);
    assert!(
        error.contains("failed to read the index of the chart repository"),
        "{error}"
    );
}

#[test]
fn e2e_a_chart_comes_from_a_registry() {
    let served = registry();
    let chart = format!("{}/book-store", served.address);
    assert_eq!(version(&["--helm-chart", &chart]), "1.1.0");
    assert_eq!(version(&["--helm-chart", &format!("{chart}:1.0.0")]), "1.0.0");
    assert_eq!(
        version(&["--helm-chart", &chart, "--helm-chart-version", ">=2.0.0-0"]),
        "2.0.0-rc.1"
    );
    let error = refused(&["--helm-chart", &format!("{chart}:9.9.9")]);
    assert!(error.contains("the registry answers 404"), "{error}");
}
