//! A few bytes that tell whether an object's chart-owned fields may have changed.

use std::hash::{DefaultHasher, Hash, Hasher};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ManagedFieldsEntry;

use crate::FIELD_MANAGER;
use crate::left_alone::SCALE;

/// A hash of the set of fields that we own in an object, and of those that somebody scales.
///
/// The API server takes a field out of our set when anybody else changes it, and out of an autoscaler's when somebody
/// changes it by hand, so a changed chart field always changes the fingerprint, while the work of controllers on their
/// own fields never does. It may also change where no chart field did (a defaulted field that our create request came
/// to own); [`crate::covers`] decides then.
pub fn fingerprint(managed_fields: &[ManagedFieldsEntry]) -> u64 {
    // The server sorts entries by their times, which do not count.
    managed_fields.iter().filter_map(hash).fold(0, u64::wrapping_add)
}

fn hash(entry: &ManagedFieldsEntry) -> Option<u64> {
    let subresource = entry.subresource.as_deref().unwrap_or_default();
    let is_ours = entry.manager.as_deref() == Some(FIELD_MANAGER) && subresource.is_empty();
    if !is_ours && subresource != SCALE {
        return None;
    }
    let mut hasher = DefaultHasher::new();
    (is_ours, &entry.operation).hash(&mut hasher);
    if let Some(fields) = &entry.fields_v1 {
        fields.0.to_string().hash(&mut hasher);
    }
    Some(hasher.finish())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn of(entries: Value) -> u64 {
        let entries: Vec<ManagedFieldsEntry> = serde_json::from_value(entries).unwrap_or_default();
        fingerprint(&entries)
    }

    #[test]
    fn it_follows_our_fields_and_those_that_are_scaled() {
        let ours = json!({"manager": FIELD_MANAGER, "operation": "Apply", "fieldsV1": {"f:data": {"f:a": {}}}});
        let scale = json!({"manager": "hpa", "operation": "Update", "subresource": "scale", "time": "2026-01-01T00:00:00Z",
            "fieldsV1": {"f:spec": {"f:replicas": {}}}});
        let later = json!({"manager": "hpa", "operation": "Update", "subresource": "scale", "time": "2026-01-02T00:00:00Z",
            "fieldsV1": {"f:spec": {"f:replicas": {}}}});
        let status =
            json!({"manager": "x", "operation": "Update", "subresource": "status", "fieldsV1": {"f:status": {}}});
        assert_eq!(of(json!([ours, status])), of(json!([ours])));
        assert_eq!(of(json!([ours, scale])), of(json!([later, ours])));
        assert_ne!(of(json!([ours, scale])), of(json!([ours])));
    }
}
