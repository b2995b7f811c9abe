//! Addresses as Go's flags write them: `:8080`, `127.0.0.1:8080`, `[::1]:8080`, and `0` for none.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};

use tokio::net::TcpListener;

/// Where to listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listen(Option<(String, u16)>);

/// A text that is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an address such as :8080 or 127.0.0.1:8080, nor 0 for none")]
pub struct ListenError(String);

impl Listen {
    /// Reads an address; `0` and the empty text are none.
    pub fn parse(text: &str) -> Result<Self, ListenError> {
        if matches!(text, "0" | "") {
            return Ok(Self(None));
        }
        let refuse = || ListenError(text.to_owned());
        let (host, port) = text.rsplit_once(':').ok_or_else(refuse)?;
        let host = match host.strip_prefix('[') {
            Some(host) => host.strip_suffix(']').ok_or_else(refuse)?,
            None if host.contains(':') => return Err(refuse()),
            None => host,
        };
        Ok(Self(Some((host.to_owned(), port.parse().map_err(|_| refuse())?))))
    }

    /// Listens. An address without a host is all of this machine's, of IPv4 and IPv6.
    pub(super) async fn bind(&self) -> io::Result<Option<TcpListener>> {
        let Some((host, port)) = &self.0 else { return Ok(None) };
        let listener = if host.is_empty() {
            match TcpListener::bind((Ipv6Addr::UNSPECIFIED, *port)).await {
                Err(error) if error.kind() != io::ErrorKind::AddrInUse => {
                    TcpListener::bind((Ipv4Addr::UNSPECIFIED, *port)).await
                }
                result => result,
            }
        } else {
            TcpListener::bind((host.as_str(), *port)).await
        };
        listener.map(Some).map_err(|error| {
            let address = if host.contains(':') {
                format!("[{host}]:{port}")
            } else {
                format!("{host}:{port}")
            };
            io::Error::new(error.kind(), format!("listen on {address}: {error}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_go_writes_them() {
        let on = |host: &str, port| Ok(Listen(Some((host.to_owned(), port))));
        let cases = [
            ("0", Ok(Listen(None))),
            ("", Ok(Listen(None))),
            (":8080", on("", 8080)),
            ("127.0.0.1:0", on("127.0.0.1", 0)),
            ("[::1]:1", on("::1", 1)),
            ("localhost:65535", on("localhost", 65535)),
            ("8080", Err(ListenError("8080".into()))),
            (":65536", Err(ListenError(":65536".into()))),
            ("::1:1", Err(ListenError("::1:1".into()))),
            ("[::1:1", Err(ListenError("[::1:1".into()))),
        ];
        for (text, expected) in cases {
            assert_eq!(Listen::parse(text), expected, "{text}");
        }
    }
}
