//! A quick yes: values that meet a schema of the usual keywords are let through without the validator.
//!
//! To compile a schema takes longer than to render a small chart, because the validator first compiles the schemas of
//! schemas. Nothing here says no, and nothing here explains: whatever is unusual in a schema, and whatever does not meet
//! it, is left to the validator, which knows all keywords, all drafts and Helm's texts.

use std::collections::BTreeMap;

use govalue::{Map, Str, Value, json};

/// The deepest schema read.
const MAX_DEPTH: usize = 100;

/// Beyond this, a float is not told from its neighbours, and the validator decides.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The drafts whose rules are the same for everything that is read here, without `http://` or `https://` before and `#`
/// behind; the first is the latest draft, which is also that of a schema which names none.
const DRAFTS: [&str; 6] = [
    "json-schema.org/schema",
    "json-schema.org/draft-04/schema",
    "json-schema.org/draft-06/schema",
    "json-schema.org/draft-07/schema",
    "json-schema.org/draft/2019-09/schema",
    "json-schema.org/draft/2020-12/schema",
];

/// Keywords of some draft that are not read here; any other unknown word is none and means nothing.
const UNREAD: [&str; 42] = [
    "$anchor",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$recursiveAnchor",
    "$recursiveRef",
    "$ref",
    "$schema",
    "$vocabulary",
    "additionalItems",
    "const",
    "contains",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
    "disallow",
    "divisibleBy",
    "else",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "extends",
    "format",
    "id",
    "if",
    "links",
    "maxContains",
    "media",
    "minContains",
    "multipleOf",
    "not",
    "pattern",
    "patternProperties",
    "prefixItems",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
    "uniqueItems",
    "fragmentResolution",
];

/// A schema of keywords that mean the same in every draft.
#[derive(Debug, Default)]
pub(super) struct Plain {
    types: Vec<Type>,
    enumeration: Option<Vec<Value>>,
    properties: BTreeMap<Str, Plain>,
    required: Vec<Str>,
    additional: Additional,
    items: Option<Box<Plain>>,
    /// `allOf`, `anyOf` and `oneOf`.
    combined: Vec<(Combination, Vec<Plain>)>,
    bounds: Vec<(Bound, f64)>,
}

