//! Charts of other people, next to real Helm, on a real API server: `make e2e-corpus`.
//!
//! The corpus is not in the repository; `CORPUS` names its folder. What is done with a chart is in `tests/e2e`, where
//! our own charts go through the same.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test ends by panicking, wherever it is"
)]
#![expect(clippy::print_stdout, reason = "the figures are what this is run for")]

#[path = "../e2e/adoption.rs"]
mod adoption;
#[expect(dead_code, reason = "not all of it is needed here")]
#[path = "../e2e/cluster.rs"]
mod cluster;
#[expect(dead_code, reason = "not all of it is needed here")]
#[path = "../e2e/harness.rs"]
mod harness;
#[expect(dead_code, reason = "not all of it is needed here")]
#[path = "../e2e/oracle.rs"]
mod oracle;
#[expect(dead_code, reason = "not all of it is needed here")]
#[path = "../e2e/parity.rs"]
mod parity;
#[path = "../e2e/snapshot.rs"]
mod snapshot;
#[path = "../e2e/stability.rs"]
mod stability;

mod charts;

use std::collections::BTreeMap;
use std::sync::Mutex;

use libtest_mimic::{Arguments, Failed, Trial};

use crate::adoption::{Maker, hand_over};
use crate::charts::{ADOPTED, Corpus, STABLE};
use crate::harness::Operator;
use crate::parity::{Case, Reach, compare};
use crate::stability::hold;

/// How many trials of each sort came out well, of how many.
static SCORES: Mutex<BTreeMap<&str, (usize, usize)>> = Mutex::new(BTreeMap::new());

fn main() {
    let corpus = Corpus::find();
    let mut arguments = Arguments::from_args();
    // The trials look at the whole cluster.
    arguments.test_threads.get_or_insert(1);
    let parity = charts::compared().into_iter().map(|id| {
        let case = corpus.case(&id);
        trial("parity", &id, async move || install(&case).await)
    });
    let adoption = ADOPTED.iter().map(|(maker, id)| {
        let case = corpus.case(id);
        trial("adoption", &format!("{maker:?}/{id}"), async move || {
            adopt(&case, *maker).await
        })
    });
    let stability = STABLE.iter().map(|id| {
        let case = corpus.case(id);
        trial("stability", id, async move || stay(&case).await)
    });
    let conclusion = libtest_mimic::run(&arguments, parity.chain(adoption).chain(stability).collect());
    for (sort, (well, all)) in &*SCORES.lock().unwrap() {
        println!("{sort}: {well} of {all}");
    }
    conclusion.exit();
}

/// A trial that prints what it found and is counted in the score of its sort.
fn trial(sort: &'static str, name: &str, work: impl AsyncFnOnce() -> Result<String, String> + Send + 'static) -> Trial {
    let title = format!("{sort}/{name}");
    Trial::test(title, move || {
        SCORES.lock().unwrap().entry(sort).or_default().1 += 1;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        let found = runtime.block_on(work());
        println!("{}", found.as_ref().unwrap_or_else(|complaint| complaint));
        found.map_err(Failed::from)?;
        SCORES.lock().unwrap().entry(sort).or_default().0 += 1;
        Ok(())
    })
}

async fn install(case: &Case) -> Result<String, String> {
    let told = compare(case, Reach::Cluster).await?;
    if told.differences.is_empty() {
        let (theirs, ours) = told.record;
        let (objects, hooks) = (told.objects, told.hooks);
        Ok(format!(
            "{objects} objects, {hooks} requests for hooks, record {theirs} bytes by Helm, {ours} by us"
        ))
    } else {
        Err(told.differences.join("\n"))
    }
}

async fn adopt(case: &Case, maker: Maker) -> Result<String, String> {
    let stood = hand_over(case, maker, Reach::Cluster).await?;
    Ok(format!("{stood} workloads and pods stood still"))
}

async fn stay(case: &Case) -> Result<String, String> {
    let mut operator = Operator::of_chart("stability", &case.chart).await;
    let looks = hold(&mut operator, case.values.clone(), 100).await?;
    Ok(format!("{looks} renders"))
}
