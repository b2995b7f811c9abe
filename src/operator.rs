//! Wires the watches, the queue and the reconciles together, and runs them until told to stop.

mod places;
mod reload;

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use helm_action::Slot;
use helm_kube::Cluster;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tracing::Instrument as _;
use tracing::field::Empty;

use crate::backoff::Backoff;
use crate::charts::Charts;
use crate::debug;
use crate::dependents::{Dependents, Urgency, Wake};
use crate::events::Events;
use crate::health::Health;
use crate::identity::Identities;
use crate::looks::Looks;
use crate::metrics::{Metrics, Work, releases};
use crate::primaries::{Primaries, place};
use crate::project::Project;
use crate::queue::{After, Queue};
use crate::reconcile::{Context, Memory, Next, Settings, reconcile};
use crate::render::Renderer;
use crate::request::{Key, is_being_deleted};
use crate::sources::Sources;
use crate::watches::{ActiveWatches, Watch};
use places::Places;
use reload::Watchers;

/// How long a change of readiness waits for others: a rollout makes several in a row, and each would be a write.
const READINESS_DELAY: Duration = Duration::from_millis(200);

/// How the operator is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The namespaces to watch; all if empty.
    pub namespaces: Vec<String>,
    /// How many releases of one watch are worked on at once.
    pub max_concurrent_reconciles: usize,
    /// What concerns each release.
    pub settings: Settings,
    /// How long reconciles may go on after the operator was told to stop.
    pub grace: Duration,
}

/// The operator: all watches of one process.
pub struct Operator {
    cx: Arc<Context>,
    queue: Arc<Queue<Key>>,
    places: Places,
    backoff: Arc<Backoff>,
    progress: Arc<Work>,
    health: Arc<Health>,
    metrics: Arc<Metrics>,
    options: Options,
}

impl Operator {
    /// Sets everything up; `charts` has those of `watches`. Nothing is watched yet.
    ///
    /// # Errors
    /// The system's, if it grants no threads.
    pub fn new(
        cluster: Cluster,
        charts: Arc<Charts>,
        watches: Vec<Watch>,
        options: Options,
        health: Arc<Health>,
        metrics: &Arc<Metrics>,
    ) -> std::io::Result<Self> {
        let queue = Arc::new(Queue::default());
        let backoff = Arc::new(Backoff::default());
        let changed: Arc<dyn Fn(&Key) + Send + Sync> = {
            let (queue, backoff) = (Arc::clone(&queue), Arc::clone(&backoff));
            Arc::new(move |key: &Key| {
                backoff.reset(key);
                queue.add(key);
            })
        };
        let nudge: Wake = {
            let queue = Arc::clone(&queue);
            Arc::new(move |key: &Key, urgency| match urgency {
                Urgency::Now => queue.nudge(key),
                Urgency::Soon => queue.nudge_soon(key, READINESS_DELAY),
            })
        };
        let namespaces: Arc<[String]> = options.namespaces.clone().into();
        let progress = Arc::new(Work::new(Arc::clone(metrics)));
        health.expect(watches.iter().map(ToString::to_string));
        let cx = Context {
            dependents: Dependents::new(cluster.clone(), namespaces, nudge),
            identities: Identities::new(cluster.clone()),
            sources: Sources::new(cluster.client().clone(), Arc::clone(&changed)),
            primaries: Primaries::new(cluster.clone(), Arc::clone(&health), changed),
            events: Events::new(cluster.client().clone(), Arc::clone(metrics)),
            renderer: Renderer::new(
                std::thread::available_parallelism().map_or(2, usize::from),
                Arc::clone(metrics),
            )?,
            memory: Memory::default(),
            looks: Looks::default(),
            settings: options.settings.clone(),
            charts,
            watches: ActiveWatches::new(watches),
            cluster,
        };
        let cx = Arc::new(cx);
        metrics.collect_with({
            let (cx, progress) = (Arc::clone(&cx), Arc::clone(&progress));
            move |samples| {
                progress.collect(samples);
                releases::collect(&cx.primaries, &cx.watches, samples);
            }
        });
        let operator = Self {
            cx,
            queue,
            places: Places::default(),
            backoff,
            progress,
            health,
            metrics: Arc::clone(metrics),
            options,
        };
        operator.employ();
        Ok(operator)
    }

    /// What its reconciles share, for those who look on.
    pub fn context(&self) -> Arc<Context> {
        Arc::clone(&self.cx)
    }

