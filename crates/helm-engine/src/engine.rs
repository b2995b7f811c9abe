//! From a chart and values to rendered files.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use gotemplate::{Execution, FuncMap, MissingKey, Options};
use govalue::Map;
use helm_chart::{Chart, Warning, coalesce, process_dependencies};

use crate::cache::TplCache;
use crate::host::Host;
use crate::prepared::{Prepared, PreparedCache};
use crate::scope::Scopes;
use crate::{Error, Rendered, Request, functions};

/// What Go prints for a missing value, which Helm takes out of every file.
const NO_VALUE: &[u8] = b"<no value>";

/// How the file with the notes ends.
const NOTES: &str = "NOTES.txt";

/// Helm's functions, the same for all engines.
static FUNCTIONS: LazyLock<Arc<FuncMap>> = LazyLock::new(|| Arc::new(functions().collect()));

/// Renders charts, and remembers what it parsed. Shared by threads.
pub struct Engine {
    functions: Arc<FuncMap>,
    prepared: PreparedCache,
    texts: Arc<TplCache>,
}

impl Default for Engine {
    fn default() -> Self {
        Self::new()
    }
}

impl Engine {
    /// An engine with Helm's functions and nothing parsed yet.
    pub fn new() -> Self {
        Self {
            functions: Arc::clone(&FUNCTIONS),
            prepared: PreparedCache::default(),
            texts: Arc::default(),
        }
    }

    /// Renders `chart`, as loaded, with a user's values: dependencies are processed, values coalesced and held against
    /// the schemas, and every template but partials is executed.
    ///
    /// It runs the chart's code on this thread: call it on one of a [`crate::RenderPool`]'s.
    pub fn render(&self, chart: &Chart, values: Map, request: &Request) -> Result<Rendered, Error> {
        let mut log = Vec::new();
        let rendered = self.render_logged(chart, values, request, &mut log)?;
        Ok(Rendered {
            warnings: log,
            ..rendered
        })
    }

    /// As [`Engine::render`], but what Helm would have logged goes to `log`, also when the render fails later on.
    pub fn render_logged(
        &self,
        chart: &Chart,
        values: Map,
        request: &Request,
        log: &mut Vec<Warning>,
    ) -> Result<Rendered, Error> {
        let processed = process_dependencies(chart, &values)?;
        log.extend(processed.warnings);
        let chart = processed.chart;
        let coalesced = coalesce(&chart, values)?;
        log.extend(coalesced.warnings);
        if !request.skip_schema {
            helm_chart::validate(&chart, &coalesced.values)?;
        }
        chart.ensure_kube_version(&request.capabilities.kube_version)?;
        self.render_joined(chart, &coalesced.values, request, log)
    }

    /// Executes the templates of a chart whose dependencies are processed, over values that are coalesced and checked.
    pub fn render_joined(
        &self,
        chart: Chart,
        values: &Map,
        request: &Request,
        log: &mut Vec<Warning>,
    ) -> Result<Rendered, Error> {
        let prepared = self.prepared.get(&chart, &self.functions)?;
        let host = self.host(request);
        let scopes = Scopes::new(&chart, values, request);
        let executed = execute(&prepared, &scopes, &host, request);
        log.extend(host.refusals.map(RefCell::into_inner).unwrap_or_default());
        let (mut files, effects) = executed?;
        let notes = take_notes(&mut files, chart.name(), request.sub_notes);
        Ok(Rendered {
            definitions: chart.crds(),
            chart,
            files,
            notes,
            effects,
            lookups: host.answers.into_inner().into_keys().collect(),
            warnings: Vec::new(),
        })
    }

    /// What is wrong with the templates of a chart and its subcharts, one error for each that cannot be parsed, in the
    /// order in which Helm reads them: it stops at the first.
    pub fn parse_errors(&self, chart: &Chart) -> Vec<Error> {
        self.prepared.errors(chart, &self.functions)
    }

    fn host(&self, request: &Request) -> Host {
        Host {
            functions: Arc::clone(&self.functions),
            texts: Arc::clone(&self.texts),
            lookup: Arc::clone(&request.lookup),
            answers: RefCell::default(),
            includes: RefCell::default(),
            refusals: request.lint.then(RefCell::default),
        }
    }
}

fn execute(
    prepared: &Prepared,
    scopes: &Scopes,
    host: &Host,
    request: &Request,
) -> Result<(BTreeMap<String, String>, gotemplate::Effects), Error> {
    let missing_key = if request.strict {
        MissingKey::Error
    } else {
        MissingKey::Zero
    };
    let mut execution = Execution::new(
        &Options {
            missing_key,
            limits: request.limits,
        },
        host,
    );
    let mut files = BTreeMap::new();
    let mut out = Vec::new();
    for run in &prepared.runs {
        out.clear();
        let data = scopes.data(run.chart, &run.path, &run.base_path);
        execution
            .execute(&prepared.set, run.path.as_bytes(), data, &mut out)
            .map_err(|error| Error::Execute {
                path: run.path.to_string(),
                error,
            })?;
        files.insert(run.path.to_string(), text(&out));
    }
    Ok((files, execution.outcome().effects.union(scopes.effects())))
}

/// The file's text; bytes that are not UTF-8 become U+FFFD.
fn text(out: &[u8]) -> String {
    let text = without_no_value(out);
    match std::str::from_utf8(&text) {
        Ok(text) => text.to_owned(),
        Err(_) => String::from_utf8_lossy(&text).into_owned(),
    }
}

/// The text without Go's mark of missing values. Helm sets an option that should keep Go from writing it, which does not
/// help for values of an unknown type, and so removes what is left, wherever it comes from.
pub(crate) fn without_no_value(out: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    use bstr::ByteSlice;
    if out.find(NO_VALUE).is_none() {
        out.into()
    } else {
        out.replace(NO_VALUE, b"").into()
    }
}

/// Takes the notes out of the files: those of the chart, and of its subcharts if they are asked for.
fn take_notes(files: &mut BTreeMap<String, String>, chart: &str, sub_notes: bool) -> String {
    let own = format!("{chart}/templates/{NOTES}");
    let paths: Vec<String> = files.keys().filter(|path| path.ends_with(NOTES)).cloned().collect();
    let mut notes = String::new();
    for path in paths {
        let Some(text) = files.remove(&path) else { continue };
        if sub_notes || path == own {
            if !notes.is_empty() {
                notes.push('\n');
            }
            notes.push_str(&text);
        }
    }
    notes
}
