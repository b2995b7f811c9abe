//! YAML into the typed metadata, with the conversions and complaints of sigs.k8s.io/yaml and Go's `encoding/json`.

use std::collections::BTreeMap;

use govalue::{Map, Value};

use super::time::time_problem;
use super::{Dependency, Lock, Maintainer, Metadata};

/// A value of a type that its field cannot hold, in the words of Go's `encoding/json`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TypeError {
    /// The whole document.
    #[error(
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {kind} into Go value of type {go_type}"
    )]
    Document {
        /// What JSON calls the value.
        kind: &'static str,
        /// What Go calls the wanted type.
        go_type: &'static str,
    },
    /// A field.
    #[error(
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {kind} into Go struct field {owner}.{path} of type {go_type}"
    )]
    Field {
        /// What JSON calls the value.
        kind: &'static str,
        /// The Go struct that has the field.
        owner: &'static str,
        /// The field's name, with those it is nested in.
        path: String,
        /// What Go calls the wanted type.
        go_type: &'static str,
    },
    /// A time that is no string.
    #[error("error unmarshaling JSON: while decoding JSON: Time.UnmarshalJSON: input is not a JSON string")]
    TimeKind,
    /// A time that is not in RFC 3339.
    #[error(
        "error unmarshaling JSON: while decoding JSON: parsing time {} as \"2006-01-02T15:04:05Z07:00\": {problem}",
        govalue::quote(text.as_bytes())
    )]
    Time {
        /// The text.
        text: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl TypeError {
    /// The complaint about a document that should be a map of values.
    pub(crate) fn map(document: &Value) -> Self {
        Self::document(document, "map[string]interface {}")
    }

    /// The complaint about a document that should be of a Go type.
    pub(crate) fn document(document: &Value, go_type: &'static str) -> Self {
        Self::Document {
            kind: document.json_kind(),
            go_type,
        }
    }
}

/// `Chart.yaml` as it is written, before anything is checked: lists may still hold nulls, the type is still a text.
#[derive(Clone, Debug, Default)]
pub struct ChartFile {
    /// What needs no check, and texts that do.
    pub metadata: Metadata,
    /// `type`
    pub chart_type: String,
    /// `maintainers`
    pub maintainers: Vec<Option<Maintainer>>,
    /// `dependencies`
    pub dependencies: Option<Vec<Option<Dependency>>>,
}

/// Where the reader is, and the first complaint; Go goes on reading after one.
struct Reader {
    owner: &'static str,
    path: Vec<&'static str>,
    error: Option<TypeError>,
}

impl ChartFile {
    /// Reads a text as Helm's `LoadChartfile` does; the error is Helm's text.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        let document = crate::yaml::read(text).map_err(|error| error.to_string())?;
        let mut file = Self::default();
        file.read(&document).map_err(|error| error.to_string())?;
        Ok(file)
    }

    /// Reads a document over what was read before.
    pub(super) fn read(&mut self, document: &Value) -> Result<(), TypeError> {
        let fields = [
            "name",
            "home",
            "sources",
            "version",
            "description",
            "keywords",
            "maintainers",
            "icon",
            "apiVersion",
            "condition",
            "tags",
            "appVersion",
            "deprecated",
            "annotations",
            "kubeVersion",
            "dependencies",
            "type",
        ];
        let mut reader = Reader::new("Metadata");
        let Some(map) = document_map(document, "chart.Metadata")? else {
            return Ok(());
        };
        reader.fields(map, &fields, |reader, field, value| {
            self.read_field(reader, field, value);
        });
        reader.finish()
    }

    fn read_field(&mut self, reader: &mut Reader, field: &str, value: &Value) {
        let metadata = &mut self.metadata;
        match field {
            "name" => reader.string(value, &mut metadata.name),
            "home" => reader.string(value, &mut metadata.home),
            "sources" => reader.strings(value, &mut metadata.sources),
            "version" => reader.string(value, &mut metadata.version),
            "description" => reader.string(value, &mut metadata.description),
            "keywords" => reader.strings(value, &mut metadata.keywords),
            "maintainers" => {
                self.maintainers = reader
                    .structs(value, MAINTAINERS, Reader::maintainer)
                    .unwrap_or_default();
            }
            "icon" => reader.string(value, &mut metadata.icon),
            "apiVersion" => reader.string(value, &mut metadata.api_version),
            "condition" => reader.string(value, &mut metadata.condition),
            "tags" => reader.string(value, &mut metadata.tags),
            "appVersion" => reader.string(value, &mut metadata.app_version),
            "deprecated" => reader.bool(value, &mut metadata.deprecated),
            "annotations" => reader.string_map(value, &mut metadata.annotations),
            "kubeVersion" => reader.string(value, &mut metadata.kube_version),
            "dependencies" => self.dependencies = reader.structs(value, DEPENDENCIES, Reader::dependency),
            _ => reader.string(value, &mut self.chart_type),
        }
    }
}

