//! Names and passwords, where Helm and container tools keep them.

use std::path::PathBuf;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hyper::header::{AUTHORIZATION, HeaderName};
use serde_json::Value;

use super::helper;
use super::known::helm_config;

/// A name and a password, which are told to nobody but the server that they are for.
#[derive(Clone)]
pub(super) struct Login {
    user: String,
    password: String,
}

impl Login {
    /// A login; none without a name.
    pub(super) fn new(user: &str, password: &str) -> Option<Self> {
        (!user.is_empty()).then(|| Self {
            user: user.to_owned(),
            password: password.to_owned(),
        })
    }

    /// The header of basic authentication.
    pub(super) fn header(&self) -> (HeaderName, String) {
        let text = BASE64.encode(format!("{}:{}", self.user, self.password));
        (AUTHORIZATION, format!("Basic {text}"))
    }

    /// The login for a registry, from the files that `helm registry login` and `docker login` write.
    pub(super) fn of_registry(host: &str) -> anyhow::Result<Option<Self>> {
        for path in registry_files() {
            let Ok(text) = std::fs::read(&path) else {
                continue;
            };
            let file: Value =
                serde_json::from_slice(&text).with_context(|| format!("failed to read {}", path.display()))?;
            let kept = match helper::named(&file, host) {
                Some(name) => helper::ask(name, host)?,
                None => None,
            };
            if let Some(login) = kept.or_else(|| Self::in_file(&file, host)) {
                return Ok(Some(login));
            }
        }
        Ok(None)
    }

    /// The login for a host in a registry file. Older files have whole addresses in place of hosts.
    fn in_file(file: &Value, host: &str) -> Option<Self> {
        let is_meant = |key: &str| {
            let rest = key.split_once("://").map_or(key, |(_, rest)| rest);
            rest.split('/').next() == Some(host)
        };
        let (_, entry) = file["auths"].as_object()?.iter().find(|(key, _)| is_meant(key))?;
        let text = |key: &str| entry[key].as_str().unwrap_or_default();
        let Some(packed) = entry["auth"].as_str().filter(|packed| !packed.is_empty()) else {
            return Self::new(text("username"), text("password"));
        };
        let packed = String::from_utf8(BASE64.decode(packed).ok()?).ok()?;
        let (user, password) = packed.split_once(':')?;
        Self::new(user, password)
    }
}

/// Helm's file first, as Helm has it.
fn registry_files() -> Vec<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let helm = match variable("HELM_REGISTRY_CONFIG") {
        Some(path) => Some(PathBuf::from(path)),
        None => helm_config("registry/config.json"),
    };
    let docker = match variable("DOCKER_CONFIG") {
        Some(folder) => Some(PathBuf::from(folder)),
        None => std::env::home_dir().map(|home| home.join(".docker")),
    };
    helm.into_iter()
        .chain(docker.map(|folder| folder.join("config.json")))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_registry_s_login_is_found_by_its_host() {
        let packed = BASE64.encode("anna:se:cret");
        let file = json!({"auths": {
            "a.example.com": {"auth": packed},
            "https://b.example.com/v1/": {"username": "ben", "password": "x"},
            "c.example.com": {},
        }});
        let found = |host: &str| Login::in_file(&file, host).map(|login| (login.user, login.password));
        assert_eq!(found("a.example.com"), Some(("anna".into(), "se:cret".into())));
        assert_eq!(found("b.example.com"), Some(("ben".into(), "x".into())));
        assert_eq!(found("c.example.com"), None);
        assert_eq!(found("example.com"), None);
        let header = Login::new("anna", "se:cret").map(|login| login.header().1);
        assert_eq!(header, Some(format!("Basic {packed}")));
    }
}
