//! Programs that keep logins for container tools (`docker-credential-NAME`).

use std::io::{ErrorKind, Write as _};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use serde_json::Value;

use super::login::Login;

/// What a helper says where it has no login for a server; by the protocol, it fails then.
const NONE: &str = "credentials not found";

/// The name that a helper gives with a token in place of a password.
const TOKEN: &str = "<token>";

/// The helper that a registry file names for a server: one of its own, or the one for all.
pub(super) fn named<'a>(file: &'a Value, server: &str) -> Option<&'a str> {
    let own = file["credHelpers"][server].as_str();
    own.or_else(|| file["credsStore"].as_str())
        .filter(|name| !name.is_empty())
}

/// The login that a helper has for a server; `None` if it has none.
///
/// What the helper says is in no error: it may be the login.
pub(super) fn ask(name: &str, server: &str) -> anyhow::Result<Option<Login>> {
    let program = format!("docker-credential-{name}");
    let child = Command::new(&program)
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut child = match child {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            bail!("the credential helper {program}, which the registry's login is with, is not on the PATH")
        }
        child => child.with_context(|| format!("failed to start the credential helper {program}"))?,
    };
    if let Some(mut stdin) = child.stdin.take() {
        // One that does not read answers all the same, or fails.
        let _ = stdin.write_all(server.as_bytes());
    }
    let output = child
        .wait_with_output()
        .with_context(|| format!("failed to read from the credential helper {program}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        if text.contains(NONE) {
            return Ok(None);
        }
        bail!(
            "the credential helper {program} failed for {server} ({})",
            output.status
        );
    }
    let Ok(answer) = serde_json::from_str::<Value>(&text) else {
        bail!("the credential helper {program} answers something else than a login for {server}");
    };
    let field = |key: &str| answer[key].as_str().unwrap_or_default();
    if field("Username") == TOKEN {
        bail!(
            "the credential helper {program} has an identity token for {server}; chartwright takes names and passwords"
        );
    }
    Ok(Login::new(field("Username"), field("Secret")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_server_s_own_helper_goes_before_the_one_for_all() {
        let file = json!({"credsStore": "all", "credHelpers": {"a.example.com": "own"}});
        assert_eq!(named(&file, "a.example.com"), Some("own"));
        assert_eq!(named(&file, "b.example.com"), Some("all"));
        assert_eq!(named(&json!({"credsStore": ""}), "a"), None);
    }

    #[test]
    fn a_helper_that_is_missing_is_named() {
        let error = ask("that-nobody-has", "a.example.com").err().unwrap().to_string();
        assert!(error.contains("docker-credential-that-nobody-has"), "{error}");
    }
}
