//! Rules as the text of roles.

use std::fmt::Write as _;

use super::{Access, AccessRule};
use crate::{Api, Scope};

/// What a role is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// Everything, in all namespaces.
    Cluster,
    /// What is in namespaces, in one of them.
    Namespaced(String),
    /// What is in no namespace, beside a [`Role::Namespaced`].
    Rest,
}

/// The line before which kinds that are added put their rules.
pub(crate) const MARKER: &str = "# +kubebuilder:scaffold:rules";

/// What every operator does: keeps release records, and tells what happened.
fn base() -> [AccessRule; 2] {
    [
        AccessRule::on("", "secrets", &["create", "delete", "get", "list", "update"]),
        AccessRule::on("events.k8s.io", "events", &["create", "patch"]),
    ]
}

/// What an operator does with the resources of its kind.
fn of_kind(api: &Api) -> [AccessRule; 3] {
    let rule = |resource: &str, verbs: &[&str]| AccessRule {
        cluster: api.scope == Scope::Cluster,
        ..AccessRule::on(&api.group(), resource, verbs)
    };
    [
        rule(&api.plural, &["list", "patch", "watch"]),
        rule(&format!("{}/finalizers", api.plural), &["update"]),
        rule(&format!("{}/status", api.plural), &["patch"]),
    ]
}

/// The text of a role of the operator for these kinds. There may be none: `None` if there are no rules for the role.
pub fn manager_role(role: &Role, kinds: &[(&Api, &Access)]) -> Option<String> {
    let mut text = head(role);
    let before = text.len();
    section(&mut text, role, "Release records, and events.", &base());
    for (api, access) in kinds {
        text.push_str(&kind_section(role, api, access));
    }
    if text.len() == before {
        return None;
    }
    if *role == Role::Cluster {
        let _ = writeln!(text, "  {MARKER}");
    }
    Some(text)
}

/// The rules for one kind, as they stand in the role.
pub(crate) fn kind_section(role: &Role, api: &Api, access: &Access) -> String {
    let mut text = String::new();
    section(&mut text, role, &format!("{}: its resources.", api.kind), &of_kind(api));
    let title = format!(
        "{}: what its values come from, and in whose name its releases are made.",
        api.kind
    );
    section(&mut text, role, &title, &access.watch);
    chart_sections(&mut text, role, api, &access.rules);
    text
}

/// The roles of service accounts that make the kind's releases, for their namespaces and for what is in none; `None` if no
/// accounts do. Whoever has such an account binds them.
pub fn release_role(api: &Api, access: &Access) -> Option<String> {
    let name = format!("{}-release", api.singular());
    let parts = [
        (
            Role::Namespaced(String::new()),
            format!("{name}-role"),
            "RoleBinding in the resources' namespace",
        ),
        (Role::Rest, format!("{name}-cluster-role"), "ClusterRoleBinding"),
    ];
    let mut texts = Vec::new();
    for (part, name, binding) in parts {
        let mut rules = String::new();
        chart_sections(&mut rules, &part, api, &access.accounts);
        if !rules.is_empty() {
            texts.push(format!(
                "# What a service account takes that makes releases of {}s, by a {binding}.\n\
                 apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: {name}\nrules:\n{rules}",
                api.kind
            ));
        }
    }
    (!texts.is_empty()).then(|| texts.join("---\n"))
}

/// The rules for what a chart makes, each with what asks for it.
fn chart_sections(text: &mut String, role: &Role, api: &Api, rules: &[AccessRule]) {
    let (always, sometimes): (Vec<_>, Vec<_>) = rules.iter().cloned().partition(|rule| rule.reasons.is_empty());
    let title = format!("{}: what its chart makes by default.", api.kind);
    section(text, role, &title, &always);
    for rule in sometimes {
        let reasons = rule.reasons.join(", or ");
        let title = format!("{}: what its chart makes with {reasons}.", api.kind);
        section(text, role, &title, &[rule]);
    }
}

fn head(role: &Role) -> String {
    let (kind, namespace) = match role {
        Role::Cluster | Role::Rest => ("ClusterRole", String::new()),
        Role::Namespaced(namespace) => ("Role", format!("  namespace: {namespace}\n")),
    };
    format!(
        "# What the operator does, and no more; `chartwright rbac` finds it out anew.\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata:\n  name: manager-role\n{namespace}rules:\n"
    )
}

fn section(text: &mut String, role: &Role, title: &str, rules: &[AccessRule]) {
    let is_meant = |rule: &&AccessRule| match role {
        Role::Cluster => true,
        Role::Namespaced(_) => !rule.cluster,
        Role::Rest => rule.cluster,
    };
    let rules: Vec<_> = rules.iter().filter(is_meant).collect();
    if rules.is_empty() {
        return;
    }
    let _ = writeln!(text, "  # {title}");
    for rule in rules {
        write_rule(text, rule);
    }
}

fn write_rule(text: &mut String, rule: &AccessRule) {
    let groups = [rule.group.clone()];
    let lists: [(&str, &[String]); 5] = [
        ("apiGroups", if rule.urls.is_empty() { &groups } else { &[] }),
        ("resources", &rule.resources),
        ("resourceNames", &rule.names),
        ("nonResourceURLs", &rule.urls),
        ("verbs", &rule.verbs),
    ];
    let mut start = "  - ";
    for (key, items) in lists.into_iter().filter(|(_, items)| !items.is_empty()) {
        let _ = writeln!(text, "{start}{key}:");
        start = "    ";
        for item in items {
            let _ = writeln!(text, "      - {}", scalar(item));
        }
    }
}

/// A text as YAML, quoted where it must be.
fn scalar(text: &str) -> String {
    let is_plain = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte))
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&text.to_ascii_lowercase().as_str());
    if is_plain {
        text.to_owned()
    } else {
        govalue::quote(text.as_bytes())
    }
}
