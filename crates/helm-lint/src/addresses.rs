//! Mail addresses and URLs, as the validator that Helm uses takes them.

use std::sync::LazyLock;

use regex::Regex;

/// Characters beyond ASCII that may stand in a mail address.
const WIDE: &str = r"\x{00A0}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFEF}";

static EMAIL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let atom = format!(r"[a-zA-Z0-9!#$%&'*+\-/=?^_`{{|}}~{WIDE}]+");
    let folded = r"(?:(?:[ \t]*\r\n)?[ \t]+)";
    let quoted = format!(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\x21\x23-\x5b\x5d-\x7e{WIDE}]|\([\x01-\x09\x0b-\x0d-\x7f]");
    let edge = format!("[a-zA-Z0-9{WIDE}]");
    let letter = format!("[a-zA-Z{WIDE}]");
    let label = format!(r"{edge}(?:[a-zA-Z0-9\-._~{WIDE}]*{edge})?\.");
    let top = format!(r"{letter}(?:[a-zA-Z0-9\-_~{WIDE}]*{letter})?\.?");
    let local = format!(r#"{atom}(?:\.{atom})*|"(?:{folded}?(?:{quoted}))*{folded}?""#);
    Regex::new(&format!("^(?:{local})@(?:{label})+{top}$")).ok()
});

static URL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    const SPACELESS: &str = r"[^\t\n\f\r ]";
    let scheme = "(?:ftp|tcp|udp|wss?|https?)://";
    let user = format!("{SPACELESS}+(?::{SPACELESS}*)?@");
    let ipv4 = r"(?:[1-9][0-9]?|1[0-9]{2}|2[01][0-9]|22[0-3]|24[0-9]|25[0-5])(?:\.(?:[0-9]{1,2}|1[0-9]{2}|2[0-4][0-9]|25[0-5])){2}\.(?:[0-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])";
    let ipv6 = r"\[[0-9a-fA-F:.%a-zA-Z]+\]";
    let name = "[a-zA-Z0-9](?:[a-zA-Z0-9_-]+)?[a-zA-Z0-9](?:[-.][a-zA-Z0-9]+)*";
    let subdomain = r"www\.|[a-zA-Z0-9]+(?:[-_.]?[a-zA-Z0-9])*[a-zA-Z0-9]\.[a-zA-Z0-9]+";
    let word = r"a-zA-Z\x{00a1}-\x{ffff}";
    let host = format!(r"(?:{name}|(?:{subdomain})?)?(?:[{word}0-9]+-?-?)*[{word}0-9]+(?:\.[{word}]+)?");
    let rest = format!(r"\.?(?::[0-9]{{1,5}})?(?:[/?#]{SPACELESS}*)?");
    Regex::new(&format!("^(?:{scheme})?(?:{user})?(?:{ipv4}|{ipv6}|{host}){rest}$")).ok()
});

/// Whether a text is a mail address.
pub(crate) fn is_email(text: &str) -> bool {
    EMAIL.as_ref().is_none_or(|email| email.is_match(text))
}

/// Whether a text looks like a URL; a scheme is not needed.
pub(crate) fn is_url(text: &str) -> bool {
    let length_fits = text.len() > 3 && text.chars().count() < 2083;
    if !length_fits || text.starts_with('.') {
        return false;
    }
    let with_scheme = if text.contains(':') && !text.contains("://") {
        format!("http://{text}")
    } else {
        text.to_owned()
    };
    let (before_fragment, fragment) = with_scheme.split_once('#').unwrap_or((&with_scheme, ""));
    match parts(before_fragment) {
        None => false,
        Some(_) if !escapes_are_whole(fragment) => false,
        Some(parts) if parts.host.starts_with('.') => false,
        Some(parts) if parts.host.is_empty() && !parts.path.is_empty() && !parts.path.contains('.') => false,
        Some(_) => URL.as_ref().is_none_or(|url| url.is_match(text)),
    }
}

