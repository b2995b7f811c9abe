//! `chartwright lint` says what real `helm lint` says.
//!
//! Both look at the charts of `tests/charts` and `helm-charts`, at charts with one mistake each, and, if `CORPUS` names a
//! folder of charts, at those, or each `EVERY`-th of them. Findings of our own are left out of the comparison. Without `CHARTWRIGHT_ORACLE`, the
//! folder with real Helm, there is nothing to compare with.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

use helm_chart::KubeVersion;
use helm_engine::RENDER_STACK;
use helm_lint::{Finding, Options, Origin, Severity, lint};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A `Chart.yaml` each.
const CHART_FILES: &[&str] = &[
    "name: a\nversion: 1.0.0\n",
    "apiVersion: v3\nname: a\nversion: 1.0.0\n",
    "apiVersion: v1\nname: a/b\nversion: 1.0.0\n",
    "apiVersion: v2\nversion: 1.0.0\n",
    "apiVersion: v2\nname: a\n",
    "apiVersion: v2\nname: a\nversion: 1\n",
    "apiVersion: v2\nname: a\nversion: 0.0.0-0\n",
    "apiVersion: v2\nname: a\nversion: one\n",
    "apiVersion: v2\nname: a\nversion: 1.0.0\nappVersion: 1.5\n",
    "apiVersion: v2\nname: a\nversion: 1.0.0\nappVersion: [1]\n",
    "apiVersion: v2\nname: a\nversion: 1.0.0\nmaintainers: [null]\n",
    "apiVersion: v2\nname: a\nversion: 1.0.0\nmaintainers: [{email: a@example.com}]\n",
    "apiVersion: v2\nname: a\nversion: 1.0.0\nmaintainers: [{name: a, email: no}]\n",
    "apiVersion: v2\nname: a\nversion: 1.0.0\nmaintainers: [{name: a, email: a@example.com, url: 'a b'}]\n",
    "apiVersion: v2\nname: a\nversion: 1.0.0\nmaintainers: [{name: a, url: 'https://example.com/~a'}]\n",
    "apiVersion: v2\nname: a\nversion: 1.0.0\nsources: [https://example.com, example.com]\n",
    "apiVersion: v2\nname: a\nversion: 1.0.0\nsources: ['']\n",
    "apiVersion: v2\nname: a\nversion: 1.0.0\nicon: https://example.com/a.png\n",
    "apiVersion: v2\nname: a\nversion: 1.0.0\nicon: a.png\n",
    "apiVersion: v2\nname: a\nversion: 1.0.0\ntype: other\n",
    "apiVersion: v1\nname: a\nversion: 1.0.0\ntype: application\n",
    "apiVersion: v1\nname: a\nversion: 1.0.0\ndependencies: [{name: b, version: 1.0.0}]\n",
    "apiVersion: v2\nname: a\nversion: 1.0.0\ndependencies: [{name: b, version: 1.0.0}, {name: c, version: 1.0.0}]\n",
    "apiVersion: v2\nname: a\nversion: 1.0.0\nkeywords: {a: b}\n",
    "apiVersion: v2\nname: a\nversion: 1.0.0\n  b: c\n",
    "- a\n",
    "",
];

/// What a template gives each.
const MANIFESTS: &[&str] = &[
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: A_b}\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 5}\n",
    "apiVersion: v1\nkind: Service\nmetadata: {name: 1a}\n",
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: a.b}\n",
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff_hhhh}\n",
    "kind: ClusterRole\nmetadata: {name: 'a:b/c%d'}\n",
    "kind: Role\nmetadata: {name: ..}\n",
    "kind: CertificateSigningRequest\nmetadata: {name: 'A b'}\n",
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {}\n",
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {selector: {matchLabels: {a: b}}}\n",
    "kind: List\nmetadata: {name: a}\nitems: [{metadata: {annotations: {helm.sh/resource-policy: keep}}}]\n",
    "  kind: A\n  metadata: {name: a}\n",
    "\n\n\tkind: A\n",
    "kind: A\nmetadata: {name: a}\n---\nkind: B\n- c\n---\nkind: C\nmetadata: {name: _}\n",
    "kind: A\nmetadata: {name: a}\n--- # more\nkind: B\nmetadata: {name: B}\n",
    "kind: A\n--- b\nkind: C\n",
    "kind: A\nmetadata: [a]\n",
    "kind: {a: b}\n",
    "kind: A\nmetadata: {name: {a: b}}\n",
    "- a\n",
    "text\n",
    "{{ .Values.missing.deeper }}\n",
    "kind: A\nmetadata: {name: {{ required \"say a name\" .Values.name }}}\n{{ fail \"no\" }}\n",
    "kind: A\nmetadata: {name: {{ .Release.IsInstall }}-{{ .Release.IsUpgrade }}-{{ .Release.Revision }}}\n",
    "kind: A\nmetadata: {name: a}\nannotations:\n  \"helm.sh/hook\": crd-install\n",
    "{{- if .Release.Time }}{{ end }}\nkind: A\nmetadata: {name: a}\n",
    "{{ if }}\n",
    "{{ include \"no-such\" . }}\n",
    "kind: A\nmetadata: {name: {{ .Release.Name }}-{{ .Release.Namespace }}-{{ .Capabilities.KubeVersion.Minor }}}\n",
];

