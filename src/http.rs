//! What the operator serves over HTTP: probes, metrics, its state and the web page.

mod access;
mod certificate;
mod listen;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, LOCATION, REFERRER_POLICY, WWW_AUTHENTICATE,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use kube::Client;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use crate::debug::StatePage;
use crate::health::Health;
use crate::metrics::Metrics;
use crate::web::{self, Page, Web};
use access::{Access, Guard};
pub use certificate::CertificateFiles;
pub use listen::{Listen, ListenError};

/// How long a client may take for its TLS handshake, or for the head of a request.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many connections one address has at once; further ones wait.
const MAX_CONNECTIONS: usize = 64;

/// The first byte of a TLS connection.
const TLS_HANDSHAKE: u8 = 0x16;

/// How a browser is told to ask for a token: as a password, whatever the name.
const ASK_FOR_TOKEN: &str = "Basic realm=\"chartwright: any name, and a Kubernetes token as the password\"";

/// The media type of metrics.
const PROMETHEUS_TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What is served where.
#[derive(Clone, Debug)]
pub struct Serving {
    /// The address of `/metrics`.
    pub metrics: Listen,
    /// The address of `/healthz` and `/readyz`.
    pub health: Listen,
    /// The address of the web page.
    pub web: Listen,
    /// Whether metrics and the web page are served over TLS.
    pub is_secure: bool,
    /// The certificate for that; a self-signed one is made if there is none.
    pub certificate: Option<CertificateFiles>,
    /// Whether metrics and the web page are shown only to those who may `get` their paths.
    pub needs_access: bool,
    /// Whether the operator's state is shown beside metrics, to the same people.
    pub shows_state: bool,
}

/// What one address serves.
enum Site {
    Probes(Arc<Health>),
    Metrics {
        metrics: Arc<Metrics>,
        state: Option<Arc<StatePage>>,
        guard: Option<Box<Guard>>,
    },
    Pages {
        web: Arc<Web>,
        guard: Option<Box<Guard>>,
    },
}

type Answer = Response<Full<Bytes>>;

/// Starts to serve; what is bound to an address is served until the process ends.
pub async fn start(
    serving: &Serving,
    health: &Arc<Health>,
    metrics: &Arc<Metrics>,
    state: &Arc<StatePage>,
    web: &Arc<Web>,
    client: &Client,
) -> anyhow::Result<()> {
    let guard = |path| serving.needs_access.then(|| Box::new(Guard::new(client.clone(), path)));
    if let Some(listener) = serving.health.bind().await.context("failed to serve health probes")? {
        tracing::info!(address = %listener.local_addr()?, "serving health probes");
        tokio::spawn(serve(listener, None, Site::Probes(Arc::clone(health))));
    }
    if let Some(listener) = serving.metrics.bind().await.context("failed to serve metrics")? {
        tracing::info!(address = %listener.local_addr()?, secure = serving.is_secure, "serving metrics");
        let site = Site::Metrics {
            metrics: Arc::clone(metrics),
            state: serving.shows_state.then(|| Arc::clone(state)),
            guard: guard("/metrics"),
        };
        tokio::spawn(serve(listener, serving.tls()?, site));
    }
    if let Some(listener) = serving.web.bind().await.context("failed to serve the web page")? {
        tracing::info!(address = %listener.local_addr()?, secure = serving.is_secure, "serving the web page");
        let site = Site::Pages {
            web: Arc::clone(web),
            guard: guard(web::ROOT),
        };
        tokio::spawn(serve(listener, serving.tls()?, site));
    }
    Ok(())
}

impl Serving {
    fn tls(&self) -> anyhow::Result<Option<TlsAcceptor>> {
        let acceptor = || certificate::acceptor(self.certificate.as_ref());
        self.is_secure.then(acceptor).transpose()
    }
}

async fn serve(listener: TcpListener, tls: Option<TlsAcceptor>, site: Site) {
    let site = Arc::new(site);
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Too many open files, most likely: that passes.
                tracing::warn!(%error, "failed to accept a connection");
                sleep(Duration::from_secs(1)).await;
                continue;
            }
        };
        let (site, tls) = (Arc::clone(&site), tls.clone());
        tokio::spawn(async move {
            connection(stream, tls, site).await;
            drop(place);
        });
    }
}

