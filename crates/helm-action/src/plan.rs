//! The next step of a release: a pure decision.

use helm_release::Status;

use crate::History;

/// What a release needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Its last revision was made from these inputs: only drift may have to be repaired.
    InSync {
        /// That revision.
        revision: u32,
    },
    /// No revision of it was ever deployed.
    Install {
        /// The revision to write: that of an attempt that failed or was cut off, the next one after an uninstall, else 1.
        revision: u32,
    },
    /// Its inputs changed, or the last attempt at these inputs failed or was cut off.
    Upgrade {
        /// The revision to write: that of an attempt at the same inputs, else the next one.
        revision: u32,
    },
    /// Another tool made its last revision, so that the inputs are not known: compare what they render to.
    Compare {
        /// That revision.
        revision: u32,
    },
}

/// Decides what a release needs so that its last revision is one of `inputs`.
///
/// An attempt at the same inputs is repeated under its own revision, so that a permanent failure adds one revision per
/// input and not one per try.
pub fn plan(history: &History, inputs: &str) -> Step {
    let Some(last) = history.last() else {
        return Step::Install { revision: 1 };
    };
    let revision = last.release.version;
    let same = last.inputs.as_deref() == Some(inputs);
    match last.release.info.status {
        // Whoever uninstalls deletes the records that there were when he began.
        Status::Uninstalling | Status::Uninstalled => Step::Install { revision: revision + 1 },
        _ if history.deployed().is_none() => Step::Install { revision },
        Status::Deployed if same => Step::InSync { revision },
        Status::Deployed if last.inputs.is_none() => Step::Compare { revision },
        Status::Failed | Status::PendingInstall | Status::PendingUpgrade | Status::PendingRollback if same => {
            Step::Upgrade { revision }
        }
        Status::Deployed
        | Status::Failed
        | Status::PendingInstall
        | Status::PendingUpgrade
        | Status::PendingRollback
        | Status::Superseded
        | Status::Unknown => Step::Upgrade { revision: revision + 1 },
    }
}

#[cfg(test)]
mod tests {
    use helm_kube::Record;
    use helm_release::{Info, Release};

    use super::*;

    /// A record's status and inputs.
    type Told = (Status, Option<&'static str>);

    fn history(records: &[Told]) -> History {
        let record = |(index, (status, inputs)): (usize, &Told)| Record {
            release: Release {
                version: u32::try_from(index + 1).unwrap(),
                info: Info {
                    status: *status,
                    ..Info::default()
                },
                ..Release::default()
            },
            inputs: inputs.map(str::to_owned),
            owner: None,
        };
        History::new(records.iter().enumerate().map(record).collect())
    }

    #[test]
    fn objects_are_those_of_the_deployed_revision_and_of_the_attempts_after_it() {
        use Status::{Deployed, Failed, PendingUpgrade, Superseded, Uninstalling};
        let cases: &[(&[Status], &[u32])] = &[
            (&[], &[]),
            (&[Failed], &[1]),
            (&[Superseded, Failed, Deployed, Failed, PendingUpgrade], &[3, 4, 5]),
            (&[Superseded, PendingUpgrade], &[1, 2]),
            (&[Superseded, Uninstalling], &[1, 2]),
        ];
        for (statuses, present) in cases {
            let records: Vec<_> = statuses.iter().map(|status| (*status, None)).collect();
            let history = history(&records);
            let versions: Vec<u32> = history.present().iter().map(|record| record.release.version).collect();
            assert_eq!(versions, *present, "{statuses:?}");
        }
    }

    #[test]
    fn each_state_has_its_step() {
        use Status::{Deployed, Failed, PendingInstall, PendingUpgrade, Superseded, Uninstalled, Uninstalling};
        let cases: &[(&[Told], Step)] = &[
            (&[], Step::Install { revision: 1 }),
            (&[(Failed, Some("a"))], Step::Install { revision: 1 }),
            (&[(Failed, Some("other"))], Step::Install { revision: 1 }),
            (&[(PendingInstall, Some("a"))], Step::Install { revision: 1 }),
            (&[(PendingInstall, None)], Step::Install { revision: 1 }),
            (&[(Deployed, Some("a"))], Step::InSync { revision: 1 }),
            (&[(Deployed, Some("other"))], Step::Upgrade { revision: 2 }),
            (&[(Deployed, None)], Step::Compare { revision: 1 }),
            (
                &[(Deployed, Some("x")), (Failed, Some("a"))],
                Step::Upgrade { revision: 2 },
            ),
            (
                &[(Deployed, Some("x")), (Failed, Some("y"))],
                Step::Upgrade { revision: 3 },
            ),
            (
                &[(Deployed, Some("x")), (PendingUpgrade, Some("a"))],
                Step::Upgrade { revision: 2 },
            ),
            (
                &[(Superseded, Some("x")), (Deployed, Some("a"))],
                Step::InSync { revision: 2 },
            ),
            (
                &[(Superseded, None), (PendingUpgrade, None)],
                Step::Upgrade { revision: 3 },
            ),
            (
                &[(Deployed, Some("a")), (Uninstalling, Some("a"))],
                Step::Install { revision: 3 },
            ),
            (&[(Uninstalling, Some("a"))], Step::Install { revision: 2 }),
            (
                &[(Superseded, None), (Uninstalled, None)],
                Step::Install { revision: 3 },
            ),
        ];
        for (records, step) in cases {
            assert_eq!(plan(&history(records), "a"), *step, "{records:?}");
        }
    }
}
