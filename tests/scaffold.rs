//! The scaffolding commands, as a user runs them in a folder.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// How the root of this repository was made.
const INIT: &[&str] = &["init", "--domain", "example.com", "--project-name", "chartwright"];
const CREATE: &[&str] = &[
    "create",
    "api",
    "--kind",
    "BookStore",
    "--helm-chart",
    "helm-charts/book-store",
];

/// What is in the root besides: for whoever runs any operator of ours, and samples that are not of the BookStore's project.
const MORE: &[&str] = &[
    "config/monitoring/",
    "samples/application/",
    "samples/dojo/",
    "samples/exchange-rate/",
    "samples/stateful-book-store/",
    "samples/README.md",
];

/// Files of the root that have more than what is generated: this is not only the BookStore's operator.
const SUPERSETS: &[&str] = &[".gitignore", "Makefile"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn run(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_chartwright"))
        .args(args)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn succeed(folder: &Path, args: &[&str]) -> String {
    let output = run(folder, args);
    assert!(
        output.status.success(),
        "{args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn fail(folder: &Path, args: &[&str]) -> String {
    let output = run(folder, args);
    assert!(!output.status.success(), "{args:?} did not fail");
    String::from_utf8(output.stderr).unwrap()
}

/// All files below a folder, as paths from there.
fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(folder.join(&inner)).unwrap() {
            let entry = entry.unwrap();
            let path = inner.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                folders.push(path);
            } else {
                found.insert(path.to_str().unwrap().to_owned());
            }
        }
    }
    found
}

fn copy_folder(from: &Path, to: &Path) {
    for path in files(from) {
        let target = to.join(&path);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(from.join(&path), target).unwrap();
    }
}

/// A folder with a small chart in `chart/`.
fn with_chart(template: &str) -> tempfile::TempDir {
    let temp = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = temp.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("chart/Chart.yaml", "{apiVersion: v2, name: small, version: 1.0.0}\n");
    write("chart/values.yaml", "# port is where it listens.\nport: 80\n");
    write("chart/templates/all.yaml", template);
    temp
}

/// The project that `init` makes of that chart, in `project/` beside it, and what it tells.
fn with_project() -> (tempfile::TempDir, PathBuf, String) {
    let temp = with_chart(CONFIG_MAP);
    let project = temp.path().join("project");
    fs::create_dir(&project).unwrap();
    let told = succeed(
        &project,
        &["init", "--domain", "example.com", "--helm-chart", "../chart"],
    );
    (temp, project, told)
}

const CONFIG_MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"{{ .Release.Name }}\"}\n";

#[test]
fn the_root_of_the_repository_is_what_the_commands_make() {
    let temp = tempfile::tempdir().unwrap();
    copy_folder(&root().join("helm-charts"), &temp.path().join("helm-charts"));
    succeed(temp.path(), INIT);
    succeed(temp.path(), CREATE);
    let made = files(temp.path());
    for path in &made {
        let wanted = fs::read_to_string(temp.path().join(path)).unwrap();
        if std::env::var_os("UPDATE_ROOT").is_some() && !SUPERSETS.contains(&path.as_str()) {
            fs::create_dir_all(root().join(path).parent().unwrap()).unwrap();
            fs::write(root().join(path), &wanted).unwrap();
        }
        let found = fs::read_to_string(root().join(path)).unwrap_or_default();
        match path.as_str() {
            "Makefile" => assert_eq!(
                missing(&targets(&wanted), &targets(&found)),
                [""; 0],
                "targets of the Makefile"
            ),
            ".gitignore" => {
                assert_eq!(missing(&lines(&wanted), &lines(&found)), [""; 0], "lines of {path}");
            }
            _ => assert_eq!(found, wanted, "{path}: run UPDATE_ROOT=1 cargo test --test scaffold"),
        }
    }
    for folder in ["config", "samples"] {
        let is_there = |path: &String| path.starts_with(&format!("{folder}/"));
        let found = files(&root().join(folder))
            .into_iter()
            .map(|path| format!("{folder}/{path}"));
        let found: BTreeSet<String> = found
            .filter(|path| !MORE.iter().any(|more| path.starts_with(more)))
            .collect();
        let made: BTreeSet<String> = made.iter().filter(|path| is_there(path)).cloned().collect();
        assert_eq!(found, made, "files of {folder}");
    }
}

