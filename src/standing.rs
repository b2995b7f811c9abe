//! How a release stands, read off the status of its custom resource.

use kube::api::DynamicObject;
use serde::Serialize;
use serde_json::Value;

use crate::request::is_being_deleted;

/// How a release stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Standing {
    Failed,
    Progressing,
    Deleting,
    Paused,
    Ready,
}

impl Standing {
    pub(crate) const ALL: [Self; 5] = [
        Self::Ready,
        Self::Progressing,
        Self::Failed,
        Self::Paused,
        Self::Deleting,
    ];

    /// What the conditions of a custom resource come to.
    pub(crate) fn of(object: &DynamicObject) -> Self {
        let holds = |kind: &str| condition(object, kind).is_some_and(|condition| condition["status"] == "True");
        if is_being_deleted(object) {
            Self::Deleting
        } else if ["ReleaseFailed", "Irreconcilable"].into_iter().any(holds) {
            Self::Failed
        } else if holds("Paused") {
            // What is paused is stalled as well.
            Self::Paused
        } else if holds("Stalled") {
            Self::Failed
        } else if holds("Ready") {
            Self::Ready
        } else {
            Self::Progressing
        }
    }

    /// The word for people and for the style sheet.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Progressing => "progressing",
            Self::Deleting => "deleting",
            Self::Paused => "paused",
            Self::Ready => "ready",
        }
    }

    /// Why it stands so; nothing where there is nothing to tell.
    pub(crate) fn message(self, object: &DynamicObject) -> String {
        let kinds: &[&str] = match self {
            Self::Ready => return String::new(),
            Self::Failed => &["ReleaseFailed", "Irreconcilable", "Stalled", "Ready"],
            Self::Paused => &["Paused"],
            Self::Progressing | Self::Deleting => &["Ready", "Reconciling"],
        };
        let holding = kinds.iter().filter_map(|kind| condition(object, kind));
        let messages = holding.filter_map(|condition| condition["message"].as_str());
        messages
            .map(str::to_owned)
            .find(|message| !message.is_empty())
            .unwrap_or_default()
    }
}

/// The conditions of a custom resource.
pub(crate) fn conditions(object: &DynamicObject) -> impl Iterator<Item = &Value> {
    let conditions = object.data.pointer("/status/conditions").and_then(Value::as_array);
    conditions.into_iter().flatten()
}

/// The deployed revision.
pub(crate) fn revision(object: &DynamicObject) -> Option<u64> {
    object.data.pointer("/status/revision").and_then(Value::as_u64)
}

/// How many of a release's pods are ready, as `1/3`; empty for one without any.
pub(crate) fn pods(object: &DynamicObject) -> &str {
    let replicas = object.data.pointer("/status/replicas").and_then(Value::as_str);
    replicas.filter(|replicas| *replicas != "0/0").unwrap_or_default()
}

fn condition<'a>(object: &'a DynamicObject, kind: &str) -> Option<&'a Value> {
    conditions(object).find(|condition| condition["type"] == kind)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Type, status and message of each.
    type Conditions = [(&'static str, &'static str, &'static str)];

    #[test]
    fn a_word_and_its_reason_come_of_the_conditions() {
        let object = |conditions: &Conditions, deleted: bool| -> DynamicObject {
            let conditions: Vec<Value> = conditions
                .iter()
                .map(|(kind, status, message)| json!({"type": kind, "status": status, "message": message}))
                .collect();
            let mut object = json!({"apiVersion": "g.io/v1", "kind": "Shop", "metadata": {"name": "x"},
                "status": {"conditions": conditions}});
            if deleted {
                object["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
            }
            serde_json::from_value(object).unwrap()
        };
        let cases: &[(&Conditions, bool, Standing, &str)] = &[
            (&[], false, Standing::Progressing, ""),
            (&[("Ready", "True", "all")], false, Standing::Ready, ""),
            (
                &[("Ready", "False", "0/1 replicas")],
                false,
                Standing::Progressing,
                "0/1 replicas",
            ),
            (
                &[("Ready", "False", "no"), ("ReleaseFailed", "True", "boom")],
                false,
                Standing::Failed,
                "boom",
            ),
            (
                &[
                    ("Ready", "False", "paused"),
                    ("Stalled", "True", ""),
                    ("Paused", "True", "by annotation"),
                ],
                false,
                Standing::Paused,
                "by annotation",
            ),
            (
                &[("Ready", "True", "all"), ("Paused", "True", "by annotation")],
                false,
                Standing::Paused,
                "by annotation",
            ),
            (&[("Ready", "True", "")], true, Standing::Deleting, ""),
        ];
        for (conditions, deleted, expected, message) in cases {
            let object = object(conditions, *deleted);
            let found = Standing::of(&object);
            assert_eq!((found, found.message(&object).as_str()), (*expected, *message));
        }
    }
}
