use super::*;

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
        r##"{"properties": {"a": {"$ref": "#/definitions/a"}}}"##,
        r#"{"properties": {"a": true}}"#,
        r#"{"type": "strin"}"#,
        r#"{"required": []}"#,
        r#"{"required": ["a", "a"]}"#,
        r#"{"title": 1}"#,
        r#"{"minLength": -1}"#,
        r#"{"items": [{}]}"#,
        r#"{"definitions": {"a": {"pattern": "("}}}"#,
        r"{} {}",
    ];
    for schema in schemas {
        assert_eq!(verdict(schema, "{}"), None, "{schema}");
    }
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
        let inner = depth.saturating_sub(1);
        match self.below(if depth == 0 { 8 } else { 13 }) {
            0 | 1 => format!(
                r#""type": {}"#,
                self.of(&[
                    "\"object\"",
                    "\"string\"",
                    "\"integer\"",
                    "\"number\"",
                    "[\"null\", \"array\"]",
                    "[]",
                    "\"int\""
                ])
            ),
            2 => format!(r#""enum": [{}, {}]"#, self.value(1), self.value(1)),
            3 => format!(r#""const": {}"#, self.value(1)),
            4 => format!(
                r#""required": [{}]"#,
                self.of(&["\"a\"", "\"a\", \"b\"", "", "1", "\"a\", \"a\""])
            ),
            5 => format!(
                r#""{}": {}"#,
                self.of(&[
                    "minimum",
                    "maximum",
                    "minLength",
                    "maxLength",
                    "minItems",
                    "maxItems",
                    "minProperties",
                    "maxProperties"
                ]),
                self.of(&["0", "1", "2", "1.0", "1.5", "-1", "\"1\""])
            ),
            6 => format!(
                r#""{}": {}"#,
                self.of(&["title", "default", "examples", "readOnly", "form"]),
                self.value(0)
            ),
            7 => format!(
                r#""additionalProperties": {}"#,
                self.of(&["true", "false", "{}", "{\"type\": \"string\"}"])
            ),
            8 | 9 => format!(
                r#""properties": {{"a": {}, "b": {}}}"#,
                self.schema(inner),
                self.schema(inner)
            ),
            10 => format!(r#""items": {}"#, self.schema(inner)),
            11 => format!(r#""definitions": {{"a": {}}}"#, self.schema(inner)),
            _ => {
                let word = self.of(&["allOf", "anyOf", "oneOf"]);
                format!(r#""{word}": [{}, {}]"#, self.schema(inner), self.schema(inner))
            }
        }
    }
}

#[test]
fn nothing_is_let_through_that_the_validator_refuses() {
    let mut choices = Choices(1);
    let mut accepted = 0;
    for _ in 0..3_000 {
        let (scheme, draft, end) = (
            choices.of(&["http", "https"]),
            choices.of(&DRAFTS),
            choices.of(&["", "#"]),
        );
        let draft = format!("{scheme}://{draft}{end}");
        let body = choices.schema(3);
        let schema = match body.as_str() {
            "{}" => format!(r#"{{"$schema": "{draft}"}}"#),
            body => format!(r#"{{"$schema": "{draft}", {}"#, &body[1..]),
        };
        let Some(plain) = Plain::read(schema.as_bytes()) else {
            continue;
        };
        for _ in 0..5 {
            let text = format!(r#"{{"a": {}, "b": {}}}"#, choices.value(2), choices.value(2));
            let Value::Map(values) = json::from_str(&text).unwrap() else {
                continue;
            };
            if plain.accepts(&values) {
                accepted += 1;
                let compiled = crate::schema::compile::Compiled::new(schema.as_bytes());
                let checked = compiled.and_then(|compiled| compiled.check(&crate::json::object(&values)));
                assert_eq!(checked, Ok(()), "{schema} {text}");
            }
        }
    }
    assert!(accepted > 1_000, "{accepted}");
}
