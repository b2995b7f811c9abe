//! What custom resources tell of their releases.

use kube::ResourceExt as _;
use kube::api::DynamicObject;
use serde_json::Value;

use super::family::names;
use super::samples::Samples;
use crate::primaries::Primaries;
use crate::request::is_being_deleted;
use crate::watches::ActiveWatches;

/// Reads the releases of all watches off their custom resources.
pub(crate) fn collect(primaries: &Primaries, watches: &ActiveWatches, samples: &mut Samples) {
    for key in primaries.keys(None) {
        let Some(object) = primaries.get(&key) else { continue };
        let watch = watches.get(key.watch);
        let gvk = &watch.gvk;
        let namespace = key.namespace.as_deref().unwrap_or_default();
        if let Some(created) = object.creation_timestamp() {
            let labels = [gvk.group(), &gvk.kind, &key.name, namespace, gvk.version()];
            #[expect(clippy::cast_precision_loss, reason = "Prometheus counts in floats")]
            samples.set(&names::CREATED_AT, &labels, created.0.as_second() as f64);
        }
        samples.add(&names::RELEASES, &[&gvk.kind, phase(&object)], 1.0);
        if let Some(revision) = object.data.pointer("/status/revision").and_then(Value::as_f64) {
            samples.set(&names::RELEASE_REVISION, &[&gvk.kind, &key.name, namespace], revision);
        }
    }
}

/// How a release is, as its custom resource tells.
pub(crate) fn phase(object: &DynamicObject) -> &'static str {
    let conditions = object.data.pointer("/status/conditions").and_then(Value::as_array);
    let holds = |wanted: &str| {
        conditions
            .into_iter()
            .flatten()
            .any(|condition| condition["type"] == wanted && condition["status"] == "True")
    };
    if is_being_deleted(object) {
        "uninstalling"
    } else if holds("ReleaseFailed") || holds("Irreconcilable") {
        "failed"
    } else if holds("Deployed") {
        "deployed"
    } else {
        "pending"
    }
}
