//! The plans: what `init` and `create api` put into a project's folder.

use govalue::{Map, Value};
use helm_chart::{Chart, KubeVersion};
use serde_json::json;

use crate::definition::{Change, breaking_changes};
use crate::rbac::{self, Access, Role, WatchAccess, manager_role, release_role, survey};
use crate::sample::sample;
use crate::source::ChartFolder;
use crate::template::{PERSON_ROLE, PROJECT_FILES, WATCH};
use crate::{Api, Definition, Error, File, Folder, Project, Scaling, Schema};

const ROLE_FILE: &str = "config/rbac/role.yaml";
const WATCH_MARKER: &str = "# +kubebuilder:scaffold:watch";
const PERSON_MARKER: &str = "# +kubebuilder:scaffold:rbac";

/// A list of resources of kustomize: its file, the line before which new entries stand, and what it begins with.
struct Listing {
    path: &'static str,
    marker: &'static str,
    title: &'static str,
}

const DEFINITIONS: Listing = Listing {
    path: "config/crd/kustomization.yaml",
    marker: "# +kubebuilder:scaffold:crdkustomizeresource",
    title: "# The custom resource definitions of the project.",
};

/// Without an ending, so that `kubectl apply -f samples` does not take it for a sample.
const SAMPLES: Listing = Listing {
    path: "samples/Kustomization",
    marker: "# +kubebuilder:scaffold:manifestskustomizesamples",
    title: "# A sample of each kind.",
};

/// The samples under the path that operator-sdk's projects have them.
const CONFIG_SAMPLES: (&str, &str) = (
    "config/samples/kustomization.yaml",
    "# The samples, which are in the folder of that name.\nresources:\n  - ../../samples\n",
);

/// The tests of the bundle that scorecard has besides the basic one.
const OLM_TESTS: &[&str] = &[
    "olm-bundle-validation",
    "olm-crds-have-validation",
    "olm-crds-have-resources",
    "olm-spec-descriptors",
    "olm-status-descriptors",
];

/// The people's roles: role, verbs, and what it is for.
const PEOPLE: &[(&str, &[&str], &str)] = &[
    (
        "admin",
        &["*"],
        "Full rights on the resources, also to let others have them.",
    ),
    (
        "editor",
        &["create", "delete", "get", "list", "patch", "update", "watch"],
        "For those who make, change and delete the resources.",
    ),
    (
        "viewer",
        &["get", "list", "watch"],
        "For those who look at the resources.",
    ),
];

/// What a new kind of a project is made from.
#[derive(Clone, Debug)]
pub struct Creation<'a> {
    /// The kind.
    pub api: &'a Api,
    /// Its chart.
    pub chart: &'a ChartFolder,
    /// Values that the chart needs to render at all.
    pub values: &'a Map,
    /// The schema of the status.
    pub status: &'a Schema,
    /// How the kind is watched, if the project has it.
    pub watch: &'a WatchAccess,
    /// Whether the kind's files are made anew if the project has it.
    pub again: bool,
}

/// What a new kind comes to.
#[derive(Clone, Debug)]
pub struct Created {
    /// The files to write.
    pub files: Vec<File>,
    /// What the operator must be allowed to do.
    pub access: Access,
    /// What breaks resources that there are, if the kind had a definition already.
    pub breaking: Vec<Change>,
}

/// The files of a project without kinds.
///
/// # Errors
/// [`Error::Template`] or [`Error::Yaml`], which should not happen.
pub fn init(project: &Project) -> Result<Vec<File>, Error> {
    let data = json!({
        "project": project.name,
        "domain": project.domain,
        "image": format!("{}/{}", project.domain, project.name),
        "tool_version": env!("CARGO_PKG_VERSION"),
        "olm_tests": OLM_TESTS,
    });
    let names = [("project", project.name.as_str())];
    let mut files = PROJECT_FILES
        .iter()
        .map(|template| template.file(&names, &data))
        .collect::<Result<Vec<_>, _>>()?;
    files.push(File::new("PROJECT", project.text()?));
    files.push(File::new(
        ROLE_FILE,
        manager_role(&Role::Cluster, &[]).unwrap_or_default(),
    ));
    Ok(files)
}

