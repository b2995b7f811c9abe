//! The manifest in the status.

use govalue::Value;

/// The most bytes of a manifest that a status has: a custom resource must fit into etcd's 1.5 MiB.
const MAX_MANIFEST: usize = 500_000;

/// The manifest as the status has it; `is_secret` is whether it may have a Secret's data anywhere.
pub(super) fn told(manifest: &str, is_secret: bool) -> String {
    if is_secret {
        return "# Left out of the status: values of this release come from a Secret.\n".to_owned();
    }
    let text = without_secrets(manifest);
    if text.len() > MAX_MANIFEST {
        return format!(
            "# Left out of the status: {} bytes. The release's record has it.\n",
            text.len()
        );
    }
    text
}

/// The manifest without its Secrets' data: the status can be read by more people than Secrets.
fn without_secrets(manifest: &str) -> String {
    let mut text = String::with_capacity(manifest.len());
    for document in helm_release::split(manifest) {
        text.push_str("---\n");
        if has_secret(document) {
            let source = document
                .lines()
                .find(|line| line.starts_with("# Source: "))
                .unwrap_or_default();
            text.push_str(source);
            text.push_str("\n# A Secret, left out of the status.\n");
        } else {
            text.push_str(document);
            text.push('\n');
        }
    }
    text
}

/// What each document has that has a Secret in it: the word, or an escape by which a letter of it may be written.
const MARKS: [&str; 6] = ["Secret", "\\x", "\\u", "\\U", "\\\n", "\\\r"];

/// Whether a document is a Secret, or a list with one, however that is written. What can't be read counts as one.
fn has_secret(document: &str) -> bool {
    // Most documents need not be read: the word is not in them, or it is where charts write it.
    if !MARKS.iter().any(|mark| document.contains(mark)) {
        return false;
    }
    let is_plain = document.lines().any(|line| line.trim_end() == "kind: Secret");
    is_plain || goyaml::from_str(document).map_or(true, |object| is_secret(&object))
}

fn is_secret(object: &Value) -> bool {
    let items = object.get("items").and_then(Value::as_list).unwrap_or_default();
    object.get("kind").and_then(Value::as_str) == Some("Secret") || items.iter().any(is_secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_left_out_however_it_is_written() {
        for secret in [
            "apiVersion: v1\nkind: Secret\ndata: {a: canary}\n",
            "apiVersion: v1\nkind: \"Secret\"\ndata: {a: canary}\n",
            "apiVersion: v1\nkind: Secret # of the database\ndata: {a: canary}\n",
            "kind:   'Secret'\ndata: {a: canary}\n",
            "\"kind\": \"\\x53ecret\"\ndata: {a: canary}\n",
            "kind: \"Sec\\\n  ret\"\ndata: {a: canary}\n",
            "kind: \"Sec\\\r\n  ret\"\r\ndata: {a: canary}\r\n",
            "{\"apiVersion\": \"v1\", \"kind\": \"Secret\", \"data\": {\"a\": \"canary\"}}\n",
            "kind: List\nitems:\n  - kind: Secret\n    data: {a: canary}\n",
            "kind: List\nitems: [{kind: List, items: [{kind: Secret, data: {a: canary}}]}]\n",
        ] {
            let told = told(&format!("---\n# Source: c/t.yaml\n{secret}"), false);
            assert_eq!(
                told, "---\n# Source: c/t.yaml\n# A Secret, left out of the status.\n",
                "{secret}"
            );
        }
    }

    #[test]
    fn what_only_mentions_secrets_is_told_as_it_is() {
        for document in [
            "kind: ServiceAccount\nimagePullSecrets: [{name: a}]\n",
            "kind: SecretStore\nspec: {kind: Secret}\n",
            "kind: ConfigMap\ndata: {a: \"kind: Secret\\n\"}\n",
        ] {
            assert_eq!(
                told(document, false),
                format!("---\n{document}\n").replace("\n\n", "\n"),
                "{document}"
            );
        }
    }
}
