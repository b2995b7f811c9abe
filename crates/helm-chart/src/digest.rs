//! What a chart is, in 32 bytes.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::chart::Chart;

/// The SHA-256 of everything in a chart that can make a difference.
///
/// It depends on the names and contents of the files that were loaded and on nothing else: a folder and an archive of
/// it have one digest, whatever their files' times and order, and whether subcharts are packed. It displays as
/// `sha256:` and 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChartDigest([u8; 32]);

impl ChartDigest {
    /// The digest of a chart as loaded.
    pub fn of(chart: &Chart) -> Self {
        let mut files: Vec<_> = chart.raw.iter().filter(|file| !is_of_subchart(&file.name)).collect();
        files.sort_by(|left, right| left.name.cmp(&right.name));
        let mut hasher = Sha256::new();
        hasher.update(b"chart\0");
        for file in files {
            add(&mut hasher, &file.name);
            add(&mut hasher, &file.data);
        }
        let mut subcharts: Vec<_> = chart.dependencies.iter().map(|subchart| Self::of(subchart)).collect();
        subcharts.sort_unstable();
        for subchart in subcharts {
            hasher.update(b"subchart\0");
            hasher.update(subchart.0);
        }
        Self(hasher.finalize().into())
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Whether a file belongs to a subchart, or to nothing, rather than to the chart itself.
fn is_of_subchart(name: &[u8]) -> bool {
    name.starts_with(b"charts/") && !name.ends_with(b".prov")
}

fn add(hasher: &mut Sha256, bytes: &[u8]) {
    hasher.update((bytes.len() as u64).to_be_bytes());
    hasher.update(bytes);
}

impl fmt::Display for ChartDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ChartDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChartDigest({self})")
    }
}