/// Whole charts: files and texts.
const CHARTS: &[&[(&str, &str)]] = &[
    &[("templates", "no folder")],
    &[
        ("templates/a.json", "{}"),
        ("templates/b", "x"),
        ("templates/NOTES.txt", "y"),
    ],
    &[("values.yaml", "a: [\n"), ("templates/a.yaml", "")],
    &[("values.yaml", "- a\n"), ("templates/a.yaml", "")],
    &[
        ("values.yaml", "a: text\nb: {c: 1}\n"),
        (
            "values.schema.json",
            r#"{"properties": {"a": {"type": "integer"}, "b": {"properties": {"c": {"type": "string"}}}}}"#,
        ),
        ("templates/a.yaml", ""),
    ],
    &[
        ("values.yaml", "a: 1\n"),
        ("values.schema.json", "{"),
        ("templates/a.yaml", ""),
    ],
    &[
        ("charts/b/Chart.yaml", "apiVersion: v2\nname: b\nversion: 1.0.0\n"),
        ("values.yaml", "b: 5\n"),
    ],
    &[
        ("charts/b/Chart.yaml", "apiVersion: v2\nname: b\n"),
        ("templates/a.yaml", "a: b\n"),
    ],
    &[
        (".helmignore", "templates/b.yaml\n"),
        ("templates/a.yaml", "kind: A\n"),
        ("templates/b.yaml", "{{ if }}"),
    ],
];

