//! The connection to the API server.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::{Method, Request, Response, StatusCode};
use kube::client::{Body, ClientBuilder};
use kube::config::KubeConfigOptions;
use kube::{Client, Config};
use tower::limit::RateLimitLayer;
use tower::util::option_layer;
use tower::{Layer, Service};

use crate::Error;

/// How to find the cluster.
#[derive(Clone, Debug, Default)]
pub struct ClientOptions {
    /// The kubeconfig's context; the current one if there is none.
    pub context: Option<String>,
    /// How many requests are sent at most; as many as there are if `None`.
    pub rate: Option<Rate>,
}

/// How many requests are sent at most, watches among them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// In a second, on average; above 0.
    pub per_second: f64,
    /// At once; above 0.
    pub burst: u32,
}

impl Rate {
    /// As many requests as may be sent at once, in the time that they may take on average.
    fn layer(self) -> RateLimitLayer {
        RateLimitLayer::new(
            u64::from(self.burst.max(1)),
            Duration::from_secs_f64(f64::from(self.burst.max(1)) / self.per_second),
        )
    }
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
        .with_layer(&option_layer(options.rate.map(Rate::layer)))
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

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use tokio::time::Instant;
    use tower::{ServiceBuilder, ServiceExt as _, service_fn};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_more_requests_are_sent_than_the_rate_allows() {
        let rate = Rate {
            per_second: 10.0,
            burst: 2,
        };
        let mut service = ServiceBuilder::new()
            .option_layer(Some(rate.layer()))
            .service(service_fn(async |()| Ok::<_, Infallible>(())));
        let start = Instant::now();
        for _ in 0..6 {
            service.ready().await.unwrap().call(()).await.unwrap();
        }
        assert_eq!(start.elapsed().as_millis(), 400, "two at once, five times a second");
    }
}
