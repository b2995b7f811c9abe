//! The templates, rendered with the user's values, in the order in which Helm's linter looks at them.

use std::sync::LazyLock;

use govalue::{Map, Value};
use helm_chart::File;
use helm_engine::{Error, Rendered};
use regex::bytes::Regex;

use crate::documents::{self, Document};
use crate::object::Object;
use crate::place::Place;
use crate::subject::{Purpose, Subject};
use crate::{Report, Severity, deprecations, names, values};

/// How Helm names the folder.
const FOLDER: &str = "templates/";

static CRD_HOOK: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"helm\.sh/hook"?:[\t\n\f\r ]+crd-install"#).ok());

/// The kinds that must select their pods.
const SELECTING: &[&str] = &["Deployment", "ReplicaSet", "DaemonSet", "StatefulSet"];

pub(crate) fn check(subject: &mut Subject<'_>, report: &mut Report) {
    let folder = subject.folder.join("templates");
    if folder.exists() && !folder.is_dir() {
        return report.helm(Severity::Warning, FOLDER, "not a directory", None);
    }
    let loaded = match &subject.loaded {
        Ok(loaded) => loaded,
        Err(error) => return report.helm(Severity::Error, FOLDER, error.as_str(), None),
    };
    report.log.extend(loaded.warnings.iter().cloned());
    match subject.render(&loaded.chart, subject.values, Purpose::Lint, &mut report.log) {
        // Helm passes over what keeps it from joining the values.
        Err(error @ Error::Values(_)) => report.own(values::FILE, error.to_string(), None),
        Err(error) => report.helm(Severity::Error, FOLDER, error.to_string(), place_of(subject, &error)),
        Ok(rendered) => {
            check_files(&rendered, subject, report);
            subject.rendered = Some(rendered);
        }
    }
}

/// Where a render failed, be it in a template or in the values.
fn place_of(subject: &Subject<'_>, error: &Error) -> Option<Place> {
    let Error::Schema(problem) = error else {
        return subject.place_of(error);
    };
    let problem = problem.to_string();
    let chart = problem.lines().nth(1)?.strip_suffix(':')?;
    let is_own = subject.loaded.as_ref().is_ok_and(|loaded| loaded.chart.name() == chart);
    is_own.then(|| values::complaint(&subject.read(values::FILE).ok()?, &problem))?
}

/// Checks the chart's own templates one by one, up to the first that gives no YAML.
fn check_files(rendered: &Rendered, subject: &Subject<'_>, report: &mut Report) {
    for file in &*rendered.chart.templates {
        let name = file.name.to_lossy();
        check_source(&name, file, report);
        if extension(&name) != ".yaml" {
            continue;
        }
        let output = rendered.files.get(&format!("{}/{name}", rendered.chart.name()));
        let Some(output) = output.filter(|output| !output.trim().is_empty()) else {
            continue;
        };
        if !check_output(&name, output, subject, report) {
            return;
        }
    }
}

/// What Helm 2 told templates, and Helm 3 does not.
const RELEASE_TIME: &[u8] = b".Release.Time";

fn check_source(name: &str, file: &File, report: &mut Report) {
    let extension = extension(name);
    if ![".yaml", ".yml", ".tpl", ".txt"].contains(&extension) {
        let text = format!("file extension '{extension}' not valid. Valid extensions are .yaml, .yml, .tpl, or .txt");
        report.helm(Severity::Error, name, text, None);
    }
    let text = file.data.as_bytes();
    let hook = CRD_HOOK.as_ref().and_then(|hook| hook.find(text));
    if let Some(found) = hook {
        let message = "manifest is a crd-install hook. This hook is no longer supported in v3 and all CRDs should also \
                       exist the crds/ directory at the top level of the chart";
        report.helm(
            Severity::Warning,
            name,
            message,
            Some(place_at(name, text, found.start())),
        );
    }
    if let Some(at) = text
        .windows(RELEASE_TIME.len())
        .position(|window| window == RELEASE_TIME)
    {
        let message = ".Release.Time has been removed in v3, please replace with the `now` function in your templates";
        report.helm(Severity::Error, name, message, Some(place_at(name, text, at)));
    }
}

/// The place of a byte of a file.
fn place_at(file: &str, text: &[u8], at: usize) -> Place {
    let before = &text[..at];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count();
    Place::at_byte(file, text, line, Some(column))
}

/// What Go takes for the extension of a path: what follows the last dot of its last element, and the dot.
fn extension(name: &str) -> &str {
    let last = name.rsplit('/').next().unwrap_or_default();
    last.rfind('.').map_or("", |dot| &last[dot..])
}

/// Checks what a template gave. `false` if it is no YAML, which is where Helm stops.
fn check_output(name: &str, output: &str, subject: &Subject<'_>, report: &mut Report) -> bool {
    if let Some((index, line)) = output.lines().enumerate().find(|(_, line)| !line.trim().is_empty())
        && line.starts_with([' ', '\t'])
    {
        let line = govalue::quote(line.as_bytes());
        let text = format!("document starts with an illegal indent: {line}, which may cause parsing problems");
        let place = Place::new(name, output.as_bytes(), index + 1, Some(1)).of_output();
        report.helm(Severity::Warning, name, text, Some(place));
    }
    for document in documents::split(output) {
        match document.and_then(|document| Ok((document.object()?, document))) {
            Ok((Some(object), document)) => check_object(name, output, &document, &object, subject, report),
            Ok((None, _)) => {}
            Err(problem) => {
                let place = documents::place_of(name, output, &problem);
                report.helm(Severity::Error, name, problem.message, place);
                return false;
            }
        }
    }
    true
}

fn check_object(
    name: &str,
    output: &str,
    document: &Document,
    object: &Object,
    subject: &Subject<'_>,
    report: &mut Report,
) {
    let place = |keys: &[&str]| document.place(name, output, keys);
    if let Some(text) = names::complaint(&object.kind, &object.name) {
        report.helm(Severity::Warning, name, text, place(&["metadata", "name"]));
    }
    let version = &subject.options.kube_version;
    if let Some(text) = deprecations::message(&object.api_version, &object.kind, version) {
        report.helm(Severity::Warning, name, text, place(&["apiVersion"]));
    }
    let selects = output.contains("matchLabels") || output.contains("matchExpressions");
    if SELECTING.contains(&object.kind.as_str()) && !selects {
        let (kind, quoted) = (&object.kind, govalue::quote(object.name.as_bytes()));
        let text = format!("a {kind} must contain matchLabels or matchExpressions, and {quoted} does not");
        report.helm(Severity::Error, name, text, place(&["kind"]));
    }
    if object.kind == "List" && has_policy_in_list(output) {
        let text = "Annotation 'helm.sh/resource-policy' within List objects are ignored";
        report.helm(Severity::Error, name, text, place(&["kind"]));
    }
}

/// Whether an item of a file's first document, taken for a list, has Helm's policy among its annotations.
fn has_policy_in_list(output: &str) -> bool {
    let document: Map = goyaml::map_from_str(output).unwrap_or_default();
    let items = document
        .get(b"items".as_slice())
        .and_then(Value::as_list)
        .unwrap_or_default();
    items.iter().any(|item| {
        let annotations = item.get("metadata").and_then(|metadata| metadata.get("annotations"));
        annotations.is_some_and(|annotations| annotations.get("helm.sh/resource-policy").is_some())
    })
}
