//! The status as it is published: what custom resource definitions tell `kubectl explain` of it.

use schemars::{JsonSchema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Condition;

/// What the operator has made of the resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The generation of the resource that the status is about.
    #[serde(default)]
    pub observed_generation: i64,
    /// How the release is.
    #[serde(default)]
    pub conditions: Vec<Condition>,
    /// The release's revision.
    #[serde(default)]
    pub revision: u32,
    /// How many objects the release has.
    #[serde(default)]
    pub objects: u32,
    /// Ready and wanted pods of the release's workloads, such as 1/3.
    #[serde(default)]
    pub replicas: String,
    /// Ready pods of the release's workloads, as the `scale` subresource tells them.
    #[serde(default)]
    pub pods: u32,
    /// What selects the pods, as the `scale` subresource tells it; where one workload has them all.
    #[serde(default)]
    pub selector: String,
    /// The release as it is deployed.
    #[serde(default)]
    pub deployed_release: DeployedRelease,
}

/// A release that is deployed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeployedRelease {
    /// The release's name.
    #[serde(default)]
    pub name: String,
    /// The release's objects, but for the data of Secrets.
    #[serde(default)]
    pub manifest: String,
}

/// The status as a JSON Schema.
pub fn json_schema() -> Value {
    SchemaGenerator::default().into_root_schema_for::<Status>().to_value()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::{Facts, summarize};

    #[test]
    fn what_is_summarized_is_in_the_schema() {
        let facts = Facts {
            generation: 1,
            deployed: Some(&helm_kube::Record::default()),
            ..Facts::default()
        };
        let status = summarize(&facts);
        let schema = json_schema();
        for key in status.as_object().unwrap().keys() {
            assert!(schema["properties"].get(key).is_some(), "{key} is not in the schema");
        }
        let read: Status = serde_json::from_value(status).unwrap();
        assert_eq!(read.observed_generation, 1);
    }
}
