//! Taking over a release that another tool made.

use govalue::Value;
use helm_kube::{Marks, Record};

use crate::objects::manifests;
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
    let stored = manifests(record)?;
    let wanted: Vec<_> = desired
        .manifests
        .iter()
        .filter(|document| !document.object.is_null())
        .collect();
    Ok(stored.len() == wanted.len()
        && stored.iter().all(|document| {
            wanted
                .iter()
                .any(|candidate| means(&candidate.object, &document.object))
        }))
}

/// Whether a stored object is the one that is wanted, but for line breaks at the ends of texts: Helm 3 trims documents.
fn means(wanted: &Value, stored: &Value) -> bool {
    match (wanted, stored) {
        (Value::Map(wanted), Value::Map(stored)) => {
            wanted.len() == stored.len()
                && wanted
                    .iter()
                    .all(|(key, value)| stored.get(key.as_bytes()).is_some_and(|found| means(value, found)))
        }
        (Value::List(wanted), Value::List(stored)) => {
            wanted.len() == stored.len() && wanted.iter().zip(stored).all(|(a, b)| means(a, b))
        }
        (Value::String(wanted), Value::String(stored)) => {
            let (wanted, stored) = (wanted.to_lossy(), stored.to_lossy());
            wanted.trim_end_matches('\n') == stored.trim_end_matches('\n')
        }
        (wanted, stored) => wanted == stored,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_line_breaks_at_the_ends_of_texts_do_not_count() {
        let value = |text: &str| -> Value { serde_json::from_str(text).unwrap() };
        let wanted = value(r#"{"data": {"a": "x\ny\n", "n": [1]}}"#);
        assert!(means(&wanted, &value(r#"{"data": {"a": "x\ny", "n": [1]}}"#)));
        for other in [
            r#"{"data": {"a": "x\n\ny\n", "n": [1]}}"#,
            r#"{"data": {"a": "x\ny\n", "n": [2]}}"#,
            r#"{"data": {"a": "x\ny\n", "n": [1, 1]}}"#,
            r#"{"data": {"a": "x\ny\n"}}"#,
        ] {
            assert!(!means(&wanted, &value(other)), "{other}");
        }
    }
}
