//! The values that a chart is rendered with to see what it can make.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use govalue::{Map, Str, Value};
use helm_chart::{Capabilities, Chart, overlay};
use regex::Regex;
use serde_json::Value as Json;

use crate::schema::{Shape, subcharts};
use crate::{Error, Schema};

/// Values to render with.
#[derive(Clone, Debug)]
pub(super) struct Point {
    /// How they differ from the defaults, in words of the chart's user; empty for the defaults themselves.
    pub(super) reason: String,
    /// In how many ways they differ.
    pub(super) changes: usize,
    /// The values.
    pub(super) values: Map,
    /// What the cluster serves besides what every cluster does.
    pub(super) api_versions: Vec<String>,
    /// Whether it is an upgrade.
    pub(super) is_upgrade: bool,
    /// Whether the chart's tests are run.
    pub(super) runs_tests: bool,
}

type Path = Vec<String>;

/// Names of values that switch what stands beside them.
const SWITCHES: &[&str] = &["enabled", "create"];

/// Kinds of workloads that charts let their users choose from.
const WORKLOADS: &[&str] = &["Deployment", "StatefulSet", "DaemonSet"];

/// How many changes count for values that differ in everything.
const MANY: usize = usize::MAX;

/// The defaults first, then each switch the other way, together with those of the objects that it is in; each choice that
/// a schema lists; all switches on, and off; the chart's own test values; APIs that templates ask for; an upgrade; and a run of its tests.
pub(super) fn points(chart: &Chart, given: &Map) -> Result<Vec<Point>, Error> {
    let switches = switches(chart, given);
    let mut points = vec![point(given, "", 0)];
    for (path, on) in &switches {
        let mut changes = vec![(path.clone(), Value::Bool(!on))];
        if !on {
            changes.extend(surrounding(path, &switches));
        }
        points.push(changed(given, changes));
    }
    for (path, choice) in choices(chart)? {
        let surrounding = surrounding(&path, &switches);
        let changes = std::iter::once((path, Value::from(choice)))
            .chain(surrounding)
            .collect();
        points.push(changed(given, changes));
    }
    points.extend(test_values(chart, given));
    points.extend(apis(chart).into_iter().map(|api| Point {
        api_versions: vec![api.clone()],
        ..point(given, &format!("a cluster that serves {api}"), 1)
    }));
    for (reason, wanted, only) in [
        ("everything enabled", true, SWITCHES),
        ("all switches on", true, &[][..]),
        ("all switches off", false, &[]),
    ] {
        points.push(all(chart, given, &switches, reason, wanted, only));
    }
    points.push(Point {
        is_upgrade: true,
        ..point(given, "an upgrade", 1)
    });
    points.push(Point {
        runs_tests: true,
        ..point(given, "the annotation chartwright.dev/run-tests", 1)
    });
    Ok(points)
}

fn point(values: &Map, reason: &str, changes: usize) -> Point {
    Point {
        reason: reason.to_owned(),
        changes,
        values: values.clone(),
        api_versions: Vec::new(),
        is_upgrade: false,
        runs_tests: false,
    }
}

fn changed(given: &Map, changes: Vec<(Path, Value)>) -> Point {
    let texts = changes.iter().map(|(path, value)| {
        let value = value
            .as_str()
            .map_or_else(|| (value == &Value::Bool(true)).to_string(), str::to_owned);
        format!("{}={value}", path.join("."))
    });
    let mut point = point(given, &texts.collect::<Vec<_>>().join(", "), changes.len());
    for (path, value) in changes {
        set(&mut point.values, &path, value);
    }
    point
}

fn all(
    chart: &Chart,
    given: &Map,
    switches: &BTreeMap<Path, bool>,
    reason: &str,
    wanted: bool,
    only: &[&str],
) -> Point {
    let mut point = point(given, reason, MANY);
    let is_meant = |path: &Path| only.is_empty() || path.last().is_some_and(|name| only.contains(&name.as_str()));
    for path in switches.keys().filter(|path| is_meant(path)) {
        set(&mut point.values, path, Value::Bool(wanted));
    }
    if wanted {
        point.api_versions = apis(chart).into_iter().collect();
    }
    point
}

/// The switches around a value that are off.
fn surrounding(path: &Path, switches: &BTreeMap<Path, bool>) -> Vec<(Path, Value)> {
    let mut found = Vec::new();
    for depth in 0..path.len() {
        for name in SWITCHES {
            let mut switch = path[..depth].to_vec();
            switch.push((*name).to_owned());
            if switch != *path && switches.get(&switch) == Some(&false) {
                found.push((switch, Value::Bool(true)));
            }
        }
    }
    found
}

