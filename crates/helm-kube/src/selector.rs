//! The pods of a workload, as its `scale` subresource names them.

use serde_json::Value;

use crate::Gvk;

/// The selector of a workload that can be scaled, as text like `app=books,tier in (back,front)`; `None` for other objects.
///
/// It is written as Kubernetes' `labels.Selector` is, and so as the workload's own `scale` subresource has it.
pub fn selector(gvk: &Gvk, object: &Value) -> Option<String> {
    let selector = object.pointer("/spec/selector")?;
    let mut requirements = match (gvk.group(), gvk.kind.as_str()) {
        ("apps", "Deployment" | "StatefulSet" | "ReplicaSet") => {
            let mut found = equalities(selector.get("matchLabels"));
            let expressions = selector.get("matchExpressions").and_then(Value::as_array);
            found.extend(expressions.into_iter().flatten().filter_map(expression));
            found
        }
        ("", "ReplicationController") => equalities(Some(selector)),
        _ => return None,
    };
    requirements.sort_by(|(a, _), (b, _)| a.cmp(b));
    let texts: Vec<String> = requirements.into_iter().map(|(_, text)| text).collect();
    Some(texts.join(","))
}

/// A label's key, and what is required of it.
type Requirement = (String, String);

fn equalities(labels: Option<&Value>) -> Vec<Requirement> {
    let labels = labels.and_then(Value::as_object).into_iter().flatten();
    labels
        .filter_map(|(key, value)| Some((key.clone(), format!("{key}={}", value.as_str()?))))
        .collect()
}

fn expression(expression: &Value) -> Option<Requirement> {
    let key = expression["key"].as_str()?;
    let values = expression["values"].as_array().into_iter().flatten();
    let mut values: Vec<&str> = values.filter_map(Value::as_str).collect();
    values.sort_unstable();
    let values = values.join(",");
    let text = match expression["operator"].as_str()? {
        "In" => format!("{key} in ({values})"),
        "NotIn" => format!("{key} notin ({values})"),
        "Exists" => key.to_owned(),
        "DoesNotExist" => format!("!{key}"),
        _ => return None,
    };
    Some((key.to_owned(), text))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn selectors_are_written_as_kubernetes_writes_them() {
        let of = |api_version: &str, kind: &str, selector: Value| {
            super::selector(&Gvk::new(api_version, kind), &json!({"spec": {"selector": selector}}))
        };
        let expressions = json!([
            {"key": "tier", "operator": "In", "values": ["front", "back"]},
            {"key": "zone", "operator": "NotIn", "values": ["a"]},
            {"key": "canary", "operator": "DoesNotExist"},
            {"key": "team", "operator": "Exists"},
        ]);
        let labels = json!({"b": "2", "a": "1"});
        for (api_version, kind, selector, wanted) in [
            ("apps/v1", "Deployment", json!({"matchLabels": labels}), Some("a=1,b=2")),
            (
                "apps/v1",
                "StatefulSet",
                json!({"matchLabels": {"app": "x"}, "matchExpressions": expressions}),
                Some("app=x,!canary,team,tier in (back,front),zone notin (a)"),
            ),
            ("v1", "ReplicationController", labels.clone(), Some("a=1,b=2")),
            ("apps/v1", "DaemonSet", json!({"matchLabels": labels}), None),
            ("v1", "Service", labels.clone(), None),
        ] {
            assert_eq!(of(api_version, kind, selector).as_deref(), wanted, "{kind}");
        }
    }
}
