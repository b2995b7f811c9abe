//! What a watch, and a chart's own annotations, ask of how objects are applied.

use std::collections::BTreeMap;

use helm_kube::{Gvk, LeftAlone, ObjectRef, annotations};
use serde_json::Value;

use crate::Error;

/// What a watch asks of how the objects of its releases are applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApplyPolicy {
    /// Fields that are left as others have them.
    pub drift_ignore: Vec<IgnoreRule>,
    /// What is done where a change needs a new object, by kind; `*` stands for all other kinds.
    pub on_immutable: BTreeMap<String, OnImmutable>,
    /// What is done with the chart's `crds/` folder.
    pub definitions: DefinitionPolicy,
}

/// Fields of some objects that are left as others have them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IgnoreRule {
    /// The API group of the objects, empty for the core group; `None` for any.
    pub group: Option<String>,
    /// Their kind; `None` for any.
    pub kind: Option<String>,
    /// Their name, in which `*` stands for any text; `None` for any.
    pub name: Option<String>,
    /// JSON pointers to the fields, as the chart's objects have them.
    pub pointers: Vec<String>,
}

/// What is done where the server can't change a field in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnImmutable {
    /// The operation fails with the server's reason, and the object stays.
    Fail,
    /// The object is deleted and made anew.
    Recreate,
}

/// What is done with the definitions in a chart's `crds/` folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DefinitionPolicy {
    /// Nothing.
    Skip,
    /// Those that are missing are created, as Helm does it.
    #[default]
    Create,
    /// Those that are missing are created, the others replaced.
    CreateReplace,
}

/// Kinds that are never deleted to be made anew: data would go with them.
const IRREPLACEABLE: &[&str] = &[
    "CustomResourceDefinition",
    "Namespace",
    "PersistentVolume",
    "PersistentVolumeClaim",
];

impl OnImmutable {
    /// The policy of this name.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "fail" => Some(Self::Fail),
            "recreate" => Some(Self::Recreate),
            _ => None,
        }
    }
}

impl DefinitionPolicy {
    /// The names of all policies.
    pub const NAMES: &[&str] = &["skip", "create", "createReplace"];

    /// The policy of this name.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "skip" => Some(Self::Skip),
            "create" => Some(Self::Create),
            "createReplace" => Some(Self::CreateReplace),
            _ => None,
        }
    }
}

impl IgnoreRule {
    fn is_about(&self, object: &ObjectRef) -> bool {
        let is = |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|wanted| wanted == found);
        is(&self.group, object.gvk.group())
            && is(&self.kind, &object.gvk.kind)
            && self
                .name
                .as_deref()
                .is_none_or(|pattern| matches(pattern, &object.name))
    }
}

impl ApplyPolicy {
    /// Which chart fields of `live` are left alone; `before` is what earlier revisions had of the object.
    pub(crate) fn left_alone(&self, live: &Value, desired: &Value, before: &[Value]) -> Result<LeftAlone, Error> {
        let object = ObjectRef::of(desired);
        let rules = self.drift_ignore.iter().filter(|rule| rule.is_about(&object));
        let mut ignored: Vec<String> = rules.flat_map(|rule| rule.pointers.clone()).collect();
        if let Some(text) = annotation(desired, annotations::DRIFT_IGNORE) {
            for pointer in text.split([',', ' ', '\n']).filter(|pointer| !pointer.is_empty()) {
                check_pointer(pointer).map_err(|reason| wrong(&object, annotations::DRIFT_IGNORE, reason))?;
                ignored.push(pointer.to_owned());
            }
        }
        Ok(LeftAlone::of(live, desired, before, &ignored))
    }

    /// What is done where a change of this object needs a new one: its annotation decides, then the watch's word for its
    /// kind, then that for all others; without any, Jobs are made anew.
    pub(crate) fn on_immutable(&self, desired: &Value) -> Result<OnImmutable, Error> {
        let object = ObjectRef::of(desired);
        let kind = object.gvk.kind.as_str();
        let annotated = match annotation(desired, annotations::ON_IMMUTABLE) {
            None => None,
            Some(text) => Some(OnImmutable::parse(text).ok_or_else(|| {
                let reason = format!("`{text}` is neither fail nor recreate");
                wrong(&object, annotations::ON_IMMUTABLE, reason)
            })?),
        };
        if IRREPLACEABLE.contains(&kind) {
            return Ok(OnImmutable::Fail);
        }
        let by_watch = || {
            self.on_immutable
                .get(kind)
                .or_else(|| self.on_immutable.get("*"))
                .copied()
        };
        let by_kind = || match (object.gvk.group(), kind) {
            ("batch", "Job") => OnImmutable::Recreate,
            _ => OnImmutable::Fail,
        };
        Ok(annotated.or_else(by_watch).unwrap_or_else(by_kind))
    }
}

/// Whether a text is a JSON pointer to a field that may be ignored: not the whole object, nor what names it.
pub fn check_pointer(pointer: &str) -> Result<(), String> {
    let first = pointer
        .strip_prefix('/')
        .map(|rest| rest.split('/').next().unwrap_or_default());
    match first {
        None | Some("") => Err(format!("`{pointer}` is not a JSON pointer such as `/spec/replicas`")),
        Some("apiVersion" | "kind") => Err(format!("`{pointer}` is what the object is")),
        Some("stringData") => Err(format!(
            "`{pointer}` can't be ignored, since the server moves it; let the chart write it to `data`"
        )),
        _ if matches!(pointer, "/metadata" | "/metadata/name" | "/metadata/namespace") => {
            Err(format!("`{pointer}` is what the object is"))
        }
        _ => Ok(()),
    }
}

