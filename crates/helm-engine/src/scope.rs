//! The data that templates begin with: one map for each chart of a tree.

use std::collections::BTreeMap;
use std::rc::Rc;

use gotemplate::{Any, AnyMap, Effects, MapType, Watch};
use govalue::{Map, Str, Value};
use helm_chart::Chart;

use crate::Request;
use crate::objects::{FilesObject, capabilities, chart as chart_object};

/// The Go type of `.Values` and of the template's data itself.
pub(crate) const VALUES: MapType = MapType::Named("chartutil.Values");

/// The data of all charts of a tree, in the order of [`crate::prepared::charts`].
pub(crate) struct Scopes {
    charts: Vec<Rc<AnyMap>>,
    revision: Rc<Watch>,
}

impl Scopes {
    /// Makes fresh data for one render, so that templates may change it.
    pub(crate) fn new(chart: &Chart, values: &Map, request: &Request) -> Self {
        let revision = Watch::new("Revision");
        let shared = Shared {
            release: release(request, &revision),
            capabilities: capabilities(&request.capabilities),
        };
        let mut charts = Vec::new();
        let values = Rc::new(AnyMap::new(VALUES, thaw(values)));
        shared.descend(chart, &values, true, &mut charts);
        Self { charts, revision }
    }

    /// The data of one chart, told which of its templates is rendered.
    pub(crate) fn data(&self, chart: usize, path: &Str, base_path: &Str) -> Any {
        let scope = &self.charts[chart];
        let template = BTreeMap::from([
            (Str::from("BasePath"), Any::String(base_path.clone())),
            (Str::from("Name"), Any::String(path.clone())),
        ]);
        scope.insert("Template".into(), Any::typed_map(VALUES, template));
        Any::Map(Rc::clone(scope))
    }

    /// What was read that is not the same in each render of the same inputs.
    pub(crate) fn effects(&self) -> Effects {
        if self.revision.is_read() {
            Effects::REVISION
        } else {
            Effects::NONE
        }
    }
}

struct Shared {
    release: Any,
    capabilities: Any,
}

impl Shared {
    /// Adds the data of `chart` and of its subcharts. What a subchart sees as `.Values` is its part of the parent's, not
    /// a copy.
    fn descend(&self, chart: &Chart, values: &Rc<AnyMap>, is_root: bool, scopes: &mut Vec<Rc<AnyMap>>) -> Rc<AnyMap> {
        let entries = BTreeMap::from([
            (Str::from("Capabilities"), self.capabilities.clone()),
            (Str::from("Chart"), chart_object(&chart.metadata, is_root)),
            (Str::from("Files"), Any::object(FilesObject::new(&chart.files))),
            (Str::from("Release"), self.release.clone()),
            (Str::from("Values"), Any::Map(Rc::clone(values))),
        ]);
        let scope = Rc::new(AnyMap::new(VALUES, entries));
        scopes.push(Rc::clone(&scope));
        let mut subcharts = BTreeMap::new();
        for child in &chart.dependencies {
            let below = match values.get(child.name().as_bytes()) {
                Some(Any::Map(table)) => table,
                _ => Rc::new(AnyMap::new(VALUES, BTreeMap::new())),
            };
            let child_scope = self.descend(child, &below, false, scopes);
            subcharts.insert(Str::from(child.name()), Any::Map(child_scope));
        }
        scope.insert("Subcharts".into(), Any::map(subcharts));
        scope
    }
}

fn thaw(map: &Map) -> BTreeMap<Str, Any> {
    map.iter()
        .map(|(key, value): (&Str, &Value)| (key.clone(), Any::thaw(value)))
        .collect()
}

fn release(request: &Request, revision: &Rc<Watch>) -> Any {
    let entries = BTreeMap::from([
        (Str::from("IsInstall"), Any::Bool(!request.is_upgrade && !request.lint)),
        (Str::from("IsUpgrade"), Any::Bool(request.is_upgrade)),
        (Str::from("Name"), Any::string(request.name.as_str())),
        (Str::from("Namespace"), Any::string(request.namespace.as_str())),
        (Str::from("Revision"), Any::Int(i64::from(request.revision))),
        (Str::from("Service"), Any::string("Helm")),
    ]);
    Any::Map(Rc::new(AnyMap::new(MapType::Any, entries).watched(revision)))
}
