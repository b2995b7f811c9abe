//! Objects of a host: fields, methods, and Go's builtins on them. The expected texts are the oracle's, for
//! `chartutil.VersionSet` and `*chartutil.KubeVersion`.

use gotemplate::{
    Any, Args, FuncError, FuncMap, Kind, Method, MissingKey, Object, Options, TemplateSet, Type, execute, parse,
};
use govalue::{Str, Value};

/// A named slice of strings with a method.
#[derive(Debug)]
struct VersionSet(Vec<&'static str>);

static HAS: Method = Method {
    name: "Has",
    params: &[Type::String],
    variadic: None,
    returns: Type::Bool,
    call: has,
};

fn has(receiver: &dyn Object, args: Args<'_>) -> Result<Any, FuncError> {
    let set = receiver.as_any().downcast_ref::<VersionSet>().unwrap();
    let wanted = args.string(0)?;
    Ok(Any::Bool(set.0.iter().any(|version| wanted == version)))
}

impl Object for VersionSet {
    fn type_name(&self) -> &'static str {
        "chartutil.VersionSet"
    }

    fn kind(&self) -> Kind {
        Kind::Slice
    }

    fn method(&self, name: &str) -> Option<&'static Method> {
        (name == "Has").then_some(&HAS)
    }

    fn entries(&self) -> Option<Vec<(Any, Any)>> {
        Some(
            (0..)
                .map(Any::Int)
                .zip(self.0.iter().map(|version| Any::string(*version)))
                .collect(),
        )
    }

    fn display(&self) -> Str {
        format!("[{}]", self.0.join(" ")).into()
    }

    fn to_value(&self) -> Value {
        self.0.iter().map(|version| Value::from(*version)).collect()
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// A pointer to a struct that prints itself.
#[derive(Debug)]
struct KubeVersion;

impl Object for KubeVersion {
    fn type_name(&self) -> &'static str {
        "*chartutil.KubeVersion"
    }

    fn kind(&self) -> Kind {
        Kind::Ptr
    }

    fn field(&self, name: &str) -> Option<Any> {
        match name {
            "Version" => Some(Any::string("v1.30.0")),
            "Major" => Some(Any::string("1")),
            _ => None,
        }
    }

    fn display(&self) -> Str {
        "v1.30.0".into()
    }

    fn to_value(&self) -> Value {
        Value::Null
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

const AT: &str = "template: t:1:";

/// Each template with its output, or with its error after [`AT`].
const CASES: [(&str, &str); 37] = [
    (r#"{{ .v.Has "v1" }}"#, "true"),
    ("{{ .v.Has .s }}", "true"),
    ("{{ .s | .v.Has }}", "true"),
    (r#"{{ .v.Has (print "v" 1) }}"#, "true"),
    (r#"{{ "v1" | .v.Has | not }}"#, "false"),
    (r#"{{ if .v.Has "v1" }}y{{ end }}"#, "y"),
    (
        "{{ .v.Has }}",
        r#"5: executing "t" at <.v.Has>: wrong number of args for Has: want 1 got 0"#,
    ),
    (
        "{{ $x := .v.Has }}",
        r#"11: executing "t" at <.v.Has>: wrong number of args for Has: want 1 got 0"#,
    ),
    (
        r#"{{ call .v.Has "v1" }}"#,
        r#"10: executing "t" at <.v.Has>: wrong number of args for Has: want 1 got 0"#,
    ),
    (
        r#"{{ .v.Has "a" "b" }}"#,
        r#"5: executing "t" at <.v.Has>: wrong number of args for Has: want 1 got 2"#,
    ),
    (
        "{{ .v.Has 1 }}",
        r#"10: executing "t" at <1>: expected string; found 1"#,
    ),
    (
        "{{ .v.Has .i }}",
        r#"10: executing "t" at <.i>: wrong type for value; expected string; got int"#,
    ),
    (
        "{{ .v.Has .n }}",
        r#"10: executing "t" at <.n>: wrong type for value; expected string; got interface {}"#,
    ),
    (
        "{{ .v.Has nil }}",
        r#"10: executing "t" at <nil>: cannot assign nil to string"#,
    ),
    (
        r#"{{ (.v.Has "v1").x }}"#,
        r#"11: executing "t" at <"v1">: can't evaluate field x in type bool"#,
    ),
    (
        "{{ .v.Nope }}",
        r#"5: executing "t" at <.v.Nope>: can't evaluate field Nope in type interface {}"#,
    ),
    (
        "{{ $v := .v }}{{ $v.Nope }}",
        r#"19: executing "t" at <$v.Nope>: can't evaluate field Nope in type chartutil.VersionSet"#,
    ),
    ("{{ .v }}", "[v1 apps/v1]"),
    ("{{ printf \"%s\" .v }}", "[v1 apps/v1]"),
    ("{{ range .v }}[{{ . }}]{{ end }}", "[v1][apps/v1]"),
    ("{{ len .v }}{{ index .v 1 }}", "2apps/v1"),
    ("{{ slice .v 1 }}", "[apps/v1]"),
    (
        "{{ index .v 2 }}",
        r#"3: executing "t" at <index .v 2>: error calling index: reflect: slice index out of range"#,
    ),
    ("{{ .k.Major }} {{ .k.Version }} {{ .k }}", "1 v1.30.0 v1.30.0"),
    ("{{ html .k }}", "v1.30.0"),
    (
        "{{ .k.Nope }}",
        r#"5: executing "t" at <.k.Nope>: can't evaluate field Nope in type interface {}"#,
    ),
    (
        "{{ .k.Major.x }}",
        r#"5: executing "t" at <.k.Major.x>: can't evaluate field x in type string"#,
    ),
    (
        "{{ .k.Major 1 }}",
        r#"5: executing "t" at <.k.Major>: Major has arguments but cannot be invoked as function"#,
    ),
    ("{{ eq .k .k }}", "true"),
    (
        "{{ eq .v .v }}",
        r#"3: executing "t" at <eq .v .v>: error calling eq: non-comparable type [v1 apps/v1]: chartutil.VersionSet"#,
    ),
    (
        "{{ eq .k .v }}",
        r#"3: executing "t" at <eq .k .v>: error calling eq: non-comparable types v1.30.0: *chartutil.KubeVersion, chartutil.VersionSet: [v1 apps/v1]"#,
    ),
    (
        "{{ len .k }}",
        r#"3: executing "t" at <len .k>: error calling len: len of type chartutil.KubeVersion"#,
    ),
    (
        r#"{{ index .k "Major" }}"#,
        r#"3: executing "t" at <index .k "Major">: error calling index: can't index item of type chartutil.KubeVersion"#,
    ),
    ("{{ if .k }}y{{ end }}{{ with .v }}{{ len . }}{{ end }}", "y2"),
    ("{{ not .v }}", "false"),
    ("{{ .v | len }}", "2"),
    ("{{ and .k .s }}", "v1"),
];

#[test]
fn objects_behave_as_their_go_types() {
    let data = || {
        Any::map(
            [
                ("v".into(), Any::object(VersionSet(vec!["v1", "apps/v1"]))),
                ("k".into(), Any::object(KubeVersion)),
                ("s".into(), Any::string("v1")),
                ("i".into(), Any::Int(3)),
                ("n".into(), Any::Nil),
            ]
            .into(),
        )
    };
    for (text, expected) in CASES {
        let mut templates = TemplateSet::new("gotpl");
        templates.add(&parse("t", text.as_bytes(), &FuncMap::new()).unwrap());
        let options = Options {
            missing_key: MissingKey::Zero,
            ..Options::default()
        };
        let mut out = Vec::new();
        match execute(&templates, b"t", data(), &options, &(), &mut out) {
            Ok(_) => assert_eq!(String::from_utf8_lossy(&out), expected, "{text}"),
            Err(error) => assert_eq!(error.to_string(), format!("{AT}{expected}"), "{text}"),
        }
    }
}