/// Makes every chart with a mistake below `parent`.
fn made_charts(parent: &Path) -> Vec<PathBuf> {
    const CHART: &str = "apiVersion: v2\nname: a\nversion: 1.0.0\nicon: https://example.com/a.png\n";
    let valid = ("Chart.yaml", CHART);
    let of_chart_file = CHART_FILES
        .iter()
        .map(|text| vec![("Chart.yaml", *text), ("values.yaml", "")]);
    let of_manifest = MANIFESTS
        .iter()
        .map(|text| vec![valid, ("values.yaml", ""), ("templates/a.yaml", *text)]);
    let whole = CHARTS.iter().map(|files| [&[valid], *files].concat());
    let deprecated = deprecated_objects();
    let deprecated = std::iter::once(vec![valid, ("values.yaml", ""), ("templates/a.yaml", &deprecated)]);
    let charts = of_chart_file.chain(of_manifest).chain(whole).chain(deprecated);
    let make = |(index, files): (usize, Vec<(&str, &str)>)| {
        let folder = parent.join(format!("chart-{index:03}"));
        for (name, text) in files {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    };
    charts.enumerate().map(make).collect()
}

/// An object of every kind that our table has.
fn deprecated_objects() -> String {
    let rows = include_str!("../crates/helm-lint/src/deprecations.rs").lines();
    let rows = rows.filter_map(|line| line.trim().strip_prefix("row(\"")?.split_once("\", \""));
    let object = |(api_version, rest): (&str, &str)| {
        let kind = rest.split('"').next().unwrap();
        format!("---\napiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: a}}\n# matchLabels\n")
    };
    rows.map(object).collect()
}

fn charts_of_tests() -> Vec<PathBuf> {
    let entries = |folder: &str| {
        fs::read_dir(Path::new(ROOT).join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().path())
    };
    let cases = entries("tests/charts").map(|case| case.join("chart"));
    let mut charts: Vec<PathBuf> = cases
        .chain(entries("helm-charts"))
        .filter(|chart| chart.is_dir())
        .collect();
    charts.sort();
    charts
}

fn helm(program: &Path, args: &[&str], charts: &[PathBuf]) -> Output {
    Command::new(program)
        .arg("lint")
        .args(args)
        .args(charts)
        .env_remove("HELM_NAMESPACE")
        .output()
        .unwrap()
}

/// What real Helm says of each chart.
fn sections(output: &str) -> BTreeMap<PathBuf, String> {
    let sections = output.split("==> Linting ").skip(1);
    let section = |section: &str| {
        let (path, rest) = section.split_once('\n').unwrap();
        // The summary is on standard error if a chart failed, else behind the last section.
        let rest = format!("\n{rest}");
        let rest = rest.rsplit_once("\n\n").map_or(&*rest, |(rest, _)| rest);
        (PathBuf::from(path), rest.trim_matches('\n').to_owned())
    };
    sections.map(section).collect()
}

fn ours(chart: &Path, kube_version: Option<&str>) -> Vec<Finding> {
    let chart = chart.to_owned();
    let mut options = Options::new("default");
    if let Some(version) = kube_version {
        options.kube_version = KubeVersion::parse(version).unwrap();
    }
    let work = move || lint(&chart, chart.to_str().unwrap(), &govalue::Map::new(), &options).findings;
    let thread = std::thread::Builder::new().stack_size(RENDER_STACK).spawn(work);
    thread.unwrap().join().unwrap()
}

/// A schema's complaints come in any order, and so do the names of subcharts: each run of them is sorted.
fn in_order(text: &str) -> String {
    let is_complaint = |line: &str| line.trim_start().starts_with("- at ");
    let text = text.replace(": - at ", ":\n- at ");
    let mut lines: Vec<String> = text.lines().map(names_in_order).collect();
    for run in lines.chunk_by_mut(|a, b| is_complaint(a) == is_complaint(b)) {
        if run.first().is_some_and(|line| is_complaint(line)) {
            run.sort_unstable();
        }
    }
    lines.join("\n")
}

fn names_in_order(line: &str) -> String {
    match line.split_once("missing these dependencies: ") {
        Some((before, names)) => {
            let mut names: Vec<&str> = names.split(',').collect();
            names.sort_unstable();
            format!("{before}missing these dependencies: {}", names.join(","))
        }
        None => line.to_owned(),
    }
}

/// The charts of which Helm and we say different things, with both texts.
fn differences(helm3: &Path, charts: &[PathBuf], kube_version: Option<&str>) -> Vec<String> {
    let args: Vec<&str> = kube_version
        .iter()
        .flat_map(|version| ["--kube-version", version])
        .collect();
    let output = helm(helm3, &args, charts);
    let said = sections(&String::from_utf8(output.stdout).unwrap());
    assert_eq!(said.len(), charts.len(), "{}", String::from_utf8_lossy(&output.stderr));
    let difference = |chart: &PathBuf| {
        let findings = ours(chart, kube_version);
        let lines = findings
            .iter()
            .filter(|finding| finding.origin == Origin::Helm)
            .map(ToString::to_string);
        let found = in_order(&lines.collect::<Vec<_>>().join("\n"));
        let said = in_order(&said[chart]);
        (found != said).then(|| format!("{}\n--- Helm\n{said}\n--- ours\n{found}\n", chart.display()))
    };
    charts.iter().filter_map(difference).collect()
}

/// The same, by as many threads as there are processors.
fn differences_at_once(helm3: &Path, charts: &[PathBuf]) -> Vec<String> {
    let chunks: Vec<&[PathBuf]> = charts.chunks(10).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let chunks = std::iter::from_fn(|| chunks.get(next.fetch_add(1, Ordering::Relaxed)));
        chunks
            .flat_map(|charts| differences(helm3, charts, None))
            .collect::<Vec<_>>()
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

fn helm3() -> Option<PathBuf> {
    Some(PathBuf::from(std::env::var_os("CHARTWRIGHT_ORACLE")?).join("helm3"))
}

#[test]
fn the_findings_are_those_of_helm() {
    let Some(helm3) = helm3() else { return };
    let parent = tempfile::tempdir().unwrap();
    let charts = [made_charts(parent.path()), charts_of_tests()].concat();
    let different = differences(&helm3, &charts, None);
    assert!(
        different.is_empty(),
        "{} charts differ:\n{}",
        different.len(),
        different.join("\n")
    );
    let different = differences(&helm3, &charts, Some("1.22"));
    assert!(
        different.is_empty(),
        "{} charts differ:\n{}",
        different.len(),
        different.join("\n")
    );
}

#[test]
fn the_findings_on_a_corpus_are_those_of_helm() {
    let (Some(helm3), Some(corpus)) = (helm3(), std::env::var_os("CORPUS")) else {
        return;
    };
    let every = std::env::var("EVERY").map_or(1, |every| every.parse().unwrap());
    let mut charts = Vec::new();
    collect_charts(Path::new(&corpus), &mut charts);
    charts.sort();
    let charts: Vec<PathBuf> = charts.into_iter().step_by(every).collect();
    let different = differences_at_once(&helm3, &charts);
    assert!(
        different.is_empty(),
        "{} charts differ:\n{}",
        different.len(),
        different.join("\n")
    );
}

/// The outermost charts below a folder.
fn collect_charts(folder: &Path, charts: &mut Vec<PathBuf>) {
    if folder.join("Chart.yaml").is_file() {
        return charts.push(folder.to_owned());
    }
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            collect_charts(&entry.path(), charts);
        }
    }
}

