//! A chart from a folder, an archive, or files in memory.

mod archive;
mod assemble;
mod folder;
mod sniff;

use std::fs;
use std::path::{Path, PathBuf};

use crate::chart::{Chart, File};
use crate::ignore::IgnoreError;
use crate::metadata::{TypeError, ValidationError};
use crate::warning::Warning;

/// The largest file of a chart, in bytes; Helm's limit.
pub const MAX_FILE_SIZE: u64 = 5 * 1024 * 1024;

/// The most an archive may unpack to, in bytes; Helm's limit.
pub const MAX_CHART_SIZE: u64 = 100 * 1024 * 1024;

/// The most that the archives in the `charts/` folders of a chart may unpack to together, in bytes; Helm has no limit.
pub const MAX_SUBCHARTS_SIZE: u64 = 256 * 1024 * 1024;

/// The most levels of archives and folders within `charts/` folders; Helm has no limit.
const MAX_CHART_DEPTH: usize = 100;

/// A chart as loaded, with what Helm logs while it loads.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The chart.
    pub chart: Chart,
    /// What is odd about it.
    pub warnings: Vec<Warning>,
}

/// Why a chart cannot be loaded.
///
/// The texts of an error and its sources, joined by `: `, are Helm 3.22's.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The path leads nowhere; the text is Go's.
    #[error("stat {}: {}", path.display(), go_reason(reason))]
    Find {
        /// The path.
        path: PathBuf,
        /// The reason, which is part of the text.
        reason: std::io::Error,
    },
    /// A file or folder cannot be read.
    #[error("error reading {}", path.display())]
    Read {
        /// The path.
        path: PathBuf,
        /// The reason.
        #[source]
        source: std::io::Error,
    },
    /// A symbolic link leads nowhere.
    #[error("error evaluating symlink {}", path.display())]
    Link {
        /// The link.
        path: PathBuf,
        /// The reason.
        #[source]
        source: std::io::Error,
    },
    /// A symbolic link leads to a folder it is in.
    #[error("symbolic link {} leads to a folder that contains it", .0.display())]
    LinkCycle(PathBuf),
    /// A device, a socket or the like.
    #[error("cannot load irregular file {} as it has file mode type bits set", .0.display())]
    Irregular(PathBuf),
    /// A file of a folder is too large.
    #[error("chart file {} is larger than the maximum file size {MAX_FILE_SIZE}", govalue::quote(.0.as_bytes()))]
    FileTooLarge(String),
    /// `.helmignore` is malformed.
    #[error(transparent)]
    Ignore(#[from] IgnoreError),
    /// An archive cannot be unpacked.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// One of the chart's own files is no YAML.
    #[error("cannot load {file}")]
    Yaml {
        /// The file.
        file: &'static str,
        /// The reason.
        #[source]
        source: goyaml::Error,
    },
    /// One of the chart's own files has values of the wrong type.
    #[error("cannot load {file}")]
    Type {
        /// The file.
        file: &'static str,
        /// The reason.
        #[source]
        source: TypeError,
    },
    /// `values.yaml` is nested deeper than any computer has room for.
    #[error("cannot load values.yaml: values are nested deeper than {max} levels", max = crate::values::MAX_DEPTH)]
    TooDeep,
    /// There is no `Chart.yaml`.
    #[error("Chart.yaml file is missing")]
    MissingChartFile,
    /// `Chart.yaml` says something that Helm refuses.
    #[error(transparent)]
    Invalid(#[from] ValidationError),
    /// A subchart's archive is a folder.
    #[error("error unpacking subchart tar in {chart}: expected {expected}, got {found}")]
    SubchartFolder {
        /// The chart.
        chart: String,
        /// The name under `charts/`.
        expected: String,
        /// The first file below it.
        found: String,
    },
    /// A subchart cannot be loaded.
    #[error("error unpacking subchart {subchart} in {chart}")]
    Subchart {
        /// The name under `charts/`.
        subchart: String,
        /// The chart.
        chart: String,
        /// The reason.
        #[source]
        source: Box<LoadError>,
    },
    /// The subcharts' archives unpack to more than [`MAX_SUBCHARTS_SIZE`].
    #[error("the decompressed subcharts are larger than the maximum size {MAX_SUBCHARTS_SIZE}")]
    SubchartsTooLarge,
    /// Subcharts are nested too deeply.
    #[error("subcharts are nested deeper than {MAX_CHART_DEPTH} levels")]
    SubchartDepth,
}

/// Why an archive cannot be unpacked, in Helm's words.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The file is not compressed at all.
    #[error("file '{}' seems to be a YAML file, but expected a gzipped archive", .0.display())]
    YamlFile(PathBuf),
    /// The file is something else.
    #[error("file '{}' does not appear to be a gzipped archive; got '{content_type}'", path.display())]
    ContentType {
        /// The path.
        path: PathBuf,
        /// What it looks like.
        content_type: &'static str,
    },
    /// The compression or the archive is broken.
    #[error(transparent)]
    Broken(#[from] std::io::Error),
    /// An entry has an absolute path.
    #[error("chart illegally contains absolute paths")]
    AbsolutePath,
    /// An entry is not in the chart's folder.
    #[error("chart illegally contains content outside the base directory: {}", govalue::quote(.0))]
    OutsideFolder(Vec<u8>),
    /// An entry climbs out of the chart's folder.
    #[error("chart illegally references parent directory")]
    ParentFolder,
    /// An entry has a Windows drive's name.
    #[error("chart contains illegally named files")]
    IllegalName,
    /// `Chart.yaml` is not in a folder.
    #[error("chart yaml not in base directory")]
    ChartFileOutside,
    /// The archive unpacks to more than [`MAX_CHART_SIZE`].
    #[error("decompressed chart is larger than the maximum file size {MAX_CHART_SIZE}")]
    TooLarge,
    /// An entry unpacks to more than [`MAX_FILE_SIZE`].
    #[error("decompressed chart file {} is larger than the maximum file size {MAX_FILE_SIZE}", govalue::quote(.0))]
    FileTooLarge(Vec<u8>),
    /// The archive has no file.
    #[error("no files in chart archive")]
    Empty,
}

impl LoadError {
    /// The text that `helm` prints: this error and its sources, joined by `: `.
    pub fn helm_text(&self) -> String {
        crate::error::helm_text(self)
    }
}

/// Loads a chart from a folder or a packed archive, whichever is at the path.
pub fn load(path: impl AsRef<Path>) -> Result<Loaded, LoadError> {
    let path = path.as_ref();
    let found = fs::metadata(path).map_err(|reason| LoadError::Find {
        path: path.to_owned(),
        reason,
    })?;
    if found.is_dir() {
        load_dir(path)
    } else {
        load_archive(path)
    }
}

/// Loads a chart from a folder, without what its `.helmignore` names. Symbolic links are followed, as Helm does.
pub fn load_dir(path: impl AsRef<Path>) -> Result<Loaded, LoadError> {
    let mut warnings = Vec::new();
    let files = folder::read(path.as_ref(), &mut warnings)?;
    let mut loaded = load_files(files)?;
    warnings.append(&mut loaded.warnings);
    Ok(Loaded {
        chart: loaded.chart,
        warnings,
    })
}

/// Loads a chart from a packed archive (`.tgz`). Links within it are empty files and lead nowhere.
pub fn load_archive(path: impl AsRef<Path>) -> Result<Loaded, LoadError> {
    let path = path.as_ref();
    let bytes = read(path)?;
    sniff::ensure_archive(path, &bytes)?;
    load_files(archive::unpack(&bytes)?)
}

/// Loads a chart from a packed archive in memory, as [`load_archive`] does from a file.
pub fn load_packed(archive: &[u8]) -> Result<Loaded, LoadError> {
    load_files(archive::unpack(archive)?)
}

/// The files of a packed archive (`.tgz`), named from the chart's folder, without making a chart of them.
pub fn unpack(path: impl AsRef<Path>) -> Result<Vec<File>, LoadError> {
    Ok(archive::unpack(&read(path.as_ref())?)?)
}

fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
    fs::read(path).map_err(|source| LoadError::Read {
        path: path.to_owned(),
        source,
    })
}

/// Makes a chart of files in memory; their names are paths below the chart's folder.
pub fn load_files(files: Vec<File>) -> Result<Loaded, LoadError> {
    let mut warnings = Vec::new();
    let mut remaining = MAX_SUBCHARTS_SIZE;
    let mut chart = assemble::assemble(files, &mut warnings, &mut remaining, 0)?;
    chart.place_below(None);
    Ok(Loaded { chart, warnings })
}

/// The reason of a failed file operation, in Go's words.
fn go_reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        std::io::ErrorKind::NotADirectory => "not a directory".to_owned(),
        _ => error.to_string(),
    }
}
