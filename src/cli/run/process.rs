//! The operator's process: probes first, then the cluster, then leadership, then work.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use helm_kube::{ClientOptions, Cluster, Rate};
use kube::Client;
use tokio::signal::unix::{SignalKind, signal};

use crate::backoff::Backoff;
use crate::debug::StatePage;
use crate::health::Health;
use crate::http::{self, Serving};
use crate::leader::{Election, Leadership};
use crate::metrics::Metrics;
use crate::operator::{Operator, Options};
use crate::project::Project;
use crate::watches::Watch;
use crate::web::Web;

/// What is to be run; nothing of it needs to be checked any more.
pub(super) struct Plan {
    pub(super) project: Project,
    pub(super) watches: Vec<Watch>,
    pub(super) options: Options,
    pub(super) context: Option<String>,
    pub(super) rate: Option<Rate>,
    pub(super) serving: Serving,
    pub(super) election: Option<Election>,
}

/// Runs the plan until SIGTERM or SIGINT.
pub(super) fn run(plan: Plan) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(super::default_concurrency().min(4))
        .enable_all()
        .build()
        .context("failed to start the async runtime")?;
    let result = runtime.block_on(operate(plan));
    // A request or a render that hangs must not keep the process.
    runtime.shutdown_timeout(Duration::from_millis(200));
    result
}

async fn operate(plan: Plan) -> anyhow::Result<()> {
    let mut stop = std::pin::pin!(told_to_stop()?);
    let client_options = ClientOptions {
        context: plan.context.clone(),
        rate: plan.rate,
    };
    let (client, requests) = helm_kube::connect(&client_options).await?;
    let health = Arc::new(Health::new(requests.clone()));
    let metrics = Arc::new(Metrics::new(requests));
    let web = Arc::new(Web::new(Arc::clone(&health)));
    let state = Arc::new(StatePage::default());
    http::start(&plan.serving, &health, &metrics, &state, &web, &client).await?;
    let cluster = tokio::select! {
        cluster = reach(client) => cluster,
        () = &mut stop => return Ok(()),
    };
    let version = cluster.discovery().current().kube_version.clone();
    tracing::info!(
        kubernetes = version,
        watches = plan.watches.len(),
        "chartwright is running"
    );
    // A leader's only: it says what is waited for from then on.
    let operator = {
        let (health, metrics) = (Arc::clone(&health), Arc::clone(&metrics));
        let charts = plan.project.charts();
        move || {
            let operator = Operator::new(cluster, charts, plan.watches, plan.options, health, &metrics)?;
            web.show(operator.context());
            state.tell_with(operator.state());
            anyhow::Ok(operator)
        }
    };
    let Some(election) = plan.election else {
        operator()?.run(plan.project, stop).await;
        tracing::info!("chartwright has stopped");
        return Ok(());
    };
    // Renewals have a connection of their own, so that nothing can hold them up.
    let lease_options = ClientOptions {
        rate: None,
        ..client_options
    };
    let (lease_client, _) = helm_kube::connect(&lease_options).await?;
    health.stand_by(&election);
    metrics.leading(&election.lease, false);
    let leadership = tokio::select! {
        leadership = Leadership::gain(lease_client, &election) => leadership,
        () = &mut stop => return Ok(()),
    };
    metrics.leading(&election.lease, true);
    let operator = operator()?;
    tokio::select! {
        () = operator.run(plan.project, stop) => {}
        // Whatever is under way is dropped where it stands: another operator may be at work by now.
        reason = leadership.lost() => bail!("leader election lost: {reason}"),
    }
    leadership.release().await;
    tracing::info!("chartwright has stopped");
    Ok(())
}

fn told_to_stop() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("failed to listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("failed to listen for SIGINT")?;
    Ok(async move {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
    })
}

/// Asks the cluster what it serves, trying again while the API server can't be reached.
async fn reach(client: Client) -> Cluster {
    let mut failures = 0;
    loop {
        match Cluster::new(client.clone()).await {
            Ok(cluster) => return cluster,
            Err(error) => {
                let delay = Backoff::delay(failures).min(Duration::from_secs(30));
                let error = crate::error::chain(&error);
                tracing::warn!(
                    error,
                    retry_in_seconds = delay.as_secs_f64(),
                    "the cluster can't be reached"
                );
                tokio::time::sleep(delay).await;
                failures += 1;
            }
        }
    }
}