#[test]
fn the_command_ends_as_helm_does() {
    let Some(helm3) = helm3() else { return };
    let ours = Path::new(env!("CARGO_BIN_EXE_chartwright"));
    let parent = tempfile::tempdir().unwrap();
    let made = made_charts(parent.path());
    let fine = Path::new(ROOT).join("helm-charts/book-store");
    let warned = made
        .iter()
        .find(|chart| fs::read_to_string(chart.join("templates/a.yaml")).is_ok_and(|text| text.contains("name: A_b")));
    let cases: &[(&[&str], &[&PathBuf])] = &[
        (&[], &[&fine]),
        (&["--strict"], &[&fine]),
        (&["--quiet"], &[&fine]),
        (&[], &[warned.unwrap()]),
        (&["--strict"], &[warned.unwrap()]),
        (&["--quiet"], &[warned.unwrap()]),
        (&[], &[&made[1], &fine]),
        (&["--with-subcharts"], &[&fine]),
        (&["--set", "a.b[0]=1"], &[&fine]),
        (&["--set", "a["], &[&fine]),
        (&["--values", "no-such-file"], &[&fine]),
        (&["--kube-version", "x"], &[&fine]),
        (&[], &[&parent.path().join("none")]),
        (&[], &[&parent.path().join("none.tgz")]),
    ];
    for (args, charts) in cases {
        let charts: Vec<PathBuf> = charts.iter().map(|chart| (*chart).clone()).collect();
        let (expected, found) = (helm(&helm3, args, &charts), helm(ours, args, &charts));
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(
            found.status.code(),
            expected.status.code(),
            "{args:?} {charts:?}: {}",
            text(&found.stderr)
        );
        // Excerpts are indented.
        let lines = |bytes: &[u8]| {
            text(bytes)
                .lines()
                .filter(|line| !line.starts_with("    "))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(lines(&found.stdout), lines(&expected.stdout), "{args:?} {charts:?}");
        assert_eq!(text(&found.stderr), text(&expected.stderr), "{args:?} {charts:?}");
    }
}

/// The findings that only we have, as they are printed.
fn own(files: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let valid = ("Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n");
    for (name, text) in [&[valid], files].concat() {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let findings = ours(folder.path(), None);
    let own = findings.iter().filter(|finding| finding.origin == Origin::Own);
    own.map(|finding| {
        assert_eq!(finding.severity, Severity::Error);
        let place = finding.place.as_ref().map(|place| format!("\n{place}"));
        format!("{finding}{}", place.unwrap_or_default())
    })
    .collect()
}

#[test]
fn every_template_that_does_not_parse_is_reported() {
    let found = own(&[
        ("templates/a.yaml", "{{ if }}"),
        ("templates/b.yaml", "a: 1\nb: {{ .x | nosuch }}\n"),
        ("charts/s/Chart.yaml", "apiVersion: v2\nname: s\nversion: 1.0.0\n"),
        ("charts/s/templates/c.yaml", "{{ end }}"),
    ]);
    assert_eq!(found.len(), 2, "{found:?}");
    let expected = "[ERROR] templates/b.yaml: parse error at (a/templates/b.yaml:2): function \"nosuch\" not defined\n \
                    --> templates/b.yaml:2:12\n1 | a: 1\n2 | b: {{ .x | nosuch }}\n  |            ^";
    assert!(found.iter().any(|text| text == expected), "{found:#?}");
}

#[test]
fn every_document_that_is_no_yaml_is_reported_with_its_line() {
    let found = own(&[
        ("templates/a.yaml", "a: [\n"),
        ("templates/b.yaml", "a: 1\n---\nb: 2\nc: : 3\n"),
    ]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("--> the output of templates/b.yaml:4\n3 | b: 2\n4 | c: : 3"),
        "{found:?}"
    );
}

#[test]
fn the_values_in_ci_are_rendered() {
    let found = own(&[
        ("values.yaml", "name: ''\nport: 1\n"),
        ("values.schema.json", r#"{"properties": {"port": {"type": "integer"}}}"#),
        (
            "templates/a.yaml",
            "kind: A\nmetadata: {name: {{ required \"a name\" .Values.name }}}\n",
        ),
        ("ci/a-values.yaml", "name: a\n"),
        ("ci/b-values.yaml", "port: 2\n"),
        ("ci/c-values.yaml", "name: a\nport: x\n"),
        ("ci/d-values.yaml", "a: ]\n"),
        ("ci/e-values.yaml", "name: 'a: ['\n"),
        ("ci/readme.yaml", "]\n"),
    ]);
    let files: Vec<&str> = found.iter().map(|text| text.split(':').next().unwrap()).collect();
    let expected = ["b", "c", "d", "e"].map(|name| format!("[ERROR] ci/{name}-values.yaml"));
    assert_eq!(files, expected, "{found:#?}");
    assert!(
        found[0].contains("execution error at (a/templates/a.yaml:2:20): a name\n --> templates/a.yaml:2:21"),
        "{found:#?}"
    );
}
