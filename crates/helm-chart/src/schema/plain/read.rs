//! A schema's JSON into checks.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use govalue::{Map, Str, Value};

use super::draft::UNREAD;
use super::instance::{are_distinct, is_exact};
use super::{
    Bound, Check, Combination, Conditional, Dependent, Draft, Entries, Format, Instance, Pattern, Plain, SchemaId,
    Types,
};

/// The deepest schema read.
const MAX_DEPTH: usize = 100;

/// The schema that is the whole document.
const ROOT: SchemaId = SchemaId(0);

/// Keywords whose value is a limit.
const BOUNDS: [(&str, Bound); 8] = [
    ("minimum", Bound::Minimum),
    ("maximum", Bound::Maximum),
    ("minLength", Bound::MinLength),
    ("maxLength", Bound::MaxLength),
    ("minItems", Bound::MinItems),
    ("maxItems", Bound::MaxItems),
    ("minProperties", Bound::MinProperties),
    ("maxProperties", Bound::MaxProperties),
];

/// A schema's text being read. Everything answers `None` at anything unusual.
pub(super) struct Reader<'j> {
    document: &'j Value,
    draft: Draft,
    schemas: Vec<Vec<Check>>,
    /// The schemas begun, by the address of their JSON; only where something may refer to them.
    known: Option<HashMap<usize, SchemaId>>,
    depth: usize,
}

impl<'j> Reader<'j> {
    /// Reads a whole schema; `has_references` says whether it may have any.
    pub(super) fn read(document: &'j Value, has_references: bool) -> Option<Plain> {
        let map = document.as_map()?;
        let draft = match map.get("$schema".as_bytes()) {
            Some(name) => Draft::named(name.as_str()?)?,
            None => Draft::D2020,
        };
        let mut reader = Self {
            document,
            draft,
            schemas: Vec::new(),
            known: has_references.then(HashMap::new),
            depth: 0,
        };
        let root = reader.schema(document)?;
        Some(Plain {
            schemas: reader.schemas,
            root,
        })
    }

    fn schema(&mut self, json: &'j Value) -> Option<SchemaId> {
        let id = SchemaId(self.schemas.len());
        if let Some(known) = &mut self.known {
            match known.entry(std::ptr::from_ref(json).addr()) {
                Entry::Occupied(known) => return Some(*known.get()),
                Entry::Vacant(place) => place.insert(id),
            };
        }
        self.schemas.push(Vec::new());
        self.depth += 1;
        let checks = match json {
            Value::Map(map) if self.depth <= MAX_DEPTH => self.checks(map, id)?,
            Value::Bool(true) if self.draft > Draft::D4 => Vec::new(),
            Value::Bool(false) if self.draft > Draft::D4 => vec![Check::Never],
            _ => return None,
        };
        self.depth -= 1;
        self.schemas[id.0] = checks;
        Some(id)
    }

    fn checks(&mut self, map: &'j Map, id: SchemaId) -> Option<Vec<Check>> {
        let mut checks = Vec::new();
        for (keyword, value) in map {
            let keyword = keyword.to_str()?;
            match keyword {
                "$schema" if id == ROOT => {}
                "$id" | "id" if id == ROOT => ensure(is_usual_id(value.as_str()?))?,
                _ if !self.draft.knows(keyword) => {}
                _ => self.keyword(keyword, value, map, &mut checks)?,
            }
        }
        self.entries(map, &mut checks)?;
        if self.draft.knows("if") {
            self.conditional(map, &mut checks)?;
        }
        let Some(target) = map.get("$ref".as_bytes()) else {
            return Some(checks);
        };
        if self.draft.refs_stand_alone() {
            // The validator looks at this one nevertheless.
            ensure(!map.contains_key("const".as_bytes()))?;
            checks.clear();
        }
        checks.push(Check::Combined(Combination::All, vec![self.reference(target)?]));
        Some(checks)
    }

