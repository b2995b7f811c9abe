//! The certificate of `--metrics-secure`: that of `--metrics-cert-path`, or a self-signed one, made at the start, as
//! controller-runtime does.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{fmt, fs, io};

use anyhow::Context as _;
use gotemplate::{Any, FuncMap, Options, TemplateSet};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::{CertifiedKey, SingleCertAndKey};

/// How a chart would make a certificate: Sprig can.
const CERTIFICATE: &str = r#"{{ $key := genPrivateKey "ecdsa" -}}
{{ $made := genSelfSignedCertWithKey . nil (list "localhost") 365 $key -}}
{{ $made.Cert }}{{ $made.Key }}"#;

/// The files of a certificate, in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The certificate, with those that lead to its authority.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// When the two files were changed last.
type Stamp = [SystemTime; 2];

/// The certificate that is in the files now. While they can't be used, it is the one that was there before.
struct Renewed {
    files: CertificateFiles,
    current: Mutex<(Stamp, Arc<CertifiedKey>)>,
}

/// Accepts TLS connections with the certificate in `files`, or with a new one.
pub(super) fn acceptor(files: Option<&CertificateFiles>) -> anyhow::Result<TlsAcceptor> {
    let resolver: Arc<dyn ResolvesServerCert> = if let Some(files) = files {
        Arc::new(Renewed::new(files.clone())?)
    } else {
        let made = certificate().and_then(|pem| certified(&pem, &pem));
        let made = made.context("failed to make a certificate for --metrics-secure")?;
        Arc::new(SingleCertAndKey::from(made))
    };
    Ok(TlsAcceptor::from(Arc::new(config(resolver)?)))
}

fn config(certificate: Arc<dyn ResolvesServerCert>) -> anyhow::Result<ServerConfig> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(certificate);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn certified(certificates: &[u8], key: &[u8]) -> anyhow::Result<CertifiedKey> {
    let certificates = CertificateDer::pem_slice_iter(certificates).collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_slice(key)?;
    Ok(CertifiedKey::from_der(certificates, key, &ring::default_provider())?)
}

impl CertificateFiles {
    fn stamp(&self) -> io::Result<Stamp> {
        let changed = |path| fs::metadata(path)?.modified();
        Ok([changed(&self.certificate)?, changed(&self.key)?])
    }

    fn load(&self) -> anyhow::Result<CertifiedKey> {
        let read = |path: &PathBuf| fs::read(path).with_context(|| format!("failed to read {}", path.display()));
        certified(&read(&self.certificate)?, &read(&self.key)?)
            .with_context(|| format!("failed to use the certificate {}", self.certificate.display()))
    }
}

impl Renewed {
    fn new(files: CertificateFiles) -> anyhow::Result<Self> {
        let loaded = files.load()?;
        let current = Mutex::new((files.stamp()?, Arc::new(loaded)));
        Ok(Self { files, current })
    }

    fn current(&self) -> Arc<CertifiedKey> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stamp) = self.files.stamp().ok().filter(|stamp| *stamp != current.0) {
            current.0 = stamp;
            match self.files.load() {
                Ok(loaded) => current.1 = Arc::new(loaded),
                Err(error) => tracing::warn!(error = format!("{error:#}"), "the certificate before stays in use"),
            }
        }
        Arc::clone(&current.1)
    }
}

impl ResolvesServerCert for Renewed {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current())
    }
}

impl fmt::Debug for Renewed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.files.fmt(f)
    }
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
    use super::*;

    #[test]
    fn a_certificate_in_files_is_renewed_with_them_and_outlives_a_bad_one() {
        let folder = tempfile::tempdir().unwrap();
        let [path, key] = ["tls.crt", "tls.key"].map(|name| folder.path().join(name));
        let put = |pem: &[u8], age: u64| {
            for path in [&path, &key] {
                fs::write(path, pem).unwrap();
                let changed = UNIX_EPOCH + std::time::Duration::from_secs(age);
                fs::File::options()
                    .write(true)
                    .open(path)
                    .unwrap()
                    .set_modified(changed)
                    .unwrap();
            }
        };
        let files = CertificateFiles {
            certificate: path.clone(),
            key: key.clone(),
        };
        assert!(Renewed::new(files.clone()).is_err(), "there are none");
        let [first, second] = [(); 2].map(|()| certificate().unwrap());
        let served = |pem: &[u8]| certified(pem, pem).unwrap().cert;
        put(&first, 1);
        let renewed = Renewed::new(files).unwrap();
        assert_eq!(renewed.current().cert, served(&first));
        put(b"none", 2);
        assert_eq!(renewed.current().cert, served(&first));
        put(&second, 3);
        assert_eq!(renewed.current().cert, served(&second));
    }

    #[test]
    fn the_certificate_is_one_that_rustls_serves() {
        let pem = certificate().unwrap();
        let resolver = SingleCertAndKey::from(certified(&pem, &pem).unwrap());
        assert_eq!(config(Arc::new(resolver)).unwrap().alpn_protocols, [b"http/1.1"]);
        assert!(acceptor(None).is_ok());
    }
}
