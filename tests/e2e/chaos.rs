//! Killed at every step: the operator's process is killed before and after each of its writes, and always comes to the
//! same end.
//!
//! The short form tries a few points of each operation. `make chaos` (`CHARTWRIGHT_CHAOS=all`) tries all of them and
//! prints how many came to the same end. `CHARTWRIGHT_CHAOS=rollback:7:after` tries one.
#![expect(
    clippy::print_stdout,
    reason = "the number of runs that came to the same end is what is asked for"
)]

mod gate;

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use futures::stream::{self, StreamExt as _};
use kube::api::{Api, DeleteParams, DynamicObject, ListParams};
use serde_json::{Value, json};

use self::gate::{Gate, Kill};
use crate::cluster::resource;
use crate::harness::{Operator, condition};

/// How many operators run at once.
const AT_ONCE: usize = 3;

/// How long one run may take: four operators share two cores with everything else.
const LIMIT: Duration = Duration::from_secs(90);

/// How long there must be no write for an operation to be over.
const QUIET: Duration = Duration::from_millis(700);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Install,
    Upgrade,
    Rollback,
    Uninstall,
}

const OPERATIONS: [Operation; 4] = [
    Operation::Install,
    Operation::Upgrade,
    Operation::Rollback,
    Operation::Uninstall,
];

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Install => "install",
            Self::Upgrade => "upgrade",
            Self::Rollback => "rollback",
            Self::Uninstall => "uninstall",
        })
    }
}

/// Twelve objects, one of them of a kind that the chart defines itself, and a Job.
const OBJECTS: &str = "
{{- range $n := until 4 }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: 'demo-{{ $n }}'}
data: {text: '{{ $.Values.text }}', random: '{{ randAlphaNum 12 }}'{{ if eq $.Values.text \"one\" }}, only: in-one{{ end }}}
{{- end }}
---
apiVersion: v1
kind: Secret
metadata: {name: demo}
stringData: {password: '{{ randAlphaNum 12 }}'}
---
apiVersion: v1
kind: Service
metadata: {name: demo}
spec: {selector: {app: demo}, ports: [{name: http, port: 80}]}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: demo}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: demo}
rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: demo}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: demo}
subjects: [{kind: ServiceAccount, name: demo}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: demo}
spec:
  replicas: 1
  selector: {matchLabels: {app: demo}}
  template:
    metadata: {labels: {app: demo}, annotations: {text: '{{ .Values.text }}'}}
    spec: {containers: [{name: main, image: x}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: 'only-in-{{ .Values.text }}'}
---
apiVersion: GROUP/v1
kind: Thing
metadata: {name: demo}
spec: {text: '{{ .Values.text }}'}
---
apiVersion: batch/v1
kind: Job
metadata: {name: 'demo-{{ .Values.text }}'}
spec:
  template:
    spec: {restartPolicy: Never, containers: [{name: main, image: x}]}
";

const DEFINITION: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.GROUP}
spec:
  group: GROUP
  scope: Namespaced
  names: {kind: Thing, listKind: ThingList, plural: things, singular: thing}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
";

/// A hook Job for `events`.
fn hook(name: &str, events: &str, policy: &str) -> String {
    format!(
        "
apiVersion: batch/v1
kind: Job
metadata:
  name: hook-{name}
  annotations: {{helm.sh/hook: '{events}', helm.sh/hook-delete-policy: '{policy}'}}
spec:
  template:
    spec: {{restartPolicy: Never, containers: [{{name: main, image: x}}]}}
"
    )
}

/// What a run left behind.
#[derive(Clone, Debug, Default, PartialEq)]
struct Outcome {
    /// The release's objects, without what differs between any two runs.
    objects: BTreeMap<String, Value>,
    /// Its records.
    records: Vec<String>,
    /// How often each hook's Job was made.
    hooks: BTreeMap<String, usize>,
}

struct Run {
    operator: Operator,
    gate: Gate,
    group: String,
}

impl Run {
    /// An operator that runs, without a custom resource.
    async fn new(operation: Operation) -> Self {
        let mut operator = Operator::demo(&format!("chaos-{operation}"), &[]).await;
        let group = format!("{}.example.com", operator.namespace);
        let files = [
            ("crds/thing.yaml", DEFINITION.replace("GROUP", &group)),
            ("templates/objects.yaml", OBJECTS.replace("GROUP", &group)),
            (
                "templates/before.yaml",
                hook(
                    "before",
                    "pre-install,pre-upgrade,pre-rollback,pre-delete",
                    "before-hook-creation",
                ),
            ),
            (
                "templates/after.yaml",
                hook(
                    "after",
                    "post-install,post-upgrade,post-rollback,post-delete",
                    "hook-succeeded",
                ),
            ),
        ];
        for (name, text) in files {
            operator.write(&format!("demo/{name}"), &text);
        }
        let gate = Gate::open().await;
        let kubeconfig = gate.kubeconfig(&operator.path("")).await;
        operator.env("KUBECONFIG", kubeconfig.to_str().unwrap());
        operator.arg("--hook-timeout=60s");
        operator.start();
        gate.admit(operator.id());
        Self { operator, gate, group }
    }