    fn keyword(&mut self, keyword: &str, value: &'j Value, map: &Map, checks: &mut Vec<Check>) -> Option<()> {
        checks.push(match keyword {
            "type" => Check::Type(Types::read(value)?),
            "enum" => Check::AmongValues(distinct(value, true)?.to_vec()),
            "const" => Check::AmongValues(vec![value.clone()]),
            "required" => Check::Required(self.names(value)?),
            "items" => Check::Items(self.schema(value)?),
            "contains" => Check::Contains(self.schema(value)?),
            "propertyNames" => Check::Names(self.schema(value)?),
            "allOf" => Check::Combined(Combination::All, self.list(value)?),
            "anyOf" => Check::Combined(Combination::Any, self.list(value)?),
            "oneOf" => Check::Combined(Combination::One, self.list(value)?),
            "not" => Check::Combined(Combination::None, vec![self.schema(value)?]),
            "pattern" => Check::Pattern(Pattern::read(text(value)?)?),
            "multipleOf" => Check::MultipleOf(count(value).filter(|divisor| *divisor > 0.0)?),
            "exclusiveMinimum" => return self.exclusive(value, map.get("minimum".as_bytes()), Bound::Above, checks),
            "exclusiveMaximum" => return self.exclusive(value, map.get("maximum".as_bytes()), Bound::Below, checks),
            "dependencies" | "dependentRequired" | "dependentSchemas" => return self.dependencies(value, checks),
            "uniqueItems" if value.as_bool()? => Check::Unique,
            "format" => return self.format(value.as_str()?, checks),
            "uniqueItems" => return Some(()),
            // These are read together.
            "$ref" | "properties" | "patternProperties" | "additionalProperties" | "if" | "then" | "else" => {
                return Some(());
            }
            // Schemas that perhaps nothing refers to, but they must be well formed.
            "definitions" | "$defs" => return self.map(value).map(drop),
            "title" | "description" | "$comment" => return text(value).map(drop),
            "readOnly" | "writeOnly" | "deprecated" => return value.as_bool().map(drop),
            "examples" => return value.as_list().map(drop),
            other => {
                ensure(!UNREAD.contains(&other))?;
                let Some((_, bound)) = BOUNDS.iter().find(|(known, _)| *known == other) else {
                    return Some(());
                };
                let is_size = !matches!(bound, Bound::Minimum | Bound::Maximum);
                Check::Within(*bound, if is_size { count(value)? } else { exact(value)? })
            }
        });
        Some(())
    }

    fn entries(&mut self, map: &'j Map, checks: &mut Vec<Check>) -> Option<()> {
        let mut entries = Entries::default();
        if let Some(properties) = map.get("properties".as_bytes()) {
            entries.properties = self.map(properties)?;
        }
        if let Some(patterns) = map.get("patternProperties".as_bytes()) {
            for (pattern, schema) in patterns.as_map()? {
                entries.patterns.push((Pattern::read(pattern)?, self.schema(schema)?));
            }
        }
        if let Some(additional) = map.get("additionalProperties".as_bytes()) {
            entries.additional = match additional {
                Value::Bool(true) => None,
                Value::Bool(false) => Some(self.never()),
                schema => Some(self.schema(schema)?),
            };
        }
        if !entries.properties.is_empty() || !entries.patterns.is_empty() || entries.additional.is_some() {
            checks.push(Check::Entries(entries));
        }
        Some(())
    }

    fn never(&mut self) -> SchemaId {
        self.schemas.push(vec![Check::Never]);
        SchemaId(self.schemas.len() - 1)
    }

    fn conditional(&mut self, map: &'j Map, checks: &mut Vec<Check>) -> Option<()> {
        let mut schemas = [None; 3];
        for (schema, keyword) in schemas.iter_mut().zip(["if", "then", "else"]) {
            if let Some(json) = map.get(keyword.as_bytes()) {
                *schema = Some(self.schema(json)?);
            }
        }
        let [condition, then, otherwise] = schemas;
        checks.extend(condition.map(|condition| {
            Check::Conditional(Conditional {
                condition,
                then,
                otherwise,
            })
        }));
        Some(())
    }

