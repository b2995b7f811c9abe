//! What the server's refusal of a change calls for.

use serde_json::{Map, Value, json};

use crate::error::Cause;

/// Why the server refused to change an object that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Everything that it minds are fields that can't be changed in place.
    Immutable,
    /// Fields which the chart does not set stand in the way of those that it does, such as the `rollingUpdate` that the
    /// server once put into a strategy that is to be `Recreate`. Their JSON pointers.
    Leftover(Vec<String>),
    /// Anything else.
    Other,
}

/// What Kubernetes' validation says of fields that can't be changed in place; custom kinds' rules say "immutable" by
/// convention.
const IMMUTABLE: &[&str] = &[
    "immutable",
    "updates to statefulset spec for fields other than",
    "pod updates may not change fields other than",
    "may not change once set",
    "may not be changed in an update",
    "cannot change roleRef",
];

impl Refusal {
    /// Reads the causes of an `Invalid` answer to a request for `desired`.
    pub fn of(causes: &[Cause], desired: &Value) -> Self {
        let leftovers: Vec<String> = causes.iter().filter_map(|cause| leftover(cause, desired)).collect();
        if !leftovers.is_empty() {
            Self::Leftover(leftovers)
        } else if !causes.is_empty() && causes.iter().all(is_immutable) {
            Self::Immutable
        } else {
            Self::Other
        }
    }
}

fn is_immutable(cause: &Cause) -> bool {
    IMMUTABLE.iter().any(|words| cause.message.contains(words))
}

/// The pointer of a field that is not the chart's, in an object that the chart sets in part.
fn leftover(cause: &Cause, desired: &Value) -> Option<String> {
    let is_in_the_way = matches!(cause.reason.as_str(), "FieldValueForbidden" | "FieldValueInvalid");
    if !is_in_the_way || is_immutable(cause) || cause.field.contains('[') {
        return None;
    }
    let pointer = format!("/{}", cause.field.replace('.', "/"));
    let (parent, _) = pointer.rsplit_once('/')?;
    let is_of_the_chart = !parent.is_empty() && desired.pointer(parent)?.is_object();
    (is_of_the_chart && desired.pointer(&pointer).is_none()).then_some(pointer)
}

/// The merge patch that takes leftovers out, together with the scalars of `desired` beside them: the server may want
/// both in one request.
pub fn clearing(leftovers: &[String], desired: &Value) -> Value {
    let mut patch = json!({});
    for pointer in leftovers {
        let Some((parent, field)) = pointer.rsplit_once('/') else {
            continue;
        };
        let mut place = &mut patch;
        for key in parent.split('/').skip(1) {
            place = &mut place[key];
        }
        let beside = desired.pointer(parent).and_then(Value::as_object);
        let scalars = beside
            .into_iter()
            .flatten()
            .filter(|(_, value)| !value.is_object() && !value.is_array());
        let fields = place.as_object().cloned().unwrap_or_default();
        let mut fields: Map<String, Value> = fields
            .into_iter()
            .chain(scalars.map(|(key, value)| (key.clone(), value.clone())))
            .collect();
        fields.insert(field.to_owned(), Value::Null);
        *place = Value::Object(fields);
    }
    patch
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause(field: &str, reason: &str, message: &str) -> Cause {
        Cause {
            field: field.into(),
            reason: reason.into(),
            message: message.into(),
        }
    }

    /// Answers of kube-apiserver 1.36: field, word, message; then what they call for.
    const ANSWERS: &[(&str, &str, &str, &str)] = &[
        (
            "spec.strategy.rollingUpdate",
            "FieldValueForbidden",
            "Forbidden: may not be specified when strategy `type` is 'Recreate'",
            "/spec/strategy/rollingUpdate",
        ),
        (
            "spec.updateStrategy.rollingUpdate",
            "FieldValueInvalid",
            "Invalid value: {\"Partition\":0,\"MaxUnavailable\":null}: only allowed for updateStrategy 'RollingUpdate'",
            "/spec/updateStrategy/rollingUpdate",
        ),
        (
            "spec.selector",
            "FieldValueInvalid",
            "Invalid value: {}: field is immutable",
            "immutable",
        ),
        (
            "spec",
            "FieldValueForbidden",
            "Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', \
             'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are \
             forbidden",
            "immutable",
        ),
        (
            "spec.clusterIPs[0]",
            "FieldValueInvalid",
            "Invalid value: [\"10.0.0.77\"]: may not change once set",
            "immutable",
        ),
        (
            "roleRef",
            "FieldValueInvalid",
            "Invalid value: {}: cannot change roleRef",
            "immutable",
        ),
        (
            "data",
            "FieldValueForbidden",
            "Forbidden: field is immutable when `immutable` is set",
            "immutable",
        ),
        (
            "value",
            "FieldValueForbidden",
            "Forbidden: may not be changed in an update.",
            "immutable",
        ),
        (
            "spec.template.metadata.labels",
            "FieldValueInvalid",
            "Invalid value: {\"a\":\"c\"}: `selector` does not match template `labels`",
            "other",
        ),
        ("spec.strategy.name", "FieldValueRequired", "Required value", "other"),
    ];

    #[test]
    fn each_answer_has_its_meaning() {
        let desired = json!({"data": {}, "value": 1, "roleRef": {}, "spec": {"selector": {}, "strategy": {"type": "Recreate"},
            "updateStrategy": {"type": "OnDelete"}, "template": {"metadata": {"labels": {}}}}});
        for (field, reason, message, meaning) in ANSWERS {
            let expected = match *meaning {
                "immutable" => Refusal::Immutable,
                "other" => Refusal::Other,
                pointer => Refusal::Leftover(vec![pointer.into()]),
            };
            assert_eq!(
                Refusal::of(&[cause(field, reason, message)], &desired),
                expected,
                "{message}"
            );
        }
        assert_eq!(Refusal::of(&[], &desired), Refusal::Other);
    }

    #[test]
    fn an_object_that_is_wrong_besides_is_not_merely_immutable() {
        let causes = [
            cause("spec.selector", "FieldValueInvalid", "field is immutable"),
            cause(
                "spec.replicas",
                "FieldValueInvalid",
                "must be greater than or equal to 0",
            ),
        ];
        let desired = json!({"spec": {"selector": {}, "replicas": -1}});
        assert_eq!(Refusal::of(&causes, &desired), Refusal::Other);
    }

    #[test]
    fn a_leftover_goes_together_with_what_stands_beside_it() {
        let desired = json!({"spec": {"replicas": 2, "strategy": {"type": "Recreate", "more": {}}, "template": {}}});
        let leftovers = [
            "/spec/strategy/rollingUpdate".to_owned(),
            "/spec/strategy/other".to_owned(),
        ];
        assert_eq!(
            clearing(&leftovers, &desired),
            json!({"spec": {"strategy": {"type": "Recreate", "rollingUpdate": null, "other": null}}})
        );
    }
}
