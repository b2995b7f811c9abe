//! Helm's functions and objects against what real Helm answers.
//!
//! `functions.jsonl` has one template per line, and beside it what Helm 3.22 wrote (`ok`) or the error it gave (`err`);
//! the test oracle's `render` wrote both, over the chart of [`render`]. Where we answer otherwise on purpose, docs/COMPATIBILITY.md
//! says so, and the line is not here.

use gotemplate::Effects;
use govalue::{Map, Str, Value, json};
use helm_chart::File;
use helm_engine::{Engine, RenderPool, Rendered, Request};

/// Renders `text` as the only template of a chart with two files.
fn render(engine: &Engine, text: &str) -> Result<String, String> {
    let mut rendered = render_all(engine, text)?;
    Ok(rendered.files.remove("c/templates/t").unwrap_or_default())
}

fn render_all(engine: &Engine, text: &str) -> Result<Rendered, String> {
    let file = |name: &str, data: &str| File {
        name: Str::from(name),
        data: Str::from(data),
    };
    let files = vec![
        file("Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n"),
        file("templates/t", text),
        file("a.txt", "l1\nl2\n"),
        file("d/b.yaml", "x: 1"),
    ];
    let chart = helm_chart::load_files(files).map_err(|error| error.helm_text())?.chart;
    let rendered = engine.render(&chart, Map::default(), &Request::new("rel", "ns"));
    rendered.map_err(|error| helm_chart::helm_text(&error))
}

fn check(line: &str, engine: &Engine) -> Option<String> {
    let case = json::from_str(line).expect("every line is JSON");
    let text = |field: &str| case.get(field).and_then(Value::as_str).map(str::to_owned);
    let template = text("text").expect("every line has a text");
    let expected = text("ok").ok_or_else(|| text("err").expect("every line has an answer"));
    let found = render(engine, &template);
    (found != expected).then(|| format!("{template}\n  Helm: {expected:?}\n  ours: {found:?}"))
}

#[test]
fn functions_and_objects_answer_as_helms() {
    let failures = RenderPool::new(1).unwrap().run(|| {
        let engine = Engine::new();
        let lines = include_str!("functions.jsonl").lines();
        lines.filter_map(|line| check(line, &engine)).collect::<Vec<_>>()
    });
    let failures = failures.unwrap();
    assert!(
        failures.is_empty(),
        "{} differ:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn a_template_that_includes_itself_is_stopped_where_helm_stops_it() {
    let text = "{{ define \"r\" }}{{ include \"r\" . }}{{ end }}{{ include \"r\" . }}";
    let error = RenderPool::new(1)
        .unwrap()
        .run(|| render(&Engine::new(), text))
        .unwrap()
        .unwrap_err();
    assert!(error.ends_with("rendering template has a nested reference name: r: unable to execute template"));
    assert_eq!(error.matches("error calling include").count(), 1002);
}

#[test]
fn whoever_reads_the_revision_depends_on_it() {
    let effects = |text| render_all(&Engine::new(), text).unwrap().effects;
    for text in [
        "{{ .Release.Name }}{{ $r := .Release }}{{ with .Release }}{{ .Namespace }}{{ end }}",
        r#"{{ dict "Release" .Release | len }}{{ get .Release "Name" }}{{ .Values.Revision }}"#,
        r#"{{ define "x" }}{{ .Release.IsInstall }}{{ end }}{{ include "x" (dict "Release" .Release) }}"#,
    ] {
        assert!(effects(text).is_empty(), "{text}");
    }
    for text in [
        "{{ .Release.Revision }}",
        r#"{{ index .Release "Revision" }}"#,
        r#"{{ get .Release "Revision" }}"#,
        r#"{{ tpl "{{ with .Release }}{{ .Revision }}{{ end }}" . }}"#,
        "{{ toYaml .Release }}",
        "{{ .Release }}",
        "{{ range $key, $value := .Release }}{{ $value }}{{ end }}",
        "{{ values .Release | len }}",
        "{{ (merge dict .Release).Revision }}",
        "{{ (deepCopy .Release).Revision }}",
        r#"{{ (pick .Release "Revision").Revision }}"#,
        r#"{{ dig "Revision" 0 .Release }}"#,
    ] {
        assert_eq!(effects(text), Effects::REVISION, "{text}");
    }
}
