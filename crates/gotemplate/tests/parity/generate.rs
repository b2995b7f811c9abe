//! Random templates from a grammar: mostly well-formed, often ill-typed, sometimes broken.

use std::fmt::Write as _;

use govalue::{Value, json};

use crate::render::Case;

/// The data of every generated template: each type that a chart's template can meet.
const DATA: &str = r#"{
  "s": "hello", "e": "", "n": null, "t": true, "f": false, "x": 1.5, "z": 0, "big": 1e21, "port": 8080,
  "i": {"$int": 3}, "l64": {"$int64": "-7"}, "u": {"$uint64": "5"}, "ub": {"$uint64": "18446744073709551615"}, "zero": {"$int": 0},
  "list": ["a", 2, null, {"k": "v"}, ["n"]], "strs": {"$strings": ["p", "q"]}, "empty": [],
  "map": {"a": {"b": {"c": "deep"}}, "k": "v", "n": null, "i": {"$int": 1}, "l": [1, 2]}, "none": {},
  "smap": {"$string_map": {"a": "1", "b": "2"}}, "vals": {"$values": {"image": {"tag": "1.2"}, "on": true}},
  "html": "<a href=\"x\">'&'</a>\u0000\u00e9\u2028", "uni": "h\u00e9llo \u65e5\u672c", "num": "12", "per": "100%d"
}"#;

const FIELDS: [&str; 34] = [
    "s", "e", "n", "t", "f", "x", "z", "big", "port", "i", "l64", "u", "zero", "list", "strs", "empty", "map", "none",
    "smap", "vals", "html", "uni", "num", "per", "a", "b", "c", "k", "image", "tag", "missing", "Values", "l", "on",
];

const FUNCTIONS: [(&str, u64, u64); 19] = [
    ("and", 1, 3),
    ("or", 1, 3),
    ("not", 1, 1),
    ("len", 1, 1),
    ("index", 1, 3),
    ("slice", 1, 4),
    ("print", 0, 3),
    ("printf", 1, 3),
    ("println", 0, 3),
    ("html", 0, 2),
    ("js", 0, 2),
    ("urlquery", 0, 2),
    ("eq", 1, 3),
    ("ne", 2, 2),
    ("lt", 2, 2),
    ("le", 2, 2),
    ("gt", 2, 2),
    ("ge", 2, 2),
    ("call", 0, 2),
];

const LITERALS: [&str; 44] = [
    "1",
    "0",
    "-1",
    "42",
    "007",
    "0x1F",
    "0b101",
    "0o17",
    "1_000",
    "1.5",
    "1e3",
    "-0.0",
    ".5",
    "1.",
    "0x1p4",
    "'a'",
    "'\\n'",
    "'\\u00e9'",
    "\"\"",
    "\"a\"",
    "\"hello\"",
    "\"k\"",
    "\"b\"",
    "\"\\t\\\"q\\\"\\x41\"",
    "\"%d\"",
    "\"%s-%v\"",
    "\"%q\"",
    "\"%5.2f|%x\"",
    "`raw`",
    "`a\nb`",
    "true",
    "false",
    "nil",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "08",
    "1__0",
    "'ab'",
    "\"\\z\"",
    "1e400",
    "0x",
    "1.5.2",
    "2",
];

const PATHS: [&str; 24] = [
    ".s",
    ".e",
    ".t",
    ".f",
    ".x",
    ".port",
    ".i",
    ".l64",
    ".u",
    ".list",
    ".strs",
    ".map",
    ".map.a.b.c",
    ".map.k",
    ".map.l",
    ".smap",
    ".smap.a",
    ".vals.image.tag",
    ".vals.on",
    ".vals",
    ".html",
    ".uni",
    ".num",
    ".missing",
];

const EXPRESSIONS: [&str; 25] = [
    "(len $.list)",
    "(index $.map \"k\")",
    "(eq $.s \"hello\")",
    "(printf \"%s-%v\" $.s $.i)",
    "(slice $.s 1 3)",
    "(index $.list 0)",
    "(index $.strs 1)",
    "(and $.t $.s)",
    "(or $.e $.f \"else\")",
    "(not $.f)",
    "(ne $.i 3)",
    "(lt $.i 5)",
    "(ge $.x 1.5)",
    "(print $.i $.s)",
    "(html $.html)",
    "(js $.html)",
    "(urlquery $.html $.uni)",
    "(println $.t)",
    "(index $.map \"a\" \"b\")",
    "(len $.uni)",
    "(slice $.list 1)",
    "(index $.smap \"b\")",
    "(le $.port $.x)",
    "(lt $.i $.ub)",
    "(index $.vals \"image\").tag",
];

const TEXTS: [&str; 9] = [" ", "\n", "x", "  - key: value\n", "\t", "é", "}", "text ", "\n\n  "];

const NOISE: [&str; 32] = [
    "{{", "}}", "{", "}", "-", " ", "|", "(", ")", "$", ".", ":=", "=", ",", "\"", "'", "`", "\\", "\n", "/*", "*/",
    "@", "#", "é", "0", "_", "nil", "end", "else", "range", "{{- ", " -}}",
];

