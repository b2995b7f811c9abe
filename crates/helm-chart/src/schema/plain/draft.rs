//! The drafts of JSON Schema and their keywords.

/// A draft that is read here, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Draft {
    D4,
    D6,
    D7,
    D2019,
    D2020,
}

/// The drafts by their names, without `http://` or `https://` before and `#` behind.
pub(super) const DRAFTS: [(&str, Draft); 6] = [
    ("json-schema.org/schema", Draft::D2020),
    ("json-schema.org/draft-04/schema", Draft::D4),
    ("json-schema.org/draft-06/schema", Draft::D6),
    ("json-schema.org/draft-07/schema", Draft::D7),
    ("json-schema.org/draft/2019-09/schema", Draft::D2019),
    ("json-schema.org/draft/2020-12/schema", Draft::D2020),
];

/// Keywords that are read here and that older drafts do not know, with the first draft that does.
const SINCE: [(&str, Draft); 8] = [
    ("const", Draft::D6),
    ("contains", Draft::D6),
    ("propertyNames", Draft::D6),
    ("if", Draft::D7),
    ("then", Draft::D7),
    ("else", Draft::D7),
    ("dependentRequired", Draft::D2019),
    ("dependentSchemas", Draft::D2019),
];

/// Keywords of some draft that are not read here; any other unknown word is none and means nothing.
pub(super) const UNREAD: [&str; 24] = [
    "$anchor",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$recursiveAnchor",
    "$recursiveRef",
    "$schema",
    "$vocabulary",
    "additionalItems",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "disallow",
    "divisibleBy",
    "extends",
    "fragmentResolution",
    "id",
    "links",
    "maxContains",
    "media",
    "minContains",
    "prefixItems",
    "unevaluatedItems",
    "unevaluatedProperties",
];

impl Draft {
    /// The draft that `$schema` names.
    pub(super) fn named(name: &str) -> Option<Self> {
        let name = name.strip_prefix("http://").or_else(|| name.strip_prefix("https://"))?;
        let name = name.strip_suffix('#').unwrap_or(name);
        let (_, draft) = DRAFTS.iter().find(|(known, _)| *known == name)?;
        Some(*draft)
    }

    /// Whether the keyword, if it is one, is one of this draft.
    pub(super) fn knows(self, keyword: &str) -> bool {
        SINCE.iter().all(|(later, since)| *later != keyword || self >= *since)
    }

    /// Whether `format` is more than a remark.
    pub(super) fn asserts_formats(self) -> bool {
        self <= Self::D7
    }

    /// Whether a `$ref` leaves the other keywords beside it without a meaning.
    pub(super) fn refs_stand_alone(self) -> bool {
        self <= Self::D7
    }
}