/// Whether a text is an absolute URL with a scheme, as one in a request.
pub(crate) fn is_request_url(text: &str) -> bool {
    parts(text).is_some_and(|parts| !parts.scheme.is_empty())
}

/// What is looked at of a URL.
struct Parts<'a> {
    scheme: &'a str,
    host: &'a str,
    path: &'a str,
}

/// The parts of a URL without a fragment; `None` if Go's parser refuses it.
fn parts(text: &str) -> Option<Parts<'_>> {
    if text.is_empty() || text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
        return None;
    }
    let (scheme, rest) = split_scheme(text)?;
    let rest = rest.split_once('?').map_or(rest, |(rest, _)| rest);
    if !rest.starts_with('/') && !scheme.is_empty() {
        let (host, path) = ("", "");
        return Some(Parts { scheme, host, path });
    }
    let Some(authority) = rest.strip_prefix("//").filter(|_| !scheme.is_empty()) else {
        let colon = rest.split('/').next().is_some_and(|first| first.contains(':'));
        let parts = Parts {
            scheme,
            host: "",
            path: rest,
        };
        return (!colon && escapes_are_whole(rest)).then_some(parts);
    };
    let end = authority.find('/').unwrap_or(authority.len());
    let (authority, path) = authority.split_at(end);
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let is_fine = is_user(user) && is_host(host) && escapes_are_whole(path);
    is_fine.then_some(Parts { scheme, host, path })
}

fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c));
    match end.map(|end| (end, text.as_bytes()[end])) {
        Some((0, b':')) => None,
        Some((end, b':')) if text.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            Some((&text[..end], &text[end + 1..]))
        }
        _ => Some(("", text)),
    }
}

fn is_user(user: &str) -> bool {
    let is_valid = |c: char| c.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(c);
    user.chars().all(is_valid) && escapes_are_whole(user)
}

fn is_host(host: &str) -> bool {
    let port = if let Some(inside) = host.strip_prefix('[') {
        let Some((address, port)) = inside.rsplit_once(']') else {
            return false;
        };
        let address = address.split('%').next().unwrap_or_default();
        if address.parse::<std::net::Ipv6Addr>().is_err() {
            return false;
        }
        port
    } else {
        let (name, port) = host.find(':').map_or((host, ""), |colon| host.split_at(colon));
        let is_valid =
            |byte: u8| !byte.is_ascii() || byte.is_ascii_alphanumeric() || b"-_.~!$&'()*+,;=<>\"".contains(&byte);
        if !name.bytes().all(is_valid) {
            return false;
        }
        port
    };
    port.is_empty()
        || port
            .strip_prefix(':')
            .is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether two hexadecimal digits follow each percent sign.
fn escapes_are_whole(text: &str) -> bool {
    text.split('%').skip(1).all(|after| {
        let digits = after.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_texts() {
        // What the validator (govalidator) says of each.
        let emails = [
            ("ann@example.com", true),
            ("a.b+c@sub.example.co.uk", true),
            ("ann@example", false),
            ("ann", false),
            ("a..b@example.com", false),
            ("\"a b\"@example.com", true),
            ("é@example.com", true),
        ];
        for (text, expected) in emails {
            assert_eq!(is_email(text), expected, "{text}");
        }
        let urls = [
            ("https://example.com/a?b#c", true),
            ("example.com", true),
            ("http://localhost:8080", true),
            ("a", false),
            (".example.com", false),
            ("http://a b", false),
            ("https://1.2.3.4", true),
            ("mailto:ann@example.com", true),
            ("justaword", false),
        ];
        for (text, expected) in urls {
            assert_eq!(is_url(text), expected, "{text}");
        }
        let requests = [
            ("https://example.com", true),
            ("git@github.com:a/b.git", false),
            ("/path", false),
            ("example.com", false),
            ("file:///a", true),
            ("mailto:a", true),
            ("https://a:b", false),
            ("https://a%zz", false),
            ("https://[::1]:80/", true),
            ("", false),
        ];
        for (text, expected) in requests {
            assert_eq!(is_request_url(text), expected, "{text}");
        }
    }
}
