//! The flags that a project gives its operator.

use std::collections::BTreeSet;

use govalue::Value;

use crate::{Error, Folder};

/// The variable of the environment that names the namespaces to watch.
const NAMESPACES: &str = "WATCH_NAMESPACE";

/// What is deployed.
const DEPLOYED: &str = "config/default";

/// The operator's arguments in what `make deploy` deploys: those of the manager, and those that patches add. The namespaces
/// that its environment names are among them. None if there is no such folder.
///
/// # Errors
/// [`Error::Read`] and [`Error::Yaml`] tell which file can't be read.
pub fn operator_flags(folder: &Folder) -> Result<Vec<String>, Error> {
    let mut found = Found {
        folder,
        seen: BTreeSet::new(),
        flags: Vec::new(),
    };
    found.resource(DEPLOYED)?;
    Ok(found.flags)
}

struct Found<'a> {
    folder: &'a Folder,
    seen: BTreeSet<String>,
    flags: Vec<String>,
}

impl Found<'_> {
    /// What kustomize takes as a resource, a component or a patch: a file, or a folder with a list of further ones.
    fn resource(&mut self, path: &str) -> Result<(), Error> {
        if !self.seen.insert(path.to_owned()) {
            return Ok(());
        }
        if self.folder.root().join(path).is_file() {
            return self.file(path);
        }
        let list = format!("{path}/kustomization.yaml");
        let Some(text) = self.folder.read(&list)? else {
            return Ok(());
        };
        let list = parse(&list, &text)?;
        for key in ["resources", "components", "patches"] {
            for entry in list.get(key).and_then(Value::as_list).unwrap_or_default() {
                if let Some(patch) = entry.get("patch").and_then(Value::as_str) {
                    self.arguments(&parse(path, patch)?);
                }
                let file = entry.as_str().or_else(|| entry.get("path").and_then(Value::as_str));
                if let Some(file) = file.filter(|file| !file.contains("://")) {
                    self.resource(&beside(path, file))?;
                }
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &str) -> Result<(), Error> {
        let text = self.folder.read(path)?.unwrap_or_default();
        for document in text.split("\n---") {
            self.arguments(&parse(path, document)?);
        }
        Ok(())
    }

    /// A container's `args`, and what a JSON patch puts there.
    fn arguments(&mut self, tree: &Value) {
        if let Some(list) = tree.as_list() {
            return list.iter().for_each(|item| self.arguments(item));
        }
        let patched = tree.get("path").and_then(Value::as_str);
        if let Some(value) = tree
            .get("value")
            .filter(|_| patched.is_some_and(|path| path.contains("/args")))
        {
            self.take(value);
        }
        let text = |key: &str| tree.get(key).and_then(Value::as_str).unwrap_or_default();
        if text("name") == NAMESPACES && !text("value").is_empty() {
            self.flags.push(format!("--watch-namespace={}", text("value")));
        }
        for (key, value) in tree.as_map().into_iter().flatten() {
            if key == "args" {
                self.take(value);
            }
            self.arguments(value);
        }
    }

    fn take(&mut self, value: &Value) {
        let list = value.as_list().unwrap_or(std::slice::from_ref(value));
        let flags = list
            .iter()
            .filter_map(Value::as_str)
            .filter(|flag| flag.starts_with('-'));
        self.flags.extend(flags.map(str::to_owned));
    }
}

fn parse(path: &str, text: &str) -> Result<Value, Error> {
    goyaml::from_str(text).map_err(|source| Error::Yaml {
        path: path.to_owned(),
        source,
    })
}

/// The path of what a list in `folder` calls `path`.
fn beside(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in path.trim_end_matches('/').split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Overwrite, Project, init};

    #[test]
    fn what_is_deployed_tells_the_flags() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::new(temp.path());
        assert!(operator_flags(&folder).unwrap().is_empty());
        let mut files = init(&Project::new("books", "example.com").unwrap()).unwrap();
        folder.write(&files, Overwrite::Never).unwrap();
        let mut flags = operator_flags(&folder).unwrap();
        flags.sort();
        let usual = [
            "--health-probe-bind-address=:8081",
            "--leader-elect",
            "--leader-election-id=books",
            "--metrics-bind-address=:8443",
            "--metrics-require-rbac",
            "--metrics-secure",
        ];
        assert_eq!(flags, usual);
        let list = files
            .iter_mut()
            .find(|file| file.path == "config/default/kustomization.yaml");
        let list = list.unwrap();
        let text = String::from_utf8_lossy(&list.data).into_owned();
        let inline =
            "patches:\n  - patch: '[{op: add, path: /spec/template/spec/containers/0/args/-, value: --zap-devel}]'\n";
        let text = text
            .replace("# components:\n#   - ../web", "components:\n  - ../web")
            .replace("patches:\n", inline);
        list.data = text.into_bytes();
        let manager = files.iter_mut().find(|file| file.path == "config/manager/manager.yaml");
        let manager = manager.unwrap();
        let text = String::from_utf8_lossy(&manager.data).replace("value: \"\"", "value: books,films");
        manager.data = text.into_bytes();
        folder.write(&files, Overwrite::Always).unwrap();
        let flags = operator_flags(&folder).unwrap();
        for flag in [
            "--web-bind-address=:8090",
            "--watch-namespace=books,films",
            "--zap-devel",
        ] {
            assert!(flags.iter().any(|known| known == flag), "{flag}: {flags:?}");
        }
    }
}
