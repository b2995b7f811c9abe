//! What the API server was asked, as its audit log tells.

use anyhow::{Context as _, Result};
use serde::Deserialize;

/// One request to the API server: who wanted what of which object, and the answer's status.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Request {
    /// The user, such as `admin` for whoever uses the test's kubeconfig.
    pub user: String,
    /// The user in whose name it was made, if that is another one; else empty.
    pub impersonated: String,
    /// The client's own name, from its `User-Agent` header.
    pub agent: String,
    /// The verb as in RBAC: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete` or `deletecollection`.
    pub verb: String,
    /// Path and query, which has `fieldManager` and `dryRun`.
    pub uri: String,
    /// The resource's plural name, such as `deployments`; empty for paths like `/readyz`.
    pub resource: String,
    /// The subresource, such as `status` or `scale`; mostly empty.
    pub subresource: String,
    /// The object's namespace; empty for cluster-scoped objects and lists over all namespaces.
    pub namespace: String,
    /// The object's name; empty for lists and watches.
    pub name: String,
    /// The HTTP status of the answer; 0 if there was none.
    pub code: u16,
}

/// The parts of Kubernetes' `audit.k8s.io/v1` event that make a [`Request`].
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    verb: String,
    #[serde(rename = "requestURI")]
    uri: String,
    user: User,
    #[serde(default)]
    impersonated_user: User,
    #[serde(default)]
    user_agent: String,
    #[serde(default)]
    object_ref: ObjectRef,
    #[serde(default)]
    response_status: Status,
}

#[derive(Default, Deserialize)]
struct User {
    #[serde(default)]
    username: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ObjectRef {
    resource: String,
    subresource: String,
    namespace: String,
    name: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Status {
    code: u16,
}

impl From<Event> for Request {
    fn from(event: Event) -> Self {
        Self {
            user: event.user.username,
            impersonated: event.impersonated_user.username,
            agent: event.user_agent,
            verb: event.verb,
            uri: event.uri,
            resource: event.object_ref.resource,
            subresource: event.object_ref.subresource,
            namespace: event.object_ref.namespace,
            name: event.object_ref.name,
            code: event.response_status.code,
        }
    }
}

/// The requests of an audit log. Its last line is left out while the API server is still writing it.
pub(super) fn parse(log: &str) -> Result<Vec<Request>> {
    let complete = log.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    complete
        .enumerate()
        .map(|(number, line)| {
            let event: Event = serde_json::from_str(line).with_context(|| format!("parse line {}", number + 1))?;
            Ok(event.into())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","stage":"ResponseComplete",
        "requestURI":"/readyz?timeout=32s","verb":"get","user":{"username":"admin","groups":["system:masters"]},
        "userAgent":"kubectl","responseStatus":{"metadata":{},"code":200}}"#;

    #[test]
    fn a_line_that_is_still_being_written_is_left_out() {
        let line = EVENT.replace('\n', " ");
        let requests = parse(&format!("{line}\n{}", &line[..40])).expect("the first line is whole");
        assert_eq!(requests.len(), 1);
        assert_eq!((requests[0].agent.as_str(), requests[0].code), ("kubectl", 200));
        assert_eq!(requests[0].resource, "");
    }

    #[test]
    fn a_line_that_is_no_event_is_reported_with_its_number() {
        let log = format!("{}\nnonsense\n", EVENT.replace('\n', " "));
        assert_eq!(
            parse(&log).expect_err("the second line is no JSON").to_string(),
            "parse line 2"
        );
    }
}
