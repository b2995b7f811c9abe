//! No template, executed with all of Helm's functions over any values, panics, hangs or exceeds its budget.
//!
//! The input is a template; what follows its first zero byte, if there is one, is the chart's `values.yaml`.

#![no_main]

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use govalue::Map;
use helm_chart::{File, load_files};
use helm_engine::{Engine, RenderPool, Request};
use libfuzzer_sys::fuzz_target;

const CHART: &str = "apiVersion: v2\nname: demo\nversion: 1.2.3\nappVersion: '4.5'\nkeywords: [a, b]\n";

const VALUES: &str = "\
s: hello, World
n: null
t: true
i: 3
x: 1.5
big: 12345678901
list: [a, 2, null, {k: v}]
map: {a: {b: deep}, c: [1, 2], d: ''}
image: {repository: nginx, tag: '1.25'}
yaml: \"a: 1\\nb: [x]\\n\"
json: '{\"a\": [1, null, \"x\"]}'
toml: \"a = 1\\n[b]\\nc = 'x'\\n\"
template: '{{ .Values.s | upper }}'
date: '2024-02-29T12:13:14Z'
";

const PARTIALS: &str = "\
{{ define \"name\" }}{{ .Release.Name }}-{{ .Chart.Name | trunc 63 }}{{ end }}
{{ define \"self\" }}{{ include \"self\" . }}{{ end }}
{{ define \"labels\" -}}
app: {{ include \"name\" . }}
version: {{ .Chart.Version | quote }}
{{- end }}
";

/// Far more than any chart of a user needs of one template, far less than the fuzzer's patience.
const DEADLINE: Duration = Duration::from_secs(3);

static POOL: LazyLock<RenderPool> = LazyLock::new(|| RenderPool::new(1).expect("a thread to render on"));

fuzz_target!(|input: &[u8]| {
    let split = input.iter().position(|&byte| byte == 0);
    let (template, values) = match split {
        Some(at) => (&input[..at], &input[at + 1..]),
        None => (input, VALUES.as_bytes()),
    };
    let file = |name: &str, data: &[u8]| File {
        name: name.into(),
        data: data.into(),
    };
    let files = vec![
        file("Chart.yaml", CHART.as_bytes()),
        file("values.yaml", values),
        file("config/a.txt", b"one\ntwo\n"),
        file("templates/_partials.tpl", PARTIALS.as_bytes()),
        file("templates/fuzz.yaml", template),
    ];
    let Ok(loaded) = load_files(files) else { return };
    let outcome = POOL.run(move || {
        let mut request = Request::new("books", "shop");
        request.limits.steps = 2_000_000;
        request.limits.output = 4 << 20;
        request.limits.deadline = Some(Instant::now() + DEADLINE);
        match Engine::new().render(&loaded.chart, Map::new(), &request) {
            Ok(rendered) => rendered.files.values().map(String::len).sum(),
            Err(error) => error.to_string().len(),
        }
    });
    // What is not UTF-8 is replaced by characters of three bytes.
    assert!(outcome.expect("a render that ends") <= 3 * (4 << 20) + (1 << 20));
});
