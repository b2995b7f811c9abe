//! A schema's text into something that checks values.

use std::error::Error;

use boon::{CompileError, Compiler, SchemaIndex, Schemas, UrlLoader};
use serde_json::Value;

use super::{formats, multiple, render, rewrite};

/// Where Helm pretends the schema to be.
const LOCATION: &str = "file:///values.schema.json";

/// A compiled schema.
pub(super) struct Compiled {
    schemas: Schemas,
    index: SchemaIndex,
    /// The schema as written, for messages.
    original: Value,
}

impl Compiled {
    /// Compiles a schema; the error is Helm's text.
    pub(super) fn new(text: &[u8]) -> Result<Self, String> {
        let original = parse(text)?;
        let mut schema = original.clone();
        rewrite::rewrite(&mut schema);
        let mut compiler = Compiler::new();
        compiler.enable_format_assertions();
        for format in multiple::FORMATS.into_iter().chain(formats::FORMATS) {
            compiler.register_format(format);
        }
        compiler.use_loader(Box::new(Offline));
        let mut schemas = Schemas::new();
        let refused = |error: CompileError| explain(&error, &original);
        compiler.add_resource(LOCATION, schema).map_err(refused)?;
        let index = compiler.compile(LOCATION, &mut schemas).map_err(refused)?;
        Ok(Self {
            schemas,
            index,
            original,
        })
    }

    /// Checks an instance; the error is Helm's text.
    pub(super) fn check(&self, instance: &Value) -> Result<(), String> {
        let checked = self.schemas.validate(instance, self.index);
        checked.map_err(|error| render::complaints(&error, &self.original) + "\n")
    }
}

/// Reads the schema's JSON, with the complaints of Go's decoder.
fn parse(text: &[u8]) -> Result<Value, String> {
    let mut documents = serde_json::Deserializer::from_slice(text).into_iter::<Value>();
    let document = match documents.next() {
        None => return Err("EOF".to_owned()),
        Some(Ok(document)) => document,
        Some(Err(error)) if error.is_eof() => return Err("unexpected EOF".to_owned()),
        Some(Err(error)) => {
            let go = govalue::json::from_slice(text).err();
            return Err(go.map_or_else(|| error.to_string(), |error| error.to_string()));
        }
    };
    match documents.next() {
        None => Ok(document),
        Some(_) => Err("invalid character after top-level value".to_owned()),
    }
}

fn explain(error: &CompileError, original: &Value) -> String {
    match error {
        CompileError::ValidationError { url, src } => {
            let complaints = render::complaints(src, original);
            let meta_schema = src.schema_url;
            format!(
                "\"{url}\" is not valid against metaschema: jsonschema validation failed with '{meta_schema}'\n{complaints}"
            )
        }
        CompileError::JsonPointerNotFound(location) => format!("json-pointer in \"{location}\" not found"),
        CompileError::AnchorNotFound { url, reference } => {
            format!("anchor in \"{reference}\" not found in schema \"{url}\"")
        }
        CompileError::LoadUrlError { url, src } => format!("failing loading \"{url}\": {src}"),
        other => format!("{other:#}"),
    }
}

/// Answers every reference out of the schema as a machine without network and files would.
struct Offline;

impl UrlLoader for Offline {
    fn load(&self, url: &str) -> Result<Value, Box<dyn Error>> {
        let (scheme, rest) = url.split_once(':').unwrap_or(("", url));
        let authority = rest.trim_start_matches('/').split('/').next().unwrap_or_default();
        match scheme {
            // Helm takes what a URN names for a schema that everything meets.
            "urn" => Ok(Value::Bool(true)),
            "file" => Err(format!("open {}: no such file or directory", rest.trim_start_matches("//")).into()),
            "http" | "https" => {
                let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
                let problem = format!("dial tcp: lookup {host}: no such host");
                Err(format!("HTTP request failed for {url}: Get \"{url}\": {problem}").into())
            }
            _ => Err(format!("no URLLoader registered for \"{url}\"").into()),
        }
    }
}
