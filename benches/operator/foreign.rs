//! What others have in the cluster: Secrets and definitions that are no business of the operator's.

use anyhow::Result;
use kube::api::PostParams;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::arena::{Arena, NAMESPACE, each, names};
use crate::changes::is_deployed;
use crate::figures::{Amount, Figures};
use crate::options::{Options, Subject};
use crate::side_by_side::REST;

const SECRETS: usize = 20_000;
const DEFINITIONS: usize = 1_000;

/// The memory of the operator with one release, in a cluster of its own and in a crowded one.
pub(crate) async fn measure(subject: &Subject, options: &Options) -> Result<Figures> {
    let arena = Arena::open(&subject.name, options).await?;
    let mut figures = Figures::default();
    alone(&arena, subject, "alone", &mut figures).await?;
    let process = arena.start(subject)?;
    process.ready().await?;
    sleep(REST).await;
    crowd(&arena).await?;
    sleep(REST).await;
    let memory = process.memory()?;
    figures.push("resident memory after they came", Amount::Memory(memory.resident));
    figures.push("peak memory after they came", Amount::Memory(memory.peak));
    process.stop().await?;
    alone(&arena, subject, "started among them", &mut figures).await?;
    Ok(figures)
}

/// Starts the operator, installs a release with it, and says what it holds.
async fn alone(arena: &Arena, subject: &Subject, when: &str, figures: &mut Figures) -> Result<()> {
    let process = arena.start(subject)?;
    figures.time(format!("start to ready {when}"), process.ready().await?);
    let mut stores = arena.changes().await;
    let name = format!("store-{}", when.split(' ').next().unwrap_or_default());
    arena.create(std::slice::from_ref(&name)).await?;
    stores
        .wait("installed", [name], |change| is_deployed(change, ""))
        .await?;
    sleep(REST).await;
    let memory = process.memory()?;
    figures.push(format!("resident memory {when}"), Amount::Memory(memory.resident));
    figures.push(format!("peak memory {when}"), Amount::Memory(memory.peak));
    process.stop().await?;
    Ok(())
}

async fn crowd(arena: &Arena) -> Result<()> {
    let secrets = arena.api("v1", "Secret");
    each(&names("foreign", SECRETS), async |name| {
        let data = json!({"text": "x".repeat(1_000)});
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "stringData": data,
            "metadata": {"name": name, "namespace": NAMESPACE, "labels": {"app": "foreign"}}});
        let secret = serde_json::from_value(secret)?;
        secrets.create(&PostParams::default(), &secret).await?;
        Ok(())
    })
    .await?;
    let numbers: Vec<usize> = (0..DEFINITIONS).collect();
    each(&numbers, async |number| arena.apply(&definition(*number)).await).await
}

fn definition(number: usize) -> Value {
    let (singular, plural) = (format!("foreign{number}"), format!("foreign{number}s"));
    // Groups of ten kinds, as those who bring many definitions have them.
    let group = format!("group{}.foreign.example.com", number / 10);
    let kind = format!("Foreign{number}");
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.{group}")},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": kind, "listKind": format!("{kind}List"), "plural": plural, "singular": singular},
            "versions": [{
                "name": "v1",
                "served": true,
                "storage": true,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
            }],
        },
    })
}
