//! Records are Helm's: ours read Helm's, and what we write reads back.

use helm_release::{ChartRecord, Hook, HookEvent, Info, Release, Status, decode, encode};
use proptest::prelude::*;

/// A record that Helm 3.22's storage encoded (`goracle`, operation `release-encode`).
const BY_HELM: &str = include_str!("record.txt");

#[test]
fn a_record_of_helm_is_read() {
    let release = decode(BY_HELM.as_bytes()).unwrap();
    assert_eq!(
        (release.name.as_str(), release.namespace.as_str(), release.version),
        ("books", "shop", 3)
    );
    assert_eq!(release.info.status, Status::Superseded);
    assert_eq!(release.info.last_deployed, "2026-01-02T03:04:06.7+01:00");
    assert_eq!(release.chart.name(), "book-store");
    assert_eq!(
        release.config.get("x").and_then(govalue::Value::as_int),
        Some(1_000_000)
    );
    assert_eq!(release.hooks()[0].events, [HookEvent::PreInstall]);
    assert_eq!(release.hooks()[0].weight, -1);
}

#[test]
fn broken_records_are_errors() {
    for record in ["", "!", "AAAA", "H4sIAAAA", "e30="] {
        assert!(decode(record.as_bytes()).is_err(), "{record}");
    }
}

prop_compose! {
    fn releases()(
        name in "[a-z]{1,20}", manifest in ".{0,200}", notes in ".{0,50}", version in 1_u32..9999,
        weight in any::<i64>(), config in ".{0,20}", pending in any::<bool>(),
    ) -> Release {
        Release {
            name: name.clone(),
            namespace: "shop".into(),
            version,
            manifest: manifest.clone(),
            info: Info {
                notes,
                status: if pending { Status::PendingUpgrade } else { Status::Deployed },
                ..Info::default()
            },
            chart: ChartRecord {
                metadata: govalue::Value::from_iter([("name", govalue::Value::from(name))]),
                ..ChartRecord::default()
            },
            config: govalue::Value::from_iter([("k", govalue::Value::from(config))]),
            hooks: Some(vec![Hook { manifest, weight, ..Hook::default() }]),
            ..Release::default()
        }
    }
}

proptest! {
    #[test]
    fn a_release_reads_back_what_was_written(release in releases()) {
        prop_assert_eq!(decode(encode(&release).unwrap().as_bytes()).unwrap(), release);
    }
}
