//! A quick yes: values that meet a schema of the usual keywords are let through without the validator.
//!
//! To compile a schema takes longer than to render a small chart, because the validator first compiles the schemas of
//! schemas. Nothing here says no, and nothing here explains: whatever is unusual in a schema, and whatever does not meet
//! it, is left to the validator, which knows all keywords, all drafts and Helm's texts.

mod check;
mod draft;
mod format;
mod instance;
mod pattern;
mod read;

use std::collections::BTreeMap;

use bstr::ByteSlice;
use govalue::{Map, Str, Value, json};

use draft::Draft;
use format::Format;
use instance::{Instance, Types};
use pattern::Pattern;
use read::Reader;

/// A schema of keywords that are read here, with those in it and those it refers to.
#[derive(Debug)]
pub(super) struct Plain {
    schemas: Vec<Vec<Check>>,
    root: SchemaId,
}

/// The place of a schema in [`Plain`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct SchemaId(usize);

/// What a keyword, or a few that belong together, demand of a value.
#[derive(Debug)]
enum Check {
    /// The schema `false`.
    Never,
    /// `type`
    Type(Types),
    /// `enum`, `const`
    AmongValues(Vec<Value>),
    /// `minimum`, `maxLength` and the like.
    Within(Bound, f64),
    /// `multipleOf`
    MultipleOf(f64),
    /// `pattern`
    Pattern(Pattern),
    /// `format`
    Format(Format),
    /// `uniqueItems`
    Unique,
    /// `items`
    Items(SchemaId),
    /// `contains`
    Contains(SchemaId),
    /// `required`
    Required(Vec<Str>),
    /// `properties`, `patternProperties`, `additionalProperties`
    Entries(Entries),
    /// `propertyNames`
    Names(SchemaId),
    /// `dependencies`, `dependentRequired`, `dependentSchemas`
    Dependent(Str, Dependent),
    /// `$ref`, `allOf`, `anyOf`, `oneOf`, `not`
    Combined(Combination, Vec<SchemaId>),
    /// `if`, `then`, `else`
    Conditional(Conditional),
}

/// What an object's entries must meet; those that nothing else is said of meet `additional`.
#[derive(Debug, Default)]
struct Entries {
    properties: BTreeMap<Str, SchemaId>,
    patterns: Vec<(Pattern, SchemaId)>,
    additional: Option<SchemaId>,
}

/// What the presence of an entry demands.
#[derive(Debug)]
enum Dependent {
    Required(Vec<Str>),
    Meets(SchemaId),
}

#[derive(Debug)]
struct Conditional {
    condition: SchemaId,
    then: Option<SchemaId>,
    otherwise: Option<SchemaId>,
}

/// How many of some schemas a value must meet.
#[derive(Clone, Copy, Debug)]
enum Combination {
    All,
    Any,
    One,
    None,
}

/// A limit to a number, or to how many characters, items or entries there are.
#[derive(Clone, Copy, Debug)]
enum Bound {
    Minimum,
    Maximum,
    Above,
    Below,
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
        Reader::read(&json::from_slice(text).ok()?, text.contains_str("$ref"))
    }

    /// Whether values plainly meet the schema.
    pub(super) fn accepts(&self, values: &Map) -> bool {
        self.meets(self.root, Instance::Map(values)) == Some(true)
    }
}

#[cfg(test)]
mod tests;
