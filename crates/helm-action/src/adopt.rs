//! Taking over a release that another tool made.

use helm_kube::{Marks, Record};
use serde_json::Value;

use crate::definitions::is_unserved;
use crate::objects::{manifests, stamped_all};
use crate::{Context, Deployed, Desired, Error, History, check};

/// Takes over the last revision, if it is what `desired` renders to: by meaning, whatever the order of its documents and
/// their text. Its record gets our digest and its objects our marks; no revision is made. `None` if it differs.
pub async fn adopt(cx: &Context, history: &History, desired: &Desired) -> Result<Option<Deployed>, Error> {
    let Some(last) = history.last() else { return Ok(None) };
    if !same(cx, last, desired).await? {
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

/// Both sides are compared with our marks: helm-operator-plugins has its own in what it stores, and each object's namespace.
async fn same(cx: &Context, record: &Record, desired: &Desired) -> Result<bool, Error> {
    let stored = stamped_all(cx, &manifests(record)?).await;
    let wanted = stamped_all(cx, &desired.manifests).await;
    let (stored, wanted) = match (stored, wanted) {
        (Ok(stored), Ok(wanted)) => (stored, wanted),
        (Err(error), _) | (_, Err(error)) if is_unserved(&error) => return Ok(false),
        (Err(error), _) | (_, Err(error)) => return Err(error),
    };
    let is_wanted = |stored: &Value| wanted.iter().any(|wanted| means(wanted, stored));
    Ok(stored.len() == wanted.len() && stored.iter().all(is_wanted))
}

/// Whether a stored object is the one that is wanted, but for line breaks at the ends of texts: Helm 3 trims documents.
fn means(wanted: &Value, stored: &Value) -> bool {
    match (wanted, stored) {
        (Value::Object(wanted), Value::Object(stored)) => {
            wanted.len() == stored.len()
                && wanted
                    .iter()
                    .all(|(key, value)| stored.get(key).is_some_and(|found| means(value, found)))
        }
        (Value::Array(wanted), Value::Array(stored)) => {
            wanted.len() == stored.len() && wanted.iter().zip(stored).all(|(a, b)| means(a, b))
        }
        (Value::String(wanted), Value::String(stored)) => {
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
