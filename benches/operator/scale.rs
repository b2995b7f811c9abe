//! Many releases: what they take in memory, and what a restart with them costs.

use std::time::Instant;

use anyhow::{Context as _, Result};
use tokio::time::sleep;

use crate::arena::{Arena, names};
use crate::audit::Requests;
use crate::changes::is_deployed;
use crate::figures::{Amount, Figures};
use crate::options::{Options, Subject};
use crate::process::Process;
use crate::side_by_side::REST;

pub(crate) async fn measure(subject: &Subject, options: &Options) -> Result<Figures> {
    let arena = Arena::open(&subject.name, options).await?;
    let mut figures = Figures::default();
    let process = arena.start(subject)?;
    process.ready().await?;
    let mut stores = arena.changes().await;
    let names = names("many", options.count);
    let start = Instant::now();
    arena.create(&names).await?;
    let end = stores
        .wait("installed", names.iter().cloned(), |change| is_deployed(change, ""))
        .await?;
    figures.time(format!("burst of {}", names.len()), end - start);
    memory(&mut figures, "right after it", &process)?;
    settle(&arena, &process).await?;
    memory(&mut figures, "at rest", &process)?;
    process.stop().await?;

    let requests = Requests::begin(&arena.plane).await?;
    let process = arena.start(subject)?;
    figures.time("restart with them, to ready", process.ready().await?);
    settle(&arena, &process).await?;
    figures.time("restart, processor time", process.cpu()?);
    memory(&mut figures, "after the restart", &process)?;
    let counts = requests.count().await?;
    figures.count("restart, reads", counts.reads);
    figures.count("restart, writes", counts.writes);
    figures.count("restart, events", counts.events);
    figures.time("shutdown with them", process.stop().await?);
    Ok(figures)
}

/// Waits until the operator has neither asked anything nor used its processor for a while.
async fn settle(arena: &Arena, process: &Process) -> Result<()> {
    loop {
        let requests = Requests::begin(&arena.plane).await?;
        let cpu = process.cpu()?;
        sleep(REST).await;
        let is_quiet = requests.get().await?.iter().all(|request| request.verb == "watch");
        if is_quiet && process.cpu_since(cpu)? < REST / 50 {
            return Ok(());
        }
    }
}

fn memory(figures: &mut Figures, when: &str, process: &Process) -> Result<()> {
    let memory = process.memory().context("read the memory of the operator")?;
    figures.push(format!("resident memory {when}"), Amount::Memory(memory.resident));
    figures.push(format!("of it its own {when}"), Amount::Memory(memory.own));
    figures.push(format!("peak memory {when}"), Amount::Memory(memory.peak));
    Ok(())
}
