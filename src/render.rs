//! From a chart and values to what a release should be, on the render threads.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use govalue::{Map, Value};
use helm_action::Desired;
use helm_chart::Capabilities;
use helm_engine::{Engine, Lookup, LookupQuery, RenderPool, Rendered, Request};
use helm_kube::{Discovery, Record};
use helm_release::{ChartRecord, Manifest, Patch, Sorted, documents, sort_patched, write_documents};
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;

use crate::charts::LoadedChart;
use crate::metrics::{Metrics, names};
use crate::values::Values;

/// A chart that did not render into manifests.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// Helm's engine refused.
    #[error(transparent)]
    Engine(#[from] helm_engine::Error),
    /// What came out is not YAML.
    #[error(transparent)]
    Manifest(#[from] helm_release::ManifestError),
    /// The watch's patches do not fit what came out.
    #[error(transparent)]
    Patch(#[from] helm_release::PatchError),
    /// The render ended without a result: a bug in the engine, which took nothing else down.
    #[error("the render broke off; please report the chart and the values that do this")]
    Broken,
}

/// The release that is rendered, as templates see it.
#[derive(Clone, Debug)]
pub struct ReleaseOptions {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// The revision that would be made.
    pub revision: u32,
    /// Whether a revision is deployed already.
    pub is_upgrade: bool,
    /// What is changed of the rendered documents.
    pub patches: Arc<[Patch]>,
}

/// How long one render may take. The slowest of real charts, which make several RSA keys, take some seconds.
const RENDER_TIME: Duration = Duration::from_mins(1);

/// A snapshot of what a cluster serves, and that as charts see it.
type Known = (Arc<Discovery>, Arc<Capabilities>);

/// Renders charts on threads of their own, never on those that serve the cluster.
#[derive(Clone)]
pub struct Renderer {
    engine: Arc<Engine>,
    pool: RenderPool,
    metrics: Arc<Metrics>,
    /// The capabilities of the snapshot that was asked for last.
    capabilities: Arc<Mutex<Option<Known>>>,
}

impl Renderer {
    /// A renderer with `threads` threads.
    ///
    /// # Errors
    /// The system's, if it grants no thread.
    pub fn new(threads: usize, metrics: Arc<Metrics>) -> std::io::Result<Self> {
        Ok(Self {
            engine: Arc::new(Engine::new()),
            pool: RenderPool::new(threads)?,
            metrics,
            capabilities: Arc::default(),
        })
    }

    /// What a cluster serves, as charts see it.
    pub fn capabilities(&self, discovery: &Arc<Discovery>) -> Arc<Capabilities> {
        let mut known = self.capabilities.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, capabilities)) = &*known
            && Arc::ptr_eq(of, discovery)
        {
            return Arc::clone(capabilities);
        }
        let capabilities = Arc::new(capabilities(discovery));
        *known = Some((Arc::clone(discovery), Arc::clone(&capabilities)));
        capabilities
    }

    /// Renders a release.
    pub async fn render(
        &self,
        chart: Arc<LoadedChart>,
        values: Values,
        options: ReleaseOptions,
        capabilities: Arc<Capabilities>,
        lookup: Arc<dyn Lookup>,
    ) -> Result<Desired, RenderError> {
        let engine = Arc::clone(&self.engine);
        let metrics = Arc::clone(&self.metrics);
        let (send, receive) = oneshot::channel();
        let work = move || {
            let mut request = Request::new(options.name.as_str(), options.namespace.as_str());
            request.revision = options.revision;
            request.is_upgrade = options.is_upgrade;
            request.capabilities = capabilities;
            request.lookup = lookup;
            let started = Instant::now();
            request.limits.deadline = Some(started + RENDER_TIME);
            let rendered = engine.render(&chart.chart, values.values.clone(), &request);
            metrics.observe(&names::RENDER_TIME, &[chart.chart.name()], started.elapsed());
            let rendered = rendered?;
            desired(&chart, values, &request, rendered, &options.patches)
        };
        self.pool.spawn(work, move |result| drop(send.send(result)));
        receive.await.unwrap_or(Err(RenderError::Broken))
    }
}

