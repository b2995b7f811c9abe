//! The release that a custom resource asks for.

use std::sync::Arc;

use helm_action::{
    Context as ReleaseContext, Desired, FailurePolicy, Goal, History, Notices, Slot, Step, missing_access, observe,
    plan,
};
use helm_chart::Capabilities;
use helm_kube::{Ownership, Record, Secrets};
use helm_release::{Patch, Status};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use kube::ResourceExt;
use kube::api::DynamicObject;

use super::Context;
use super::resource::Resource;
use crate::charts::LoadedChart;
use crate::error::{ReconcileError, chain};
use crate::identity::service_account;
use crate::render::{ReleaseOptions, is_made_from};
use crate::request::{is_finalized, owner};
use crate::values::{self, Values};
use crate::watches::Watch;

/// Helm's limit on release names, which keeps room for what charts append to them.
const MAX_RELEASE_NAME: usize = 53;

fn validate_name(name: &str) -> Result<(), ReconcileError> {
    if name.len() > MAX_RELEASE_NAME {
        let reason = format!("it has {} characters, Helm allows {MAX_RELEASE_NAME}", name.len());
        return Err(ReconcileError::ReleaseName { reason });
    }
    Ok(())
}

/// Where the records of a release are, and its objects that name no namespace.
pub(crate) fn release_namespace(cx: &Context, watch: &Watch, object: &DynamicObject) -> String {
    let of_cluster_scoped = || {
        let configured = watch.release_namespace.clone();
        configured.unwrap_or_else(|| cx.cluster.client().default_namespace().to_owned())
    };
    object.namespace().unwrap_or_else(of_cluster_scoped)
}

impl Resource<'_> {
    /// Where and on whose behalf the release's operations act. Whether hooks are left out is set for an uninstall; what else
    /// it is, only the history tells.
    pub(crate) fn release_context(&self, chart: &str, slot: Slot) -> Result<ReleaseContext, ReconcileError> {
        let Resource {
            cx,
            watch,
            object,
            wishes,
            ..
        } = *self;
        let owner = owner(object);
        let namespace = release_namespace(cx, watch, object);
        let record_owner = serde_json::from_value(owner.reference()).ok();
        let account = service_account(watch, wishes)?;
        let cluster = cx
            .identities
            .cluster(&namespace, account.as_deref())
            .map_err(|error| ReconcileError::Reconcile(error.into()))?;
        Ok(ReleaseContext {
            cluster,
            // Records are the operator's, whoever makes the release.
            secrets: Secrets::new(cx.cluster.client().clone(), &namespace),
            ownership: Ownership {
                release: object.name_any(),
                namespace,
                chart: chart.to_owned(),
                owner,
            },
            record_owner,
            policy: Arc::clone(&watch.policy),
            notices: Notices::default(),
            max_history: watch.max_history.unwrap_or(cx.settings.max_history),
            hook_timeout: cx.settings.hook_timeout,
            disable_hooks: wishes.disabled_hooks.uninstall,
            refused: None,
            untouched: Vec::new(),
            force: false,
            slot,
        })
    }

    /// Where the release of a resource is made, and what is recorded of it: nothing, if nobody has put the finalizer on yet.
    /// Refuses a release whose last records can't be read, or that is somebody else's.
    pub(super) async fn observed(
        &self,
        chart: Option<&LoadedChart>,
        slot: Slot,
    ) -> Result<(ReleaseContext, History), ReconcileError> {
        validate_name(&self.object.name_any())?;
        let release = self.release_context(chart.map_or("", |chart| chart.chart.name()), slot)?;
        let history = observe(&release.secrets, &release.ownership.release, !is_finalized(self.object))
            .await
            .map_err(ReconcileError::Reconcile)?;
        history.readable().map_err(ReconcileError::Reconcile)?;
        refuse_foreign(&release, &history, chart, self.wishes.adopt).map_err(ReconcileError::Reconcile)?;
        Ok((release, history))
    }

    /// The chart, and the release that it makes of the resource.
    pub(super) async fn desired(
        &self,
        release: &ReleaseContext,
        chart: Result<Arc<LoadedChart>, ReconcileError>,
        history: &History,
    ) -> Result<(Arc<LoadedChart>, Desired), ReconcileError> {
        let chart = chart?;
        let sources = self
            .cx
            .sources
            .read(self.key, self.watch, &release.ownership.namespace)
            .await?;
        let values = values::of(self.object, self.watch, sources)?;
        let desired = self.render(release, &chart, values, history).await?;
        Ok((chart, desired))
    }

    async fn render(
        &self,
        release: &ReleaseContext,
        chart: &Arc<LoadedChart>,
        values: Values,
        history: &History,
    ) -> Result<Desired, ReconcileError> {
        let Resource { cx, watch, .. } = *self;
        let is_upgrade = history.deployed().is_some();
        let options = ReleaseOptions {
            name: self.object.name_any(),
            namespace: release.ownership.namespace.clone(),
            revision: history
                .last()
                .map_or(1, |last| last.release.version + u32::from(is_upgrade)),
            is_upgrade,
            patches: Arc::clone(&watch.patches),
        };
        let capabilities = cx.renderer.capabilities(&cx.cluster.discovery().current());
        let unchanged = deployed_from(history, &values, chart, &capabilities, &watch.patches);
        let lookup = Arc::new(crate::lookup::ClusterLookup::new(release.cluster.clone()));
        let rendered = cx
            .renderer
            .render(Arc::clone(chart), values, options, capabilities, lookup)
            .await;
        match (rendered, unchanged) {
            (Ok(desired), _) => Ok(desired),
            (Err(error), Some(record)) => {
                tracing::warn!(
                    release = %release.ownership.release,
                    error = chain(&error),
                    "the chart refuses to be rendered for an upgrade; nothing has changed, so the release stays as it is"
                );
                Desired::of(record).map_err(ReconcileError::Reconcile)
            }
            (Err(source), None) => Err(ReconcileError::Render {
                chart: chart.chart.name().to_owned(),
                is_upgrade,
                source,
            }),
        }
    }

    /// What a release should come to that is made from these inputs.
    pub(super) fn goal<'a>(&self, desired: &'a Desired) -> Goal<'a> {
        Goal {
            inputs: &desired.inputs,
            policy: self.wishes.failure_policy.unwrap_or(self.watch.failure_policy),
            rollback_to: self.wishes.rollback_to,
        }
    }
}

