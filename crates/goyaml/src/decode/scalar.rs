//! Scalars and their tags.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::{alphabet, engine::DecodePaddingMode};
use bstr::ByteSlice;
use govalue::{Str, Value};

use crate::error::Problem;
use crate::graph::{Node, NodeKind};
use crate::number;
use crate::resolve::{Resolved, resolve};

const LONG_PREFIX: &[u8] = b"tag:yaml.org,2002:";

/// Go's standard base64: padded, line breaks ignored, stray last bits allowed.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
);

/// What go-yaml makes of a scalar for an `interface{}`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar<'g> {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    /// Not UTF-8 only if it was `!!binary`.
    String(Cow<'g, [u8]>),
}

impl<'g> Scalar<'g> {
    /// Resolves a scalar node.
    pub(crate) fn of(node: &'g Node<'_>) -> Result<Self, Problem> {
        let NodeKind::Scalar { value, implicit, .. } = &node.kind else {
            return Ok(Self::Null);
        };
        match node.tag.as_deref() {
            None if *implicit => Ok(Self::from_resolved(resolve(value, true), value)),
            None => Ok(Self::text(value)),
            Some(tag) => Self::tagged(tag, value),
        }
    }

    fn text(value: &'g [u8]) -> Self {
        Self::String(Cow::Borrowed(value))
    }

    fn from_resolved(resolved: Resolved, value: &'g [u8]) -> Self {
        match resolved {
            Resolved::Null => Self::Null,
            Resolved::Bool(flag) => Self::Bool(flag),
            Resolved::Int(number) => Self::Int(number),
            Resolved::Uint(number) => Self::Uint(number),
            Resolved::Float(number) => Self::Float(number),
            Resolved::Timestamp | Resolved::String => Self::text(value),
        }
    }

    fn tagged(tag: &[u8], value: &'g [u8]) -> Result<Self, Problem> {
        let Some(wanted) = tag.strip_prefix(LONG_PREFIX) else {
            return Ok(Self::text(value));
        };
        match wanted {
            b"binary" => return binary(value),
            b"bool" | b"int" | b"float" | b"null" | b"timestamp" => {}
            _ => return Ok(Self::text(value)),
        }
        let resolved = resolve(value, wanted == b"timestamp");
        match resolved {
            #[expect(clippy::cast_precision_loss, reason = "as Go converts")]
            Resolved::Int(number) if wanted == b"float" => Ok(Self::Float(number as f64)),
            _ if name(resolved).as_bytes() == wanted => Ok(Self::from_resolved(resolved, value)),
            _ => {
                let (found, wanted) = (name(resolved), wanted.to_str_lossy());
                let value = value.to_str_lossy();
                Err(Problem::yaml(
                    None,
                    format!("cannot decode !!{found} `{value}` as a !!{wanted}"),
                ))
            }
        }
    }

    /// The value that JSON has for it.
    pub(crate) fn into_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(flag) => Value::Bool(flag),
            Self::Int(number) => Value::Int(number),
            #[expect(clippy::cast_precision_loss, reason = "Go's JSON decoder loses it as well")]
            Self::Uint(number) => Value::Float(number as f64),
            Self::Float(number) => Value::Float(number),
            Self::String(text) => Value::String(Str::from(to_utf8(text).as_ref())),
        }
    }

    /// The key that sigs.k8s.io/yaml makes of it, if it makes one.
    pub(crate) fn into_key(self) -> Option<Str> {
        Some(match self {
            Self::String(text) => Str::from(to_utf8(text).as_ref()),
            Self::Bool(flag) => Str::from(if flag { "true" } else { "false" }),
            Self::Int(number) => Str::from(number.to_string()),
            Self::Float(number) => Str::from(number::float_key(number)),
            Self::Null | Self::Uint(_) => return None,
        })
    }

    /// What tells it apart from other keys.
    pub(super) fn identity(&self) -> super::Identity<'g> {
        match self {
            Self::Null => (0, Cow::Borrowed(b"")),
            Self::Bool(flag) => (1, Cow::Owned(vec![u8::from(*flag)])),
            Self::Int(number) => (2, Cow::Owned(number.to_le_bytes().to_vec())),
            Self::Uint(number) => (3, Cow::Owned(number.to_le_bytes().to_vec())),
            // Adding zero makes one of the two zeros.
            Self::Float(number) => (4, Cow::Owned((number + 0.0).to_le_bytes().to_vec())),
            Self::String(text) => (5, text.clone()),
        }
    }
}

/// go-yaml's short name of a resolved scalar's tag.
fn name(resolved: Resolved) -> &'static str {
    match resolved {
        Resolved::Null => "null",
        Resolved::Bool(_) => "bool",
        Resolved::Int(_) | Resolved::Uint(_) => "int",
        Resolved::Float(_) => "float",
        Resolved::Timestamp => "timestamp",
        Resolved::String => "str",
    }
}

fn binary<'g>(value: &[u8]) -> Result<Scalar<'g>, Problem> {
    let packed: Vec<u8> = value
        .iter()
        .copied()
        .filter(|byte| !matches!(byte, b'\r' | b'\n'))
        .collect();
    match BASE64.decode(packed) {
        Ok(data) => Ok(Scalar::String(Cow::Owned(data))),
        Err(_) => Err(Problem::yaml(None, "!!binary value contains invalid base64 data")),
    }
}

/// What JSON makes of a string: each byte that is not UTF-8 is replaced.
fn to_utf8(text: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    if text.is_ascii() || std::str::from_utf8(&text).is_ok() {
        return text;
    }
    let mut replaced = Vec::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        replaced.extend_from_slice(chunk.valid().as_bytes());
        chunk
            .invalid()
            .iter()
            .for_each(|_| replaced.extend_from_slice("\u{fffd}".as_bytes()));
    }
    Cow::Owned(replaced)
}

/// Whether a key node is the merge key `<<`.
pub(super) fn is_merge(node: &Node<'_>) -> bool {
    match &node.kind {
        NodeKind::Scalar { value, implicit, .. } => {
            value.as_ref() == b"<<" && (*implicit || node.tag.as_deref() == Some(b"tag:yaml.org,2002:merge"))
        }
        _ => false,
    }
}
