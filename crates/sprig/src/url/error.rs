//! Why a text is no address, in the words of Go's `net/url`.

use std::fmt;

use govalue::quote;

/// An address that cannot be read.
#[derive(Debug)]
pub(super) struct ParseError {
    pub(super) address: Vec<u8>,
    pub(super) reason: Reason,
}

/// What is wrong with it.
#[derive(Debug)]
pub(super) enum Reason {
    /// A fixed text.
    Text(&'static str),
    /// `%` without two hexadecimal digits, or where it isn't allowed.
    Escape(Vec<u8>),
    /// A character that no host name has.
    HostCharacter(u8),
    /// What follows the host name is no port.
    Port(Vec<u8>),
    /// What stands in brackets is no IPv6 address.
    Address {
        text: Vec<u8>,
        message: &'static str,
        at: Vec<u8>,
    },
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "parse {}: {}", quote(&self.address), self.reason)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Escape(text) => write!(f, "invalid URL escape {}", quote(text)),
            Self::HostCharacter(byte) => write!(f, "invalid character {} in host name", quote(&[*byte])),
            Self::Port(text) => write!(f, "invalid port {} after host", quote(text)),
            Self::Address { text, message, at } => {
                write!(f, "invalid host: ParseAddr({}): {message}", quote(text))?;
                if at.is_empty() {
                    Ok(())
                } else {
                    write!(f, " (at {})", quote(at))
                }
            }
        }
    }
}
