//! The chart that is checked, read and rendered once for all rules.

use std::path::Path;
use std::sync::Arc;

use govalue::Map;
use helm_chart::{Capabilities, Chart, Loaded, Warning, coalesce, process_dependencies, validate};
use helm_engine::{Engine, Error, Rendered, Request};

use crate::{Options, Place};

/// The name of the release that templates see, as with `helm lint`.
const RELEASE: &str = "test-release";

/// What templates are rendered for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// As `helm lint` does: a chart may refuse the values without failing.
    Lint,
    /// As an install would.
    Install,
}

/// The chart that is checked.
pub(crate) struct Subject<'a> {
    pub(crate) folder: &'a Path,
    /// What messages call the folder.
    pub(crate) label: &'a str,
    /// The user's values.
    pub(crate) values: &'a Map,
    pub(crate) options: &'a Options,
    /// The chart as loaded, or Helm's text of why it cannot be.
    pub(crate) loaded: Result<Loaded, String>,
    pub(crate) engine: Engine,
    /// What the templates gave with the user's values, once they are rendered.
    pub(crate) rendered: Option<Rendered>,
}

impl<'a> Subject<'a> {
    pub(crate) fn new(folder: &'a Path, label: &'a str, values: &'a Map, options: &'a Options) -> Self {
        Self {
            folder,
            label,
            values,
            options,
            loaded: helm_chart::load_dir(folder).map_err(|error| error.helm_text()),
            engine: Engine::new(),
            rendered: None,
        }
    }

    /// The contents of a file in the chart's folder; the error is the system's.
    pub(crate) fn read(&self, file: &str) -> std::io::Result<Vec<u8>> {
        std::fs::read(self.folder.join(file))
    }

    /// Renders the chart with a user's values.
    pub(crate) fn render(
        &self,
        chart: &Chart,
        values: &Map,
        purpose: Purpose,
        log: &mut Vec<Warning>,
    ) -> Result<Rendered, Error> {
        let processed = process_dependencies(chart, values)?;
        let mut joined = coalesce(&processed.chart, values.clone())?;
        if purpose == Purpose::Lint {
            // Helm's linter joins them twice, so that nulls take away no default.
            joined = coalesce(&processed.chart, joined.values)?;
        }
        if !self.options.skip_schema {
            validate(&processed.chart, &joined.values)?;
        }
        log.extend(processed.warnings.into_iter().chain(joined.warnings));
        self.engine
            .render_joined(processed.chart, &joined.values, &self.request(purpose), log)
    }

    fn request(&self, purpose: Purpose) -> Request {
        let capabilities = Capabilities {
            kube_version: self.options.kube_version.clone(),
            ..Capabilities::default()
        };
        let mut request = Request::new(RELEASE, self.options.namespace.as_str());
        request.capabilities = Arc::new(capabilities);
        if purpose == Purpose::Lint {
            request.lint = true;
            request.revision = 0;
        }
        request
    }

    /// Where a render failed: the innermost place that is in a file of the chart.
    pub(crate) fn place_of(&self, error: &Error) -> Option<Place> {
        let chart = &self.loaded.as_ref().ok()?.chart;
        let mut found = None;
        for link in error.template()?.chain() {
            let location = link.location()?;
            found = template(chart, location.file.as_bytes()).map(|(file, text)| {
                let byte = location.column.map(|column| column as usize);
                Place::at_byte(&file, text, location.line as usize, byte)
            });
            // What `tpl` executes goes by the name of the file it is called from.
            if link.context().starts_with(b"tpl ") {
                break;
            }
        }
        found
    }
}

/// The template of a path that begins with the chart's name: its path below the chart's folder, and its text.
pub(crate) fn template<'c>(chart: &'c Chart, path: &[u8]) -> Option<(String, &'c [u8])> {
    let below = path.strip_prefix(chart.full_path.as_bytes())?.strip_prefix(b"/")?;
    if let Some(file) = chart.templates.iter().find(|file| file.name.as_bytes() == below) {
        return Some((file.name.to_lossy().into_owned(), file.data.as_bytes()));
    }
    let (file, text) = chart
        .dependencies
        .iter()
        .find_map(|subchart| template(subchart, path))?;
    let subchart = below.strip_prefix(b"charts/")?.split(|&byte| byte == b'/').next()?;
    Some((format!("charts/{}/{file}", String::from_utf8_lossy(subchart)), text))
}
