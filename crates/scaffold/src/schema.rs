//! The schema of a kind's spec, made from what a chart says of its values.
//!
//! It is what Kubernetes calls structural, and never stricter than the chart: what a schema of Kubernetes' can't express
//! is left open, and the chart's own schema still decides when a release is rendered. Defaults stay with the chart.

mod comments;
mod infer;
mod json;

use std::collections::BTreeMap;

use govalue::Value;
use helm_chart::Chart;
use serde_json::{Map, Value as Json, json};

use crate::Error;
use comments::Comments;

/// What Kubernetes is told of a value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schema {
    /// What it is for.
    pub description: Option<String>,
    /// Whether it may be null.
    pub nullable: bool,
    /// Its type.
    pub shape: Shape,
    /// Limits such as `minimum` and `pattern`, in OpenAPI's words.
    pub limits: Map<String, Json>,
}

/// The type of a value.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Shape {
    /// Whatever there is.
    #[default]
    Any,
    /// A boolean.
    Boolean,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// A string.
    String,
    /// A whole number or a string.
    IntOrString,
    /// A list.
    List(Box<Schema>),
    /// An object with fields of any name.
    Map(Box<Schema>),
    /// An object with known fields.
    Object {
        /// The fields.
        fields: BTreeMap<String, Schema>,
        /// Those that must be there.
        required: Vec<String>,
        /// Whether there may be others.
        open: bool,
    },
}

impl Shape {
    /// An object about which nothing is known.
    pub(crate) fn open_object() -> Self {
        Self::Object {
            fields: BTreeMap::new(),
            required: Vec::new(),
            open: true,
        }
    }
}

impl From<Shape> for Schema {
    fn from(shape: Shape) -> Self {
        Self {
            shape,
            ..Self::default()
        }
    }
}

impl Schema {
    /// The schema of a chart's values: from its `values.schema.json` if it has one, else from `values.yaml`, with the
    /// comments there as descriptions, and so on for its subcharts.
    ///
    /// # Errors
    /// [`Error::Values`] if one of the two files can't be read.
    pub fn of_chart(chart: &Chart) -> Result<Self, Error> {
        let values = Values::of(chart)?;
        let mut schema = match &chart.schema {
            Some(text) => {
                json::read(text.text().as_bytes(), &Value::Map((*chart.values).clone())).map_err(|source| {
                    Error::Values {
                        chart: chart.name().to_owned(),
                        file: "values.schema.json",
                        source: source.into(),
                    }
                })?
            }
            None => infer::infer(&values.tree),
        };
        schema.shape = match schema.shape {
            shape @ Shape::Object { .. } => shape,
            _ => Shape::open_object(),
        };
        values.comments.describe(&mut schema, &values.tree, "");
        for (name, subchart) in subcharts(chart) {
            schema.add(name, Self::of_chart(subchart)?);
        }
        Ok(schema)
    }

    /// A schema from a JSON Schema, as of our own types.
    ///
    /// # Errors
    /// A text, if it is no JSON Schema.
    pub fn of_json_schema(schema: &Json) -> Result<Self, String> {
        json::read(schema.to_string().as_bytes(), &Value::Null)
    }

    /// The fields, if it has any.
    pub fn fields(&self) -> Option<&BTreeMap<String, Self>> {
        match &self.shape {
            Shape::Object { fields, .. } => Some(fields),
            _ => None,
        }
    }

    /// Adds what is known of a field from elsewhere; what is known already stays.
    fn add(&mut self, name: &str, schema: Self) {
        let Shape::Object { fields, .. } = &mut self.shape else {
            return;
        };
        match fields.remove(name) {
            None => fields.insert(
                name.to_owned(),
                Self {
                    nullable: true,
                    ..schema
                },
            ),
            Some(known) => fields.insert(name.to_owned(), known.joined_with(schema)),
        };
    }

    /// What fits both; the description is that of `self`, if it has one.
    fn joined_with(self, other: Self) -> Self {
        Self {
            description: self.description.or(other.description),
            nullable: self.nullable || other.nullable,
            limits: if self.limits == other.limits {
                self.limits
            } else {
                Map::new()
            },
            shape: self.shape.joined_with(other.shape),
        }
    }