fn missing<'a>(wanted: &BTreeSet<&'a str>, found: &BTreeSet<&str>) -> Vec<&'a str> {
    wanted.iter().filter(|name| !found.contains(**name)).copied().collect()
}

/// The targets and the variables of a Makefile.
fn targets(text: &str) -> BTreeSet<&str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let heads = text.lines().filter(|line| line.starts_with(is_name));
    heads.filter_map(|line| line.split([':', ' ']).next()).collect()
}

fn lines(text: &str) -> BTreeSet<&str> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
}

#[test]
fn a_chart_becomes_a_project_with_one_command() {
    let (_temp, project, output) = with_project();
    assert_eq!(
        output.lines().map(str::to_owned).collect::<BTreeSet<_>>(),
        files(&project)
    );
    let read = |path: &str| fs::read_to_string(project.join(path)).unwrap();
    assert!(read("watches.yaml").contains("kind: Small\n  chart: helm-charts/small\n"));
    assert!(read("config/crd/bases/charts.example.com_smalls.yaml").contains("description: port is where it listens."));
    assert!(read("samples/charts_v1alpha1_small.yaml").contains("  # port is where it listens.\n  port: 80\n"));
    assert!(read("PROJECT").contains("projectName: project"));
}

/// All that is generated for the operator's account is all that `rbac` prints, whatever flags the project gives.
#[test]
fn rbac_prints_the_roles_of_the_project_as_it_is() {
    let (_temp, project, _) = with_project();
    let read = |path: &str| fs::read_to_string(project.join(path)).unwrap();
    let roles = |paths: &[&str]| paths.iter().map(|path| read(path)).collect::<Vec<_>>().join("---\n");
    let usual = [
        "config/rbac/role.yaml",
        "config/rbac/leader_election_role.yaml",
        "config/rbac/metrics_auth_role.yaml",
    ];
    let web = "config/web/web_role.yaml";
    assert_eq!(succeed(&project, &["rbac"]), roles(&usual));
    let with_web = roles(&[&usual[..], &[web]].concat());
    assert_eq!(succeed(&project, &["rbac", "--", "--web-bind-address=:8090"]), with_web);
    let list = "config/default/kustomization.yaml";
    let on = read(list).replace("# components:\n#   - ../web", "components:\n  - ../web");
    fs::write(project.join(list), on).unwrap();
    assert_eq!(succeed(&project, &["rbac"]), with_web);
    let error = fail(&project, &["rbac", "--", "--nonsense"]);
    assert!(
        error.contains("the operator's flags are not understood") && error.contains("--nonsense"),
        "{error}"
    );

    let manager = "config/manager/manager.yaml";
    let everywhere = read(manager);
    fs::write(
        project.join(manager),
        everywhere.replace("value: \"\"", "value: books,films"),
    )
    .unwrap();
    let narrow = succeed(&project, &["rbac"]);
    for namespace in ["books", "films"] {
        let role = format!("kind: Role\nmetadata:\n  name: manager-role\n  namespace: {namespace}\n");
        assert!(narrow.contains(&role), "{narrow}");
    }
    assert!(
        !narrow.contains("kind: ClusterRole\nmetadata:\n  name: manager-role"),
        "{narrow}"
    );
    assert_eq!(
        succeed(&project, &["rbac", "--namespace", "books"])
            .matches("name: manager-role")
            .count(),
        1
    );
    fs::write(project.join(manager), everywhere).unwrap();

    let watches = read("watches.yaml").replace("small\n", "small\n  serviceAccountName: tenant\n");
    fs::write(project.join("watches.yaml"), watches).unwrap();
    succeed(
        &project,
        &["create", "api", "--helm-chart", "helm-charts/small", "--force"],
    );
    let paths = [
        "config/rbac/role.yaml",
        "config/rbac/small_release_role.yaml",
        usual[1],
        usual[2],
        web,
    ];
    assert_eq!(succeed(&project, &["rbac"]), roles(&paths));
    assert!(read("config/rbac/kustomization.yaml").contains("  - small_release_role.yaml\n"));
}

