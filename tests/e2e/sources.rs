//! Charts from elsewhere: a chart repository that real Helm made, and a real registry that real Helm pushed to.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
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
    let (server, host) = registry_server(&[]);
    let address = format!("oci://{host}/charts");
    push(folder.path(), &address);
    Served {
        folder,
        server,
        address,
    }
}

/// Pushes the packed charts of a folder.
fn push(folder: &Path, address: &str) {
    for version in ["1.0.0", "1.1.0", "2.0.0-rc.1"] {
        let archive = format!("book-store-{version}.tgz");
        helm(folder, &["push", &archive, address, "--plain-http"]);
    }
}

/// An empty registry, and its host.
fn registry_server(args: &[&Path]) -> (Child, String) {
    let build = Path::new(env!("CARGO_MANIFEST_DIR")).join("hack/build-registry.sh");
    let program = checked(Command::new(build).stderr(Stdio::inherit()));
    let mut server = Command::new(program.trim())
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let host = first_line(&mut server).trim().to_owned();
    (server, host)
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
    init_with(&[], args)
}

/// The same with variables of the environment.
fn init_with(variables: &[(&str, &Path)], args: &[&str]) -> (tempfile::TempDir, Output) {
    let project = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_chartwright"))
        .args(["init", "--domain", "example.com", "--project-name", "books"])
        .args(args)
        .envs(variables.iter().copied())
        .current_dir(project.path())
        .output()
        .unwrap();
    (project, output)
}

/// The version of the chart that a project was made of.
fn version(args: &[&str]) -> String {
    version_of(args, init(args))
}

fn version_of(args: &[&str], (project, output): (tempfile::TempDir, Output)) -> String {
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
    refusal(args, init(args))
}

