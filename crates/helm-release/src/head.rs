//! The few fields of a document that decide its place in a release.

use std::collections::BTreeMap;

use govalue::{Map, Value};

/// What Helm reads of every document before it sorts them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// `apiVersion`
    pub api_version: String,
    /// `kind`
    pub kind: String,
    /// `metadata.name`
    pub name: String,
    /// `metadata.annotations`
    pub annotations: BTreeMap<String, String>,
}

/// A document whose head has another shape than Helm can take; the text is that of Go's JSON decoder.
#[derive(Debug, thiserror::Error)]
#[error("error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {found} into Go {target}")]
pub struct HeadError {
    found: &'static str,
    target: String,
}

const METADATA_TYPE: &str = "struct { Name string \"json:\\\"name\\\"\"; \
     Annotations map[string]string \"json:\\\"annotations\\\"\" }";

impl Head {
    /// Reads the head of a document. Keys are matched without regard to case, and scalars are taken as strings, as
    /// Go's JSON decoder and sigs.k8s.io/yaml do.
    pub fn read(document: &Value) -> Result<Self, HeadError> {
        let mut head = Self::default();
        let map = match document {
            Value::Null => return Ok(head),
            Value::Map(map) => map,
            other => return Err(mismatch(other, "value of type releaseutil.SimpleHead".into())),
        };
        if let Some(value) = field(map, "apiVersion") {
            head.api_version = text(value, "struct field SimpleHead.apiVersion")?;
        }
        if let Some(value) = field(map, "kind") {
            head.kind = text(value, "struct field SimpleHead.kind")?;
        }
        match field(map, "metadata") {
            None | Some(Value::Null) => {}
            Some(Value::Map(metadata)) => head.read_metadata(metadata)?,
            Some(other) => {
                return Err(mismatch(
                    other,
                    format!("struct field SimpleHead.metadata of type {METADATA_TYPE}"),
                ));
            }
        }
        Ok(head)
    }

    fn read_metadata(&mut self, metadata: &Map) -> Result<(), HeadError> {
        if let Some(value) = field(metadata, "name") {
            self.name = text(value, "struct field .metadata.name")?;
        }
        match field(metadata, "annotations") {
            None | Some(Value::Null) => {}
            Some(Value::Map(annotations)) => {
                for (key, value) in annotations {
                    let value = text(value, "struct field .metadata.annotations")?;
                    self.annotations.insert(key.to_string(), value);
                }
            }
            Some(other) => {
                let target = "struct field .metadata.annotations of type map[string]string";
                return Err(mismatch(other, target.into()));
            }
        }
        Ok(())
    }
}

/// The entry of that name, else one that differs in case only.
fn field<'a>(map: &'a Map, name: &str) -> Option<&'a Value> {
    map.get(name.as_bytes()).or_else(|| {
        map.iter()
            .find(|(key, _)| key.as_bytes().eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value)
    })
}

fn text(value: &Value, place: &str) -> Result<String, HeadError> {
    Ok(match value {
        Value::Null => String::new(),
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::String(text) => text.to_lossy().into_owned(),
        other => return Err(mismatch(other, format!("{place} of type string"))),
    })
}

fn mismatch(found: &Value, target: String) -> HeadError {
    let found = found.json_kind();
    HeadError { found, target }
}