/// A source of random templates; the same seed gives the same templates.
pub(crate) struct Generator {
    state: u64,
    data: Value,
    text: String,
    variables: Vec<String>,
    budget: u32,
    in_range: bool,
    /// Whether operands have the types that functions want, mostly.
    tame: bool,
    defining: bool,
}

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        let data = json::from_str(DATA).unwrap();
        Self {
            state: seed,
            data,
            text: String::new(),
            variables: Vec::new(),
            budget: 0,
            in_range: false,
            tame: false,
            defining: false,
        }
    }

    /// The next template.
    pub(crate) fn case(&mut self) -> Case {
        self.text.clear();
        self.variables = vec!["$".to_owned()];
        self.in_range = false;
        self.tame = !self.one_in(3);
        self.budget = 8 + u32::try_from(self.below(30)).unwrap();
        if self.tame || self.one_in(4) {
            self.define();
        }
        self.nodes(3);
        if self.one_in(12) {
            self.damage();
        }
        let missing_key = ["zero", "zero", "default", "error", "invalid"][self.pick(5)];
        Case {
            text: self.text.clone(),
            data: self.data.clone(),
            missing_key,
        }
    }

    /// The bytes of a template, some of them replaced by any byte.
    pub(crate) fn bytes(&mut self) -> Vec<u8> {
        let mut bytes = self.case().text.into_bytes();
        for _ in 0..=self.below(4) {
            if !bytes.is_empty() {
                let at = self.pick(bytes.len());
                bytes[at] = u8::try_from(self.below(256)).unwrap();
            }
        }
        bytes
    }

    // Choosing. The generator is SplitMix64.

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn pick(&mut self, limit: usize) -> usize {
        usize::try_from(self.below(limit as u64)).unwrap()
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }

    fn choose(&mut self, texts: &[&'static str]) -> &'static str {
        texts[self.pick(texts.len())]
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    // Nodes.

    fn nodes(&mut self, most: u64) {
        for _ in 0..=self.below(most) {
            if self.budget == 0 {
                return;
            }
            self.budget -= 1;
            self.node();
        }
    }

    fn node(&mut self) {
        match self.below(16) {
            0..=2 => {
                let text = self.choose(&TEXTS);
                self.push(text);
            }
            3..=7 => self.action(|generator| generator.pipeline(2)),
            8 | 9 => self.block("if"),
            10 => self.block("with"),
            11 | 12 => self.range(),
            13 => self.declaration(),
            14 if self.in_range => {
                let word = self.choose(&["break", "continue"]);
                self.action(|generator| generator.push(word));
            }
            14 => self.push("{{/* comment */}}"),
            _ if self.defining && self.tame => self.push("text"),
            _ => self.template_call(),
        }
    }

    fn action(&mut self, inside: impl FnOnce(&mut Self)) {
        let open = self.choose(&["{{ ", "{{", "{{- ", "{{ "]);
        self.push(open);
        inside(self);
        let close = self.choose(&[" }}", "}}", " -}}", " }}"]);
        self.push(close);
    }

    fn word(&mut self, word: &str) {
        self.action(|generator| generator.push(word));
    }

    fn block(&mut self, word: &'static str) {
        let declared = self.variables.len();
        self.action(|generator| {
            generator.push(word);
            generator.push(" ");
            if generator.one_in(6) {
                let name = generator.new_variable();
                generator.push(&name);
                generator.push(" := ");
            }
            generator.pipeline(2);
        });
        self.nodes(3);
        while self.one_in(3) {
            self.action(|generator| {
                generator.push("else ");
                generator.push(word);
                generator.push(" ");
                generator.pipeline(1);
            });
            self.nodes(2);
        }
        if self.one_in(3) {
            self.word("else");
            self.nodes(2);
        }
        self.variables.truncate(declared);
        self.word("end");
    }

    fn range(&mut self) {
        let declared = self.variables.len();
        let outer = self.in_range;
        self.action(|generator| {
            generator.push("range ");
            for name in 0..generator.below(3) {
                let variable = generator.new_variable();
                generator.push(if name > 0 { ", " } else { "" });
                generator.push(&variable);
            }
            let count = generator.variables.len() - declared;
            if count > 0 {
                let assign = if generator.one_in(20) { " = " } else { " := " };
                generator.push(assign);
            }
            match generator.below(if generator.tame { 12 } else { 4 }) {
                1 if count < 2 => generator.push("3"),
                2 if count < 2 => generator.push("$.i"),
                0 => generator.pipeline(2),
                _ => {
                    let over =
                        generator.choose(&["$.list", "$.strs", "$.map", "$.smap", "$.list", "$.vals", "$.empty"]);
                    generator.push(over);
                }
            }
        });
        self.in_range = true;
        self.nodes(3);
        if self.one_in(4) {
            self.word("else");
            self.nodes(2);
        }
        self.in_range = outer;
        self.variables.truncate(declared);
        self.word("end");
    }

    fn declaration(&mut self) {
        self.action(|generator| {
            if generator.variables.len() > 1 && generator.one_in(3) {
                let name = generator.variable();
                generator.push(&name);
                generator.push(" = ");
                generator.pipeline(2);
            } else {
                let name = format!("$v{}", generator.below(4));
                generator.push(&name);
                generator.push(" := ");
                generator.pipeline(2);
                generator.variables.push(name);
            }
        });
    }

    fn define(&mut self) {
        self.push("{{ define \"d\" }}");
        self.defining = true;
        self.nodes(3);
        self.defining = false;
        self.push("{{ end }}");
        self.variables.truncate(1);
    }

    fn template_call(&mut self) {
        let word = if self.one_in(4) { "block" } else { "template" };
        let name = match self.below(8) {
            0 if !self.tame => "nosuch",
            _ if word == "template" => "d",
            _ => self.choose(&["b0", "b1", "b2", "b3", "b4", "b5"]),
        };
        let _ = write!(self.text, "{{{{ {word} \"{name}\" ");
        if self.tame {
            self.push(" $");
        } else if word == "block" || !self.one_in(4) {
            self.pipeline(1);
        }
        self.push(" }}");
        if word == "block" {
            let outer = (
                std::mem::replace(&mut self.variables, vec!["$".to_owned()]),
                self.in_range,
            );
            self.in_range = false;
            self.nodes(2);
            (self.variables, self.in_range) = outer;
            self.push("{{ end }}");
        }
    }

    // Pipelines.

    fn new_variable(&mut self) -> String {
        let name = format!("$v{}", self.below(4));
        self.variables.push(name.clone());
        name
    }

    fn variable(&mut self) -> String {
        if self.one_in(40) {
            return "$undefined".to_owned();
        }
        let index = self.pick(self.variables.len());
        self.variables[index].clone()
    }

    fn pipeline(&mut self, depth: u32) {
        self.command(depth);
        while self.one_in(4) {
            let pipe = self.choose(&[" | ", "|", " |"]);
            self.push(pipe);
            if self.tame || self.one_in(2) {
                let stage = self.choose(&[
                    "print",
                    "html",
                    "js",
                    "urlquery",
                    "not",
                    "and .t",
                    "or .f",
                    "printf \"%v|\"",
                    "printf \"%q\"",
                ]);
                self.push(stage);
                continue;
            }
            let (name, ..) = FUNCTIONS[self.pick(FUNCTIONS.len())];
            self.push(name);
            for _ in 0..self.below(3) {
                self.push(" ");
                self.operand(depth);
            }
        }
    }

    fn command(&mut self, depth: u32) {
        if self.tame || self.below(3) > 0 {
            return self.operand(depth);
        }
        let (name, least, most) = FUNCTIONS[self.pick(FUNCTIONS.len())];
        self.push(name);
        let mut count = least + self.below(most - least + 1);
        if self.one_in(10) {
            count = self.below(4);
        }
        for _ in 0..count {
            self.push(" ");
            self.operand(depth);
        }
    }

    fn operand(&mut self, depth: u32) {
        let choice = if self.tame { 20 + self.below(22) } else { self.below(40) };
        match choice {
            20..=29 => {
                let path = self.choose(&PATHS);
                self.push(if self.tame || path.len().is_multiple_of(3) {
                    "$"
                } else {
                    ""
                });
                self.push(path);
            }
            40 => {
                let name = self.variable();
                self.push(&name);
            }
            30..=39 => {
                let expression = self.choose(&EXPRESSIONS);
                self.push(expression);
            }
            0..=5 => {
                let literal = self.choose(&LITERALS[..if self.text.len().is_multiple_of(5) { 44 } else { 32 }]);
                self.push(literal);
            }
            6 | 41 => self.push("."),
            13 | 14 => {
                let name = self.variable();
                self.push(&name);
                if self.one_in(2) {
                    self.fields();
                }
            }
            15..=18 if depth > 0 => {
                self.push("(");
                self.pipeline(depth - 1);
                self.push(")");
                if self.one_in(4) {
                    self.fields();
                }
            }
            19 if self.one_in(8) => self.push("nosuch"),
            19 if self.one_in(4) => self.push("print.a"),
            _ => self.fields(),
        }
    }

    fn fields(&mut self) {
        for _ in 0..=self.below(6) / 3 {
            let name = self.choose(&FIELDS);
            self.push(".");
            self.push(name);
        }
    }

    /// Breaks the text in one or two places.
    fn damage(&mut self) {
        for _ in 0..=self.below(2) {
            let boundaries: Vec<usize> = self.text.char_indices().map(|(index, _)| index).collect();
            let Some(last) = boundaries.len().checked_sub(1) else {
                return;
            };
            let at = boundaries[self.pick(last + 1)];
            if self.one_in(2) {
                self.text.remove(at);
            } else {
                let noise = self.choose(&NOISE);
                self.text.insert_str(at, noise);
            }
        }
    }
}
