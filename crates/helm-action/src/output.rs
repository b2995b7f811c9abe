//! What a hook that failed has to say: the reason and the last lines of its container.

use helm_kube::ObjectRef;
use k8s_openapi::api::core::v1::{ContainerStateTerminated, Pod};
use kube::ResourceExt;
use kube::api::{Api, ListParams, LogParams};

use crate::Context;

/// The most lines of a log that are told.
const MAX_LINES: i64 = 10;

/// The most characters of a log that are told: conditions and events are no place for more.
const MAX_CHARS: usize = 600;

/// What the pod of a job, or a pod, ended with, as far as it can be had.
pub(crate) async fn tail(cx: &Context, object: &ObjectRef) -> Option<String> {
    let namespace = object.namespace.as_deref()?;
    let pods: Api<Pod> = Api::namespaced(cx.cluster.client().clone(), namespace);
    let pod = match object.gvk.kind.as_str() {
        "Pod" => pods.get_opt(&object.name).await.ok()??,
        _ => last_pod(&pods, &object.name).await?,
    };
    let (container, end) = failed_container(&pod)?;
    let params = LogParams {
        container: Some(container),
        tail_lines: Some(MAX_LINES),
        ..LogParams::default()
    };
    let log = pods.logs(&pod.name_any(), &params).await.unwrap_or_else(|error| {
        tracing::warn!(%object, %error, "failed to read the log of a hook");
        String::new()
    });
    Some(join(&ended(&end), Some(&last_chars(log.trim())))).filter(|text| !text.is_empty())
}

/// The newest pod of a job.
async fn last_pod(pods: &Api<Pod>, job: &str) -> Option<Pod> {
    let params = ListParams::default().labels(&format!("batch.kubernetes.io/job-name={job}"));
    let list = pods.list(&params).await.ok()?;
    list.items
        .into_iter()
        .max_by_key(|pod| pod.metadata.creation_timestamp.clone())
}

/// The first container that ended badly.
fn failed_container(pod: &Pod) -> Option<(String, ContainerStateTerminated)> {
    let status = pod.status.as_ref()?;
    let all = status.init_container_statuses.iter().chain(&status.container_statuses);
    all.flatten().find_map(|container| {
        let state = container.state.as_ref()?.terminated.clone();
        let last = container.last_state.as_ref().and_then(|state| state.terminated.clone());
        let end = state.or(last).filter(|end| end.exit_code != 0)?;
        Some((container.name.clone(), end))
    })
}

fn ended(end: &ContainerStateTerminated) -> String {
    let reason = end.reason.as_deref().filter(|reason| *reason != "Error");
    let said = [reason, end.message.as_deref().map(str::trim)];
    let said: Vec<&str> = said.into_iter().flatten().filter(|text| !text.is_empty()).collect();
    let code = format!("exit code {}", end.exit_code);
    join(&code, Some(said.join(", ").as_str()))
}

/// A reason with what else is known, if anything is.
pub(crate) fn join(reason: &str, more: Option<&str>) -> String {
    match (reason, more.unwrap_or_default()) {
        (reason, "") => reason.to_owned(),
        ("", more) => more.to_owned(),
        (reason, more) => format!("{reason}: {more}"),
    }
}

/// The end of a log, from the beginning of a line where it is cut.
fn last_chars(log: &str) -> String {
    let surplus = log.chars().count().saturating_sub(MAX_CHARS);
    let tail: String = log.chars().skip(surplus).collect();
    match tail.split_once('\n') {
        Some((_, rest)) if surplus > 0 => rest.to_owned(),
        _ => tail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_cut_at_its_beginning_where_a_line_ends() {
        assert_eq!(last_chars("one\ntwo"), "one\ntwo");
        let long = "first ".repeat(200) + "\n" + &"x".repeat(100);
        assert_eq!(last_chars(&long), "x".repeat(100));
        assert_eq!(last_chars(&"ü".repeat(2_000)).chars().count(), MAX_CHARS);
    }

    #[test]
    fn the_end_of_a_container_is_told_with_its_reason() {
        let end = |code: i32, reason: &str, message: &str| ContainerStateTerminated {
            exit_code: code,
            reason: Some(reason.into()),
            message: Some(message.into()),
            ..ContainerStateTerminated::default()
        };
        assert_eq!(ended(&end(1, "Error", "")), "exit code 1");
        assert_eq!(ended(&end(137, "OOMKilled", "")), "exit code 137: OOMKilled");
        assert_eq!(ended(&end(2, "Error", "no such table\n")), "exit code 2: no such table");
        assert_eq!(join("a", None), "a");
    }
}
