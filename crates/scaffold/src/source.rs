//! A chart on its way into a project.

use helm_chart::{Chart, File as ChartFile, load_files};

use crate::{Error, File};

/// A chart and the folder that it gets.
#[derive(Clone, Debug)]
pub struct ChartFolder {
    /// The chart.
    pub chart: Chart,
    /// Where it is, or will be, in the project.
    pub path: String,
    /// Whether it is there already, so that nothing is to be written.
    pub in_place: bool,
}

macro_rules! starter_files {
    ($($path:literal,)*) => {
        &[$(($path, include_str!(concat!("../starter/", $path)))),*]
    };
}

/// The starter chart; `starter` stands for its name.
const STARTER: &[(&str, &str)] = starter_files![
    ".helmignore",
    "Chart.yaml",
    "values.yaml",
    "templates/NOTES.txt",
    "templates/_helpers.tpl",
    "templates/deployment.yaml",
    "templates/hpa.yaml",
    "templates/ingress.yaml",
    "templates/service.yaml",
    "templates/serviceaccount.yaml",
];

/// The chart of a project that brings none: a web server with its service, to be changed.
///
/// # Errors
/// [`Error::Load`] if the name is none for a chart.
pub fn starter(name: &str) -> Result<Chart, Error> {
    let files = STARTER.iter().map(|(path, text)| ChartFile {
        name: (*path).into(),
        data: text.replace("starter", name).into(),
    });
    let loaded = load_files(files.collect()).map_err(|source| Error::Load {
        chart: name.to_owned(),
        source,
    })?;
    Ok(loaded.chart)
}

impl ChartFolder {
    /// A chart that is to be written to `helm-charts/NAME`.
    pub fn new(chart: Chart) -> Self {
        Self {
            path: format!("helm-charts/{}", chart.name()),
            chart,
            in_place: false,
        }
    }

    /// A chart that is in the project already, at `path`.
    pub fn in_place(chart: Chart, path: impl Into<String>) -> Self {
        Self {
            chart,
            path: path.into(),
            in_place: true,
        }
    }

    /// Its files in the project, as they came.
    pub(crate) fn files(&self) -> Vec<File> {
        if self.in_place {
            return Vec::new();
        }
        let file = |file: &ChartFile| {
            let name = file.name.to_lossy();
            File::new(format!("{}/{name}", self.path), file.data.as_bytes())
        };
        self.chart.raw.iter().map(file).collect()
    }
}
