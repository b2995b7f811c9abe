//! The values of a release: the custom resource's spec, and what the watch puts over it.

use govalue::{Map, Value};
use kube::api::DynamicObject;

use crate::error::ReconcileError;
use crate::watches::Watch;

/// The values that a custom resource gives its release: its `spec`, with the watch's `overrideValues` over it.
///
/// Integers of the spec stay integers. Overrides are texts; they are joined in the file's order before they are put over
/// the spec, so that a list or a text of the spec never stands in an override's way.
pub fn of(object: &DynamicObject, watch: &Watch) -> Result<Map, ReconcileError> {
    let spec = object.data.get("spec").cloned().unwrap_or_default();
    let found = match &spec {
        serde_json::Value::Null => "missing",
        serde_json::Value::Object(_) => "",
        serde_json::Value::Array(_) => "a list",
        _ => "a scalar",
    };
    let values = serde_json::from_value::<Value>(spec).ok().and_then(Value::into_map);
    let Some(mut values) = values else {
        return Err(ReconcileError::Spec { found });
    };
    watch.override_values.apply(&mut values);
    Ok(values)
}