/// What `additionalProperties` says.
#[derive(Debug, Default)]
enum Additional {
    #[default]
    Allowed,
    Forbidden,
    Schema(Box<Plain>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

#[derive(Clone, Copy, Debug)]
enum Combination {
    All,
    Any,
    One,
}

/// A limit to a number, or to how many characters, items or entries there are.
#[derive(Clone, Copy, Debug)]
enum Bound {
    Minimum,
    Maximum,
    MinLength,
    MaxLength,
    MinItems,
    MaxItems,
    MinProperties,
    MaxProperties,
}

impl Plain {
    /// Reads a schema's text; `None` if there is anything unusual in it.
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        let mut map = json::from_slice(text).ok()?.into_map()?;
        match map.remove("$schema".as_bytes()) {
            Some(draft) if !is_known(draft.as_str()?) => return None,
            _ => {}
        }
        Self::of(&map, 0)
    }

    fn of(map: &Map, depth: usize) -> Option<Self> {
        let mut plain = Self::default();
        for (keyword, value) in map {
            plain.add(keyword.to_str()?, value, depth)?;
        }
        Some(plain)
    }

    fn below(value: &Value, depth: usize) -> Option<Self> {
        if depth == MAX_DEPTH {
            None
        } else {
            Self::of(value.as_map()?, depth + 1)
        }
    }

    fn add(&mut self, keyword: &str, value: &Value, depth: usize) -> Option<()> {
        match keyword {
            "title" | "description" | "$comment" => drop(value.as_str()?),
            "readOnly" | "writeOnly" | "deprecated" => drop(value.as_bool()?),
            "examples" => drop(value.as_list()?),
            "type" => self.types = types(value)?,
            "enum" => self.enumeration = Some(distinct(value)?.to_vec()),
            "required" => {
                let names = distinct(value)?.iter().map(|name| name.as_str().map(Str::from));
                self.required = names.collect::<Option<_>>()?;
            }
            "properties" => self.properties = schemas(value, depth)?,
            // Schemas that nothing refers to, but they must be well formed.
            "definitions" | "$defs" => drop(schemas(value, depth)?),
            "additionalProperties" => {
                self.additional = match value {
                    Value::Bool(true) => Additional::Allowed,
                    Value::Bool(false) => Additional::Forbidden,
                    value => Additional::Schema(Box::new(Self::below(value, depth)?)),
                }
            }
            "items" => self.items = Some(Box::new(Self::below(value, depth)?)),
            "allOf" => self.combine(Combination::All, value, depth)?,
            "anyOf" => self.combine(Combination::Any, value, depth)?,
            "oneOf" => self.combine(Combination::One, value, depth)?,
            "minimum" => self.bounds.push((Bound::Minimum, exact(value)?)),
            "maximum" => self.bounds.push((Bound::Maximum, exact(value)?)),
            "minLength" => self.bounds.push((Bound::MinLength, count(value)?)),
            "maxLength" => self.bounds.push((Bound::MaxLength, count(value)?)),
            "minItems" => self.bounds.push((Bound::MinItems, count(value)?)),
            "maxItems" => self.bounds.push((Bound::MaxItems, count(value)?)),
            "minProperties" => self.bounds.push((Bound::MinProperties, count(value)?)),
            "maxProperties" => self.bounds.push((Bound::MaxProperties, count(value)?)),
            other if UNREAD.contains(&other) => return None,
            _ => {}
        }
        Some(())
    }

    fn combine(&mut self, combination: Combination, value: &Value, depth: usize) -> Option<()> {
        let list = value.as_list().filter(|list| !list.is_empty())?;
        let schemas = list
            .iter()
            .map(|schema| Self::below(schema, depth))
            .collect::<Option<_>>()?;
        self.combined.push((combination, schemas));
        Some(())
    }

    /// Whether values plainly meet the schema.
    pub(super) fn accepts(&self, values: &Map) -> bool {
        self.accepts_type(Type::Object) && self.accepts_map(values) && {
            let unusual = self.enumeration.is_some() || !self.combined.is_empty();
            // What compares or combines whole values takes them as one value.
            !unusual || self.accepts_combined(&Value::Map(values.clone())) == Some(true)
        }
    }

    /// Whether a value meets the schema; `None` if the validator is to say.
    fn meets(&self, value: &Value) -> Option<bool> {
        if number(value).is_some_and(|number| !is_exact(number)) {
            return None;
        }
        if !(self.accepts_type(Type::of(value)) || self.accepts_as_number(value)) || !self.is_within(value) {
            return Some(false);
        }
        let inner = match value {
            Value::Map(map) => self.entries_meet(map)?,
            Value::List(items) => self.items_meet(items)?,
            _ => true,
        };
        Some(inner && self.accepts_combined(value)?)
    }

    fn accepts_type(&self, found: Type) -> bool {
        self.types.is_empty() || self.types.contains(&found)
    }

    fn accepts_as_number(&self, value: &Value) -> bool {
        Type::of(value) == Type::Integer && self.types.contains(&Type::Number)
    }

    fn accepts_map(&self, map: &Map) -> bool {
        let size = length(map.len());
        let within = self.bounds.iter().all(|(bound, limit)| match bound {
            Bound::MinProperties => size >= *limit,
            Bound::MaxProperties => size <= *limit,
            _ => true,
        });
        within && self.entries_meet(map) == Some(true)
    }

    fn entries_meet(&self, map: &Map) -> Option<bool> {
        if !self.required.iter().all(|name| map.contains_key(name)) {
            return Some(false);
        }
        for (key, value) in map {
            let met = match (self.properties.get(key), &self.additional) {
                (Some(schema), _) => schema.meets(value)?,
                (None, Additional::Schema(schema)) => schema.meets(value)?,
                (None, Additional::Allowed) => true,
                (None, Additional::Forbidden) => false,
            };
            if !met {
                return Some(false);
            }
        }
        Some(true)
    }

    fn items_meet(&self, items: &[Value]) -> Option<bool> {
        let Some(schema) = &self.items else { return Some(true) };
        for item in items {
            if !schema.meets(item)? {
                return Some(false);
            }
        }
        Some(true)
    }

    fn accepts_combined(&self, value: &Value) -> Option<bool> {
        if let Some(allowed) = &self.enumeration
            && !allowed.iter().any(|allowed| equal(allowed, value))
        {
            return Some(false);
        }
        for (combination, schemas) in &self.combined {
            let mut met = 0;
            for schema in schemas {
                met += usize::from(schema.meets(value)?);
            }
            let accepted = match combination {
                Combination::All => met == schemas.len(),
                Combination::Any => met > 0,
                Combination::One => met == 1,
            };
            if !accepted {
                return Some(false);
            }
        }
        Some(true)
    }

    fn is_within(&self, value: &Value) -> bool {
        self.bounds.iter().all(|(bound, limit)| match (bound, value) {
            (Bound::Minimum, value) => number(value).is_none_or(|number| number >= *limit),
            (Bound::Maximum, value) => number(value).is_none_or(|number| number <= *limit),
            (Bound::MinLength, Value::String(text)) => length(text.to_lossy().chars().count()) >= *limit,
            (Bound::MaxLength, Value::String(text)) => length(text.to_lossy().chars().count()) <= *limit,
            (Bound::MinItems, Value::List(items)) => length(items.len()) >= *limit,
            (Bound::MaxItems, Value::List(items)) => length(items.len()) <= *limit,
            (Bound::MinProperties, Value::Map(map)) => length(map.len()) >= *limit,
            (Bound::MaxProperties, Value::Map(map)) => length(map.len()) <= *limit,
            _ => true,
        })
    }
}

fn is_known(draft: &str) -> bool {
    let name = draft.strip_prefix("http://").or_else(|| draft.strip_prefix("https://"));
    name.is_some_and(|name| DRAFTS.contains(&name.strip_suffix('#').unwrap_or(name)))
}

impl Type {
    fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Int(_) => Self::Integer,
            Value::Float(number) if number.fract() == 0.0 => Self::Integer,
            Value::Float(_) => Self::Number,
            Value::String(_) => Self::String,
            Value::List(_) => Self::Array,
            Value::Map(_) => Self::Object,
        }
    }

    fn named(name: &Value) -> Option<Self> {
        Some(match name.as_str()? {
            "null" => Self::Null,
            "boolean" => Self::Boolean,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "string" => Self::String,
            "array" => Self::Array,
            "object" => Self::Object,
            _ => return None,
        })
    }
}