/// The booleans among the values of a chart and its subcharts, and how they are set.
fn switches(chart: &Chart, given: &Map) -> BTreeMap<Path, bool> {
    let mut found = BTreeMap::new();
    gather(chart, &mut Vec::new(), &mut found);
    booleans(given, &mut Vec::new(), &mut found);
    found
}

fn gather(chart: &Chart, path: &mut Path, found: &mut BTreeMap<Path, bool>) {
    for (name, subchart) in subcharts(chart) {
        path.push(name.to_owned());
        gather(subchart, path, found);
        path.pop();
    }
    booleans(&chart.values, path, found);
}

fn booleans(values: &Map, path: &mut Path, found: &mut BTreeMap<Path, bool>) {
    for (key, value) in values {
        path.push(key.to_lossy().into_owned());
        match value {
            Value::Bool(on) => {
                found.insert(path.clone(), *on);
            }
            Value::Map(map) => booleans(map, path, found),
            Value::Null | Value::Int(_) | Value::Float(_) | Value::String(_) | Value::List(_) => {}
        }
        path.pop();
    }
}

/// Texts that a schema lets one choose from, and kinds of workloads, other than the default.
fn choices(chart: &Chart) -> Result<BTreeSet<(Path, String)>, Error> {
    let mut found = BTreeSet::new();
    listed(&Schema::of_chart(chart)?, &mut Vec::new(), &mut found);
    workloads(&chart.values, &mut Vec::new(), &mut found);
    Ok(found)
}

fn listed(schema: &Schema, path: &mut Path, found: &mut BTreeSet<(Path, String)>) {
    let texts = schema.limits.get("enum").and_then(Json::as_array).into_iter().flatten();
    found.extend(
        texts
            .filter_map(Json::as_str)
            .map(|text| (path.clone(), text.to_owned())),
    );
    if let Shape::Object { fields, .. } = &schema.shape {
        for (name, field) in fields {
            path.push(name.clone());
            listed(field, path, found);
            path.pop();
        }
    }
}

fn workloads(values: &Map, path: &mut Path, found: &mut BTreeSet<(Path, String)>) {
    for (key, value) in values {
        path.push(key.to_lossy().into_owned());
        match value {
            Value::Map(map) => workloads(map, path, found),
            Value::String(text) => {
                let is_same = |kind: &&&str| text.eq_ignore_ascii_case(kind.as_bytes());
                if let Some(default) = WORKLOADS.iter().find(is_same) {
                    let is_lower = text.first().is_some_and(u8::is_ascii_lowercase);
                    let others = WORKLOADS.iter().filter(|kind| *kind != default);
                    found.extend(others.map(|kind| {
                        let kind = if is_lower {
                            kind.to_ascii_lowercase()
                        } else {
                            (*kind).to_owned()
                        };
                        (path.clone(), kind)
                    }));
                }
            }
            _ => {}
        }
        path.pop();
    }
}

/// The values files under `ci/`, where charts keep those that they are tested with.
fn test_values(chart: &Chart, given: &Map) -> Vec<Point> {
    let files = chart.raw.iter().filter(|file| file.name.starts_with(b"ci/"));
    let read = files.filter_map(|file| {
        let mut values = goyaml::from_str(file.data.as_bytes()).ok()?.into_map()?;
        overlay(&mut values, given.clone());
        Some(Point {
            changes: MANY - 1,
            ..point(&values, &file.name.to_lossy(), 1)
        })
    });
    read.collect()
}

/// The APIs that templates look for in the cluster and that not every cluster serves.
fn apis(chart: &Chart) -> BTreeSet<String> {
    static QUESTION: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"APIVersions\.Has\s+\(?\s*["`]([^"`\s]+)["`]"#).ok());
    let known = Capabilities::default().api_versions;
    let mut found = BTreeSet::new();
    let Some(question) = &*QUESTION else { return found };
    for template in chart.templates.iter() {
        let text = template.data.to_lossy();
        let asked = question.captures_iter(&text).map(|captures| captures[1].to_owned());
        found.extend(asked.filter(|api| !known.has(api)));
    }
    for subchart in &chart.dependencies {
        found.extend(apis(subchart));
    }
    found
}

/// Sets the value at a path, making the maps on the way.
fn set(map: &mut Map, path: &[String], value: Value) {
    let Some((first, rest)) = path.split_first() else {
        return;
    };
    let key = Str::from(first.as_str());
    if rest.is_empty() {
        map.insert(key, value);
        return;
    }
    let slot = map.entry(key).or_default();
    if slot.as_map().is_none() {
        *slot = Value::empty_map();
    }
    if let Some(inner) = slot.as_map_mut() {
        set(inner, rest, value);
    }
}
