//! Templates that would never end, or would take all memory or the whole stack, are errors.

use std::time::{Duration, Instant};

use gotemplate::{Any, Error, ErrorKind, Execution, Limits, MissingKey, Options, TemplateSet, parse};

use crate::functions::functions;

fn render(text: &str, limits: Limits) -> Result<String, Error> {
    let mut templates = TemplateSet::new("gotpl");
    templates.add(&parse("t", text.as_bytes(), &functions())?);
    let options = Options {
        missing_key: MissingKey::Zero,
        limits,
    };
    let data = Any::map([("n".into(), Any::Int(0)), ("d".into(), Any::map(<_>::default()))].into());
    let mut out = Vec::new();
    Execution::new(&options, &()).execute(&templates, b"t", data, &mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

fn limit_error(text: &str, limits: Limits) -> String {
    let error = render(text, limits).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
    error.chain().last().unwrap().detail().to_string()
}

/// Runs on a thread with a large stack, as renders do.
fn on_large_stack<T: Send + 'static>(megabytes: usize, work: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new()
        .stack_size(megabytes << 20)
        .spawn(work)
        .unwrap()
        .join()
        .unwrap()
}

#[test]
fn a_thousand_nested_includes_work() {
    let text = r#"{{ define "r" }}{{ if lt (len .) 1000 }}{{ include "r" (print . "x") | print }}{{ else }}{{ len . }}{{ end }}{{ end }}{{ include "r" "" }}"#;
    let limits = Limits {
        stack: 200 << 20,
        ..Limits::default()
    };
    let result = on_large_stack(256, move || render(text, limits).map_err(|error| error.to_string()));
    assert_eq!(result.unwrap(), "1000");
}

#[test]
fn an_include_without_end_is_an_error_on_a_small_stack() {
    let detail = limit_error(
        r#"{{ define "r" }}{{ include "r" . }}{{ end }}{{ include "r" . }}"#,
        Limits::default(),
    );
    assert_eq!(detail, "exceeded the limit of nested templates and expressions");
}

#[test]
fn a_template_without_end_is_an_error_on_a_small_stack() {
    let detail = limit_error(
        r#"{{ define "r" }}{{ template "r" . }}{{ end }}{{ template "r" . }}"#,
        Limits::default(),
    );
    assert_eq!(detail, "exceeded the limit of nested templates and expressions");
}

#[test]
fn the_depth_of_templates_is_an_error_with_gos_text() {
    let limits = Limits {
        depth: 20,
        ..Limits::default()
    };
    let error = render(
        r#"{{ define "r" }}{{ template "r" . }}{{ end }}{{ template "r" . }}"#,
        limits,
    )
    .unwrap_err();
    assert_eq!(error.detail().to_string(), "exceeded maximum template depth (20)");
}

#[test]
fn a_tpl_without_end_is_an_error() {
    let text = r#"{{ define "r" }}{{ tpl "{{ include \"r\" . }}" . }}{{ end }}{{ include "r" . }}"#;
    let detail = limit_error(text, Limits::default());
    assert_eq!(detail, "exceeded the limit of nested templates and expressions");
}

#[test]
fn too_many_steps_are_an_error() {
    let limits = Limits {
        steps: 10_000,
        ..Limits::default()
    };
    assert_eq!(
        limit_error("{{ range 1000000 }}{{ end }}", limits),
        "exceeded the limit of evaluation steps"
    );
}

#[test]
fn too_much_output_is_an_error() {
    let limits = Limits {
        output: 1_000,
        ..Limits::default()
    };
    assert_eq!(
        limit_error("{{ range 1000000 }}0123456789{{ end }}", limits),
        "exceeded the limit of output"
    );
}

#[test]
fn a_deadline_that_passes_is_an_error() {
    let deadline = Instant::now() + Duration::from_millis(20);
    let limits = Limits {
        deadline: Some(deadline),
        ..Limits::default()
    };
    assert_eq!(
        limit_error("{{ range 1000000000 }}{{ end }}", limits),
        "exceeded the time limit"
    );
    assert!(Instant::now() < deadline + Duration::from_secs(1));
}

#[test]
fn deeply_nested_parentheses_are_an_error_of_the_parser() {
    let text = format!("{{{{ {}1{} }}}}", "(".repeat(9_999), ")".repeat(9_999));
    assert_eq!(
        render(&text, Limits::default()).unwrap_err().to_string(),
        "template: t:1: max expression depth exceeded"
    );
    let text = "{{ if 1 }}".repeat(20_000);
    assert_eq!(
        render(&text, Limits::default()).unwrap_err().to_string(),
        "template: t:1: max expression depth exceeded"
    );
}

#[test]
fn nesting_that_the_parser_allows_executes_on_a_small_stack() {
    let text = format!("{{{{ {}1{} }}}}", "(".repeat(400), ")".repeat(400));
    assert_eq!(render(&text, Limits::default()).unwrap(), "1");
    let text = format!("{}x{}", "{{ if 1 }}".repeat(400), "{{ end }}".repeat(400));
    assert_eq!(render(&text, Limits::default()).unwrap(), "x");
}

#[test]
fn a_map_that_contains_itself_can_be_walked_but_not_printed() {
    let text = r#"{{ $d := set .d "self" .d }}{{ range $k, $v := $d.self.self }}{{ $k }}{{ end }}"#;
    assert_eq!(render(text, Limits::default()).unwrap(), "self");
    for printed in [
        "{{ $d }}",
        "{{ print $d }}",
        "{{ printf \"%v\" $d }}",
        "{{ html $d }}",
        "{{ eq $d $d }}",
    ] {
        let text = format!(r#"{{{{ $d := set .d "self" .d }}}}{printed}"#);
        let error = render(&text, Limits::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
        assert!(
            error.to_string().ends_with("exceeded the limit of nested values"),
            "{error}"
        );
    }
}

#[test]
fn a_value_whose_text_is_exponential_is_an_error() {
    let text = "{{ $l := list }}{{ range 60 }}{{ $l = list $l $l }}{{ end }}{{ print $l }}";
    let error = render(
        text,
        Limits {
            output: 1 << 20,
            ..Limits::default()
        },
    )
    .unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("error calling print: exceeded the limit of output"),
        "{error}"
    );
}

#[test]
fn values_nested_without_end_do_not_overflow_the_stack() {
    let text = "{{ $l := list }}{{ range 300000 }}{{ $l = list $l }}{{ end }}{{ len $l }}";
    assert_eq!(render(text, Limits::default()).unwrap(), "1");
}