fn types(value: &Value) -> Option<Vec<Type>> {
    match value {
        Value::String(_) => Some(vec![Type::named(value)?]),
        list => distinct(list)?.iter().map(Type::named).collect(),
    }
}

fn schemas(value: &Value, depth: usize) -> Option<BTreeMap<Str, Plain>> {
    let entries = value.as_map()?.iter();
    entries
        .map(|(name, schema)| Some((name.clone(), Plain::below(schema, depth)?)))
        .collect()
}

/// The items of a list that has some, none of them twice.
fn distinct(value: &Value) -> Option<&[Value]> {
    let list = value.as_list().filter(|list| !list.is_empty())?;
    let twice = |(index, item): (usize, &Value)| list[..index].iter().any(|earlier| equal(earlier, item));
    if list.iter().enumerate().any(twice) {
        None
    } else {
        Some(list)
    }
}

/// Equality as JSON Schema has it: a number is its value, however it is written.
fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len()
                && a.iter()
                    .zip(b)
                    .all(|((key, a), (other, b))| key == other && equal(a, b))
        }
        #[expect(clippy::float_cmp, reason = "both are exact")]
        (a, b) => match (number(a), number(b)) {
            (Some(a), Some(b)) if is_exact(a) && is_exact(b) => a == b,
            _ => a == b,
        },
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "larger integers are compared as the validator compares them"
)]
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

/// A number of a schema that is exact as a float.
fn exact(value: &Value) -> Option<f64> {
    number(value).filter(|number| is_exact(*number))
}

fn is_exact(number: f64) -> bool {
    number.abs() < EXACT
}

/// A number of a schema that counts something.
fn count(value: &Value) -> Option<f64> {
    exact(value).filter(|number| *number >= 0.0 && number.fract() == 0.0)
}

#[expect(clippy::cast_precision_loss, reason = "nothing in memory is that long")]
fn length(length: usize) -> f64 {
    length as f64
}

#[cfg(test)]
mod tests;
