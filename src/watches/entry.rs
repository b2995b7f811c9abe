//! One entry of the list.

use std::path::PathBuf;
use std::sync::Arc;

use goyaml::{Node, Position};
use helm_action::FailurePolicy;
use helm_kube::Gvk;

use super::expand::Environment;
use super::fields::Fields;
use super::mistake::Mistakes;
use super::overrides::Overrides;
use super::schema::KEYS;
use super::selector::{Selector, is_label_value, is_subdomain};
use super::{Watch, patches, policy, values_from};
use crate::charts::Charts;

/// What Helm's `--dry-run` may be; see [`check_dry_run`].
const DRY_RUN_OPTIONS: &[&str] = &["", "none", "client", "server", "true", "false"];

/// An entry as far as it could be read.
pub(super) struct Entry {
    /// Where it begins.
    pub(super) position: Position,
    /// Its kind, if it has one.
    pub(super) gvk: Option<Gvk>,
    /// Its selector.
    pub(super) selector: Selector,
    /// The whole, if there is no mistake in it.
    pub(super) watch: Option<Watch>,
}

/// Reads an entry, going on behind each mistake.
pub(super) fn read(node: &Node, environment: &Environment, charts: &Charts, mistakes: &mut Mistakes) -> Entry {
    let before = mistakes.len();
    let mut entry = Entry {
        position: node.position,
        gvk: None,
        selector: Selector::default(),
        watch: None,
    };
    let Some(fields) = Fields::read(node, "a watch", &KEYS, mistakes) else {
        return entry;
    };
    entry.gvk = kind(&fields, mistakes);
    entry.selector = fields
        .get("selector")
        .map(|node| Selector::read(node, mistakes))
        .unwrap_or_default();
    let chart = chart(&fields, charts, mistakes);
    let values_from = fields.get("valuesFrom").map(|node| values_from::read(node, mistakes));
    let overrides = fields
        .get("overrideValues")
        .map(|node| Overrides::read(node, environment, mistakes));
    let patches = fields.get("patches").map(|node| patches::read(node, mistakes));
    check_dry_run(&fields, mistakes);
    // Without a kind or a chart, the rest is still read for its mistakes.
    let watch = Watch {
        gvk: entry.gvk.clone().unwrap_or_else(|| Gvk::new("", "")),
        chart: chart.unwrap_or_default(),
        watch_dependent_resources: fields.flag("watchDependentResources", mistakes).unwrap_or(true),
        values_from: values_from.unwrap_or_default(),
        override_values: overrides.unwrap_or_default(),
        patches: patches.unwrap_or_default().into(),
        selector: entry.selector.clone(),
        reconcile_period: fields.duration("reconcilePeriod", mistakes),
        max_concurrent_reconciles: fields.count("maxConcurrentReconciles", 1, mistakes),
        max_history: fields.count("maxHistory", 0, mistakes),
        failure_policy: fields
            .word("failurePolicy", &FailurePolicy::NAMES, mistakes)
            .and_then(|name| FailurePolicy::parse(&name))
            .unwrap_or_default(),
        release_namespace: fields
            .text("releaseNamespace", mistakes)
            .filter(|name| !name.is_empty()),
        service_account_name: service_account(&fields, mistakes),
        service_account_annotation: fields.flag("serviceAccountAnnotation", mistakes).unwrap_or_default(),
        policy: Arc::new(policy::read(&fields, mistakes)),
    };
    if mistakes.len() == before {
        entry.watch = Some(watch);
    }
    entry
}

fn kind(fields: &Fields<'_>, mistakes: &mut Mistakes) -> Option<Gvk> {
    let group = fields.text("group", mistakes).unwrap_or_default();
    let version = required(fields, "version", mistakes);
    let kind = required(fields, "kind", mistakes);
    let (version, kind) = (version?, kind?);
    Some(Gvk::in_group(&group, &version, kind))
}

fn required(fields: &Fields<'_>, name: &str, mistakes: &mut Mistakes) -> Option<String> {
    let before = mistakes.len();
    let text = fields.text(name, mistakes).filter(|text| !text.is_empty());
    if text.is_none() && mistakes.len() == before {
        let position = fields.get(name).map_or(fields.position, |node| node.position);
        mistakes.add(position, format!("a watch needs a `{name}`"));
    }
    text
}

/// A chart that loads, is no library and has its dependencies.
fn chart(fields: &Fields<'_>, charts: &Charts, mistakes: &mut Mistakes) -> Option<PathBuf> {
    let path = PathBuf::from(required(fields, "chart", mistakes)?);
    let position = fields.get("chart")?.position;
    match charts.current(&path) {
        // The name becomes a label of every object.
        Ok(loaded) if !is_label_value(loaded.chart.name()) => {
            let name = loaded.chart.name();
            mistakes.add(
                position,
                format!("chart {}: its name `{name}` is no label's value", path.display()),
            );
            None
        }
        Ok(_) => Some(path),
        Err(error) => {
            mistakes.add(
                position,
                format!("chart {}: {}", path.display(), crate::error::chain(&*error)),
            );
            None
        }
    }
}

/// A name that a service account can have.
fn service_account(fields: &Fields<'_>, mistakes: &mut Mistakes) -> Option<String> {
    let name = fields
        .text("serviceAccountName", mistakes)
        .filter(|name| !name.is_empty())?;
    if !is_subdomain(&name) {
        let position = fields.get("serviceAccountName")?.position;
        mistakes.add(
            position,
            format!("`serviceAccountName`: `{name}` is not a service account's name"),
        );
    }
    Some(name)
}

/// `dryRunOption` chose whether helm-operator's comparisons may `lookup`. Ours always may, so that it is checked only.
fn check_dry_run(fields: &Fields<'_>, mistakes: &mut Mistakes) {
    let Some(option) = fields.text("dryRunOption", mistakes) else {
        return;
    };
    let Some(node) = fields.get("dryRunOption") else { return };
    if !DRY_RUN_OPTIONS.contains(&option.as_str()) {
        mistakes.add(
            node.position,
            format!("`dryRunOption` must be client, server or none, is `{option}`"),
        );
    }
}
