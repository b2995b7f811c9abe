//! Addresses, as Go's `net/url` reads and writes them.

mod address;
mod error;
mod escape;
mod parse;
mod write;

use std::rc::Rc;

use gotemplate::{Any, AnyMap, FuncError};
use govalue::Str;

use crate::text::nil_dereference;
use parse::{Userinfo, parse};
use write::Parts;

entries! { Url;
    "urlParse"(String) -> AnyMap, try url_parse, "The parts of an address: scheme, userinfo, host, hostname, path, opaque, query, fragment.";
    "urlJoin"(AnyMap) -> String, try url_join, "The address of such parts.";
}

fn url_parse(text: &Str) -> Result<Any, FuncError> {
    let url = parse(text).map_err(|error| FuncError::new(format!("unable to parse url: {error}")))?;
    let hostname = parse::hostname(&url.host).to_vec();
    let parts: [(&str, Vec<u8>); 8] = [
        ("scheme", url.scheme),
        ("userinfo", url.user.map(|user| user.encoded()).unwrap_or_default()),
        ("host", url.host),
        ("hostname", hostname),
        ("path", url.path),
        ("opaque", url.opaque),
        ("query", url.query),
        ("fragment", url.fragment),
    ];
    Ok(Any::map(
        parts
            .into_iter()
            .map(|(key, part)| (Str::from(key), Any::string(part)))
            .collect(),
    ))
}

fn url_join(dict: Option<&Rc<AnyMap>>) -> Result<Vec<u8>, FuncError> {
    let parts = Parts {
        scheme: part(dict, "scheme")?,
        host: part(dict, "host")?,
        path: part(dict, "path")?,
        query: part(dict, "query")?,
        opaque: part(dict, "opaque")?,
        fragment: part(dict, "fragment")?,
        user: userinfo(&part(dict, "userinfo")?)?,
    };
    Ok(parts.join())
}

/// The string at `key`, empty if there is none.
fn part(dict: Option<&Rc<AnyMap>>, key: &str) -> Result<Str, FuncError> {
    match dict.and_then(|dict| dict.get(key.as_bytes())) {
        None => Ok(Str::default()),
        Some(Any::String(text)) => Ok(text),
        Some(Any::Nil | Any::Invalid) => Err(nil_dereference()),
        Some(other) => Err(FuncError::new(format!(
            "unable to parse {key} key, must be of type string, but {} found",
            other.kind().name()
        ))),
    }
}

fn userinfo(text: &Str) -> Result<Option<Userinfo>, FuncError> {
    if text.is_empty() {
        return Ok(None);
    }
    let address = [b"proto://", text.as_bytes(), b"@host"].concat();
    let url = parse(&address).map_err(|error| FuncError::new(format!("unable to parse userinfo in dict: {error}")))?;
    Ok(url.user)
}
