//! The certificates of connections to chart repositories and registries.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use hyper_rustls::ConfigBuilderExt as _;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Files in PEM, as Helm's flags and its file of repositories name them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::cli::create) struct TlsFiles {
    /// Whose certificates are trusted, in place of those that the system trusts.
    pub(in crate::cli::create) authority: Option<PathBuf>,
    /// The certificate that is shown to the server.
    pub(in crate::cli::create) certificate: Option<PathBuf>,
    /// Its key.
    pub(in crate::cli::create) key: Option<PathBuf>,
}

impl TlsFiles {
    /// What of these files is given, else what `others` have.
    pub(super) fn or(&self, others: Self) -> Self {
        Self {
            authority: self.authority.clone().or(others.authority),
            certificate: self.certificate.clone().or(others.certificate),
            key: self.key.clone().or(others.key),
        }
    }

    /// The settings of connections.
    pub(super) fn config(&self) -> anyhow::Result<ClientConfig> {
        let versions = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .context("failed to set TLS up")?;
        let trusting = match &self.authority {
            Some(path) => versions.with_root_certificates(authorities(path)?),
            None => versions
                .with_native_roots()
                .context("failed to read the certificates that the system trusts")?,
        };
        match (&self.certificate, &self.key) {
            (None, None) => Ok(trusting.with_no_client_auth()),
            (Some(certificate), Some(key)) => {
                let chain = certificates(certificate)?;
                let own = PrivateKeyDer::from_pem_file(key)
                    .with_context(|| format!("failed to read the key in {}", key.display()))?;
                trusting
                    .with_client_auth_cert(chain, own)
                    .with_context(|| format!("{} does not go with {}", key.display(), certificate.display()))
            }
            (Some(_), None) => bail!("a client certificate needs its key: --helm-chart-key-file"),
            (None, Some(_)) => bail!("a client's key needs its certificate: --helm-chart-cert-file"),
        }
    }
}

fn authorities(path: &Path) -> anyhow::Result<RootCertStore> {
    let mut store = RootCertStore::empty();
    for certificate in certificates(path)? {
        store
            .add(certificate)
            .with_context(|| format!("{} has a certificate that can't be trusted", path.display()))?;
    }
    Ok(store)
}

fn certificates(path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let read = || CertificateDer::pem_file_iter(path)?.collect::<Result<Vec<_>, _>>();
    let found = read().with_context(|| format!("failed to read the certificates in {}", path.display()))?;
    if found.is_empty() {
        bail!("{} has no certificate in it", path.display());
    }
    Ok(found)
}
