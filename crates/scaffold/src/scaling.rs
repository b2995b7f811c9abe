//! Whether and how a kind's resources are scaled.

use govalue::{Map, Value};
use helm_chart::Chart;
use helm_engine::{Engine, RenderPool, Request};
use helm_release::sort_manifests;

use crate::Schema;
use crate::schema::Shape;

/// The values by which charts say how many pods there are to be.
const FIELDS: &[&str] = &["replicaCount", "replicas"];

/// The kinds that have pods for as long as the release is there.
const WORKLOADS: &[&str] = &[
    "Deployment",
    "StatefulSet",
    "ReplicaSet",
    "ReplicationController",
    "DaemonSet",
];

/// How a kind's resources are scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scaling {
    /// The value that says how many pods there are to be.
    pub field: &'static str,
    /// Whether it says so of all pods of a release, which belong to one workload: then its selector is the release's.
    pub is_whole: bool,
}

impl Scaling {
    /// How releases of the chart are scaled, whose values are those of `spec`; `values` are what it needs to render.
    pub(crate) fn of(chart: &Chart, spec: &Schema, values: &Map) -> Option<Self> {
        let is_count = |name: &&&str| {
            let field = spec.fields().and_then(|fields| fields.get(**name));
            field.is_some_and(|field| field.shape == Shape::Integer)
        };
        let field = *FIELDS.iter().find(is_count)?;
        let follows = |count: i64| {
            let mut values = values.clone();
            values.insert(field.into(), Value::from(count));
            replicas(chart.clone(), values).is_some_and(|replicas| replicas == [Some(count)])
        };
        Some(Self {
            field,
            is_whole: follows(2) && follows(3),
        })
    }
}

/// How many pods each workload of the chart asks for; `None` if it does not render.
fn replicas(chart: Chart, values: Map) -> Option<Vec<Option<i64>>> {
    let count = move || {
        let request = Request::new("release-name", "release-namespace");
        let rendered = Engine::new().render(&chart, values, &request).ok()?;
        let sorted = sort_manifests(&rendered.files).ok()?;
        let objects = sorted.manifests.iter().map(|manifest| &manifest.object);
        let workloads = objects.filter(|object| {
            let kind = object.get("kind").and_then(Value::as_str);
            kind.is_some_and(|kind| WORKLOADS.contains(&kind))
        });
        let replicas = workloads.map(|object| object.path("spec.replicas").and_then(Value::as_int));
        Some(replicas.collect())
    };
    RenderPool::new(1).ok()?.run(count)?
}

#[cfg(test)]
mod tests {
    use helm_chart::{File, load_files};

    use super::*;

    fn workload(kind: &str, replicas: &str) -> String {
        format!("---\napiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: x}}\nspec: {{{replicas}}}\n")
    }

    #[test]
    fn a_release_is_scaled_as_one_where_it_has_one_workload() {
        let web = workload("Deployment", "replicas: {{ .Values.replicas }}");
        let cases = [
            ("replicas: 1", web.clone(), Some(true)),
            (
                "replicas: 1",
                [web.clone(), workload("StatefulSet", "replicas: 1")].concat(),
                Some(false),
            ),
            ("replicas: 1", [web, workload("DaemonSet", "")].concat(), Some(false)),
            ("replicas: 1", workload("Deployment", "replicas: 3"), Some(false)),
            ("replicas: 1", "apiVersion: v1\nkind: Service\n".to_owned(), Some(false)),
            ("replicas: many", workload("Deployment", ""), None),
        ];
        for (values, template, wanted) in cases {
            let files = [
                ("Chart.yaml", "apiVersion: v2\nname: demo\nversion: 1.0.0\n"),
                ("values.yaml", values),
                ("templates/a.yaml", &template),
            ];
            let files = files.map(|(name, data)| File {
                name: name.into(),
                data: data.into(),
            });
            let chart = load_files(files.into()).unwrap().chart;
            let spec = Schema::of_chart(&chart).unwrap();
            let found = Scaling::of(&chart, &spec, &Map::new());
            assert_eq!(found.map(|scaling| scaling.is_whole), wanted, "{template}");
        }
    }
}
