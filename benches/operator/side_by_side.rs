//! The life of releases: installed one by one and in a burst, left alone, upgraded, damaged, uninstalled.

use std::time::{Duration, Instant};

use anyhow::Result;
use kube::ResourceExt as _;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams};
use serde_json::json;
use tokio::time::sleep;

use crate::arena::{Arena, names};
use crate::audit::Requests;
use crate::changes::{Changes, is_deployed};
use crate::figures::{Amount, Figures};
use crate::floor;
use crate::options::{Options, Subject};
use crate::process::Process;

/// How long things are given to come to rest before memory is read or requests are counted.
pub(crate) const REST: Duration = Duration::from_secs(3);

/// After this long, a repair is not timed again: it may take a period of the operator's.
const REPAIR_BUDGET: Duration = Duration::from_secs(100);

/// One subject in its arena.
struct Run<'a> {
    arena: Arena,
    process: Process,
    stores: Changes,
    figures: Figures,
    options: &'a Options,
}

pub(crate) async fn measure(subject: &Subject, options: &Options) -> Result<Figures> {
    let arena = Arena::open(&subject.name, options).await?;
    let process = arena.start(subject)?;
    let mut figures = Figures::default();
    figures.time("start to ready", process.ready().await?);
    let mut run = Run {
        stores: arena.changes().await,
        arena,
        process,
        figures,
        options,
    };
    run.memory("at rest, no release").await?;
    run.singles().await?;
    let burst = names("burst", options.count);
    run.burst(&burst).await?;
    run.idle().await?;
    run.upgrade(&burst).await?;
    run.repairs(&burst).await?;
    run.uninstall(&burst).await?;
    let Run {
        mut figures,
        process,
        arena,
        stores,
        ..
    } = run;
    figures.time("shutdown", process.stop().await?);
    drop((stores, arena));
    floor::measure(subject, options, &mut figures).await?;
    Ok(figures)
}