/// The files that a new kind adds to the project in `folder`, and those that it changes. Nothing is written yet.
///
/// # Errors
/// [`Error::NoProject`], [`Error::Exists`], [`Error::OtherGroup`] and [`Error::NoMarker`] tell that the project can't take
/// the kind, [`Error::Installable`], [`Error::Render`] and [`Error::Values`] that the chart is not fit.
pub fn create_api(folder: &Folder, creation: &Creation<'_>) -> Result<Created, Error> {
    let Creation { api, chart, again, .. } = *creation;
    let project = folder
        .read("PROJECT")?
        .ok_or_else(|| Error::NoProject(folder.root().to_owned()))?;
    let project = Project::parse(&project)?;
    if project.has(api) && !again {
        return Err(Error::Exists(format!("{} {}", api.api_version(), api.kind)));
    }
    let changed = project.with(api)?;
    ensure_installable(&chart.chart)?;
    let access = survey(&chart.chart, creation.values, creation.watch)?;
    let (definition_path, definition) = definition(creation)?;
    let breaking = match folder.read(&definition_path)? {
        Some(old) => breaking_changes(&old, &definition)?,
        None => Vec::new(),
    };
    let prefix = [api.short_group.as_str(), &api.version, &api.singular()].join("_");
    let sample_name = format!("{}.yaml", prefix.trim_start_matches('_'));
    let mut files = chart.files();
    files.extend([
        File::new(&definition_path, definition),
        File::new(
            format!("samples/{sample_name}"),
            sample(api, &chart.chart, &chart.path, creation.values)?,
        ),
        File::new(CONFIG_SAMPLES.0, CONFIG_SAMPLES.1),
        File::extended("PROJECT", changed.text()?),
        watches(folder, api, chart)?,
        role(folder, api, &access)?,
        DEFINITIONS.with(folder, definition_path.trim_start_matches("config/crd/"))?,
        SAMPLES.with(folder, &sample_name)?,
    ]);
    files.extend(people(folder, &project, api, &access)?);
    Ok(Created {
        files,
        access,
        breaking,
    })
}

fn ensure_installable(chart: &Chart) -> Result<(), Error> {
    let checks = [
        chart.ensure_application(),
        chart.ensure_dependencies(),
        chart.ensure_kube_version(&KubeVersion::default()),
    ];
    checks
        .into_iter()
        .collect::<Result<(), _>>()
        .map_err(|source| Error::Installable {
            chart: chart.name().to_owned(),
            source,
        })
}

fn definition(creation: &Creation<'_>) -> Result<(String, String), Error> {
    let Creation { api, chart, status, .. } = *creation;
    let spec = Schema::of_chart(&chart.chart)?;
    let definition = Definition {
        api,
        scaling: Scaling::of(&chart.chart, &spec, creation.values),
        spec,
        status: status.clone(),
        chart_path: &chart.path,
        chart_description: &chart.chart.metadata.description,
    };
    let path = format!("config/crd/bases/{}_{}.yaml", api.group(), api.plural);
    Ok((path, definition.text()?))
}

/// watches.yaml with an entry for the kind, unless it has one.
fn watches(folder: &Folder, api: &Api, chart: &ChartFolder) -> Result<File, Error> {
    let path = "watches.yaml";
    let text = folder.read(path)?.unwrap_or_else(|| format!("{WATCH_MARKER}\n"));
    let tree = goyaml::from_str(&text).unwrap_or_default();
    let is_same = |watch: &Value| {
        let says = |key: &str, wanted: &str| watch.get(key).and_then(Value::as_str) == Some(wanted);
        says("group", &api.group()) && says("version", &api.version) && says("kind", &api.kind)
    };
    if tree.as_list().unwrap_or_default().iter().any(is_same) {
        return Ok(File::extended(path, text));
    }
    let data = json!({"group": api.group(), "version": api.version, "kind": api.kind, "chart": chart.path});
    let entry = WATCH.render(&data)?;
    Ok(File::extended(path, insert(path, &text, WATCH_MARKER, &entry)?))
}

/// The operator's role with the rules for the kind, in place of those that it has for it.
fn role(folder: &Folder, api: &Api, access: &Access) -> Result<File, Error> {
    let known = folder.read(ROLE_FILE)?;
    let text = known.or_else(|| manager_role(&Role::Cluster, &[])).unwrap_or_default();
    let text = without_kind(&text, &api.kind);
    let section = rbac::kind_section(&Role::Cluster, api, access);
    Ok(File::extended(
        ROLE_FILE,
        insert(ROLE_FILE, &text, rbac::MARKER, &section)?,
    ))
}

/// A role's text without the rules that stand under comments about the kind.
fn without_kind(text: &str, kind: &str) -> String {
    let title = format!("  # {kind}: ");
    let mut is_about = false;
    let lines = text.split_inclusive('\n').filter(|line| {
        if line.starts_with("  # ") {
            is_about = line.starts_with(&title);
        }
        !is_about
    });
    lines.collect()
}

/// The roles of people and of accounts that make releases, and the list that they stand in.
fn people(folder: &Folder, project: &Project, api: &Api, access: &Access) -> Result<Vec<File>, Error> {
    let list = "config/rbac/kustomization.yaml";
    let mut text = folder.read(list)?.ok_or_else(|| Error::NoMarker {
        path: list.to_owned(),
        marker: PERSON_MARKER,
    })?;
    let mut files = Vec::new();
    for (role, verbs, purpose) in PEOPLE {
        let data = json!({
            "project": project.name,
            "group": api.group(),
            "kind_lower": api.singular(),
            "plural": api.plural,
            "role": role,
            "verbs": verbs.iter().map(|verb| if *verb == "*" { "\"*\"" } else { verb }).collect::<Vec<_>>(),
            "purpose": purpose,
        });
        files.push(PERSON_ROLE.file(&[("kind", &api.singular()), ("role", role)], &data)?);
    }
    if let Some(role) = release_role(api, access) {
        files.push(File::new(
            format!("config/rbac/{}_release_role.yaml", api.singular()),
            role,
        ));
    }
    for file in &files {
        let entry = format!("  - {}\n", file.path.trim_start_matches("config/rbac/"));
        if !text.contains(&entry) {
            text = insert(list, &text, PERSON_MARKER, &entry)?;
        }
    }
    files.push(File::extended(list, text));
    Ok(files)
}

