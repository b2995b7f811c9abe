//! The flags of what the operator serves: metrics, probes and the web page.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;

use super::{deprecated, flag};
use crate::http::{CertificateFiles, Listen, Serving};

/// Where metrics, probes and the web page are served.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[derive(Args, Debug)]
pub(super) struct ServeArgs {
    /// The address of /metrics, such as :8080; 0 for none [default: :8080].
    #[arg(long)]
    metrics_bind_address: Option<String>,
    /// The old name of --metrics-bind-address.
    #[arg(long, hide = true)]
    metrics_addr: Option<String>,
    /// The address of /healthz and /readyz; 0 for none.
    #[arg(long, default_value = ":8081")]
    health_probe_bind_address: String,
    /// Serve metrics over TLS, with a certificate made at the start if there is no --metrics-cert-path.
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true",
          value_parser = flag, action = clap::ArgAction::Set)]
    metrics_secure: bool,
    /// The folder with the certificate for TLS, which is read again when it changes (needs --metrics-secure).
    #[arg(long)]
    metrics_cert_path: Option<PathBuf>,
    /// The file with the certificate in that folder.
    #[arg(long, default_value = "tls.crt")]
    metrics_cert_name: String,
    /// The file with its key in that folder.
    #[arg(long, default_value = "tls.key")]
    metrics_cert_key: String,
    /// Show metrics only to those who may `get` the path /metrics (needs --metrics-secure).
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true",
          value_parser = flag, action = clap::ArgAction::Set)]
    metrics_require_rbac: bool,
    /// Show what the operator has in mind at /debug/state beside /metrics, to the same people.
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true",
          value_parser = flag, action = clap::ArgAction::Set)]
    debug_state: bool,
    /// The address of the web page, such as :8090; 0 for none. It is served over TLS, and shown only to those who may `get`
    /// the path /releases, where that holds for metrics.
    #[arg(long, default_value = "0")]
    web_bind_address: String,
    /// Accepted for helm-operator's sake: metrics are served over HTTP/1.1 in any case.
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true",
          value_parser = flag, action = clap::ArgAction::Set)]
    enable_http2: bool,
}

impl ServeArgs {
    pub(super) fn serving(&self) -> anyhow::Result<Serving> {
        let metrics = match (&self.metrics_bind_address, &self.metrics_addr) {
            (Some(_), Some(_)) => {
                bail!("only one of --metrics-bind-address and --metrics-addr may be set; the second is deprecated")
            }
            (None, Some(old)) => {
                deprecated("--metrics-addr", "--metrics-bind-address");
                old.as_str()
            }
            (new, None) => new.as_deref().unwrap_or_default(),
        };
        if self.metrics_require_rbac && !self.metrics_secure {
            bail!("--metrics-require-rbac needs --metrics-secure: tokens are not sent in the clear");
        }
        if self.metrics_cert_path.is_some() && !self.metrics_secure {
            bail!("--metrics-cert-path needs --metrics-secure: without TLS there is no use for a certificate");
        }
        let certificate = self.metrics_cert_path.as_ref().map(|folder| CertificateFiles {
            certificate: folder.join(&self.metrics_cert_name),
            key: folder.join(&self.metrics_cert_key),
        });
        Ok(Serving {
            metrics: Listen::parse(if metrics.is_empty() { ":8080" } else { metrics })?,
            health: Listen::parse(&self.health_probe_bind_address)?,
            web: Listen::parse(&self.web_bind_address)?,
            is_secure: self.metrics_secure,
            certificate,
            needs_access: self.metrics_require_rbac,
            shows_state: self.debug_state,
        })
    }

    /// Whether only some may see what is served.
    pub(super) fn asks_for_access(&self) -> bool {
        self.metrics_require_rbac
    }

    /// Whether there is a web page.
    pub(super) fn asks_for_web(&self) -> bool {
        self.web_bind_address != "0"
    }

    /// Whether something was asked for that is served in another way.
    pub(super) fn asks_for_http2(&self) -> bool {
        self.enable_http2
    }
}
