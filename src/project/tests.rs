//! Edits of the files, and what is told of them.

use super::*;

const CHART: &str = "{apiVersion: v2, name: demo, version: 0.1.0}\n";

struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        files.write("demo/Chart.yaml", CHART);
        files.write("demo/templates/a.yaml", "a: 1\n");
        files.watch("Demo", "demo", "");
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        std::fs::write(self.path(name), text).unwrap();
    }

    fn watch(&self, kind: &str, chart: &str, more: &str) {
        let chart = self.path(chart).display().to_string();
        let text = format!("- {{group: g.io, version: v1, kind: {kind}, chart: {chart}{more}}}\n");
        self.write("watches.yaml", &text);
    }

    fn load(&self, namespaces: &[&str]) -> Project {
        let namespaces: Vec<String> = namespaces.iter().map(|name| (*name).to_owned()).collect();
        let environment = Environment::default();
        Project::load(&self.path("watches.yaml"), environment, &namespaces)
            .unwrap()
            .0
    }

    /// What two looks tell, each thing on a line, without the folder's name.
    fn told(&self, project: &mut Project) -> Vec<String> {
        let folder = format!("{}/", self.0.path().display());
        let line = |news: News| match news {
            News::Watches(watches) => format!("{} watches", watches.len()),
            News::Chart(path) => format!("chart {}", path.display()),
            News::Refused { file, error } => format!("{}: {error}", file.display()),
        };
        assert_eq!(project.look(), [], "nothing is read before it has come to rest");
        let found = project.look().into_iter().map(line);
        found.map(|line| line.replace(&folder, "")).collect()
    }
}

#[test]
fn an_edit_is_told_once() {
    let files = Files::new();
    let mut project = files.load(&[]);
    assert_eq!(files.told(&mut project), [""; 0]);
    files.watch("Demo", "demo", ", maxHistory: 3");
    assert_eq!(files.told(&mut project), ["1 watches"]);
    assert_eq!(files.told(&mut project), [""; 0]);
    files.write("demo/templates/a.yaml", "a: 2 # longer\n");
    assert_eq!(files.told(&mut project), [format!("chart {}", "demo")]);
    files.write("demo/templates/.a.yaml.swp", "");
    std::fs::remove_file(files.path("demo/templates/.a.yaml.swp")).unwrap();
    assert_eq!(files.told(&mut project), [""; 0]);
}

#[test]
fn what_makes_no_sense_is_refused_and_what_was_read_stays() {
    let files = Files::new();
    let mut project = files.load(&["shop"]);
    let charts = project.charts();
    let demo = files.path("demo");
    files.write("demo/Chart.yaml", "name: [\n");
    let told = files.told(&mut project);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("demo: ") && told[0].contains("Chart.yaml"),
        "{told:?}"
    );
    assert_eq!(charts.current(&demo).unwrap().chart.name(), "demo");
    files.write("demo/Chart.yaml", &CHART.replace("0.1.0", "0.2.0"));
    assert_eq!(files.told(&mut project), ["chart demo"]);
    assert_eq!(charts.current(&demo).unwrap().chart.metadata.version.as_str(), "0.2.0");

    files.watch("Demo", "demo", ", maxHistory: many");
    let told = files.told(&mut project);
    assert!(
        told[0].ends_with("`maxHistory` must be a whole number, is a string"),
        "{told:?}"
    );
    files.watch("Demo", "demo", ", releaseNamespace: other");
    let told = files.told(&mut project);
    assert!(told[0].contains("releaseNamespace other"), "{told:?}");
}

#[test]
fn a_file_is_accepted_when_its_chart_is_there_at_last() {
    let files = Files::new();
    let mut project = files.load(&[]);
    files.watch("Demo", "late", "");
    assert!(files.told(&mut project)[0].contains("late"));
    assert_eq!(project.look(), [], "told once");
    files.write("late/Chart.yaml", CHART);
    let [News::Watches(watches)] = &project.look()[..] else {
        panic!("the file is good now")
    };
    assert_eq!(watches[0].chart, files.path("late"));
    assert_eq!(project.look(), []);
}
