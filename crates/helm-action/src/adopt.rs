//! Taking over a release that another tool made.

use helm_kube::{Marks, Record};
use helm_release::documents;

use crate::{Context, Deployed, Desired, Error, History, check};

/// Takes over the last revision, if it is what `desired` renders to: by meaning, whatever the order of its documents and
/// their text. Its record gets our digest and its objects our marks; no revision is made. `None` if it differs.
pub async fn adopt(cx: &Context, history: &History, desired: &Desired) -> Result<Option<Deployed>, Error> {
    let Some(last) = history.last() else { return Ok(None) };
    if !same(last, desired)? {
        return Ok(None);
    }
    let (objects, _) = check(cx, last).await?;
    let mut record = Record {
        inputs: Some(desired.inputs.clone()),
        marks: Marks {
            sources: desired.sources.clone(),
            ..last.marks.clone()
        },
        owner: cx.record_owner.clone(),
        ..last.clone()
    };
    cx.secrets.update(&mut record).await?;
    Ok(Some(Deployed { record, objects }))
}

fn same(record: &Record, desired: &Desired) -> Result<bool, Error> {
    let release = &record.release;
    let stored = documents(&release.manifest).map_err(|source| Error::Manifest {
        revision: release.version,
        source,
    })?;
    let wanted: Vec<_> = desired
        .manifests
        .iter()
        .filter(|document| !document.object.is_null())
        .collect();
    Ok(stored.len() == wanted.len()
        && stored
            .iter()
            .all(|document| wanted.iter().any(|candidate| candidate.object == document.object)))
}
