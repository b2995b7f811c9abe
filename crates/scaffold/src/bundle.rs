//! The OLM bundle: what `kubectl kustomize config/manifests` builds, in the form that catalogues take.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};

use crate::{Error, File};

/// How the bundle is called and where it is published.
#[derive(Clone, Debug)]
pub struct Release<'a> {
    /// The version, such as 0.0.1.
    pub version: &'a str,
    /// The channels that it is published in.
    pub channels: &'a [String],
    /// The channel of those who name none.
    pub default_channel: &'a str,
}

/// The kinds that OLM makes by itself.
const MADE_BY_OLM: &[&str] = &[
    "Namespace",
    "ServiceAccount",
    "ClusterRoleBinding",
    "RoleBinding",
    "Deployment",
];

/// Sorted objects of a bundle.
#[derive(Default)]
struct Parts {
    base: Option<Json>,
    deployments: Vec<Json>,
    roles: Vec<Json>,
    bindings: Vec<Json>,
    definitions: Vec<Json>,
    samples: Vec<Json>,
    scorecard: Option<Json>,
    others: Vec<Json>,
}

/// The files of the bundle of what kustomize has built.
///
/// # Errors
/// [`Error::Bundle`] if something that a bundle needs is not there.
pub fn bundle(built: &str, release: &Release<'_>) -> Result<Vec<File>, Error> {
    let documents = helm_release::documents(built).map_err(|error| Error::Bundle(helm_chart::helm_text(&error)))?;
    let objects = documents
        .iter()
        .map(|document| serde_json::to_value(&document.object).unwrap_or_default());
    let parts = Parts::sort(objects.collect());
    let base = parts.base.clone().ok_or_else(|| {
        Error::Bundle("there is no ClusterServiceVersion in what was built; it is in config/manifests/bases".into())
    })?;
    let name = text(&base, "/metadata/name");
    let package = name.split_once(".v").map_or(name, |(package, _)| package).to_owned();
    let mut files = vec![yaml(
        format!("bundle/manifests/{package}.clusterserviceversion.yaml"),
        &parts.service_version(base, &package, release)?,
    )?];
    for definition in &parts.definitions {
        let (group, plural) = (text(definition, "/spec/group"), text(definition, "/spec/names/plural"));
        files.push(yaml(format!("bundle/manifests/{group}_{plural}.yaml"), definition)?);
    }
    for object in parts.others.iter().chain(parts.unbound_roles()) {
        files.push(yaml(manifest_path(object), &without_namespace(object))?);
    }
    if let Some(scorecard) = &parts.scorecard {
        files.push(yaml("bundle/tests/scorecard/config.yaml".into(), scorecard)?);
    }
    let labels = labels(&package, release, parts.scorecard.is_some());
    let annotations: Map<String, Json> = labels.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    files.push(yaml(
        "bundle/metadata/annotations.yaml".into(),
        &json!({"annotations": annotations}),
    )?);
    files.push(File::new(
        "bundle.Dockerfile",
        dockerfile(&labels, parts.scorecard.is_some()),
    ));
    Ok(files)
}

impl Parts {
    fn sort(objects: Vec<Json>) -> Self {
        let mut parts = Self::default();
        let (definitions, rest): (Vec<_>, Vec<_>) = objects
            .into_iter()
            .partition(|object| object["kind"] == "CustomResourceDefinition");
        parts.definitions = definitions;
        for object in rest {
            match text(&object, "/kind") {
                "ClusterServiceVersion" => parts.base = Some(object),
                "Configuration" => parts.scorecard = Some(object),
                "Deployment" => parts.deployments.push(object),
                "Role" | "ClusterRole" => parts.roles.push(object),
                "RoleBinding" | "ClusterRoleBinding" => parts.bindings.push(object),
                kind if MADE_BY_OLM.contains(&kind) => {}
                _ if parts.is_sample(&object) => parts.samples.push(object),
                _ => parts.others.push(object),
            }
        }
        parts
    }

