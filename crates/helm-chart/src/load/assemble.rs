//! Files into a chart: which file is what.

use std::collections::BTreeMap;
use std::sync::Arc;

use govalue::{Map, Str, Value};

use super::{LoadError, MAX_CHART_DEPTH, archive};
use crate::chart::{Chart, File};
use crate::metadata::{Lock, MetadataBuilder, TypeError};
use crate::schema::Schema;
use crate::values;
use crate::warning::Warning;

/// The parts of a chart that are found file by file.
#[derive(Default)]
struct Parts {
    /// Absent until a file tells something of the chart.
    metadata: Option<MetadataBuilder>,
    lock: Option<Lock>,
    values: Map,
    schema: Option<Str>,
    templates: Vec<File>,
    files: Vec<File>,
    /// The files under `charts/` by the first element of their path below it.
    subcharts: BTreeMap<Str, Vec<File>>,
}

/// Makes a chart of its files; `remaining` are the bytes that subcharts may still unpack to, `depth` counts the charts
/// around it.
pub(super) fn assemble(
    files: Vec<File>,
    warnings: &mut Vec<Warning>,
    remaining: &mut u64,
    depth: usize,
) -> Result<Chart, LoadError> {
    if depth > MAX_CHART_DEPTH {
        return Err(LoadError::SubchartDepth);
    }
    let mut parts = Parts::default();
    for file in files.iter().filter(|file| file.name == "Chart.yaml") {
        let metadata = parts.metadata.get_or_insert_default();
        metadata
            .read_chart(&yaml("Chart.yaml", &file.data)?)
            .map_err(type_error("Chart.yaml"))?;
    }
    for file in &files {
        parts.take(file, warnings)?;
    }
    let metadata = parts.metadata.ok_or(LoadError::MissingChartFile)?.finish()?;
    let dependencies = subcharts(&metadata.name, parts.subcharts, warnings, remaining, depth)?;
    Ok(Chart {
        full_path: metadata.name.as_str().into(),
        metadata: Arc::new(metadata),
        lock: parts.lock.map(Arc::new),
        raw: files.into(),
        templates: parts.templates.into(),
        files: parts.files.into(),
        values: Arc::new(parts.values),
        schema: parts.schema.map(|text| Arc::new(Schema::new(text))),
        dependencies,
    })
}

impl Parts {
    fn take(&mut self, file: &File, warnings: &mut Vec<Warning>) -> Result<(), LoadError> {
        match file.name.as_bytes() {
            b"Chart.yaml" => {}
            b"Chart.lock" => self.lock = lock("Chart.lock", &file.data)?,
            b"values.yaml" => self.values = default_values(&file.data)?,
            b"values.schema.json" => self.schema = Some(file.data.clone()),
            b"requirements.yaml" => self.take_requirements(file, warnings)?,
            b"requirements.lock" => self.take_requirements_lock(file, warnings)?,
            name if name.starts_with(b"templates/") => self.templates.push(file.clone()),
            name => match name.strip_prefix(b"charts/") {
                Some(below) if !name.ends_with(b".prov") => {
                    let subchart = below.split(|&byte| byte == b'/').next().unwrap_or_default();
                    let file = File {
                        name: below.into(),
                        data: file.data.clone(),
                    };
                    self.subcharts.entry(subchart.into()).or_default().push(file);
                }
                _ => self.files.push(file.clone()),
            },
        }
        Ok(())
    }

    fn take_requirements(&mut self, file: &File, warnings: &mut Vec<Warning>) -> Result<(), LoadError> {
        let metadata = self.metadata.get_or_insert_default();
        if metadata.api_version() != "v1" {
            warnings.push(Warning::new(
                "load.go:120",
                "Warning: Dependencies are handled in Chart.yaml since apiVersion \"v2\". \
                 We recommend migrating dependencies to Chart.yaml.",
            ));
        }
        let document = yaml("requirements.yaml", &file.data)?;
        metadata
            .read_requirements(&document)
            .map_err(type_error("requirements.yaml"))?;
        if metadata.api_version() == "v1" {
            self.files.push(file.clone());
        }
        Ok(())
    }

