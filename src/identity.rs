//! In whose name a release is made: the operator's, or a service account's of the release's namespace.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use helm_kube::{Cluster, service_account_user};

use crate::error::ReconcileError;
use crate::request::{SERVICE_ACCOUNT, Wishes};
use crate::watches::{Watch, is_subdomain};

/// The service account of a release; `None` for the operator itself.
///
/// The resource's annotation counts only where the watch lets it. One that can't be a name is an error and does not count
/// as absent: a release must not get more rights by a typo.
pub fn service_account(watch: &Watch, wishes: &Wishes) -> Result<Option<String>, ReconcileError> {
    let Some(name) = wishes
        .service_account
        .as_ref()
        .filter(|_| watch.service_account_annotation)
    else {
        return Ok(watch.service_account_name.clone());
    };
    if is_subdomain(name) {
        return Ok(Some(name.clone()));
    }
    Err(ReconcileError::Identity {
        reason: format!("annotation `{SERVICE_ACCOUNT}` is not a service account's name"),
    })
}

/// What is wrong with a resource that names a service account although its watch does not let it.
pub fn refusal(watch: &Watch, wishes: &Wishes) -> Option<String> {
    let is_refused = wishes.service_account.is_some() && !watch.service_account_annotation;
    is_refused.then(|| format!("annotation `{SERVICE_ACCOUNT}` needs `serviceAccountAnnotation` of the watch"))
}

/// The cluster as each service account sees it. All share the operator's connections and what it knows of the server.
pub struct Identities {
    own: Cluster,
    others: Mutex<HashMap<String, Cluster>>,
}

impl Identities {
    /// Nobody but the operator yet.
    pub fn new(own: Cluster) -> Self {
        Self {
            own,
            others: Mutex::default(),
        }
    }

    /// The cluster for a service account of `namespace`, or for the operator.
    pub fn cluster(&self, namespace: &str, account: Option<&str>) -> Result<Cluster, helm_kube::Error> {
        let Some(account) = account else {
            return Ok(self.own.clone());
        };
        let user = service_account_user(namespace, account);
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = others.get(&user) {
            return Ok(known.clone());
        }
        let cluster = self.own.acting_as(&user)?;
        others.insert(user, cluster.clone());
        Ok(cluster)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use helm_kube::Gvk;

    use super::*;

    #[test]
    fn the_annotation_counts_where_the_watch_lets_it() {
        for (watch_name, is_allowed, annotation, expected) in [
            (None, false, None, Ok(None)),
            (Some("till"), false, None, Ok(Some("till"))),
            (Some("till"), false, Some("admin"), Ok(Some("till"))),
            (Some("till"), true, Some("admin"), Ok(Some("admin"))),
            (Some("till"), true, None, Ok(Some("till"))),
            (None, true, Some("a:b"), Err(())),
            (Some("till"), true, Some(""), Err(())),
        ] {
            let mut watch = Watch::new(Gvk::new("g.io/v1", "Shop"), Path::new("chart"));
            watch.service_account_name = watch_name.map(str::to_owned);
            watch.service_account_annotation = is_allowed;
            let wishes = Wishes {
                service_account: annotation.map(str::to_owned),
                ..Wishes::default()
            };
            let found = service_account(&watch, &wishes).map_err(|_| ());
            assert_eq!(found, expected.map(|name| name.map(str::to_owned)), "{annotation:?}");
        }
    }
}
