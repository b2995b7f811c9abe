//! Charts from folders and archives: what is read, in which order, and what is refused.

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use helm_chart::{Capabilities, Chart, ChartDigest, File, KubeVersion, LoadError, load, load_files};

const CHART: &str = "apiVersion: v2\nname: app\nversion: 1.0.0\n";

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("every file is in a folder")).expect("folders can be made");
        fs::write(path, text).expect("files can be written");
    }
}

fn pack(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, data) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(data.len() as u64);
        header.set_mode(0o644);
        // Written by hand, because the builder refuses the paths that a loader has to.
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        archive.append(&header, *data).expect("entries can be packed");
    }
    archive
        .into_inner()
        .expect("the archive is complete")
        .finish()
        .expect("the archive is compressed")
}

fn load_packed(entries: &[(&str, &[u8])]) -> Result<Chart, String> {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = folder.path().join("chart.tgz");
    fs::write(&path, pack(entries)).expect("files can be written");
    load(&path)
        .map(|loaded| loaded.chart)
        .map_err(|error| error.helm_text())
}

fn names(files: &[File]) -> Vec<String> {
    files.iter().map(|file| file.name.to_string()).collect()
}

fn error(files: &[(&str, &str)]) -> String {
    let files = files.iter().map(|(name, text)| File {
        name: (*name).into(),
        data: (*text).into(),
    });
    load_files(files.collect())
        .expect_err("the chart is refused")
        .helm_text()
}

#[test]
fn a_folder_is_read_in_byte_order_without_what_is_ignored() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[
            ("Chart.yaml", &format!("\u{feff}{CHART}")),
            (".helmignore", "*.bak\nsecret/\n"),
            ("templates/b.yaml", "b"),
            ("templates/.swp", ""),
            ("templates/a/z.yaml", "z"),
            ("templates/a.yaml", "\u{feff}a"),
            ("x.bak", ""),
            ("secret/key", ""),
            ("charts/_off/Chart.yaml", "broken: ["),
            ("charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 0.1.0\n"),
            ("charts/sub/values.yaml", "n: 1\n"),
        ],
    );
    let chart = load(folder.path()).unwrap().chart;
    assert_eq!(
        names(&chart.templates),
        ["templates/a/z.yaml", "templates/a.yaml", "templates/b.yaml"]
    );
    assert_eq!(names(&chart.files), [".helmignore"]);
    assert_eq!(chart.templates[1].data, "a");
    assert_eq!(chart.dependencies.len(), 1);
    assert_eq!(chart.dependencies[0].full_path, "app/charts/sub");
}

#[test]
fn symbolic_links_are_followed_with_a_warning_and_never_in_circles() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("app/Chart.yaml", CHART), ("shared/t.yaml", "t")]);
    symlink("../shared", folder.path().join("app/templates")).unwrap();
    let loaded = load(folder.path().join("app")).unwrap();
    assert_eq!(names(&loaded.chart.templates), ["templates/t.yaml"]);
    assert!(
        loaded.warnings[0]
            .to_string()
            .starts_with("walk.go:75: found symbolic link in path: ")
    );
    symlink("..", folder.path().join("shared/up")).unwrap();
    assert!(matches!(load(folder.path().join("app")), Err(LoadError::LinkCycle(_))));
}

#[test]
fn a_folder_and_an_archive_of_it_have_one_digest() {
    let sub = "apiVersion: v2\nname: sub\nversion: 0.1.0\n";
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[
            ("Chart.yaml", CHART),
            ("templates/x.yaml", "x"),
            ("charts/sub/Chart.yaml", sub),
        ],
    );
    let inner = pack(&[("sub/Chart.yaml", sub.as_bytes())]);
    let packed = load_packed(&[
        ("app/charts/sub-0.1.0.tgz", &inner),
        ("app/templates/x.yaml", b"x"),
        ("app/Chart.yaml", CHART.as_bytes()),
    ]);
    let digest = ChartDigest::of(&load(folder.path()).unwrap().chart);
    assert_eq!(digest, ChartDigest::of(&packed.unwrap()));
    assert_eq!(digest.to_string().len(), "sha256:".len() + 64);
    fs::write(folder.path().join("templates/x.yaml"), "y").unwrap();
    assert_ne!(digest, ChartDigest::of(&load(folder.path()).unwrap().chart));
}

#[test]
fn archives_that_reach_out_of_their_folder_or_are_too_large_are_refused() {
    let refused = |entries: &[(&str, &[u8])]| load_packed(entries).unwrap_err();
    assert_eq!(
        refused(&[("app/../../x", b"")]),
        "chart illegally references parent directory"
    );
    assert_eq!(
        refused(&[("app//etc/x", b"")]),
        "chart illegally contains absolute paths"
    );
    let large = vec![b'a'; 5 * 1024 * 1024 + 1];
    let expected = "decompressed chart file \"app/large\" is larger than the maximum file size 5242880";
    assert_eq!(refused(&[("app/large", &large)]), expected);
    assert_eq!(refused(&[]), "no files in chart archive");
    let full = vec![b'a'; 5 * 1024 * 1024];
    let many: Vec<(&str, &[u8])> = (0..21).map(|_| ("app/full", full.as_slice())).collect();
    assert_eq!(
        refused(&many),
        "decompressed chart is larger than the maximum file size 104857600"
    );
}

