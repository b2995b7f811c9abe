//! An existing operator-sdk project, taken over: what must change is changed, everything else stays as it is.

use crate::{Error, File, Folder, LAYOUT, Project};

/// What taking a project over comes to.
#[derive(Clone, Debug)]
pub struct Migration {
    /// The files to write.
    pub files: Vec<File>,
    /// What changes in them, and what is left to do by hand.
    pub notes: Vec<String>,
}

/// The group of the events that are published; operator-sdk's role knows the older one only.
const EVENTS: &str = "events.k8s.io";

/// Rules that operator-sdk's role lacks.
const RULES: &str = "# chartwright tells what happens by events of this group, and counts those that repeat.
- apiGroups:
  - events.k8s.io
  resources:
  - events
  verbs:
  - create
  - patch
";

const ROLE_MARKER: &str = "# +kubebuilder:scaffold:rules";

/// Plans the migration of the project in `folder`.
///
/// # Errors
/// [`Error::NoProject`] if there is none, [`Error::Project`] if it is not one of operator-sdk's helm plugin.
pub fn migrate(folder: &Folder) -> Result<Migration, Error> {
    let project = folder
        .read("PROJECT")?
        .ok_or_else(|| Error::NoProject(folder.root().to_owned()))?;
    Project::parse(&project)?;
    if !project.contains(LAYOUT) {
        return Err(Error::Project(format!(
            "its layout is not {LAYOUT}, so that it is no project of a Helm operator"
        )));
    }
    let mut migration = Migration {
        files: Vec::new(),
        notes: Vec::new(),
    };
    migration.change(folder, "Dockerfile", dockerfile)?;
    migration.change(folder, "Makefile", makefile)?;
    migration.change(folder, "config/rbac/role.yaml", role)?;
    Ok(migration)
}

impl Migration {
    fn change(&mut self, folder: &Folder, path: &str, change: fn(&str) -> (String, &'static str)) -> Result<(), Error> {
        let Some(text) = folder.read(path)? else {
            self.notes.push(format!("{path}: is not there"));
            return Ok(());
        };
        let (changed, note) = change(&text);
        if changed != text {
            self.notes.push(format!("{path}: {note}"));
            self.files.push(File::extended(path, changed));
        }
        Ok(())
    }
}

/// The image's base.
fn dockerfile(text: &str) -> (String, &'static str) {
    let ours = concat!("FROM chartwright:v", env!("CARGO_PKG_VERSION"));
    let is_base = |line: &str| line.starts_with("FROM ") && line.contains("helm-operator");
    let lines = text.split_inclusive('\n').map(|line| {
        if is_base(line) {
            format!("{ours}\n")
        } else {
            line.to_owned()
        }
    });
    (lines.collect(), "the image is made from chartwright's")
}

/// The target `run`.
fn makefile(text: &str) -> (String, &'static str) {
    const PROGRAM: &str = "# The operator's program.\nCHARTWRIGHT ?= chartwright\n\n";
    let run = text
        .replace("\nrun: helm-operator ", "\nrun: ")
        .replace("\t$(HELM_OPERATOR) run", "\t$(CHARTWRIGHT) run");
    let is_changed = run != text && !text.contains("CHARTWRIGHT ?=");
    let text = if is_changed { format!("{PROGRAM}{run}") } else { run };
    (text, "`make run` runs chartwright")
}

/// The operator's role: the rules for its events, before the mark for further rules or at the end.
fn role(text: &str) -> (String, &'static str) {
    const NOTE: &str = "the operator may publish events";
    if text.contains(EVENTS) {
        return (text.to_owned(), NOTE);
    }
    let indent = if text.contains("\n  - apiGroups") { "  " } else { "" };
    let lines = RULES.split_inclusive('\n').flat_map(|line| [indent, line]);
    let rules: String = lines.collect();
    let at = text
        .split_inclusive('\n')
        .scan(0, |end, line| {
            let start = *end;
            *end += line.len();
            Some((start, line))
        })
        .find(|(_, line)| line.trim() == ROLE_MARKER)
        .map_or(text.len(), |(start, _)| start);
    let (before, after) = text.split_at(at);
    let gap = if before.ends_with('\n') { "" } else { "\n" };
    ([before, gap, &rules, after].concat(), NOTE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Overwrite;

    const PROJECT: &str =
        "domain: example.com\nlayout:\n- helm.sdk.operatorframework.io/v1\nprojectName: cache\nversion: \"3\"\n";

    fn project(files: &[(&str, &str)]) -> (tempfile::TempDir, Folder) {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::new(temp.path());
        let files: Vec<File> = files.iter().map(|(path, text)| File::new(*path, *text)).collect();
        folder.write(&files, Overwrite::Never).unwrap();
        (temp, folder)
    }

    #[test]
    fn only_what_must_change_changes() {
        let role = "rules:\n- apiGroups:\n  - \"\"\n  resources:\n  - secrets\n# +kubebuilder:scaffold:rules\n";
        let (_temp, folder) = project(&[
            ("PROJECT", PROJECT),
            (
                "Dockerfile",
                "# Build\nFROM registry/helm-operator:v1.42.3\n\nCOPY a b\n",
            ),
            (
                "Makefile",
                ".PHONY: run\nrun: helm-operator ## Run it\n\t$(HELM_OPERATOR) run\n",
            ),
            ("config/rbac/role.yaml", role),
        ]);
        let migration = migrate(&folder).unwrap();
        assert_eq!(migration.notes.len(), 3, "{:?}", migration.notes);
        folder.write(&migration.files, Overwrite::Never).unwrap();
        let read = |path: &str| folder.read(path).unwrap().unwrap();
        assert!(read("Dockerfile").starts_with("# Build\nFROM chartwright:v"));
        assert!(read("Dockerfile").ends_with("\n\nCOPY a b\n"));
        assert!(read("Makefile").ends_with(".PHONY: run\nrun: ## Run it\n\t$(CHARTWRIGHT) run\n"));
        let changed = read("config/rbac/role.yaml");
        assert_eq!(changed.replace(RULES, ""), role);
        assert!(changed.ends_with("# +kubebuilder:scaffold:rules\n"));
        assert!(
            migrate(&folder).unwrap().files.is_empty(),
            "a second time changes nothing"
        );
    }

    #[test]
    fn other_projects_are_left_alone() {
        let (_temp, folder) = project(&[("PROJECT", "projectName: x\nlayout: [go.kubebuilder.io/v4]\n")]);
        assert!(matches!(migrate(&folder), Err(Error::Project(_))));
        let (_temp, folder) = project(&[]);
        assert!(matches!(migrate(&folder), Err(Error::NoProject(_))));
    }
}
