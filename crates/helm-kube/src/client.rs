//! The connection to the API server.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::{Method, Request, Response, StatusCode};
use kube::client::{Body, ClientBuilder};
use kube::config::KubeConfigOptions;
use kube::{Client, Config};
use tower::{Layer, Service};

use crate::Error;

/// How to find the cluster.
#[derive(Clone, Debug, Default)]
pub struct ClientOptions {
    /// The kubeconfig's context; the current one if there is none.
    pub context: Option<String>,
}

/// What load balancers answer for a server that they can't reach, and servers that are about to stop.
const STANDS_FOR_NOBODY: [StatusCode; 3] = [
    StatusCode::BAD_GATEWAY,
    StatusCode::SERVICE_UNAVAILABLE,
    StatusCode::GATEWAY_TIMEOUT,
];

/// How many requests were sent, and whether the last one was answered. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct RequestCounts {
    host: Arc<str>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    counts: BTreeMap<(&'static str, u16), u64>,
    failure: Option<String>,
}

impl RequestCounts {
    /// The counts up to now, by HTTP method and status code; the code is 0 where no answer came.
    pub fn snapshot(&self) -> BTreeMap<(&'static str, u16), u64> {
        self.lock().counts.clone()
    }

    /// The API server's host and port.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Why the last request was not answered; `None` if it was, whatever the answer.
    pub fn failure(&self) -> Option<String> {
        self.lock().failure.clone()
    }

    fn count(&self, method: &'static str, outcome: Result<StatusCode, String>) {
        let mut state = self.lock();
        let code = outcome.as_ref().map_or(0, StatusCode::as_u16);
        *state.counts.entry((method, code)).or_default() += 1;
        state.failure = match outcome {
            Ok(status) if STANDS_FOR_NOBODY.contains(&status) => Some(format!("the answer was {status}")),
            Ok(_) => None,
            Err(error) => Some(error),
        };
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "OTHER",
    }
}

/// Connects to the cluster of `KUBECONFIG`, else to the one that we run in, else to that of `~/.kube/config`.
///
/// Nothing is sent yet. Retries are left to the caller: kube's own could hold a request for minutes.
pub async fn connect(options: &ClientOptions) -> Result<(Client, RequestCounts), Error> {
    let mut config = load(options).await?;
    config.default_retry = false;
    let server = config.cluster_url.to_string();
    let counts = RequestCounts {
        host: config
            .cluster_url
            .authority()
            .map_or("", |authority| authority.as_str())
            .into(),
        ..RequestCounts::default()
    };
    let client = ClientBuilder::try_from(config)
        .map_err(|source| Error::Connect { server, source })?
        .with_layer(&Counting(counts.clone()))
        .build();
    Ok((client, counts))
}

async fn load(options: &ClientOptions) -> Result<Config, Error> {
    match &options.context {
        None => Config::infer().await.map_err(|error| Error::Configure(Box::new(error))),
        Some(context) => {
            let options = KubeConfigOptions {
                context: Some(context.clone()),
                ..Default::default()
            };
            Config::from_kubeconfig(&options)
                .await
                .map_err(|error| Error::Configure(Box::new(error)))
        }
    }
}

#[derive(Clone)]
struct Counting(RequestCounts);

#[derive(Clone)]
struct CountingService<S> {
    inner: S,
    counts: RequestCounts,
}

impl<S> Layer<S> for Counting {
    type Service = CountingService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        CountingService {
            inner,
            counts: self.0.clone(),
        }
    }
}

impl<S, B> Service<Request<Body>> for CountingService<S>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Future: Send + 'static,
    S::Error: fmt::Display,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let method = name(request.method());
        let counts = self.counts.clone();
        let answer = self.inner.call(request);
        async move {
            let result = answer.await;
            counts.count(
                method,
                result.as_ref().map(Response::status).map_err(ToString::to_string),
            );
            result
        }
        .boxed()
    }
}