/// The Go types of a list of structs, of its items, and the items' struct.
struct ListType {
    list: &'static str,
    item: &'static str,
    owner: &'static str,
}

const MAINTAINERS: &ListType = &ListType {
    list: "[]*chart.Maintainer",
    item: "chart.Maintainer",
    owner: "Maintainer",
};
const DEPENDENCIES: &ListType = &ListType {
    list: "[]*chart.Dependency",
    item: "chart.Dependency",
    owner: "Dependency",
};

impl Lock {
    /// Reads a lock file; `null` is no lock.
    pub(crate) fn read(document: &Value) -> Result<Option<Self>, TypeError> {
        let Some(map) = document_map(document, "chart.Lock")? else {
            return Ok(None);
        };
        let mut reader = Reader::new("Lock");
        let mut lock = Self {
            generated: "0001-01-01T00:00:00Z".to_owned(),
            digest: String::new(),
            dependencies: None,
        };
        reader.fields(
            map,
            &["generated", "digest", "dependencies"],
            |reader, field, value| match field {
                "generated" => reader.time(value, &mut lock.generated),
                "digest" => reader.string(value, &mut lock.digest),
                _ => {
                    let dependencies = reader.structs(value, DEPENDENCIES, Reader::dependency);
                    lock.dependencies = dependencies.map(|list| list.into_iter().flatten().collect());
                }
            },
        );
        reader.finish().map(|()| Some(lock))
    }
}

impl Reader {
    fn new(owner: &'static str) -> Self {
        Self {
            owner,
            path: Vec::new(),
            error: None,
        }
    }

    fn finish(self) -> Result<(), TypeError> {
        self.error.map_or(Ok(()), Err)
    }

    /// Calls `read` with each field that the map has; names match in any case, as in Go.
    fn fields(&mut self, map: &Map, names: &[&'static str], mut read: impl FnMut(&mut Self, &'static str, &Value)) {
        for (key, value) in map {
            let exact = names.iter().find(|name| *key == **name);
            let folded = || names.iter().find(|name| key.eq_ignore_ascii_case(name.as_bytes()));
            if let Some(name) = exact.or_else(folded) {
                self.path.push(name);
                read(self, name, value);
                self.path.pop();
            }
        }
    }

    fn complain(&mut self, value: &Value, go_type: &'static str) {
        if self.error.is_none() {
            let path = self.path.join(".");
            self.error = Some(TypeError::Field {
                kind: value.json_kind(),
                owner: self.owner,
                path,
                go_type,
            });
        }
    }

    fn string(&mut self, value: &Value, target: &mut String) {
        match text_of(value) {
            Some(text) => *target = text,
            None if value.is_null() => {}
            None => self.complain(value, "string"),
        }
    }

    fn bool(&mut self, value: &Value, target: &mut bool) {
        match value {
            Value::Bool(flag) => *target = *flag,
            Value::Null => {}
            other => self.complain(other, "bool"),
        }
    }

    fn strings(&mut self, value: &Value, target: &mut Vec<String>) {
        match value {
            Value::Null => target.clear(),
            Value::List(items) => {
                *target = vec![String::new(); items.len()];
                for (item, target) in items.iter().zip(target) {
                    self.string(item, target);
                }
            }
            other => self.complain(other, "[]string"),
        }
    }

