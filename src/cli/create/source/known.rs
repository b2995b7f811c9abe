//! The chart repositories that `helm repo add` has made known.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use govalue::Value;

use super::login::Login;
use super::repository::Repository;
use super::tls::TlsFiles;

/// What an entry may ask for that is not supported; silence would send a password to who knows whom.
const UNSUPPORTED: &str = "insecure_skip_tls_verify";

/// The repository and the chart's name in it that `repo/name` stands for; `None` if it is not of that form. Files that are
/// given go before those that the entry names.
pub(super) fn find<'a>(reference: &'a str, tls: &TlsFiles) -> anyhow::Result<Option<(Repository, &'a str)>> {
    let Some((repository, name)) = reference.split_once('/').filter(|(_, name)| !name.contains('/')) else {
        return Ok(None);
    };
    let variable = std::env::var_os("HELM_REPOSITORY_CONFIG").filter(|path| !path.is_empty());
    let Some(path) = variable.map(PathBuf::from).or_else(|| helm_config("repositories.yaml")) else {
        return Ok(None);
    };
    let Ok(text) = std::fs::read(&path) else {
        return Ok(None);
    };
    let file = goyaml::from_str(&text).with_context(|| format!("failed to read {}", path.display()))?;
    let entry = entry(&file, repository)?;
    let mut entry = entry.with_context(|| {
        let path = path.display();
        format!("{path} has no chart repository {repository}; `helm repo add {repository} ADDRESS` makes it known")
    })?;
    entry.tls = tls.or(entry.tls);
    Ok(Some((entry, name)))
}

/// The repository of a name.
fn entry(file: &Value, name: &str) -> anyhow::Result<Option<Repository>> {
    let entries = file.get("repositories").and_then(Value::as_list).unwrap_or_default();
    let text = |entry: &Value, key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let Some(entry) = entries.iter().find(|entry| text(entry, "name") == name) else {
        return Ok(None);
    };
    if entry.get(UNSUPPORTED) == Some(&Value::Bool(true)) {
        bail!(
            "the chart repository {name} has {UNSUPPORTED}, which chartwright does not support; fetch it with `helm pull`"
        );
    }
    let file = |key: &str| {
        Some(text(entry, key))
            .filter(|path| !path.is_empty())
            .map(PathBuf::from)
    };
    Ok(Some(Repository {
        url: text(entry, "url"),
        login: Login::new(&text(entry, "username"), &text(entry, "password")),
        passes_login_on: entry.get("pass_credentials_all") == Some(&Value::Bool(true)),
        tls: TlsFiles {
            authority: file("caFile"),
            certificate: file("certFile"),
            key: file("keyFile"),
        },
    }))
}

/// A file of Helm's configuration.
pub(super) fn helm_config(file: &str) -> Option<PathBuf> {
    let variable = |name: &str| {
        let value = std::env::var_os(name).filter(|value| !value.is_empty());
        value.map(PathBuf::from)
    };
    let folder = match (variable("HELM_CONFIG_HOME"), variable("XDG_CONFIG_HOME")) {
        (Some(folder), _) => folder,
        (None, Some(folder)) => folder.join("helm"),
        (None, None) => std::env::home_dir()?.join(".config/helm"),
    };
    Some(folder.join(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_found_by_its_name() {
        let file = goyaml::from_str(
            "repositories:\n- {name: books, url: 'https://a.com', username: u, password: p, caFile: ''}\n\
             - {name: own, url: 'https://b.com', caFile: ca.crt, keyFile: own.key}\n\
             - {name: open, url: 'https://c.com', insecure_skip_tls_verify: true}\n",
        )
        .unwrap();
        let books = entry(&file, "books").unwrap().unwrap();
        assert_eq!(books.url, "https://a.com");
        assert!(books.login.is_some() && !books.passes_login_on);
        assert!(entry(&file, "films").unwrap().is_none());
        assert_eq!(books.tls, TlsFiles::default());
        let given = TlsFiles {
            key: Some("mine.key".into()),
            ..TlsFiles::default()
        };
        let tls = given.or(entry(&file, "own").unwrap().unwrap().tls);
        assert_eq!(
            (tls.authority, tls.key),
            (Some("ca.crt".into()), Some("mine.key".into()))
        );
        let error = entry(&file, "open").err().unwrap().to_string();
        assert!(error.contains("insecure_skip_tls_verify"), "{error}");
    }
}
