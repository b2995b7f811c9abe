//! The keys of a watch as a table: what the parser knows, the reference shows and the JSON Schema tells editors.

use std::fmt::Write as _;

use helm_action::{DefinitionPolicy, FailurePolicy};
use serde_json::{Map, Value, json};

use super::patches::TARGET_KEYS;

/// A key of a watch.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What its value is.
    pub kind: FieldKind,
    /// What holds without it.
    pub default: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

/// What a key's value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// A text.
    Text,
    /// True or false.
    Flag,
    /// A whole number from this on.
    Count(usize),
    /// A duration such as `1h30m`.
    Duration,
    /// Texts by name.
    Texts,
    /// Kubernetes' `LabelSelector`.
    Selector,
    /// Secrets and `ConfigMap`s.
    Sources,
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// One of these texts for each of some names.
    Choices(&'static [&'static str]),
    /// Which fields of which objects are left alone.
    IgnoreRules,
    /// What is changed of which documents.
    Patches,
}

const fn row(name: &'static str, kind: FieldKind, default: &'static str, meaning: &'static str) -> Field {
    Field {
        name,
        kind,
        default,
        meaning,
    }
}

/// All keys of a watch.
pub const FIELDS: [Field; 20] = [
    row(
        "group",
        FieldKind::Text,
        "the core group",
        "The API group of the custom resources.",
    ),
    row(
        "version",
        FieldKind::Text,
        "required",
        "The API version of the custom resources.",
    ),
    row("kind", FieldKind::Text, "required", "The kind of the custom resources."),
    row(
        "chart",
        FieldKind::Text,
        "required",
        "The chart's folder or `.tgz` archive; a relative path starts at the operator's working folder.",
    ),
    row(
        "watchDependentResources",
        FieldKind::Flag,
        "`true`",
        "Whether the objects of releases are watched, so that drift is repaired at once. \
         Without, they are compared at every reconcile period.",
    ),
    row(
        "valuesFrom",
        FieldKind::Sources,
        "none",
        "Secrets and ConfigMaps with values that every custom resource's win over; see below.",
    ),
    row(
        "overrideValues",
        FieldKind::Texts,
        "none",
        "Values that win over every custom resource's; see below.",
    ),
    row(
        "patches",
        FieldKind::Patches,
        "none",
        "Changes of what the chart renders, as kustomize has them; see below.",
    ),
    row(
        "selector",
        FieldKind::Selector,
        "all",
        "Which custom resources are releases; the API server filters.",
    ),
    row(
        "reconcilePeriod",
        FieldKind::Duration,
        "`--reconcile-period`",
        "How often to look at a release although nothing happened; `0s` for never.",
    ),
    row(
        "maxConcurrentReconciles",
        FieldKind::Count(1),
        "`--max-concurrent-reconciles`",
        "How many releases of this watch are worked on at once.",
    ),
    row(
        "maxHistory",
        FieldKind::Count(0),
        "`--max-history`",
        "How many revisions of a release are kept; `0` for all.",
    ),
    row(
        "failurePolicy",
        FieldKind::Choice(&FailurePolicy::NAMES),
        "`retry`",
        "What follows a failed install or upgrade: `retry` tries again after growing delays, `rollback` goes back once to the \
         revision that was deployed, `keep` leaves everything as it is. The last two then wait for a change.",
    ),
    row(
        "releaseNamespace",
        FieldKind::Text,
        "the operator's namespace",
        "The namespace of the releases of a cluster-scoped kind: where its records are, and objects without a namespace.",
    ),
    row(
        "serviceAccountName",
        FieldKind::Text,
        "the operator's own",
        "The service account of a release's namespace in whose name it is made; see below.",
    ),
    row(
        "serviceAccountAnnotation",
        FieldKind::Flag,
        "`false`",
        "Whether a resource may name another service account by annotation.",
    ),
    row(
        "driftIgnore",
        FieldKind::IgnoreRules,
        "none",
        "Fields of objects that are left as others have them; see below.",
    ),
    row(
        "onImmutable",
        FieldKind::Choices(&["fail", "recreate"]),
        "`{Job: recreate, '*': fail}`",
        "By kind, what is done where a change needs a new object; see below.",
    ),
    row(
        "crds",
        FieldKind::Choice(DefinitionPolicy::NAMES),
        "`create`",
        "What is done with the definitions in the chart's `crds/` folder; see below.",
    ),
    row(
        "dryRunOption",
        FieldKind::Text,
        "none",
        "Accepted for helm-operator's sake and without effect: `lookup` always reads the cluster.",
    ),
];

