//! Go structs: a table of fields each.

use std::any::Any as StdAny;
use std::fmt::Debug;

use gotemplate::{Any, Kind, Method, Object, fmt};
use govalue::{Str, Tree, Value, View};

use super::{capabilities, chart};

/// A Rust type that templates see as a Go struct.
pub(super) trait Record: Debug + 'static {
    /// Go's name of the type.
    const TYPE: &'static str;
    /// Whether templates hold the struct itself or a pointer to it.
    const KIND: Kind = Kind::Struct;
    /// Its fields, in Go's order.
    const FIELDS: &'static [Field<Self>];
    /// Its methods.
    const METHODS: &'static [Method] = &[];

    /// The text of the `String` method of Go's pointer to it.
    fn text(&self) -> Option<Str> {
        None
    }
}

/// A field of a Go struct.
pub(super) struct Field<T: ?Sized> {
    /// Its name in Go.
    pub(super) name: &'static str,
    /// What `encoding/json` makes of it.
    pub(super) json: Json,
    /// Reads it.
    pub(super) get: fn(&T) -> Any,
}

/// What `encoding/json` makes of a field.
#[derive(Clone, Copy)]
pub(super) enum Json {
    /// An entry of this name.
    Always(&'static str),
    /// An entry of this name, unless the field has its type's zero value.
    Filled(&'static str),
    /// The fields of the embedded struct, as if they were this one's.
    Embedded,
}

/// The object that templates see of a [`Record`].
#[derive(Debug)]
pub(super) struct Struct<T>(pub(super) T);

impl<T: Record> Object for Struct<T> {
    fn type_name(&self) -> &str {
        T::TYPE
    }

    fn kind(&self) -> Kind {
        T::KIND
    }

    fn field(&self, name: &str) -> Option<Any> {
        if let Some(field) = T::FIELDS.iter().find(|field| field.name == name) {
            return Some((field.get)(&self.0));
        }
        let embedded = T::FIELDS.iter().filter(|field| matches!(field.json, Json::Embedded));
        embedded.into_iter().find_map(|field| match (field.get)(&self.0) {
            Any::Object(object) => object.field(name),
            _ => None,
        })
    }

    fn method(&self, name: &str) -> Option<&'static Method> {
        T::METHODS.iter().find(|method| method.name == name)
    }

    fn printed(&self) -> Option<Str> {
        self.0.text()
    }

    fn display(&self) -> Str {
        let mut out = b"{".to_vec();
        for (index, field) in T::FIELDS.iter().enumerate() {
            if index > 0 {
                out.push(b' ');
            }
            fmt::write_value(&(field.get)(&self.0), &mut out);
        }
        out.push(b'}');
        out.into()
    }

    fn json_fields(&self) -> Option<Vec<(&'static str, Any)>> {
        let mut fields = Vec::new();
        for field in T::FIELDS {
            match (field.json, (field.get)(&self.0)) {
                (Json::Filled(_), value) if !value.truth() => {}
                (Json::Always(name) | Json::Filled(name), value) => fields.push((name, value)),
                (Json::Embedded, Any::Object(object)) => fields.extend(object.json_fields().unwrap_or_default()),
                (Json::Embedded, _) => {}
            }
        }
        Some(fields)
    }

    fn to_value(&self) -> Value {
        let fields = self.json_fields().unwrap_or_default().into_iter();
        fields.map(|(name, value)| (name, plain(&value))).collect()
    }

    fn as_any(&self) -> &dyn StdAny {
        self
    }
}

/// The names and values of an object's fields in Go's order, embedded ones in place; `None` if it is no Go struct.
pub(crate) fn fields_of(object: &dyn Object) -> Option<Vec<(&'static str, Any)>> {
    let any = object.as_any();
    None.or_else(|| fields::<chart::TemplateChart>(any))
        .or_else(|| fields::<chart::ChartMetadata>(any))
        .or_else(|| fields::<helm_chart::Maintainer>(any))
        .or_else(|| fields::<helm_chart::Dependency>(any))
        .or_else(|| fields::<capabilities::Shared>(any))
        .or_else(|| fields::<helm_chart::KubeVersion>(any))
        .or_else(|| fields::<helm_chart::HelmVersion>(any))
}

fn fields<T: Record>(any: &dyn StdAny) -> Option<Vec<(&'static str, Any)>> {
    let Struct(record) = any.downcast_ref::<Struct<T>>()?;
    let mut fields = Vec::new();
    for field in T::FIELDS {
        match (field.json, (field.get)(record)) {
            (Json::Embedded, Any::Object(object)) => fields.extend(fields_of(object.as_ref()).unwrap_or_default()),
            (_, value) => fields.push((field.name, value)),
        }
    }
    Some(fields)
}

/// Plain data of a field's value.
fn plain(value: &Any) -> Value {
    value.view(|view| match view {
        View::Null => Value::Null,
        View::Bool(flag) => Value::Bool(flag),
        View::Int(number) => Value::Int(number),
        View::Uint(number) => i64::try_from(number).map_or(Value::Null, Value::Int),
        View::Float(number) => Value::Float(number),
        View::String(text) | View::Bytes(text) => Value::String(text.clone()),
        View::List(items) => items.iter().map(plain).collect(),
        View::Map(entries) => entries.iter().map(|(key, item)| (key.clone(), plain(item))).collect(),
        View::Fields(fields) => fields.iter().map(|(name, item)| (*name, plain(item))).collect(),
        View::Plain(value) => value,
    })
}
