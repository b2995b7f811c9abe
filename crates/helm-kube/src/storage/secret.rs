//! A record as the Secrets that hold it.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use helm_release::{CodecError, HookEvent, Release, Status, StorageKey, decode, encode};
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use kube::ResourceExt;

use super::{Marks, Record};
use crate::Error;

/// The Secret type of release records.
const RECORD_TYPE: &str = "helm.sh/release.v1";

/// The Secret type of the parts of a record that is too large for one Secret.
const PART_TYPE: &str = "chartwright.dev/release-part";

/// The `owner` label of parts: not Helm's, which could not read them.
pub(super) const PART_OWNER: &str = "chartwright";

/// The most bytes of a record in one Secret. The API server takes 1 MiB for all that a Secret holds.
const MAX_BYTES: usize = 1_000_000;

/// The annotation with the digest of the inputs that made a revision.
const INPUTS: &str = "chartwright.dev/inputs";

/// The annotation with the names of the Secrets that hold the rest of a record.
const PARTS: &str = "chartwright.dev/parts";

const SOURCES: &str = "chartwright.dev/sources";
const STAGE: &str = "chartwright.dev/stage";
const ROLLBACK_TO: &str = "chartwright.dev/rollback-to";
const REFUSED: &str = "chartwright.dev/refused-inputs";
const TESTS: &str = "chartwright.dev/tests";

/// The labels that Helm sets on every record by itself.
const SYSTEM_LABELS: &[&str] = &["name", "owner", "status", "version", "createdAt", "modifiedAt"];

/// A record as it goes to the API server.
pub(super) struct Written {
    /// The Secret with Helm's name; it has the whole record, or its beginning and the names of the parts.
    pub(super) head: Secret,
    /// The Secrets with the rest, in order.
    pub(super) parts: Vec<Secret>,
}

/// Whether a Secret has a part of a record.
pub(super) fn is_part(secret: &Secret) -> bool {
    secret.type_.as_deref() == Some(PART_TYPE)
}

/// The digest of the inputs of the revision in a Secret.
pub(super) fn inputs(secret: &impl ResourceExt) -> Option<&String> {
    secret.annotations().get(INPUTS)
}

/// Whether the revision in a Secret is the deployed one.
pub(super) fn is_deployed(secret: &impl ResourceExt) -> bool {
    let status = Status::Deployed.to_string();
    secret.labels().get("status") == Some(&status)
}

