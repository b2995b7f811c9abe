//! One chart, installed and uninstalled by real Helm and by us: what is in the cluster then, and what is left.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::Request;

use crate::cluster::{request_count, requests_since, resource};
use crate::harness::{Operator, PATIENCE, condition};
use crate::oracle::{helm, try_helm};
use crate::snapshot::{Id, Snapshot, at_rest};

/// The release's name.
pub(crate) const RELEASE: &str = "rel";

/// A chart with values.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// The chart's folder.
    pub(crate) chart: PathBuf,
    /// The user's values.
    pub(crate) values: Value,
}

/// How much of the cluster is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The release's namespace and whatever carries its marks: others work in the cluster as well.
    Release,
    /// Everything.
    Cluster,
}

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    /// Each difference, in a line.
    pub(crate) differences: Vec<String>,
    /// How many objects were compared.
    pub(crate) objects: usize,
    /// How many requests for hooks were compared.
    pub(crate) hooks: usize,
    /// The bytes of the record in its Secret: Helm's and ours.
    pub(crate) record: (usize, usize),
}

/// One life of the release.
struct Life {
    /// What it brought into the cluster.
    objects: BTreeMap<Id, Value>,
    /// What it left there.
    left: BTreeMap<Id, Value>,
    /// Hooks as they were created and deleted, in order.
    hooks: Vec<String>,
    /// The bytes of its record.
    record: usize,
}

/// Installs and uninstalls the chart three times in one namespace: by Helm; by us; by us, and then uninstalled by Helm.
///
/// # Errors
/// When Helm can't install the chart.
pub(crate) async fn compare(case: &Case, reach: Reach) -> Result<Comparison, String> {
    let mut stage = Stage::new(case, reach).await;
    let random = stage.random().await?;
    let mut theirs = stage.by_helm().await?;
    let mut ours = stage.by_us(Uninstaller::Us).await?;
    let mut mixed = stage.by_us(Uninstaller::Helm).await?;
    let hooks: BTreeSet<Id> = ids_of(&stage.hooks);
    for objects in [
        &mut theirs.objects,
        &mut theirs.left,
        &mut ours.objects,
        &mut mixed.left,
    ] {
        unmark(objects, &hooks);
    }
    let mut told = Vec::new();
    differences("installed", &theirs.objects, &ours.objects, &random, &mut told);
    if theirs.hooks != ours.hooks {
        told.push(format!("hooks: {:?} by Helm, {:?} by us", theirs.hooks, ours.hooks));
    }
    differences(
        "left by `helm uninstall`",
        &theirs.left,
        &mixed.left,
        &random,
        &mut told,
    );
    // Hooks that Helm leaves behind belong to the custom resource and go with it.
    let without_hooks: BTreeMap<Id, Value> = theirs
        .left
        .clone()
        .into_iter()
        .filter(|(id, _)| !hooks.iter().any(|hook| hook.kind == id.kind && hook.name == id.name))
        .collect();
    differences("left by us", &without_hooks, &ours.left, &random, &mut told);
    Ok(Comparison {
        differences: told,
        objects: theirs.objects.len(),
        hooks: theirs.hooks.len(),
        record: (theirs.record, ours.record),
    })
}