fn annotation<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.pointer("/metadata/annotations")?.get(name)?.as_str()
}

fn wrong(object: &ObjectRef, annotation: &'static str, reason: String) -> Error {
    Error::Annotation {
        object: object.clone(),
        annotation,
        reason,
    }
}

/// Whether `text` is `pattern`, in which `*` stands for any text.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|text| {
            let ends = text.char_indices().map(|(index, _)| index).chain([text.len()]);
            ends.into_iter().any(|index| matches(rest, &text[index..]))
        }),
    }
}

/// Whether a kind is a `StatefulSet`.
pub(crate) fn is_stateful_set(gvk: &Gvk) -> bool {
    gvk.group() == "apps" && gvk.kind == "StatefulSet"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(kind: &str, annotations: &Value) -> Value {
        let api_version = match kind {
            "Job" => "batch/v1",
            "CustomResourceDefinition" => "apiextensions.k8s.io/v1",
            _ => "apps/v1",
        };
        json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "books-app", "annotations": annotations},
            "spec": {"replicas": 1, "paused": false}})
    }

    #[test]
    fn the_object_decides_before_the_watch_and_the_watch_before_the_kind() {
        use OnImmutable::{Fail, Recreate};
        let of = |text: &str| json!({"chartwright.dev/on-immutable": text});
        let watch = |entries: &[(&str, OnImmutable)]| ApplyPolicy {
            on_immutable: entries
                .iter()
                .map(|(kind, policy)| ((*kind).to_owned(), *policy))
                .collect(),
            ..ApplyPolicy::default()
        };
        let cases = [
            (watch(&[]), "Deployment", json!({}), Fail),
            (watch(&[]), "Job", json!({}), Recreate),
            (watch(&[("*", Fail)]), "Job", json!({}), Fail),
            (watch(&[("*", Fail), ("Job", Recreate)]), "Job", json!({}), Recreate),
            (watch(&[("Deployment", Recreate)]), "Deployment", json!({}), Recreate),
            (watch(&[("Deployment", Recreate)]), "StatefulSet", json!({}), Fail),
            (watch(&[("Deployment", Recreate)]), "Deployment", of("fail"), Fail),
            (watch(&[]), "Deployment", of("recreate"), Recreate),
            (
                watch(&[("*", Recreate)]),
                "CustomResourceDefinition",
                of("recreate"),
                Fail,
            ),
        ];
        for (policy, kind, annotations, expected) in cases {
            let found = policy.on_immutable(&object(kind, &annotations)).ok();
            assert_eq!(found, Some(expected), "{policy:?} {kind} {annotations}");
        }
        let mistake = watch(&[]).on_immutable(&object("Job", &of("replace")));
        assert_eq!(
            mistake.map_err(|error| error.to_string()),
            Err(
                "annotation `chartwright.dev/on-immutable` of Job books-app: `replace` is neither fail nor recreate"
                    .into()
            )
        );
    }

    #[test]
    fn rules_are_about_the_objects_that_they_name() {
        let rule = |group: Option<&str>, kind: Option<&str>, name: Option<&str>| IgnoreRule {
            group: group.map(str::to_owned),
            kind: kind.map(str::to_owned),
            name: name.map(str::to_owned),
            pointers: vec!["/spec/replicas".into()],
        };
        let cases = [
            (rule(None, None, None), true),
            (rule(Some("apps"), None, None), true),
            (rule(Some(""), None, None), false),
            (rule(None, Some("Deployment"), Some("books-app")), true),
            (rule(None, Some("StatefulSet"), None), false),
            (rule(None, None, Some("*-app")), true),
            (rule(None, None, Some("b*s*")), true),
            (rule(None, None, Some("*-db")), false),
        ];
        let desired = object("Deployment", &json!({}));
        for (rule, expected) in cases {
            let policy = ApplyPolicy {
                drift_ignore: vec![rule.clone()],
                ..ApplyPolicy::default()
            };
            let left = policy.left_alone(&desired, &desired, &[]).unwrap_or_default();
            assert_eq!(left.contains("/spec/replicas"), expected, "{rule:?}");
        }
    }

    #[test]
    fn an_annotation_ignores_as_well() {
        let of = |text: &str| object("Deployment", &json!({"chartwright.dev/drift-ignore": text}));
        let found = |text: &str| {
            let left = ApplyPolicy::default().left_alone(&of(text), &of(text), &[]);
            left.map(|left| (left.contains("/spec/replicas"), left.contains("/spec/paused")))
                .map_err(|error| error.to_string())
        };
        assert_eq!(found("/spec/replicas, /spec/paused"), Ok((true, true)));
        assert_eq!(found("/spec/paused"), Ok((false, true)));
        let mistakes = [
            (
                "spec.replicas",
                "`spec.replicas` is not a JSON pointer such as `/spec/replicas`",
            ),
            ("/", "`/` is not a JSON pointer such as `/spec/replicas`"),
            ("/kind", "`/kind` is what the object is"),
            ("/metadata", "`/metadata` is what the object is"),
        ];
        for (text, reason) in mistakes {
            let expected = format!("annotation `chartwright.dev/drift-ignore` of Deployment books-app: {reason}");
            assert_eq!(found(text), Err(expected));
        }
    }
}