/// Reads a record out of its Secret and, if it names any, its parts.
pub(super) fn read(head: &Secret, parts: &[Secret]) -> Result<Record, CodecError> {
    let names: Vec<String> = head
        .annotations()
        .get(PARTS)
        .map(|names| names.split(',').map(str::to_owned).collect())
        .unwrap_or_default();
    let mut text = data(head).to_vec();
    for name in &names {
        if let Some(part) = parts.iter().find(|part| part.name_any() == *name) {
            text.extend_from_slice(data(part));
        }
    }
    let mut release = decode(&text)?;
    release.labels = head
        .labels()
        .iter()
        .filter(|(key, _)| !SYSTEM_LABELS.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let owner = head
        .owner_references()
        .iter()
        .find(|owner| owner.controller == Some(true))
        .cloned();
    Ok(Record {
        release,
        inputs: inputs(head).cloned(),
        marks: Marks::read(head.annotations()),
        owner,
        parts: names,
        version: head.resource_version(),
    })
}

/// Writes a record; `stamp` is the label that tells when.
pub(super) fn write(record: &Record, stamp: &str) -> Result<Written, Error> {
    let release = &record.release;
    let key = StorageKey::new(&release.name, release.version).to_string();
    let text = encode(release).map_err(|source| Error::Record {
        key: key.clone(),
        source,
    })?;
    let mut chunks = text.as_bytes().chunks(MAX_BYTES);
    let first = chunks.next().unwrap_or_default();
    let parts: Vec<Secret> = chunks
        .enumerate()
        .map(|(index, chunk)| part(record, &key, index + 2, chunk))
        .collect();

    let mut labels: BTreeMap<String, String> = release.labels.clone();
    labels.insert("name".into(), release.name.clone());
    labels.insert("owner".into(), "helm".into());
    labels.insert("status".into(), release.info.status.to_string());
    labels.insert("version".into(), release.version.to_string());
    let now = k8s_openapi::jiff::Timestamp::now().as_second().to_string();
    labels.insert(stamp.into(), now);
    let mut head = secret(record, key, RECORD_TYPE, first);
    head.metadata.labels = Some(labels);
    let mut annotations = record.marks.write();
    annotations.extend(record.inputs.clone().map(|inputs| (INPUTS.into(), inputs)));
    if !parts.is_empty() {
        let names: Vec<String> = parts.iter().map(ResourceExt::name_any).collect();
        annotations.insert(PARTS.into(), names.join(","));
    }
    head.metadata.annotations = Some(annotations).filter(|annotations| !annotations.is_empty());
    Ok(Written { head, parts })
}

/// A part's name is made of its content, so that a later state of the record never writes over one that still counts.
fn part(record: &Record, key: &str, number: usize, chunk: &[u8]) -> Secret {
    let Release { name, version, .. } = &record.release;
    let mut hasher = DefaultHasher::new();
    chunk.hash(&mut hasher);
    let mut part = secret(
        record,
        format!("{key}.{:016x}.{number}", hasher.finish()),
        PART_TYPE,
        chunk,
    );
    part.metadata.labels = Some(BTreeMap::from([
        ("name".into(), name.clone()),
        ("owner".into(), PART_OWNER.into()),
        ("version".into(), version.to_string()),
    ]));
    part
}

fn secret(record: &Record, name: String, kind: &str, data: &[u8]) -> Secret {
    let mut secret = Secret {
        type_: Some(kind.into()),
        data: Some(BTreeMap::from([("release".into(), ByteString(data.to_vec()))])),
        ..Secret::default()
    };
    secret.metadata.name = Some(name);
    secret.metadata.namespace = Some(record.release.namespace.clone());
    secret.metadata.owner_references = record.owner.clone().map(|owner| vec![owner]);
    secret
}

fn data(secret: &Secret) -> &[u8] {
    let data = secret.data.as_ref().and_then(|data| data.get("release"));
    data.map(|bytes| bytes.0.as_slice()).unwrap_or_default()
}

impl Marks {
    fn read(annotations: &BTreeMap<String, String>) -> Self {
        let text = |key: &str| annotations.get(key).cloned();
        Self {
            sources: text(SOURCES),
            stage: text(STAGE).and_then(|name| HookEvent::parse(&name)),
            rollback_to: text(ROLLBACK_TO).and_then(|number| number.parse().ok()),
            refused: text(REFUSED),
            tests: text(TESTS).and_then(|json| serde_json::from_str(&json).ok()),
        }
    }

    fn write(&self) -> BTreeMap<String, String> {
        let all = [
            (SOURCES, self.sources.clone()),
            (STAGE, self.stage.map(|event| event.name().to_owned())),
            (ROLLBACK_TO, self.rollback_to.map(|revision| revision.to_string())),
            (REFUSED, self.refused.clone()),
            (
                TESTS,
                self.tests.as_ref().and_then(|tests| serde_json::to_string(tests).ok()),
            ),
        ];
        let set = all
            .into_iter()
            .filter_map(|(key, value)| Some((key.to_owned(), value?)));
        set.collect()
    }
}

#[cfg(test)]
mod tests {
    use govalue::Value;

    use super::*;
    use crate::TestRun;

    /// A record whose text does not pack well: `bytes` of the output of a linear congruential generator.
    fn record(bytes: usize) -> Record {
        let mut state = 1_u64;
        let manifest: String = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from(b'!' + u8::try_from((state >> 33) % 90).unwrap())
        })
        .take(bytes)
        .collect();
        Record {
            release: Release {
                name: "demo".into(),
                namespace: "shop".into(),
                version: 3,
                manifest,
                config: Value::empty_map(),
                ..Release::default()
            },
            inputs: Some("sha256:1".into()),
            marks: Marks {
                stage: Some(HookEvent::PostUpgrade),
                rollback_to: Some(1),
                refused: Some("sha256:2".into()),
                sources: Some("spec=1 chart=2".into()),
                tests: Some(TestRun {
                    asked: "today".into(),
                    revision: 3,
                    passed: Some(false),
                    message: "Pod demo-test failed".into(),
                }),
            },
            ..Record::default()
        }
    }

    #[test]
    fn a_record_reads_back_whatever_its_size() {
        for (bytes, parts) in [(1_000, 0), (2_500_000, 2)] {
            let record = record(bytes);
            let written = write(&record, "createdAt").unwrap();
            assert_eq!(written.parts.len(), parts, "{bytes}");
            for secret in written.parts.iter().chain([&written.head]) {
                assert!(data(secret).len() <= MAX_BYTES);
            }
            let shuffled: Vec<Secret> = written.parts.iter().rev().cloned().collect();
            let found = read(&written.head, &shuffled).unwrap();
            assert_eq!(found.release, record.release);
            assert_eq!((found.inputs, found.marks), (record.inputs, record.marks));
            assert_eq!(found.parts.len(), parts);
        }
    }

    #[test]
    fn a_record_that_lacks_a_part_is_unreadable() {
        let written = write(&record(2_500_000), "createdAt").unwrap();
        assert!(read(&written.head, &written.parts[1..]).is_err());
        assert!(read(&written.head, &written.parts[..1]).is_err());
    }

    #[test]
    fn another_state_of_a_record_has_parts_of_its_own() {
        let mut record = record(2_500_000);
        let names = |record: &Record| -> Vec<String> {
            let written = write(record, "createdAt").unwrap();
            written.parts.iter().map(ResourceExt::name_any).collect()
        };
        let before = names(&record);
        record.release.info.description = "later".into();
        assert!(names(&record).iter().all(|name| !before.contains(name)));
    }
}
