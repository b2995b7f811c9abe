//! Where the facts come from: a watch for each kind, and the operator's metrics.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, bail};
use futures::StreamExt as _;
use futures::stream::BoxStream;
use helm_kube::{ClientOptions, Cluster, Gvk};
use hyper::{Request, Uri};
use kube::api::DynamicObject;
use kube::runtime::reflector::{Store, store::Writer};
use kube::runtime::{WatchStreamExt as _, watcher};
use kube::{Client, Config};
use tokio::time::{sleep, timeout};

use super::TopArgs;
use super::facts::{Facts, Release, Work};
use super::scrape::Scrape;
use crate::project::Project;
use crate::watches::Environment;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is read, and what was found. Clones share it.
#[derive(Clone)]
pub(super) struct Sources {
    cluster: Cluster,
    metrics: Client,
    metrics_url: Uri,
    namespace: Option<String>,
    found: Arc<Mutex<Found>>,
}

#[derive(Default)]
struct Found {
    kinds: BTreeMap<Gvk, Kind>,
    /// The last two scrapes, the newer first, each with its time.
    scrapes: Vec<(Instant, Scrape)>,
    /// Why the last scrape failed.
    failure: Option<String>,
}

/// The resources of a kind.
#[derive(Default)]
struct Kind {
    store: Option<Store<DynamicObject>>,
    /// Why they can't be read now.
    problem: Option<String>,
}

impl Sources {
    /// Finds the kinds that are releases, in watches.yaml and in the metrics, and begins to watch them.
    pub(super) async fn open(args: &TopArgs) -> anyhow::Result<Self> {
        let options = ClientOptions {
            context: args.context.clone(),
            rate: None,
        };
        let (client, _) = helm_kube::connect(&options).await?;
        let metrics_url: Uri = args
            .metrics_url
            .parse()
            .with_context(|| format!("--metrics-url {} is no address", args.metrics_url))?;
        let sources = Self {
            cluster: Cluster::new(client).await?,
            metrics: metrics_client(args, &metrics_url)?,
            metrics_url,
            namespace: args.namespace.clone(),
            found: Arc::default(),
        };
        if args.watches_file.exists() {
            let (_, watches) = Project::load(&args.watches_file, Environment::of_process(), &[])?;
            for watch in watches {
                sources.watch(watch.gvk).await;
            }
        }
        sources.scrape().await;
        let (is_blind, failure) = {
            let found = sources.found();
            (
                found.kinds.is_empty() && found.scrapes.is_empty(),
                found.failure.clone(),
            )
        };
        if is_blind {
            bail!(
                "nothing tells which kinds are releases: there is no {}, and {}; run this in the operator's project, or give \
                 --metrics-url (`kubectl port-forward` makes it reachable)",
                args.watches_file.display(),
                failure.unwrap_or_default()
            );
        }
        Ok(sources)
    }

    /// Reads metrics again and again.
    pub(super) async fn follow(self, interval: Duration) {
        loop {
            sleep(interval.max(Duration::from_millis(100))).await;
            self.scrape().await;
        }
    }

    /// The facts, once every kind has been listed.
    pub(super) async fn facts_once(&self) -> Facts {
        let stores: Vec<_> = self
            .found()
            .kinds
            .values()
            .filter_map(|kind| kind.store.clone())
            .collect();
        for store in stores {
            // Why one is not listed is among the problems.
            let _ = timeout(PATIENCE, store.wait_until_ready()).await;
        }
        self.facts()
    }

