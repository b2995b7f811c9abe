//! The web page of an operator.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Command;

use serde_json::json;

use crate::harness::Operator;
use crate::metrics::address;

const MAP: &str = "
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data: {size: {{ .Values.size | quote }}}
{{- if .Values.fail }}{{ fail .Values.fail }}{{ end }}
";

const SECRET: &str = "
apiVersion: v1
kind: Secret
metadata: {name: {{ .Release.Name }}}
stringData: {password: {{ .Values.password | quote }}}
";

/// What the test's resources say that no page may show as it is.
const HOSTILE: &str = "<script>document.title='hacked'</script>";

/// An answer as it came: status line, headers and body.
async fn fetch(address: &str, method: &str, path: &str) -> String {
    let (address, head) = (
        address.to_owned(),
        format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
    );
    let ask = move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    tokio::task::spawn_blocking(ask).await.unwrap()
}

async fn page(address: &str, path: &str) -> String {
    let answer = fetch(address, "GET", path).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{path}: {answer}");
    answer
}

/// An operator with a web page, a release of two revisions, and one that fails with hostile words.
async fn two_releases(test: &str) -> (Operator, String) {
    let mut operator = Operator::demo(test, &[("map.yaml", MAP), ("secret.yaml", SECRET)]).await;
    operator.arg("--web-bind-address=127.0.0.1:0");
    operator.start();
    let address = address(&operator, "serving the web page").await;
    operator
        .create("shop", json!({"size": "small", "password": "swordfish"}))
        .await;
    operator.wait_for_revision("shop", 1).await;
    operator
        .edit("shop", json!({"spec": {"size": HOSTILE, "password": "opensesame"}}))
        .await;
    operator.wait_for_revision("shop", 2).await;
    operator.create("broken", json!({"fail": HOSTILE})).await;
    operator.wait_for_condition("broken", "ReleaseFailed", "True").await;
    (operator, address)
}

fn base(operator: &Operator) -> String {
    format!("/releases/Demo.v1.e2e.example.com/{}", operator.namespace)
}

