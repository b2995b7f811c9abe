//! What one render asks the API server for.

use std::collections::{BTreeMap, BTreeSet};

use govalue::Value;
use helm_engine::Rendered;
use helm_release::{Hook, HookEvent, ManifestError, documents, sort_manifests};

use super::resources::{self, Kind};
use super::watch::{Actor, Definitions, WatchAccess};

/// What a chart is rendered for.
pub(super) struct Use<'a> {
    /// How the release is made.
    pub(super) watch: &'a WatchAccess,
    /// Who makes the requests that are gathered.
    pub(super) actor: Actor,
    /// Whether its tests are run.
    pub(super) runs_tests: bool,
}

/// What a request is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Target {
    /// The API group.
    pub(super) group: String,
    /// The resource in the plural, or a path.
    pub(super) resource: String,
    /// The only name that it is about.
    pub(super) name: Option<String>,
    /// Whether it is in no namespace.
    pub(super) cluster: bool,
    /// Whether it is a path that is no resource.
    pub(super) is_url: bool,
}

/// A verb on something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ask {
    pub(super) target: Target,
    pub(super) verb: String,
}

/// All that a render asks for.
#[derive(Debug, Default)]
pub(super) struct Asks {
    pub(super) wanted: BTreeSet<Ask>,
    pub(super) guessed: BTreeSet<String>,
    defined: BTreeMap<(String, String), Kind>,
    /// The kinds and names of the render's own roles.
    roles: BTreeSet<(String, String)>,
}

/// The release that is rendered: odd enough to be found again in names.
pub(super) const RELEASE: &str = "release-name";
/// Its namespace.
pub(super) const NAMESPACE: &str = "release-namespace";

/// What a release does with its objects: it makes and changes them, watches them, and deletes them.
const OBJECT_VERBS: &[&str] = &["create", "delete", "get", "list", "patch", "watch"];

/// What is done in a service account's name: the watches are the operator's.
const ACCOUNT_VERBS: &[&str] = &["create", "delete", "get", "list", "patch"];

/// What the operator does itself with objects that are made in another's name.
const WATCHED_VERBS: &[&str] = &["list", "watch"];

/// What it does with a hook's.
const HOOK_VERBS: &[&str] = &["create", "delete", "get"];

/// What it does besides with hooks that come to an end: it waits for it.
const AWAITED_VERBS: &[&str] = &["list", "watch"];
const AWAITED: &[&str] = &["Job", "Pod"];

/// What it does with definitions from `crds/`: it makes those that are missing, waits until they are established, and leaves
/// them for ever.
const DEFINITION_VERBS: &[&str] = &["create", "get"];

/// What it does with definitions that it may replace.
const REPLACED_VERBS: &[&str] = &["create", "get", "update"];

/// What it does with the claims of a `StatefulSet` that grow.
const CLAIM_VERBS: &[&str] = &["list", "patch"];

/// The events at which an operator runs hooks by itself; tests are run when somebody asks for them.
const EVENTS: &[HookEvent] = &[
    HookEvent::PreInstall,
    HookEvent::PostInstall,
    HookEvent::PreUpgrade,
    HookEvent::PostUpgrade,
    HookEvent::PreDelete,
    HookEvent::PostDelete,
];

/// Gathers what installing, upgrading and uninstalling what was rendered takes.
pub(super) fn of(rendered: &Rendered, purpose: &Use<'_>) -> Result<Asks, ManifestError> {
    let sorted = sort_manifests(&rendered.files)?;
    let mut definitions = Vec::new();
    for (_, file) in &rendered.definitions {
        definitions.extend(documents(&file.data.to_lossy())?);
    }
    let is_run = |hook: &&Hook| {
        let is_test = purpose.runs_tests && hook.runs_at(HookEvent::Test);
        is_test || EVENTS.iter().any(|event| hook.runs_at(*event))
    };
    let mut hooks = Vec::new();
    for hook in sorted.hooks.iter().filter(is_run) {
        hooks.extend(documents(&hook.manifest)?);
    }
    let mut asks = Asks::default();
    for manifest in definitions.iter().chain(&sorted.manifests).chain(&hooks) {
        asks.define(&manifest.object);
    }
    let object_verbs = match purpose.actor {
        Actor::Operator if purpose.watch.account.is_some() => {
            for manifest in &sorted.manifests {
                asks.kind(&manifest.object, WATCHED_VERBS);
            }
            return Ok(asks);
        }
        Actor::Operator => OBJECT_VERBS,
        Actor::Account => ACCOUNT_VERBS,
    };
    let definition_verbs = match purpose.watch.definitions {
        Definitions::Skip => &[],
        Definitions::Create => DEFINITION_VERBS,
        Definitions::Replace => REPLACED_VERBS,
    };
    for (manifests, verbs) in [
        (&definitions, definition_verbs),
        (&sorted.manifests, object_verbs),
        (&hooks, HOOK_VERBS),
    ] {
        for manifest in manifests {
            asks.object(&manifest.object, verbs);
        }
    }
    for manifest in &sorted.manifests {
        asks.claims(&manifest.object);
    }
    for manifest in &hooks {
        asks.awaited(&manifest.object);
    }
    for query in &rendered.lookups {
        let verb = if query.name.is_empty() { "list" } else { "get" };
        asks.verbs(&query.api_version, &query.kind, &[verb]);
    }
    Ok(asks)
}

