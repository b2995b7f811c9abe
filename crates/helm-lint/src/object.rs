//! A rendered object, as far as it is looked at.

use govalue::{Map, Value};

/// Helm's `K8sYamlStruct`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Object {
    pub(crate) api_version: String,
    pub(crate) kind: String,
    pub(crate) name: String,
}

impl Object {
    /// Reads a document; `None` if it is empty. The error is what Go says of a field of the wrong type.
    pub(crate) fn read(document: &Value) -> Result<Option<Self>, String> {
        let map = match document {
            Value::Null => return Ok(None),
            Value::Map(map) => map,
            other => return Err(complaint(other.json_kind(), "Go value of type rules.K8sYamlStruct")),
        };
        let mut reader = Reader::default();
        let mut object = Self::default();
        reader.field(map, "apiVersion", "K8sYamlStruct.apiVersion", &mut object.api_version);
        reader.field(map, "Kind", "K8sYamlStruct.Kind", &mut object.kind);
        match entry(map, "Metadata") {
            None | Some(Value::Null) => {}
            Some(Value::Map(metadata)) => {
                let mut namespace = String::new();
                reader.field(
                    metadata,
                    "Namespace",
                    "k8sYamlMetadata.Metadata.Namespace",
                    &mut namespace,
                );
                reader.field(metadata, "Name", "k8sYamlMetadata.Metadata.Name", &mut object.name);
            }
            Some(other) => reader.complain(other, "K8sYamlStruct.Metadata", "rules.k8sYamlMetadata"),
        }
        reader.error.map_or(Ok(Some(object)), Err)
    }
}

/// Keeps the first complaint, as Go does.
#[derive(Default)]
struct Reader {
    error: Option<String>,
}

impl Reader {
    fn field(&mut self, map: &Map, key: &str, path: &str, target: &mut String) {
        match entry(map, key) {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) => *target = text.to_lossy().into_owned(),
            Some(Value::Bool(flag)) => *target = flag.to_string(),
            Some(Value::Int(number)) => *target = number.to_string(),
            Some(Value::Float(number)) => *target = number.to_string(),
            Some(other) => self.complain(other, path, "string"),
        }
    }

    fn complain(&mut self, value: &Value, path: &str, go_type: &str) {
        let target = format!("Go struct field {path} of type {go_type}");
        self.error.get_or_insert_with(|| complaint(value.json_kind(), &target));
    }
}

/// The value of a key, in any case where there is none in its own.
fn entry<'m>(map: &'m Map, key: &str) -> Option<&'m Value> {
    let folded = || map.iter().find(|(name, _)| name.eq_ignore_ascii_case(key.as_bytes()));
    map.get(key.as_bytes()).or_else(|| folded().map(|(_, value)| value))
}

fn complaint(kind: &str, target: &str) -> String {
    format!("error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {kind} into {target}")
}
