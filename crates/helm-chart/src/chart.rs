//! A chart in memory.

use std::sync::Arc;

use govalue::{Map, Str};

use crate::metadata::{Lock, Metadata};
use crate::schema::Schema;

/// A file of a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The path below the chart's folder, with `/` between its elements.
    pub name: Str,
    /// The contents, without a byte order mark at their start.
    pub data: Str,
}

/// A chart and its subcharts.
///
/// Everything large is shared, so a clone is cheap. [`load`](crate::load) makes one from a folder or an archive,
/// [`process_dependencies`](crate::process_dependencies) makes from it the tree that is rendered.
#[derive(Clone, Debug)]
pub struct Chart {
    /// `Chart.yaml`.
    pub metadata: Arc<Metadata>,
    /// `Chart.lock`, or `requirements.lock`.
    pub lock: Option<Arc<Lock>>,
    /// Every file as it was found, those of subcharts included.
    pub raw: Arc<[File]>,
    /// The files under `templates/`, in the order found.
    pub templates: Arc<[File]>,
    /// The files that are nothing else, which templates reach as `.Files`.
    pub files: Arc<[File]>,
    /// `values.yaml`, every number a float; after dependencies were processed, joined with the subcharts' values.
    pub values: Arc<Map>,
    /// `values.schema.json`.
    pub schema: Option<Arc<Schema>>,
    /// The subcharts: as loaded, by the name of their folder or archive; after dependencies were processed, those in
    /// use in the order Helm renders them.
    pub dependencies: Vec<Arc<Chart>>,
    /// The path that prefixes the names of its templates: the names of its parents and its own, joined by `/charts/`.
    ///
    /// It is not always where the chart stands in the tree: a subchart that Helm shares between two aliases of its
    /// parent keeps the path it was found under.
    pub full_path: Str,
}

impl Chart {
    /// The name.
    pub fn name(&self) -> &str {
        &self.metadata.name
    }

    /// The file of that name among those that templates reach as `.Files`.
    pub fn file(&self, name: &str) -> Option<&File> {
        self.files.iter().find(|file| file.name == name)
    }

    /// The custom resource definitions under `crds/` of this chart and its subcharts, each with the path of its chart.
    ///
    /// They are the files ending in `.yaml`, `.yml` or `.json`; Helm installs them as they are, before all else.
    pub fn crds(&self) -> Vec<(Str, File)> {
        let is_crd = |file: &&File| file.name.starts_with(b"crds/") && has_manifest_extension(&file.name);
        let own = self
            .files
            .iter()
            .filter(is_crd)
            .map(|file| (self.full_path.clone(), file.clone()));
        own.chain(self.dependencies.iter().flat_map(|chart| chart.crds()))
            .collect()
    }

    /// Sets the paths of this chart and its subcharts from where they stand in the tree.
    pub(crate) fn place_below(&mut self, parent: Option<&Str>) {
        let path = match parent {
            Some(parent) => [parent.as_bytes(), b"/charts/", self.metadata.name.as_bytes()].concat(),
            None => self.metadata.name.as_bytes().to_vec(),
        };
        self.full_path = path.into();
        for chart in &mut self.dependencies {
            Arc::make_mut(chart).place_below(Some(&self.full_path));
        }
    }
}

fn has_manifest_extension(name: &[u8]) -> bool {
    let last = crate::ignore::base(name);
    let Some(dot) = last.iter().rposition(|&byte| byte == b'.') else {
        return false;
    };
    [&b".yaml"[..], b".yml", b".json"]
        .iter()
        .any(|extension| last[dot..].eq_ignore_ascii_case(extension))
}
