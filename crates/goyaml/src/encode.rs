//! Writing YAML: any tree of Go-like data to the bytes that Go's libraries make of it.

mod analysis;
mod layout;
mod order;
mod scalar;

use govalue::json::{self, Escape};
use govalue::{Tree, Value};

use crate::decode;
use crate::error::Problem;
use crate::{Error, MAX_DEPTH};
use layout::{Dialect, Writer};

/// The YAML that sigs.k8s.io/yaml's `Marshal`, and so Helm's `toYaml`, writes: one document, ended by a newline.
///
/// ```
/// use govalue::Value;
/// let value = Value::from_iter([("b", Value::from(1e6)), ("a10", Value::from("yes")), ("a2", Value::from(""))]);
/// assert_eq!(goyaml::to_string(&value).unwrap(), "a2: \"\"\na10: \"yes\"\nb: 1000000\n");
/// ```
///
/// # Errors
/// [`Error::Write`] for control characters, keys over 1024 characters and too deep nesting, [`Error::Marshal`] for
/// infinities, NaN and maps that contain themselves.
pub fn to_string<T: Tree>(value: &T) -> Result<String, Error> {
    let mut out = Vec::new();
    write(value, &mut out)?;
    Ok(into_string(out))
}

/// Appends to `out` what [`to_string`] returns; after an error `out` is as it was.
///
/// # Errors
/// As for [`to_string`].
pub fn write<T: Tree>(value: &T, out: &mut Vec<u8>) -> Result<(), Error> {
    if write_document(value, Dialect::Sigs, out) {
        return Ok(());
    }
    // Something does not survive the trip through JSON as it is, so make the trip.
    let mut text = Vec::new();
    json::write(value, &mut text, Escape::Html).map_err(|error| Error::Marshal(Problem::new(error.to_string())))?;
    let changed: Value = decode::from_json_text(&text).map_err(Error::Write)?;
    if write_document(&changed, Dialect::Direct, out) {
        Ok(())
    } else {
        Err(too_deep())
    }
}

/// The YAML that Helm 4's `toYamlPretty` writes: go-yaml v3 with an indent of two, lists indented under their keys.
///
/// # Errors
/// [`Error::Write`] for too deep nesting.
pub fn to_string_pretty<T: Tree>(value: &T) -> Result<String, Error> {
    let mut out = Vec::new();
    if write_document(value, Dialect::Pretty, &mut out) {
        Ok(into_string(out))
    } else {
        Err(too_deep())
    }
}

/// Appends one document; `false`, with nothing appended, when the value cannot be written as it is.
fn write_document<T: Tree>(value: &T, dialect: Dialect, out: &mut Vec<u8>) -> bool {
    let start = out.len();
    let mut writer = Writer::new(std::mem::take(out), dialect);
    writer.write_root(value);
    let (mut bytes, refused) = writer.finish();
    if refused {
        bytes.truncate(start);
    }
    *out = bytes;
    !refused
}

fn too_deep() -> Error {
    Error::Write(Problem::yaml(None, format!("exceeded max depth of {MAX_DEPTH}")))
}

fn into_string(bytes: Vec<u8>) -> String {
    // Every dialect replaces or encodes what is not UTF-8.
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}
