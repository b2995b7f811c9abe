//! A chart's templates, parsed and in Helm's order.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use gotemplate::{FuncMap, Parsed, TemplateSet, parse};
use govalue::Str;
use helm_chart::{Chart, ChartType, File};

use crate::Error;

/// The name of Helm's template set; it stands in messages.
const SET_NAME: &str = "gotpl";

/// The templates of one tree of charts, in one set.
pub(crate) struct Prepared {
    pub(crate) set: TemplateSet,
    /// The templates that are rendered, in the order in which Helm renders them.
    pub(crate) runs: Vec<Run>,
    /// Keeps the files alive whose addresses are this value's key.
    _files: Vec<Arc<[File]>>,
}

/// A template that is rendered.
pub(crate) struct Run {
    /// Its path, beginning with the chart's.
    pub(crate) path: Str,
    /// `.Template.BasePath`
    pub(crate) base_path: Str,
    /// The place of its chart in the tree, as [`charts`] counts.
    pub(crate) chart: usize,
}

/// A template of the tree, before it is parsed.
struct Source<'c> {
    path: String,
    base_path: String,
    chart: usize,
    file: &'c File,
}

/// All charts of a tree, parents first.
pub(crate) fn charts(chart: &Chart) -> Vec<&Chart> {
    let mut all = vec![chart];
    for dependency in &chart.dependencies {
        all.extend(charts(dependency));
    }
    all
}

/// Prepared trees by what they are made of, and the parsed files that they share.
#[derive(Default)]
pub(crate) struct PreparedCache {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    trees: HashMap<Vec<(usize, Str)>, Arc<Prepared>>,
    files: HashMap<FileKey, (Str, Arc<Parsed>)>,
}

/// A template's path, and the address of its text, which is kept alive beside what it was parsed to.
type FileKey = (Str, usize);

/// The most trees kept: values switch subcharts on and off, so one chart may have several.
const MAX_TREES: usize = 512;

impl PreparedCache {
    /// The templates of a tree, parsed now unless they were before.
    pub(crate) fn get(&self, chart: &Chart, functions: &FuncMap) -> Result<Arc<Prepared>, Error> {
        let all = charts(chart);
        let key: Vec<(usize, Str)> = all
            .iter()
            .map(|chart| (chart.templates.as_ptr().addr(), chart.full_path.clone()))
            .collect();
        if let Some(prepared) = self.lock().trees.get(&key) {
            return Ok(Arc::clone(prepared));
        }
        let prepared = Arc::new(self.prepare(&all, functions)?);
        let mut inner = self.lock();
        if inner.trees.len() >= MAX_TREES {
            *inner = Inner::default();
        }
        inner.trees.insert(key, Arc::clone(&prepared));
        Ok(prepared)
    }

    /// What is wrong with each template of a tree that cannot be parsed.
    pub(crate) fn errors(&self, chart: &Chart, functions: &FuncMap) -> Vec<Error> {
        let sources = sources(&charts(chart));
        sources
            .iter()
            .filter_map(|source| self.parse(source, functions).err())
            .collect()
    }

    fn prepare(&self, all: &[&Chart], functions: &FuncMap) -> Result<Prepared, Error> {
        let mut set = TemplateSet::new(SET_NAME);
        let mut runs = Vec::new();
        for source in sources(all) {
            let parsed = self.parse(&source, functions)?;
            set.add(&parsed);
            let name = source.path.rsplit('/').next().unwrap_or_default();
            if !name.starts_with('_') {
                runs.push(Run {
                    path: source.path.into(),
                    base_path: source.base_path.into(),
                    chart: source.chart,
                });
            }
        }
        Ok(Prepared {
            set,
            runs,
            _files: all.iter().map(|chart| Arc::clone(&chart.templates)).collect(),
        })
    }

    fn parse(&self, source: &Source<'_>, functions: &FuncMap) -> Result<Arc<Parsed>, Error> {
        let name = Str::from(source.path.as_str());
        let data = &source.file.data;
        let key = (name.clone(), data.as_bytes().as_ptr().addr());
        if let Some((_, parsed)) = self.lock().files.get(&key) {
            return Ok(Arc::clone(parsed));
        }
        let parsed = parse(name, data.clone(), functions).map_err(|error| Error::Parse {
            path: source.path.clone(),
            error,
        })?;
        let parsed = Arc::new(parsed);
        self.lock().files.insert(key, (data.clone(), Arc::clone(&parsed)));
        Ok(parsed)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The templates of a tree, those deepest in the file system first: what is parsed later redefines what was before, so
/// a parent's definitions win over its subcharts'.
fn sources<'c>(all: &[&'c Chart]) -> Vec<Source<'c>> {
    let mut by_path: HashMap<String, Source<'c>> = HashMap::new();
    for (index, chart) in all.iter().enumerate() {
        let root = chart.full_path.to_lossy();
        for file in chart.templates.iter().filter(|file| is_valid(chart, file)) {
            let path = format!("{root}/{}", file.name);
            let base_path = format!("{root}/templates");
            by_path.insert(
                path.clone(),
                Source {
                    path,
                    base_path,
                    chart: index,
                    file,
                },
            );
        }
    }
    let mut sources: Vec<Source<'c>> = by_path.into_values().collect();
    let depth = |path: &str| path.matches('/').count();
    sources.sort_by(|a, b| (depth(&b.path), &b.path).cmp(&(depth(&a.path), &a.path)));
    sources
}

/// A library chart gives its partials only.
fn is_valid(chart: &Chart, file: &File) -> bool {
    let partial = file
        .name
        .rsplit(|byte| *byte == b'/')
        .next()
        .is_some_and(|name| name.starts_with(b"_"));
    partial || chart.metadata.chart_type != ChartType::Library
}