    fn string_map(&mut self, value: &Value, target: &mut BTreeMap<String, String>) {
        match value {
            Value::Null => target.clear(),
            Value::Map(map) => {
                for (key, value) in map {
                    let mut text = String::new();
                    self.string(value, &mut text);
                    target.insert(key.to_lossy().into_owned(), text);
                }
            }
            other => self.complain(other, "map[string]string"),
        }
    }

    fn values(&mut self, value: &Value, target: &mut Vec<Value>) {
        match value {
            Value::Null => target.clear(),
            Value::List(items) => *target = items.iter().cloned().map(Value::through_json).collect(),
            other => self.complain(other, "[]interface {}"),
        }
    }

    fn structs<T>(
        &mut self,
        value: &Value,
        list_type: &ListType,
        read: fn(&mut Self, &Map) -> T,
    ) -> Option<Vec<Option<T>>> {
        match value {
            Value::Null => return None,
            Value::List(items) => {
                let items = items.iter().map(|item| match item {
                    Value::Null => None,
                    Value::Map(map) => {
                        let outer = std::mem::replace(&mut self.owner, list_type.owner);
                        let item = read(self, map);
                        self.owner = outer;
                        Some(item)
                    }
                    other => {
                        self.complain(other, list_type.item);
                        None
                    }
                });
                return Some(items.collect());
            }
            other => self.complain(other, list_type.list),
        }
        None
    }

    fn maintainer(&mut self, map: &Map) -> Maintainer {
        let mut maintainer = Maintainer::default();
        self.fields(map, &["name", "email", "url"], |reader, field, value| match field {
            "name" => reader.string(value, &mut maintainer.name),
            "email" => reader.string(value, &mut maintainer.email),
            _ => reader.string(value, &mut maintainer.url),
        });
        maintainer
    }

    fn dependency(&mut self, map: &Map) -> Dependency {
        let names = [
            "name",
            "version",
            "repository",
            "condition",
            "tags",
            "enabled",
            "import-values",
            "alias",
        ];
        let mut dependency = Dependency::default();
        self.fields(map, &names, |reader, field, value| match field {
            "name" => reader.string(value, &mut dependency.name),
            "version" => reader.string(value, &mut dependency.version),
            "repository" => reader.string(value, &mut dependency.repository),
            "condition" => reader.string(value, &mut dependency.condition),
            "tags" => reader.strings(value, &mut dependency.tags),
            "enabled" => reader.bool(value, &mut dependency.enabled),
            "import-values" => reader.values(value, &mut dependency.import_values),
            _ => reader.string(value, &mut dependency.alias),
        });
        dependency
    }

    fn time(&mut self, value: &Value, target: &mut String) {
        let problem = match value {
            Value::Null => return,
            Value::String(text) => match time_problem(&text.to_lossy()) {
                None => {
                    *target = text.to_lossy().into_owned();
                    return;
                }
                Some(problem) => TypeError::Time {
                    text: text.to_lossy().into_owned(),
                    problem,
                },
            },
            _ => TypeError::TimeKind,
        };
        self.error.get_or_insert(problem);
    }
}

/// The entries of a document, nothing if it is empty.
fn document_map<'a>(document: &'a Value, go_type: &'static str) -> Result<Option<&'a Map>, TypeError> {
    match document {
        Value::Null => Ok(None),
        Value::Map(map) => Ok(Some(map)),
        other => Err(TypeError::Document {
            kind: other.json_kind(),
            go_type,
        }),
    }
}

/// The text of a scalar: sigs.k8s.io/yaml writes numbers and booleans as strings where a string is wanted.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Int(number) => Some(number.to_string()),
        Value::Float(number) => Some(single_precision(*number)),
        Value::String(text) => Some(text.to_lossy().into_owned()),
        Value::Null | Value::List(_) | Value::Map(_) => None,
    }
}

/// A float as Go's `%g` writes it in single precision, which is all that sigs.k8s.io/yaml keeps here.
fn single_precision(number: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the library rounds to single precision as well"
    )]
    let scientific = format!("{:e}", number as f32);
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let Ok(exponent) = exponent.parse::<i32>() else {
        return scientific;
    };
    if !(-4..6).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.abs());
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the library rounds to single precision as well"
    )]
    let plain = (number as f32).to_string();
    plain
}
