use super::draft::DRAFTS;
use super::*;
use crate::schema::compile::Compiled;

fn verdict(schema: &str, values: &str) -> Option<bool> {
    let values = goyaml::map_from_str(values).unwrap();
    Plain::read(schema.as_bytes()).map(|plain| plain.accepts(&values))
}

#[test]
fn values_that_meet_a_plain_schema_are_let_through() {
    let schema = r#"{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "required": ["a"],
        "properties": {"a": {"type": ["integer", "null"], "minimum": 1}, "b": {"enum": [1.0, "x"]},
        "c": {"items": {"oneOf": [{"type": "string", "maxLength": 2}, {"type": "number"}]}}},
        "additionalProperties": {"type": "object"}, "form": true}"#;
    for values in [
        "{a: 3.0}",
        "{a: null}",
        "{a: 1, b: 1}",
        "{a: 1, c: [é, 1.5]}",
        "{a: 1, z: {}}",
    ] {
        assert_eq!(verdict(schema, values), Some(true), "{values}");
    }
    for values in [
        "{}",
        "{a: 0}",
        "{a: x}",
        "{a: 1.5}",
        "{a: 1, b: y}",
        "{a: 1, c: [xyz]}",
        "{a: 1, z: 1}",
    ] {
        assert_eq!(verdict(schema, values), Some(false), "{values}");
    }
}

#[test]
fn what_is_unusual_is_left_to_the_validator() {
    let schemas = [
        r#"{"$schema": "http://json-schema.org/draft-03/schema#"}"#,
        r#"{"$schema": "http://json-schema.org/draft-04/schema#", "required": []}"#,
        r#"{"$schema": "http://json-schema.org/draft-04/schema#", "properties": {"a": true}}"#,
        r##"{"properties": {"a": {"$ref": "#/definitions/a"}}}"##,
        r#"{"properties": {"a": {"$ref": "other.json"}}}"#,
        r#"{"properties": {"a": {"$id": "http://example.com/a"}}}"#,
        r#"{"type": "strin"}"#,
        r#"{"required": ["a", "a"]}"#,
        r#"{"title": 1}"#,
        r#"{"minLength": -1}"#,
        r#"{"multipleOf": 0.1}"#,
        r#"{"exclusiveMinimum": true}"#,
        r#"{"items": [{}]}"#,
        r#"{"definitions": {"a": {"pattern": "("}}}"#,
        r#"{"pattern": "(?i)a"}"#,
        r#"{"pattern": "\\a"}"#,
        r"{} {}",
    ];
    for schema in schemas {
        assert_eq!(verdict(schema, "{}"), None, "{schema}");
    }
    let schemas = [
        r##"{"$ref": "#"}"##,
        r##"{"anyOf": [{"$ref": "#"}, {"$ref": "#"}]}"##,
        r#"{"properties": {"a": {"pattern": "^.$"}}}"#,
        r#"{"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"a": {"format": "date"}}}"#,
    ];
    for schema in schemas {
        assert_eq!(verdict(schema, "a: é"), Some(false), "{schema}");
    }
}

#[test]
fn references_are_followed_however_often_they_lead_back() {
    let schema = r##"{"$ref": "#/definitions/tree",
        "definitions": {"tree": {"properties": {"leaf": {"pattern": "^[a-z]+$"}},
        "patternProperties": {"^[0-9]$": {"$ref": "#/definitions/tree"}}, "additionalProperties": false}}}"##;
    assert_eq!(verdict(schema, "{leaf: a, '1': {'2': {leaf: b}}}"), Some(true));
    assert_eq!(verdict(schema, "{leaf: a, '1': {'2': {leaf: '3'}}}"), Some(false));
    assert_eq!(verdict(schema, "{leaf: a, '1': {'22': {}}}"), Some(false));
}

#[test]
fn formats_bind_in_old_drafts_only() {
    let schema = r#"{"properties": {"a": {"format": "email"}}}"#;
    assert_eq!(verdict(schema, "{a: x}"), Some(true));
    let schema = format!(
        r#"{{"$schema": "http://json-schema.org/draft-07/schema#", {}"#,
        &schema[1..]
    );
    assert_eq!(verdict(&schema, "{a: x}"), Some(false));
    assert_eq!(verdict(&schema, "{a: x@example.com}"), Some(true));
}

/// A small source of choices, the same in each run.
struct Choices(u64);

impl Choices {
    fn below(&mut self, count: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % count
    }