    fn take_requirements_lock(&mut self, file: &File, warnings: &mut Vec<Warning>) -> Result<(), LoadError> {
        self.lock = lock("requirements.lock", &file.data)?;
        if self.metadata.get_or_insert_default().api_version() == "v1" {
            self.files.push(file.clone());
        } else {
            warnings.push(Warning::new(
                "load.go:138",
                "Warning: Dependency locking is handled in Chart.lock since apiVersion \"v2\". \
                 We recommend migrating to Chart.lock.",
            ));
        }
        Ok(())
    }
}

/// Loads what is under `charts/`, by name; Helm takes them in no certain order.
fn subcharts(
    chart: &str,
    subcharts: BTreeMap<Str, Vec<File>>,
    warnings: &mut Vec<Warning>,
    remaining: &mut u64,
    depth: usize,
) -> Result<Vec<Arc<Chart>>, LoadError> {
    let mut loaded = Vec::with_capacity(subcharts.len());
    for (name, files) in subcharts {
        if name.starts_with(b"_") || name.starts_with(b".") {
            continue;
        }
        let files = if name.ends_with(b".tgz") {
            unpack_subchart(chart, &name, &files, remaining)
        } else {
            Ok(below_folder(&name, files))
        };
        let subchart = files
            .and_then(|files| assemble(files, warnings, remaining, depth + 1))
            .map_err(|source| match source {
                LoadError::SubchartFolder { .. } | LoadError::SubchartsTooLarge => source,
                source => LoadError::Subchart {
                    subchart: name.to_lossy().into_owned(),
                    chart: chart.to_owned(),
                    source: Box::new(source),
                },
            })?;
        loaded.push(Arc::new(subchart));
    }
    Ok(loaded)
}

fn unpack_subchart(chart: &str, name: &Str, files: &[File], remaining: &mut u64) -> Result<Vec<File>, LoadError> {
    match files {
        [file, ..] if file.name == *name => {
            let files = archive::unpack(file.data.as_bytes())?;
            let size = files.iter().map(|file| file.data.len() as u64).sum();
            *remaining = remaining.checked_sub(size).ok_or(LoadError::SubchartsTooLarge)?;
            Ok(files)
        }
        [file, ..] => Err(LoadError::SubchartFolder {
            chart: chart.to_owned(),
            expected: name.to_lossy().into_owned(),
            found: file.name.to_lossy().into_owned(),
        }),
        [] => Err(LoadError::MissingChartFile),
    }
}

/// The files of a subchart's folder, named from there; a file that stands in no folder is left out.
fn below_folder(folder: &Str, files: Vec<File>) -> Vec<File> {
    let inside = files.into_iter().filter_map(|file| {
        let name = file.name.strip_prefix(folder.as_bytes())?.strip_prefix(b"/")?.into();
        Some(File { name, data: file.data })
    });
    inside.collect()
}

fn default_values(data: &Str) -> Result<Map, LoadError> {
    let source = match yaml("values.yaml", data)? {
        Value::Null => return Ok(Map::new()),
        Value::Map(map) if values::is_too_deep(&map) => return Err(LoadError::TooDeep),
        Value::Map(map) => return Ok(values::through_json(map)),
        other => TypeError::map(&other),
    };
    Err(LoadError::Type {
        file: "values.yaml",
        source,
    })
}

fn lock(file: &'static str, data: &Str) -> Result<Option<Lock>, LoadError> {
    Lock::read(&yaml(file, data)?).map_err(type_error(file))
}

fn yaml(file: &'static str, data: &Str) -> Result<Value, LoadError> {
    crate::yaml::read(data.as_bytes()).map_err(|source| LoadError::Yaml { file, source })
}

fn type_error(file: &'static str) -> impl Fn(TypeError) -> LoadError {
    move |source| LoadError::Type { file, source }
}