    fn is_sample(&self, object: &Json) -> bool {
        let group = text(object, "/apiVersion").split('/').next().unwrap_or_default();
        self.definitions.iter().any(|definition| {
            text(definition, "/spec/group") == group && definition.pointer("/spec/names/kind") == object.get("kind")
        })
    }

    /// The roles that no account of a Deployment is bound to: those of people.
    fn unbound_roles(&self) -> impl Iterator<Item = &Json> {
        self.roles.iter().filter(|role| {
            let is_of = |binding: &Json| is_bound(binding, role);
            !self.bindings.iter().any(is_of)
        })
    }

    fn service_version(&self, base: Json, package: &str, release: &Release<'_>) -> Result<Json, Error> {
        let mut version = base;
        version["metadata"]["name"] = json!(format!("{package}.v{}", release.version));
        version["metadata"]["namespace"] = json!("placeholder");
        let examples = serde_json::to_string_pretty(&self.samples).map_err(|error| Error::Bundle(error.to_string()))?;
        version["metadata"]["annotations"]["alm-examples"] = json!(examples);
        version["spec"]["version"] = json!(release.version);
        version["spec"]["customresourcedefinitions"] = json!({"owned": self.owned()});
        let deployments = self.deployments.iter().map(|deployment| {
            json!({
                "name": deployment["metadata"]["name"],
                "label": deployment["metadata"]["labels"],
                "spec": deployment["spec"],
            })
        });
        version["spec"]["install"] = json!({
            "strategy": "deployment",
            "spec": {
                "deployments": deployments.collect::<Vec<_>>(),
                "clusterPermissions": self.permissions("ClusterRoleBinding"),
                "permissions": self.permissions("RoleBinding"),
            },
        });
        Ok(version)
    }

    fn owned(&self) -> Vec<Json> {
        let versions = |definition: &Json| definition["spec"]["versions"].as_array().cloned().unwrap_or_default();
        let owned = self.definitions.iter().flat_map(|definition| {
            versions(definition).into_iter().map(|version| {
                let kind = &definition["spec"]["names"]["kind"];
                json!({
                    "name": definition["metadata"]["name"],
                    "kind": kind,
                    "displayName": kind,
                    "version": version["name"],
                    "description": version.pointer("/schema/openAPIV3Schema/description"),
                })
            })
        });
        owned.collect()
    }

    /// The rules of the roles that bindings of one kind give to accounts.
    fn permissions(&self, kind: &str) -> Vec<Json> {
        let mut accounts: Vec<(String, Vec<Json>)> = Vec::new();
        for binding in self.bindings.iter().filter(|binding| binding["kind"] == kind) {
            let Some(role) = self.roles.iter().find(|role| is_bound(binding, role)) else {
                continue;
            };
            let rules = role["rules"].as_array().cloned().unwrap_or_default();
            for account in binding["subjects"].as_array().into_iter().flatten() {
                let name = text(account, "/name").to_owned();
                match accounts.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, known)) => known.extend(rules.clone()),
                    None => accounts.push((name, rules.clone())),
                }
            }
        }
        let permission = |(name, rules): (String, Vec<Json>)| json!({"serviceAccountName": name, "rules": rules});
        accounts.into_iter().map(permission).collect()
    }
}

fn is_bound(binding: &Json, role: &Json) -> bool {
    binding.pointer("/roleRef/kind") == role.get("kind")
        && binding.pointer("/roleRef/name") == role.pointer("/metadata/name")
}

/// What tells catalogues what the bundle is.
fn labels(package: &str, release: &Release<'_>, has_tests: bool) -> Vec<(String, String)> {
    const BUNDLE: &str = "operators.operatorframework.io.bundle";
    const TEST: &str = "operators.operatorframework.io.test";
    let channels = release.channels.join(",");
    let mut labels = vec![
        (format!("{BUNDLE}.mediatype.v1"), "registry+v1"),
        (format!("{BUNDLE}.manifests.v1"), "manifests/"),
        (format!("{BUNDLE}.metadata.v1"), "metadata/"),
        (format!("{BUNDLE}.package.v1"), package),
        (format!("{BUNDLE}.channels.v1"), &channels),
        (format!("{BUNDLE}.channel.default.v1"), release.default_channel),
    ];
    if has_tests {
        labels.push((format!("{TEST}.mediatype.v1"), "scorecard+v1"));
        labels.push((format!("{TEST}.config.v1"), "tests/scorecard/"));
    }
    labels.into_iter().map(|(key, value)| (key, value.to_owned())).collect()
}

