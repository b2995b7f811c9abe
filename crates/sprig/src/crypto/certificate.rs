//! Sprig's certificates: an object of a certificate and its key, both PEM.

use std::any::Any as StdAny;
use std::net::IpAddr;

use gotemplate::{Any, Args, Call, FuncError, Kind, Object};
use govalue::{Str, Value};

use super::key::PrivateKey;
use super::pem;
use super::x509::{self, Issuer, Template};
use crate::date::{Duration, HOUR, Time};
use crate::encoding::base64;
use crate::random::fill;
use crate::text::{items_of, sprint};

/// Go's `sprig.certificate`.
#[derive(Debug)]
struct Certificate {
    cert: Str,
    key: Str,
}

/// The bits of keys that Sprig makes for certificates.
const BITS: usize = 2048;

/// `genCA`
pub(super) fn authority(_: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    let key = PrivateKey::rsa(BITS)?;
    Request {
        days: args.int(1)?,
        is_authority: true,
        ..Request::new(args)?
    }
    .issue(None, &key)
}

/// `genCAWithKey`
pub(super) fn authority_with_key(_: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    let key = given_key(args.string(2)?)?;
    Request {
        days: args.int(1)?,
        is_authority: true,
        ..Request::new(args)?
    }
    .issue(None, &key)
}

/// `genSelfSignedCert`
pub(super) fn self_signed(_: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    let key = PrivateKey::rsa(BITS)?;
    Request::with_names(args)?.issue(None, &key)
}

/// `genSelfSignedCertWithKey`
pub(super) fn self_signed_with_key(_: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    let key = given_key(args.string(4)?)?;
    Request::with_names(args)?.issue(None, &key)
}

/// `genSignedCert`
pub(super) fn signed(_: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    let key = PrivateKey::rsa(BITS)?;
    Request::with_names(args)?.issue(Some(args.object(4)?), &key)
}

/// `genSignedCertWithKey`
pub(super) fn signed_with_key(_: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    let key = given_key(args.string(5)?)?;
    Request::with_names(args)?.issue(Some(args.object(4)?), &key)
}

/// `buildCustomCert`: a certificate and a key, both PEM in base64, checked.
pub(super) fn custom(cert: &Str, key: &Str) -> Result<Any, FuncError> {
    let decoded = |text: &Str, what: &str| {
        base64::decode(text.as_bytes()).map_err(|_| FuncError::new(format!("unable to decode base64 {what}")))
    };
    let (cert, key) = (decoded(cert, "certificate")?, decoded(key, "private key")?);
    parse_issuer(&cert, "decodedCert")?;
    PrivateKey::from_pem(&key).map_err(|error| prefixed("error parsing private key: ", &error))?;
    Ok(Any::object(Certificate {
        cert: cert.into(),
        key: key.into(),
    }))
}

/// What a template asks for.
struct Request<'a> {
    common_name: &'a Str,
    ips: Vec<Any>,
    dns_names: Vec<Any>,
    days: i64,
    is_authority: bool,
}

impl<'a> Request<'a> {
    fn new(args: Args<'a>) -> Result<Self, FuncError> {
        Ok(Self {
            common_name: args.string(0)?,
            ips: Vec::new(),
            dns_names: Vec::new(),
            days: 0,
            is_authority: false,
        })
    }

    /// With addresses, other names and days.
    fn with_names(args: Args<'a>) -> Result<Self, FuncError> {
        let list = |index| {
            items_of(args.any(index))
                .map(|items| items.to_vec())
                .unwrap_or_default()
        };
        Ok(Self {
            ips: list(1),
            dns_names: list(2),
            days: args.int(3)?,
            ..Self::new(args)?
        })
    }