    /// As OpenAPI in the form that Kubernetes asks of definitions.
    pub fn to_json(&self) -> Json {
        let mut map = self.limits.clone();
        if let Some(description) = &self.description {
            map.insert("description".into(), json!(description));
        }
        if self.nullable && self.shape != Shape::Any {
            map.insert("nullable".into(), json!(true));
        }
        let typed = match &self.shape {
            Shape::Boolean => Some("boolean"),
            Shape::Integer => Some("integer"),
            Shape::Number => Some("number"),
            Shape::String => Some("string"),
            Shape::Any | Shape::IntOrString => None,
            Shape::List(_) => Some("array"),
            Shape::Map(_) | Shape::Object { .. } => Some("object"),
        };
        if let Some(name) = typed {
            map.insert("type".into(), json!(name));
        }
        self.shape.write(&mut map);
        Json::Object(map)
    }
}

impl Shape {
    fn joined_with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Integer, Self::Number) | (Self::Number, Self::Integer) => Self::Number,
            (Self::List(a), Self::List(b)) => Self::List(Box::new(a.joined_with(*b))),
            (Self::Map(a), Self::Map(b)) => Self::Map(Box::new(a.joined_with(*b))),
            (
                Self::Object {
                    mut fields,
                    required,
                    open,
                },
                Self::Object {
                    fields: others,
                    required: others_required,
                    open: others_open,
                },
            ) => {
                for (name, schema) in others {
                    let joined = match fields.remove(&name) {
                        Some(known) => known.joined_with(schema),
                        None => schema,
                    };
                    fields.insert(name, joined);
                }
                let required = required
                    .into_iter()
                    .filter(|name| others_required.contains(name))
                    .collect();
                Self::Object {
                    fields,
                    required,
                    open: open || others_open,
                }
            }
            (a, b) if a == b => a,
            _ => Self::Any,
        }
    }

    fn write(&self, map: &mut Map<String, Json>) {
        match self {
            Self::Any => {
                map.insert("x-kubernetes-preserve-unknown-fields".into(), json!(true));
            }
            Self::IntOrString => {
                map.insert("x-kubernetes-int-or-string".into(), json!(true));
            }
            Self::List(items) => {
                map.insert("items".into(), items.to_json());
            }
            Self::Map(values) => {
                map.insert("additionalProperties".into(), values.to_json());
            }
            Self::Object { fields, required, open } => {
                if !fields.is_empty() {
                    let fields = fields.iter().map(|(name, schema)| (name.clone(), schema.to_json()));
                    map.insert("properties".into(), fields.collect());
                }
                if !required.is_empty() {
                    map.insert("required".into(), json!(required));
                }
                if *open {
                    map.insert("x-kubernetes-preserve-unknown-fields".into(), json!(true));
                }
            }
            Self::Boolean | Self::Integer | Self::Number | Self::String => {}
        }
    }
}

/// The subcharts by the names under which their values stand.
pub(crate) fn subcharts(chart: &Chart) -> impl Iterator<Item = (&str, &Chart)> {
    let listed = chart.metadata.dependencies();
    let aliased = listed.iter().filter_map(|dependency| {
        let found = chart
            .dependencies
            .iter()
            .find(|chart| chart.name() == dependency.name)?;
        let name = if dependency.alias.is_empty() {
            &dependency.name
        } else {
            &dependency.alias
        };
        Some((name.as_str(), &**found))
    });
    let unlisted = chart
        .dependencies
        .iter()
        .filter(|chart| listed.iter().all(|dependency| dependency.name != chart.name()));
    aliased.chain(unlisted.map(|chart| (chart.name(), &**chart)))
}

/// A chart's `values.yaml` as a tree, with its comments.
struct Values {
    tree: goyaml::Node,
    comments: Comments,
}

impl Values {
    fn of(chart: &Chart) -> Result<Self, Error> {
        let file = chart.raw.iter().find(|file| file.name == "values.yaml");
        let text = file.map_or(&b""[..], |file| file.data.as_bytes());
        let tree = goyaml::parse_tree(text).map_err(|source| Error::Values {
            chart: chart.name().to_owned(),
            file: "values.yaml",
            source: source.into(),
        })?;
        let comments = Comments::of(&String::from_utf8_lossy(text));
        Ok(Self { tree, comments })
    }
}
