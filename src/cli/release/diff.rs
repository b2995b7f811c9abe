//! `chartwright diff`: what an edit of a custom resource, or the chart on disk, would change in the cluster; and what
//! changed between two revisions.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use helm_kube::{ClientOptions, Cluster, ObjectRef};
use helm_release::documents;
use kube::ResourceExt as _;
use kube::api::DynamicObject;
use serde_json::Value;

use super::ReleaseArgs;
use crate::dependents::Dependents;
use crate::diff::{ObjectDiff, between, between_hooks, diffs};
use crate::error::ReconcileError;
use crate::events::Events;
use crate::health::Health;
use crate::identity::Identities;
use crate::looks::Looks;
use crate::metrics::Metrics;
use crate::primaries::Primaries;
use crate::project::Project;
use crate::reconcile::{Context, Memory, Settings, preview};
use crate::render::Renderer;
use crate::request::{Key, Wishes, is_being_deleted};
use crate::sources::Sources;
use crate::watches::{ActiveWatches, Environment, Watch};

/// Print what an edit of a custom resource, or the chart on disk, would change in the cluster.
///
/// With `-f`, what applying that custom resource would change; without, what the chart on disk would change of the
/// release; with `--revision`, what changed between two revisions. Each object has its unified diff; what Secrets say
/// is not in it, only that it changes. The API server is asked by dry runs, in the name of the release's service account
/// where it has one, so that its defaults are no differences and it refuses what it would refuse then. Hooks whose text
/// changes follow.
///
/// The exit code is 0 if nothing changes, 1 if something does, and 2 after an error.
#[derive(Args, Debug)]
pub(in crate::cli) struct DiffArgs {
    /// The release: the name of its custom resource.
    #[arg(required_unless_present = "filename", conflicts_with = "filename")]
    release: Option<String>,
    /// A file with custom resources, or - for standard input.
    #[arg(short, long)]
    filename: Option<PathBuf>,
    /// Compare a recorded revision with the last one; given twice, two revisions with each other.
    #[arg(long, conflicts_with = "filename")]
    revision: Vec<u32>,
    /// The release's namespace; that of the kubeconfig's context if not given.
    #[arg(short, long)]
    namespace: Option<String>,
    /// The file that maps custom resource kinds to charts.
    #[arg(long, default_value = "./watches.yaml")]
    watches_file: PathBuf,
    /// Ask in your own name, also where the release has a service account.
    #[arg(long)]
    as_self: bool,
    /// The kubeconfig's context.
    #[arg(long)]
    context: Option<String>,
}

/// What the API server says to those who may not act for others.
const NO_IMPERSONATION: &str = "cannot impersonate";

/// How long hooks may take; none is run.
const NO_HOOKS: Duration = Duration::ZERO;

pub(super) async fn show(args: &DiffArgs) -> anyhow::Result<String> {
    match (&args.release, &args.filename, args.revision.as_slice()) {
        (Some(release), _, [old]) => revisions(args, release, *old, None).await,
        (Some(release), _, [old, new]) => revisions(args, release, *old, Some(*new)).await,
        (_, _, [_, ..]) => bail!("--revision takes one revision, or two"),
        (Some(release), _, []) => {
            let planner = Planner::new(args).await?;
            let (watch, object) = planner.find(release).await?;
            planner.changes(watch, &object).await
        }
        (None, Some(file), []) => edit(args, file).await,
        (None, None, []) => bail!("name a release, or a file with -f"),
    }
}

async fn revisions(args: &DiffArgs, release: &str, old: u32, new: Option<u32>) -> anyhow::Result<String> {
    let release = ReleaseArgs {
        release: release.to_owned(),
        namespace: args.namespace.clone(),
        context: args.context.clone(),
    };
    let found = release.find().await?;
    let (old, new) = (&found.record(Some(old))?.release, &found.record(new)?.release);
    let name = |revision: u32| format!("revision-{revision}");
    Ok(joined(&between(old, new)?, &name(old.version), &name(new.version)))
}

