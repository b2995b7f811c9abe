//! What an operator must be allowed to do for a chart's releases, and no more.
//!
//! The chart is rendered with its defaults and then with each switch in its values the other way, so that what appears is
//! asked for by name: every rule knows which value asks for it.

mod asks;
mod own;
mod resources;
mod role;
mod space;
mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::mpsc::channel;

use govalue::Map;
use helm_chart::{Capabilities, Chart};
use helm_engine::{Engine, RenderPool, Request};

use crate::Error;
use asks::{Ask, Asks, Target, Use};
use space::Point;

pub use own::{OwnWork, own_roles};
pub(crate) use role::{MARKER, kind_section};
pub use role::{Role, manager_role, release_role};
use watch::Actor;
pub use watch::{Definitions, WatchAccess};

/// What the releases of a chart take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// The rules for what the chart makes, in a stable order.
    pub rules: Vec<AccessRule>,
    /// The rules for how the kind is watched.
    pub watch: Vec<AccessRule>,
    /// The rules for service accounts that make its releases; none if none do.
    pub accounts: Vec<AccessRule>,
    /// With how many different values the chart was rendered.
    pub renders: usize,
    /// With which of them it failed, and why.
    pub failures: Vec<(String, String)>,
    /// Kinds that neither Kubernetes nor the chart defines, so that their resource's name and scope are guessed.
    pub guessed: BTreeSet<String>,
}

/// Verbs on resources of one group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessRule {
    /// The API group.
    pub group: String,
    /// The resources.
    pub resources: Vec<String>,
    /// The only names that it is about; all if empty.
    pub names: Vec<String>,
    /// Paths that are no resources.
    pub urls: Vec<String>,
    /// The verbs.
    pub verbs: Vec<String>,
    /// Whether it takes a `ClusterRole` wherever the releases are.
    pub cluster: bool,
    /// What asks for it; empty if the chart's defaults do.
    pub reasons: Vec<String>,
}

impl AccessRule {
    /// Verbs on all of one resource in a group.
    fn on(group: &str, resource: &str, verbs: &[&str]) -> Self {
        Self {
            group: group.to_owned(),
            resources: vec![resource.to_owned()],
            verbs: verbs.iter().map(|verb| (*verb).to_owned()).collect(),
            ..Self::default()
        }
    }
}

/// How many reasons are told of one rule.
const MAX_REASONS: usize = 3;

/// Renders the chart over its values and gathers what its releases take when they are made as `watch` says. `values` are
/// those that it needs to render at all.
///
/// # Errors
/// [`Error::Render`] if it renders with none of them, [`Error::Values`] if its values can't be read.
pub fn survey(chart: &Chart, values: &Map, watch: &WatchAccess) -> Result<Access, Error> {
    let points = space::points(chart, values)?;
    let outcomes = render_all(chart, &points, watch);
    let (mut operator, mut accounts) = (Found::new(), Found::new());
    let mut access = Access {
        renders: points.len(),
        watch: watch.rules(),
        ..Access::default()
    };
    let mut first_error = None;
    for (index, outcome) in outcomes.into_iter().enumerate() {
        match outcome {
            Ok(wanted) => {
                access.guessed.extend(wanted.operator.guessed);
                note(&mut operator, wanted.operator.wanted, index);
                note(&mut accounts, wanted.accounts.wanted, index);
            }
            Err(error) => {
                let text = helm_chart::helm_text(&*error);
                access.failures.push((points[index].reason.clone(), text));
                first_error.get_or_insert(error);
            }
        }
    }
    if let Some(source) = first_error
        && access.failures.len() == access.renders
    {
        return Err(Error::Render {
            chart: chart.name().to_owned(),
            source,
        });
    }
    access.rules = rules(&points, operator);
    access.accounts = rules(&points, accounts);
    Ok(access)
}

/// What is asked for, and by which points.
type Found = BTreeMap<Ask, BTreeSet<usize>>;