/// Takes Helm's ownership marks off hooks: Helm puts none there, and we know our own hooks by them.
fn unmark(objects: &mut BTreeMap<Id, Value>, hooks: &BTreeSet<Id>) {
    let is_hook = |id: &Id| hooks.iter().any(|hook| hook.kind == id.kind && hook.name == id.name);
    for (_, object) in objects.iter_mut().filter(|(id, _)| is_hook(id)) {
        let Some(metadata) = object["metadata"].as_object_mut() else {
            continue;
        };
        for (field, marks) in [
            ("labels", &["app.kubernetes.io/managed-by"][..]),
            (
                "annotations",
                &["meta.helm.sh/release-name", "meta.helm.sh/release-namespace"][..],
            ),
        ] {
            let Some(map) = metadata.get_mut(field).and_then(Value::as_object_mut) else {
                continue;
            };
            map.retain(|key, _| !marks.contains(&key.as_str()));
            if map.is_empty() {
                metadata.remove(field);
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Uninstaller {
    Us,
    Helm,
}

/// Where the lives take place, one after the other.
struct Stage {
    case: Case,
    reach: Reach,
    operator: Operator,
    before: Snapshot,
    /// The hooks, as Helm keeps them.
    hooks: String,
}

impl Stage {
    async fn new(case: &Case, reach: Reach) -> Self {
        let operator = Operator::of_chart("parity", &case.chart).await;
        operator.write("values.json", &case.values.to_string());
        let before = Snapshot::take(&operator.client).await;
        Self {
            case: case.clone(),
            reach,
            operator,
            before,
            hooks: String::new(),
        }
    }

    fn chart(&self) -> &str {
        self.case.chart.to_str().unwrap()
    }

    /// JSON pointers of what two renders by Helm make differently, by kind and name.
    async fn random(&self) -> Result<Random, String> {
        let values = self.operator.path("values.json");
        let args = ["template", RELEASE, self.chart(), "--values", values.to_str().unwrap()];
        let once = try_helm(&self.operator, "helm4", &args).await?;
        let again = try_helm(&self.operator, "helm4", &args).await?;
        let (once, again) = (objects_of(&once), objects_of(&again));
        let mut random = Random::new();
        for (id, object) in &once {
            let mut pointers = Vec::new();
            if let Some(other) = again.get(id) {
                pointers_of_difference(object, other, &mut String::new(), &mut pointers);
            }
            for pointer in pointers {
                let stored = pointer.replacen("/stringData/", "/data/", 1);
                random
                    .entry((id.kind.clone(), id.name.clone()))
                    .or_default()
                    .extend([pointer, stored]);
            }
        }
        Ok(random)
    }

    async fn by_helm(&mut self) -> Result<Life, String> {
        let values = self.operator.path("values.json");
        let before = request_count().await;
        let args = [
            "install",
            RELEASE,
            self.chart(),
            "--values",
            values.to_str().unwrap(),
            "--timeout",
            "2m",
        ];
        try_helm(&self.operator, "helm4", &args).await?;
        self.hooks = helm(&self.operator, "helm4", &["get", "hooks", RELEASE]).await;
        let objects = self.here().await.comparable();
        let record = self.record().await;
        helm(&self.operator, "helm4", &["uninstall", RELEASE, "--timeout", "2m"]).await;
        Ok(self.end_of_life(before, objects, record).await)
    }

    async fn by_us(&mut self, uninstaller: Uninstaller) -> Result<Life, String> {
        let before = request_count().await;
        self.operator.start();
        self.operator.create(RELEASE, self.case.values.clone()).await;
        self.deployed().await?;
        let objects = self.here().await.comparable();
        let record = self.record().await;
        if uninstaller == Uninstaller::Us {
            self.operator.delete(RELEASE).await;
            self.operator.wait_until_gone(RELEASE).await;
            self.operator.terminate().await;
        } else {
            self.operator.terminate().await;
            helm(&self.operator, "helm4", &["uninstall", RELEASE, "--timeout", "2m"]).await;
        }
        Ok(self.end_of_life(before, objects, record).await)
    }

    /// Empties the namespace after a life that began when `before` requests had been made.
    async fn end_of_life(&self, before: usize, objects: BTreeMap<Id, Value>, record: usize) -> Life {
        Life {
            objects,
            hooks: self.requests_for_hooks(before).await,
            left: self.wipe().await,
            record,
        }
    }

    /// How long the release's record is, as the Secret holds it.
    async fn record(&self) -> usize {
        let record = self
            .operator
            .get("v1", "Secret", &format!("sh.helm.release.v1.{RELEASE}.v1"))
            .await;
        record["data"]["release"].as_str().unwrap().len() / 4 * 3
    }

    async fn deployed(&self) -> Result<(), String> {
        let resource = self.operator.wait_for("the install to end", || async {
            let resource = self.operator.resource(RELEASE).await;
            let is = |kind: &str| condition(&resource, kind).is_some_and(|condition| condition["status"] == "True");
            (is("Deployed") || is("ReleaseFailed") || is("Irreconcilable")).then_some(resource)
        });
        let resource = resource.await;
        if condition(&resource, "Deployed").is_some_and(|condition| condition["status"] == "True") {
            return Ok(());
        }
        Err(format!("we can't install it: {:#}", resource["status"]))
    }

    /// What the release has brought into the cluster, when all is calm.
    async fn here(&self) -> Snapshot {
        at_rest(async || self.now().await).await
    }

    async fn now(&self) -> Snapshot {
        let all = Snapshot::take(&self.operator.client).await;
        match self.reach {
            Reach::Release => all.of_namespace(&self.operator.namespace),
            Reach::Cluster => all.since(&self.before),
        }
    }

    /// Removes everything that is left, and tells what it was.
    async fn wipe(&self) -> BTreeMap<Id, Value> {
        let left = self.here().await;
        let resource = self.operator.resource(RELEASE).await;
        if !resource.is_null() {
            self.operator
                .edit(RELEASE, json!({"metadata": {"finalizers": null}}))
                .await;
            if resource["metadata"]["deletionTimestamp"].is_null() {
                self.operator.delete(RELEASE).await;
            }
        }
        left.delete(&self.operator.client).await;
        self.await_empty().await;
        left.comparable()
    }

    async fn await_empty(&self) {
        let start = Instant::now();
        loop {
            let (pods, objects) = (self.operator.names("v1", "Pod").await, self.now().await);
            if pods.is_empty() && objects.is_empty() {
                return;
            }
            let objects = objects.comparable();
            assert!(
                start.elapsed() < PATIENCE,
                "they stay, whatever deletes them: {pods:?} {objects:#?}"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// What was created and deleted of the hooks since the first `before` requests.
    async fn requests_for_hooks(&self, before: usize) -> Vec<String> {
        let hooks = ids_of(&self.hooks);
        let is_change = |request: &&Request| match request.verb.as_str() {
            "create" | "patch" => request.code == 201,
            "delete" => request.code < 300,
            _ => false,
        };
        let is_hook = |request: &&Request| {
            hooks.iter().any(|id| {
                request.name == id.name
                    && resource("v1", &id.kind).plural == request.resource
                    && (request.namespace.is_empty() || request.namespace == self.operator.namespace)
            })
        };
        let requests = requests_since(before).await;
        let changes = requests.iter().filter(is_change).filter(is_hook);
        changes
            .map(|request| {
                let verb = if request.verb == "delete" { "delete" } else { "create" };
                format!("{verb} {}/{}", request.resource, request.name)
            })
            .collect()
    }
}

/// JSON pointers by kind and name.
pub(crate) type Random = BTreeMap<(String, String), Vec<String>>;

/// The objects of a text of YAML documents.
pub(crate) fn objects_of(text: &str) -> BTreeMap<Id, Value> {
    let documents = helm_release::documents(text).unwrap();
    let objects = documents.iter().map(|document| {
        let object = serde_json::to_value(&document.object).unwrap();
        let text = |pointer: &str| {
            object
                .pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let id = Id {
            kind: text("/kind"),
            group: text("/apiVersion")
                .rsplit_once('/')
                .map_or_else(String::new, |(group, _)| group.to_owned()),
            namespace: text("/metadata/namespace"),
            name: text("/metadata/name"),
        };
        (id, object)
    });
    objects.collect()
}

fn ids_of(text: &str) -> BTreeSet<Id> {
    objects_of(text).into_keys().collect()
}

/// Tells each difference between what Helm made and what we made.
pub(crate) fn differences(
    when: &str,
    theirs: &BTreeMap<Id, Value>,
    ours: &BTreeMap<Id, Value>,
    random: &Random,
    told: &mut Vec<String>,
) {
    for id in theirs.keys().filter(|id| !ours.contains_key(id)) {
        told.push(format!("{when}: {id} is missing"));
    }
    for id in ours.keys().filter(|id| !theirs.contains_key(id)) {
        told.push(format!("{when}: {id} is too much"));
    }
    for (id, wanted) in theirs {
        let Some(found) = ours.get(id) else { continue };
        let mut pointers = Vec::new();
        pointers_of_difference(wanted, found, &mut String::new(), &mut pointers);
        let masked = random.get(&(id.kind.clone(), id.name.clone()));
        pointers.retain(|pointer| !masked.is_some_and(|masked| masked.contains(pointer)));
        for pointer in pointers {
            let show = |object: &Value| object.pointer(&pointer).map_or("nothing".to_owned(), Value::to_string);
            let (wanted, found) = excerpts(&show(wanted), &show(found));
            told.push(format!("{when}: {id} {pointer}: {wanted} by Helm, {found} by us"));
        }
    }
}

/// Two texts from a little before they part on.
fn excerpts(a: &str, b: &str) -> (String, String) {
    let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let from = same.saturating_sub(30);
    let excerpt = |text: &str| text.chars().skip(from).take(100).collect();
    (excerpt(a), excerpt(b))
}

/// Collects the places where two values differ.
fn pointers_of_difference(a: &Value, b: &Value, at: &mut String, found: &mut Vec<String>) {
    let length = at.len();
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys().filter(|key| !a.contains_key(*key))) {
                let _ = write!(at, "/{}", key.replace('~', "~0").replace('/', "~1"));
                let null = Value::Null;
                pointers_of_difference(a.get(key).unwrap_or(&null), b.get(key).unwrap_or(&null), at, found);
                at.truncate(length);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                let _ = write!(at, "/{index}");
                pointers_of_difference(a, b, at, found);
                at.truncate(length);
            }
        }
        (a, b) if a != b => found.push(at.clone()),
        _ => {}
    }
}
