//! The project's own files, which are the same for every project but for names.

use std::sync::LazyLock;

use handlebars::{Handlebars, no_escape};
use serde::Serialize;

use crate::{Error, File};

/// A file and the template that it is made from; `{project}` in the path is the project's name.
pub(crate) struct Template {
    pub(crate) path: &'static str,
    text: &'static str,
}

macro_rules! templates {
    ($($path:literal from $file:literal,)*) => {
        &[$(Template { path: $path, text: include_str!(concat!("../templates/", $file)) },)*]
    };
}

/// The files of a project without kinds, but for PROJECT and the operator's role.
pub(crate) const PROJECT_FILES: &[Template] = templates![
    ".dockerignore" from "dockerignore.hbs",
    ".gitignore" from "gitignore.hbs",
    "Dockerfile" from "Dockerfile.hbs",
    "Makefile" from "Makefile.hbs",
    "watches.yaml" from "watches.yaml.hbs",
    "config/default/kustomization.yaml" from "default/kustomization.yaml.hbs",
    "config/default/manager_metrics_patch.yaml" from "default/manager_metrics_patch.yaml.hbs",
    "config/default/metrics_service.yaml" from "default/metrics_service.yaml.hbs",
    "config/manager/kustomization.yaml" from "manager/kustomization.yaml.hbs",
    "config/manager/manager.yaml" from "manager/manager.yaml.hbs",
    "config/manifests/bases/{project}.clusterserviceversion.yaml" from "manifests/clusterserviceversion.yaml.hbs",
    "config/manifests/kustomization.yaml" from "manifests/kustomization.yaml.hbs",
    "config/network-policy/allow-metrics-traffic.yaml" from "network-policy/allow-metrics-traffic.yaml.hbs",
    "config/network-policy/allow-web-traffic.yaml" from "network-policy/allow-web-traffic.yaml.hbs",
    "config/network-policy/kustomization.yaml" from "network-policy/kustomization.yaml.hbs",
    "config/prometheus/kustomization.yaml" from "prometheus/kustomization.yaml.hbs",
    "config/prometheus/monitor.yaml" from "prometheus/monitor.yaml.hbs",
    "config/rbac/kustomization.yaml" from "rbac/kustomization.yaml.hbs",
    "config/rbac/leader_election_role.yaml" from "rbac/leader_election_role.yaml.hbs",
    "config/rbac/leader_election_role_binding.yaml" from "rbac/leader_election_role_binding.yaml.hbs",
    "config/rbac/metrics_auth_role.yaml" from "rbac/metrics_auth_role.yaml.hbs",
    "config/rbac/metrics_auth_role_binding.yaml" from "rbac/metrics_auth_role_binding.yaml.hbs",
    "config/rbac/metrics_reader_role.yaml" from "rbac/metrics_reader_role.yaml.hbs",
    "config/rbac/role_binding.yaml" from "rbac/role_binding.yaml.hbs",
    "config/rbac/service_account.yaml" from "rbac/service_account.yaml.hbs",
    "config/scorecard/bases/config.yaml" from "scorecard/config.yaml.hbs",
    "config/scorecard/kustomization.yaml" from "scorecard/kustomization.yaml.hbs",
    "config/scorecard/patches/basic.config.yaml" from "scorecard/basic.config.yaml.hbs",
    "config/scorecard/patches/olm.config.yaml" from "scorecard/olm.config.yaml.hbs",
    "config/web/kustomization.yaml" from "web/kustomization.yaml.hbs",
    "config/web/manager_web_patch.yaml" from "web/manager_web_patch.yaml.hbs",
    "config/web/web_reader_role.yaml" from "web/web_reader_role.yaml.hbs",
    "config/web/web_role.yaml" from "web/web_role.yaml.hbs",
    "config/web/web_role_binding.yaml" from "web/web_role_binding.yaml.hbs",
    "config/web/web_service.yaml" from "web/web_service.yaml.hbs",
];

/// The roles that the operator takes for what it serves and for electing a leader, as they stand in the project.
pub(crate) const METRICS_ROLE: &str = "config/rbac/metrics_auth_role.yaml";
pub(crate) const LEADER_ROLE: &str = "config/rbac/leader_election_role.yaml";
pub(crate) const WEB_ROLE: &str = "config/web/web_role.yaml";

/// A role for people who work with a kind's resources.
pub(crate) const PERSON_ROLE: Template = Template {
    path: "config/rbac/{kind}_{role}_role.yaml",
    text: include_str!("../templates/api/person_role.yaml.hbs"),
};

/// An entry of watches.yaml.
pub(crate) const WATCH: Template = Template {
    path: "watches.yaml",
    text: include_str!("../templates/api/watch.yaml.hbs"),
};

static ENGINE: LazyLock<Handlebars<'static>> = LazyLock::new(|| {
    let mut engine = Handlebars::new();
    engine.set_strict_mode(true);
    engine.register_escape_fn(no_escape);
    engine
});

impl Template {
    /// The text, with `data` filled in.
    pub(crate) fn render(&self, data: &impl Serialize) -> Result<String, Error> {
        ENGINE
            .render_template(self.text, data)
            .map_err(|source| Error::Template {
                path: self.path.to_owned(),
                source: Box::new(source),
            })
    }

    /// The file, with `names` filled into its path.
    pub(crate) fn file(&self, names: &[(&str, &str)], data: &impl Serialize) -> Result<File, Error> {
        let fill = |path: String, (name, value): &(&str, &str)| path.replace(&format!("{{{name}}}"), value);
        let path = names.iter().fold(self.path.to_owned(), fill);
        Ok(File::new(path, self.render(data)?))
    }
}
