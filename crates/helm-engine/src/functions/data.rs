//! YAML, JSON and TOML. No failure stops a template: writers give nothing (TOML: the error's text), readers give the
//! error's text under `Error` or as the only item.

use std::collections::BTreeMap;

use gotemplate::{Any, Args, Call, FuncError};
use govalue::json::{self, Escape};
use govalue::{Map, Value};

use crate::toml;

pub(super) fn to_yaml(call: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    call.check_text_of(args.rest(0))?;
    let mut out = Vec::new();
    let written = goyaml::write(args.any(0), &mut out);
    Ok(without_newline(written.is_ok(), out))
}

pub(super) fn to_yaml_pretty(call: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    call.check_text_of(args.rest(0))?;
    let written = goyaml::to_string_pretty(args.any(0));
    Ok(without_newline(
        written.is_ok(),
        written.unwrap_or_default().into_bytes(),
    ))
}

fn without_newline(is_written: bool, mut out: Vec<u8>) -> Any {
    if !is_written {
        out.clear();
    }
    if out.ends_with(b"\n") {
        out.pop();
    }
    Any::string(out)
}

pub(super) fn from_yaml(_: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    let read = goyaml::map_from_str(args.string(0)?.as_bytes());
    Ok(map(read.map_err(|error| error.to_string())))
}

pub(super) fn from_yaml_array(_: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    let read = goyaml::list_from_str(args.string(0)?.as_bytes());
    Ok(list(read.map_err(|error| error.to_string())))
}

pub(super) fn to_json(call: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    call.check_text_of(args.rest(0))?;
    let mut out = Vec::new();
    let written = json::write(args.any(0), &mut out, Escape::Html);
    Ok(without_newline(written.is_ok(), out))
}

pub(super) fn from_json(_: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    let read = json::map_from_slice(args.string(0)?.as_bytes());
    Ok(map(read
        .map(Option::unwrap_or_default)
        .map_err(|error| error.to_string())))
}

pub(super) fn from_json_array(_: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    let read = json::list_from_slice(args.string(0)?.as_bytes());
    Ok(list(
        read.map(Option::unwrap_or_default).map_err(|error| error.to_string()),
    ))
}

pub(super) fn to_toml(call: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    call.check_text_of(args.rest(0))?;
    if matches!(args.any(0), Any::Nil | Any::Invalid) {
        // The library panics.
        return Err(FuncError::new("reflect: call of reflect.Value.Type on zero Value"));
    }
    Ok(Any::string(
        toml::write(args.any(0)).unwrap_or_else(|error| error.to_string().into_bytes()),
    ))
}

pub(super) fn from_toml(_: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    Ok(match toml::read(args.string(0)?.as_bytes()) {
        Ok(table) => Any::map(table),
        Err(error) => error_map(error.to_string()),
    })
}

fn map(read: Result<Map, String>) -> Any {
    match read {
        Ok(map) => Any::thaw(&Value::Map(map).through_json()),
        Err(error) => error_map(error),
    }
}

fn list(read: Result<Vec<Value>, String>) -> Any {
    match read {
        Ok(items) => Any::thaw(&Value::List(items).through_json()),
        Err(error) => Any::list(vec![Any::string(error)]),
    }
}

fn error_map(error: String) -> Any {
    Any::map(BTreeMap::from([("Error".into(), Any::string(error))]))
}