async fn connection(stream: TcpStream, tls: Option<TlsAcceptor>, site: Arc<Site>) {
    let Some(tls) = tls else {
        return talk(stream, site).await;
    };
    let mut first = [0];
    match timeout(PATIENCE, stream.peek(&mut first)).await {
        Ok(Ok(1)) if first[0] == TLS_HANDSHAKE => {}
        Ok(Ok(1)) => {
            let refusal = b"HTTP/1.0 400 Bad Request\r\n\r\nThis address speaks HTTPS only.\n";
            // Whatever is left unread would take the answer with it. A client that is gone needs none.
            let _ = stream.try_read(&mut [0; 4096]);
            let _ = stream.try_write(refusal);
            return;
        }
        _ => return,
    }
    if let Ok(Ok(stream)) = timeout(PATIENCE, tls.accept(stream)).await {
        talk(stream, site).await;
    }
}

async fn talk(stream: impl AsyncRead + AsyncWrite + Unpin, site: Arc<Site>) {
    let service = service_fn(|request: Request<Incoming>| {
        let site = Arc::clone(&site);
        async move { Ok::<_, Infallible>(site.answer(&request).await) }
    });
    let result = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = result {
        tracing::trace!(%error, "a connection ended early");
    }
}

impl Site {
    async fn answer(&self, request: &Request<Incoming>) -> Answer {
        if request.method() != Method::GET && request.method() != Method::HEAD {
            return text(StatusCode::METHOD_NOT_ALLOWED, "only GET is answered here\n");
        }
        let (Self::Metrics { guard, .. } | Self::Pages { guard, .. }) = self else {
            return self.show(request).await;
        };
        let access = match guard {
            Some(guard) => guard.check(request.headers()).await,
            None => Access::Granted,
        };
        match access {
            Access::Granted => self.show(request).await,
            Access::Unknown => {
                let mut answer = text(StatusCode::UNAUTHORIZED, "Unauthorized\n");
                // With this, a browser asks for a token.
                answer
                    .headers_mut()
                    .insert(WWW_AUTHENTICATE, HeaderValue::from_static(ASK_FOR_TOKEN));
                answer
            }
            Access::Denied(why) => text(StatusCode::FORBIDDEN, why),
            Access::Failed(why) => text(StatusCode::INTERNAL_SERVER_ERROR, why),
        }
    }

    /// What is shown to those who may see it.
    async fn show(&self, request: &Request<Incoming>) -> Answer {
        let uri = request.uri();
        match (self, uri.path()) {
            // That this is answered shows that the process is alive.
            (Self::Probes(_), "/healthz") => text(StatusCode::OK, "ok"),
            (Self::Probes(health), "/readyz") => readiness(&health.missing()),
            (Self::Metrics { metrics, .. }, "/metrics") => typed(metrics.text(), PROMETHEUS_TEXT),
            (Self::Metrics { state: Some(state), .. }, "/debug/state") => match state.text() {
                Some(state) => typed(state, "application/json"),
                None => text(StatusCode::SERVICE_UNAVAILABLE, "the operator does not work yet\n"),
            },
            (Self::Pages { web, .. }, path) => page(web.page(path, uri.query()).await),
            _ => text(StatusCode::NOT_FOUND, "404 page not found\n"),
        }
    }
}

/// A page, with what browsers may do with it.
fn page(page: Page) -> Answer {
    let (status, html) = match page {
        Page::Found(html) => (StatusCode::OK, html),
        Page::Missing(html) => (StatusCode::NOT_FOUND, html),
        Page::Elsewhere(path) => {
            let mut answer = text(StatusCode::FOUND, "");
            answer.headers_mut().insert(LOCATION, HeaderValue::from_static(path));
            return answer;
        }
    };
    let mut answer = text(status, html);
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, web::content_security_policy()),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in headers {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

fn readiness(missing: &[String]) -> Answer {
    if missing.is_empty() {
        return text(StatusCode::OK, "ok");
    }
    text(StatusCode::SERVICE_UNAVAILABLE, missing.join("\n") + "\n")
}

fn typed(body: String, media_type: &'static str) -> Answer {
    let mut answer = text(StatusCode::OK, body);
    answer
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    answer
}

fn text(status: StatusCode, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    answer
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    answer
}
