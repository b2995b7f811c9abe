//! From a schema to a schema nested in it, and from a value to a value nested in it.

use serde_json::Value;

/// A schema and the value it was applied to.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    /// The schema's absolute location.
    pub(super) schema: String,
    /// The value's location.
    pub(super) value: Vec<String>,
}

/// A keyword that Go reports even if only one of its schemas complains, and the validator only if several do.
#[derive(Clone, Debug)]
pub(super) struct Passed {
    pub(super) keyword: Keyword,
    /// The value's location.
    pub(super) value: Vec<String>,
}

/// Such a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    All,
    Any,
    One,
}

impl Keyword {
    /// What Go says of it.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::All => "'allOf' failed",
            Self::Any => "'anyOf' failed",
            Self::One => "'oneOf' failed, none matched",
        }
    }
}

/// Goes from a place to the schema at `schema`, which complains about the value at `value`.
///
/// Returns the place, and the keywords passed on the way, outermost first. The validator counts the items that follow
/// those with schemas of their own from zero; here they are counted as in the list.
pub(super) fn walk(from: &Place, schema: &str, value: &[String], original: &Value) -> (Place, Vec<Passed>) {
    let (mut place, passed) = follow(from, &way(from, schema), value, original);
    schema.clone_into(&mut place.schema);
    let known = place.value.len();
    place.value.extend(value.iter().skip(known).cloned());
    (place, passed)
}

/// The innermost place that several errors, each a schema and a value, have in common, and the keywords passed.
pub(super) fn common_place(from: &Place, errors: &[(&str, Vec<String>)], original: &Value) -> (Place, Vec<Passed>) {
    let Some(((first, value), others)) = errors.split_first() else {
        return (from.clone(), Vec::new());
    };
    let mut common = way(from, first);
    for (schema, _) in others {
        let other = way(from, schema);
        let length = common
            .iter()
            .zip(&other)
            .take_while(|(left, right)| left == right)
            .count();
        common.truncate(length);
    }
    loop {
        let is_whole = common.last().is_none_or(|last| !is_map(last) && !is_list(last));
        let (place, passed) = follow(from, &common, value, original);
        let meets = |(_, other): &(&str, Vec<String>)| follow(from, &common, other, original).0.value == place.value;
        if common.is_empty() || is_whole && others.iter().all(meets) {
            return (place, passed);
        }
        common.pop();
    }
}

/// The keywords and names between two schemas of a document.
fn way<'a>(from: &Place, schema: &'a str) -> Vec<&'a str> {
    let way = schema
        .strip_prefix(from.schema.as_str())
        .filter(|way| way.starts_with('/'));
    way.map_or_else(Vec::new, |way| way.split('/').skip(1).collect())
}

fn follow(from: &Place, way: &[&str], value: &[String], original: &Value) -> (Place, Vec<Passed>) {
    let mut place = Place {
        schema: from.schema.clone(),
        value: from.value.clone(),
    };
    let mut passed = Vec::new();
    let mut tokens = way.iter().copied().peekable();
    while let Some(token) = tokens.next() {
        let parent = place
            .schema
            .split_once('#')
            .and_then(|(_, pointer)| original.pointer(pointer));
        place.schema.push('/');
        place.schema.push_str(token);
        let mut name = None;
        if is_map(token) || is_list(token) && tokens.peek().is_some_and(|next| is_index(next)) {
            name = tokens.next();
            place.schema.push('/');
            place.schema.push_str(name.unwrap_or_default());
        }
        match token {
            "allOf" => passed.push(Passed {
                keyword: Keyword::All,
                value: place.value.clone(),
            }),
            "anyOf" => passed.push(Passed {
                keyword: Keyword::Any,
                value: place.value.clone(),
            }),
            "oneOf" => passed.push(Passed {
                keyword: Keyword::One,
                value: place.value.clone(),
            }),
            _ if descends(token) => {
                let offset = if name.is_none() { items_before(token, parent) } else { 0 };
                let property = name.filter(|_| token == "properties").map(str::to_owned);
                let next = value
                    .get(place.value.len())
                    .map(|token| shifted(token, offset))
                    .or(property);
                place.value.extend(next);
            }
            _ => {}
        }
    }
    (place, passed)
}

/// Keywords whose value is a map of schemas.
fn is_map(keyword: &str) -> bool {
    matches!(
        keyword,
        "properties" | "patternProperties" | "dependentSchemas" | "dependencies" | "$defs" | "definitions"
    )
}

/// Keywords whose value is, or may be, a list of schemas.
fn is_list(keyword: &str) -> bool {
    matches!(keyword, "allOf" | "anyOf" | "oneOf" | "prefixItems" | "items")
}

fn is_index(token: &str) -> bool {
    token.bytes().all(|byte| byte.is_ascii_digit())
}

/// Keywords whose schemas apply to what is in a value.
fn descends(keyword: &str) -> bool {
    matches!(
        keyword,
        "properties"
            | "patternProperties"
            | "additionalProperties"
            | "unevaluatedProperties"
            | "prefixItems"
            | "items"
            | "additionalItems"
            | "unevaluatedItems"
            | "contains"
    )
}

/// How many items have schemas of their own before those that a keyword applies to.
fn items_before(keyword: &str, schema: Option<&Value>) -> usize {
    let list = match keyword {
        "items" => "prefixItems",
        "additionalItems" => "items",
        _ => return 0,
    };
    schema
        .and_then(|schema| schema.get(list)?.as_array())
        .map_or(0, Vec::len)
}

fn shifted(token: &str, offset: usize) -> String {
    token
        .parse::<usize>()
        .ok()
        .filter(|_| offset > 0)
        .map_or_else(|| token.to_owned(), |index| (index + offset).to_string())
}