impl Asks {
    /// Remembers the kind that a definition defines, and that a role is the chart's own.
    fn define(&mut self, object: &Value) {
        let kind = text(object, "kind");
        if ["Role", "ClusterRole"].contains(&kind) {
            self.roles
                .insert((kind.to_owned(), text(object, "metadata.name").to_owned()));
        }
        if kind != "CustomResourceDefinition" {
            return;
        }
        let kind = Kind {
            plural: text(object, "spec.names.plural").to_owned(),
            namespaced: text(object, "spec.scope") == "Namespaced",
        };
        let key = (
            text(object, "spec.group").to_owned(),
            text(object, "spec.names.kind").to_owned(),
        );
        self.defined.insert(key, kind);
    }

    fn object(&mut self, object: &Value, verbs: &[&str]) {
        self.kind(object, verbs);
        if group_of(text(object, "apiVersion")) == resources::RBAC {
            self.rights(object, text(object, "kind"));
        }
    }

    fn kind(&mut self, object: &Value, verbs: &[&str]) {
        let kind = text(object, "kind");
        if !kind.is_empty() {
            self.verbs(text(object, "apiVersion"), kind, verbs);
        }
    }

    /// Claims that a `StatefulSet` makes can be expanded.
    fn claims(&mut self, object: &Value) {
        let templates = object.path("spec.volumeClaimTemplates").and_then(Value::as_list);
        if text(object, "kind") == "StatefulSet" && templates.is_some_and(|templates| !templates.is_empty()) {
            self.verbs("v1", "PersistentVolumeClaim", CLAIM_VERBS);
        }
    }

    /// A hook that comes to an end is waited for, and one that fails is told of with the end of its log.
    fn awaited(&mut self, object: &Value) {
        let kind = text(object, "kind");
        if !AWAITED.contains(&kind) {
            return;
        }
        self.kind(object, AWAITED_VERBS);
        if kind == "Job" {
            self.verbs("v1", "Pod", &["list"]);
        }
        let log = Target {
            group: String::new(),
            resource: "pods/log".to_owned(),
            name: None,
            cluster: false,
            is_url: false,
        };
        self.add(&log, ["get"]);
    }

    fn verbs(&mut self, api_version: &str, kind: &str, verbs: &[&str]) {
        let group = group_of(api_version);
        let known = self.defined.get(&(group.to_owned(), kind.to_owned())).cloned();
        let found = known.or_else(|| resources::built_in(group, kind)).unwrap_or_else(|| {
            self.guessed.insert(format!("{api_version} {kind}"));
            resources::guess(kind)
        });
        let target = Target {
            group: group.to_owned(),
            resource: found.plural,
            name: None,
            cluster: !found.namespaced,
            is_url: false,
        };
        self.add(&target, verbs.iter().copied());
    }

    /// Nobody may give rights that he does not have: who makes a role must hold what is in it, and who binds one that is
    /// not the chart's own must be allowed to bind it.
    fn rights(&mut self, object: &Value, kind: &str) {
        match kind {
            "Role" | "ClusterRole" => {
                let rules = object.get("rules").and_then(Value::as_list).unwrap_or_default();
                for rule in rules {
                    self.rights_of_rule(rule, kind == "ClusterRole");
                }
            }
            "RoleBinding" | "ClusterRoleBinding" => {
                let (role, name) = (text(object, "roleRef.kind"), text(object, "roleRef.name"));
                if self.roles.contains(&(role.to_owned(), name.to_owned())) {
                    return;
                }
                let target = Target {
                    group: resources::RBAC.to_owned(),
                    resource: format!("{}s", role.to_ascii_lowercase()),
                    name: fixed(name).map(str::to_owned),
                    cluster: kind == "ClusterRoleBinding",
                    is_url: false,
                };
                self.add(&target, ["bind"]);
            }
            _ => {}
        }
    }

    fn rights_of_rule(&mut self, rule: &Value, cluster: bool) {
        let verbs = texts(rule, "verbs");
        let names = texts(rule, "resourceNames");
        let names: Vec<Option<&str>> = match names.as_slice() {
            [] => vec![None],
            names => names.iter().map(|name| fixed(name)).collect(),
        };
        let mut add = |group: &str, resource: &str, name: Option<&str>, is_url| {
            let target = Target {
                group: group.to_owned(),
                resource: resource.to_owned(),
                name: name.map(str::to_owned),
                cluster,
                is_url,
            };
            self.add(&target, verbs.iter().copied());
        };
        for url in texts(rule, "nonResourceURLs") {
            add("", url, None, true);
        }
        for group in texts(rule, "apiGroups") {
            for resource in texts(rule, "resources") {
                for name in &names {
                    add(group, resource, *name, false);
                }
            }
        }
    }

    fn add<'a>(&mut self, target: &Target, verbs: impl IntoIterator<Item = &'a str>) {
        self.wanted.extend(verbs.into_iter().map(|verb| Ask {
            target: target.clone(),
            verb: verb.to_owned(),
        }));
    }
}

/// A name that is the same for every release; `None` if it is not, so that it can't be known.
fn fixed(name: &str) -> Option<&str> {
    (!name.contains(RELEASE) && !name.contains(NAMESPACE)).then_some(name)
}

fn group_of(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

fn text<'a>(object: &'a Value, path: &str) -> &'a str {
    object.path(path).and_then(Value::as_str).unwrap_or_default()
}

fn texts<'a>(object: &'a Value, key: &str) -> Vec<&'a str> {
    let list = object.get(key).and_then(Value::as_list).unwrap_or_default();
    list.iter().filter_map(Value::as_str).collect()
}