    /// What is known now.
    pub(super) fn facts(&self) -> Facts {
        let found = self.found();
        let mut facts = Facts::default();
        for (gvk, kind) in &found.kinds {
            let objects = kind.store.as_ref().map(Store::state).unwrap_or_default();
            facts
                .releases
                .extend(objects.iter().map(|object| Release::of(&gvk.kind, object)));
            facts.problems.extend(kind.problem.clone());
        }
        facts.problems.extend(found.failure.clone());
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs_f64();
        if let Some((time, scrape)) = found.scrapes.first().filter(|_| found.failure.is_none()) {
            let before = found.scrapes.get(1).map(|(before, scrape)| (scrape, *time - *before));
            facts.work = Work::of(scrape, before, now);
            let releases = std::mem::take(&mut facts.releases).into_iter();
            facts.releases = releases.map(|release| release.with_metrics(scrape)).collect();
        }
        facts
    }

    async fn scrape(&self) {
        let result = match timeout(PATIENCE, self.fetch()).await {
            Ok(result) => result,
            Err(_) => Err("no answer".to_owned()),
        };
        let scrape = match result {
            Ok(text) => Scrape::read(&text),
            Err(error) => {
                self.found().failure = Some(format!("no metrics from {}: {error}", self.metrics_url));
                return;
            }
        };
        let kinds: Vec<Gvk> = scrape.labels("resource_created_at_seconds").map(kind_of).collect();
        {
            let mut found = self.found();
            found.failure = None;
            found.scrapes.insert(0, (Instant::now(), scrape));
            found.scrapes.truncate(2);
        }
        for gvk in kinds {
            self.watch(gvk).await;
        }
    }

    async fn fetch(&self) -> Result<String, String> {
        let path = self.metrics_url.path();
        let request = Request::get(path).body(Vec::new()).map_err(|error| error.to_string())?;
        let answer = self.metrics.request_text(request).await;
        answer.map_err(|error| crate::error::chain(&error))
    }

    /// Watches a kind, unless it is watched already.
    async fn watch(&self, gvk: Gvk) {
        if self.found().kinds.contains_key(&gvk) {
            return;
        }
        let kind = match self.cluster.discovery().find(&gvk).await {
            Err(error) => Kind {
                store: None,
                problem: Some(crate::error::chain(&error)),
            },
            Ok(kind) => {
                let writer = Writer::new(kind.resource.clone());
                let store = Some(writer.as_reader());
                let api = self.cluster.api(&kind, self.namespace.as_deref());
                let events = watcher(api, watcher::Config::default()).default_backoff();
                let events = events.modify(|object| object.metadata.managed_fields = None);
                tokio::spawn(self.clone().note_problems(gvk.clone(), events.reflect(writer).boxed()));
                Kind { store, problem: None }
            }
        };
        self.found().kinds.entry(gvk).or_insert(kind);
    }

    /// Notes whether the last thing that a watch told was a failure.
    async fn note_problems<T>(self, gvk: Gvk, mut events: BoxStream<'static, watcher::Result<T>>) {
        while let Some(event) = events.next().await {
            let problem = event
                .err()
                .map(|error| format!("{gvk}: {}", crate::error::chain(&error)));
            if let Some(kind) = self.found().kinds.get_mut(&gvk) {
                kind.problem = problem;
            }
        }
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The kind that the labels of a metric name.
fn kind_of(labels: &BTreeMap<String, String>) -> Gvk {
    let label = |name: &str| labels.get(name).map(String::as_str).unwrap_or_default();
    Gvk::in_group(label("group"), label("version"), label("kind"))
}

/// The client of the metrics: not that of the API server, whose credentials are not for others.
fn metrics_client(args: &TopArgs, url: &Uri) -> anyhow::Result<Client> {
    let server = Uri::builder()
        .scheme(url.scheme_str().unwrap_or("http"))
        .authority(url.authority().map_or("", |authority| authority.as_str()))
        .path_and_query("/")
        .build()
        .with_context(|| format!("--metrics-url {url} names no server"))?;
    let mut config = Config::new(server);
    config.accept_invalid_certs = args.metrics_insecure;
    config.auth_info.token = args.metrics_token.clone().map(Into::into);
    config.default_retry = false;
    Client::try_from(config).with_context(|| format!("{url} can't be read"))
}
