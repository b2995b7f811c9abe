//! Release records as they are stored, without an operator.

use helm_kube::{Record, Secrets};
use helm_release::{Info, Release, Status};

use crate::harness::Operator;

/// Two readers of one record: the second to write it must read it again first.
#[tokio::test(flavor = "multi_thread")]
async fn e2e_a_record_that_somebody_else_has_written_is_not_written_over() {
    let operator = Operator::demo("records-conflict", &[]).await;
    let secrets = Secrets::new(operator.client.clone(), &operator.namespace);
    let release = Release {
        name: "one".into(),
        namespace: operator.namespace.clone(),
        version: 1,
        ..Release::default()
    };
    let mut ours = Record {
        release,
        ..Record::default()
    };
    secrets.create(&mut ours).await.unwrap();
    let mut theirs = secrets.history("one", false).await.unwrap().0.remove(0);
    theirs.release.info = Info {
        status: Status::Deployed,
        ..Info::default()
    };
    secrets.update(&mut theirs).await.unwrap();
    secrets.update(&mut theirs).await.unwrap();

    let error = secrets.update(&mut ours).await.unwrap_err();
    assert!(error.is_conflict(), "{error}");
    let stored = secrets.history("one", false).await.unwrap().0.remove(0);
    assert_eq!(stored.release.info.status, Status::Deployed);

    // What was deleted is made again.
    secrets.delete(&stored).await.unwrap();
    secrets.update(&mut theirs).await.unwrap();
    assert_eq!(secrets.history("one", false).await.unwrap().0.len(), 1);
}
