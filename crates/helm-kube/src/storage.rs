//! Release records in Secrets, as Helm 3 and 4 keep them.

mod secret;

use futures::future::try_join;
use helm_release::{HookEvent, Release, StorageKey};
use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use kube::api::{Api, DeleteParams, ListParams, VersionMatch};
use kube::core::PartialObjectMeta;
use kube::{Client, ResourceExt};
use serde::{Deserialize, Serialize};

use self::secret::{Written, is_deployed, is_part, read, write};
use crate::cluster::post_params;
use crate::{Error, Gvk, ObjectRef};

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
    /// The resource version of its Secret, as it was read or written last; `None` before that.
    pub version: Option<String>,
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

/// How new a list must be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Consistency {
    /// As the API server's cache has it, which may be a little behind.
    Cached,
    /// As it is now.
    Now,
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
    ///
    /// A complete list takes the API server up to a tenth of a second, since it waits for its own cache. So what the
    /// cache has is taken, where single reads, which wait for nothing, show that it ends with the last revision as that
    /// is now. `is_new` tells that none is expected; a cache that has none is not believed otherwise.
    pub async fn history(&self, release: &str, is_new: bool) -> Result<(Vec<Record>, Vec<Unreadable>), Error> {
        let of_release = format!("owner in (helm,{}),name={release}", secret::PART_OWNER);
        let cached = self.list(release, &of_release, Consistency::Cached).await?;
        let all = match self.confirmed(release, cached, is_new).await? {
            Some(confirmed) => confirmed,
            None => self.list(release, &of_release, Consistency::Now).await?,
        };
        Ok(Self::read_all(all))
    }

    /// The Secrets of a cached list, with the last revision as it is now; `None` if that is not the last one.
    async fn confirmed(&self, release: &str, cached: Vec<Secret>, is_new: bool) -> Result<Option<Vec<Secret>>, Error> {
        let mut secrets = cached;
        let revision = |secret: &Secret| StorageKey::parse(&secret.name_any()).map(|key| key.revision());
        let Some(last) = secrets.iter().filter_map(revision).max() else {
            let is_none = is_new && self.head(release, 1).await?.is_none();
            return Ok(is_none.then_some(secrets));
        };
        let (now, next) = try_join(self.head(release, last), self.head(release, last + 1)).await?;
        let (Some(now), None) = (now, next) else {
            return Ok(None);
        };
        secrets.retain(|secret| revision(secret) != Some(last));
        secrets.push(now);
        Ok(Some(secrets))
    }

    /// Whether a record still is the last one, deployed, and made from the same inputs.
    pub async fn is_current(&self, record: &Record) -> Result<bool, Error> {
        let Release { name, version, .. } = &record.release;
        let (now, next) = try_join(self.marks(name, *version), self.marks(name, version + 1)).await?;
        let is_same = now.is_some_and(|now| is_deployed(&now) && secret::inputs(&now) == record.inputs.as_ref());
        Ok(is_same && next.is_none())
    }

    fn read_all(all: Vec<Secret>) -> (Vec<Record>, Vec<Unreadable>) {
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
        (records, unreadable)
    }

    /// The Secret with a revision, or with its beginning.
    async fn head(&self, release: &str, revision: u32) -> Result<Option<Secret>, Error> {
        let name = StorageKey::new(release, revision).to_string();
        self.api.get_opt(&name).await.map_err(|source| Error::Get {
            object: self.reference(&name),
            source: source.into(),
        })
    }

    /// What is on that Secret, without what is in it.
    async fn marks(&self, release: &str, revision: u32) -> Result<Option<PartialObjectMeta<Secret>>, Error> {
        let name = StorageKey::new(release, revision).to_string();
        let found = self.api.get_metadata_opt(&name).await;
        found.map_err(|source| Error::Get {
            object: self.reference(&name),
            source: source.into(),
        })
    }

    /// Stores a new revision; it must not exist.
    pub async fn create(&self, record: &mut Record) -> Result<(), Error> {
        let written = self.write_parts(record, "createdAt").await?;
        record.version = self.post(&written.head).await?;
        self.settle(record, &written).await
    }

    /// Stores a revision anew. Where somebody else, such as Helm's command, has written its Secret since it was read, that
    /// is a conflict; where it was deleted, it is made again.
    ///
    /// The first Secret of a large record names the others, and is written after them: whenever the process dies, what
    /// it names is there.
    pub async fn update(&self, record: &mut Record) -> Result<(), Error> {
        let mut written = self.write_parts(record, "modifiedAt").await?;
        let name = written.head.name_any();
        written.head.metadata.resource_version.clone_from(&record.version);
        record.version = match self.api.replace(&name, &post_params(), &written.head).await {
            Ok(stored) => stored.metadata.resource_version,
            Err(kube::Error::Api(status)) if status.code == 404 => {
                written.head.metadata.resource_version = None;
                self.post(&written.head).await?
            }
            Err(source) => {
                return Err(Error::Apply {
                    object: self.reference(&name),
                    source: source.into(),
                });
            }
        };
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
        for part in self.list(key.release(), &of_record, Consistency::Now).await? {
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
                result => drop(result?),
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

    async fn list(&self, release: &str, labels: &str, wanted: Consistency) -> Result<Vec<Secret>, Error> {
        let mut params = ListParams::default().labels(labels);
        if wanted == Consistency::Cached {
            params = params.at("0").matching(VersionMatch::NotOlderThan);
        }
        let list = self.api.list(&params).await;
        list.map(|list| list.items).map_err(|source| Error::List {
            what: format!("the records of release {}/{release}", self.namespace),
            source: source.into(),
        })
    }

    /// Makes a Secret; its resource version.
    async fn post(&self, secret: &Secret) -> Result<Option<String>, Error> {
        match self.api.create(&post_params(), secret).await {
            Ok(stored) => Ok(stored.metadata.resource_version),
            Err(source) => Err(Error::Create {
                object: self.reference(&secret.name_any()),
                source: source.into(),
            }),
        }
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
