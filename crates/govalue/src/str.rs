//! Go's string: immutable, shared bytes.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use bstr::{BStr, BString, ByteSlice};

/// A Go string: immutable bytes, shared by clones, usually but not necessarily UTF-8.
///
/// It dereferences to [`BStr`], whose methods (`find`, `split_str`, `chars`, `trim`, ...) take invalid bytes for U+FFFD.
/// They make one of a truncated sequence, where Go's `range` makes one of each byte: [`decode_rune`](crate::decode_rune).
/// It orders by bytes, as Go's `<` and its sorted maps do.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Str(Arc<[u8]>);

impl Str {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text, if the bytes are UTF-8.
    pub fn to_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// The text, each invalid sequence replaced by U+FFFD.
    pub fn to_lossy(&self) -> Cow<'_, str> {
        self.0.to_str_lossy()
    }
}

impl Default for Str {
    fn default() -> Self {
        Self::from("")
    }
}

impl Deref for Str {
    type Target = BStr;

    fn deref(&self) -> &BStr {
        self.0.as_bstr()
    }
}

impl Borrow<[u8]> for Str {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().into())
    }
}

impl From<String> for Str {
    fn from(text: String) -> Self {
        Self(text.into_bytes().into())
    }
}

impl From<&[u8]> for Str {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
}

impl<const N: usize> From<&[u8; N]> for Str {
    fn from(bytes: &[u8; N]) -> Self {
        Self(bytes.as_slice().into())
    }
}

impl From<Vec<u8>> for Str {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }
}

impl From<&BStr> for Str {
    fn from(bytes: &BStr) -> Self {
        Self(bytes.as_bytes().into())
    }
}

impl From<BString> for Str {
    fn from(bytes: BString) -> Self {
        Self(Vec::from(bytes).into())
    }
}

impl From<Cow<'_, str>> for Str {
    fn from(text: Cow<'_, str>) -> Self {
        Self(text.as_bytes().into())
    }
}

impl PartialEq<str> for Str {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialEq<&str> for Str {
    fn eq(&self, other: &&str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl fmt::Display for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_lossy())
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}