fn capabilities(discovery: &Discovery) -> Capabilities {
    let mut capabilities = Capabilities::default();
    if let Ok(version) = helm_chart::KubeVersion::parse(&discovery.kube_version) {
        capabilities.kube_version = version;
    }
    capabilities.api_versions = helm_chart::VersionSet::new(discovery.api_versions.iter().map(String::as_str));
    capabilities
}

fn desired(
    chart: &LoadedChart,
    values: Values,
    request: &Request,
    rendered: Rendered,
    patches: &[Patch],
) -> Result<Desired, RenderError> {
    let sorted = sort_patched(&rendered.files, patches, &request.namespace)?;
    let mut manifest = String::new();
    let texts = sorted
        .manifests
        .iter()
        .map(|document| (document.path.as_str(), document.content.as_str()));
    write_documents(&mut manifest, texts);
    let Values {
        values: config,
        sources,
    } = values;
    let looked_up = looked_up(request, &rendered, &sorted);
    let patches = text_of(patches);
    let more = Inputs {
        patches: &patches,
        looked_up: &looked_up,
    };
    Ok(Desired {
        inputs: inputs(chart, &config, request, &rendered, &manifest, &sorted, &more),
        sources: Some(tell_sources(&sources, chart, request, &more)),
        chart: ChartRecord {
            metadata: metadata(&rendered),
            values: Value::Map(rendered.chart.values.as_ref().clone()),
        },
        config: Value::Map(config),
        manifest,
        hooks: sorted.hooks,
        manifests: sorted.manifests,
        definitions: definitions(&rendered)?,
        notes: rendered.notes,
        cause: String::new(),
        description: String::new(),
    })
}

fn metadata(rendered: &Rendered) -> Value {
    let json = serde_json::to_value(rendered.chart.metadata.as_ref()).unwrap_or_default();
    serde_json::from_value(json).unwrap_or_default()
}

fn definitions(rendered: &Rendered) -> Result<Vec<Manifest>, RenderError> {
    let mut found = Vec::new();
    for (_, file) in &rendered.definitions {
        found.extend(documents(&file.data.to_lossy())?);
    }
    Ok(found)
}

/// Inputs of a release that most do not have.
struct Inputs<'a> {
    /// The watch's patches, a line each.
    patches: &'a str,
    /// What was looked up that is not the release's own: queries and answers in turn.
    looked_up: &'a [Vec<u8>],
}

/// The digest of everything that the release is made from: chart, values, name, namespace, Kubernetes version, patches,
/// and what it read of the cluster.
///
/// A render that depends on nothing else is a function of its inputs, so its text stands for the API versions that the
/// templates asked for. One that draws random numbers, reads the clock, the revision or the cluster is not: its text
/// never counts, and of what it looked up only the objects that are not the release's own do.
fn inputs(
    chart: &LoadedChart,
    config: &Map,
    request: &Request,
    rendered: &Rendered,
    manifest: &str,
    sorted: &Sorted,
    more: &Inputs<'_>,
) -> String {
    let mut hash = Sha256::new();
    let mut add = |part: &[u8]| {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    };
    add(chart.digest.as_bytes());
    add(&serde_json::to_vec(&Value::Map(config.clone())).unwrap_or_default());
    add(request.name.as_bytes());
    add(request.namespace.as_bytes());
    add(request.capabilities.kube_version.version.as_bytes());
    if rendered.effects.is_empty() {
        add(manifest.as_bytes());
        for hook in &sorted.hooks {
            add(hook.manifest.as_bytes());
        }
    }
    if !more.patches.is_empty() {
        add(more.patches.as_bytes());
    }
    for part in more.looked_up {
        add(part);
    }
    format!("sha256:{:x}", hash.finalize())
}

