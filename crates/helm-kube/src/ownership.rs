//! The marks that make an object a release's: labels, annotations and owner references.

use std::fmt;

use serde_json::{Map, Value, json};

/// Labels that dependents carry.
pub mod labels {
    /// Helm's mark of an object that it manages; the value is `Helm`.
    pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
    /// helm-operator's label with the chart's name: what our watches of dependents select by.
    pub const CHART: &str = "helm.sdk.operatorframework.io/chart";
}

/// Annotations that dependents carry.
pub mod annotations {
    /// Helm's release name.
    pub const RELEASE_NAME: &str = "meta.helm.sh/release-name";
    /// Helm's release namespace.
    pub const RELEASE_NAMESPACE: &str = "meta.helm.sh/release-namespace";
    /// Whether uninstall leaves the object: `keep`.
    pub const RESOURCE_POLICY: &str = "helm.sh/resource-policy";
    /// `namespace/name` of the owning custom resource, where an owner reference is impossible.
    pub const PRIMARY_RESOURCE: &str = "operator-sdk/primary-resource";
    /// `Kind.group` of the owning custom resource.
    pub const PRIMARY_RESOURCE_TYPE: &str = "operator-sdk/primary-resource-type";
    /// JSON pointers of fields that are left as others have them, separated by commas or spaces.
    pub const DRIFT_IGNORE: &str = "chartwright.dev/drift-ignore";
    /// What is done where a change needs a new object: `fail` or `recreate`.
    pub const ON_IMMUTABLE: &str = "chartwright.dev/on-immutable";
}

/// The custom resource that owns a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// `group/version`
    pub api_version: String,
    /// Kind.
    pub kind: String,
    /// Name.
    pub name: String,
    /// Namespace; `None` for a cluster-scoped custom resource.
    pub namespace: Option<String>,
    /// UID.
    pub uid: String,
}

/// What a release writes on its objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ownership {
    /// The release's name.
    pub release: String,
    /// The release's namespace: also that of namespaced objects that name none.
    pub namespace: String,
    /// The chart's name.
    pub chart: String,
    /// The custom resource.
    pub owner: Owner,
}

/// Whether an object that exists may be taken for the release's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It carries the release's marks.
    Ours,
    /// It lacks a mark or has it otherwise, and which; none names another release.
    Unmarked(String),
    /// It carries the mark of another release, and which.
    Foreign(String),
}

impl Owner {
    /// The owner reference to this custom resource: a controller's, that blocks deletion in the foreground.
    pub fn reference(&self) -> Value {
        json!({
            "apiVersion": self.api_version,
            "kind": self.kind,
            "name": self.name,
            "uid": self.uid,
            "controller": true,
            "blockOwnerDeletion": true,
        })
    }

    fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }
}

/// A label or annotation that tells whose an object is.
struct Mark<'a> {
    what: &'static str,
    key: &'static str,
    found: &'a str,
    wanted: &'a str,
}

impl<'a> Mark<'a> {
    fn of(live: &'a Value, what: &'static str, key: &'static str, wanted: &'a str) -> Self {
        let map = live.pointer(&format!("/metadata/{what}s"));
        let found = map.and_then(|map| map.get(key)?.as_str()).unwrap_or_default();
        Self {
            what,
            key,
            found,
            wanted,
        }
    }

    /// Whether it names another release.
    fn is_of_another(&self) -> bool {
        self.what == "annotation" && !self.found.is_empty()
    }
}

impl fmt::Display for Mark<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            what,
            key,
            found,
            wanted,
        } = self;
        if found.is_empty() {
            write!(f, "{what} `{key}` is missing, must be `{wanted}`")
        } else {
            write!(f, "{what} `{key}` is `{found}`, must be `{wanted}`")
        }
    }
}

impl Ownership {
    /// Marks an object of the chart as the release's: namespace, Helm's labels and annotations, the chart label, and
    /// an owner reference where Kubernetes allows one, else helm-operator's owner annotations.
    pub fn stamp(&self, object: &mut Value, namespaced: bool) {
        let keep = is_kept(object);
        let metadata = entry(object, "metadata");
        let namespace = namespaced.then(|| match metadata.get("namespace").and_then(Value::as_str) {
            Some(namespace) if !namespace.is_empty() => namespace.to_owned(),
            _ => self.namespace.clone(),
        });
        match &namespace {
            Some(namespace) => metadata.insert("namespace".into(), json!(namespace)),
            None => metadata.remove("namespace"),
        };
        self.stamp_labels(metadata);
        self.stamp_annotations(metadata, keep || !self.may_refer(namespace.as_deref()));
        if keep || !self.may_refer(namespace.as_deref()) {
            metadata.remove("ownerReferences");
        } else {
            metadata.insert("ownerReferences".into(), json!([self.owner.reference()]));
        }
    }

    /// Whether an existing object is this release's, by Helm's rule: the managed-by label and both annotations.
    pub fn claim(&self, live: &Value) -> Claim {
        let marks = [
            Mark::of(live, "label", labels::MANAGED_BY, "Helm"),
            Mark::of(live, "annotation", annotations::RELEASE_NAME, &self.release),
            Mark::of(live, "annotation", annotations::RELEASE_NAMESPACE, &self.namespace),
        ];
        let mut wrong = marks.iter().filter(|mark| mark.found != mark.wanted);
        match (wrong.clone().find(|mark| mark.is_of_another()), wrong.next()) {
            (Some(mark), _) => Claim::Foreign(mark.to_string()),
            (None, Some(mark)) => Claim::Unmarked(mark.to_string()),
            (None, None) => Claim::Ours,
        }
    }

