//! The templates' `lookup`, answered by the cluster.

use govalue::Value;
use helm_engine::{Lookup, LookupQuery};
use helm_kube::{Cluster, Error, Gvk, ObjectRef};
use kube::api::ListParams;
use tokio::runtime::Handle;

/// Answers lookups from the API server. It blocks, so it is for render threads only.
pub struct ClusterLookup {
    cluster: Cluster,
    runtime: Handle,
}

impl ClusterLookup {
    /// Answers from `cluster`, on the runtime that this is called on.
    pub fn new(cluster: Cluster) -> Self {
        Self {
            cluster,
            runtime: Handle::current(),
        }
    }

    async fn ask(&self, query: &LookupQuery) -> Result<Value, Error> {
        let gvk = Gvk::new(query.api_version.as_str(), query.kind.as_str());
        let namespace = Some(query.namespace.clone()).filter(|namespace| !namespace.is_empty());
        if query.name.is_empty() {
            let kind = self.cluster.discovery().find(&gvk).await?;
            let api = self.cluster.api(&kind, namespace.as_deref());
            let list = api.list(&ListParams::default()).await.map_err(|source| Error::List {
                what: format!("{gvk} objects for a template's lookup"),
                source: source.into(),
            })?;
            return Ok(value(&list));
        }
        let object = ObjectRef {
            gvk,
            namespace,
            name: query.name.clone(),
        };
        Ok(self
            .cluster
            .get(&object)
            .await?
            .map_or_else(Value::empty_map, |found| value(&found)))
    }
}

impl Lookup for ClusterLookup {
    fn lookup(&self, query: &LookupQuery) -> Result<Value, String> {
        match self.runtime.block_on(self.ask(query)) {
            Ok(answer) => Ok(answer),
            Err(error) if error.is_not_found() => Ok(Value::empty_map()),
            Err(error) => Err(crate::error::chain(&error)),
        }
    }
}

fn value<T: serde::Serialize>(object: &T) -> Value {
    let json = serde_json::to_value(object).unwrap_or_default();
    serde_json::from_value(json).unwrap_or_else(|_| Value::empty_map())
}
