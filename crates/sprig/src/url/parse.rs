//! Reading an address.

use bstr::ByteSlice as _;

use super::address::check_ipv6;
use super::error::{ParseError, Reason};
use super::escape::{Part, escape, unescape};

/// The parts of an address, without escapes but for the query and the opaque part.
#[derive(Default)]
pub(super) struct Url {
    pub(super) scheme: Vec<u8>,
    pub(super) opaque: Vec<u8>,
    pub(super) user: Option<Userinfo>,
    pub(super) host: Vec<u8>,
    pub(super) path: Vec<u8>,
    pub(super) query: Vec<u8>,
    pub(super) fragment: Vec<u8>,
}

/// Who asks: a name, and a password if there is one.
pub(super) struct Userinfo {
    name: Vec<u8>,
    password: Option<Vec<u8>>,
}

impl Userinfo {
    /// It with escapes, as it stands in an address.
    pub(super) fn encoded(&self) -> Vec<u8> {
        let mut out = escape(&self.name, Part::User);
        if let Some(password) = &self.password {
            out.push(b':');
            out.extend_from_slice(&escape(password, Part::User));
        }
        out
    }
}

pub(super) fn parse(address: &[u8]) -> Result<Url, ParseError> {
    let (main, fragment) = cut(address, b'#');
    let mut url = parse_main(main).map_err(|reason| ParseError {
        address: main.to_vec(),
        reason,
    })?;
    url.fragment = unescape(fragment.unwrap_or_default(), Part::Fragment).map_err(|reason| ParseError {
        address: address.to_vec(),
        reason,
    })?;
    Ok(url)
}

/// What stands before the first `separator`, and after it.
fn cut(text: &[u8], separator: u8) -> (&[u8], Option<&[u8]>) {
    text.find_byte(separator)
        .map_or((text, None), |at| (&text[..at], Some(&text[at + 1..])))
}

fn parse_main(text: &[u8]) -> Result<Url, Reason> {
    if text.iter().any(u8::is_ascii_control) {
        return Err(Reason::Text("net/url: invalid control character in URL"));
    }
    if text == b"*" {
        return Ok(Url {
            path: b"*".to_vec(),
            ..Url::default()
        });
    }
    let (scheme, rest) = split_scheme(text)?;
    let (rest, query) = cut(rest, b'?');
    let mut url = Url {
        scheme: scheme.to_ascii_lowercase(),
        query: query.unwrap_or_default().to_vec(),
        ..Url::default()
    };
    if !rest.starts_with(b"/") {
        if !scheme.is_empty() {
            url.opaque = rest.to_vec();
            return Ok(url);
        }
        if cut(rest, b'/').0.contains(&b':') {
            return Err(Reason::Text("first path segment in URL cannot contain colon"));
        }
    }
    let mut path = rest;
    if (!scheme.is_empty() || !rest.starts_with(b"///"))
        && let Some(authority) = rest.strip_prefix(b"//")
    {
        let end = authority.find_byte(b'/').unwrap_or(authority.len());
        path = &authority[end..];
        (url.user, url.host) = parse_authority(&url.scheme, &authority[..end])?;
    }
    url.path = unescape(path, Part::Path)?;
    Ok(url)
}

/// The scheme, empty if there is none, and what follows its colon.
fn split_scheme(text: &[u8]) -> Result<(&[u8], &[u8]), Reason> {
    let end = text
        .iter()
        .position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')));
    match (end, text.first()) {
        (Some(0), Some(b':')) => Err(Reason::Text("missing protocol scheme")),
        (Some(end), Some(first)) if text[end] == b':' && first.is_ascii_alphabetic() => {
            Ok((&text[..end], &text[end + 1..]))
        }
        _ => Ok((b"", text)),
    }
}

fn parse_authority(scheme: &[u8], authority: &[u8]) -> Result<(Option<Userinfo>, Vec<u8>), Reason> {
    let Some(at) = authority.rfind_byte(b'@') else {
        return Ok((None, parse_host(scheme, authority)?));
    };
    let host = parse_host(scheme, &authority[at + 1..])?;
    let userinfo = &authority[..at];
    if !userinfo.iter().all(|byte| is_userinfo(*byte)) {
        return Err(Reason::Text("net/url: invalid userinfo"));
    }
    let (name, password) = cut(userinfo, b':');
    let name = unescape(name, Part::User)?;
    let password = password.map(|password| unescape(password, Part::User)).transpose()?;
    Ok((Some(Userinfo { name, password }), host))
}

fn is_userinfo(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&byte)
}

/// The host with its port, without escapes.
fn parse_host(scheme: &[u8], host: &[u8]) -> Result<Vec<u8>, Reason> {
    match host.rfind_byte(b'[') {
        Some(0) => return parse_bracketed(host),
        Some(_) => return Err(Reason::Text("invalid IP-literal")),
        None => {}
    }
    // Other schemes may list several hosts with ports.
    let colon = if matches!(scheme, b"http" | b"https") {
        host.find_byte(b':')
    } else {
        host.rfind_byte(b':')
    };
    if let Some(colon) = colon {
        check_port(&host[colon..])?;
    }
    unescape(host, Part::Host)
}

fn parse_bracketed(host: &[u8]) -> Result<Vec<u8>, Reason> {
    let end = host.rfind_byte(b']').ok_or(Reason::Text("missing ']' in host"))?;
    let port = &host[end + 1..];
    check_port(port)?;
    let port = unescape(port, Part::Host)?;
    let name = &host[1..end];
    let zone = name.find(b"%25").unwrap_or(name.len());
    let mut address = unescape(&name[..zone], Part::Host)?;
    address.extend_from_slice(&unescape(&name[zone..], Part::Zone)?);
    check_ipv6(&address)?;
    Ok([b"[", address.as_slice(), b"]", &port].concat())
}

fn check_port(port: &[u8]) -> Result<(), Reason> {
    if is_port(port) {
        Ok(())
    } else {
        Err(Reason::Port(port.to_vec()))
    }
}

/// Whether this is nothing, or a colon and digits.
fn is_port(text: &[u8]) -> bool {
    match text.split_first() {
        None => true,
        Some((b':', digits)) => digits.iter().all(u8::is_ascii_digit),
        Some(_) => false,
    }
}

/// A host without its port and brackets.
pub(super) fn hostname(host: &[u8]) -> &[u8] {
    let colon = host.rfind_byte(b':').filter(|colon| is_port(&host[*colon..]));
    let host = &host[..colon.unwrap_or(host.len())];
    host.strip_prefix(b"[")
        .and_then(|host| host.strip_suffix(b"]"))
        .unwrap_or(host)
}
