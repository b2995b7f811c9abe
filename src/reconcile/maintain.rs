//! A release whose spec has nothing new to say: what is deployed is kept as it is.

use std::sync::Arc;

use futures::future::join_all;
use helm_action::{Context as ReleaseContext, History, Repaired, Tracked, check, repair};
use helm_kube::Record;
use helm_release::Status;

use super::memory::{Memo, kept};
use super::resource::Resource;
use crate::dependents::{Causes, Sighting};
use crate::error::ReconcileError;
use crate::events::Happening;

impl Resource<'_> {
    /// The resource can't be made into a release: what is deployed is kept as it is, and remembered, so that the status goes
    /// on telling of it.
    pub(super) async fn keep(
        &self,
        release: &ReleaseContext,
        history: &History,
        causes: &Causes,
    ) -> Result<(), ReconcileError> {
        self.remember_deployed(history);
        let Some(mut memo) = self.cx.memory.get(self.key) else {
            return Ok(());
        };
        // A revision with a later one half over it can't be told from drift.
        if !history.last().is_some_and(is_deployed) {
            return Ok(());
        }
        let mut release = release.clone();
        memo.record
            .release
            .chart
            .name()
            .clone_into(&mut release.ownership.chart);
        if memo.objects.is_empty() {
            memo.objects = self.checked(&release, &memo.record).await?;
        } else {
            self.repair_drift(&release, &mut memo, causes).await?;
        }
        self.track(&memo.objects).await;
        self.remember(memo);
        Ok(())
    }

    /// Watches the objects of a release, unless its watch asks for a check at each period instead.
    pub(super) async fn track(&self, objects: &[Tracked]) {
        if self.watch.watch_dependent_resources {
            self.cx.dependents.track(self.key, objects).await;
        } else {
            self.cx.dependents.forget(self.key);
        }
    }

    /// Remembers the deployed revision of a release that nothing is remembered of: the operator was started just now.
    pub(super) fn remember_deployed(&self, history: &History) {
        if let Some(deployed) = history.deployed().filter(|_| !self.cx.memory.has(self.key)) {
            let memo = Memo {
                made_from: None,
                watch: Arc::clone(self.watch),
                chart: [0; 32],
                asked: None,
                is_paused: false,
                record: kept(deployed.clone()),
                objects: Vec::new(),
                is_left: false,
            };
            self.remember(memo);
        }
    }

    /// The objects that are as the deployed revision left them: nothing came after it, and the watches have seen nothing
    /// that is not the work of controllers. From here on they may be otherwise.
    pub(super) fn leave(&self, history: &History) -> Vec<Tracked> {
        let Some(memo) = self.cx.memory.get(self.key) else {
            return Vec::new();
        };
        let is_last =
            |last: &&Record| last.release.version == memo.record.release.version && last.version == memo.record.version;
        let is_known = !memo.is_left
            && self.watch.watch_dependent_resources
            && history.last().filter(is_last).is_some_and(is_deployed);
        let untouched = if is_known {
            self.cx.dependents.untouched(&memo.objects)
        } else {
            Vec::new()
        };
        self.remember(Memo { is_left: true, ..memo });
        untouched
    }

    /// A release that is in sync: drift is repaired, and a change of readiness told. Without a cause, nothing is asked or
    /// written at all. Says whether it was in sync: somebody else may have changed the release itself.
    pub(super) async fn maintain(
        &self,
        mut memo: Memo,
        causes: &Causes,
        release: &ReleaseContext,
    ) -> Result<bool, ReconcileError> {
        let is_watched = self.watch.watch_dependent_resources;
        // The causes are taken: if this comes to nothing, the next look must be a complete one.
        self.remember(Memo {
            made_from: None,
            ..memo.clone()
        });
        // What a watch has told of is brought back before anything is asked: whoever changed the release itself finds it
        // taken back anyway.
        let repaired = self.repair_drift(release, &mut memo, causes).await;
        if !is_watched || !causes.drifted.is_empty() {
            let is_current = release.secrets.is_current(&memo.record).await;
            if !is_current.map_err(|error| ReconcileError::Reconcile(error.into()))? {
                tracing::info!(release = %self.key, "the release was changed by somebody else");
                return Ok(false);
            }
        }
        repaired?;
        if !is_watched {
            memo.objects = self.checked(release, &memo.record).await?;
        }
        self.report(Some(&memo), None).await?;
        self.remember(memo);
        Ok(true)
    }

    /// Checks all objects of a stored revision, brings back what is gone or differs, and tells of it.
    pub(super) async fn checked(
        &self,
        release: &ReleaseContext,
        record: &Record,
    ) -> Result<Vec<Tracked>, ReconcileError> {
        let outcome = check(release, record).await;
        self.publish_notices(release).await;
        let (objects, repaired) = outcome.map_err(ReconcileError::Reconcile)?;
        self.tell_repaired(&repaired).await;
        Ok(objects)
    }

    /// Brings back the objects that may have drifted, each with one request. One that can't be brought back keeps no other
    /// from it; the first such error is returned.
    async fn repair_drift(
        &self,
        release: &ReleaseContext,
        memo: &mut Memo,
        causes: &Causes,
    ) -> Result<(), ReconcileError> {
        if causes.drifted.is_empty() {
            return Ok(());
        }
        let record = Arc::clone(&memo.record);
        let repairs = causes.drifted.iter().map(async |(object, sighting)| {
            let live = match sighting {
                Sighting::Seen(live) => Some((**live).clone()),
                Sighting::Gone => None,
                Sighting::Unread => release.cluster.get(object).await?,
            };
            repair(release, &record, object, live).await
        });
        let mut outcome = Ok(());
        let mut told = Vec::new();
        for repair in Box::pin(join_all(repairs)).await {
            match repair {
                Ok(Some((tracked, repaired))) => {
                    memo.objects.retain(|known| known.object != tracked.object);
                    memo.objects.push(tracked);
                    told.extend(repaired);
                }
                Ok(None) => {}
                Err(error) => outcome = outcome.and(Err(ReconcileError::Reconcile(error))),
            }
        }
        // Before anything is told, so that what comes of the repair is known for it.
        self.track(&memo.objects).await;
        self.publish_notices(release).await;
        self.tell_repaired(&told).await;
        outcome
    }

    async fn tell_repaired(&self, repaired: &[Repaired]) {
        for repaired in repaired {
            let reference = &repaired.tracked.object;
            let what = match &repaired.difference {
                Some(difference) => format!(
                    "{reference}: `{}` was changed and is as the chart says again",
                    difference.pointer
                ),
                None => format!("{reference} was deleted and is back"),
            };
            tracing::info!(release = %self.key, object = %reference, "Reconciled release: {what}");
            self.publish_about(Happening::DriftRepaired, &what, reference).await;
        }
    }
}

fn is_deployed(record: &Record) -> bool {
    record.release.info.status == Status::Deployed
}
