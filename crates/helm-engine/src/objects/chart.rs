//! `.Chart`.

use std::sync::Arc;

use gotemplate::{Any, Elem, Kind, MapType};
use govalue::Str;
use helm_chart::{Dependency, Maintainer, Metadata};

use super::nil::Nil;
use super::record::{Field, Json, Record, Struct};

/// Helm's unnamed struct of a chart's metadata and its place in the tree.
#[derive(Debug)]
pub(super) struct TemplateChart {
    metadata: Arc<Metadata>,
    is_root: bool,
}

/// Go's `chart.Metadata`.
#[derive(Debug)]
pub(super) struct ChartMetadata(Arc<Metadata>);

/// What templates see as `.Chart`.
pub(crate) fn chart(metadata: &Arc<Metadata>, is_root: bool) -> Any {
    Any::object(Struct(TemplateChart {
        metadata: Arc::clone(metadata),
        is_root,
    }))
}

impl Record for TemplateChart {
    const TYPE: &'static str = "struct { chart.Metadata; IsRoot bool }";
    const FIELDS: &'static [Field<Self>] = &[
        Field {
            name: "Metadata",
            json: Json::Embedded,
            get: |chart| Any::object(Struct(ChartMetadata(Arc::clone(&chart.metadata)))),
        },
        Field {
            name: "IsRoot",
            json: Json::Always("IsRoot"),
            get: |chart| Any::Bool(chart.is_root),
        },
    ];
}

/// A field that JSON leaves out when it is empty.
macro_rules! filled {
    ($name:literal, $json:literal, $get:expr) => {
        Field {
            name: $name,
            json: Json::Filled($json),
            get: $get,
        }
    };
}

impl Record for ChartMetadata {
    const TYPE: &'static str = "chart.Metadata";
    const FIELDS: &'static [Field<Self>] = &[
        filled!("Name", "name", |chart| text(&chart.0.name)),
        filled!("Home", "home", |chart| text(&chart.0.home)),
        filled!("Sources", "sources", |chart| texts(&chart.0.sources)),
        filled!("Version", "version", |chart| text(&chart.0.version)),
        filled!("Description", "description", |chart| text(&chart.0.description)),
        filled!("Keywords", "keywords", |chart| texts(&chart.0.keywords)),
        filled!("Maintainers", "maintainers", |chart| objects(
            "[]*chart.Maintainer",
            &chart.0.maintainers
        )),
        filled!("Icon", "icon", |chart| text(&chart.0.icon)),
        filled!("APIVersion", "apiVersion", |chart| text(&chart.0.api_version)),
        filled!("Condition", "condition", |chart| text(&chart.0.condition)),
        filled!("Tags", "tags", |chart| text(&chart.0.tags)),
        filled!("AppVersion", "appVersion", |chart| text(&chart.0.app_version)),
        filled!("Deprecated", "deprecated", |chart| Any::Bool(chart.0.deprecated)),
        filled!("Annotations", "annotations", |chart| {
            let annotations = chart.0.annotations.iter();
            if chart.0.annotations.is_empty() {
                return Any::object(Nil::StringMap);
            }
            let entries = annotations
                .map(|(key, value)| (Str::from(key.as_str()), text(value)))
                .collect();
            Any::typed_map(MapType::String, entries)
        }),
        filled!("KubeVersion", "kubeVersion", |chart| text(&chart.0.kube_version)),
        filled!("Dependencies", "dependencies", |chart| objects(
            "[]*chart.Dependency",
            chart.0.dependencies()
        )),
        filled!("Type", "type", |chart| text(chart.0.chart_type.as_str())),
    ];
}

impl Record for Maintainer {
    const TYPE: &'static str = "*chart.Maintainer";
    const KIND: Kind = Kind::Ptr;
    const FIELDS: &'static [Field<Self>] = &[
        filled!("Name", "name", |maintainer| text(&maintainer.name)),
        filled!("Email", "email", |maintainer| text(&maintainer.email)),
        filled!("URL", "url", |maintainer| text(&maintainer.url)),
    ];
}

impl Record for Dependency {
    const TYPE: &'static str = "*chart.Dependency";
    const KIND: Kind = Kind::Ptr;
    const FIELDS: &'static [Field<Self>] = &[
        Field {
            name: "Name",
            json: Json::Always("name"),
            get: |dependency| text(&dependency.name),
        },
        filled!("Version", "version", |dependency| text(&dependency.version)),
        Field {
            name: "Repository",
            json: Json::Always("repository"),
            get: |dependency| text(&dependency.repository),
        },
        filled!("Condition", "condition", |dependency| text(&dependency.condition)),
        filled!("Tags", "tags", |dependency| texts(&dependency.tags)),
        filled!("Enabled", "enabled", |dependency| Any::Bool(dependency.enabled)),
        filled!("ImportValues", "import-values", |dependency| {
            if dependency.import_values.is_empty() {
                return Any::object(Nil::Slice("[]interface {}"));
            }
            Any::list(dependency.import_values.iter().map(Any::thaw).collect())
        }),
        filled!("Alias", "alias", |dependency| text(&dependency.alias)),
    ];
}

fn text(text: &str) -> Any {
    Any::string(text)
}

fn texts(texts: &[String]) -> Any {
    if texts.is_empty() {
        return Any::object(Nil::Slice("[]string"));
    }
    Any::strings(texts.iter().map(String::as_str))
}

fn objects<T: Record + Clone>(type_name: &'static str, records: &[T]) -> Any {
    if records.is_empty() {
        return Any::object(Nil::Slice(type_name));
    }
    let items = records
        .iter()
        .map(|record| Any::object(Struct(record.clone())))
        .collect();
    Any::typed_list(Elem::Named(type_name), items)
}
