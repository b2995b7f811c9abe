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
    /// What is done with definitions in `crds/`.
    pub definitions: Definitions,
}

/// What is done with the definitions of a chart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Definitions {
    /// Nothing.
    Skip,
    /// Those that are missing are made.
    #[default]
    Create,
    /// Those that differ are replaced as well.
    Replace,
}

/// Who makes requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Actor {
    /// The operator itself.
    Operator,
    /// A service account in whose name a release is made.
    Account,
}

/// Sources of values are read, and watched by name.
const SOURCE_VERBS: &[&str] = &["get", "list", "watch"];

impl WatchAccess {
    /// Whether releases may be made in the name of service accounts.
    pub(super) fn has_accounts(&self) -> bool {
        self.account.is_some() || self.any_account
    }

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
        names,
        ..AccessRule::on("", resource, verbs)
    }
}