    fn of<'a>(&mut self, texts: &[&'a str]) -> &'a str {
        texts[usize::try_from(self.below(texts.len() as u64)).unwrap()]
    }

    fn value(&mut self, depth: u64) -> String {
        match self.below(if depth == 0 { 6 } else { 8 }) {
            6 => format!("[{}, {}]", self.value(depth - 1), self.value(depth - 1)),
            7 => format!(r#"{{"a": {}, "b": {}}}"#, self.value(depth - 1), self.value(depth - 1)),
            _ => self
                .of(&[
                    "null",
                    "true",
                    "0",
                    "1",
                    "1.5",
                    "\"a\"",
                    "\"ab\"",
                    "\"a@b.c\"",
                    "\"1.2.3.4\"",
                    "-0.0",
                    "9007199254740993",
                    "[]",
                    "{}",
                ])
                .into(),
        }
    }

    fn schema(&mut self, depth: u64) -> String {
        let keywords: Vec<String> = (0..self.below(4)).map(|_| self.keyword(depth)).collect();
        format!("{{{}}}", keywords.join(", "))
    }

    fn keyword(&mut self, depth: u64) -> String {
        match self.below(if depth == 0 { 8 } else { 18 }) {
            0 | 1 => format!(r#""type": {}"#, self.of(&TYPES)),
            2 => format!(r#""enum": [{}, {}]"#, self.value(1), self.value(1)),
            3 => format!(r#""const": {}"#, self.value(1)),
            4 => format!(
                r#""required": [{}]"#,
                self.of(&["\"a\"", "\"a\", \"b\"", "", "1", "\"a\", \"a\""])
            ),
            5 => format!(
                r#""{}": {}"#,
                self.of(&LIMITS),
                self.of(&["0", "1", "2", "1.0", "1.5", "-1", "\"1\"", "true"])
            ),
            6 => format!(
                r#""{}": {}"#,
                self.of(&["title", "default", "examples", "readOnly", "form"]),
                self.value(0)
            ),
            7 => format!(
                r#""{}": "{}""#,
                self.of(&["pattern", "format"]),
                self.of(&[
                    "^a",
                    "a$",
                    "^[^b]+$",
                    "^(a|ab){1,2}$",
                    "(",
                    "email",
                    "ipv4",
                    "regex",
                    "uri"
                ])
            ),
            8 => format!(
                r#""additionalProperties": {}"#,
                self.of(&["true", "false", "{}", "{\"type\": \"string\"}"])
            ),
            9 | 10 => self.schemas("properties", depth),
            11 => {
                let keyword = self.of(&["definitions", "$defs", "dependencies", "dependentSchemas"]);
                self.schemas(keyword, depth)
            }
            12 => self.schemas("patternProperties", depth),
            13 => format!(r#""uniqueItems": {}"#, self.of(&["true", "false"])),
            14 => format!(r#""$ref": "{}""#, self.of(&REFERENCES)),
            15 => format!(
                r#""{}": {{"a": {}}}"#,
                self.of(&["dependentRequired", "dependencies"]),
                self.of(&["[]", "[\"b\"]", "[\"a\"]"])
            ),
            16 => format!(r#""{}": {}"#, self.of(&SINGLE), self.schema(depth - 1)),
            _ => format!(
                r#""{}": [{}, {}]"#,
                self.of(&["allOf", "anyOf", "oneOf"]),
                self.schema(depth - 1),
                self.schema(depth - 1)
            ),
        }
    }

    fn schemas(&mut self, keyword: &str, depth: u64) -> String {
        let (a, b) = (self.schema(depth - 1), self.schema(depth - 1));
        format!(r#""{keyword}": {{"a": {a}, "b": {b}}}"#)
    }
}

const TYPES: [&str; 7] = [
    "\"object\"",
    "\"string\"",
    "\"integer\"",
    "\"number\"",
    "[\"null\", \"array\"]",
    "[]",
    "\"int\"",
];

const LIMITS: [&str; 11] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
];

const REFERENCES: [&str; 6] = [
    "#",
    "#/definitions/a",
    "#/$defs/b",
    "#/properties/a",
    "#/allOf/0",
    "#/properties/b/items",
];

const SINGLE: [&str; 7] = ["items", "contains", "not", "if", "then", "else", "propertyNames"];

/// Whether a schema, if it is read, lets values through; the validator must then do so as well.
fn accepted(schema: &str, compiled: &mut Option<Result<Compiled, String>>, values: &Map) -> bool {
    let accepted = Plain::read(schema.as_bytes()).is_some_and(|plain| plain.accepts(values));
    if accepted {
        let compiled = compiled.get_or_insert_with(|| Compiled::new(schema.as_bytes()));
        let instance = crate::json::object(values);
        let checked = compiled
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|compiled| compiled.check(&instance));
        assert_eq!(checked, Ok(()), "{schema} {instance}");
    }
    accepted
}

#[test]
fn nothing_is_let_through_that_the_validator_refuses() {
    let mut choices = Choices(1);
    let mut count = 0;
    for _ in 0..6_000 {
        let (scheme, (draft, _), end) = (
            choices.of(&["http", "https"]),
            DRAFTS[usize::try_from(choices.below(6)).unwrap()],
            choices.of(&["", "#"]),
        );
        let draft = format!("{scheme}://{draft}{end}");
        let body = choices.schema(3);
        let schema = match body.as_str() {
            "{}" => format!(r#"{{"$schema": "{draft}"}}"#),
            body => format!(r#"{{"$schema": "{draft}", {}"#, &body[1..]),
        };
        let mut compiled = None;
        for _ in 0..8 {
            let text = format!(r#"{{"a": {}, "b": {}}}"#, choices.value(2), choices.value(2));
            if let Ok(Value::Map(values)) = json::from_str(&text) {
                count += usize::from(accepted(&schema, &mut compiled, &values));
            }
        }
    }
    assert!(count > 5_000, "{count}");
}

/// The schemas and the values of the cases that real Helm decided, each schema with all values.
#[test]
fn nothing_is_let_through_of_all_values_that_a_schema_refuses() {
    let cases = include_str!("../../../tests/schemas.jsonl").lines();
    let cases = cases.map(|line| json::from_str(line).unwrap());
    let (schemas, all_values): (Vec<Str>, Vec<Str>) = cases
        .map(|case| {
            let text = |field| Str::from(case.get(field).and_then(Value::as_str).unwrap());
            (text("schema"), text("values"))
        })
        .unzip();
    let all_values: Vec<Map> = all_values
        .iter()
        .map(|text| goyaml::map_from_str(text.to_str().unwrap()).unwrap())
        .collect();
    let mut count = 0;
    for schema in schemas {
        let mut compiled = None;
        for values in &all_values {
            count += usize::from(accepted(schema.to_str().unwrap(), &mut compiled, values));
        }
    }
    assert!(count > 5_000, "{count}");
}
