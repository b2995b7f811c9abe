//! Base64, base32 and JSON.

mod base32;
pub(crate) mod base64;

use gotemplate::{Any, FuncError};
use govalue::{Str, json};

use base32::{b32dec, b32enc};
use base64::{b64dec, b64enc};

entries! { Encoding;
    "b64enc"(String) -> String, b64enc, "Encodes with base64.";
    "b64dec"(String) -> String, b64dec, "Decodes base64; the result of what isn't base64 is the error's text.";
    "b32enc"(String) -> String, b32enc, "Encodes with base32.";
    "b32dec"(String) -> String, b32dec, "Decodes base32; the result of what isn't base32 is the error's text.";
    "fromJson"(String) -> Any, from_json, "Decodes JSON, all numbers as floats; nil for what isn't JSON.";
    "mustFromJson"(String) -> Any, try must_from_json, "Decodes JSON, all numbers as floats.";
    "toJson"(Any) -> String, to_json, "Encodes as JSON; the empty string if that isn't possible.";
    "mustToJson"(Any) -> String, try must_to_json, "Encodes as JSON.";
    "toPrettyJson"(Any) -> String, to_pretty_json, "Encodes as JSON in indented lines; the empty string if that isn't possible.";
    "mustToPrettyJson"(Any) -> String, try must_to_pretty_json, "Encodes as JSON in indented lines.";
    "toRawJson"(Any) -> String, try to_raw_json, "Encodes as JSON with `<`, `>` and `&` as they are.";
    "mustToRawJson"(Any) -> String, try to_raw_json, "As `toRawJson`.";
}

fn from_json(text: &Str) -> Any {
    must_from_json(text).unwrap_or_default()
}

fn must_from_json(text: &Str) -> Result<Any, FuncError> {
    match json::from_slice(text) {
        Ok(value) => Ok(Any::thaw(&value.through_json())),
        Err(error) => Err(FuncError::new(error.to_string())),
    }
}

fn to_json(value: &Any) -> Vec<u8> {
    must_to_json(value).unwrap_or_default()
}

fn must_to_json(value: &Any) -> Result<Vec<u8>, FuncError> {
    encoded(|out| json::write(value, out, json::Escape::Html))
}

fn to_pretty_json(value: &Any) -> Vec<u8> {
    must_to_pretty_json(value).unwrap_or_default()
}

fn must_to_pretty_json(value: &Any) -> Result<Vec<u8>, FuncError> {
    encoded(|out| json::write_indented(value, out, json::Escape::Html, "  "))
}

fn to_raw_json(value: &Any) -> Result<Vec<u8>, FuncError> {
    encoded(|out| json::write(value, out, json::Escape::None))
}

fn encoded(write: impl FnOnce(&mut Vec<u8>) -> Result<(), json::EncodeError>) -> Result<Vec<u8>, FuncError> {
    let mut out = Vec::new();
    write(&mut out).map_err(|error| FuncError::new(error.to_string()))?;
    Ok(out)
}
