//! What is known of a release.

use helm_kube::{Record, Secrets, Unreadable};
use helm_release::Status;

use crate::Error;

/// The records of a release, oldest first.
#[derive(Clone, Debug, Default)]
pub struct History {
    records: Vec<Record>,
    unreadable: Vec<Unreadable>,
}

/// Reads the records of `release`, as far as they can be read; `is_new` tells that none are expected.
pub async fn observe(secrets: &Secrets, release: &str, is_new: bool) -> Result<History, Error> {
    let (records, unreadable) = secrets.history(release, is_new).await?;
    Ok(History { records, unreadable })
}

impl History {
    /// A history of these records, which must be sorted by revision.
    pub fn new(records: Vec<Record>) -> Self {
        Self {
            records,
            unreadable: Vec::new(),
        }
    }

    /// Refuses a history in which a Secret can't be read that may be the deployed revision's or a later one's: what it
    /// says can't be ignored.
    pub fn readable(&self) -> Result<(), Error> {
        let deployed = self.deployed().map_or(0, |record| record.release.version);
        let counts = |unreadable: &&Unreadable| unreadable.revision.is_none_or(|revision| revision > deployed);
        match self.unreadable.iter().find(counts) {
            Some(unreadable) => Err(Error::Unreadable {
                secret: unreadable.name.clone(),
                reason: unreadable.reason.clone(),
            }),
            None => Ok(()),
        }
    }

    /// The Secrets that should hold a revision and can't be read.
    pub fn unreadable(&self) -> &[Unreadable] {
        &self.unreadable
    }

    /// A record by its revision.
    pub fn find(&self, revision: u32) -> Option<&Record> {
        self.records.iter().find(|record| record.release.version == revision)
    }

    /// All records, oldest first.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The newest record.
    pub fn last(&self) -> Option<&Record> {
        self.records.last()
    }

    /// The newest revision that was deployed, and still is unless a later one took its place in part. There is none
    /// after an uninstall was begun.
    pub fn deployed(&self) -> Option<&Record> {
        if self
            .last()
            .is_some_and(|last| matches!(last.release.info.status, Status::Uninstalling | Status::Uninstalled))
        {
            return None;
        }
        self.records
            .iter()
            .rev()
            .find(|record| record.release.info.status == Status::Deployed)
            .or_else(|| {
                self.records
                    .iter()
                    .rev()
                    .find(|record| record.release.info.status == Status::Superseded)
            })
    }

    /// The revisions whose objects may be in the cluster, oldest first: the one that was deployed last, and the attempts
    /// after it. All of them, if none was deployed.
    pub fn present(&self) -> &[Record] {
        let deployed = self.deployed().map_or(0, |record| record.release.version);
        let start = self
            .records
            .iter()
            .position(|record| record.release.version >= deployed)
            .unwrap_or(0);
        &self.records[start..]
    }

    /// When the first revision was made; RFC 3339.
    pub fn first_deployed(&self) -> Option<&str> {
        self.records
            .first()
            .map(|record| record.release.info.first_deployed.as_str())
            .filter(|time| !time.is_empty())
    }
}
