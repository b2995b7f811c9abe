//! The name of the object that holds a revision.

use std::fmt;

/// The name of the Secret of one revision: `sh.helm.release.v1.NAME.vREVISION`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StorageKey {
    release: String,
    revision: u32,
}

impl StorageKey {
    /// The key of `revision` of the release `release`.
    pub fn new(release: impl Into<String>, revision: u32) -> Self {
        Self {
            release: release.into(),
            revision,
        }
    }

    /// Reads a Secret's name; `None` if it is no release's.
    pub fn parse(name: &str) -> Option<Self> {
        let (release, revision) = name.strip_prefix("sh.helm.release.v1.")?.rsplit_once(".v")?;
        Some(Self::new(release, revision.parse().ok()?))
    }

    /// The release's name.
    pub fn release(&self) -> &str {
        &self.release
    }

    /// The revision, from 1 on.
    pub fn revision(&self) -> u32 {
        self.revision
    }
}

impl fmt::Display for StorageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sh.helm.release.v1.{}.v{}", self.release, self.revision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_what_it_prints() {
        let key = StorageKey::new("my.books.v2", 12);
        assert_eq!(StorageKey::parse(&key.to_string()), Some(key));
        assert_eq!(StorageKey::parse("sh.helm.release.v1.books.vx"), None);
        assert_eq!(StorageKey::parse("books-tls"), None);
    }
}
