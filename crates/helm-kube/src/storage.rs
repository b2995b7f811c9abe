//! Release records in Secrets, as Helm 3 and 4 keep them.

mod secret;

use helm_release::{HookEvent, Release, StorageKey};
use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use kube::api::{Api, DeleteParams, ListParams, PostParams};
use kube::{Client, ResourceExt};
use serde::{Deserialize, Serialize};

use self::secret::{Written, is_part, read, write};
use crate::{Error, FIELD_MANAGER, Gvk, ObjectRef};

/// One revision as it is stored.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// The revision.
    pub release: Release,
    /// The digest of the inputs that it was rendered from; `None` in records that others wrote.
    pub inputs: Option<String>,
    /// What else we note of it.
    pub marks: Marks,
    /// The custom resource that it belongs to, where one can own it.
    pub owner: Option<OwnerReference>,
    /// The Secrets with the rest of a record that is too large for one, by name; as they were read or written last.
    pub parts: Vec<String>,
}

/// What we note of a revision beside Helm's record, in annotations of its Secret. Helm neither writes nor keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// The digests of the single inputs, by which a later revision tells its cause.
    pub sources: Option<String>,
    /// The hooks that the operation under way has begun last.
    pub stage: Option<HookEvent>,
    /// The revision whose content this one took over.
    pub rollback_to: Option<u32>,
    /// The inputs whose failure was the reason to go back; `None` where somebody asked for it.
    pub refused: Option<String>,
    /// The tests that somebody asked for last.
    pub tests: Option<TestRun>,
}

/// A run of a release's tests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestRun {
    /// What asked for it: each new text asks for a run.
    pub asked: String,
    /// The revision that was tested.
    pub revision: u32,
    /// Whether all tests passed; `None` while they run.
    pub passed: Option<bool>,
    /// How it went, for people.
    pub message: String,
}

/// A Secret that should hold a revision, and does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Its name.
    pub name: String,
    /// The revision, if its name tells.
    pub revision: Option<u32>,
    /// What is wrong with it.
    pub reason: String,
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

    /// All revisions of a release, oldest first, and the Secrets that should hold one and can't be read.
    pub async fn history(&self, release: &str) -> Result<(Vec<Record>, Vec<Unreadable>), Error> {
        let of_release = format!("owner in (helm,{}),name={release}", secret::PART_OWNER);
        let all = self.list(release, &of_release).await?;
        let (parts, heads): (Vec<Secret>, Vec<Secret>) = all.into_iter().partition(is_part);
        let (mut records, mut unreadable) = (Vec::with_capacity(heads.len()), Vec::new());
        for head in &heads {
            match read(head, &parts) {
                Ok(record) => records.push(record),
                Err(error) => unreadable.push(Unreadable {
                    name: head.name_any(),
                    revision: StorageKey::parse(&head.name_any()).map(|key| key.revision()),
                    reason: error.to_string(),
                }),
            }
        }
        records.sort_by_key(|record| record.release.version);
        Ok((records, unreadable))
    }

    /// Stores a new revision; it must not exist.
    pub async fn create(&self, record: &mut Record) -> Result<(), Error> {
        let written = self.write_parts(record, "createdAt").await?;
        self.post(&written.head).await?;
        self.settle(record, &written).await
    }

    /// Stores a revision anew, whatever is there.
    ///
    /// The first Secret of a large record names the others, and is written after them: whenever the process dies, what
    /// it names is there.
    pub async fn update(&self, record: &mut Record) -> Result<(), Error> {
        let written = self.write_parts(record, "modifiedAt").await?;
        let name = written.head.name_any();
        match self.api.replace(&name, &post_params(), &written.head).await {
            Err(kube::Error::Api(status)) if status.code == 404 => self.post(&written.head).await?,
            Err(source) => {
                return Err(Error::Apply {
                    object: self.reference(&name),
                    source: source.into(),
                });
            }
            Ok(_) => {}
        }
        self.settle(record, &written).await
    }

    /// Deletes a revision; one that is gone already counts as deleted.
    pub async fn delete(&self, record: &Record) -> Result<(), Error> {
        let key = StorageKey::new(&record.release.name, record.release.version);
        self.delete_secret(&key.to_string()).await?;
        if record.parts.is_empty() {
            return Ok(());
        }
        // A later state of the record may have others than the ones that are known.
        let of_record = format!(
            "owner={},name={},version={}",
            secret::PART_OWNER,
            key.release(),
            key.revision()
        );
        for part in self.list(key.release(), &of_record).await? {
            self.delete_secret(&part.name_any()).await?;
        }
        Ok(())
    }

    /// Deletes a Secret that can't be read.
    pub async fn delete_unreadable(&self, unreadable: &Unreadable) -> Result<(), Error> {
        self.delete_secret(&unreadable.name).await
    }

    async fn write_parts(&self, record: &Record, stamp: &str) -> Result<Written, Error> {
        let written = write(record, stamp)?;
        for part in &written.parts {
            match self.post(part).await {
                // Its name is made of its content.
                Err(error) if error.is_already_exists() => {}
                result => result?,
            }
        }
        Ok(written)
    }

    /// Deletes the parts that the record's Secret names no more.
    async fn settle(&self, record: &mut Record, written: &Written) -> Result<(), Error> {
        let parts: Vec<String> = written.parts.iter().map(ResourceExt::name_any).collect();
        for stale in record.parts.iter().filter(|part| !parts.contains(part)) {
            self.delete_secret(stale).await?;
        }
        record.parts = parts;
        Ok(())
    }

    async fn list(&self, release: &str, labels: &str) -> Result<Vec<Secret>, Error> {
        let list = self.api.list(&ListParams::default().labels(labels)).await;
        list.map(|list| list.items).map_err(|source| Error::List {
            what: format!("the records of release {}/{release}", self.namespace),
            source: source.into(),
        })
    }

    async fn post(&self, secret: &Secret) -> Result<(), Error> {
        let result = self.api.create(&post_params(), secret).await;
        result.map(drop).map_err(|source| Error::Create {
            object: self.reference(&secret.name_any()),
            source: source.into(),
        })
    }

    async fn delete_secret(&self, name: &str) -> Result<(), Error> {
        match self.api.delete(name, &DeleteParams::default()).await {
            Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
            Err(source) => Err(Error::Delete {
                object: self.reference(name),
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

fn post_params() -> PostParams {
    PostParams {
        dry_run: false,
        field_manager: Some(FIELD_MANAGER.into()),
    }
}
