//! Reading from chart repositories and registries.

use anyhow::{Context as _, bail};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, HeaderMap, HeaderName, LOCATION, USER_AGENT};
use hyper::{Request, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::login::Login;
use super::tls::TlsFiles;

/// The most bytes that are read of an answer: an index of a large repository has some ten million.
const MAX_BYTES: usize = 200 << 20;

/// How many redirections are followed.
const MAX_REDIRECTS: usize = 5;

/// A client for HTTP and HTTPS.
pub(super) struct Http {
    client: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
}

/// An answer that was read to its end.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Http {
    /// A client.
    pub(super) fn new(tls: &TlsFiles) -> anyhow::Result<Self> {
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls.config()?)
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
        })
    }

    /// The contents of what is at the address, for whoever has the login.
    pub(super) async fn get(&self, url: &str, login: Option<&Login>) -> anyhow::Result<Bytes> {
        let headers: Vec<_> = login.iter().map(|login| login.header()).collect();
        let answer = self.ask(url, &headers).await?;
        if !answer.status.is_success() {
            bail!("{url}: the server answers {}", answer.status);
        }
        Ok(answer.body)
    }

    /// The answer to a request, whatever it is, but for redirections, which are followed.
    pub(super) async fn ask(&self, url: &str, headers: &[(HeaderName, String)]) -> anyhow::Result<Answer> {
        let mut uri: Uri = url.parse().with_context(|| format!("{url} is no address"))?;
        let asked = origin(url).to_owned();
        for _ in 0..=MAX_REDIRECTS {
            let mut request = Request::get(&uri).header(USER_AGENT, concat!("chartwright/", env!("CARGO_PKG_VERSION")));
            let is_asked = origin(&uri.to_string()) == asked;
            for (name, value) in headers.iter().filter(|(name, _)| is_asked || name != AUTHORIZATION) {
                request = request.header(name, value);
            }
            let request = request
                .body(Empty::new())
                .with_context(|| format!("failed to ask {url}"))?;
            let response = self.client.request(request).await;
            let (head, body) = response.with_context(|| format!("failed to read {url}"))?.into_parts();
            let location = head.headers.get(LOCATION).and_then(|value| value.to_str().ok());
            if let Some(location) = location.filter(|_| head.status.is_redirection()) {
                uri = join(&uri.to_string(), location)
                    .parse()
                    .with_context(|| format!("{url} leads nowhere"))?;
                continue;
            }
            let read = Limited::new(body, MAX_BYTES).collect().await;
            let body = read
                .map_err(anyhow::Error::from_boxed)
                .with_context(|| format!("failed to read {url}"))?;
            return Ok(Answer {
                status: head.status,
                headers: head.headers,
                body: body.to_bytes(),
            });
        }
        bail!("{url} leads on more than {MAX_REDIRECTS} times")
    }
}

/// The scheme, the host and the port of an address.
pub(super) fn origin(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find('/').map_or(url.len(), |at| start + at);
    &url[..end]
}

/// The address that a reference in a document at `base` stands for.
pub(super) fn join(base: &str, reference: &str) -> String {
    if reference.contains("://") {
        return reference.to_owned();
    }
    let (scheme, rest) = base.split_once("://").unwrap_or(("http", base));
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let path = path.split(['?', '#']).next().unwrap_or_default();
    if let Some(absolute) = reference.strip_prefix('/') {
        return format!("{scheme}://{host}/{absolute}");
    }
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let gap = if folder.is_empty() { "" } else { "/" };
    format!("{scheme}://{host}/{folder}{gap}{reference}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_begins_with_its_origin() {
        for (url, wanted) in [
            ("https://a.com:8443/charts/x.tgz", "https://a.com:8443"),
            ("http://a.com", "http://a.com"),
        ] {
            assert_eq!(origin(url), wanted);
        }
    }

    #[test]
    fn references_are_found_from_their_document() {
        for (base, reference, wanted) in [
            (
                "https://a.com/charts/index.yaml",
                "x-1.tgz",
                "https://a.com/charts/x-1.tgz",
            ),
            ("https://a.com/index.yaml", "charts/x.tgz", "https://a.com/charts/x.tgz"),
            ("https://a.com/charts/index.yaml", "/x.tgz", "https://a.com/x.tgz"),
            (
                "https://a.com/index.yaml?x=/y",
                "https://b.com/x.tgz",
                "https://b.com/x.tgz",
            ),
        ] {
            assert_eq!(join(base, reference), wanted);
        }
    }
}