    /// An owner reference may lead from a namespaced object to an owner in the same namespace or to a cluster-scoped
    /// owner, and from a cluster-scoped object to a cluster-scoped owner.
    fn may_refer(&self, namespace: Option<&str>) -> bool {
        match (&self.owner.namespace, namespace) {
            (None, _) => true,
            (Some(owner), Some(object)) => owner == object,
            (Some(_), None) => false,
        }
    }

    fn stamp_labels(&self, metadata: &mut Map<String, Value>) {
        let map = child(metadata, "labels");
        map.insert(labels::MANAGED_BY.into(), json!("Helm"));
        map.insert(labels::CHART.into(), json!(self.chart));
    }

    fn stamp_annotations(&self, metadata: &mut Map<String, Value>, name_owner: bool) {
        let map = child(metadata, "annotations");
        map.insert(annotations::RELEASE_NAME.into(), json!(self.release));
        map.insert(annotations::RELEASE_NAMESPACE.into(), json!(self.namespace));
        if name_owner {
            let namespace = self.owner.namespace.as_deref().unwrap_or_default();
            map.insert(
                annotations::PRIMARY_RESOURCE.into(),
                json!(format!("{namespace}/{}", self.owner.name)),
            );
            let kind = format!("{}.{}", self.owner.kind, self.owner.group());
            map.insert(annotations::PRIMARY_RESOURCE_TYPE.into(), json!(kind));
        }
    }
}

/// Whether uninstall leaves an object: Helm trims the policy and ignores its case.
pub fn is_kept(object: &Value) -> bool {
    object
        .pointer("/metadata/annotations")
        .and_then(|map| map.get(annotations::RESOURCE_POLICY))
        .and_then(Value::as_str)
        .is_some_and(|policy| policy.trim().eq_ignore_ascii_case("keep"))
}

fn entry<'a>(object: &'a mut Value, key: &str) -> &'a mut Map<String, Value> {
    if !object.is_object() {
        *object = json!({});
    }
    match object {
        Value::Object(map) => child(map, key),
        _ => unreachable!("made an object above"),
    }
}

fn child<'a>(map: &'a mut Map<String, Value>, key: &str) -> &'a mut Map<String, Value> {
    let slot = map.entry(key).or_insert_with(|| json!({}));
    if !slot.is_object() {
        *slot = json!({});
    }
    match slot {
        Value::Object(map) => map,
        _ => unreachable!("made an object above"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ownership(owner_namespace: Option<&str>) -> Ownership {
        Ownership {
            release: "books".into(),
            namespace: "shop".into(),
            chart: "book-store".into(),
            owner: Owner {
                api_version: "charts.example.com/v1alpha1".into(),
                kind: "BookStore".into(),
                name: "books".into(),
                namespace: owner_namespace.map(str::to_owned),
                uid: "42".into(),
            },
        }
    }

    #[test]
    fn an_object_of_the_same_namespace_gets_an_owner_reference() {
        let mut object = json!({"kind": "Service", "metadata": {"name": "app"}});
        ownership(Some("shop")).stamp(&mut object, true);
        assert_eq!(object["metadata"]["namespace"], "shop");
        assert_eq!(object["metadata"]["ownerReferences"][0]["uid"], "42");
        assert!(
            object["metadata"]["annotations"]
                .get(annotations::PRIMARY_RESOURCE)
                .is_none()
        );
        assert_eq!(ownership(Some("shop")).claim(&object), Claim::Ours);
    }

    #[test]
    fn objects_that_may_not_refer_to_the_owner_name_it_in_annotations() {
        let cases = [
            (json!({"kind": "ClusterRole", "metadata": {"name": "r"}}), false),
            (
                json!({"kind": "ConfigMap", "metadata": {"name": "c", "namespace": "other"}}),
                true,
            ),
            (
                json!({"kind": "Secret", "metadata": {"name": "s", "annotations": {"helm.sh/resource-policy": " Keep"}}}),
                true,
            ),
        ];
        for (mut object, namespaced) in cases {
            ownership(Some("shop")).stamp(&mut object, namespaced);
            assert!(object["metadata"].get("ownerReferences").is_none(), "{object}");
            assert_eq!(
                object["metadata"]["annotations"][annotations::PRIMARY_RESOURCE],
                "shop/books"
            );
            assert_eq!(
                object["metadata"]["annotations"][annotations::PRIMARY_RESOURCE_TYPE],
                "BookStore.charts.example.com"
            );
        }
    }

    #[test]
    fn a_cluster_scoped_owner_may_be_referred_to_from_anywhere() {
        let mut object = json!({"kind": "ClusterRole", "metadata": {"name": "r"}});
        ownership(None).stamp(&mut object, false);
        assert_eq!(object["metadata"]["ownerReferences"][0]["name"], "books");
    }

    #[test]
    fn an_object_of_another_release_is_foreign() {
        let mut object = json!({"kind": "Service", "metadata": {"name": "app"}});
        ownership(Some("shop")).stamp(&mut object, true);
        object["metadata"]["annotations"][annotations::RELEASE_NAME] = json!("films");
        let Claim::Foreign(reason) = ownership(Some("shop")).claim(&object) else {
            panic!("taken for ours")
        };
        assert!(reason.contains("`films`"), "{reason}");
        object["metadata"]["labels"] = json!({});
        assert!(matches!(ownership(Some("shop")).claim(&object), Claim::Foreign(_)));
        object["metadata"]["annotations"] = json!({});
        assert!(matches!(ownership(Some("shop")).claim(&object), Claim::Unmarked(_)));
    }
}