fn init<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["init", "--domain", "example.com"], more].concat()
}

#[test]
fn bad_input_changes_nothing() {
    let temp = with_chart(CONFIG_MAP);
    let project = temp.path().join("project");
    fs::create_dir(&project).unwrap();
    let broken = with_chart("{{ nothing }}");
    let broken = broken.path().join("chart");
    let unfit = with_chart("{{ fail \"never\" }}");
    let unfit = unfit.path().join("chart");
    let cases: &[(Vec<&str>, &str)] = &[
        (vec!["create", "api", "--kind", "Small"], "run `chartwright init` first"),
        (init(&["--kind", "small"]), "kind `small` is not valid"),
        (
            init(&["--kind", "Small", "--version", "one"]),
            "version `one` is not valid",
        ),
        (init(&["--kind", "Small", "--group", "Big"]), "group `Big` is not valid"),
        (
            init(&["--group", "charts"]),
            "name a chart (--helm-chart) or a kind (--kind)",
        ),
        (init(&["--helm-chart", "nowhere"]), "the chart nowhere"),
        (
            init(&["--helm-chart", broken.to_str().unwrap()]),
            "function \"nothing\" not defined",
        ),
        (
            init(&["--helm-chart", unfit.to_str().unwrap()]),
            "does not render with its default values",
        ),
        (init(&["--helm-chart-repo", "https://example.com"]), "--helm-chart"),
        (
            vec!["init", "--domain", "Not a domain"],
            "domain `Not a domain` is not valid",
        ),
        (init(&["--project-name", "Books"]), "project name `Books` is not valid"),
        (init(&["--plugins", "go"]), "--plugins go"),
    ];
    for (args, wanted) in cases {
        let error = fail(&project, args);
        assert!(error.contains(wanted), "{args:?}: {error}");
        assert!(files(&project).is_empty(), "{args:?} left {:?}", files(&project));
    }
}

#[test]
fn what_is_there_is_not_overwritten() {
    let temp = with_chart(CONFIG_MAP);
    let project = temp.path().join("project");
    fs::create_dir_all(project.join("helm-charts/small")).unwrap();
    fs::write(project.join("Makefile"), "mine:\n").unwrap();
    fs::write(project.join("helm-charts/small/values.yaml"), "mine: true\n").unwrap();
    let args = ["init", "--domain", "example.com", "--helm-chart", "../chart"];
    let error = fail(&project, &args);
    assert!(
        error.contains("Makefile, helm-charts/small/values.yaml would be overwritten"),
        "{error}"
    );
    assert_eq!(files(&project).len(), 2);
    succeed(&project, &[&args[..], &["--force"]].concat());
    assert!(!fs::read_to_string(project.join("Makefile")).unwrap().contains("mine"));
    assert!(fail(&project, &args).contains("there is a project in this folder already"));
    let again = ["create", "api", "--helm-chart", "../chart"];
    assert!(fail(&project, &again).contains("the project has charts.example.com/v1alpha1 Small already"));
}

#[test]
fn a_change_that_breaks_resources_is_told_of() {
    let (temp, project, _) = with_project();
    fs::write(temp.path().join("chart/values.yaml"), "port: http\n").unwrap();
    let output = run(&project, &["create", "api", "--helm-chart", "../chart", "--force"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{told}");
    assert!(
        told.contains("resources that exist may break: spec.port: was integer, is string"),
        "{told}"
    );
}
