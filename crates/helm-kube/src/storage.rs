//! Release records in Secrets, as Helm 3 and 4 keep them.

use std::collections::BTreeMap;

use helm_release::{Release, StorageKey, decode, encode};
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use kube::api::{Api, DeleteParams, ListParams, PostParams};
use kube::{Client, ResourceExt};

use crate::{Error, FIELD_MANAGER, Gvk, ObjectRef};

/// The Secret type of release records.
const RECORD_TYPE: &str = "helm.sh/release.v1";

/// The annotation with the digest of the inputs that made a revision. Helm neither writes nor keeps it.
const INPUTS: &str = "chartwright.dev/inputs";

/// One revision as it is stored.
#[derive(Clone, Debug)]
pub struct Record {
    /// The revision.
    pub release: Release,
    /// The digest of the inputs that it was rendered from; `None` in records that others wrote.
    pub inputs: Option<String>,
    /// The custom resource that it belongs to, where one can own it.
    pub owner: Option<OwnerReference>,
}

/// The release records of one namespace.
#[derive(Clone)]
pub struct Secrets {
    api: Api<Secret>,
    namespace: String,
}

impl Secrets {
    /// The records in `namespace`.
    pub fn new(client: Client, namespace: &str) -> Self {
        Self {
            api: Api::namespaced(client, namespace),
            namespace: namespace.to_owned(),
        }
    }

    /// All revisions of a release, oldest first. A Secret that holds no readable record fails the whole call: what it
    /// says can't be ignored.
    pub async fn history(&self, release: &str) -> Result<Vec<Record>, Error> {
        let params = ListParams::default().labels(&format!("owner=helm,name={release}"));
        let list = self.api.list(&params).await.map_err(|source| Error::List {
            what: format!("the records of release {}/{release}", self.namespace),
            source: source.into(),
        })?;
        let mut records = list.items.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        records.sort_by_key(|record| record.release.version);
        Ok(records)
    }

    /// Stores a new revision; it must not exist.
    pub async fn create(&self, record: &Record) -> Result<(), Error> {
        let secret = write(record, "createdAt")?;
        let params = PostParams {
            dry_run: false,
            field_manager: Some(FIELD_MANAGER.into()),
        };
        self.api
            .create(&params, &secret)
            .await
            .map(drop)
            .map_err(|source| Error::Create {
                object: self.reference(&secret.name_any()),
                source: source.into(),
            })
    }

    /// Stores a revision anew, whatever is there.
    pub async fn update(&self, record: &Record) -> Result<(), Error> {
        let secret = write(record, "modifiedAt")?;
        let params = PostParams {
            dry_run: false,
            field_manager: Some(FIELD_MANAGER.into()),
        };
        let name = secret.name_any();
        match self.api.replace(&name, &params, &secret).await {
            Err(kube::Error::Api(status)) if status.code == 404 => self.create(record).await,
            Err(source) => Err(Error::Apply {
                object: self.reference(&name),
                source: source.into(),
            }),
            Ok(_) => Ok(()),
        }
    }

    /// Deletes a revision; one that is gone already counts as deleted.
    pub async fn delete(&self, key: &StorageKey) -> Result<(), Error> {
        match self.api.delete(&key.to_string(), &DeleteParams::default()).await {
            Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
            Err(source) => Err(Error::Delete {
                object: self.reference(&key.to_string()),
                source: source.into(),
            }),
            Ok(_) => Ok(()),
        }
    }

    fn reference(&self, name: &str) -> ObjectRef {
        ObjectRef {
            gvk: Gvk::new("v1", "Secret"),
            namespace: Some(self.namespace.clone()),
            name: name.to_owned(),
        }
    }
}

fn read(secret: &Secret) -> Result<Record, Error> {
    let data = secret
        .data
        .as_ref()
        .and_then(|data| data.get("release"))
        .map(|bytes| bytes.0.as_slice());
    let mut release = decode(data.unwrap_or_default()).map_err(|source| Error::Record {
        key: secret.name_any(),
        source,
    })?;
    release.labels = secret
        .labels()
        .iter()
        .filter(|(key, _)| !SYSTEM_LABELS.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let inputs = secret.annotations().get(INPUTS).cloned();
    let owner = secret
        .owner_references()
        .iter()
        .find(|owner| owner.controller == Some(true))
        .cloned();
    Ok(Record { release, inputs, owner })
}

/// The labels that Helm sets on every record by itself.
const SYSTEM_LABELS: &[&str] = &["name", "owner", "status", "version", "createdAt", "modifiedAt"];

fn write(record: &Record, stamp: &str) -> Result<Secret, Error> {
    let release = &record.release;
    let key = StorageKey::new(&release.name, release.version).to_string();
    let text = encode(release).map_err(|source| Error::Record {
        key: key.clone(),
        source,
    })?;
    let mut labels: BTreeMap<String, String> = release.labels.clone();
    labels.insert("name".into(), release.name.clone());
    labels.insert("owner".into(), "helm".into());
    labels.insert("status".into(), release.info.status.to_string());
    labels.insert("version".into(), release.version.to_string());
    labels.insert(
        stamp.into(),
        k8s_openapi::jiff::Timestamp::now().as_second().to_string(),
    );
    let mut secret = Secret {
        type_: Some(RECORD_TYPE.into()),
        data: Some(BTreeMap::from([("release".into(), ByteString(text.into_bytes()))])),
        ..Secret::default()
    };
    secret.metadata.name = Some(key);
    secret.metadata.namespace = Some(release.namespace.clone());
    secret.metadata.labels = Some(labels);
    secret.metadata.annotations = record
        .inputs
        .clone()
        .map(|inputs| BTreeMap::from([(INPUTS.into(), inputs)]));
    secret.metadata.owner_references = record.owner.clone().map(|owner| vec![owner]);
    Ok(secret)
}
