//! What a render is asked for besides chart and values.

use std::sync::Arc;

use gotemplate::Limits;
use helm_chart::Capabilities;

use crate::{Lookup, Offline, RENDER_STACK};

/// The release that a chart is rendered for, the cluster, and what the render may use.
#[derive(Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "Helm's own switches, independent of each other"
)]
pub struct Request {
    /// `.Release.Name`
    pub name: String,
    /// `.Release.Namespace`
    pub namespace: String,
    /// `.Release.Revision`
    pub revision: u32,
    /// `.Release.IsUpgrade`; `.Release.IsInstall` is its opposite.
    pub is_upgrade: bool,
    /// `.Capabilities`
    pub capabilities: Arc<Capabilities>,
    /// What answers `lookup`.
    pub lookup: Arc<dyn Lookup>,
    /// Whether a missing key is an error, as with Helm's strict mode.
    pub strict: bool,
    /// Whether values are not held against the chart's schema.
    pub skip_schema: bool,
    /// Whether the notes of subcharts are kept as well.
    pub sub_notes: bool,
    /// Whether it is rendered as `helm lint` does: `required` and `fail` are logged and passed over, and the release is
    /// neither installed nor upgraded.
    pub lint: bool,
    /// What the render may use.
    pub limits: Limits,
}

impl Request {
    /// A first install of `name` in `namespace`, offline, with Helm's default capabilities.
    pub fn new(name: impl Into<String>, namespace: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            namespace: namespace.into(),
            revision: 1,
            is_upgrade: false,
            capabilities: Arc::new(Capabilities::default()),
            lookup: Arc::new(Offline),
            strict: false,
            skip_schema: false,
            sub_notes: false,
            lint: false,
            limits: Limits {
                stack: RENDER_STACK - (1 << 20),
                ..Limits::default()
            },
        }
    }
}