async fn edit(args: &DiffArgs, file: &Path) -> anyhow::Result<String> {
    let text = read(file).with_context(|| format!("failed to read {}", file.display()))?;
    let documents = documents(&text).with_context(|| format!("{} is not YAML", file.display()))?;
    if documents.is_empty() {
        bail!("{} has no custom resource in it", file.display());
    }
    let planner = Planner::new(args).await?;
    let mut diffs = String::new();
    for document in &documents {
        let edited = serde_json::to_value(&document.object).context("failed to read the custom resource")?;
        let (watch, object) = planner.as_applied(edited).await?;
        diffs.push_str(&planner.changes(watch, &object).await?);
    }
    Ok(diffs)
}

fn read(file: &Path) -> std::io::Result<String> {
    if file != Path::new("-") {
        return std::fs::read_to_string(file);
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    Ok(text)
}

fn joined(diffs: &[ObjectDiff], old: &str, new: &str) -> String {
    diffs.iter().map(|diff| diff.text(old, new)).collect()
}

/// All that an operator has to plan with, but for anything that runs.
struct Planner {
    cx: Context,
    namespace: String,
}

impl Planner {
    async fn new(args: &DiffArgs) -> anyhow::Result<Self> {
        let (project, mut watches) = Project::load(&args.watches_file, Environment::of_process(), &[])?;
        // Who asks what would change need not be allowed to act for others.
        for watch in watches.iter_mut().filter(|_| args.as_self) {
            watch.service_account_name = None;
            watch.service_account_annotation = false;
        }
        let options = ClientOptions {
            context: args.context.clone(),
            rate: None,
        };
        let (client, requests) = helm_kube::connect(&options).await?;
        let metrics = Arc::new(Metrics::new(requests.clone()));
        let namespace = args.namespace.clone();
        let namespace = namespace.unwrap_or_else(|| client.default_namespace().to_owned());
        let cluster = Cluster::new(client.clone()).await?;
        let cx = Context {
            dependents: Dependents::new(cluster.clone(), Arc::default(), Arc::new(|_, _| {})),
            identities: Identities::new(cluster.clone()),
            sources: Sources::new(client.clone(), Arc::new(|_| {})),
            primaries: Primaries::new(cluster.clone(), Arc::new(Health::new(requests)), Arc::new(|_| {})),
            events: Events::new(client, Arc::clone(&metrics)),
            renderer: Renderer::new(1, metrics)?,
            memory: Memory::default(),
            looks: Looks::default(),
            settings: Settings {
                reconcile_period: Duration::ZERO,
                max_history: 0,
                hook_timeout: NO_HOOKS,
                suppress_override_values: true,
            },
            charts: project.charts(),
            watches: ActiveWatches::new(watches),
            cluster,
        };
        Ok(Self { cx, namespace })
    }

    /// The custom resource of a release, whatever its kind.
    async fn find(&self, release: &str) -> anyhow::Result<(usize, DynamicObject)> {
        let mut found: Vec<(usize, DynamicObject)> = Vec::new();
        for (index, watch) in self.cx.watches.all() {
            let object = self.reference(&watch, None, release).await?;
            let live = self.cx.cluster.get(&object).await?;
            found.extend(live.filter(|live| is_selected(&watch, live)).map(|live| (index, live)));
        }
        let kinds: Vec<String> = found
            .iter()
            .map(|(index, _)| self.cx.watches.get(*index).to_string())
            .collect();
        match (found.pop(), found.is_empty()) {
            (Some(found), true) => Ok(found),
            (Some(_), false) => bail!(
                "{} all have a resource {release}; name it with `-f FILE`",
                kinds.join(" and ")
            ),
            (None, _) => bail!(
                "namespace {} has no resource {release} of a kind in watches.yaml",
                self.namespace
            ),
        }
    }

    /// The custom resource that applying `edited` would lead to: the server fills in its defaults, or refuses it.
    async fn as_applied(&self, mut edited: Value) -> anyhow::Result<(usize, DynamicObject)> {
        let named = ObjectRef::of(&edited);
        let labelled: DynamicObject =
            serde_json::from_value(edited.clone()).with_context(|| format!("{named} is not a Kubernetes object"))?;
        let mut watches = self.cx.watches.all().into_iter();
        let Some((index, watch)) = watches.find(|(_, watch)| watch.gvk == named.gvk && is_selected(watch, &labelled))
        else {
            bail!("no watch of watches.yaml is about {named} ({})", named.gvk);
        };
        let object = self.reference(&watch, named.namespace.as_deref(), &named.name).await?;
        edited["metadata"]["namespace"] = object.namespace.clone().into();
        let applied = match self.cx.cluster.get(&object).await? {
            None => self.cx.cluster.try_apply(&edited).await?,
            Some(live) => {
                let live = serde_json::to_value(&live).unwrap_or_default();
                self.cx.cluster.try_replace(&put_over(live, &edited)).await?
            }
        };
        Ok((index, applied.object))
    }

    async fn reference(&self, watch: &Watch, namespace: Option<&str>, name: &str) -> anyhow::Result<ObjectRef> {
        let is_namespaced = self.cx.cluster.is_namespaced(&watch.gvk).await?;
        Ok(ObjectRef {
            gvk: watch.gvk.clone(),
            namespace: is_namespaced.then(|| namespace.unwrap_or(&self.namespace).to_owned()),
            name: name.to_owned(),
        })
    }

    /// What the operator would change if the resource were this one.
    async fn changes(&self, watch: usize, object: &DynamicObject) -> anyhow::Result<String> {
        let key = Key {
            watch,
            namespace: object.namespace(),
            name: object.name_any(),
        };
        if is_being_deleted(object) {
            bail!("{key} is being deleted");
        }
        if Wishes::of(object).paused {
            note(&format!(
                "{key} is paused: nothing of this happens before it no longer is"
            ));
        }
        let preview = preview(&self.cx, &key, object)
            .await
            .map_err(|error| anyhow::anyhow!("{key}: {}", self.told(&key, &error)))?;
        let mut text = joined(&diffs(preview.objects), "live", "merged");
        let hooks = between_hooks(&preview.hooks_before, &preview.hooks_after)?;
        text.push_str(&joined(&hooks, "deployed-hooks", "rendered-hooks"));
        Ok(self.cx.sources.masked(&key, text))
    }

    fn told(&self, key: &Key, error: &ReconcileError) -> String {
        let text = self.cx.sources.masked(key, error.chain());
        if text.contains(NO_IMPERSONATION) {
            return format!("{text}; with --as-self, you ask in your own name");
        }
        text
    }
}

fn is_selected(watch: &Watch, object: &DynamicObject) -> bool {
    watch.selector.selects(object.labels())
}

/// A custom resource with the spec of its file, and its labels and annotations over those that it has.
fn put_over(mut live: Value, edited: &Value) -> Value {
    live["spec"] = edited.get("spec").cloned().unwrap_or_default();
    for key in ["labels", "annotations"] {
        let Some(Value::Object(wanted)) = edited.pointer(&format!("/metadata/{key}")) else {
            continue;
        };
        let mut merged = live["metadata"][key].as_object().cloned().unwrap_or_default();
        merged.extend(wanted.clone());
        live["metadata"][key] = Value::Object(merged);
    }
    live
}

#[expect(clippy::print_stderr, reason = "what is printed is for programs as well")]
fn note(text: &str) {
    eprintln!("Note: {text}");
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_edit_is_the_whole_spec_and_adds_to_the_metadata() {
        let live = json!({"metadata": {"uid": "1", "labels": {"a": "1", "b": "1"}}, "spec": {"x": 1, "gone": 1}});
        let edited = json!({"metadata": {"labels": {"b": "2"}, "annotations": {"c": "3"}}, "spec": {"x": 2}});
        let expected = json!({
            "metadata": {"uid": "1", "labels": {"a": "1", "b": "2"}, "annotations": {"c": "3"}},
            "spec": {"x": 2},
        });
        assert_eq!(put_over(live, &edited), expected);
    }
}
