//! A custom resource as it was observed: its identity, its wishes, its annotations.

use std::fmt;
use std::time::Duration;

use helm_action::FailurePolicy;
use helm_kube::Owner;
use kube::ResourceExt;
use kube::api::DynamicObject;

/// The finalizer that is on every custom resource with a release; helm-operator's own.
pub const FINALIZER: &str = "helm.sdk.operatorframework.io/uninstall-release";

/// The finalizer of older helm-operators and of helm-operator-plugins; taken off together with ours.
pub const LEGACY_FINALIZER: &str = "uninstall-helm-release";

/// The prefix of the annotations that steer a release.
const PREFIX: &str = "helm.sdk.operatorframework.io/";

/// The prefix of the annotations that no other operator has.
const OWN_PREFIX: &str = "chartwright.dev/";

/// The annotation that names the service account of a release, where its watch allows it.
pub const SERVICE_ACCOUNT: &str = "chartwright.dev/service-account-name";

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
#[expect(clippy::struct_excessive_bools, reason = "each is an annotation of its own")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// How often to look again, in place of the watch's period.
    pub reconcile_period: Option<Duration>,
    /// Whether nothing is to be written but the status.
    pub paused: bool,
    /// Asks for a full look, once for each new text.
    pub reconcile_now: Option<String>,
    /// The service account that the release is to be made by.
    pub service_account: Option<String>,
    /// What the record of an install is to say, in place of what happened.
    pub install_description: Option<String>,
    /// What the record of an upgrade is to say, in place of what happened.
    pub upgrade_description: Option<String>,
    /// What is to be told of the uninstall, in place of what happened.
    pub uninstall_description: Option<String>,
    /// Which hooks are left out.
    pub disabled_hooks: DisabledHooks,
    /// What follows a failed attempt, in place of the watch's policy.
    pub failure_policy: Option<FailurePolicy>,
    /// The earlier revision that the release should have the content of.
    pub rollback_to: Option<u32>,
    /// What asks for a run of the chart's tests: each new text asks for one.
    pub run_tests: Option<String>,
    /// Whether a release that another tool made of another chart may be taken over.
    pub adopt: bool,
    /// Whether upgrades put objects in place of those that are there, whatever others added.
    pub upgrade_force: bool,
    /// The same for rollbacks.
    pub rollback_force: bool,
    /// Annotations that can't be understood, each with what is wrong; they count as absent.
    pub mistakes: Vec<String>,
}

/// The operations whose hooks are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DisabledHooks {
    /// Those of an install.
    pub install: bool,
    /// Those of an upgrade.
    pub upgrade: bool,
    /// Those of the uninstall.
    pub uninstall: bool,
}

impl Wishes {
    /// Reads the annotations of a custom resource.
    pub fn of(object: &DynamicObject) -> Self {
        let mut mistakes = Vec::new();
        let mut found = Annotations {
            object,
            mistakes: &mut mistakes,
        };
        let mut wishes = Self {
            reconcile_period: found.read(PREFIX, "reconcile-period", |text| {
                crate::duration::parse(text).map_err(|error| format!(": {error}"))
            }),
            paused: found.flag(OWN_PREFIX, "paused"),
            reconcile_now: found.text(OWN_PREFIX, "reconcile-now"),
            service_account: object.annotations().get(SERVICE_ACCOUNT).cloned(),
            install_description: found.text(PREFIX, "install-description"),
            upgrade_description: found.text(PREFIX, "upgrade-description"),
            uninstall_description: found.text(PREFIX, "uninstall-description"),
            disabled_hooks: DisabledHooks {
                install: found.flag(PREFIX, "install-disable-hooks"),
                upgrade: found.flag(PREFIX, "upgrade-disable-hooks"),
                uninstall: found.flag(PREFIX, "uninstall-disable-hooks"),
            },
            upgrade_force: found.flag(PREFIX, "upgrade-force"),
            rollback_force: found.flag(PREFIX, "rollback-force"),
            failure_policy: found.read(OWN_PREFIX, "failure-policy", |text| {
                FailurePolicy::parse(text).ok_or(format!(" must be one of {}", FailurePolicy::NAMES.join(", ")))
            }),
            rollback_to: found.read(OWN_PREFIX, "rollback-to", |text| {
                let number = text.parse().ok().filter(|revision| *revision > 0);
                number.ok_or(" must be the number of a revision".into())
            }),
            run_tests: found.text(OWN_PREFIX, "run-tests"),
            adopt: found.flag(OWN_PREFIX, "adopt"),
            mistakes: Vec::new(),
        };
        wishes.mistakes = mistakes;
        wishes
    }
}

