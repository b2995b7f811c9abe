//! Templates that execute templates. Outputs and error texts are the oracle's, with Helm's functions.

use gotemplate::{
    Any, Effects, Error, ErrorKind, Execution, FuncErrorKind, MissingKey, Options, Outcome, TemplateSet, execute, parse,
};

use crate::functions::functions;

/// Executes the last text under the name `t`, with the others parsed before it under their names.
fn render(others: &[(&str, &str)], text: &str) -> Result<(String, Outcome), Error> {
    let mut templates = TemplateSet::new("gotpl");
    for (name, text) in others.iter().copied().chain([("t", text)]) {
        templates.add(&parse(name, text.as_bytes(), &functions())?);
    }
    let release = Any::map([("Revision".into(), Any::Int(1)), ("Name".into(), Any::string("books"))].into());
    let data = Any::map([("s".into(), Any::string("x")), ("Release".into(), release)].into());
    let options = Options {
        missing_key: MissingKey::Zero,
        ..Options::default()
    };
    let mut out = Vec::new();
    let outcome = execute(&templates, b"t", data, &options, &17_i64, &mut out)?;
    Ok((String::from_utf8(out).unwrap(), outcome))
}

fn output(others: &[(&str, &str)], text: &str) -> String {
    render(others, text).unwrap().0
}

fn error(others: &[(&str, &str)], text: &str) -> String {
    render(others, text).unwrap_err().to_string()
}

#[test]
fn an_unknown_name_is_associated_with_the_sets_name() {
    let expected = r#"template: t:1:3: executing "t" at <include "nosuch" .>: error calling include: template: no template "nosuch" associated with template "gotpl""#;
    assert_eq!(error(&[], r#"{{ include "nosuch" . }}"#), expected);
}

#[test]
fn an_error_names_each_template_on_the_way() {
    let file = r#"{{ define "a" }}
{{ include "b" . | print }}{{ end }}{{ define "b" }}{{ .s.y }}{{ end }}"#;
    let error = render(&[("f", file)], r#"a {{ include "a" . }}"#).unwrap_err();
    let expected = r#"template: t:1:5: executing "t" at <include "a" .>: error calling include: template: f:2:3: executing "a" at <include "b" .>: error calling include: template: f:2:57: executing "b" at <.s.y>: can't evaluate field y in type interface {}"#;
    assert_eq!(error.to_string(), expected);
    let names: Vec<String> = error.chain().map(|error| error.template().to_string()).collect();
    assert_eq!(names, ["t", "a", "b"]);
    assert_eq!(error.chain().last().unwrap().kind(), ErrorKind::Evaluation);
}

#[test]
fn an_error_of_tpl_says_what_was_executed() {
    let expected = r#"template: t:1:3: executing "t" at <tpl "{{ .s.y }}" .>: error calling tpl: error during tpl function execution for "{{ .s.y }}": template: gotpl:1:5: executing "gotpl" at <.s.y>: can't evaluate field y in type interface {}"#;
    assert_eq!(error(&[], r#"{{ tpl "{{ .s.y }}" . }}"#), expected);
    let expected = r#"template: t:1:3: executing "t" at <tpl "{{ end }}" .>: error calling tpl: cannot parse template "{{ end }}": template: gotpl:1: unexpected {{end}}"#;
    assert_eq!(error(&[], r#"{{ tpl "{{ end }}" . }}"#), expected);
}

#[test]
fn a_refusal_is_recognised_by_its_kind_through_all_templates() {
    let file = r#"{{ define "a" }}{{ tpl "{{ fail \"no way\" }}" . }}{{ end }}"#;
    let error = render(&[("f", file)], r#"{{ include "a" . }}"#).unwrap_err();
    let cause = error.root_cause().unwrap();
    assert_eq!(
        (cause.kind(), cause.message().to_string()),
        (FuncErrorKind::Refused, "no way".to_owned())
    );
    assert_eq!(error.location().unwrap().file.to_string(), "t");
}

#[test]
fn what_tpl_defines_ends_with_it_and_is_seen_by_all_that_it_includes() {
    let file = r#"{{ define "d" }}old{{ end }}{{ define "e" }}{{ include "d" . }}{{ end }}"#;
    let text =
        r#"{{ tpl "{{ define \"d\" }}new{{ end }}{{ include \"d\" . }}{{ include \"e\" . }}" . }}{{ include "d" . }}"#;
    assert_eq!(output(&[("f", file)], text), "newnewold");
}

#[test]
fn an_empty_definition_takes_no_place() {
    let file = ("f", r#"{{ define "d" }}old{{ end }}"#);
    assert_eq!(
        output(
            &[file],
            r#"{{ tpl "{{ define \"d\" }} {{ end }}{{ include \"d\" . }}" . }}"#
        ),
        "old"
    );
    let later = [
        ("g", r#"{{ define "d" }}2{{ end }}"#),
        ("h", r#"{{ define "d" }} {{/* */}}{{ end }}"#),
    ];
    assert_eq!(output(&[file, later[0], later[1]], r#"{{ include "d" . }}"#), "2");
}

#[test]
fn an_empty_text_executes_to_nothing() {
    assert_eq!(
        output(&[("u", "")], r#"{{ tpl "" . }}[{{ tpl "  " . }}]{{ include "u" . }}"#),
        "[  ]"
    );
}

#[test]
fn effects_are_those_of_the_functions_called() {
    let effects = |text| render(&[], text).unwrap().1.effects;
    assert!(effects("{{ .Release.Name }}{{ if false }}{{ now }}{{ end }}").is_empty());
    assert_eq!(effects("{{ now }}"), Effects::CLOCK);
    assert_eq!(
        effects(r#"{{ tpl "{{ $r := .Release }}{{ $r.Name }}{{ now }}" . }}"#),
        Effects::CLOCK
    );
}

#[test]
fn effects_are_known_after_an_error_too() {
    let mut templates = TemplateSet::new("gotpl");
    templates.add(&parse("t", b"{{ now }}{{ fail \"x\" }}", &functions()).unwrap());
    let mut execution = Execution::new(&Options::default(), &17_i64);
    let mut out = Vec::new();
    assert!(execution.execute(&templates, b"t", Any::Nil, &mut out).is_err());
    assert_eq!((out, execution.outcome().effects), (b"17".to_vec(), Effects::CLOCK));
}

#[test]
fn parsed_templates_are_shared_by_threads() {
    let mut templates = TemplateSet::new("gotpl");
    templates.add(&parse("t", b"{{ print 1 }}", &functions()).unwrap());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut out = Vec::new();
                execute(&templates, b"t", Any::Nil, &Options::default(), &(), &mut out).unwrap();
                assert_eq!(out, b"1");
            });
        }
    });
}
