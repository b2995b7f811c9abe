//! Whether an object does what it is there for, by the rules of kstatus.

use serde_json::Value;

use crate::Gvk;

/// How far an object is from ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// It is as its spec asks.
    Ready,
    /// It is on its way; what it waits for.
    InProgress(String),
    /// It will not get there without a change; why.
    Failed(String),
}

/// The readiness of a live object, by its kind, which the items of a list leave out. A kind that is not known is ready
/// once it has no unfinished condition.
pub fn readiness(gvk: &Gvk, object: &Value) -> Readiness {
    if object.pointer("/metadata/deletionTimestamp").is_some() {
        return waiting("is being deleted");
    }
    if let Some(waiting) = generation_lag(object) {
        return waiting;
    }
    match (gvk.group(), gvk.kind.as_str()) {
        ("apps", "Deployment") => deployment(object),
        ("apps", "StatefulSet") => stateful_set(object),
        ("apps", "DaemonSet") => daemon_set(object),
        ("apps", "ReplicaSet") | ("", "ReplicationController") => replica_set(object),
        ("batch", "Job") => job(object),
        ("", "Pod") => pod(object),
        ("", "PersistentVolumeClaim") => claim(object),
        ("", "Service") => service(object),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => definition(object),
        _ => by_conditions(object),
    }
}

/// The pods of workloads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pods {
    /// How many are ready.
    pub ready: u32,
    /// How many there are to be.
    pub wanted: u32,
}

/// The pods of a live workload, by its kind; other objects have none.
pub fn pods(gvk: &Gvk, object: &Value) -> Pods {
    let count = |pointer: &str| {
        let number = int(object, pointer).and_then(|number| u32::try_from(number).ok());
        number.unwrap_or_default()
    };
    match (gvk.group(), gvk.kind.as_str()) {
        ("apps", "DaemonSet") => Pods {
            ready: count("/status/numberReady"),
            wanted: count("/status/desiredNumberScheduled"),
        },
        ("apps", "Deployment" | "StatefulSet" | "ReplicaSet") | ("", "ReplicationController") => Pods {
            ready: count("/status/readyReplicas"),
            wanted: count("/spec/replicas"),
        },
        _ => Pods::default(),
    }
}

fn waiting(what: impl Into<String>) -> Readiness {
    Readiness::InProgress(what.into())
}

fn int(object: &Value, pointer: &str) -> Option<i64> {
    object.pointer(pointer).and_then(Value::as_i64)
}

fn generation_lag(object: &Value) -> Option<Readiness> {
    let observed = int(object, "/status/observedGeneration")?;
    let generation = int(object, "/metadata/generation")?;
    (observed < generation).then(|| waiting("its controller has not seen the latest change"))
}

/// The condition `kind`: its status and message.
fn condition<'a>(object: &'a Value, kind: &str) -> Option<(&'a str, &'a str)> {
    let conditions = object.pointer("/status/conditions")?.as_array()?;
    let found = conditions
        .iter()
        .find(|condition| condition.get("type").and_then(Value::as_str) == Some(kind))?;
    let text = |key: &str| found.get(key).and_then(Value::as_str).unwrap_or_default();
    Some((text("status"), text("message")))
}

/// `wanted` of `done`, as `2/3 replicas are available`.
fn progress(done: i64, wanted: i64, what: &str) -> Option<Readiness> {
    (done < wanted).then(|| waiting(format!("{done}/{wanted} {what}")))
}

fn first(checks: impl IntoIterator<Item = Option<Readiness>>) -> Readiness {
    checks.into_iter().flatten().next().unwrap_or(Readiness::Ready)
}

