//! A packed chart in a folder of its own, for as long as it is checked.

use std::path::{Path, PathBuf};

use helm_chart::ChartFile;
use tempfile::TempDir;

/// An unpacked chart; it is removed when dropped.
pub(super) struct Unpacked {
    folder: PathBuf,
    _parent: TempDir,
}

impl Unpacked {
    /// Unpacks an archive; the error is in Helm's words.
    pub(super) fn new(archive: &Path) -> Result<Self, String> {
        if let Err(error) = std::fs::metadata(archive)
            && error.kind() == std::io::ErrorKind::NotFound
        {
            return Err(format!(
                "unable to open tarball: open {}: no such file or directory",
                archive.display()
            ));
        }
        let fail = |text: String| format!("unable to extract tarball: {text}");
        let io_fail = |error: std::io::Error| fail(error.to_string());
        let files = helm_chart::unpack(archive).map_err(|error| fail(error.helm_text()))?;
        let file = files.iter().find(|file| file.name == "Chart.yaml");
        let chart = file.map(|file| ChartFile::parse(file.data.as_bytes())).transpose();
        let chart = chart.map_err(|error| fail(format!("cannot load Chart.yaml: {error}")))?;
        let name = chart.map(|chart| chart.metadata.name).unwrap_or_default();
        if name.is_empty() {
            return Err(fail("chart name not specified".to_owned()));
        }
        let parent = TempDir::with_prefix("chartwright-lint-").map_err(io_fail)?;
        // A name with slashes, which the check will complain of, must not lead out of the folder.
        let folder = parent.path().join(name.replace(['/', '\\'], "_").replace("..", "_"));
        for file in &files {
            let path = folder.join(file.name.to_lossy().as_ref());
            std::fs::create_dir_all(path.parent().unwrap_or(&folder)).map_err(io_fail)?;
            std::fs::write(&path, file.data.as_bytes()).map_err(io_fail)?;
        }
        Ok(Self {
            folder,
            _parent: parent,
        })
    }

    /// The chart's folder.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }
}