/// Before the first write of an install or upgrade in somebody else's name: all that he may not do is told at once.
pub(super) async fn ensure_access(
    release: &ReleaseContext,
    history: &History,
    desired: &Desired,
) -> Result<(), ReconcileError> {
    if release.cluster.user().is_none() || is_in_sync(history, desired) {
        return Ok(());
    }
    match denied(release, history, desired).await? {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

fn is_in_sync(history: &History, desired: &Desired) -> bool {
    let goal = Goal {
        inputs: &desired.inputs,
        policy: FailurePolicy::Retry,
        rollback_to: None,
    };
    matches!(plan(history, goal), Step::InSync { .. })
}

/// What is told of an attempt that failed: where a right was missing, all that are.
pub(super) async fn explained(
    error: helm_action::Error,
    release: &ReleaseContext,
    history: &History,
    desired: &Desired,
) -> ReconcileError {
    if error.is_forbidden()
        && let Ok(Some(denied)) = denied(release, history, desired).await
    {
        return denied;
    }
    if history.deployed().is_none() {
        ReconcileError::Install(error)
    } else {
        ReconcileError::Upgrade(error)
    }
}

/// The rights that whoever makes a release lacks for it, as an error; `None` if it has all.
async fn denied(
    release: &ReleaseContext,
    history: &History,
    desired: &Desired,
) -> Result<Option<ReconcileError>, ReconcileError> {
    let missing = missing_access(release, desired)
        .await
        .map_err(ReconcileError::Reconcile)?;
    let missing: Vec<String> = missing.iter().map(ToString::to_string).collect();
    Ok((!missing.is_empty()).then(|| ReconcileError::Access {
        who: release.cluster.user().unwrap_or("the operator").to_owned(),
        missing: missing.join(", "),
        is_upgrade: history.deployed().is_some(),
    }))
}

/// A release of the same name that belongs to another resource, or that somebody made from another chart, is not ours to
/// change; the one of another chart may be taken over where somebody asks for it (`adopt`). A release of unknown making
/// is nobody's while the chart can't be loaded.
pub(crate) fn refuse_foreign(
    release: &ReleaseContext,
    history: &History,
    chart: Option<&LoadedChart>,
    adopt: bool,
) -> Result<(), helm_action::Error> {
    let Some(last) = history.last() else { return Ok(()) };
    let name = || release.ownership.release.clone();
    if let (Some(theirs), Some(ours)) = (&last.owner, &release.record_owner) {
        let group = |owner: &OwnerReference| owner.api_version.rsplit_once('/').map(|(group, _)| group.to_owned());
        if (group(theirs), &theirs.kind, &theirs.name) != (group(ours), &ours.kind, &ours.name) {
            let owner = format!("{} {}", theirs.kind, theirs.name);
            return Err(helm_action::Error::OwnedRelease { release: name(), owner });
        }
    }
    let found = last.release.chart.name();
    let wanted = chart.map(|chart| chart.chart.name());
    if last.inputs.is_none() && wanted != Some(found) && !adopt {
        let wanted = wanted.unwrap_or("a chart that can't be loaded").to_owned();
        return Err(helm_action::Error::ForeignRelease {
            release: name(),
            found: found.to_owned(),
            wanted,
        });
    }
    Ok(())
}

/// The deployed revision, if it was made from these inputs. Charts that want to be given again at an upgrade what they
/// drew at the install, such as a password, refuse to be rendered once more; there is nothing to upgrade then either.
fn deployed_from<'a>(
    history: &'a History,
    values: &Values,
    chart: &LoadedChart,
    capabilities: &Capabilities,
    patches: &[Patch],
) -> Option<&'a Record> {
    let last = history.last()?;
    let is_deployed = last.release.info.status == Status::Deployed && last.inputs.is_some();
    (is_deployed && is_made_from(last, values, chart, capabilities, patches)).then_some(last)
}