impl Listing {
    /// The list with one more entry.
    fn with(&self, folder: &Folder, entry: &str) -> Result<File, Error> {
        let known = folder.read(self.path)?;
        let text = known.unwrap_or_else(|| format!("{}\nresources:\n{}\n", self.title, self.marker));
        let line = format!("- {entry}");
        if text.lines().any(|known| known.trim() == line) {
            return Ok(File::extended(self.path, text));
        }
        // Whoever wrote the list has chosen how far it is moved in.
        let indent = text
            .lines()
            .find(|line| line.trim_start().starts_with("- "))
            .unwrap_or("  -");
        let indent = &indent[..indent.len() - indent.trim_start().len()];
        Ok(File::extended(
            self.path,
            insert(self.path, &text, self.marker, &format!("{indent}{line}\n"))?,
        ))
    }
}

/// The text with lines before the line that has the marker.
fn insert(path: &str, text: &str, marker: &'static str, lines: &str) -> Result<String, Error> {
    let at = text
        .lines()
        .position(|line| line.trim() == marker)
        .ok_or_else(|| Error::NoMarker {
            path: path.to_owned(),
            marker,
        })?;
    let offset = text.split_inclusive('\n').take(at).map(str::len).sum();
    let (before, after) = text.split_at(offset);
    Ok([before, lines, after].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Overwrite, starter};

    fn new_project(folder: &Folder) {
        let project = Project::new("books", "example.com").unwrap();
        folder.write(&init(&project).unwrap(), Overwrite::Never).unwrap();
    }

    fn create(folder: &Folder, kind: &str, again: bool) -> Result<Created, Error> {
        let api = Api::new("charts", "example.com", "v1alpha1", kind).unwrap();
        let chart = ChartFolder::new(starter(&kind.to_ascii_lowercase()).unwrap());
        let (values, status, watch) = (Map::new(), Schema::default(), WatchAccess::default());
        let creation = Creation {
            api: &api,
            chart: &chart,
            values: &values,
            status: &status,
            watch: &watch,
            again,
        };
        let created = create_api(folder, &creation)?;
        folder.write(&created.files, if again { Overwrite::Always } else { Overwrite::Never })?;
        Ok(created)
    }

    #[test]
    fn a_project_takes_several_kinds() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::new(temp.path());
        assert!(matches!(create(&folder, "Book", false), Err(Error::NoProject(_))));
        new_project(&folder);
        create(&folder, "Book", false).unwrap();
        create(&folder, "Shelf", false).unwrap();
        let read = |path: &str| folder.read(path).unwrap().unwrap();
        let watches = goyaml::from_str(read("watches.yaml")).unwrap();
        assert_eq!(watches.as_list().map(<[Value]>::len), Some(2));
        assert_eq!(Project::parse(&read("PROJECT")).unwrap().resources.len(), 2);
        for (path, wanted) in [
            (
                "config/crd/kustomization.yaml",
                "  - bases/charts.example.com_shelfs.yaml\n",
            ),
            ("samples/Kustomization", "  - charts_v1alpha1_shelf.yaml\n"),
            ("config/rbac/kustomization.yaml", "  - shelf_viewer_role.yaml\n"),
            ("config/rbac/role.yaml", "  # Shelf: its resources.\n"),
        ] {
            assert!(read(path).contains(wanted), "{path}: {}", read(path));
        }
    }

    #[test]
    fn making_a_kind_again_changes_nothing() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::new(temp.path());
        new_project(&folder);
        create(&folder, "Book", false).unwrap();
        assert!(matches!(create(&folder, "Book", false), Err(Error::Exists(_))));
        let created = create(&folder, "Book", true).unwrap();
        assert!(created.breaking.is_empty());
        assert!(folder.write(&created.files, Overwrite::Never).unwrap().is_empty());
    }

    #[test]
    fn a_file_without_its_marker_is_told_of_before_anything_is_written() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::new(temp.path());
        new_project(&folder);
        folder
            .write(&[File::extended("watches.yaml", "[]\n")], Overwrite::Never)
            .unwrap();
        let error = create(&folder, "Book", false).unwrap_err();
        assert!(
            matches!(&error, Error::NoMarker { path, .. } if path == "watches.yaml"),
            "{error}"
        );
        assert!(!temp.path().join("helm-charts").exists());
    }
}