fn dockerfile(labels: &[(String, String)], has_tests: bool) -> String {
    let mut text = String::from("# The image of the OLM bundle.\nFROM scratch\n\n");
    for (key, value) in labels {
        let _ = writeln!(text, "LABEL {key}={value}");
    }
    text.push_str("\nCOPY bundle/manifests /manifests/\nCOPY bundle/metadata /metadata/\n");
    if has_tests {
        text.push_str("COPY bundle/tests/scorecard /tests/scorecard/\n");
    }
    text
}

/// As operator-sdk calls the files: name, group, version and kind.
fn manifest_path(object: &Json) -> String {
    let version = text(object, "/apiVersion").replace('/', "_");
    let kind = text(object, "/kind").to_ascii_lowercase();
    format!(
        "bundle/manifests/{}_{version}_{kind}.yaml",
        text(object, "/metadata/name")
    )
}

/// OLM decides where the operator is.
fn without_namespace(object: &Json) -> Json {
    let mut object = object.clone();
    if let Some(metadata) = object["metadata"].as_object_mut() {
        metadata.remove("namespace");
    }
    object
}

fn yaml(path: String, object: &Json) -> Result<File, Error> {
    let value: govalue::Value = serde_json::from_value(object.clone()).unwrap_or_default();
    match goyaml::to_string(&value) {
        Ok(text) => Ok(File::new(path, text)),
        Err(source) => Err(Error::Yaml { path, source }),
    }
}

fn text<'a>(object: &'a Json, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Json::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUILT: &str = "
apiVersion: operators.coreos.com/v1alpha1
kind: ClusterServiceVersion
metadata: {name: books.v0.0.0, annotations: {}}
spec: {displayName: books}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: books.d.com}
spec: {group: d.com, names: {kind: Book, plural: books}, versions: [{name: v1}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: m, labels: {a: b}}
spec: {replicas: 1}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: manager}
rules: [{apiGroups: [''], resources: [secrets], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: viewer}
rules: []
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: b}
roleRef: {kind: ClusterRole, name: manager}
subjects: [{kind: ServiceAccount, name: sa}]
---
apiVersion: d.com/v1
kind: Book
metadata: {name: sample}
";

    #[test]
    fn every_object_finds_its_place() {
        let channels = ["alpha".to_owned()];
        let release = Release {
            version: "1.2.3",
            channels: &channels,
            default_channel: "alpha",
        };
        let files = bundle(BUILT, &release).unwrap();
        let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "bundle/manifests/books.clusterserviceversion.yaml",
                "bundle/manifests/d.com_books.yaml",
                "bundle/manifests/viewer_rbac.authorization.k8s.io_v1_clusterrole.yaml",
                "bundle/metadata/annotations.yaml",
                "bundle.Dockerfile",
            ]
        );
        let version = goyaml::from_str(&files[0].data).unwrap();
        assert_eq!(
            version.path("metadata.name").and_then(govalue::Value::as_str),
            Some("books.v1.2.3")
        );
        let install = serde_json::to_value(version.path("spec.install.spec")).unwrap();
        assert_eq!(install["deployments"][0]["name"], "m");
        assert_eq!(install["clusterPermissions"][0]["serviceAccountName"], "sa");
        assert_eq!(install["clusterPermissions"][0]["rules"][0]["resources"][0], "secrets");
        let examples = version
            .path("metadata.annotations")
            .and_then(|map| map.get("alm-examples"))
            .unwrap();
        assert!(examples.as_str().unwrap().contains("\"sample\""));
    }

    #[test]
    fn without_its_base_there_is_no_bundle() {
        let release = Release {
            version: "1.2.3",
            channels: &[],
            default_channel: "",
        };
        assert!(matches!(bundle("kind: Service\n", &release), Err(Error::Bundle(_))));
    }
}
