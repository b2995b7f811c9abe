//! Renders a chart with values into manifests, as Helm's engine does.
//!
//! An [`Engine`] parses each template of a chart once and keeps it; [`Engine::render`] turns a chart, a user's values
//! and a [`Request`] into [`Rendered`] files, notes and the [`Effects`](gotemplate::Effects) that tell a caller what the
//! result depends on besides them. The engine reads no file and asks no network; the cluster is reached through the
//! [`Lookup`] seam only. Render on a thread with a large stack ([`RenderPool`]): charts nest templates a thousand deep.
//!
//! ```
//! use helm_engine::{Engine, Request};
//! let folder = tempfile::tempdir().unwrap();
//! std::fs::write(folder.path().join("Chart.yaml"), "apiVersion: v2\nname: demo\nversion: 1.0.0\n").unwrap();
//! std::fs::create_dir(folder.path().join("templates")).unwrap();
//! std::fs::write(folder.path().join("templates/cm.yaml"), "name: {{ .Release.Name | quote }}\n").unwrap();
//! let chart = helm_chart::load(folder.path()).unwrap().chart;
//! let rendered = Engine::new().render(&chart, Default::default(), &Request::new("books", "shop")).unwrap();
//! assert_eq!(rendered.files["demo/templates/cm.yaml"], "name: \"books\"\n");
//! ```

mod cache;
mod engine;
mod error;
mod functions;
mod host;
mod lookup;
mod objects;
mod pool;
mod prepared;
mod rendered;
mod request;
mod scope;
mod toml;

pub use engine::Engine;
pub use error::Error;
pub use functions::functions;
pub use lookup::{Lookup, LookupQuery, Offline};
pub use pool::{RENDER_STACK, RenderPool};
pub use rendered::Rendered;
pub use request::Request;