/// The annotations of a custom resource, and what is wrong with them.
struct Annotations<'a> {
    object: &'a DynamicObject,
    mistakes: &'a mut Vec<String>,
}

impl Annotations<'_> {
    fn read<T>(&mut self, prefix: &str, name: &str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let text = self.object.annotations().get(&format!("{prefix}{name}"))?;
        let result = parse(text).map_err(|error| format!("annotation `{prefix}{name}`{error}"));
        result.map_err(|mistake| self.mistakes.push(mistake)).ok()
    }

    fn text(&self, prefix: &str, name: &str) -> Option<String> {
        self.object.annotations().get(&format!("{prefix}{name}")).cloned()
    }

    fn flag(&mut self, prefix: &str, name: &str) -> bool {
        let flag = self.read(prefix, name, |text| {
            parse_bool(text).ok_or(" is neither true nor false".into())
        });
        flag.unwrap_or(false)
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn wishes(annotations: &[(&str, &str)]) -> Wishes {
        let annotations: serde_json::Map<_, _> = annotations
            .iter()
            .map(|(name, value)| ((*name).to_owned(), json!(value)))
            .collect();
        let object = json!({"metadata": {"name": "x", "annotations": annotations}});
        Wishes::of(&serde_json::from_value(object).unwrap())
    }

    /// What annotations come to; an expectation sets what it expects besides.
    fn check(annotations: &[(&str, &str)], expect: impl FnOnce(&mut Wishes)) {
        let mut expected = Wishes::default();
        expect(&mut expected);
        assert_eq!(wishes(annotations), expected, "{annotations:?}");
    }

    #[test]
    fn our_annotations_are_understood_or_named() {
        check(&[("other.dev/paused", "true")], |_| {});
        check(&[("chartwright.dev/paused", "T")], |it| {
            it.paused = true;
        });
        check(&[("chartwright.dev/paused", "false")], |_| {});
        check(&[("chartwright.dev/paused", "please")], |it| {
            it.mistakes = vec!["annotation `chartwright.dev/paused` is neither true nor false".into()];
        });
        check(&[("chartwright.dev/reconcile-now", "")], |it| {
            it.reconcile_now = Some(String::new());
        });
        check(&[(SERVICE_ACCOUNT, "till")], |it| {
            it.service_account = Some("till".into());
        });
    }

    #[test]
    fn annotations_of_helm_operators_are_understood_or_named() {
        let name = |name: &str| format!("{PREFIX}{name}");
        check(&[(&name("install-disable-hooks"), "1")], |it| {
            it.disabled_hooks.install = true;
        });
        check(&[(&name("upgrade-disable-hooks"), "true")], |it| {
            it.disabled_hooks.upgrade = true;
        });
        check(&[(&name("uninstall-disable-hooks"), "True")], |it| {
            it.disabled_hooks.uninstall = true;
        });
        check(&[(&name("uninstall-disable-hooks"), "yes")], |it| {
            it.mistakes = vec![format!(
                "annotation `{PREFIX}uninstall-disable-hooks` is neither true nor false"
            )];
        });
        check(&[(&name("install-description"), "why")], |it| {
            it.install_description = Some("why".into());
        });
        check(&[(&name("upgrade-description"), "")], |it| {
            it.upgrade_description = Some(String::new());
        });
        check(&[(&name("uninstall-description"), "moved")], |it| {
            it.uninstall_description = Some("moved".into());
        });
        check(&[(&name("reconcile-period"), "1m")], |it| {
            it.reconcile_period = Some(Duration::from_mins(1));
        });
        let found = wishes(&[(&name("reconcile-period"), "soon")]);
        assert_eq!((found.reconcile_period, found.mistakes.len()), (None, 1));
    }
}
