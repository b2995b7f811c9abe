//! Writing an address.

use govalue::Str;

use super::escape::{Part, escape};
use super::parse::Userinfo;

/// The parts of an address to be written.
pub(super) struct Parts {
    pub(super) scheme: Str,
    pub(super) host: Str,
    pub(super) path: Str,
    pub(super) query: Str,
    pub(super) opaque: Str,
    pub(super) fragment: Str,
    pub(super) user: Option<Userinfo>,
}

impl Parts {
    pub(super) fn join(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.scheme.is_empty() {
            out.extend_from_slice(&self.scheme);
            out.push(b':');
        }
        if self.opaque.is_empty() {
            self.push_authority(&mut out);
            self.push_path(&mut out);
        } else {
            out.extend_from_slice(&self.opaque);
        }
        if !self.query.is_empty() {
            out.push(b'?');
            out.extend_from_slice(&self.query);
        }
        if !self.fragment.is_empty() {
            out.push(b'#');
            out.extend_from_slice(&escape(&self.fragment, Part::Fragment));
        }
        out
    }

    fn push_authority(&self, out: &mut Vec<u8>) {
        let named = !self.host.is_empty() || self.user.is_some();
        if named || !self.scheme.is_empty() && !self.path.is_empty() {
            out.extend_from_slice(b"//");
        }
        if let Some(user) = &self.user {
            out.extend_from_slice(&user.encoded());
            out.push(b'@');
        }
        out.extend_from_slice(&escape(&self.host, Part::Host));
    }

    fn push_path(&self, out: &mut Vec<u8>) {
        let path = if *self.path == "*" {
            b"*".to_vec()
        } else {
            escape(&self.path, Part::Path)
        };
        let rooted = path.first().is_none_or(|first| *first == b'/');
        if !rooted && !self.host.is_empty() {
            out.push(b'/');
        }
        // Without a dot before it, a colon in the first segment would end a scheme.
        if out.is_empty()
            && path
                .split(|byte| *byte == b'/')
                .next()
                .is_some_and(|first| first.contains(&b':'))
        {
            out.extend_from_slice(b"./");
        }
        out.extend_from_slice(&path);
    }
}
