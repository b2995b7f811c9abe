//! The values of a release: what its sources say, the custom resource's spec over it, the watch's overrides over both.

use govalue::{Map, Value};
use helm_chart::overlay;
use helm_chart::strvals::set_string;
use kube::api::DynamicObject;

use crate::error::ReconcileError;
use crate::render::short_digest;
use crate::sources::{Found, SourceError};
use crate::watches::Watch;

/// The values of a release, and what they were made of.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// The values.
    pub values: Map,
    /// Where they come from: each source with a digest of what it gave.
    pub sources: Vec<(&'static str, String)>,
}

/// The values of a release, the later winning: `valuesFrom` in the file's order, the resource's `spec`, `overrideValues`.
///
/// What many resources share is said in a source, and each may say otherwise, as in Flux's `HelmRelease`; what is not for
/// a resource to say is an override. Integers stay integers. Overrides are texts; they are joined in the file's order
/// before they are put over the rest, so that a list or a text of the spec never stands in an override's way.
pub fn of(object: &DynamicObject, watch: &Watch, found: Map) -> Result<Values, ReconcileError> {
    let spec = object.data.get("spec").cloned().unwrap_or_default();
    let kind = match &spec {
        serde_json::Value::Null => "missing",
        serde_json::Value::Object(_) => "",
        serde_json::Value::Array(_) => "a list",
        _ => "a scalar",
    };
    let spec = serde_json::from_value::<Value>(spec).ok().and_then(Value::into_map);
    let Some(spec) = spec else {
        return Err(ReconcileError::Spec { found: kind });
    };
    let mut sources = vec![("spec", digest(&spec))];
    if !found.is_empty() {
        sources.push(("valuesFrom", digest(&found)));
    }
    let overrides = watch.override_values.values();
    if !overrides.is_empty() {
        sources.push(("overrides", digest(overrides)));
    }
    let mut values = found;
    overlay(&mut values, spec);
    watch.override_values.apply(&mut values);
    Ok(Values { values, sources })
}

fn digest(values: &Map) -> String {
    short_digest(&serde_json::to_vec(values).unwrap_or_default())
}

/// Joins what sources have, a later one winning. A text that goes to a path is that text, whatever it looks like.
pub fn join(found: &[Found<'_>]) -> Result<Map, SourceError> {
    let mut values = Map::new();
    for Found { entry, source, text } in found {
        let Some(text) = text else { continue };
        let at = || (source.clone(), entry.key.clone());
        match &entry.target_path {
            // Neither error's text is told: it may have the secret in it.
            None => match goyaml::map_from_str(text) {
                Ok(above) => overlay(&mut values, above),
                Err(error) => return Err(SourceError::not_values(at(), error.problem().line())),
            },
            Some(path) => {
                set_string(&format!("{path}={}", escape(text)), &mut values)
                    .map_err(|_| SourceError::path(at(), path))?;
            }
        }
    }
    Ok(values)
}

/// A text so that `--set-string` reads it as one, to the last comma.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '\\' | ',' | '{' | '}') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

#[cfg(test)]
mod tests;