    /// Tells what the operator has in mind, whenever it is asked.
    pub fn state(&self) -> impl Fn() -> debug::State + Send + Sync + 'static {
        let (cx, queue) = (Arc::clone(&self.cx), Arc::clone(&self.queue));
        let (backoff, work) = (Arc::clone(&self.backoff), Arc::clone(&self.progress));
        move || {
            let sources = debug::Sources {
                cx: &cx,
                queue: &queue,
                backoff: &backoff,
                work: &work,
            };
            sources.state()
        }
    }

    /// Gives each watch its places.
    fn employ(&self) {
        let default = self.options.max_concurrent_reconciles;
        let places = |watch: &Watch| watch.max_concurrent_reconciles.unwrap_or(default).max(1);
        let watches = self.cx.watches.all();
        let watches: Vec<_> = watches
            .into_iter()
            .map(|(index, watch)| {
                let count = places(&watch);
                (index, watch, count)
            })
            .collect();
        for (index, _, count) in &watches {
            self.places.set(*index, *count);
        }
        self.progress.employ(&watches);
    }

    /// Watches and reconciles until `stop` ends, taking up edits of the project's files, then lets the reconciles under way
    /// come to an end.
    pub async fn run(self, project: Project, stop: impl Future<Output = ()>) {
        let operator = Arc::new(self);
        operator.watch_charts().await;
        let mut watchers = Watchers::default();
        for (index, watch) in operator.cx.watches.all() {
            watchers.start(&operator, index, watch);
        }
        let (send, mut news) = mpsc::channel(1);
        let follower = tokio::spawn(project.follow(send));
        let mut running = JoinSet::new();
        let mut stop = std::pin::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                key = operator.queue.next() => drop(running.spawn(Arc::clone(&operator).work(key))),
                Some(_) = running.join_next(), if !running.is_empty() => {}
                Some(item) = news.recv() => operator.take(item, &mut watchers).await,
            }
        }
        drop(watchers);
        follower.abort();
        tracing::info!(running = running.len(), "stopping; reconciles under way come to an end");
        let drained = timeout(operator.options.grace, async {
            while running.join_next().await.is_some() {}
        })
        .await;
        if drained.is_err() {
            tracing::warn!(
                left = running.len(),
                "reconciles were cut off; they are taken up at the next start"
            );
        }
    }

    async fn watch(self: Arc<Self>, index: usize, watch: Arc<Watch>) {
        let kind = self.cx.primaries.kind(&watch).await;
        let namespaces: Vec<Option<String>> = if self.options.namespaces.is_empty() || !kind.namespaced {
            vec![None]
        } else {
            self.options.namespaces.iter().cloned().map(Some).collect()
        };
        // First all parts, then off with the whole, so that there is no moment without either.
        self.health
            .expect(namespaces.iter().map(|namespace| place(&watch, namespace.as_deref())));
        if !namespaces.contains(&None) {
            self.health.done(&watch.to_string());
        }
        let streams = namespaces.into_iter().map(|namespace| {
            self.cx
                .primaries
                .clone()
                .follow(index, Arc::clone(&watch), kind.clone(), namespace)
        });
        futures::future::join_all(streams).await;
    }

    /// Looks at one resource once. A deletion cuts off what is under way for it, so that a hook that hangs holds up
    /// nobody's deletion.
    async fn work(self: Arc<Self>, key: Key) {
        let mut running = self.progress.take(&key);
        let slot = Slot::take(self.places.of(key.watch)).await;
        running.start();
        // Boxed, so that those that wait for a place are small.
        let kind = &self.cx.watches.get(key.watch).gvk.kind;
        // At the highest level, so that it is there whatever is logged.
        let span = tracing::error_span!("reconcile", kind, object = %key, cause = Empty, revision = Empty);
        let look = Box::pin(self.look(&key, slot).instrument(span));
        let outcome = AssertUnwindSafe(look).catch_unwind().await.ok();
        running.end(outcome);
        // A bug in one release's reconcile holds up no other, and is tried again like any failure.
        let next = outcome.unwrap_or(Next::Backoff);
        let after = match next {
            Next::Event | Next::Stuck(None) => After::Nothing,
            Next::After(delay) | Next::Stuck(Some(delay)) => After::Wait(jittered(delay)),
            Next::Backoff => After::Hold(self.backoff.next(&key)),
        };
        if next != Next::Backoff {
            self.backoff.reset(&key);
        }
        self.queue.done(&key, after, || self.cx.dependents.has_causes(&key));
    }

    async fn look(&self, key: &Key, slot: Slot) -> Next {
        let is_alive = self
            .cx
            .primaries
            .get(key)
            .is_some_and(|object| !is_being_deleted(&object));
        tokio::select! {
            biased;
            next = reconcile(&self.cx, key, slot) => next,
            () = self.cx.primaries.deletion(key), if is_alive => Next::Event,
        }
    }
}

/// Up to a tenth more, so that releases made together are not looked at together for ever.
fn jittered(delay: Duration) -> Duration {
    delay + delay.mul_f64(crate::backoff::fraction() / 10.0)
}