    /// Makes the certificate: signed by an authority, or by its own key.
    fn issue(&self, authority: Option<&Certificate>, key: &PrivateKey) -> Result<Any, FuncError> {
        let signer = authority.map(Certificate::read).transpose()?;
        let mut serial = [0; 16];
        let template = Template {
            common_name: self.common_name,
            ips: self.ips.iter().map(address).collect::<Result<_, _>>()?,
            dns_names: self.dns_names.iter().map(dns_name).collect::<Result<_, _>>()?,
            not_before: Time::now_utc(),
            not_after: Time::now_utc().add(Duration((24 * HOUR).wrapping_mul(self.days))),
            serial: {
                fill(&mut serial)?;
                serial
            },
            is_authority: self.is_authority,
        };
        let created = match &signer {
            Some((issuer, signer)) => x509::create(&template, Some(issuer), key, signer),
            None => x509::create(&template, None, key, key),
        };
        let created = created.map_err(|error| prefixed("error creating certificate: ", error.message().as_bytes()))?;
        let cert = pem::encode("CERTIFICATE", &created).into();
        Ok(Any::object(Certificate {
            cert,
            key: key.to_pem().into(),
        }))
    }
}

/// The key that a template gave.
fn given_key(text: &Str) -> Result<PrivateKey, FuncError> {
    PrivateKey::from_pem(text.as_bytes()).map_err(|error| prefixed("parsing private key: ", &error))
}

fn prefixed(prefix: &str, error: &[u8]) -> FuncError {
    FuncError::new([prefix.as_bytes(), error].concat())
}

/// The certificate in a PEM text; `variable` is how Sprig's error calls it.
fn parse_issuer(text: &[u8], variable: &str) -> Result<Issuer, FuncError> {
    let block = pem::decode(text).ok_or_else(|| FuncError::new("unable to decode certificate"))?;
    Issuer::parse(&block.bytes)
        .map_err(|error| FuncError::new(format!("error parsing certificate: {variable}.Bytes: {error}")))
}

fn address(value: &Any) -> Result<Vec<u8>, FuncError> {
    let Any::String(text) = value else {
        return Err(FuncError::new(
            [b"error parsing ip: ", sprint(value).as_slice(), b" is not a string"].concat(),
        ));
    };
    match text
        .to_str()
        .and_then(|text| text.parse::<IpAddr>().ok())
        .map(|ip| ip.to_canonical())
    {
        Some(IpAddr::V4(ip)) => Ok(ip.octets().to_vec()),
        Some(IpAddr::V6(ip)) => Ok(ip.octets().to_vec()),
        None => Err(prefixed("error parsing ip: ", text.as_bytes())),
    }
}

fn dns_name(value: &Any) -> Result<Str, FuncError> {
    value.as_string().cloned().ok_or_else(|| {
        let shown = sprint(value);
        FuncError::new(
            [
                b"error processing alternate dns name: ",
                shown.as_slice(),
                b" is not a string",
            ]
            .concat(),
        )
    })
}

impl Certificate {
    /// What it says as an issuer, and its key.
    fn read(&self) -> Result<(Issuer, PrivateKey), FuncError> {
        let issuer = parse_issuer(self.cert.as_bytes(), "decodedSignerCert")?;
        let key = PrivateKey::from_pem(self.key.as_bytes());
        Ok((
            issuer,
            key.map_err(|error| prefixed("error parsing private key: ", &error))?,
        ))
    }
}

impl Object for Certificate {
    fn type_name(&self) -> &'static str {
        "sprig.certificate"
    }

    fn kind(&self) -> Kind {
        Kind::Struct
    }

    fn field(&self, name: &str) -> Option<Any> {
        match name {
            "Cert" => Some(Any::String(self.cert.clone())),
            "Key" => Some(Any::String(self.key.clone())),
            _ => None,
        }
    }

    fn display(&self) -> Str {
        [b"{", self.cert.as_bytes(), b" ", self.key.as_bytes(), b"}"]
            .concat()
            .into()
    }

    fn to_value(&self) -> Value {
        Value::from_iter([
            ("Cert", Value::String(self.cert.clone())),
            ("Key", Value::String(self.key.clone())),
        ])
    }

    fn as_any(&self) -> &dyn StdAny {
        self
    }
}
