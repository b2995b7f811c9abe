//! The certificate of `--metrics-secure`: self-signed, made at the start, as controller-runtime does.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use gotemplate::{Any, FuncMap, Options, TemplateSet};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// How a chart would make a certificate: Sprig can.
const CERTIFICATE: &str = r#"{{ $key := genPrivateKey "ecdsa" -}}
{{ $made := genSelfSignedCertWithKey . nil (list "localhost") 365 $key -}}
{{ $made.Cert }}{{ $made.Key }}"#;

/// Accepts TLS connections with a new certificate.
pub(super) fn acceptor() -> anyhow::Result<TlsAcceptor> {
    let config = config().context("failed to make a certificate for --metrics-secure")?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn config() -> anyhow::Result<ServerConfig> {
    let pem = certificate()?;
    let certificate = CertificateDer::from_pem_slice(&pem)?;
    let key = PrivateKeyDer::from_pem_slice(&pem)?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// A certificate and its key, one after the other.
fn certificate() -> anyhow::Result<Vec<u8>> {
    const NAME: &str = "certificate";
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut functions = FuncMap::new();
    functions.extend(sprig::functions());
    let mut set = TemplateSet::new(NAME);
    set.add(&gotemplate::parse(NAME, CERTIFICATE.as_bytes(), &functions)?);
    let mut pem = Vec::new();
    let name = Any::string(format!("localhost@{}", now.as_secs()));
    gotemplate::execute(&set, NAME.as_bytes(), name, &Options::default(), &(), &mut pem)?;
    Ok(pem)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_certificate_is_one_that_rustls_serves() {
        let config = super::config().unwrap();
        assert_eq!(config.alpn_protocols, [b"http/1.1"]);
    }
}
