//! Renders every case of `tests/charts` with the binary and compares with what real Helm wrote.
//!
//! Each folder is a test of its own, named after it; `tests/charts/README.md` says what is in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use govalue::Value;
use helm_chart::{Capabilities, KubeVersion, Overrides};
use helm_engine::{Engine, RenderPool, Request};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/charts");
    let mut trials = Vec::new();
    for entry in fs::read_dir(&root)? {
        let folder = entry?.path();
        if folder.join("case.yaml").is_file() {
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            trials.push(Trial::test(name, move || {
                check(&folder).map_err(|error| Failed::from(format!("{error:#}")))
            }));
        }
    }
    trials.sort_by(|a, b| a.name().cmp(b.name()));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// A case: its folder and what `case.yaml` says.
struct Case {
    folder: PathBuf,
    fields: Value,
}

/// Flags without an argument, by their field.
const SWITCHES: &[(&str, &str)] = &[
    ("isUpgrade", "--is-upgrade"),
    ("includeCRDs", "--include-crds"),
    ("noHooks", "--no-hooks"),
    ("skipSchemaValidation", "--skip-schema-validation"),
    ("renderSubchartNotes", "--render-subchart-notes"),
];

/// Flags with one argument each, by their field.
const LISTS: &[(&str, &str)] = &[
    ("setJSON", "--set-json"),
    ("set", "--set"),
    ("setString", "--set-string"),
    ("setLiteral", "--set-literal"),
    ("apiVersions", "--api-versions"),
];

impl Case {
    fn read(folder: &Path) -> Result<Self> {
        let fields = goyaml::from_str(fs::read(folder.join("case.yaml"))?)?;
        Ok(Self {
            folder: folder.to_owned(),
            fields,
        })
    }

    fn text(&self, field: &str) -> String {
        self.fields
            .get(field)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    }

    fn is(&self, field: &str) -> bool {
        self.fields.get(field).and_then(Value::as_bool).unwrap_or_default()
    }

    fn list(&self, field: &str) -> Vec<String> {
        let items = self.fields.get(field).and_then(Value::as_list).unwrap_or_default();
        items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// The values files, seen from the folder.
    fn values(&self) -> Vec<String> {
        let named = self.list("values");
        if named.is_empty() && self.folder.join("values.yaml").is_file() {
            return vec!["values.yaml".to_owned()];
        }
        named
    }

    /// What real Helm wrote, if it wrote such a file.
    fn expected(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.folder.join("expected").join(file)).ok()
    }

    fn run(&self) -> Result<Output> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chartwright"));
        command.current_dir(&self.folder).env_remove("HELM_NAMESPACE");
        command.args([
            "template",
            &self.text("name"),
            &self.text("chart"),
            "--namespace",
            &self.text("namespace"),
        ]);
        for file in self.values() {
            command.args(["--values", &file]);
        }
        for (field, flag) in LISTS {
            self.list(field).iter().for_each(|item| {
                command.args([flag, item.as_str()]);
            });
        }
        command.args(
            SWITCHES
                .iter()
                .filter(|(field, _)| self.is(field))
                .map(|(_, flag)| flag),
        );
        if !self.text("kubeVersion").is_empty() {
            command.args(["--kube-version", &self.text("kubeVersion")]);
        }
        Ok(command.output()?)
    }

    /// The notes, which the command does not print.
    fn notes(&self) -> Result<String> {
        let overrides = Overrides {
            files: self
                .values()
                .into_iter()
                .map(|name| Ok((name.clone(), fs::read(self.folder.join(name))?)))
                .collect::<Result<_>>()?,
            json: self.list("setJSON"),
            set: self.list("set"),
            string: self.list("setString"),
            literal: self.list("setLiteral"),
            ..Overrides::default()
        };
        let values = overrides.join(|path| fs::read(self.folder.join(path)).map_err(|error| error.to_string()))?;
        let chart = helm_chart::load(self.folder.join(self.text("chart")))?.chart;
        let mut request = Request::new(self.text("name"), self.text("namespace"));
        request.is_upgrade = self.is("isUpgrade");
        request.skip_schema = self.is("skipSchemaValidation");
        request.sub_notes = self.is("renderSubchartNotes");
        let mut capabilities = Capabilities::default();
        if !self.text("kubeVersion").is_empty() {
            capabilities.kube_version = KubeVersion::parse(&self.text("kubeVersion"))?;
        }
        capabilities.api_versions.extend(self.list("apiVersions"));
        request.capabilities = Arc::new(capabilities);
        let rendered = RenderPool::new(1)?.run(move || Engine::new().render(&chart, values, &request));
        Ok(rendered.context("the render panicked")??.notes)
    }
}

fn check(folder: &Path) -> Result<()> {
    let case = Case::read(folder)?;
    let output = case.run()?;
    let stdout = String::from_utf8(output.stdout)?;
    let stderr = String::from_utf8(output.stderr)?;
    if case.text("expect") == "error" {
        let code = case.expected("exit-code.txt").context("no exit code is expected")?;
        ensure!(
            output.status.code() == code.trim().parse().ok(),
            "exit code {:?}:\n{stderr}",
            output.status.code()
        );
        let expected = case.expected("error.txt").context("no error is expected")?;
        return same(
            "error.txt",
            &expected,
            &if case.is("anyOrder") { in_order(&stderr) } else { stderr },
        );
    }
    ensure!(
        output.status.success(),
        "exit code {:?}:\n{stderr}",
        output.status.code()
    );
    same(
        "manifest.yaml",
        &case.expected("manifest.yaml").unwrap_or_default(),
        &stdout,
    )?;
    same(
        "warnings.txt",
        &case.expected("warnings.txt").unwrap_or_default(),
        &without_places(&stderr),
    )?;
    same(
        "notes.txt",
        &case.expected("notes.txt").unwrap_or_default(),
        &case.notes()?,
    )
}

/// The log without the places in Helm's sources that its lines begin with.
fn without_places(log: &str) -> String {
    let line = |line: &str| match line.split_once(": ") {
        Some((place, text)) if place.contains(".go:") => format!("{text}\n"),
        _ => format!("{line}\n"),
    };
    log.lines().map(line).collect()
}

/// A schema's complaints, each run of them sorted by bytes.
fn in_order(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    for run in lines.chunk_by_mut(|a, b| is_complaint(a) == is_complaint(b)) {
        if run.first().is_some_and(|line| is_complaint(line)) {
            run.sort_unstable();
        }
    }
    lines.into_iter().flat_map(|line| [line, "\n"]).collect()
}

fn is_complaint(line: &str) -> bool {
    line.trim_start_matches(' ').starts_with("- at ")
}

fn same(what: &str, expected: &str, found: &str) -> Result<()> {
    let first = expected.lines().zip(found.lines()).position(|(a, b)| a != b);
    let first = first.unwrap_or_else(|| expected.lines().count().min(found.lines().count()));
    let line = |text: &str| {
        text.lines()
            .nth(first)
            .map_or("(the end)".to_owned(), |line| line.chars().take(500).collect())
    };
    ensure!(
        expected == found,
        "{what} differs in line {}:\n  Helm: {}\n  ours: {}",
        first + 1,
        line(expected),
        line(found)
    );
    Ok(())
}
