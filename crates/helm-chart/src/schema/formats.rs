//! Formats in which Go's idea of a text differs from the validator's, or from its words for it.

use std::error::Error;

use boon::Format;
use serde_json::Value;

/// The outcome of a check.
type Checked = Result<(), Box<dyn Error>>;

/// The formats that replace the validator's own.
pub(super) const FORMATS: [Format; 5] = [
    Format {
        name: "ipv4",
        func: ipv4,
    },
    Format { name: "uri", func: uri },
    Format { name: "iri", func: uri },
    Format {
        name: "uri-reference",
        func: uri_reference,
    },
    Format {
        name: "iri-reference",
        func: uri_reference,
    },
];

fn ipv4(value: &Value) -> Checked {
    let Some(text) = value.as_str() else { return Ok(()) };
    let groups: Vec<&str> = text.split('.').collect();
    if groups.len() != 4 {
        return Err("expected four decimals".into());
    }
    for group in groups {
        if group.len() > 1 && group.starts_with('0') {
            return Err("leading zeros".into());
        }
        match group.parse::<i64>() {
            Ok(0..=255) => {}
            Ok(_) => return Err("decimal must be between 0 and 255".into()),
            Err(_) => {
                let problem = if group.bytes().all(|byte| byte.is_ascii_digit()) && !group.is_empty() {
                    "value out of range"
                } else {
                    "invalid syntax"
                };
                let group = govalue::quote(group.as_bytes());
                return Err(format!("strconv.Atoi: parsing {group}: {problem}").into());
            }
        }
    }
    Ok(())
}

fn uri(value: &Value) -> Checked {
    let Some(text) = value.as_str() else { return Ok(()) };
    let scheme = parse(text).map_err(|problem| wrong_url(text, &problem))?;
    if scheme { Ok(()) } else { Err("relative url".into()) }
}

fn uri_reference(value: &Value) -> Checked {
    let Some(text) = value.as_str() else { return Ok(()) };
    if text.contains('\\') {
        return Err("contains \\".into());
    }
    parse(text).map(drop).map_err(|problem| wrong_url(text, &problem))
}

fn wrong_url(text: &str, problem: &str) -> Box<dyn Error> {
    format!("parse {}: {problem}", govalue::quote(text.as_bytes())).into()
}

/// Reads a URL as leniently as Go's `net/url`; whether it has a scheme.
fn parse(text: &str) -> Result<bool, String> {
    if text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
        return Err("net/url: invalid control character in URL".to_owned());
    }
    let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
    let (scheme, rest) = split_scheme(text)?;
    let rest = rest.split_once('?').map_or(rest, |(rest, _)| rest);
    if let Some(authority) = rest.strip_prefix("//") {
        let (authority, path) = authority.split_at(authority.find('/').unwrap_or(authority.len()));
        check_authority(authority)?;
        check_escapes(path)?;
    } else if rest.starts_with('/') || scheme.is_none() {
        let first = rest.split('/').next().unwrap_or_default();
        if scheme.is_none() && first.contains(':') {
            return Err("first path segment in URL cannot contain colon".to_owned());
        }
        check_escapes(rest)?;
    }
    check_escapes(fragment)?;
    Ok(scheme.is_some())
}

/// Splits off the scheme, if the text begins like one.
fn split_scheme(text: &str) -> Result<(Option<&str>, &str), String> {
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if index > 0 => {}
            b':' if index == 0 => return Err("missing protocol scheme".to_owned()),
            b':' => return Ok((Some(&text[..index]), &text[index + 1..])),
            _ => break,
        }
    }
    Ok((None, text))
}

fn check_authority(authority: &str) -> Result<(), String> {
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = if let Some(end) = host.rfind(']').filter(|_| host.starts_with('[')) {
        host.split_at(end + 1)
    } else if host.starts_with('[') {
        return Err("missing ']' in host".to_owned());
    } else {
        host.split_at(host.rfind(':').unwrap_or(host.len()))
    };
    let is_port = port.is_empty() || port.starts_with(':') && port[1..].bytes().all(|byte| byte.is_ascii_digit());
    if !is_port {
        return Err(format!("invalid port {} after host", govalue::quote(port.as_bytes())));
    }
    let is_allowed = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || "-_.~!$&'()*+,;=:[]<>\"%".contains(c);
    match host.chars().find(|&c| !is_allowed(c)) {
        Some(c) => {
            let quoted = govalue::quote(c.to_string().as_bytes());
            Err(format!("invalid character {quoted} in host name"))
        }
        None => check_escapes(host),
    }
}

fn check_escapes(text: &str) -> Result<(), String> {
    let bytes = text.as_bytes();
    for (index, _) in text.match_indices('%') {
        let escape = &bytes[index..bytes.len().min(index + 3)];
        if escape.len() < 3 || !escape[1..].iter().all(u8::is_ascii_hexdigit) {
            return Err(format!("invalid URL escape {}", govalue::quote(escape)));
        }
    }
    Ok(())
}
