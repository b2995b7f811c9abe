//! A few bytes that tell whether an object's chart-owned fields may have changed.

use std::hash::{DefaultHasher, Hash, Hasher};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ManagedFieldsEntry;

use crate::FIELD_MANAGER;

/// A hash of the set of fields that we own in an object.
///
/// The API server takes a field out of our set when anybody else changes it, so a changed chart field always changes
/// the fingerprint, while the work of controllers on their own fields never does. It may also change where no chart
/// field did (a defaulted field that our create request came to own); [`crate::covers`] decides then.
pub fn fingerprint(managed_fields: &[ManagedFieldsEntry]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for entry in managed_fields {
        if entry.manager.as_deref() == Some(FIELD_MANAGER) && entry.subresource.as_deref().unwrap_or("").is_empty() {
            entry.operation.hash(&mut hasher);
            if let Some(fields) = &entry.fields_v1 {
                fields.0.to_string().hash(&mut hasher);
            }
        }
    }
    hasher.finish()
}
