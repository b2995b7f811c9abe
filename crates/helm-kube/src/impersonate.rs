//! Requests in somebody else's name, and what they may do.

use std::fmt;

use http::HeaderValue;
use http::Request;
use http::header::HeaderName;
use k8s_openapi::api::authorization::v1::{ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec};
use kube::Client;
use kube::api::{Api, PostParams};
use kube::client::Body;
use tower::service_fn;

use crate::Error;

/// The header that names the user; its groups are made of a service account's name by the API server.
const USER: HeaderName = HeaderName::from_static("impersonate-user");

/// The user's name of a service account.
pub fn service_account_user(namespace: &str, name: &str) -> String {
    format!("system:serviceaccount:{namespace}:{name}")
}

/// A client whose requests are made in the name of `user`. It shares `client`'s connections.
pub(crate) fn acting_as(client: &Client, user: &str) -> Result<Client, Error> {
    let name = HeaderValue::from_str(user).map_err(|_| Error::User(user.to_owned()))?;
    let inner = client.clone();
    let service = service_fn(move |mut request: Request<Body>| {
        request.headers_mut().insert(USER, name.clone());
        let client = inner.clone();
        async move { client.send(request).await }
    });
    Ok(Client::new(service, client.default_namespace()))
}

/// Something that is done with the objects of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Access {
    /// Where they are; `None` if their kind is cluster-scoped.
    pub namespace: Option<String>,
    /// The API group of their kind.
    pub group: String,
    /// The plural of their kind.
    pub resource: String,
    /// The verb, as RBAC has it.
    pub verb: &'static str,
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb, self.resource)?;
        if !self.group.is_empty() {
            write!(f, ".{}", self.group)?;
        }
        match &self.namespace {
            Some(namespace) => write!(f, " in namespace {namespace}"),
            None => Ok(()),
        }
    }
}

/// Whether whoever `client` acts for may do it: one request.
pub(crate) async fn may(client: &Client, access: &Access) -> Result<bool, Error> {
    let attributes = ResourceAttributes {
        group: Some(access.group.clone()),
        namespace: access.namespace.clone(),
        resource: Some(access.resource.clone()),
        verb: Some(access.verb.to_owned()),
        ..ResourceAttributes::default()
    };
    let review = SelfSubjectAccessReview {
        spec: SelfSubjectAccessReviewSpec {
            resource_attributes: Some(attributes),
            ..SelfSubjectAccessReviewSpec::default()
        },
        ..SelfSubjectAccessReview::default()
    };
    let answer = Api::<SelfSubjectAccessReview>::all(client.clone())
        .create(&PostParams::default(), &review)
        .await
        .map_err(|source| Error::Review {
            access: access.to_string(),
            source: source.into(),
        })?;
    Ok(answer.status.is_some_and(|status| status.allowed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_reads_as_a_role_does() {
        let access = |namespace: Option<&str>, group: &str| Access {
            namespace: namespace.map(str::to_owned),
            group: group.into(),
            resource: "deployments".into(),
            verb: "create",
        };
        assert_eq!(
            access(Some("shop"), "apps").to_string(),
            "create deployments.apps in namespace shop"
        );
        assert_eq!(access(None, "").to_string(), "create deployments");
        assert_eq!(service_account_user("shop", "till"), "system:serviceaccount:shop:till");
    }
}