fn deployment(object: &Value) -> Readiness {
    let wanted = int(object, "/spec/replicas").unwrap_or(1);
    let status = |key: &str| int(object, &format!("/status/{key}")).unwrap_or(0);
    if let Some(("False", message)) = condition(object, "Progressing") {
        return Readiness::Failed(message.to_owned());
    }
    let unseen = int(object, "/status/observedGeneration").is_none();
    first([
        unseen.then(|| waiting("its controller has not seen it yet")),
        progress(status("updatedReplicas"), wanted, "replicas are updated"),
        (status("replicas") > status("updatedReplicas")).then(|| waiting("old replicas are still running")),
        progress(status("availableReplicas"), wanted, "replicas are available"),
    ])
}

fn stateful_set(object: &Value) -> Readiness {
    let wanted = int(object, "/spec/replicas").unwrap_or(1);
    let status = |key: &str| int(object, &format!("/status/{key}")).unwrap_or(0);
    let on_delete = object.pointer("/spec/updateStrategy/type").and_then(Value::as_str) == Some("OnDelete");
    let partition = int(object, "/spec/updateStrategy/rollingUpdate/partition").unwrap_or(0);
    let updated = if on_delete { 0 } else { (wanted - partition).max(0) };
    first([
        int(object, "/status/observedGeneration")
            .is_none()
            .then(|| waiting("its controller has not seen it yet")),
        progress(status("readyReplicas"), wanted, "replicas are ready"),
        progress(status("updatedReplicas"), updated, "replicas are updated"),
    ])
}

fn daemon_set(object: &Value) -> Readiness {
    let status = |key: &str| int(object, &format!("/status/{key}")).unwrap_or(0);
    let wanted = status("desiredNumberScheduled");
    first([
        int(object, "/status/observedGeneration")
            .is_none()
            .then(|| waiting("its controller has not seen it yet")),
        progress(status("updatedNumberScheduled"), wanted, "pods are updated"),
        progress(status("numberAvailable"), wanted, "pods are available"),
    ])
}

fn replica_set(object: &Value) -> Readiness {
    let wanted = int(object, "/spec/replicas").unwrap_or(1);
    first([
        int(object, "/status/observedGeneration")
            .is_none()
            .then(|| waiting("its controller has not seen it yet")),
        progress(
            int(object, "/status/availableReplicas").unwrap_or(0),
            wanted,
            "replicas are available",
        ),
    ])
}

fn job(object: &Value) -> Readiness {
    if let Some(("True", message)) = condition(object, "Failed") {
        return Readiness::Failed(message.to_owned());
    }
    match condition(object, "Complete") {
        Some(("True", _)) => Readiness::Ready,
        _ if object.pointer("/spec/suspend").and_then(Value::as_bool) == Some(true) => Readiness::Ready,
        _ => waiting("it has not completed"),
    }
}

fn pod(object: &Value) -> Readiness {
    let phase = object
        .pointer("/status/phase")
        .and_then(Value::as_str)
        .unwrap_or("Pending");
    match (phase, condition(object, "Ready")) {
        ("Succeeded", _) | ("Running", Some(("True", _))) => Readiness::Ready,
        ("Failed", _) => Readiness::Failed(
            object
                .pointer("/status/message")
                .and_then(Value::as_str)
                .unwrap_or("it failed")
                .to_owned(),
        ),
        _ => waiting(format!("it is {}", phase.to_lowercase())),
    }
}

fn claim(object: &Value) -> Readiness {
    match object.pointer("/status/phase").and_then(Value::as_str) {
        Some("Bound") => Readiness::Ready,
        Some("Lost") => Readiness::Failed("its volume is lost".into()),
        _ => waiting("it is not bound"),
    }
}

fn service(object: &Value) -> Readiness {
    let is_load_balancer = object.pointer("/spec/type").and_then(Value::as_str) == Some("LoadBalancer");
    let ingress = object.pointer("/status/loadBalancer/ingress").and_then(Value::as_array);
    if is_load_balancer && ingress.is_none_or(Vec::is_empty) {
        return waiting("its load balancer has no address");
    }
    Readiness::Ready
}

fn definition(object: &Value) -> Readiness {
    if let Some(("False", message)) = condition(object, "NamesAccepted") {
        return Readiness::Failed(message.to_owned());
    }
    match condition(object, "Established") {
        Some(("True", _)) => Readiness::Ready,
        _ => waiting("it is not established"),
    }
}