fn note(found: &mut Found, asks: BTreeSet<Ask>, point: usize) {
    for ask in asks {
        found.entry(ask).or_default().insert(point);
    }
}

/// What one render asks for.
struct Wanted {
    operator: Asks,
    accounts: Asks,
}

type Outcome = Result<Wanted, Box<dyn std::error::Error + Send + Sync>>;

/// Renders with every point's values, on all processors.
fn render_all(chart: &Chart, points: &[Point], watch: &WatchAccess) -> Vec<Outcome> {
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let failed = || Err("the render broke off; please report the chart and the values that do this".into());
    let mut outcomes: Vec<Outcome> = points.iter().map(|_| failed()).collect();
    let Ok(pool) = RenderPool::new(threads) else {
        return outcomes;
    };
    let engine = Arc::new(Engine::new());
    let (sender, answers) = channel();
    for (index, point) in points.iter().cloned().enumerate() {
        let (engine, chart, sender) = (Arc::clone(&engine), chart.clone(), sender.clone());
        let watch = watch.clone();
        pool.spawn(
            move || render(&engine, &chart, point, &watch),
            move |outcome| {
                // Nobody waits any more only if this function has ended.
                let _ = sender.send((index, outcome));
            },
        );
    }
    drop(sender);
    for (index, outcome) in answers {
        outcomes[index] = outcome;
    }
    outcomes
}

fn render(engine: &Engine, chart: &Chart, point: Point, watch: &WatchAccess) -> Outcome {
    let mut request = Request::new(asks::RELEASE, asks::NAMESPACE);
    request.is_upgrade = point.is_upgrade;
    if !point.api_versions.is_empty() {
        let mut capabilities = Capabilities::default();
        capabilities.api_versions.extend(point.api_versions);
        request.capabilities = Arc::new(capabilities);
    }
    let rendered = engine.render(chart, point.values, &request)?;
    let by = |actor| {
        let purpose = Use {
            watch,
            actor,
            runs_tests: point.runs_tests,
        };
        asks::of(&rendered, &purpose)
    };
    let accounts = if watch.has_accounts() {
        by(Actor::Account)?
    } else {
        Asks::default()
    };
    Ok(Wanted {
        operator: by(Actor::Operator)?,
        accounts,
    })
}

/// Puts what was asked for together: resources of one group that the same values ask the same verbs for are one rule.
fn rules(points: &[Point], found: Found) -> Vec<AccessRule> {
    let mut targets: BTreeMap<(Target, Vec<String>), Vec<String>> = BTreeMap::new();
    for (ask, at) in found {
        let verbs = targets.entry((ask.target, reasons(points, &at))).or_default();
        verbs.push(ask.verb);
    }
    let mut merged: BTreeMap<_, AccessRule> = BTreeMap::new();
    for ((target, reasons), verbs) in targets {
        let key = (
            reasons.clone(),
            target.group.clone(),
            verbs.clone(),
            target.name.clone(),
            target.cluster,
            target.is_url,
        );
        let rule = merged.entry(key).or_insert_with(|| AccessRule {
            group: target.group.clone(),
            resources: Vec::new(),
            names: target.name.clone().into_iter().collect(),
            urls: Vec::new(),
            verbs,
            cluster: target.cluster,
            reasons,
        });
        if target.is_url {
            &mut rule.urls
        } else {
            &mut rule.resources
        }
        .push(target.resource);
    }
    merged.into_values().collect()
}

/// The simplest of the values that ask for something; none if the defaults do.
fn reasons(points: &[Point], at: &BTreeSet<usize>) -> Vec<String> {
    if at.contains(&0) {
        return Vec::new();
    }
    let simplest = at.iter().map(|index| points[*index].changes).min().unwrap_or_default();
    let simple = at
        .iter()
        .map(|index| &points[*index])
        .filter(|point| point.changes == simplest);
    simple.map(|point| point.reason.clone()).take(MAX_REASONS).collect()
}

#[cfg(test)]
mod tests;
