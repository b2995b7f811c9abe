//! Why a project could not be made or changed.

use std::path::PathBuf;

/// An error of the scaffolder. Each says what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A name is not one that Kubernetes takes.
    #[error("{what} `{name}` is not valid: {rule}")]
    Name {
        /// What it names.
        what: &'static str,
        /// The name.
        name: String,
        /// What it must be.
        rule: &'static str,
    },
    /// There is no project in the folder.
    #[error("there is no PROJECT file in {}; run `chartwright init` first", .0.display())]
    NoProject(PathBuf),
    /// The project file can't be understood.
    #[error("the PROJECT file can't be understood: {0}")]
    Project(String),
    /// The kind is in the project already.
    #[error("the project has {0} already; use --force to make its files anew")]
    Exists(String),
    /// Another group, where the project has one.
    #[error(
        "the project has kinds of group {known}; a kind of group {new} needs `multigroup: true` in the PROJECT file"
    )]
    OtherGroup {
        /// The project's group.
        known: String,
        /// The new one.
        new: String,
    },
    /// The OLM bundle can't be made.
    #[error("failed to make the OLM bundle: {0}")]
    Bundle(String),
    /// Files that would be written exist with other contents.
    #[error("{} would be overwritten; use --force to replace what is there", some_of(.0))]
    Clash(Vec<String>),
    /// A file that a kind is to be added to lacks the mark where.
    #[error("{path} has no line `{marker}`; put it where the new entry is to stand")]
    NoMarker {
        /// The file.
        path: String,
        /// The line.
        marker: &'static str,
    },
    /// The chart can't be loaded.
    #[error("failed to load the chart {chart}")]
    Load {
        /// Where it is.
        chart: String,
        /// The reason.
        #[source]
        source: helm_chart::LoadError,
    },
    /// The chart can't be installed.
    #[error("the chart {chart} can't be made an operator of")]
    Installable {
        /// Its name.
        chart: String,
        /// The reason.
        #[source]
        source: helm_chart::InstallableError,
    },
    /// The chart renders with none of the values tried.
    #[error(
        "the chart {chart} does not render with its default values; --values names a file with values that it needs"
    )]
    Render {
        /// Its name.
        chart: String,
        /// The reason.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// values.yaml or values.schema.json can't be understood.
    #[error("failed to read {file} of the chart {chart}")]
    Values {
        /// Its name.
        chart: String,
        /// The file.
        file: &'static str,
        /// The reason.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// One of our own templates is broken.
    #[error("failed to write {path}; please report this")]
    Template {
        /// The file.
        path: String,
        /// The reason.
        #[source]
        source: Box<handlebars::RenderError>,
    },
    /// Data can't be written as YAML.
    #[error("failed to write {path} as YAML")]
    Yaml {
        /// The file.
        path: String,
        /// The reason.
        #[source]
        source: goyaml::Error,
    },
    /// A file can't be read.
    #[error("failed to read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The reason.
        #[source]
        source: std::io::Error,
    },
    /// A file can't be written; what was written before it is undone.
    #[error("failed to write {}; nothing was changed", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The reason.
        #[source]
        source: std::io::Error,
    },
}

/// The first few of many names.
fn some_of(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let first = names[..names.len().min(SHOWN)].join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => first,
        more => format!("{first} and {more} more files"),
    }
}
