//! A release whose chart draws random numbers, reads the clock or the cluster, and that nobody changes.

use std::collections::BTreeMap;

use serde_json::json;

use crate::harness::{Operator, condition};
use crate::parity::{RELEASE, differences};
use crate::snapshot::{Snapshot, at_rest};

/// A value that the watch overrides with what charts have for it, so that an edit of it is a new generation of the resource
/// and none of its values. Most charts know this one, also those whose schema knows no others.
pub(crate) const OVERRIDDEN: &str = "nameOverride";

/// Lets the operator look at the release `looks` times, half of them with a render, and starts it anew three times in
/// between. The release is installed first, with `values`.
///
/// # Errors
/// What changed, one thing a line.
pub(crate) async fn hold(operator: &mut Operator, values: serde_json::Value, looks: usize) -> Result<usize, String> {
    let watches = std::fs::read_to_string(operator.path("watches.yaml")).unwrap();
    let overridden = watches.trim_end().trim_end_matches('}').to_owned() + ", overrideValues: {nameOverride: ''}}\n";
    operator.write("watches.yaml", &overridden);
    operator.arg("--log-level=chartwright=debug");
    operator.start();
    operator.create(RELEASE, values).await;
    let is_out = || async {
        let resource = operator.resource(RELEASE).await;
        condition(&resource, "Deployed")
            .is_some_and(|condition| condition["status"] == "True")
            .then_some(())
    };
    operator.wait_for("the release", is_out).await;
    let before = here(operator).await;
    let requests = operator.requests_at_rest().await;
    for look in 0..looks {
        if look % (looks / 4 + 1) == looks / 4 {
            operator.terminate().await;
            operator.start();
        }
        touch(operator, look).await;
    }
    operator.requests_at_rest().await;
    let mut told = Vec::new();
    differences(
        "afterwards",
        &before.comparable(),
        &here(operator).await.comparable(),
        &BTreeMap::new(),
        &mut told,
    );
    let records = operator.records().await;
    if records != [format!("{RELEASE}.v1 deployed")] {
        told.push(format!("records: {records:?}"));
    }
    let planned = operator.log().matches("InSync").count();
    if planned < looks / 2 {
        told.push(format!("it was looked at {planned} times only"));
    }
    let writes = requests.writes().await;
    let others = writes.iter().filter(|request| request.resource != "demos");
    told.extend(others.map(|request| format!("{} {} {}", request.verb, request.resource, request.name)));
    if told.is_empty() {
        Ok(planned)
    } else {
        Err(told.join("\n"))
    }
}

/// Gives the operator something to look at: an annotation, or another generation with the same values.
async fn touch(operator: &Operator, look: usize) {
    let looked_at = || operator.log().matches("planned").count();
    if look.is_multiple_of(2) {
        let annotations = json!({"metadata": {"annotations": {"example.com/look": look.to_string()}}});
        operator.edit(RELEASE, annotations).await;
        return;
    }
    let before = looked_at();
    operator
        .edit(RELEASE, json!({"spec": {OVERRIDDEN: look.to_string()}}))
        .await;
    operator
        .wait_for("a look", || async { (looked_at() > before).then_some(()) })
        .await;
}

async fn here(operator: &Operator) -> Snapshot {
    at_rest(async || Snapshot::take(&operator.client).await.of_namespace(&operator.namespace)).await
}