impl Run<'_> {
    async fn memory(&mut self, when: &str) -> Result<()> {
        sleep(REST).await;
        let memory = self.process.memory()?;
        self.figures
            .push(format!("resident memory {when}"), Amount::Memory(memory.resident));
        self.figures
            .push(format!("of it its own {when}"), Amount::Memory(memory.own));
        self.figures
            .push(format!("peak memory {when}"), Amount::Memory(memory.peak));
        Ok(())
    }

    /// Installs and uninstalls one release after the other.
    async fn singles(&mut self) -> Result<()> {
        let first = self.install("first").await?;
        self.figures.time("first install", first);
        self.memory("with one release").await?;
        let requests = Requests::begin(&self.arena.plane).await?;
        let names = names("single", self.options.samples);
        let mut times = Vec::new();
        for name in &names {
            times.push(self.install(name).await?);
        }
        self.figures.spread("install", times);
        sleep(REST).await;
        self.per_release("install", &requests, names.len()).await?;
        let requests = Requests::begin(&self.arena.plane).await?;
        let mut times = Vec::new();
        for name in &names {
            let start = Instant::now();
            self.arena.delete(std::slice::from_ref(name)).await?;
            times.push(self.gone(std::slice::from_ref(name)).await? - start);
        }
        self.figures.spread("uninstall", times);
        sleep(REST).await;
        self.per_release("uninstall", &requests, names.len()).await
    }

    async fn install(&mut self, name: &str) -> Result<Duration> {
        let names = [name.to_owned()];
        let start = Instant::now();
        self.arena.create(&names).await?;
        Ok(self
            .stores
            .wait("installed", names, |change| is_deployed(change, ""))
            .await?
            - start)
    }

    async fn gone(&mut self, names: &[String]) -> Result<Instant> {
        self.stores
            .wait("gone", names.iter().cloned(), |change| change.is_gone)
            .await
    }

    #[expect(clippy::cast_precision_loss, reason = "nothing here is counted to 2^52")]
    async fn per_release(&mut self, what: &str, requests: &Requests, releases: usize) -> Result<()> {
        let counts = requests.count().await?;
        for (kind, count) in [
            ("reads", counts.reads),
            ("writes", counts.writes),
            ("events", counts.events),
        ] {
            let count = Amount::Count(count as f64 / releases as f64);
            self.figures.push(format!("{kind} of each {what}"), count);
        }
        Ok(())
    }

    async fn burst(&mut self, names: &[String]) -> Result<()> {
        let requests = Requests::begin(&self.arena.plane).await?;
        let cpu = self.process.cpu()?;
        let start = Instant::now();
        self.arena.create(names).await?;
        let end = self
            .stores
            .wait("installed", names.iter().cloned(), |change| is_deployed(change, ""))
            .await?;
        let what = format!("burst of {}", names.len());
        self.figures.time(what.as_str(), end - start);
        self.memory("after the burst").await?;
        self.figures
            .time(format!("{what}, processor time"), self.process.cpu_since(cpu)?);
        self.per_release(&what, &requests, names.len()).await
    }

    async fn idle(&mut self) -> Result<()> {
        // What the play of pods has to say to the releases has been said by then.
        sleep(REST * 2).await;
        let requests = Requests::begin(&self.arena.plane).await?;
        let cpu = self.process.cpu()?;
        let idle = Duration::from_secs(self.options.idle);
        sleep(idle).await;
        let seconds = idle.as_secs();
        self.figures.time(
            format!("idle {seconds} s, processor time"),
            self.process.cpu_since(cpu)?,
        );
        let counts = requests.count().await?;
        self.figures.count(format!("idle {seconds} s, reads"), counts.reads);
        self.figures
            .count(format!("idle {seconds} s, writes"), counts.writes + counts.events);
        self.figures
            .count(format!("idle {seconds} s, watches renewed"), counts.watches);
        Ok(())
    }

    async fn upgrade(&mut self, names: &[String]) -> Result<()> {
        let requests = Requests::begin(&self.arena.plane).await?;
        let cpu = self.process.cpu()?;
        self.stores.skip();
        let start = Instant::now();
        self.arena.scale(names, 2).await?;
        let end = self
            .stores
            .wait("upgraded", names.iter().cloned(), |change| {
                is_deployed(change, "replicas: 2")
            })
            .await?;
        let what = format!("upgrade of {}", names.len());
        self.figures.time(what.as_str(), end - start);
        self.memory("after the upgrade").await?;
        self.figures
            .time(format!("{what}, processor time"), self.process.cpu_since(cpu)?);
        self.per_release(&what, &requests, names.len()).await
    }

    async fn repairs(&mut self, names: &[String]) -> Result<()> {
        let times = self.repair_deletions(names).await?;
        self.figures.spread("repair of a deletion", times);
        let times = self.repair_edits(names).await?;
        self.figures.spread("repair of an edit", times);
        Ok(())
    }

    async fn repair_deletions(&mut self, names: &[String]) -> Result<Vec<Duration>> {
        let services = self.arena.api("v1", "Service");
        let mut changes = Changes::of(services.clone()).await;
        let mut times = Vec::new();
        let budget = Instant::now();
        for name in names.iter().take(self.options.samples) {
            let service = format!("{name}-app");
            let before = services.get(&service).await?.uid();
            changes.skip();
            let start = Instant::now();
            services.delete(&service, &DeleteParams::default()).await?;
            let is_back = |change: &crate::changes::Change| {
                !change.is_gone && change.object["metadata"]["uid"].as_str() != before.as_deref()
            };
            times.push(changes.wait("back", [service.clone()], is_back).await? - start);
            if budget.elapsed() > REPAIR_BUDGET {
                break;
            }
        }
        Ok(times)
    }

    async fn repair_edits(&mut self, names: &[String]) -> Result<Vec<Duration>> {
        let deployments = self.arena.api("apps/v1", "Deployment");
        let mut changes = Changes::of(deployments.clone()).await;
        let edit = Patch::Merge(json!({"spec": {"replicas": 5}}));
        let mut times = Vec::new();
        let budget = Instant::now();
        for name in names.iter().take(self.options.samples) {
            let deployment = format!("{name}-app");
            changes.skip();
            let start = Instant::now();
            let edited = deployments.patch(&deployment, &PatchParams::default(), &edit).await?;
            let generation = edited.metadata.generation;
            let is_back = |change: &crate::changes::Change| {
                change.object["spec"]["replicas"] == 2 && change.object["metadata"]["generation"].as_i64() > generation
            };
            times.push(changes.wait("as before", [deployment.clone()], is_back).await? - start);
            if budget.elapsed() > REPAIR_BUDGET {
                break;
            }
        }
        Ok(times)
    }

    async fn uninstall(&mut self, names: &[String]) -> Result<()> {
        let start = Instant::now();
        self.arena.delete(names).await?;
        let end = self.gone(names).await?;
        self.figures.time(format!("uninstall of {}", names.len()), end - start);
        self.memory("after the uninstall").await?;
        let selector = ListParams::default().labels("owner=helm");
        let left = self.arena.api("v1", "Secret").list(&selector).await?.items.len();
        self.figures.count("records left, of one release", left);
        Ok(())
    }
}
