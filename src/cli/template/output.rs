//! Where the output goes: standard output, or a folder with a file for each template.

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use helm_release::write_documents;

use crate::cli::stdout::print;

/// A folder for one file per template.
pub(super) struct Folder {
    /// Where custom resource definitions go.
    root: PathBuf,
    /// Where everything else goes.
    release: PathBuf,
}

impl Folder {
    /// The folder `root`, or what is called after the release in it.
    pub(super) fn new(root: &Path, release: Option<&str>) -> Self {
        let release = release.map_or_else(|| root.to_owned(), |name| root.join(name));
        Self {
            root: root.to_owned(),
            release,
        }
    }

    /// Writes custom resource definitions.
    pub(super) fn write_definitions<'a>(
        &self,
        documents: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> anyhow::Result<()> {
        write_all(&self.root, documents, false)
    }

    /// Writes documents in place of what the files held before.
    pub(super) fn write<'a>(&self, documents: impl Iterator<Item = (&'a str, &'a str)>) -> anyhow::Result<()> {
        write_all(&self.release, documents, false)
    }

    /// Adds documents to what the files hold.
    pub(super) fn write_more<'a>(&self, documents: impl Iterator<Item = (&'a str, &'a str)>) -> anyhow::Result<()> {
        write_all(&self.release, documents, true)
    }
}

/// Writes documents to the files they came from; several of one file go one behind the other.
fn write_all<'a>(folder: &Path, documents: impl Iterator<Item = (&'a str, &'a str)>, keep: bool) -> anyhow::Result<()> {
    let mut written = HashSet::new();
    for (name, content) in documents {
        let path = folder.join(name);
        let append = !written.insert(name) || (keep && path.exists());
        let mut text = String::new();
        write_documents(&mut text, [(name, content)]);
        write_file(&path, &text, append).with_context(|| format!("failed to write {}", path.display()))?;
        print(&format!("wrote {}\n", path.display()))?;
    }
    Ok(())
}

fn write_file(path: &Path, text: &str, append: bool) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut options = OpenOptions::new();
    options.create(true).write(true).append(append).truncate(!append);
    options.open(path)?.write_all(text.as_bytes())
}
