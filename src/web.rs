//! The web page: the releases of this operator, to be read.
//!
//! Lists come from what the operator remembers and cost no request; a release's history and events are read from the
//! API server when somebody looks at them. Pages are made by the templates in `web/`, which escape whatever they show,
//! and may load or run nothing (`CONTENT_SECURITY_POLICY`).

mod list;
mod release;
mod revision;
mod template;

use std::sync::{Arc, OnceLock};

use kube::api::DynamicObject;
use serde::Serialize;
use tokio::sync::Semaphore;

use crate::cli::VERSION;
use crate::health::Health;
use crate::reconcile::Context;
use crate::request::Key;
use crate::watches::Watch;

pub use template::content_security_policy;

/// Where the pages begin; who may `get` this path may see them.
pub const ROOT: &str = "/releases";

/// How many pages are made at once that read from the API server.
const READERS: usize = 2;

/// The pages of one process.
pub struct Web {
    health: Arc<Health>,
    operator: OnceLock<Arc<Context>>,
    readers: Semaphore,
}

/// An answer to somebody who looks.
#[derive(Debug, PartialEq, Eq)]
pub enum Page {
    /// This is what there is to see, as HTML.
    Found(String),
    /// There is nothing of that name; the same as HTML.
    Missing(String),
    /// It is elsewhere.
    Elsewhere(&'static str),
}

/// What all pages have.
#[derive(Debug, Default, Serialize)]
struct Head {
    title: String,
    version: &'static str,
    /// What the operator waits for; nothing if it is ready.
    problems: Vec<String>,
    /// Whether the page is loaded again every few seconds.
    refreshes: bool,
}

/// A page with nothing but a sentence.
#[derive(Serialize)]
struct Message {
    head: Head,
    message: &'static str,
}

/// A custom resource that a page is about.
struct Subject {
    key: Key,
    watch: Arc<Watch>,
    object: Arc<DynamicObject>,
}

impl Web {
    /// Nothing to see yet.
    pub fn new(health: Arc<Health>) -> Self {
        Self {
            health,
            operator: OnceLock::new(),
            readers: Semaphore::new(READERS),
        }
    }

    /// Shows the releases of this operator. Only the first one counts: there is one in a process.
    pub fn show(&self, operator: Arc<Context>) {
        // A second operator's releases are not shown.
        let _ = self.operator.set(operator);
    }

    /// The page at a path, such as `/releases/BookStore.v1alpha1.charts.example.com/default/books`.
    pub async fn page(&self, path: &str, query: Option<&str>) -> Page {
        let Some(rest) = path.strip_prefix(ROOT) else {
            return if path == "/" {
                Page::Elsewhere(ROOT)
            } else {
                self.missing()
            };
        };
        let Some(cx) = self.operator.get() else {
            return Page::Found(self.message("This operator stands by: another one leads, and shows the releases."));
        };
        let parts: Vec<&str> = rest.split('/').filter(|part| !part.is_empty()).collect();
        match *parts {
            [] => {
                let view = list::view(cx, self.head("Releases", true), query);
                Page::Found(template::render("list", &view))
            }
            [kind, namespace, name] => match find(cx, kind, namespace, name) {
                Some(subject) => self.release(cx, &subject).await,
                None => self.missing(),
            },
            [kind, namespace, name, "revisions", revision] => {
                match (find(cx, kind, namespace, name), revision.parse().ok()) {
                    (Some(subject), Some(revision)) => self.revision(cx, &subject, revision).await,
                    _ => self.missing(),
                }
            }
            _ => self.missing(),
        }
    }

    async fn release(&self, cx: &Context, subject: &Subject) -> Page {
        let _place = self.readers.acquire().await;
        let view = release::view(cx, self.head(&subject.key.name, false), subject).await;
        Page::Found(template::render("release", &view))
    }

    async fn revision(&self, cx: &Context, subject: &Subject, revision: u32) -> Page {
        let _place = self.readers.acquire().await;
        let head = self.head(&format!("{} revision {revision}", subject.key.name), false);
        match revision::view(cx, head, subject, revision).await {
            Some(view) => Page::Found(template::render("revision", &view)),
            None => self.missing(),
        }
    }

    fn missing(&self) -> Page {
        Page::Missing(self.message("There is nothing here. A release that was deleted has no page any more."))
    }

    fn message(&self, message: &'static str) -> String {
        let head = self.head("chartwright", false);
        template::render("message", &Message { head, message })
    }

    fn head(&self, title: &str, refreshes: bool) -> Head {
        Head {
            title: title.to_owned(),
            version: VERSION,
            problems: self.health.missing(),
            refreshes,
        }
    }
}

/// The resource that a path names. The kind is written as kubectl takes it, `Kind.version.group`; the namespace of one
/// that has none is `-`.
fn find(cx: &Context, kind: &str, namespace: &str, name: &str) -> Option<Subject> {
    let namespace = Some(namespace).filter(|namespace| *namespace != "-").map(str::to_owned);
    let watches = cx.watches.all().into_iter();
    watches
        .filter(|(_, watch)| kind_name(watch) == kind)
        .find_map(|(index, watch)| {
            let key = Key {
                watch: index,
                namespace: namespace.clone(),
                name: name.to_owned(),
            };
            let object = cx.primaries.get(&key)?;
            Some(Subject { key, watch, object })
        })
}

fn kind_name(watch: &Watch) -> String {
    let gvk = &watch.gvk;
    let parts = [gvk.kind.as_str(), gvk.version(), gvk.group()];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(".")
}

/// The path of a release's page.
fn path(watch: &Watch, key: &Key) -> String {
    let namespace = key.namespace.as_deref().unwrap_or("-");
    format!("{ROOT}/{}/{namespace}/{}", kind_name(watch), key.name)
}
