//! When files on disk change.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// A number that changes when the file at `path`, or one below it, does: a hash of names, sizes, times of change and
/// inodes. Links are followed, so that a mounted `ConfigMap` whose `..data` points elsewhere has changed.
pub fn stamp(path: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut open = vec![path.to_owned()];
    while let Some(next) = open.pop() {
        let Ok(metadata) = std::fs::metadata(&next) else {
            continue;
        };
        next.hash(&mut hasher);
        if metadata.is_dir() {
            let mut entries: Vec<PathBuf> = std::fs::read_dir(&next)
                .into_iter()
                .flatten()
                .flatten()
                .map(|entry| entry.path())
                .collect();
            entries.sort();
            open.extend(entries);
        } else {
            let times = (metadata.mtime(), metadata.mtime_nsec());
            (metadata.len(), metadata.ino(), times).hash(&mut hasher);
        }
    }
    hasher.finish()
}

/// Tells when files have changed and come to rest. What is half written is not read: a chart whose new templates are not
/// all there yet would delete objects.
#[derive(Clone, Debug)]
pub struct Settling {
    read: u64,
    last: u64,
}

impl Settling {
    /// Files that were read at this stamp.
    pub fn new(stamp: u64) -> Self {
        Self {
            read: stamp,
            last: stamp,
        }
    }

    /// Whether the last look found the same.
    pub fn is_resting(&self, stamp: u64) -> bool {
        stamp == self.last
    }

    /// Takes the stamp of the next look. Says whether it is another one than when the files were read last, and the same
    /// as at the look before; then they count as read.
    pub fn settled(&mut self, stamp: u64) -> bool {
        let is_settled = self.is_resting(stamp) && stamp != self.read;
        self.last = stamp;
        if is_settled {
            self.read = stamp;
        }
        is_settled
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn files_settle_when_two_looks_find_the_same() {
        for (stamps, expected) in [
            (&[1, 1, 1][..], &[false, false, false][..]),
            (&[2, 2, 2], &[false, true, false]),
            (&[2, 3, 4, 4, 4], &[false, false, false, true, false]),
            (&[2, 1, 1], &[false, false, false]),
            (&[2, 2, 1, 1], &[false, true, false, true]),
        ] {
            let mut settling = Settling::new(1);
            let found: Vec<bool> = stamps.iter().map(|stamp| settling.settled(*stamp)).collect();
            assert_eq!(found, expected, "{stamps:?}");
        }
    }

    #[test]
    fn every_kind_of_change_has_another_stamp() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let write = |name: &str, text: &str| std::fs::write(path(name), text).unwrap();
        // A ConfigMap's volume: files are links through `..data`, which is swapped as a whole.
        for version in ["..1", "..2"] {
            std::fs::create_dir(path(version)).unwrap();
            write(&format!("{version}/watches.yaml"), "[]");
        }
        symlink("..1", path("..data")).unwrap();
        symlink("..data/watches.yaml", path("watches.yaml")).unwrap();
        let mut stamps = vec![stamp(&path("watches.yaml"))];
        assert_eq!(stamps[0], stamp(&path("watches.yaml")));
        symlink("..2", path("..new")).unwrap();
        std::fs::rename(path("..new"), path("..data")).unwrap();
        stamps.push(stamp(&path("watches.yaml")));
        std::fs::remove_file(path("watches.yaml")).unwrap();
        stamps.push(stamp(&path("watches.yaml")));
        stamps.push(stamp(folder.path()));
        write("new", "");
        stamps.push(stamp(folder.path()));
        write("new", "longer");
        stamps.push(stamp(folder.path()));
        let mut distinct = stamps.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), stamps.len(), "{stamps:?}");
    }
}
