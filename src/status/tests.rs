//! What a status says of facts.

use helm_release::{Info, Release};

use super::*;

fn facts<'a>() -> Facts<'a> {
    Facts {
        generation: 1,
        ..Facts::default()
    }
}

fn release() -> Record {
    let release = Release {
        name: "demo".into(),
        version: 1,
        manifest: "---\n# Source: a\nkind: ConfigMap\ndata: {a: canary}\n".into(),
        info: Info {
            notes: "Log in with canary.".into(),
            ..Info::default()
        },
        ..Release::default()
    };
    Record {
        release,
        ..Record::default()
    }
}

/// A condition's status, reason and message, `-` if it is not there.
fn told(status: &Value, condition: &str) -> String {
    let conditions = status["conditions"].as_array().unwrap();
    let Some(found) = conditions.iter().find(|it| it["type"] == condition) else {
        return "-".to_owned();
    };
    let text = |key: &str| found[key].as_str().unwrap_or_default().to_owned();
    [text("status"), text("reason"), text("message")]
        .join(" ")
        .trim()
        .to_owned()
}

#[test]
fn what_comes_out_of_secrets_is_not_shown() {
    let release = release();
    for (is_secret, is_shown) in [(false, true), (true, false)] {
        let status = summarize(&Facts {
            deployed: Some(&release),
            is_secret,
            ..facts()
        });
        assert_eq!(status.to_string().contains("canary"), is_shown, "{status}");
        assert_eq!(status["deployedRelease"]["name"], "demo");
    }
}

#[test]
fn a_paused_release_tells_what_it_would_need() {
    let clause = |number: usize| format!("clause {number}");
    for (count, is_deployed, ready, paused) in [
        (
            0,
            true,
            "True AllObjectsReady 0 objects are ready",
            "True Paused paused by annotation",
        ),
        (
            0,
            false,
            "False Progressing the release is being installed",
            "True Paused paused by annotation",
        ),
        (
            2,
            true,
            "False Paused paused by annotation; without it, clause 0, clause 1",
            "True Paused paused by annotation; without it, clause 0, clause 1",
        ),
        (
            7,
            false,
            "False Paused paused by annotation; without it, clause 0, clause 1, clause 2, clause 3, clause 4, and 2 more",
            "True Paused paused by annotation; without it, clause 0, clause 1, clause 2, clause 3, clause 4, and 2 more",
        ),
    ] {
        let release = release();
        let wanted = (0..count).map(clause).collect();
        let status = summarize(&Facts {
            deployed: is_deployed.then_some(&release),
            paused: Some(Paused { wanted }),
            ..facts()
        });
        assert_eq!(told(&status, "Ready"), ready);
        assert_eq!(told(&status, "Paused"), paused);
        assert_eq!(told(&status, "Reconciling"), "-", "nothing is under way");
    }
    assert_eq!(told(&summarize(&facts()), "Paused"), "-");
}

/// How the objects are and what happened, and what `Available`, `Progressing` and `Degraded` are then.
const OPERANDS: &str = "
    none           | False Progressing       | True Progressing       | False Progressing
    none, error    | False Progressing       | False RollbackError    | True RollbackError
    ready          | True AllObjectsReady    | False AllObjectsReady  | False AllObjectsReady
    ready, error   | True AllObjectsReady    | False RollbackError    | True RollbackError
    ready, paused  | True AllObjectsReady    | False Paused           | False Paused
    waiting        | False WaitingForObjects | True WaitingForObjects | False WaitingForObjects
    waiting, error | False WaitingForObjects | False RollbackError    | True RollbackError
    failed         | False ObjectFailed      | False ObjectFailed     | True ObjectFailed";

#[test]
fn the_conditions_of_an_operand_follow_from_its_readiness() {
    let release = release();
    for line in OPERANDS.trim().lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let (objects, happened) = cells[0].split_once(", ").unwrap_or((cells[0], ""));
        let readiness = match objects {
            "ready" => Some(Readiness::Ready),
            "waiting" => Some(Readiness::InProgress("0 of 1 replicas are ready".into())),
            "failed" => Some(Readiness::Failed("the job failed".into())),
            _ => None,
        };
        let objects: Vec<Tracked> = readiness.iter().map(tracked).collect();
        let error = ReconcileError::NoRevision { revision: 7 };
        let paused = Paused {
            wanted: vec!["revision 2 would be made".into()],
        };
        let status = summarize(&Facts {
            deployed: readiness.is_some().then_some(&release),
            objects: &objects,
            failure: (happened == "error").then(|| Failure::new(&error, "no such revision".into())),
            paused: (happened == "paused").then_some(paused),
            ..facts()
        });
        for (condition, expected) in ["Available", "Progressing", "Degraded"].iter().zip(&cells[1..]) {
            let found = told(&status, condition);
            assert!(found.starts_with(expected), "{line}: {condition} is {found}");
        }
    }
}

#[test]
fn a_release_that_goes_is_not_available() {
    let status = summarize(&Facts {
        waiting: Some("2 left".into()),
        ..facts()
    });
    assert_eq!(told(&status, "Available"), "False UninstallSuccessful");
    assert_eq!(told(&status, "Progressing"), "True UninstallSuccessful 2 left");
    assert_eq!(told(&status, "Degraded"), "False UninstallSuccessful");
}

fn tracked(readiness: &Readiness) -> Tracked {
    Tracked {
        object: helm_kube::ObjectRef {
            gvk: helm_kube::Gvk::new("batch/v1", "Job"),
            namespace: Some("shop".into()),
            name: "demo".into(),
        },
        uid: "1".into(),
        version: 1,
        fingerprint: 1,
        is_scaled: false,
        readiness: readiness.clone(),
        pods: helm_kube::Pods::default(),
        selector: None,
    }
}

/// The selector of the `scale` subresource must have all pods that the status counts, and no others.
#[test]
fn pods_are_selected_where_one_workload_has_them_all() {
    let workload = |wanted: u32, selector: Option<&str>| Tracked {
        pods: helm_kube::Pods { ready: 0, wanted },
        selector: selector.map(Into::into),
        ..tracked(&Readiness::Ready)
    };
    let (web, none, daemon) = (workload(2, Some("app=web")), workload(0, None), workload(1, None));
    let idle = workload(0, Some("app=idle"));
    for (objects, wanted) in [
        (vec![web.clone(), none.clone()], Some("app=web")),
        (vec![idle.clone()], Some("app=idle")),
        (vec![web.clone(), idle], None),
        (vec![web, daemon], None),
        (vec![none], None),
    ] {
        let status = summarize(&Facts {
            objects: &objects,
            ..facts()
        });
        assert_eq!(status["selector"].as_str(), wanted, "{objects:?}");
    }
}