    /// A limit that is not to be reached: in draft 4 a remark to another limit, later a limit of its own.
    fn exclusive(&self, value: &Value, limit: Option<&Value>, bound: Bound, checks: &mut Vec<Check>) -> Option<()> {
        let limit = match value {
            Value::Bool(exclusive) if self.draft == Draft::D4 => {
                let limit = exact(limit?)?;
                exclusive.then_some(limit)
            }
            limit if self.draft > Draft::D4 => Some(exact(limit)?),
            _ => return None,
        };
        checks.extend(limit.map(|limit| Check::Within(bound, limit)));
        Some(())
    }

    fn dependencies(&mut self, value: &'j Value, checks: &mut Vec<Check>) -> Option<()> {
        for (name, demanded) in value.as_map()? {
            let dependent = match demanded {
                Value::List(_) => Dependent::Required(self.names(demanded)?),
                schema => Dependent::Meets(self.schema(schema)?),
            };
            checks.push(Check::Dependent(name.clone(), dependent));
        }
        Some(())
    }

    fn format(&self, name: &str, checks: &mut Vec<Check>) -> Option<()> {
        // The validator is given formats of ours, which are none.
        ensure(!name.contains(':'))?;
        if self.draft.asserts_formats() {
            checks.extend(Format::named(name).map(Check::Format));
        }
        Some(())
    }

    /// What a reference within the document refers to.
    fn reference(&mut self, target: &Value) -> Option<SchemaId> {
        // One that escapes were used to hide.
        ensure(self.known.is_some())?;
        let pointer = target.as_str()?.strip_prefix('#')?;
        let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || b"/$_.-~".contains(&byte);
        ensure(pointer.bytes().all(is_usual))?;
        let mut json = self.document;
        if !pointer.is_empty() {
            for step in pointer.strip_prefix('/')?.split('/') {
                let key = step.replace("~1", "/").replace("~0", "~");
                json = match json {
                    Value::Map(map) => map.get(key.as_bytes())?,
                    Value::List(items) => items.get(key.parse::<usize>().ok()?)?,
                    _ => return None,
                };
            }
        }
        self.schema(json)
    }

    fn map(&mut self, value: &'j Value) -> Option<BTreeMap<Str, SchemaId>> {
        let entries = value.as_map()?.iter();
        entries
            .map(|(name, schema)| Some((name.clone(), self.schema(schema)?)))
            .collect()
    }

    fn list(&mut self, value: &'j Value) -> Option<Vec<SchemaId>> {
        let list = value.as_list().filter(|list| !list.is_empty())?;
        list.iter().map(|schema| self.schema(schema)).collect()
    }

    fn names(&self, value: &Value) -> Option<Vec<Str>> {
        let names = distinct(value, self.draft == Draft::D4)?.iter();
        names.map(|name| text(name).cloned()).collect()
    }
}

/// The items of a list, none of them twice; `some` if it must have any.
fn distinct(value: &Value, some: bool) -> Option<&[Value]> {
    let list = value.as_list()?;
    ensure(!(some && list.is_empty()) && are_distinct(list)?)?;
    Some(list)
}

fn ensure(usual: bool) -> Option<()> {
    usual.then_some(())
}

fn text(value: &Value) -> Option<&Str> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// Whether a schema's own address is one that references within it are not concerned with.
fn is_usual_id(id: &str) -> bool {
    Format::Uri.plainly_fits(id) && !id.contains("json-schema.org")
}

/// A number that is exact as a float.
fn exact(value: &Value) -> Option<f64> {
    match Instance::from(value) {
        Instance::Number(number) if is_exact(number) => Some(number),
        _ => None,
    }
}

/// A number that counts something.
fn count(value: &Value) -> Option<f64> {
    exact(value).filter(|number| *number >= 0.0 && number.fract() == 0.0)
}