fn refusal(args: &[&str], (project, output): (tempfile::TempDir, Output)) -> String {
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

/// A file server for those who are called anna and have the password `secret`.
const GUARDED_SERVER: &str = "
import base64, http.server

class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        if self.headers['Authorization'] == 'Basic ' + base64.b64encode(b'anna:secret').decode():
            return super().do_GET()
        self.send_error(401)

server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
print('port', server.server_port, '', flush=True)
server.serve_forever()
";

/// Charts in a folder behind a login.
fn guarded(folder: tempfile::TempDir) -> Served {
    let mut server = Command::new("python3")
        .args(["-c", GUARDED_SERVER])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let line = first_line(&mut server);
    let port = line.split(' ').nth(1).unwrap();
    Served {
        folder,
        address: format!("http://127.0.0.1:{port}"),
        server,
    }
}

#[test]
fn e2e_a_chart_comes_from_a_repository_that_helm_knows_and_has_the_login_for() {
    let served = guarded(packed());
    let folder = served.folder.path();
    helm(folder, &["repo", "index", "."]);
    let add = [
        "repo",
        "add",
        "books",
        &served.address,
        "--username",
        "anna",
        "--password",
        "secret",
    ];
    helm(folder, &add);
    let config = folder.join("helm");
    let known = [("HELM_CONFIG_HOME", config.as_path())];
    let from = ["--helm-chart", "books/book-store"];
    assert_eq!(version_of(&from, init_with(&known, &from)), "1.1.0");
    let file = config.join("repositories.yaml");
    let older = ["--helm-chart", "books/book-store", "--helm-chart-version", "~1.0"];
    let named = [("HELM_REPOSITORY_CONFIG", file.as_path())];
    assert_eq!(version_of(&older, init_with(&named, &older)), "1.0.0");
    let films = ["--helm-chart", "films/book-store"];
    let error = refusal(&films, init_with(&known, &films));
    assert!(error.contains("has no chart repository films"), "{error}");
    let error = refused(&["--helm-chart", "book-store", "--helm-chart-repo", &served.address]);
    assert!(error.contains("401"), "without the login: {error}");

    // Archives are elsewhere: the login is not for there, unless Helm was told so.
    let copies = tempfile::tempdir().unwrap();
    for version in ["1.0.0", "1.1.0", "2.0.0-rc.1"] {
        let archive = format!("book-store-{version}.tgz");
        std::fs::copy(folder.join(&archive), copies.path().join(&archive)).unwrap();
    }
    let other = guarded(copies);
    helm(folder, &["repo", "index", ".", "--url", &other.address]);
    let error = refusal(&from, init_with(&known, &from));
    assert!(
        error.contains(&format!("{}/book-store-1.1.0.tgz", other.address)),
        "{error}"
    );
    assert!(error.contains("401") && !error.contains("secret"), "{error}");
    helm(folder, &[&add[..], &["--force-update", "--pass-credentials"]].concat());
    assert_eq!(version_of(&from, init_with(&known, &from)), "1.1.0");
}

/// Who may use the registry: anna with the password `secret`, as Sprig's `htpasswd` has it.
const HTPASSWD: &str = "anna:$2a$10$yhXg/VKE0thWLayGcHokbOKINSEx9VQNvkYorXJjlaKGx6RTiC.Bm\n";

#[test]
fn e2e_a_chart_comes_from_a_registry_that_wants_a_login() {
    let folder = packed();
    let users = folder.path().join("users");
    std::fs::write(&users, HTPASSWD).unwrap();
    let (server, host) = registry_server(&[&users]);
    let served = Served {
        address: format!("oci://{host}/charts"),
        folder,
        server,
    };
    let folder = served.folder.path();
    let chart = format!("{}/book-store", served.address);
    let from = ["--helm-chart", chart.as_str()];
    let config = folder.join("helm");
    let logged_in = [("HELM_CONFIG_HOME", config.as_path())];
    let error = refusal(&from, init_with(&logged_in, &from));
    assert!(error.contains("helm registry login"), "{error}");
    let login = [
        "registry",
        "login",
        &host,
        "--username",
        "anna",
        "--password",
        "secret",
        "--plain-http",
    ];
    helm(folder, &login);
    push(folder, &served.address);
    assert_eq!(version_of(&from, init_with(&logged_in, &from)), "1.1.0");
    let registries = config.join("registry");
    let docker = [("DOCKER_CONFIG", registries.as_path())];
    assert_eq!(version_of(&from, init_with(&docker, &from)), "1.1.0");
    let text = std::fs::read_to_string(registries.join("config.json")).unwrap();
    with_helper(&host, &from);
    let wrong = text.replace("YW5uYTpzZWNyZXQ=", "YW5uYTp3cm9uZw==");
    assert_ne!(wrong, text);
    std::fs::write(registries.join("config.json"), wrong).unwrap();
    let error = refusal(&from, init_with(&docker, &from));
    assert!(error.contains("does not let us in"), "{error}");
}

/// A credential helper that has anna's login for one server, fails for others, and keeps what it was asked.
const HELPER: &str = "#!/bin/sh
read -r server
echo \"$1 $server\" >>\"$0.log\"
case $server in
    HOST) echo '{\"ServerURL\":\"HOST\",\"Username\":\"anna\",\"Secret\":\"PASSWORD\"}' ;;
    *) echo 'credentials not found in native keychain'; exit 1 ;;
esac
";

