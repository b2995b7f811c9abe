//! What a kind's entry in watches.yaml takes besides what its chart makes.

use std::collections::BTreeSet;

use super::AccessRule;

/// How the releases of a kind are made, as far as it takes rights.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WatchAccess {
    /// The Secrets that values come from.
    pub secrets: BTreeSet<String>,
    /// The `ConfigMap`s that values come from.
    pub config_maps: BTreeSet<String>,
    /// The service account in whose name the releases are made; the operator itself if there is none.
    pub account: Option<String>,
    /// Whether resources may name another account.
    pub any_account: bool,
    /// Whether definitions in `crds/` are replaced when they differ.
    pub replaces_definitions: bool,
}

/// Sources of values are read, and watched by name.
const SOURCE_VERBS: &[&str] = &["get", "list", "watch"];

impl WatchAccess {
    /// The rules, all of them for what is in namespaces.
    pub(super) fn rules(&self) -> Vec<AccessRule> {
        let mut rules = Vec::new();
        for (resource, names) in [("secrets", &self.secrets), ("configmaps", &self.config_maps)] {
            if !names.is_empty() {
                rules.push(rule(resource, names.iter().cloned().collect(), SOURCE_VERBS));
            }
        }
        let accounts = match &self.account {
            _ if self.any_account => Some(Vec::new()),
            account => account.clone().map(|name| vec![name]),
        };
        rules.extend(accounts.map(|names| rule("serviceaccounts", names, &["impersonate"])));
        rules
    }
}

fn rule(resource: &str, names: Vec<String>, verbs: &[&str]) -> AccessRule {
    AccessRule {
        group: String::new(),
        resources: vec![resource.to_owned()],
        names,
        urls: Vec::new(),
        verbs: verbs.iter().map(|verb| (*verb).to_owned()).collect(),
        cluster: false,
        reasons: Vec::new(),
    }
}
