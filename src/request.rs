//! A custom resource as it was observed: its identity, its wishes, its annotations.

use std::fmt;
use std::time::Duration;

use helm_kube::Owner;
use kube::ResourceExt;
use kube::api::DynamicObject;

/// The finalizer that is on every custom resource with a release; helm-operator's own.
pub const FINALIZER: &str = "helm.sdk.operatorframework.io/uninstall-release";

/// The finalizer of older helm-operators and of helm-operator-plugins; taken off together with ours.
pub const LEGACY_FINALIZER: &str = "uninstall-helm-release";

/// The prefix of the annotations that steer a release.
const PREFIX: &str = "helm.sdk.operatorframework.io/";

/// Names one custom resource among those of all watches.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// The watch, by its place in watches.yaml.
    pub watch: usize,
    /// The custom resource's namespace; `None` if its kind is cluster-scoped.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{namespace}/{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// What the annotations of a custom resource ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// How often to look again, in place of the watch's period.
    pub reconcile_period: Option<Duration>,
    /// Whether hooks of an install are left out.
    pub install_disable_hooks: bool,
    /// Whether hooks of an upgrade are left out.
    pub upgrade_disable_hooks: bool,
    /// Whether hooks of the uninstall are left out.
    pub uninstall_disable_hooks: bool,
    /// Annotations that can't be understood, each with what is wrong; they count as absent.
    pub mistakes: Vec<String>,
}

impl Wishes {
    /// Reads the annotations of a custom resource.
    pub fn of(object: &DynamicObject) -> Self {
        let mut wishes = Self::default();
        let text = |name: &str| object.annotations().get(&format!("{PREFIX}{name}")).map(String::as_str);
        if let Some(period) = text("reconcile-period") {
            match crate::duration::parse(period) {
                Ok(period) => wishes.reconcile_period = Some(period),
                Err(error) => wishes
                    .mistakes
                    .push(format!("annotation `{PREFIX}reconcile-period`: {error}")),
            }
        }
        let mut flag = |name: &str| match text(name).map(parse_bool) {
            None => false,
            Some(Some(flag)) => flag,
            Some(None) => {
                wishes
                    .mistakes
                    .push(format!("annotation `{PREFIX}{name}` is neither true nor false"));
                false
            }
        };
        let flags = [
            flag("install-disable-hooks"),
            flag("upgrade-disable-hooks"),
            flag("uninstall-disable-hooks"),
        ];
        [
            wishes.install_disable_hooks,
            wishes.upgrade_disable_hooks,
            wishes.uninstall_disable_hooks,
        ] = flags;
        wishes
    }
}

/// Go's `strconv.ParseBool`.
pub(crate) fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// The custom resource as the owner of its release.
pub fn owner(object: &DynamicObject) -> Owner {
    let types = object.types.clone().unwrap_or_default();
    Owner {
        api_version: types.api_version,
        kind: types.kind,
        name: object.name_any(),
        namespace: object.namespace(),
        uid: object.uid().unwrap_or_default(),
    }
}

/// Whether the custom resource is on its way out.
pub fn is_being_deleted(object: &DynamicObject) -> bool {
    object.metadata.deletion_timestamp.is_some()
}

/// Whether one of the finalizers that stand for a release is on the custom resource.
pub fn is_finalized(object: &DynamicObject) -> bool {
    object
        .finalizers()
        .iter()
        .any(|name| name == FINALIZER || name == LEGACY_FINALIZER)
}