/// Logins that are not in docker's file but with a program that it names.
fn with_helper(host: &str, from: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let programs = std::env::var("PATH").unwrap();
    let path = format!("{}:{programs}", folder.path().display());
    let variables = [
        ("DOCKER_CONFIG", folder.path()),
        ("HELM_CONFIG_HOME", folder.path()),
        ("PATH", Path::new(&path)),
    ];
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let helper = |password: &str| {
        write(
            "docker-credential-test",
            &HELPER.replace("HOST", host).replace("PASSWORD", password),
        );
        let program = folder.path().join("docker-credential-test");
        std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    helper("secret");
    let own = format!(r#"{{"auths":{{"{host}":{{}}}},"credHelpers":{{"{host}":"test"}},"credsStore":"nobody"}}"#);
    for config in [own.as_str(), r#"{"credsStore":"test"}"#] {
        write("config.json", config);
        assert_eq!(version_of(from, init_with(&variables, from)), "1.1.0", "{config}");
    }
    let asked = std::fs::read_to_string(folder.path().join("docker-credential-test.log")).unwrap();
    assert_eq!(asked, format!("get {host}\n").repeat(2));

    helper("wr0ng-one");
    let error = refusal(from, init_with(&variables, from));
    assert!(
        error.contains("does not let us in") && !error.contains("wr0ng-one"),
        "{error}"
    );
    write(
        "docker-credential-test",
        "#!/bin/sh\necho '{\"Secret\":\"wr0ng-one\"'\n",
    );
    let error = refusal(from, init_with(&variables, from));
    assert!(
        error.contains("something else than a login") && !error.contains("wr0ng-one"),
        "{error}"
    );
    write("docker-credential-test", "#!/bin/sh\necho wr0ng-one\nexit 3\n");
    let error = refusal(from, init_with(&variables, from));
    assert!(
        error.contains("docker-credential-test failed") && !error.contains("wr0ng-one"),
        "{error}"
    );
    write("config.json", r#"{"credsStore":"nobody"}"#);
    let error = refusal(from, init_with(&variables, from));
    assert!(
        error.contains("docker-credential-nobody") && error.contains("PATH"),
        "{error}"
    );
}

/// A file server over TLS for those who show a certificate of the same authority.
const TLS_SERVER: &str = "
import http.server, ssl

server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), http.server.SimpleHTTPRequestHandler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain('server.crt', 'server.key')
context.load_verify_locations('ca.crt')
context.verify_mode = ssl.CERT_REQUIRED
server.socket = context.wrap_socket(server.socket, server_side=True)
print('port', server.server_port, '', flush=True)
server.serve_forever()
";

/// An authority, and a certificate of it for the server and for the client, made by openssl.
const CERTIFICATES: &str = "
set -e
key() { openssl ecparam -name prime256v1 -genkey -noout -out $1.key; }
key ca
openssl req -x509 -new -key ca.key -subj /CN=authority -days 2 -out ca.crt \\
    -addext basicConstraints=critical,CA:true -addext keyUsage=keyCertSign
sign() {
    key $1
    printf '%s\n' \"$2\" >$1.ext
    openssl req -new -key $1.key -subj /CN=$1 | openssl x509 -req -CA ca.crt -CAkey ca.key -days 2 -extfile $1.ext -out $1.crt
}
sign server 'subjectAltName=IP:127.0.0.1'
sign client 'extendedKeyUsage=clientAuth'
";

#[test]
fn e2e_a_chart_comes_from_a_repository_with_certificates_of_its_own() {
    let folder = packed();
    let path = folder.path();
    checked(Command::new("sh").args(["-c", CERTIFICATES]).current_dir(path));
    helm(path, &["repo", "index", "."]);
    let mut server = Command::new("python3")
        .args(["-c", TLS_SERVER])
        .current_dir(path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let line = first_line(&mut server);
    let address = format!("https://127.0.0.1:{}", line.split(' ').nth(1).unwrap());
    let served = Served {
        folder,
        server,
        address,
    };
    let path = served.folder.path();
    let file = |name: &str| path.join(name).to_str().unwrap().to_owned();
    let (authority, certificate, key) = (file("ca.crt"), file("client.crt"), file("client.key"));
    let from = ["--helm-chart", "book-store", "--helm-chart-repo", &served.address];
    let trusting = [&from[..], &["--helm-chart-ca-file", &authority]].concat();
    let shown = ["--helm-chart-cert-file", &certificate, "--helm-chart-key-file", &key];
    assert_eq!(version(&[&trusting[..], &shown].concat()), "1.1.0");
    let archive = format!("{}/book-store-1.0.0.tgz", served.address);
    let direct = ["--helm-chart", &archive, "--helm-chart-ca-file", &authority];
    assert_eq!(version(&[&direct[..], &shown].concat()), "1.0.0");
    for (args, reason) in [
        (from.to_vec(), "UnknownIssuer"),
        (trusting.clone(), "failed to read"),
        ([&trusting[..], &shown[..2]].concat(), "needs its key"),
        (
            [&from[..], &["--helm-chart-ca-file", &key]].concat(),
            "has no certificate in it",
        ),
        (
            [&from[..], &["--helm-chart-ca-file", "nowhere.crt"]].concat(),
            "nowhere.crt",
        ),
    ] {
        let error = refused(&args);
        assert!(error.contains(reason), "{reason}: {error}");
    }
    // As `helm repo add` keeps them.
    let add = ["repo", "add", "own", &served.address, "--ca-file", &authority];
    helm(
        path,
        &[&add[..], &["--cert-file", &certificate, "--key-file", &key]].concat(),
    );
    let config = path.join("helm");
    let known = [("HELM_CONFIG_HOME", config.as_path())];
    let from = ["--helm-chart", "own/book-store"];
    assert_eq!(version_of(&from, init_with(&known, &from)), "1.1.0");
}
