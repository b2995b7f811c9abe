//! What a status says of facts.

use helm_kube::Marks;
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
        inputs: None,
        marks: Marks::default(),
        owner: None,
        parts: Vec::new(),
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