/// The rule for all other kinds: `Stalled` fails, `Reconciling` waits, and `Ready` or `Available`, if there is such a
/// condition, must be true.
fn by_conditions(object: &Value) -> Readiness {
    if let Some(("True", message)) = condition(object, "Stalled") {
        return Readiness::Failed(message.to_owned());
    }
    if let Some(("True", message)) = condition(object, "Reconciling") {
        return waiting(message);
    }
    match condition(object, "Ready").or_else(|| condition(object, "Available")) {
        None | Some(("True", _)) => Readiness::Ready,
        Some((_, message)) => waiting(message),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn workloads_have_pods() {
        let set = json!({"spec": {"replicas": 3}, "status": {"readyReplicas": 1}});
        let daemons = json!({"status": {"numberReady": 2, "desiredNumberScheduled": 4}});
        for (kind, object, ready, wanted) in [
            ("Deployment", &set, 1, 3),
            ("StatefulSet", &set, 1, 3),
            ("DaemonSet", &daemons, 2, 4),
            ("ControllerRevision", &set, 0, 0),
        ] {
            assert_eq!(
                pods(&Gvk::new("apps/v1", kind), object),
                Pods { ready, wanted },
                "{kind}"
            );
        }
    }

    #[test]
    fn each_kind_is_ready_by_its_own_rule() {
        let ready = [
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"generation": 2}, "spec": {"replicas": 2},
                "status": {"observedGeneration": 2, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2}}),
            json!({"apiVersion": "v1", "kind": "Service", "spec": {"type": "ClusterIP"}}),
            json!({"apiVersion": "batch/v1", "kind": "Job", "status": {"conditions": [{"type": "Complete", "status": "True"}]}}),
            json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "status": {"phase": "Bound"}}),
            json!({"apiVersion": "v1", "kind": "ConfigMap"}),
            json!({"apiVersion": "x.io/v1", "kind": "Widget", "status": {"conditions": [{"type": "Ready", "status": "True"}]}}),
        ];
        for object in ready {
            assert_eq!(readiness(&Gvk::of(&object), &object), Readiness::Ready, "{object}");
        }
    }

    #[test]
    fn what_is_waited_for_is_said() {
        let cases = [
            (
                json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replicas": 3},
                "status": {"observedGeneration": 1, "updatedReplicas": 3, "replicas": 3, "availableReplicas": 1}}),
                "1/3 replicas are available",
            ),
            (
                json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"generation": 2}, "status": {"observedGeneration": 1}}),
                "its controller has not seen the latest change",
            ),
            (
                json!({"apiVersion": "v1", "kind": "Service", "spec": {"type": "LoadBalancer"}}),
                "its load balancer has no address",
            ),
            (
                json!({"apiVersion": "v1", "kind": "Pod", "status": {"phase": "Pending"}}),
                "it is pending",
            ),
        ];
        for (object, what) in cases {
            assert_eq!(
                readiness(&Gvk::of(&object), &object),
                Readiness::InProgress(what.into()),
                "{object}"
            );
        }
    }

    #[test]
    fn an_item_of_a_list_is_read_as_what_it_is() {
        // The API server leaves the type out of a list's items.
        let item = json!({"metadata": {"name": "app"}, "spec": {"replicas": 1}, "status": {"observedGeneration": 1}});
        let told = Readiness::InProgress("0/1 replicas are updated".into());
        assert_eq!(readiness(&Gvk::new("apps/v1", "Deployment"), &item), told);
    }

    #[test]
    fn a_failed_job_says_why() {
        let job = json!({"apiVersion": "batch/v1", "kind": "Job",
            "status": {"conditions": [{"type": "Failed", "status": "True", "message": "Job has reached the specified backoff limit"}]}});
        assert_eq!(
            readiness(&Gvk::of(&job), &job),
            Readiness::Failed("Job has reached the specified backoff limit".into())
        );
    }
}
