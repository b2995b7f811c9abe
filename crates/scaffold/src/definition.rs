//! The custom resource definition of a kind, and what a change of it breaks.

mod compare;

use serde_json::{Value as Json, json};

use crate::scaling::Scaling;
use crate::{Api, Error, Schema};

pub use compare::{Change, breaking_changes};

/// A custom resource definition.
#[derive(Clone, Debug)]
pub struct Definition<'a> {
    /// The kind.
    pub api: &'a Api,
    /// The schema of its spec: the chart's values.
    pub spec: Schema,
    /// The schema of its status.
    pub status: Schema,
    /// Where the chart is, for the description.
    pub chart_path: &'a str,
    /// What the chart says of itself.
    pub chart_description: &'a str,
    /// How its resources are scaled; `None` if they can't be.
    pub scaling: Option<Scaling>,
}

/// What `kubectl get` shows: name, type, path, whether only with `-o wide`, and what it is.
const COLUMNS: &[(&str, &str, &str, bool, &str)] = &[
    (
        "Ready",
        "string",
        ".status.conditions[?(@.type==\"Ready\")].status",
        false,
        "Whether the release is as the spec asks and all its workloads are up.",
    ),
    (
        "Replicas",
        "string",
        ".status.replicas",
        false,
        "Ready and wanted pods of the release's workloads.",
    ),
    (
        "Available",
        "string",
        ".status.conditions[?(@.type==\"Available\")].status",
        false,
        "Whether what is deployed is up.",
    ),
    (
        "Progressing",
        "string",
        ".status.conditions[?(@.type==\"Progressing\")].status",
        false,
        "Whether the release is on its way to what the spec asks.",
    ),
    (
        "Degraded",
        "string",
        ".status.conditions[?(@.type==\"Degraded\")].status",
        false,
        "Whether something failed.",
    ),
    (
        "Revision",
        "integer",
        ".status.revision",
        false,
        "The release's revision.",
    ),
    (
        "Reason",
        "string",
        ".status.conditions[?(@.type==\"Ready\")].reason",
        true,
        "Why the release is ready or not.",
    ),
    ("Age", "date", ".metadata.creationTimestamp", false, ""),
];

impl Definition<'_> {
    /// The file's text.
    ///
    /// # Errors
    /// [`Error::Yaml`]
    pub fn text(&self) -> Result<String, Error> {
        let value: govalue::Value = serde_json::from_value(self.to_json()).unwrap_or_default();
        let text = goyaml::to_string(&value).map_err(|source| Error::Yaml {
            path: "the definition".into(),
            source,
        })?;
        Ok(format!("---\n{text}"))
    }

    fn to_json(&self) -> Json {
        let api = self.api;
        let mut names = json!({
            "kind": api.kind,
            "listKind": format!("{}List", api.kind),
            "plural": api.plural,
            "singular": api.singular(),
        });
        if !api.short_names.is_empty() {
            names["shortNames"] = json!(api.short_names);
        }
        json!({
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": format!("{}.{}", api.plural, api.group())},
            "spec": {
                "group": api.group(),
                "names": names,
                "scope": api.scope,
                "versions": [{
                    "name": api.version,
                    "served": true,
                    "storage": true,
                    "subresources": self.subresources(),
                    "additionalPrinterColumns": columns(),
                    "schema": {"openAPIV3Schema": self.schema()},
                }],
            },
        })
    }

    fn schema(&self) -> Json {
        let default = format!("A release of the chart {}.", self.chart_path);
        let description = if self.chart_description.is_empty() {
            &default
        } else {
            self.chart_description
        };
        let mut spec = self.spec.clone();
        spec.description = Some(format!(
            "The values of the chart {}. A field that is left out has the chart's default.",
            self.chart_path
        ));
        json!({
            "type": "object",
            "description": description,
            "properties": {
                "apiVersion": {"type": "string", "description": "The version of this representation of the object."},
                "kind": {"type": "string", "description": "The kind of this object."},
                "metadata": {"type": "object"},
                "spec": spec.to_json(),
                "status": self.status.to_json(),
            },
        })
    }

    /// The status always; scaling where a value is the number of pods.
    fn subresources(&self) -> Json {
        let mut subresources = json!({"status": {}});
        if let Some(scaling) = self.scaling {
            let path = format!(".spec.{}", scaling.field);
            subresources["scale"] = json!({"specReplicasPath": path, "statusReplicasPath": ".status.pods"});
            if scaling.is_whole {
                subresources["scale"]["labelSelectorPath"] = json!(".status.selector");
            }
        }
        subresources
    }
}

fn columns() -> Json {
    COLUMNS
        .iter()
        .map(|(name, kind, path, is_wide, description)| {
            let mut column = json!({"name": name, "type": kind, "jsonPath": path});
            if *is_wide {
                column["priority"] = json!(1);
            }
            if !description.is_empty() {
                column["description"] = json!(description);
            }
            column
        })
        .collect()
}