/// What was looked up that is not the release's own: queries and answers in turn.
fn looked_up(request: &Request, rendered: &Rendered, sorted: &Sorted) -> Vec<Vec<u8>> {
    let foreign = |query: &&LookupQuery| !is_own(query, request, sorted);
    let answered = rendered.lookups.iter().filter(foreign).flat_map(|query| {
        let answer = request.lookup.lookup(query).unwrap_or_default();
        let answer = serde_json::to_vec(&stable(answer)).unwrap_or_default();
        [format!("{query:?}").into_bytes(), answer]
    });
    answered.collect()
}

/// The digests of the single inputs, for a later revision to tell which of them changed.
fn tell_sources(
    values: &[(&'static str, String)],
    chart: &LoadedChart,
    request: &Request,
    more: &Inputs<'_>,
) -> String {
    let mut words: Vec<String> = values.iter().map(|(name, digest)| format!("{name}={digest}")).collect();
    words.extend(sources_of(chart, &request.capabilities, more.patches));
    if !more.looked_up.is_empty() {
        words.push(format!("lookup={}", short_digest(&more.looked_up.concat())));
    }
    words.join(" ")
}

/// The words for all inputs but the values that are known before a render.
fn sources_of(chart: &LoadedChart, capabilities: &Capabilities, patches: &str) -> Vec<String> {
    let version = capabilities.kube_version.version.as_bytes();
    let mut words = vec![
        format!("chart={}", short_digest(chart.digest.as_bytes())),
        format!("cluster={}", short_digest(version)),
    ];
    if !patches.is_empty() {
        words.push(format!("patches={}", short_digest(patches.as_bytes())));
    }
    words
}

/// Whether a stored revision was made from these inputs, which are all that are known before a render: what templates
/// look up is not.
pub(crate) fn is_made_from(
    record: &Record,
    values: &Values,
    chart: &LoadedChart,
    capabilities: &Capabilities,
    patches: &[Patch],
) -> bool {
    let told = record.marks.sources.as_deref().unwrap_or_default();
    let known = ["chart=", "cluster=", "patches="];
    let told = told
        .split(' ')
        .filter(|word| known.iter().any(|name| word.starts_with(name)));
    let has_values = record.release.config.as_map() == Some(&values.values);
    has_values && told.eq(sources_of(chart, capabilities, &text_of(patches)))
}

fn text_of(patches: &[Patch]) -> String {
    let patches: Vec<String> = patches.iter().map(ToString::to_string).collect();
    patches.join("\n")
}

/// A few letters that differ where the bytes do, unless somebody makes them alike on purpose: never for what guards.
pub(crate) fn short_digest(bytes: &[u8]) -> String {
    let mut text = format!("{:x}", Sha256::digest(bytes));
    text.truncate(12);
    text
}

/// Whether a query asks for an object that the release makes itself, hooks included.
fn is_own(query: &LookupQuery, request: &Request, sorted: &Sorted) -> bool {
    let is_asked_for = |kind: &str, name: &str, object: &Value| {
        let namespace = object.path("metadata.namespace").and_then(Value::as_str);
        let namespace = namespace.unwrap_or(&request.namespace);
        kind == query.kind && name == query.name && (query.namespace.is_empty() || query.namespace == namespace)
    };
    let manifests = &sorted.manifests;
    let hooks = sorted.hooks.iter();
    manifests
        .iter()
        .any(|manifest| is_asked_for(&manifest.head.kind, &manifest.head.name, &manifest.object))
        || hooks
            .filter(|hook| hook.kind == query.kind && hook.name == query.name)
            .any(|hook| {
                is_asked_for(
                    &hook.kind,
                    &hook.name,
                    &goyaml::from_str(&hook.manifest).unwrap_or_default(),
                )
            })
}

/// A looked-up object without what changes by itself.
fn stable(mut answer: Value) -> Value {
    if let Some(map) = answer.as_map_mut() {
        map.remove(b"status".as_slice());
        if let Some(metadata) = map.get_mut(b"metadata".as_slice()).and_then(Value::as_map_mut) {
            for key in ["resourceVersion", "managedFields", "generation"] {
                metadata.remove(key.as_bytes());
            }
        }
    }
    answer
}
