//! The manifest in the status.

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
        let is_secret = document.lines().any(|line| line.trim_end() == "kind: Secret");
        text.push_str("---\n");
        if is_secret {
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
