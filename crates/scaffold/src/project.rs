//! The PROJECT file: what the project is called, and its kinds.

use govalue::{Map, Value};

use crate::api::{check, is_label, is_subdomain};
use crate::{Api, Error, Scope};

/// The layout that operator-sdk's helm plugin writes; ours is the same tree.
pub const LAYOUT: &str = "helm.sdk.operatorframework.io/v1";

/// What the file begins with.
const HEADER: &str = "# What this project is made of; written by `chartwright init` and `chartwright create api`.\n";

/// A project.
#[derive(Clone, Debug, PartialEq)]
pub struct Project {
    /// Its name: the prefix of what it deploys.
    pub name: String,
    /// The domain of its API groups.
    pub domain: String,
    /// Whether its kinds may be of more than one group.
    pub multigroup: bool,
    /// Its kinds.
    pub resources: Vec<Resource>,
    /// What else the file says.
    rest: Map,
}

/// A kind of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// The group without the domain.
    pub group: String,
    /// The domain.
    pub domain: String,
    /// The version.
    pub version: String,
    /// The kind.
    pub kind: String,
    /// Whether it lives in namespaces.
    pub namespaced: bool,
}

impl Project {
    /// A project without kinds.
    ///
    /// # Errors
    /// [`Error::Name`] for names that Kubernetes does not take.
    pub fn new(name: &str, domain: &str) -> Result<Self, Error> {
        const RULE: &str =
            "it must consist of lower case letters, digits and `-`, and begin and end with a letter or digit";
        check("project name", name, is_label, RULE)?;
        check(
            "domain",
            domain,
            is_subdomain,
            "it must be a DNS name in lower case, such as example.com",
        )?;
        let plugins = [
            "manifests.sdk.operatorframework.io/v2",
            "scorecard.sdk.operatorframework.io/v2",
        ];
        let plugins = plugins.map(|name| (name, Value::empty_map()));
        Ok(Self {
            name: name.to_owned(),
            domain: domain.to_owned(),
            multigroup: false,
            resources: Vec::new(),
            rest: Map::from([
                ("layout".into(), Value::from_iter([Value::from(LAYOUT)])),
                ("plugins".into(), Value::from_iter(plugins)),
                ("version".into(), Value::from("3")),
            ]),
        })
    }

    /// Reads a PROJECT file.
    ///
    /// # Errors
    /// [`Error::Project`] if it is not one.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let value = goyaml::from_str(text).map_err(|error| Error::Project(error.to_string()))?;
        let Some(mut rest) = value.into_map() else {
            return Err(Error::Project("it is not a map".into()));
        };
        let mut text = |key: &str| {
            rest.remove(key.as_bytes())
                .as_ref()
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        let name = text("projectName").ok_or_else(|| Error::Project("`projectName` is missing".into()))?;
        let domain = text("domain").unwrap_or_default();
        let multigroup = rest.remove("multigroup".as_bytes()).and_then(|value| value.as_bool());
        let resources = rest.remove("resources".as_bytes()).unwrap_or_default();
        let resources = resources
            .as_list()
            .unwrap_or_default()
            .iter()
            .map(Resource::read)
            .collect();
        Ok(Self {
            name,
            domain,
            multigroup: multigroup.unwrap_or_default(),
            resources,
            rest,
        })
    }

    /// The file's text.
    ///
    /// # Errors
    /// [`Error::Yaml`]
    pub fn text(&self) -> Result<String, Error> {
        let mut map = self.rest.clone();
        map.insert("projectName".into(), self.name.as_str().into());
        map.insert("domain".into(), self.domain.as_str().into());
        if self.multigroup {
            map.insert("multigroup".into(), true.into());
        }
        if !self.resources.is_empty() {
            map.insert("resources".into(), self.resources.iter().map(Resource::write).collect());
        }
        let text = goyaml::to_string(&Value::Map(map)).map_err(|source| Error::Yaml {
            path: "PROJECT".into(),
            source,
        })?;
        Ok(format!("{HEADER}{text}"))
    }

    /// Whether the project has the kind.
    pub fn has(&self, api: &Api) -> bool {
        self.resources.iter().any(|resource| resource.is(api))
    }

    /// The project with one more kind.
    ///
    /// # Errors
    /// [`Error::OtherGroup`] if the project is for one group only.
    pub fn with(&self, api: &Api) -> Result<Self, Error> {
        let mut project = self.clone();
        if project.has(api) {
            return Ok(project);
        }
        if let Some(first) = project.resources.first()
            && first.group != api.short_group
            && !project.multigroup
        {
            return Err(Error::OtherGroup {
                known: first.group.clone(),
                new: api.short_group.clone(),
            });
        }
        project.resources.push(Resource {
            group: api.short_group.clone(),
            domain: api.domain.clone(),
            version: api.version.clone(),
            kind: api.kind.clone(),
            namespaced: api.scope == Scope::Namespaced,
        });
        Ok(project)
    }
}

impl Resource {
    fn is(&self, api: &Api) -> bool {
        (&self.group, &self.version, &self.kind) == (&api.short_group, &api.version, &api.kind)
    }

    fn read(value: &Value) -> Self {
        let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        Self {
            group: text("group"),
            domain: text("domain"),
            version: text("version"),
            kind: text("kind"),
            namespaced: value
                .path("api.namespaced")
                .and_then(Value::as_bool)
                .unwrap_or_default(),
        }
    }

    fn write(&self) -> Value {
        let mut api = Map::from([("crdVersion".into(), Value::from("v1"))]);
        if self.namespaced {
            api.insert("namespaced".into(), true.into());
        }
        let texts = [
            ("domain", &self.domain),
            ("group", &self.group),
            ("kind", &self.kind),
            ("version", &self.version),
        ];
        let texts = texts.map(|(key, text)| (key.into(), Value::from(text.as_str())));
        let mut map = Map::from(texts);
        map.insert("api".into(), api.into());
        map.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_file_is_read_as_it_was_written() {
        let api = Api::new("charts", "example.com", "v1alpha1", "BookStore").unwrap();
        let project = Project::new("books", "example.com").unwrap().with(&api).unwrap();
        let read = Project::parse(&project.text().unwrap()).unwrap();
        assert_eq!(read, project);
        assert!(read.has(&api));
    }

    #[test]
    fn what_another_tool_wrote_stays() {
        let text = "projectName: x\ndomain: d.com\nlayout: [helm.sdk.operatorframework.io/v1]\ncliVersion: 1.2.3\n";
        let text = Project::parse(text).unwrap().text().unwrap();
        assert!(text.contains("cliVersion: 1.2.3"), "{text}");
    }

    #[test]
    fn a_second_group_must_be_allowed() {
        let api = |group| Api::new(group, "example.com", "v1", "Book").unwrap();
        let mut project = Project::new("books", "example.com").unwrap().with(&api("a")).unwrap();
        assert!(matches!(project.with(&api("b")), Err(Error::OtherGroup { .. })));
        project.multigroup = true;
        assert_eq!(project.with(&api("b")).unwrap().resources.len(), 2);
    }
}
