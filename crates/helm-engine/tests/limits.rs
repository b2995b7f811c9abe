//! A chart can neither hang nor overflow a render, whatever its values are made into.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use govalue::Map;
use helm_engine::{Engine, RenderPool, Request};

/// What a chart with this one template ends with.
fn error_of(template: &str, deadline: Duration) -> String {
    let files = [
        (
            "Chart.yaml".to_owned(),
            "apiVersion: v2\nname: demo\nversion: 1.0.0\n".to_owned(),
        ),
        ("templates/a.yaml".to_owned(), template.to_owned()),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let chart = helm_chart::load(folder.path()).unwrap().chart;
    let work = move || {
        let mut request = Request::new("r", "n");
        request.limits.deadline = Some(Instant::now() + deadline);
        request.limits.output = 1 << 20;
        Engine::new()
            .render(&chart, Map::new(), &request)
            .err()
            .map(|error| error.to_string())
    };
    RenderPool::new(1).unwrap().run(work).unwrap().unwrap()
}

#[test]
fn a_small_value_with_an_endless_text_is_an_error() {
    for write in ["toYaml", "toJson", "toYamlPretty", "printf \"%v\""] {
        let template = format!(
            "{{{{ $a := list 1 }}}}{{{{ range until 60 }}}}{{{{ $a = list $a $a }}}}{{{{ end }}}}{{{{ {write} $a }}}}"
        );
        let error = error_of(&template, Duration::from_mins(1));
        assert!(error.contains("exceeded the limit of"), "{write}: {error}");
    }
}

#[test]
fn a_value_that_contains_itself_is_an_error() {
    let error = error_of(
        r#"{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ toYaml $d }}"#,
        Duration::from_mins(1),
    );
    assert!(error.contains("exceeded the limit of nested values"), "{error}");
}

#[test]
fn a_render_without_end_stops_at_its_deadline() {
    let started = Instant::now();
    let template =
        r#"{{ define "x" }}{{ range until 1000000 }}{{ end }}{{ include "x" . }}{{ end }}{{ include "x" . }}"#;
    error_of(template, Duration::from_millis(300));
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn large_results_are_counted() {
    let calls = [
        "until 1000000",
        "untilStep 0 1000000 1",
        "seq 1000000",
        "repeat 100000 \"0123456789\"",
    ];
    for call in calls {
        let template = format!("{{{{ range until 900000 }}}}{{{{ $x := {call} }}}}{{{{ end }}}}");
        let started = Instant::now();
        let error = error_of(&template, Duration::from_millis(300));
        assert!(error.contains("exceeded the"), "{call}: {error}");
        assert!(started.elapsed() < Duration::from_secs(20), "{call}");
    }
}