    /// Brings the release to where `operation` begins.
    async fn prepare(&mut self, operation: Operation) {
        if operation == Operation::Install {
            return;
        }
        self.operator.create("demo", json!({"text": "one"})).await;
        self.converge(Some(1)).await;
        if operation == Operation::Rollback {
            self.operator.edit("demo", json!({"spec": {"text": "two"}})).await;
            self.converge(Some(2)).await;
        }
    }

    /// Asks for the operation, and waits until it is done; the process is started again when it was killed.
    async fn perform(&mut self, operation: Operation) {
        let annotations = json!({"metadata": {"annotations": {"chartwright.dev/rollback-to": "1"}}});
        let revision = match operation {
            Operation::Install => {
                self.operator.create("demo", json!({"text": "one"})).await;
                Some(1)
            }
            Operation::Upgrade => {
                self.operator.edit("demo", json!({"spec": {"text": "two"}})).await;
                Some(2)
            }
            Operation::Rollback => {
                self.operator.edit("demo", annotations).await;
                Some(3)
            }
            Operation::Uninstall => {
                self.operator.delete("demo").await;
                None
            }
        };
        self.converge(revision).await;
    }

    /// Waits until the release is ready at this revision, or gone, and nothing is written any more.
    async fn converge(&mut self, revision: Option<u64>) {
        let start = Instant::now();
        while !(self.gate.quiet() > QUIET && !self.gate.has_killed() && self.is_at(revision).await) {
            if self.gate.has_killed() {
                self.operator.kill();
                self.operator.start();
                self.gate.admit(self.operator.id());
            }
            assert!(
                start.elapsed() < LIMIT,
                "no end: {}\nits log:\n{}\nits writes: {:#?}",
                self.operator.resource("demo").await["status"]["conditions"],
                self.operator.log(),
                self.gate.writes()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn is_at(&self, revision: Option<u64>) -> bool {
        let demo = self.operator.resource("demo").await;
        let Some(revision) = revision else {
            return demo.is_null();
        };
        let is_current = demo["status"]["observedGeneration"] == demo["metadata"]["generation"];
        let is_ready = condition(&demo, "Ready").is_some_and(|ready| ready["status"] == "True");
        is_current && is_ready && demo["status"]["revision"] == revision
    }

    async fn outcome(&self) -> Outcome {
        let mut objects = BTreeMap::new();
        let thing = format!("{}/v1", self.group);
        let kinds = [
            ("v1", "ConfigMap"),
            ("v1", "Secret"),
            ("v1", "Service"),
            ("v1", "ServiceAccount"),
            ("rbac.authorization.k8s.io/v1", "Role"),
            ("rbac.authorization.k8s.io/v1", "RoleBinding"),
            ("apps/v1", "Deployment"),
            ("batch/v1", "Job"),
            (&thing, "Thing"),
        ];
        for (api_version, kind) in kinds {
            // A kind that was never defined has no objects.
            let list = self.operator.api(api_version, kind).list(&ListParams::default()).await;
            for object in list.map(|list| list.items).unwrap_or_default() {
                let name = object.metadata.name.clone().unwrap_or_default();
                // The garbage collector takes what is left of hooks when the resource is gone.
                let is_going = kind == "Job" && name == "hook-before" && self.operator.resource("demo").await.is_null();
                let is_others = ["kube-root-ca.crt", "default"].contains(&name.as_str());
                if is_going || is_others || name.starts_with("sh.helm.release.") {
                    continue;
                }
                objects.insert(format!("{kind} {name}"), self.essence(&object));
            }
        }
        let mut hooks: BTreeMap<String, usize> = BTreeMap::new();
        for write in self.gate.writes() {
            if write.path.ends_with("/jobs") && write.code == 201 {
                *hooks
                    .entry(write.path.replace(&self.operator.namespace, "NS"))
                    .or_default() += 1;
            }
        }
        Outcome {
            objects,
            records: self.operator.records().await,
            hooks,
        }
    }

    /// An object without what differs between any two runs: identity, times, random texts, what controllers do.
    fn essence(&self, object: &DynamicObject) -> Value {
        let mut json = serde_json::to_value(object).unwrap();
        json.as_object_mut().unwrap().remove("status");
        let metadata = json["metadata"].as_object_mut().unwrap();
        for key in [
            "uid",
            "resourceVersion",
            "creationTimestamp",
            "managedFields",
            "generation",
        ] {
            metadata.remove(key);
        }
        for owner in metadata
            .get_mut("ownerReferences")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            owner["uid"] = Value::Null;
        }
        if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
            annotations
                .retain(|key, _| !key.starts_with("deployment.kubernetes.io/") && key != "chartwright.dev/hook-run");
        }
        for pointer in ["/data/random", "/data/password", "/spec/clusterIP", "/spec/clusterIPs"] {
            if let Some(value) = json.pointer_mut(pointer) {
                *value = json!("something");
            }
        }
        without_uids(&mut json);
        let text = json.to_string().replace(&self.operator.namespace, "NS");
        serde_json::from_str(&text).unwrap()
    }

    /// Deletes what a namespace does not take along.
    async fn clean_up(mut self) {
        self.operator.kill();
        let delete = |kind: &'static str, api_version: &'static str, name: String| {
            let api: Api<DynamicObject> = Api::all_with(self.operator.client.clone(), &resource(api_version, kind));
            async move { drop(api.delete(&name, &DeleteParams::default()).await) }
        };
        if !self.operator.resource("demo").await.is_null() {
            self.operator
                .edit("demo", json!({"metadata": {"finalizers": null}}))
                .await;
        }
        delete(
            "CustomResourceDefinition",
            "apiextensions.k8s.io/v1",
            format!("things.{}", self.group),
        )
        .await;
        delete("Namespace", "v1", self.operator.namespace.clone()).await;
    }
}

/// Jobs carry their own UID in labels and selectors.
fn without_uids(json: &mut Value) {
    match json {
        Value::Object(map) => {
            map.retain(|key, _| !key.ends_with("controller-uid"));
            map.values_mut().for_each(without_uids);
        }
        Value::Array(items) => items.iter_mut().for_each(without_uids),
        _ => {}
    }
}

/// One run: its outcome, how many writes it took, and whether the kill came.
async fn run(operation: Operation, kill: Option<Kill>) -> (Outcome, usize, bool) {
    let mut run = Run::new(operation).await;
    run.prepare(operation).await;
    run.gate.arm(kill);
    run.perform(operation).await;
    let outcome = run.outcome().await;
    let (writes, killed) = (run.gate.writes().len(), kill.is_some() && !run.gate.is_armed());
    if kill.is_none() && std::env::var_os("CHARTWRIGHT_CHAOS").is_some() {
        for write in run.gate.writes() {
            println!("  {operation}: {} {} {}", write.method, write.path, write.code);
        }
    }
    run.clean_up().await;
    (outcome, writes, killed)
}

/// The kill points of an operation of so many writes: all, or three.
fn points(writes: usize, all: bool) -> Vec<Kill> {
    if all {
        let both = |write| [false, true].map(|after| Kill { write, after });
        return (1..=writes).flat_map(both).collect();
    }
    let few = [(writes / 4, true), (writes / 2, false), (writes - 1, true)];
    few.map(|(write, after)| Kill {
        write: write.max(1),
        after,
    })
    .to_vec()
}

/// The one kill point that the environment asks for.
fn single(choice: &str) -> Option<(Operation, Kill)> {
    let (name, rest) = choice.split_once(':')?;
    let (write, when) = rest.split_once(':')?;
    let operation = OPERATIONS.into_iter().find(|operation| operation.to_string() == name)?;
    let kill = Kill {
        write: write.parse().ok()?,
        after: when == "after",
    };
    Some((operation, kill))
}

#[tokio::test(flavor = "multi_thread")]
async fn e2e_chaos_an_operator_that_is_killed_at_any_write_comes_to_the_same_end() {
    let choice = std::env::var("CHARTWRIGHT_CHAOS").unwrap_or_default();
    let one = single(&choice);
    let (mut good, mut all) = (0, 0);
    let mut complaints = Vec::new();
    for operation in OPERATIONS {
        if one.is_some_and(|(wanted, _)| wanted != operation) {
            continue;
        }
        let (reference, writes, _) = run(operation, None).await;
        let kills = one.map_or_else(|| points(writes, choice == "all"), |(_, kill)| vec![kill]);
        println!("{operation}: {writes} writes, {} kill points", kills.len());
        let tried = kills
            .into_iter()
            .map(|kill| async move { (kill, tokio::spawn(run(operation, Some(kill))).await) });
        let mut tried = stream::iter(tried).buffer_unordered(AT_ONCE);
        while let Some((kill, result)) = tried.next().await {
            all += 1;
            let when = if kill.after { "after" } else { "before" };
            let name = format!("{operation} killed {when} write {} of {writes}", kill.write);
            match result {
                Ok((outcome, _, _)) if outcome != reference => {
                    complaints.push(format!("{name}: {}", difference(&reference, &outcome)));
                }
                Ok((_, _, false)) => {
                    println!("{name}: there was no such write this time");
                    good += 1;
                }
                Ok(_) => good += 1,
                Err(error) => complaints.push(format!("{name}: {error}")),
            }
        }
    }
    println!("{good} of {all} came to the same end");
    assert_eq!(good, all, "{}", complaints.join("\n"));
}

fn difference(wanted: &Outcome, found: &Outcome) -> String {
    let keys = wanted.objects.keys().chain(found.objects.keys());
    let objects = keys.map(|key| (key, wanted.objects.get(key), found.objects.get(key)));
    let told: Vec<String> = objects
        .filter(|(_, wanted, found)| wanted != found)
        .map(|(key, wanted, found)| format!("{key} should be {wanted:?}, is {found:?}\n"))
        .collect();
    format!(
        "{}records {:?} for {:?}, hooks {:?} for {:?}",
        told.concat(),
        found.records,
        wanted.records,
        found.hooks,
        wanted.hooks
    )
}
