use helm_kube::Marks;
use helm_release::Status::{
    Deployed, Failed, PendingInstall, PendingRollback, PendingUpgrade, Superseded, Uninstalled, Uninstalling,
};
use helm_release::{Info, Release};

use super::FailurePolicy::{Keep, Retry, Rollback};
use super::*;

/// A record's status and inputs.
type Told = (Status, Option<&'static str>);

fn records(told: &[Told]) -> Vec<Record> {
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
        ..Record::default()
    };
    told.iter().enumerate().map(record).collect()
}

fn history(told: &[Told]) -> History {
    History::new(records(told))
}

fn goal(policy: FailurePolicy) -> Goal<'static> {
    Goal {
        inputs: "a",
        policy,
        rollback_to: None,
    }
}

#[test]
fn objects_are_those_of_the_deployed_revision_and_of_the_attempts_after_it() {
    let cases: &[(&[Status], &[u32])] = &[
        (&[], &[]),
        (&[Failed], &[1]),
        (&[Superseded, Failed, Deployed, Failed, PendingUpgrade], &[3, 4, 5]),
        (&[Superseded, PendingUpgrade], &[1, 2]),
        (&[Superseded, Uninstalling], &[1, 2]),
    ];
    for (statuses, present) in cases {
        let told: Vec<_> = statuses.iter().map(|status| (*status, None)).collect();
        let history = history(&told);
        let versions: Vec<u32> = history.present().iter().map(|record| record.release.version).collect();
        assert_eq!(versions, *present, "{statuses:?}");
    }
}

#[test]
fn each_state_has_its_step() {
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
            &[(Deployed, Some("a")), (PendingRollback, None)],
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
        assert_eq!(plan(&history(records), goal(Retry)), *step, "{records:?}");
    }
}

#[test]
fn what_follows_a_failure_is_the_policys() {
    let failed_install: &[Told] = &[(Failed, Some("a"))];
    let failed_upgrade: &[Told] = &[(Deployed, Some("x")), (Failed, Some("a"))];
    let cut_off: &[Told] = &[(Deployed, Some("x")), (PendingUpgrade, Some("a"))];
    let other_inputs: &[Told] = &[(Deployed, Some("x")), (Failed, Some("y"))];
    let cases = [
        (Retry, failed_install, Step::Install { revision: 1 }),
        (Rollback, failed_install, Step::Install { revision: 1 }),
        (Keep, failed_install, Step::Hold { revision: 1 }),
        (Retry, failed_upgrade, Step::Upgrade { revision: 2 }),
        (Rollback, failed_upgrade, Step::Rollback { to: 1, revision: 3 }),
        (Keep, failed_upgrade, Step::Hold { revision: 2 }),
        (Retry, cut_off, Step::Upgrade { revision: 2 }),
        (Rollback, cut_off, Step::Upgrade { revision: 2 }),
        (Keep, cut_off, Step::Upgrade { revision: 2 }),
        (Retry, other_inputs, Step::Upgrade { revision: 3 }),
        (Rollback, other_inputs, Step::Upgrade { revision: 3 }),
        (Keep, other_inputs, Step::Upgrade { revision: 3 }),
    ];
    for (policy, records, step) in cases {
        assert_eq!(plan(&history(records), goal(policy)), step, "{policy:?} {records:?}");
    }
}

/// A revision 3 with the content of revision 1 ("x"), made because inputs "a" failed in revision 2.
fn rolled_back(status: Status, first: Status) -> History {
    let mut records = records(&[(first, Some("x")), (Failed, Some("a")), (status, Some("x"))]);
    records[2].marks = Marks {
        rollback_to: Some(1),
        refused: Some("a".into()),
        ..Marks::default()
    };
    History::new(records)
}

#[test]
fn a_rollback_happens_once_for_each_input() {
    let wants = |inputs, policy| Goal { inputs, ..goal(policy) };
    let cases = [
        (Deployed, Superseded, wants("a", Rollback), Step::Hold { revision: 3 }),
        (Deployed, Superseded, wants("a", Keep), Step::Hold { revision: 3 }),
        (Deployed, Superseded, wants("a", Retry), Step::Upgrade { revision: 4 }),
        (
            Deployed,
            Superseded,
            wants("b", Rollback),
            Step::Upgrade { revision: 4 },
        ),
        (Deployed, Superseded, wants("x", Rollback), Step::InSync { revision: 3 }),
        (
            PendingRollback,
            Deployed,
            wants("a", Rollback),
            Step::Rollback { to: 1, revision: 3 },
        ),
        (
            Failed,
            Deployed,
            wants("a", Rollback),
            Step::Rollback { to: 1, revision: 3 },
        ),
        (
            PendingRollback,
            Deployed,
            wants("b", Rollback),
            Step::Upgrade { revision: 4 },
        ),
        (
            PendingRollback,
            Deployed,
            wants("x", Rollback),
            Step::Upgrade { revision: 3 },
        ),
        // What failed there was the rollback; its inputs were deployed before.
        (Failed, Deployed, wants("x", Rollback), Step::Upgrade { revision: 3 }),
    ];
    for (status, first, goal, step) in cases {
        assert_eq!(plan(&rolled_back(status, first), goal), step, "{status:?} {goal:?}");
    }
}

#[test]
fn a_revision_that_is_asked_for_is_gone_back_to_once() {
    let asks = |to| Goal {
        rollback_to: Some(to),
        ..goal(Retry)
    };
    let three: &[Told] = &[(Superseded, Some("x")), (Failed, Some("y")), (Deployed, Some("a"))];
    let cases = [
        (1, Step::Rollback { to: 1, revision: 4 }),
        (2, Step::Missing { revision: 2 }),
        (3, Step::InSync { revision: 3 }),
        (9, Step::Missing { revision: 9 }),
    ];
    for (to, step) in cases {
        assert_eq!(plan(&history(three), asks(to)), step, "{to}");
    }
    let by_wish = |status: Status, first: Status| {
        let mut records = records(&[(first, Some("x")), (Superseded, Some("a")), (status, Some("x"))]);
        records[2].marks.rollback_to = Some(1);
        History::new(records)
    };
    let cases = [
        (by_wish(Deployed, Superseded), asks(1), Step::InSync { revision: 3 }),
        (
            by_wish(Deployed, Superseded),
            asks(2),
            Step::Rollback { to: 2, revision: 4 },
        ),
        (
            by_wish(PendingRollback, Superseded),
            asks(1),
            Step::Rollback { to: 1, revision: 3 },
        ),
        (
            by_wish(Deployed, Superseded),
            goal(Retry),
            Step::Upgrade { revision: 4 },
        ),
        // A rollback that answered a failure is not the one that is asked for now.
        (
            rolled_back(Deployed, Superseded),
            asks(1),
            Step::Rollback { to: 1, revision: 4 },
        ),
    ];
    for (history, goal, step) in cases {
        assert_eq!(plan(&history, goal), step, "{goal:?}");
    }
}
