//! Formats, as far as a text is of one beyond doubt.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A format that is asserted. Whatever is not of it beyond doubt is left to the validator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Ipv4,
    Ipv6,
    Hostname,
    Email,
    Uri,
    UriReference,
    Uuid,
    /// One that only the validator knows.
    Other,
}

/// All formats that the validator knows, but for those of ours.
const FORMATS: [(&str, Format); 20] = [
    ("ipv4", Format::Ipv4),
    ("ipv6", Format::Ipv6),
    ("hostname", Format::Hostname),
    ("idn-hostname", Format::Hostname),
    ("email", Format::Email),
    ("idn-email", Format::Email),
    ("uri", Format::Uri),
    ("iri", Format::Uri),
    ("uri-reference", Format::UriReference),
    ("iri-reference", Format::UriReference),
    ("uuid", Format::Uuid),
    ("date", Format::Other),
    ("time", Format::Other),
    ("date-time", Format::Other),
    ("duration", Format::Other),
    ("period", Format::Other),
    ("json-pointer", Format::Other),
    ("relative-json-pointer", Format::Other),
    ("regex", Format::Other),
    ("uri-template", Format::Other),
];

impl Format {
    /// The format of that name; one that the validator does not know demands nothing.
    pub(super) fn named(name: &str) -> Option<Self> {
        let (_, format) = FORMATS.iter().find(|(known, _)| *known == name)?;
        Some(*format)
    }

    /// Whether the text is of the format beyond doubt.
    pub(super) fn plainly_fits(self, text: &str) -> bool {
        match self {
            Self::Ipv4 => text.parse::<Ipv4Addr>().is_ok(),
            Self::Ipv6 => text.parse::<Ipv6Addr>().is_ok(),
            Self::Hostname => is_hostname(text),
            Self::Email => is_email(text),
            Self::Uri => is_url(text),
            Self::UriReference => is_url(text) || is_path(text),
            Self::Uuid => is_uuid(text),
            Self::Other => false,
        }
    }
}

fn is_hostname(text: &str) -> bool {
    let is_label = |label: &str| {
        label.len() < 64
            && label.starts_with(|c: char| c.is_ascii_alphabetic())
            && label.ends_with(|c: char| c.is_ascii_alphanumeric())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.contains("--")
    };
    text.len() < 254 && text.split('.').all(is_label)
}

fn is_email(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text.split_once('@')
        .is_some_and(|(local, domain)| local.len() < 64 && local.split('.').all(is_word) && is_hostname(domain))
}

fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    let Some(rest) = rest else { return false };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = authority.split_once(':').unwrap_or((authority, "80"));
    is_hostname(host) && port.parse::<u16>().is_ok() && is_path(path)
}

fn is_path(text: &str) -> bool {
    let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
    text.bytes().all(is_usual) && !text.starts_with("//")
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups
            .iter()
            .all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