/// The text of a page between its tags, white space joined.
fn words(page: &str) -> String {
    let (_, body) = page.split_once("<body>").unwrap();
    let pieces = body
        .split('<')
        .map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
    pieces
        .collect::<Vec<_>>()
        .join(" ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_web_shows_releases_objects_events_and_what_each_revision_changed() {
    let (operator, address) = two_releases("web").await;
    let (base, namespace) = (base(&operator), &operator.namespace);
    let answer = fetch(&address, "GET", "/").await;
    assert!(
        answer.starts_with("HTTP/1.1 302") && answer.contains("location: /releases\r\n"),
        "{answer}"
    );

    let list = page(&address, "/releases").await;
    assert!(
        list.contains("content-security-policy: default-src 'none'; style-src 'sha256-"),
        "{list}"
    );
    let told = words(&list);
    for text in [
        "operator ready",
        "2 releases 1 ready 0 progressing 1 failed 0 paused 0 deleting",
        "e2e.example.com/v1 Demo chart demo",
        &format!("broken {namespace} failed"),
        &format!("shop {namespace} ready 2 2/2"),
        "failed to render chart demo",
    ] {
        assert!(told.contains(text), "{text:?} is not in {told}");
    }
    let failed = words(&page(&address, "/releases?standing=failed").await);
    assert!(failed.contains("broken") && !failed.contains("shop"), "{failed}");

    let release = page(&address, &format!("{base}/shop")).await;
    let told = words(&release);
    for text in [
        "shop ready Kind e2e.example.com/v1 Demo",
        &format!("shop {namespace} ConfigMap ready"),
        &format!("shop {namespace} Secret ready"),
        "Revision 2 deployed demo-0.1.0",
        "Revision 1 superseded demo-0.1.0",
        "Deployed True",
    ] {
        assert!(told.contains(text), "{text:?} is not in {told}");
    }
    let shows_events = || async {
        let told = words(&page(&address, &format!("{base}/shop")).await);
        (told.contains("Upgraded to revision 2") && told.contains("Installed revision 1")).then_some(())
    };
    operator.wait_for("the events of both revisions", shows_events).await;

    let revision = words(&page(&address, &format!("{base}/shop/revisions/2")).await);
    for text in [
        "What changed since revision 1",
        "- size: small",
        "ConfigMap shop changed",
        "+ size: &lt;script&gt;",
        "- password: &#x27;*** (before)&#x27;",
        "+ password: &#x27;*** (after)&#x27;",
    ] {
        assert!(revision.contains(text), "{text:?} is not in {revision}");
    }
    let first = words(&page(&address, &format!("{base}/shop/revisions/1")).await);
    assert!(
        first.contains("ConfigMap shop created") && first.contains("+ size: small"),
        "{first}"
    );
    let broken = page(&address, &format!("{base}/broken")).await;
    for text in [list, release, broken, revision, first] {
        for forbidden in ["<script", "swordfish", "opensesame", "c3dvcmRmaXNo", "b3BlbnNlc2FtZQ"] {
            assert!(!text.contains(forbidden), "{forbidden}: {text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_web_is_only_read_and_its_list_asks_the_api_server_nothing() {
    let (operator, address) = two_releases("web-rest").await;
    let base = base(&operator);
    for path in [
        "/metrics",
        "/releases/Demo.v1.e2e.example.com",
        &format!("{base}/nobody"),
        &format!("{base}/shop/revisions/7"),
        &format!("{base}/shop/revisions/../1"),
        "/releases/Demo.v1.e2e.example.com/kube-system/shop",
        "/releases/%3Cscript%3E/a/b",
    ] {
        let answer = fetch(&address, "GET", path).await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
        assert!(!answer.contains("<script"), "{answer}");
    }
    for method in ["POST", "DELETE", "PUT"] {
        let answer = fetch(&address, method, &format!("{base}/shop")).await;
        assert!(answer.starts_with("HTTP/1.1 405"), "{method}: {answer}");
    }
    // What failed is tried again, and asks for it.
    operator.delete("broken").await;
    operator.wait_until_gone("broken").await;
    let requests = operator.requests_at_rest().await;
    for _ in 0..5 {
        page(&address, "/releases").await;
    }
    assert_eq!(requests.get().await, []);
    page(&address, &format!("{base}/shop")).await;
    let requests = requests.get().await;
    let is_read = |verb: &str| ["list", "get"].contains(&verb);
    assert!(requests.iter().all(|request| is_read(&request.verb)), "{requests:?}");
    // The records, each of the two revisions, and the events.
    assert!(requests.len() <= 5, "{requests:?}");
}

/// Chromium, where `CHARTWRIGHT_CHROMIUM` or the system has it.
fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("CHARTWRIGHT_CHROMIUM").map(PathBuf::from);
    named.or_else(|| Some(PathBuf::from("/usr/bin/chromium")).filter(|path| path.exists()))
}

/// What Chromium prints: the page as it stands after loading, and what it complains of.
async fn browse(chromium: PathBuf, url: String) -> (String, String) {
    let browse = move || {
        let profile = tempfile::tempdir().unwrap();
        let output = Command::new(chromium)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
            ])
            .args([
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ])
            .args(["--disable-dev-shm-usage", "--enable-logging=stderr", "--dump-dom"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg(url)
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "{}", text(&output.stderr));
        (text(&output.stdout), text(&output.stderr))
    };
    tokio::task::spawn_blocking(browse).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_web_in_a_browser_has_its_style_and_runs_nothing() {
    // `make web-test` installs it.
    let Some(chromium) = chromium() else { return };
    let (operator, address) = two_releases("web-browser").await;
    let base = base(&operator);
    for (path, title) in [
        ("/releases".to_owned(), "Releases"),
        (format!("{base}/broken"), "broken"),
        (format!("{base}/shop/revisions/2"), "shop revision 2"),
    ] {
        let (dom, log) = browse(chromium.clone(), format!("http://{address}{path}")).await;
        assert!(dom.contains(&format!("<title>{title} · chartwright</title>")), "{dom}");
        assert!(!dom.contains("<script"), "{dom}");
        // With a digest that is not the style sheet's, the console would say so.
        assert!(!log.contains("CONSOLE"), "{log}");
    }
}