/// The names of all keys.
pub(super) const KEYS: [&str; FIELDS.len()] = {
    let mut names = [""; FIELDS.len()];
    let mut index = 0;
    while index < names.len() {
        names[index] = FIELDS[index].name;
        index += 1;
    }
    names
};

impl FieldKind {
    fn name(self) -> &'static str {
        match self {
            Self::Text | Self::Choice(_) => "string",
            Self::Flag => "boolean",
            Self::Count(_) => "integer",
            Self::Duration => "duration",
            Self::Texts | Self::Choices(_) => "map of strings",
            Self::Selector => "label selector",
            Self::Sources => "list",
            Self::IgnoreRules => "list of rules",
            Self::Patches => "list of patches",
        }
    }

    fn schema(self) -> Value {
        let texts =
            json!({"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "null"]}});
        match self {
            Self::Text => json!({"type": "string"}),
            Self::Flag => json!({"type": "boolean"}),
            Self::Count(least) => json!({"type": "integer", "minimum": least}),
            Self::Duration => json!({"type": "string", "pattern": r"^\+?(0|([0-9.]+(ns|us|µs|ms|s|m|h))+)$"}),
            Self::Texts => texts,
            Self::Sources => json!({"type": "array", "items": {
                "type": "object",
                "additionalProperties": false,
                "required": ["kind", "name"],
                "properties": {
                    "kind": {"enum": ["Secret", "ConfigMap"]},
                    "name": {"type": "string"},
                    "valuesKey": {"type": "string", "default": "values.yaml"},
                    "targetPath": {"type": "string"},
                    "optional": {"type": "boolean", "default": false},
                },
            }}),
            Self::Choice(names) => json!({"enum": names}),
            Self::Choices(names) => json!({"type": "object", "additionalProperties": {"enum": names}}),
            Self::IgnoreRules => json!({"type": "array", "items": {
                "type": "object",
                "additionalProperties": false,
                "required": ["pointers"],
                "properties": {
                    "group": {"type": "string"},
                    "kind": {"type": "string"},
                    "name": {"type": "string"},
                    "pointers": {"type": "array", "items": {"type": "string", "pattern": "^/"}},
                },
            }}),
            Self::Patches => {
                let target: Map<String, Value> = TARGET_KEYS
                    .map(|key| (key.to_owned(), json!({"type": "string"})))
                    .into_iter()
                    .collect();
                json!({"type": "array", "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["patch"],
                    "properties": {
                        "target": {"type": "object", "additionalProperties": false, "properties": target},
                        "patch": {"type": "string"},
                        "optional": {"type": "boolean", "default": false},
                    },
                }})
            }
            Self::Selector => json!({
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "matchLabels": texts,
                    "matchExpressions": {"type": "array", "items": {
                        "type": "object",
                        "additionalProperties": false,
                        "required": ["key", "operator"],
                        "properties": {
                            "key": {"type": "string"},
                            "operator": {"enum": ["In", "NotIn", "Exists", "DoesNotExist"]},
                            "values": {"type": "array", "items": {"type": "string"}},
                        },
                    }},
                },
            }),
        }
    }
}

/// A JSON Schema of watches.yaml, for editors.
pub fn json_schema() -> Value {
    let mut properties = Map::new();
    for field in &FIELDS {
        let mut schema = field.kind.schema();
        schema["description"] = json!(field.meaning);
        properties.insert(field.name.to_owned(), schema);
    }
    let required: Vec<&str> = FIELDS
        .iter()
        .filter(|field| field.default == "required")
        .map(|field| field.name)
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "watches.yaml of chartwright",
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": false,
            "required": required,
            "properties": properties,
        },
    })
}

/// The table as Markdown.
pub fn reference() -> String {
    let mut text = String::from("| Key | Type | Default | Meaning |\n|---|---|---|---|\n");
    for Field {
        name,
        kind,
        default,
        meaning,
    } in &FIELDS
    {
        // Writing into a string can't fail.
        let _ = writeln!(text, "| `{name}` | {} | {default} | {meaning} |", kind.name());
    }
    text
}
