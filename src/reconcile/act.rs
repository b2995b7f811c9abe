//! Does what the plan says.

use helm_action::{
    Context as ReleaseContext, Deployed, Desired, History, Operation, Step, adopt, cause, deploy, observe, plan, test,
    wants_test,
};
use helm_kube::{Gvk, ObjectRef, Record};
use helm_release::StorageKey;

use super::memory::{Memo, kept};
use super::release::explained;
use super::resource::Resource;
use super::tell_revision;
use crate::charts::LoadedChart;
use crate::dependents::Causes;
use crate::error::ReconcileError;
use crate::events::Happening;

/// What one look at a resource works on.
pub(super) struct Look<'a> {
    pub(super) resource: Resource<'a>,
    pub(super) causes: &'a Causes,
    pub(super) release: &'a ReleaseContext,
    pub(super) history: &'a History,
    pub(super) chart: &'a LoadedChart,
}

impl Look<'_> {
    /// Brings the release to what is desired, or to what follows from an earlier failure.
    pub(super) async fn act(&self, desired: &Desired) -> Result<Memo, ReconcileError> {
        let step = plan(self.history, self.resource.goal(desired));
        tell_revision(step.revision());
        tracing::debug!(release = %self.resource.key, ?step, "planned");
        let done = match step {
            Step::Install { revision } => self.bring_out(desired, revision, Operation::Install).await?,
            Step::Upgrade { revision } => self.bring_out(desired, revision, Operation::Upgrade).await?,
            Step::Compare { revision } => self.compare(desired, revision).await?,
            Step::Rollback { to, revision } => Box::pin(self.roll_back(desired, to, revision)).await?,
            Step::InSync { .. } => self.repair().await?,
            Step::Hold { .. } => {
                let resource = &self.resource;
                resource.keep(self.release, self.history, self.causes).await?;
                return Err(self.held(self.history.last()));
            }
            Step::Missing { revision } => return Err(ReconcileError::NoRevision { revision }),
        };
        Ok(self.memo(done))
    }

    fn memo(&self, done: Deployed) -> Memo {
        Memo::of(&self.resource, *self.chart.digest.as_bytes(), done.record, done.objects)
    }

    /// Compares a release that another tool made, and takes it over as it is or by an upgrade.
    async fn compare(&self, desired: &Desired, revision: u32) -> Result<Deployed, ReconcileError> {
        let adopted = adopt(self.release, self.history, desired).await;
        let Some(adopted) = adopted.map_err(ReconcileError::Reconcile)? else {
            return self.bring_out(desired, revision + 1, Operation::Upgrade).await;
        };
        tracing::info!(release = %self.resource.key, revision, "Adopted release");
        let note = format!("Adopted revision {revision}: the chart renders the same");
        self.resource.publish(Happening::Adopted, &note).await;
        Ok(adopted)
    }

    /// Checks a release that is in sync.
    async fn repair(&self) -> Result<Deployed, ReconcileError> {
        let Some(record) = self.history.last() else {
            unreachable!("a release in sync has a record")
        };
        Ok(Deployed {
            record: record.clone(),
            objects: self.resource.checked(self.release, record).await?,
        })
    }

    /// Installs or upgrades, and tells of it.
    async fn bring_out(
        &self,
        desired: &Desired,
        revision: u32,
        operation: Operation,
    ) -> Result<Deployed, ReconcileError> {
        if !is_repeated(self.history, desired) {
            self.warn_of_overrides().await;
        }
        let description = match operation {
            Operation::Install => &self.resource.wishes.install_description,
            _ => &self.resource.wishes.upgrade_description,
        };
        let desired = Desired {
            cause: cause(self.history.deployed(), desired),
            description: description.clone().unwrap_or_default(),
            ..desired.clone()
        };
        let mut release = self.release.clone();
        release.untouched = self.resource.leave(self.history);
        let done = Box::pin(deploy(&release, self.history, &desired, revision, operation)).await;
        self.resource.publish_notices(self.release).await;
        let done = match done {
            Ok(done) => done,
            Err(error) => return Err(explained(error, self.release, self.history, &desired).await),
        };
        let (happening, words) = if operation == Operation::Install {
            (Happening::Installed, format!("Installed revision {revision}"))
        } else {
            (Happening::Upgraded, format!("Upgraded to revision {revision}"))
        };
        self.tell(&done.record, happening, &words, &desired.cause).await;
        Ok(done)
    }

    /// Goes back to an earlier revision: because somebody asks for it, or because the inputs failed. What is deployed
    /// then is not what the resource asks for, so that the failure is what is told.
    async fn roll_back(&self, desired: &Desired, to: u32, revision: u32) -> Result<Deployed, ReconcileError> {
        let target = self
            .history
            .find(to)
            .ok_or(ReconcileError::NoRevision { revision: to })?;
        let is_asked_for = self.resource.wishes.rollback_to.is_some();
        let mut release = self.release.clone();
        release.force = self.resource.wishes.rollback_force;
        release.untouched = self.resource.leave(self.history);
        let mut earlier = Desired::of(target).map_err(ReconcileError::Reconcile)?;
        if !is_asked_for {
            release.refused = Some(desired.inputs.clone());
            earlier.cause = failure_before(self.history, revision);
        }
        let done = deploy(&release, self.history, &earlier, revision, Operation::Rollback { to }).await;
        self.resource.publish_notices(self.release).await;
        let done = done.map_err(ReconcileError::Rollback)?;
        let words = format!("Rolled back to revision {to} by revision {revision}");
        self.tell(&done.record, Happening::RolledBack, &words, &earlier.cause)
            .await;
        if is_asked_for {
            return Ok(done);
        }
        let held = self.held(Some(&done.record));
        let memo = Memo {
            made_from: None,
            ..self.memo(done)
        };
        self.resource.track(&memo.objects).await;
        self.resource.remember(memo);
        Err(held)
    }

    fn held(&self, last: Option<&Record>) -> ReconcileError {
        let description = last.map(|last| last.release.info.description.clone());
        ReconcileError::Held {
            is_upgrade: self.history.deployed().is_some(),
            description: description.unwrap_or_default(),
        }
    }

    async fn tell(&self, record: &Record, happening: Happening, words: &str, cause: &str) {
        let revision = record.release.version;
        let note = if cause.is_empty() {
            words.to_owned()
        } else {
            // A rollback's cause is what failed, with the server's own words.
            self.resource.masked(format!("{words}: {cause}"))
        };
        let what = match happening {
            Happening::Installed => "Installed release",
            Happening::RolledBack => "Rolled back release",
            _ => "Upgraded release",
        };
        tracing::info!(release = %self.resource.key, revision, "{what}");
        // Each revision has an event of its own, whatever there was before.
        self.resource.publish_about(happening, &note, &secret_of(record)).await;
        if !record.parts.is_empty() {
            let note = crate::status::split_record(record);
            self.resource.publish(Happening::RecordSplit, &note).await;
        }
    }

    /// Runs the chart's tests, if somebody asks for a run that has not been.
    pub(super) async fn test(&self, memo: &mut Memo) -> Result<(), ReconcileError> {
        let asked = self.resource.wishes.run_tests.as_deref();
        let Some(asked) = asked.filter(|asked| wants_test(&memo.record, Some(asked))) else {
            return Ok(());
        };
        let mut release = self.release.clone();
        release.disable_hooks = false;
        // What is remembered of the record lacks its hooks.
        let history = observe(&release.secrets, &release.ownership.release, false).await;
        let history = history.map_err(ReconcileError::Reconcile)?;
        let Some(record) = history.last() else { return Ok(()) };
        let record = test(&release, record, asked).await.map_err(ReconcileError::Reconcile)?;
        memo.record = kept(record);
        if let Some(tests) = &memo.record.marks.tests {
            let happening = if tests.passed == Some(true) {
                Happening::TestsPassed
            } else {
                Happening::TestsFailed
            };
            let told = self.resource.masked(tests.message.clone());
            tracing::info!(release = %self.resource.key, revision = tests.revision, "Tested release: {told}");
            self.resource.publish(happening, &told).await;
        }
        Ok(())
    }

    async fn warn_of_overrides(&self) {
        let is_told = !self.resource.cx.settings.suppress_override_values;
        for over in &self.resource.watch.override_values {
            let value = if is_told { over.value.as_str() } else { "****" };
            let note = format!(
                "Chart value {:?} overridden to {value:?} by operator's watches.yaml",
                over.key
            );
            self.resource.publish(Happening::OverrideValuesInUse, &note).await;
        }
    }
}

/// The Secret with a record, or with its beginning.
fn secret_of(record: &Record) -> ObjectRef {
    let release = &record.release;
    ObjectRef {
        gvk: Gvk::new("v1", "Secret"),
        namespace: Some(release.namespace.clone()),
        name: StorageKey::new(&release.name, release.version).to_string(),
    }
}

/// What the record of the attempt before `revision` says.
fn failure_before(history: &History, revision: u32) -> String {
    let attempts = history.records().iter().rev();
    let failed = attempts
        .skip_while(|record| record.release.version >= revision)
        .map(|record| record.release.info.description.clone());
    failed.take(1).collect()
}

/// Whether the last attempt was made from the same inputs, and what is told of them was told then.
fn is_repeated(history: &History, desired: &Desired) -> bool {
    let last = history.last().and_then(|last| last.inputs.as_ref());
    last == Some(&desired.inputs)
}