#[test]
fn subcharts_that_unpack_to_too_much_together_are_refused() {
    let full = vec![b'a'; 5 * 1024 * 1024];
    let mut entries: Vec<(&str, &[u8])> = vec![("app/Chart.yaml", CHART.as_bytes())];
    entries.extend((0..19).map(|_| ("app/full", full.as_slice())));
    let bomb = pack(&entries);
    let file = |name: &str, data: &[u8]| File {
        name: name.into(),
        data: data.into(),
    };
    let chart = || file("Chart.yaml", CHART.as_bytes());
    assert!(load_files(vec![chart(), file("charts/a.tgz", &bomb)]).is_ok());
    let files = vec![
        chart(),
        file("charts/a.tgz", &bomb),
        file("charts/b.tgz", &bomb),
        file("charts/c.tgz", &bomb),
    ];
    assert_eq!(
        load_files(files).unwrap_err().helm_text(),
        "the decompressed subcharts are larger than the maximum size 268435456"
    );
}

#[test]
fn what_is_no_archive_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
        let error = load(&path).unwrap_err().helm_text();
        error.replace(&path.display().to_string(), "PATH")
    };
    let yaml = "file 'PATH' seems to be a YAML file, but expected a gzipped archive";
    assert_eq!(file("values.yaml", "a: 1"), yaml);
    let text = "file 'PATH' does not appear to be a gzipped archive; got 'text/plain; charset=utf-8'";
    assert_eq!(file("long.txt", &"a".repeat(600)), text);
    let short = "file 'PATH' does not appear to be a gzipped archive; got 'application/octet-stream'";
    assert_eq!(file("short.txt", "a"), short);
    let missing = load(folder.path().join("nope")).unwrap_err().helm_text();
    assert!(
        missing.starts_with("stat ") && missing.ends_with("nope: no such file or directory"),
        "{missing}"
    );
}

#[test]
fn a_large_file_in_a_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("Chart.yaml", CHART)]);
    fs::write(folder.path().join("big"), vec![b'a'; 5 * 1024 * 1024 + 1]).unwrap();
    let error = load(folder.path()).unwrap_err().helm_text();
    assert_eq!(error, "chart file \"big\" is larger than the maximum file size 5242880");
}

#[test]
fn broken_charts_are_reported_as_by_helm() {
    assert_eq!(error(&[]), "Chart.yaml file is missing");
    assert_eq!(
        error(&[("Chart.yaml", "name: [")]),
        "cannot load Chart.yaml: error converting YAML to JSON: yaml: line 1: did not find expected node content"
    );
    assert_eq!(
        error(&[("Chart.yaml", CHART), ("charts/bad/Chart.yaml", "version: 1.0.0\n")]),
        "error unpacking subchart bad in app: validation: chart.metadata.name is required"
    );
    assert_eq!(
        error(&[("Chart.yaml", CHART), ("charts/README.md", "")]),
        "error unpacking subchart README.md in app: Chart.yaml file is missing"
    );
    assert_eq!(
        error(&[("Chart.yaml", CHART), ("charts/x.tgz/Chart.yaml", "")]),
        "error unpacking subchart tar in app: expected x.tgz, got x.tgz/Chart.yaml"
    );
}

#[test]
fn requirements_of_old_charts_are_their_dependencies() {
    let old = CHART.replace("v2", "v1");
    let files = [
        ("Chart.yaml", old.as_str()),
        ("requirements.yaml", "dependencies: [{name: a, version: 1.0}]"),
        ("requirements.lock", "digest: sha256:x\ngenerated: 2020-01-01T00:00:00Z"),
    ];
    let files = files.map(|(name, text)| File {
        name: name.into(),
        data: text.into(),
    });
    let loaded = load_files(files.to_vec()).unwrap();
    assert!(loaded.warnings.is_empty());
    assert_eq!(loaded.chart.metadata.dependencies()[0].version, "1");
    assert_eq!(loaded.chart.lock.unwrap().digest, "sha256:x");
    assert_eq!(names(&loaded.chart.files), ["requirements.yaml", "requirements.lock"]);
}

#[test]
fn charts_that_cannot_be_installed_say_why() {
    let chart = |extra: &str| {
        let data = format!("{CHART}{extra}");
        let file = File {
            name: "Chart.yaml".into(),
            data: data.into(),
        };
        load_files(vec![file]).unwrap().chart
    };
    let library = chart("type: library\n").ensure_application().unwrap_err();
    assert_eq!(library.to_string(), "library charts are not installable");
    let missing = chart("dependencies: [{name: a}, {name: b}]\n")
        .ensure_dependencies()
        .unwrap_err();
    let expected = "An error occurred while checking for chart dependencies. You may need to run \
                    `helm dependency build` to fetch missing dependencies: \
                    found in Chart.yaml, but missing in charts/ directory: a, b";
    assert_eq!(helm_chart::helm_text(&missing), expected);
    let cluster = KubeVersion::parse("1.33").unwrap();
    let old = chart("kubeVersion: '<1.30'\n")
        .ensure_kube_version(&cluster)
        .unwrap_err();
    let expected = "chart requires kubeVersion: <1.30 which is incompatible with Kubernetes v1.33";
    assert_eq!(old.to_string(), expected);
    assert!(
        chart("kubeVersion: '>=1.30'\n")
            .ensure_kube_version(&Capabilities::default().kube_version)
            .is_ok()
    );
}
